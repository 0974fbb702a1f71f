"""What this machine remembers of profiles and tokens: the tenant that each led to, the hosts that each may go to."""

from __future__ import annotations

from neptune_inbox.store.database.database import Database


class ProfileStore:
    """The profiles and tokens of one machine. Raises StoreProblem, and DiskFull when nothing was saved."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def tenant_of(self, profile_name: str) -> str | None:
        """The tenant that a profile led to last, or None."""
        with self._database.reading() as connection:
            found = connection.execute("SELECT place FROM bound WHERE profile = ?", (profile_name,)).fetchone()
        return str(found[0]) if found else None

    def token_hosts(self, key: str) -> frozenset[str]:
        """The hosts that the token with this name may go to; empty while nothing is known of it."""
        with self._database.reading() as connection:
            found = connection.execute("SELECT host FROM host WHERE place = ?", (f"token {key}",))
            return frozenset(str(host) for (host,) in found)

    def add_token_host(self, key: str, host: str) -> None:
        """Let the token with this name go to a host from now on."""
        self._run("INSERT OR IGNORE INTO host VALUES (?, ?)", (f"token {key}", host))

    def _run(self, statement: str, values: tuple[str, ...]) -> None:
        self._database.write(lambda connection: connection.execute(statement, values))
