"""Where the team's database is and how it is reached: encrypted and proven, unless it is on this machine."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct, field

from neptune_inbox.errors import ConfigProblem
from neptune_inbox.text import clean_line

PATIENCE = 3
"""Seconds until the database must have answered a connection."""
VERIFIED = "verify-full"


class Target(Struct, frozen=True):
    """What a connection is made of; its password is in none of its words."""

    parameters: dict[str, str] = field(default_factory=dict)
    name: str = ""
    """For sentences: `inbox at db.acme.example`."""
    user: str = ""


def target_of(dsn: str, environ: Mapping[str, str], *, user: str = "") -> Target:
    """What to connect to; `user` takes the place of the one in the DSN. Raises ConfigProblem."""
    import psycopg
    from psycopg.conninfo import conninfo_to_dict

    try:
        given = {name: str(value) for name, value in conninfo_to_dict(dsn).items()}
    except psycopg.Error as problem:
        words = clean_line(str(problem), 200).strip()
        raise ConfigProblem(
            f"team.dsn cannot be read: {words}.", 'Write "postgresql://inbox@db.acme.example/inbox".'
        ) from None
    if given.pop("password", None):
        raise ConfigProblem("team.dsn holds a password, so it was not used.")
    if user:
        given["user"] = user
    if not _is_here(given, environ):
        asked = given.setdefault("sslmode", VERIFIED)
        if asked != VERIFIED:
            raise ConfigProblem(
                f"team.dsn asks for sslmode={clean_line(asked, 20)}, which does not verify the server.",
                f"Leave it out, or write sslmode={VERIFIED}.",
            )
        if not ("sslrootcert" in given or environ.get("PGSSLROOTCERT") or _has_own_roots()):
            given["sslrootcert"] = "system"
    # Encryption by GSS would go past what sslmode promises.
    given |= {"gssencmode": "disable", "application_name": "neptune-inbox", "client_encoding": "utf8"}
    given |= {"connect_timeout": str(PATIENCE), "tcp_user_timeout": "15000", "keepalives_idle": "10"}
    given |= {"keepalives_interval": "5", "keepalives_count": "3"}
    host = (
        given.get("host") or given.get("hostaddr") or environ.get("PGHOST") or given.get("service") or "this machine"
    )
    role = given.get("user") or environ.get("PGUSER", "")
    database = given.get("dbname") or environ.get("PGDATABASE") or role
    return Target(given, clean_line(f"{database} at {host}" if database else host, 200), clean_line(role, 64))


def _is_here(given: Mapping[str, str], environ: Mapping[str, str]) -> bool:
    """Whether every host that libpq may try is this machine; a service file may name any other."""
    names = [given.get(name) or environ.get(f"PG{name.upper()}", "") for name in ("host", "hostaddr")]
    hosts = [host for name in names for host in name.split(",") if host]
    is_elsewhere = not hosts and bool(given.get("service") or environ.get("PGSERVICE"))
    return not is_elsewhere and all(_is_loopback(host) for host in hosts)


def _is_loopback(host: str) -> bool:
    if host.startswith(("/", "@")) or host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _has_own_roots() -> bool:
    return (Path.home() / ".postgresql" / "root.crt").exists()
