"""`list --cached` for scripts that ask every few seconds: plain lines, read with sqlite3 alone.

It answers only what it is sure of. For everything else (a terminal, JSON, a query, an odd configuration or store) it
answers None before anything is written, and the command itself does it. Both print the same (tested).
"""

from __future__ import annotations

import os
import sys
import time

from neptune_inbox.presentation.labels import LIMIT, cached_note, missing_words, rest_notes, triage_label
from neptune_inbox.presentation.row_state import LABELS, state_of
from neptune_inbox.startup.locate import find_file, guess_profile, read_config

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

API_BASE = "https://api.teurons.com/neptune"
"""Where no other is set."""
VERSIONS = {"main": 4, "state": 5}
"""The versions of the cache and of the state that these statements were written for."""
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
MARK = """(SELECT k.state || iif(k.confirmed_at IS NULL, '', ' again')
    FROM state.mark k WHERE k.place = :place AND k.user_id = a.user_id AND k.id = n.id
    AND k.state NOT IN ('undone', 'dropped') ORDER BY k.serial DESC LIMIT 1)"""
CREATED = "strftime('%Y-%m-%dT%H:%M:%S', n.created_at / 1000, 'unixepoch')"
EVENT = "(SELECT name FROM event WHERE ref = n.event)"
ROWS = f"""SELECT n.seq, {CREATED}, n.created_at % 1000, a.user_id, {EVENT}, n.title, n.id,
    n.is_read, {MARK}, m.done_at, m.snoozed_until, coalesce(m.is_starred, 0), coalesce(m.note, '')"""
KNOWN = f"""SELECT f.fetched_at, f.has_everything, t."all", t.unread, t.read FROM (SELECT {ACCOUNT} AS ref) a
    LEFT JOIN freshness f ON f.account = a.ref LEFT JOIN tally t ON t.account = a.ref"""
FETCHED = """SELECT fetched_at FROM freshness WHERE account = (SELECT ref FROM account WHERE user_id = :user
    AND place = (SELECT ref FROM place WHERE name = :place))"""


def list_cached(arguments: list[str], environ: Mapping[str, str]) -> int | None:
    """Print the list that these arguments of `list` ask for, and answer the exit code; None where it must not."""
    wish = _read_request(arguments)
    if wish is None or sys.stdout.isatty():
        return None
    users, kind, limit, profile = wish
    found = _look(users, kind, limit, profile, environ)
    return None if found is None else _print(*found)


def _read_request(arguments: list[str]) -> tuple[list[str], str, int, str] | None:
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
        if word in ("--user", "-u") and value.strip() and value.isprintable():
            users.append(value)
        elif word == "--type" and value in READ:
            kind = value
        elif word == "--limit" and value.isascii() and value.isdigit() and len(value) < 10:
            limit = int(value)
        elif word in ("--profile", "-P") and value.strip():
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
            return _read(connection, _tenant(connection, name, config, environ), users, kind, limit)
        finally:
            connection.close()
    except (sqlite3.Error, LookupError):
        return None


def _read(
    connection: sqlite3.Connection, tenant: str, users: list[str], kind: str, limit: int
) -> tuple[list[list[str]], list[str]]:
    """The cells of the rows, and the notes beside them. Raises LookupError where nobody is meant."""
    now = time.time_ns() // 1_000_000
    watched = connection.execute(
        "SELECT user_id FROM state.watched WHERE place = ? ORDER BY position, rowid", (tenant,)
    )
    scope = list(dict.fromkeys(users)) or [user for (user,) in watched if user.strip() and user.isprintable()]
    if not scope:
        raise LookupError("nobody is watched")
    total = _total(connection, tenant, scope, kind)
    found, fetched, hidden = [], [], 0
    for user in scope:
        values = {"place": tenant, "user": user, "now": now, "limit": limit}
        where = f"{OF_USER} AND {READ[kind]}"
        if kind == "unread":
            away = connection.execute(COUNT_PUT_AWAY, values).fetchone()[0]
            hidden, total = hidden + away, total - away
            where += f" AND {PUT_AWAY} IS NOT 1"
        newest = f"SELECT n.sorted_at, n.seq {SOURCE} {where} ORDER BY n.sorted_at DESC, n.seq DESC LIMIT :limit"
        found += connection.execute(newest, values).fetchall()
        at = connection.execute(FETCHED, values).fetchone()
        fetched.append((user, at[0] if at else None))
    if len(scope) > 1:
        found.sort(reverse=True)
    rows = _rows(connection, tenant, [seq for _, seq in found[:limit]], now)
    missing = _missing(connection, tenant, scope, kind) if total <= len(rows) else []
    return rows, [cached_note(fetched, now), *rest_notes(len(rows), total, hidden, missing)]


