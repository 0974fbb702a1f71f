"""The team's part of a session: whose facts, and how its database is reached."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping, MutableMapping
from importlib.util import find_spec
from typing import TYPE_CHECKING

from neptune_inbox.config import Settings, TeamSettings
from neptune_inbox.credentials.redaction import cross_out
from neptune_inbox.errors import KeyringProblem, TeamPasswordMissing, TeamProblem
from neptune_inbox.masking import register_secret
from neptune_inbox.model import Token
from neptune_inbox.text import CleanText, clean_line
from neptune_inbox.wiring.stores import local_user

if TYPE_CHECKING:
    from neptune_inbox.postgres.link import PostgresLink
    from neptune_inbox.postgres.setup import SetupPlan
    from neptune_inbox.postgres.target import Target

PASSWORD_VARIABLE = "PGPASSWORD"
AGENT_LIMIT = 32
EXTRA = "Run `pip install 'neptune-inbox[team]'`."


def check_installed() -> None:
    """Raise TeamProblem where the extra `team` is not installed."""
    if find_spec("psycopg") is None:
        raise TeamProblem("The team's database needs psycopg, which is not installed.", EXTRA)


def agent_name(settings: TeamSettings, login: str) -> CleanText:
    """What the team calls whoever sits here."""
    name = clean_line(settings.agent or login, AGENT_LIMIT).strip()
    return CleanText(name or "unknown")


class TeamAccess:
    """Opens connections to the team's database; the password is asked for where it is needed, once."""

    def __init__(self, settings: TeamSettings, environ: Mapping[str, str], login: str) -> None:
        self.agent = agent_name(settings, login)
        self._dsn = settings.dsn
        self._environ = environ
        self._password: Token | None = None
        if given := environ.get(PASSWORD_VARIABLE):
            self._password = Token(given)

    def target(self, user: str = "") -> Target:
        """Where the database is. Raises ConfigProblem."""
        check_installed()
        from neptune_inbox.postgres.target import target_of

        return target_of(self._dsn, self._environ, user=user)

    @property
    def name(self) -> str:
        return self.target().name

    @property
    def role(self) -> str:
        return self.target().user

    async def plan(self, owner: str, password: Token | None) -> SetupPlan:
        """What `team init` would run. Raises TeamProblem, ConfigProblem."""
        from neptune_inbox.postgres.setup import plan_setup

        return await asyncio.to_thread(plan_setup, self.target(owner), self._known(password), self.role)

    async def run(self, plan: SetupPlan, owner: str, password: Token | None) -> None:
        """Run it. Raises TeamProblem."""
        from neptune_inbox.postgres.setup import run_setup

        await asyncio.to_thread(run_setup, self.target(owner), self._known(password), plan)

    async def save_password(self, password: Token) -> str:
        """Try a password, keep it in the keyring, and say where it is. Raises TeamProblem, KeyringProblem."""
        from neptune_inbox.credentials import OsKeyring
        from neptune_inbox.postgres.link import connect

        target = self.target()
        register_secret(password.reveal())
        (await asyncio.to_thread(connect, target, password.reveal())).close()
        backend = await OsKeyring().write(item_name(target), password.reveal())
        self._password = password
        return f"the OS keyring ({backend})"

    def _known(self, password: Token | None = None) -> str:
        """The password that was given, or is known without asking; empty leaves libpq to its own files."""
        known = password or self._password
        return known.reveal() if known else ""

    def open(self, of_tenant: str) -> PostgresLink:
        """A connection for one tenant; it blocks. Raises TeamProblem, ConfigProblem."""
        check_installed()
        from neptune_inbox.postgres.link import PostgresLink

        target = self.target()
        try:
            return PostgresLink.open(target, self._known(), of_tenant)
        except TeamPasswordMissing:
            found = self._from_keyring(item_name(target))
            if found is None:
                raise
            self._password = found
            return PostgresLink.open(target, found.reveal(), of_tenant)

    def _from_keyring(self, item: str) -> Token | None:
        from neptune_inbox.credentials import OsKeyring

        try:
            secret, _ = asyncio.run(OsKeyring().read(item))
        except KeyringProblem:
            # The error to report is the database's, which asked for a password.
            return None
        if not secret:
            return None
        register_secret(secret)
        return Token(secret)


def team_access(settings: Settings, environ: MutableMapping[str, str]) -> TeamAccess | None:
    """How the team is reached, or None where none is set up; its password leaves the environment."""
    if not settings.team.dsn:
        return None
    given = {**environ}
    if password := given.get(PASSWORD_VARIABLE):
        if environ is os.environ:
            cross_out(PASSWORD_VARIABLE)
        del environ[PASSWORD_VARIABLE]
        register_secret(password)
    return TeamAccess(settings.team, given, local_user())


def item_name(target: Target) -> str:
    """The name of the keyring's item: another server, database or role is another one."""
    return f"team {target.user} {target.name}"
