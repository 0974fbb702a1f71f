"""`list --cached` for scripts that ask every few seconds: plain lines, read with sqlite3 alone.

It answers only what it is sure of. For everything else (a terminal, JSON, a query, an odd configuration or store) it
answers None before anything is written, and the command itself does it. Both print the same (tested).
"""

from __future__ import annotations

import os
import sys
import time

from neptune_inbox.cli.places import find_file, guess_profile, read_config
from neptune_inbox.cli.words import LIMIT, cached_note, mine, rest_notes, theirs

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

API_BASE = "https://api.teurons.com/neptune"
"""Where no other is set."""
VERSION = 1
"""The version of both stores that these statements were written for."""
READ = {"all": "n.is_read IN (0, 1)", "unread": "n.is_read = 0", "read": "n.is_read = 1"}
PUT_AWAY = "(m.done_at IS NOT NULL OR m.snoozed_until > :now)"
SOURCE = """
    FROM account a JOIN notification n ON n.account = a.ref
    LEFT JOIN state.mine m ON m.place = :place AND m.user_id = a.user_id AND m.id = n.id"""
OF_USER = "WHERE a.place = (SELECT ref FROM place WHERE name = :place) AND a.user_id = :user"
ACCOUNT = """(SELECT a.ref FROM account a WHERE a.user_id = :user
    AND a.place = (SELECT ref FROM place WHERE name = :place))"""
COUNT = f"SELECT count(*) FROM notification n INDEXED BY by_account WHERE n.account = {ACCOUNT}"
EVERYBODY = "SELECT p.name, a.user_id FROM account a JOIN place p ON p.ref = a.place"
EVERYTHING = "SELECT count(*) FROM notification"
EVERYTHING_UNREAD = "SELECT count(*) FROM notification INDEXED BY by_time_unread WHERE is_read = 0"
"""With no other condition SQLite adds up what the pages of an index hold, and looks at no row."""
COUNT_PUT_AWAY = f"""SELECT count(*) FROM state.mine m JOIN notification n ON n.account = {ACCOUNT} AND n.id = m.id
    WHERE m.place = :place AND m.user_id = :user AND {READ["unread"]} AND {PUT_AWAY}"""
AT_ONCE = 500
"""Rows to a statement."""
MARK = """(SELECT k.state FROM state.mark k WHERE k.place = :place AND k.user_id = a.user_id AND k.id = n.id
    AND k.state NOT IN ('undone', 'dropped') ORDER BY k.serial DESC LIMIT 1)"""
CREATED = "strftime('%Y-%m-%dT%H:%M:%S', n.created_at / 1000, 'unixepoch')"
EVENT = "(SELECT name FROM event WHERE ref = n.event)"
ROWS = f"""SELECT n.seq, {CREATED}, n.created_at % 1000, a.user_id, {EVENT}, n.title, n.id,
    n.is_read, {MARK}, m.done_at, m.snoozed_until, coalesce(m.is_starred, 0), coalesce(m.note, '')"""
FETCHED = """SELECT fetched_at FROM freshness WHERE account = (SELECT ref FROM account WHERE user_id = :user
    AND place = (SELECT ref FROM place WHERE name = :place))"""


def list_cached(arguments: list[str], environ: Mapping[str, str]) -> int | None:
    """Print the list that these arguments of `list` ask for, and answer the exit code; None where it must not."""
    wish = _read_wish(arguments)
    if wish is None or sys.stdout.isatty():
        return None
    users, kind, limit, profile = wish
    found = _look(users, kind, limit, profile, environ)
    return None if found is None else _print(*found)


def _read_wish(arguments: list[str]) -> tuple[list[str], str, int, str] | None:
    users, kind, limit, profile, is_cached = [], "unread", LIMIT, "", False
    rest = list(arguments)
    while rest:
        word = rest.pop(0)
        if word == "--cached":
            is_cached = True
            continue
        if not rest or rest[0].startswith("-"):
            return None
        value = rest.pop(0)
        if word in ("--user", "-u"):
            users.append(value)
        elif word == "--type" and value in READ:
            kind = value
        elif word == "--limit" and value.isascii() and value.isdigit():
            limit = int(value)
        elif word in ("--profile", "-P"):
            profile = value
        else:
            return None
    return (users, kind, limit or sys.maxsize, profile) if is_cached else None


def _look(
    users: list[str], kind: str, limit: int, profile: str, environ: Mapping[str, str]
) -> tuple[list[list[str]], list[str]] | None:
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
            return _read(connection, _place(connection, name, config, environ), users, kind, limit)
        finally:
            connection.close()
    except (sqlite3.Error, LookupError):
        return None