def _missing(connection: sqlite3.Connection, tenant: str, scope: list[str], kind: str) -> list[str]:
    """How much is loaded of those users of whom not everything is; as `fetching` tells it."""
    words = []
    for user in scope:
        values = {"place": tenant, "user": user}
        fetched_at, has_everything, *tally = connection.execute(KNOWN, values).fetchone()
        told = _reconciled(*tally)[("all", "unread", "read").index(kind)]
        if fetched_at is not None and has_everything:
            continue
        loaded = connection.execute(f"{COUNT} AND {READ[kind]}", values).fetchone()[0]
        if fetched_at is None or told is None or loaded < told:
            words.append(missing_words(user, loaded, told, is_fetched=fetched_at is not None))
    return words


def _reconciled(everything: int | None, unread: int | None, read: int | None) -> tuple[int | None, ...]:
    """As `Counts.reconciled` has it."""
    if everything is None or unread is None or read is None:
        return everything, unread, read
    everything = max(everything, unread + read)
    return everything, unread, everything - unread


def _rows(connection: sqlite3.Connection, tenant: str, seqs: list[int], now: int) -> list[list[str]]:
    """The cells of these rows, in this order."""
    cells = {}
    for start in range(0, len(seqs), AT_ONCE):
        some = ",".join(map(str, seqs[start : start + AT_ONCE]))
        for seq, *row in connection.execute(f"{ROWS} {SOURCE} WHERE n.seq IN ({some})", {"place": tenant}):
            cells[seq] = _cells(row, now)
    return [cells[seq] for seq in seqs]


def _total(connection: sqlite3.Connection, tenant: str, scope: list[str], kind: str) -> int:
    """How many rows of this kind are cached of these users."""

    def count(statement: str, user: str = "") -> int:
        return int(connection.execute(statement, {"place": tenant, "user": user}).fetchone()[0])

    if set(connection.execute(EVERYBODY)) <= {(tenant, user) for user in scope}:
        unread = count(EVERYTHING_UNREAD)
        return unread if kind == "unread" else count(EVERYTHING) - (unread if kind == "read" else 0)
    return sum(count(f"{COUNT} AND {READ[kind]}", user) for user in scope)


def _may_hold_code(title: str) -> bool:
    """Whether only the mask can tell; most titles hold no number of that length."""
    return any(
        (sum(char.isdigit() for char in word) >= 2 and len(word) >= 4) or sum(map(str.isdigit, word)) >= 3
        for word in title.replace("-", "").split()
    )


def _cells(row: list[object], now: int) -> list[str]:
    second, millisecond, user, event, title, id, is_read, mark, done_at, snoozed_until, is_starred, note = row
    if _may_hold_code(str(title)):
        raise LookupError("a title may hold a one-time code")
    created = "" if second is None else f"{second}.{millisecond:03}Z" if millisecond else f"{second}Z"
    state, _, confirmed = str(mark or "").partition(" ")
    planes = (
        LABELS[state_of(bool(is_read), state, was_confirmed=bool(confirmed))],
        triage_label(done_at, snoozed_until, bool(is_starred), note, now),  # type: ignore[arg-type]
    )
    return [planes[0], created, str(user), str(event), str(title), planes[1], str(id)]


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


def _print(rows: list[list[str]], notes: list[str]) -> int | None:
    if not all(cell.isascii() and cell.isprintable() for row in rows for cell in row):
        from neptune_inbox.presentation.table import tab_lines

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
            from neptune_inbox.cli.output import Output, output_lost
            from neptune_inbox.errors import StoreProblem

            Output().error(output_lost(problem))
            return StoreProblem.exit_code
    return 0
