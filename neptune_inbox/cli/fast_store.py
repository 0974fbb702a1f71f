"""The stores as the quick commands read them: with sqlite3 alone, and only where there is no doubt whose they are.

Whatever is not plain to see raises LookupError or sqlite3.Error, and the command itself does it.
"""

from __future__ import annotations

import os
import sys

from neptune_inbox.presentation.labels import missing_words
from neptune_inbox.startup.locate import find_file, guess_profile, read_config

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Mapping
    from typing import TypeVar

    T = TypeVar("T")

API_BASE = "https://api.teurons.com/neptune"
"""Where no other is set."""
VERSIONS = {"main": 5, "state": 8}
"""The versions of the cache and of the state that these statements were written for."""
READ = {"all": "n.is_read IN (0, 1)", "unread": "n.is_read = 0", "read": "n.is_read = 1"}
PUT_AWAY = "(m.done_at IS NOT NULL OR m.snoozed_until > :now)"
ACCOUNT = """(SELECT a.ref FROM account a WHERE a.user_id = :user
    AND a.place = (SELECT ref FROM place WHERE name = :place))"""
COUNT = f"SELECT count(*) FROM notification n INDEXED BY by_account WHERE n.account = {ACCOUNT}"
EVERYBODY = "SELECT p.name, a.user_id FROM account a JOIN place p ON p.ref = a.place"
EVERYTHING = "SELECT count(*) FROM notification"
EVERYTHING_UNREAD = "SELECT count(*) FROM notification INDEXED BY by_time_unread WHERE is_read = 0"
"""With no other condition SQLite adds up what the pages of an index hold, and looks at no row."""
COUNT_PUT_AWAY = f"""SELECT count(*) FROM state.mine m JOIN notification n ON n.account = {ACCOUNT} AND n.id = m.id
    WHERE m.place = :place AND m.user_id = :user AND {READ["unread"]} AND {PUT_AWAY}"""
KNOWN = f"""SELECT f.fetched_at, f.has_everything, t."all", t.unread, t.read FROM (SELECT {ACCOUNT} AS ref) a
    LEFT JOIN freshness f ON f.account = a.ref LEFT JOIN tally t ON t.account = a.ref"""
FETCHED = """SELECT fetched_at FROM freshness WHERE account = (SELECT ref FROM account WHERE user_id = :user
    AND place = (SELECT ref FROM place WHERE name = :place))"""
WATCHED = "SELECT user_id FROM state.watched WHERE place = ? ORDER BY position, rowid"


def look(profile: str, environ: Mapping[str, str], read: Callable[[sqlite3.Connection, str, str], T]) -> T | None:
    """What `read` finds with a connection, for a tenant and the name of its profile; None where that is not sure.

    An empty profile is the one that is used where none is named.
    """
    config = read_config(environ)
    cache, state = find_file("cache", "cache.db", environ), find_file("state", "state.db", environ)
    if config is None or cache is None or state is None:
        return None
    name = profile or guess_profile(config, environ)
    if name is None or (profile and any(environ.get(variable) for variable in ("NEPTUNE_ENV", "NEPTUNE_API_BASE"))):
        return None
    import sqlite3

    try:
        connection = sqlite3.connect(_read_only(cache), uri=True, timeout=0.5)
        try:
            connection.execute("ATTACH ? AS state", (_read_only(state),))
            return read(connection, _tenant(connection, name, config, environ), name)
        finally:
            connection.close()
    except (sqlite3.Error, LookupError):
        return None


def watched(connection: sqlite3.Connection, tenant: str) -> list[str]:
    """Who is watched, in the order in which they are shown."""
    found = connection.execute(WATCHED, (tenant,))
    return [user for (user,) in found if user.strip() and user.isprintable()]


def missing(connection: sqlite3.Connection, tenant: str, scope: list[str], kind: str) -> list[str]:
    """How much is loaded of the users that are not loaded completely; worded as in `fetching`."""
    words = []
    for user in scope:
        values = {"place": tenant, "user": user}
        fetched_at, has_everything, *tally = connection.execute(KNOWN, values).fetchone()
        told = reconciled(*tally)[("all", "unread", "read").index(kind)]
        if fetched_at is not None and has_everything:
            continue
        loaded = connection.execute(f"{COUNT} AND {READ[kind]}", values).fetchone()[0]
        if fetched_at is None or told is None or loaded < told:
            words.append(missing_words(user, loaded, told, is_fetched=fetched_at is not None))
    return words


def reconciled(everything: int | None, unread: int | None, read: int | None) -> tuple[int | None, ...]:
    """As `Counts.reconciled` has it."""
    if everything is None or unread is None or read is None:
        return everything, unread, read
    everything = max(everything, unread + read)
    return everything, unread, everything - unread


def total(connection: sqlite3.Connection, tenant: str, scope: list[str], kind: str) -> int:
    """How many rows of this kind are cached of these users."""

    def count(statement: str, user: str = "") -> int:
        return int(connection.execute(statement, {"place": tenant, "user": user}).fetchone()[0])

    if set(connection.execute(EVERYBODY)) <= {(tenant, user) for user in scope}:
        unread = count(EVERYTHING_UNREAD)
        return unread if kind == "unread" else count(EVERYTHING) - (unread if kind == "read" else 0)
    return sum(count(f"{COUNT} AND {READ[kind]}", user) for user in scope)


def _tenant(connection: sqlite3.Connection, profile: str, config: str, environ: Mapping[str, str]) -> str:
    """The tenant that a profile led to last, if it is still set up so. Raises LookupError where that is not sure."""
    if "team" in config and "dsn" in config:
        raise LookupError("a team's facts are laid over the rows")
    for table, version in VERSIONS.items():
        if connection.execute(f"PRAGMA {table}.user_version").fetchone() != (version,):
            raise LookupError("another version of the store")
    bound = connection.execute(
        "SELECT profile, place FROM state.bound WHERE substr(profile, 1, length(?1) + 1) = ?1 || char(10)", (profile,)
    ).fetchall()
    environment = environ.get("NEPTUNE_ENV", "").strip()
    api_base = environ.get("NEPTUNE_API_BASE", "").strip() or API_BASE
    for site, tenant in bound:
        _, base, name = site.split("\n")
        is_set_up = (base == api_base and name == environment) if environment else _names(config, base, name)
        if is_set_up and (environment or len(bound) == 1):
            return str(tenant)
    raise LookupError("the profile was never opened, or was changed")


def _names(config: str, base: str, environment: str) -> bool:
    """Whether the configuration still holds this API base and environment."""
    return f'"{environment}"' in config and (f'"{base}"' in config or (base == API_BASE and "api_base" not in config))


def _read_only(path: str) -> str:
    return f"file:{path.replace('%', '%25').replace('?', '%3f').replace('#', '%23')}?mode=ro"


def write(text: str, beside: str) -> int | None:
    """Print the data and its notes, and return the exit code; None where the terminal cannot show it."""
    try:
        text.encode(sys.stdout.encoding)
        sys.stdout.write(text)
        sys.stdout.flush()
        sys.stderr.write(beside)
    except UnicodeEncodeError:
        return None
    except OSError as problem:
        return lose_output(problem)
    return 0


def lose_output(problem: OSError) -> int:
    """Say that the output could not be written, unless its reader left; the exit code."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
    if isinstance(problem, BrokenPipeError):
        return 0
    from neptune_inbox.cli.output import Output, output_lost
    from neptune_inbox.errors import StoreProblem

    Output().error(output_lost(problem))
    return StoreProblem.exit_code