def _read(
    connection: sqlite3.Connection, place: str, users: list[str], kind: str, limit: int
) -> tuple[list[list[str]], list[str]]:
    """The cells of the rows, and the notes beside them. Raises LookupError where nobody is meant."""
    now = time.time_ns() // 1_000_000
    watched = connection.execute(
        "SELECT user_id FROM state.watched WHERE place = ? ORDER BY position, rowid", (place,)
    )
    scope = list(dict.fromkeys(users)) or [user for (user,) in watched]
    if not scope:
        raise LookupError("nobody is watched")
    total = _total(connection, place, scope, kind)
    found, fetched, hidden = [], [], 0
    for user in scope:
        values = {"place": place, "user": user, "now": now, "limit": limit}
        where = f"{OF_USER} AND {READ[kind]}"
        if kind == "unread":
            away = connection.execute(COUNT_PUT_AWAY, values).fetchone()[0]
            hidden, total = hidden + away, total - away
            where += f" AND {PUT_AWAY} IS NOT 1"
        newest = f"SELECT n.seq, n.created_at {SOURCE} {where} ORDER BY n.sorted_at DESC, n.seq DESC LIMIT :limit"
        found += connection.execute(newest, values).fetchall()
        at = connection.execute(FETCHED, values).fetchone()
        fetched.append((user, at[0] if at else None))
    if len(scope) > 1:
        found.sort(key=lambda row: row[1] or 0, reverse=True)
    rows = _rows(connection, place, [seq for seq, _ in found[:limit]], now)
    return rows, [cached_note(fetched, now), *rest_notes(len(rows), total, hidden)]


def _rows(connection: sqlite3.Connection, place: str, seqs: list[int], now: int) -> list[list[str]]:
    """The cells of these rows, in this order."""
    cells = {}
    for start in range(0, len(seqs), AT_ONCE):
        some = ",".join(map(str, seqs[start : start + AT_ONCE]))
        for seq, *row in connection.execute(f"{ROWS} {SOURCE} WHERE n.seq IN ({some})", {"place": place}):
            cells[seq] = _cells(row, now)
    return [cells[seq] for seq in seqs]


def _total(connection: sqlite3.Connection, place: str, scope: list[str], kind: str) -> int:
    """How many rows of this kind are cached of these users."""

    def count(statement: str, user: str = "") -> int:
        return int(connection.execute(statement, {"place": place, "user": user}).fetchone()[0])

    if set(connection.execute(EVERYBODY)) <= {(place, user) for user in scope}:
        unread = count(EVERYTHING_UNREAD)
        return unread if kind == "unread" else count(EVERYTHING) - (unread if kind == "read" else 0)
    return sum(count(f"{COUNT} AND {READ[kind]}", user) for user in scope)


def _cells(row: list[object], now: int) -> list[str]:
    second, millisecond, user, event, title, id, is_read, mark, done_at, snoozed_until, is_starred, note = row
    created = "" if second is None else f"{second}.{millisecond:03}Z" if millisecond else f"{second}Z"
    planes = theirs(bool(is_read), mark), mine(done_at, snoozed_until, bool(is_starred), note, now)  # type: ignore[arg-type]
    return [planes[0], created, str(user), str(event), str(title), planes[1], str(id)]


def _place(connection: sqlite3.Connection, profile: str, config: str, environ: Mapping[str, str]) -> str:
    """The place that a profile led to last, if it is still set up so. Raises LookupError where that is not sure."""
    for table in ("main", "state"):
        if connection.execute(f"PRAGMA {table}.user_version").fetchone() != (VERSION,):
            raise LookupError("another version of the store")
    bound = connection.execute(
        "SELECT profile, place FROM state.bound WHERE substr(profile, 1, length(?1) + 1) = ?1 || char(10)", (profile,)
    ).fetchall()
    environment = environ.get("NEPTUNE_ENV", "").strip()
    api_base = environ.get("NEPTUNE_API_BASE", "").strip() or API_BASE
    for site, place in bound:
        _, base, name = site.split("\n")
        is_set_up = (base == api_base and name == environment) if environment else _names(config, base, name)
        if is_set_up and (environment or len(bound) == 1):
            return str(place)
    raise LookupError("the profile was never opened, or was changed")


def _names(config: str, base: str, environment: str) -> bool:
    """Whether the configuration still holds this API base and environment."""
    return f'"{environment}"' in config and (f'"{base}"' in config or (base == API_BASE and "api_base" not in config))


def _read_only(path: str) -> str:
    return f"file:{path.replace('%', '%25').replace('?', '%3f').replace('#', '%23')}?mode=ro"


def _print(rows: list[list[str]], notes: list[str]) -> int | None:
    if not all(cell.isascii() and cell.isprintable() for row in rows for cell in row):
        from neptune_inbox.cli.table import tab_lines

        lines = tab_lines(rows)
    else:
        lines = ["\t".join(row) for row in rows]
    text = "".join(f"{line}\n" for line in lines)
    beside = "".join(f"{note}\n" for note in notes)
    if not beside.isascii() or not beside.replace("\n", "").isprintable():
        return None
    try:
        text.encode(sys.stdout.encoding)
        sys.stdout.write(text)
        sys.stdout.flush()
        sys.stderr.write(beside)
    except UnicodeEncodeError:
        return None
    except OSError as problem:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
        if not isinstance(problem, BrokenPipeError):
            from neptune_inbox.cli.output import Output
            from neptune_inbox.errors import StoreProblem

            Output().error(
                StoreProblem(f"The output could not be written: {problem.strerror}.", "Write it elsewhere.")
            )
            return StoreProblem.exit_code
    return 0
