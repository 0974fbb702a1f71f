"""What psycopg raises, in one sentence each: what happened to the team's database, and what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from neptune_inbox.errors import TeamPasswordMissing, TeamProblem, TeamRefused, TeamSchemaProblem
from neptune_inbox.postgres.target import Target
from neptune_inbox.text import clean_line

if TYPE_CHECKING:
    import psycopg

FULL = ("53100", "53200", "53400", "54000")
AWAY = ("57P01", "57P02", "57P03", "08000", "08003", "08006")
PASSWORD_REMEDY = "`neptune-inbox team password` keeps it in the keyring; PGPASSWORD and ~/.pgpass work too."
CERTIFICATE = "Have its certificate renewed, or name its authority as sslrootcert in team.dsn."
INIT = "The owner of the database must run `neptune-inbox team init`."


def translated(error: psycopg.Error, target: Target) -> TeamProblem:
    """The trouble in words; none of them is the password."""
    words = clean_line(str(error).strip(), 2_000)
    return (
        _by_state(error.sqlstate or "", target)
        or _by_words(words.lower(), target)
        or TeamProblem(f"The team's database {target.name} cannot be used: {_first(words)}.")
    )


def _by_state(state: str, target: Target) -> TeamProblem | None:
    where = f"The team's database {target.name}"
    if state in ("28P01", "28000"):
        return _wrong_password(target)
    if state == "42501":
        return TeamRefused(f"{where} gives the role `{target.user}` no right to read and add facts.", INIT)
    if state in ("42P01", "3F000", "42883"):
        return no_schema(target)
    if state == "3D000":
        return TeamRefused(f"{where} does not exist.", "Correct team.dsn, or have the database created.")
    if state in FULL:
        return TeamProblem(f"{where} is full.", "What you do is kept here, and shared when it has room.")
    if state.startswith("53"):
        return TeamProblem(f"{where} takes no more connections for now.")
    if state == "25006":
        return TeamProblem(f"{where} only lets itself be read: it is a copy.", "Name the primary server in team.dsn.")
    if state in AWAY or state.startswith("08"):
        return TeamProblem(f"{where} ended the connection.")
    return None


def _by_words(words: str, target: Target) -> TeamProblem | None:
    """What libpq says where there is no code: while the connection is made."""
    where = f"The team's database {target.name}"
    if "no password supplied" in words:
        return TeamPasswordMissing(f"{where} asks for the password of `{target.user}`.", PASSWORD_REMEDY)
    if "password authentication failed" in words:
        return _wrong_password(target)
    if "certificate" in words or "ssl error" in words or "does not support ssl" in words:
        return TeamRefused(
            f"{where} did not prove who it is: {_why(words)}.",
            CERTIFICATE,
        )
    if "no pg_hba.conf entry" in words or ('role "' in words and "does not exist" in words):
        return TeamRefused(
            f"{where} does not let `{target.user}` in from this machine.", "Ask the database administrator."
        )
    if 'database "' in words and "does not exist" in words:
        return TeamRefused(f"{where} does not exist.", "Correct team.dsn, or have the database created.")
    if "timeout" in words or "timed out" in words:
        return TeamProblem(f"{where} does not answer.")
    if "refused" in words or "no such file" in words or "unreachable" in words:
        return TeamProblem(f"{where} cannot be reached: nothing listens there.")
    if "could not translate" in words or "failed to resolve" in words or "name or service" in words:
        return TeamProblem(f"{where} cannot be reached: there is no such host.", "Correct team.dsn.")
    if "connection slots" in words or "too many clients" in words:
        return TeamProblem(f"{where} takes no more connections for now.")
    if "starting up" in words or "shutting down" in words or "recovery mode" in words:
        return TeamProblem(f"{where} is starting or stopping.")
    if "closed" in words or "terminat" in words or "lost" in words:
        return TeamProblem(f"{where} ended the connection.")
    return None


def _why(words: str) -> str:
    for sign, reason in (
        ("expired", "its certificate has expired"),
        ("does not match host", "its certificate is for another host"),
        ("does not support ssl", "it offers no encryption"),
        ("verify failed", "its certificate has expired, or is not signed by an authority that this machine trusts"),
    ):
        if sign in words:
            return reason
    return "encryption failed"


def _wrong_password(target: Target) -> TeamRefused:
    return TeamRefused(f"The team's database {target.name} refused the password of `{target.user}`.", PASSWORD_REMEDY)


def no_schema(target: Target, version: int = 0, known: int = 0) -> TeamSchemaProblem:
    """The error for a database whose tables are not of this program's version."""
    if version > known:
        return TeamSchemaProblem(
            f"The team's database {target.name} was made by a newer version of neptune-inbox.",
            "Install the newer version here.",
        )
    old = "has the tables of an older version" if version else "has no tables of neptune-inbox yet"
    return TeamSchemaProblem(f"The team's database {target.name} {old}.", INIT)


def _first(words: str) -> str:
    return words.partition("\n")[0].rstrip(".")
