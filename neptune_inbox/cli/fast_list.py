"""`list --cached` for scripts that ask every few seconds: plain lines, read with sqlite3 alone.

It answers only what it is sure of. For everything else (a terminal, JSON, a query, an odd configuration or store) it
answers None before anything is written, and the command itself does it. Both print the same (tested).
"""

from __future__ import annotations

import sys
import time

from neptune_inbox.cli.fast_store import COUNT_PUT_AWAY, FETCHED, PUT_AWAY, READ, look, missing, total, watched, write
from neptune_inbox.presentation.labels import LIMIT, cached_note, codes_note, rest_notes, triage_label
from neptune_inbox.presentation.row_state import LABELS, state_of
from neptune_inbox.startup.locate import read_config

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

SOURCE = """
    FROM account a JOIN notification n ON n.account = a.ref
    LEFT JOIN state.mine m ON m.place = :place AND m.user_id = a.user_id AND m.id = n.id"""
OF_USER = "WHERE a.place = (SELECT ref FROM place WHERE name = :place) AND a.user_id = :user"
TITLE = 4
"""Where the title is among the cells."""
AT_ONCE = 500
"""Rows to a statement."""
MARK = """(SELECT k.state || iif(k.confirmed_at IS NULL, '', ' again')
    FROM state.mark k WHERE k.place = :place AND k.user_id = a.user_id AND k.id = n.id
    AND k.state NOT IN ('undone', 'dropped') ORDER BY k.serial DESC LIMIT 1)"""
CREATED = "strftime('%Y-%m-%dT%H:%M:%S', n.created_at / 1000, 'unixepoch')"
EVENT = "(SELECT name FROM event WHERE ref = n.event)"
PARTS = f"""SELECT n.seq, {EVENT}, n.title, c.body, c.link, c.status, c.data, c.raw, x.fields
    FROM notification n JOIN content c ON c.seq = n.seq LEFT JOIN extra x ON x.seq = n.seq"""
"""Where a code of a row may be."""
ROWS = f"""SELECT n.seq, {CREATED}, n.created_at % 1000, a.user_id, {EVENT}, n.title, n.id,
    n.is_read, {MARK}, m.done_at, m.snoozed_until, coalesce(m.is_starred, 0), coalesce(m.note, '')"""


def list_cached(arguments: list[str], environ: Mapping[str, str]) -> int | None:
    """Print the list that these arguments of `list` ask for, and answer the exit code; None where it must not."""
    wish = _read_request(arguments)
    if wish is None or sys.stdout.isatty() or "privacy" in (read_config(environ) or ""):
        return None
    users, kind, limit, profile = wish
    found = look(profile, environ, lambda connection, tenant, _: _read(connection, tenant, users, kind, limit))
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


def _read(
    connection: sqlite3.Connection, tenant: str, users: list[str], kind: str, limit: int
) -> tuple[list[list[str]], list[str]]:
    """The cells of the rows, and the notes on them. Raises LookupError where no user is meant."""
    now = time.time_ns() // 1_000_000
    scope = list(dict.fromkeys(users)) or watched(connection, tenant)
    if not scope:
        raise LookupError("nobody is watched")
    rest = total(connection, tenant, scope, kind)
    found, fetched, hidden = [], [], 0
    for user in scope:
        values = {"place": tenant, "user": user, "now": now, "limit": limit}
        where = f"{OF_USER} AND {READ[kind]}"
        if kind == "unread":
            away = connection.execute(COUNT_PUT_AWAY, values).fetchone()[0]
            hidden, rest = hidden + away, rest - away
            where += f" AND {PUT_AWAY} IS NOT 1"
        newest = f"SELECT n.sorted_at, n.seq {SOURCE} {where} ORDER BY n.sorted_at DESC, n.seq DESC LIMIT :limit"
        found += connection.execute(newest, values).fetchall()
        at = connection.execute(FETCHED, values).fetchone()
        fetched.append((user, at[0] if at else None))
    if len(scope) > 1:
        found.sort(reverse=True)
    seqs = [seq for _, seq in found[:limit]]
    cells = _cells_of(connection, tenant, seqs, now)
    masked = _hide_codes(connection, cells)
    rows = [cells[seq] for seq in seqs]
    lacking = missing(connection, tenant, scope, kind) if rest <= len(rows) else []
    notes = [
        cached_note(fetched, now),
        *rest_notes(len(rows), rest, hidden, lacking, is_search=False, is_cached=True),
    ]
    return rows, [*notes, codes_note(masked)] if masked else notes


def _cells_of(connection: sqlite3.Connection, tenant: str, seqs: list[int], now: int) -> dict[int, list[str]]:
    """The cells of these rows."""
    cells = {}
    for start in range(0, len(seqs), AT_ONCE):
        some = ",".join(map(str, seqs[start : start + AT_ONCE]))
        for seq, *row in connection.execute(f"{ROWS} {SOURCE} WHERE n.seq IN ({some})", {"place": tenant}):
            cells[seq] = _cells(row, now)
    return cells


def _hide_codes(connection: sqlite3.Connection, cells: dict[int, list[str]]) -> int:
    """Hide the codes in the titles; in how many there was one."""
    digits = [seq for seq, row in cells.items() if any(map(str.isdigit, row[TITLE]))]
    if not digits:
        return 0
    from neptune_inbox.code_words import CANDIDATE, EVENTS, is_like_any, may_speak_of_code

    suspects = [seq for seq in digits if CANDIDATE.search(cells[seq][TITLE])]
    masked = 0
    for start in range(0, len(suspects), AT_ONCE):
        some = ",".join(map(str, suspects[start : start + AT_ONCE]))
        for seq, event, *texts in connection.execute(f"{PARTS} WHERE n.seq IN ({some})"):
            # An escaped letter may belong to such a word as well.
            told = "\n".join((event, *filter(None, texts)))
            if may_speak_of_code(told) or "\\u" in told or is_like_any(event, EVENTS):
                masked += _hide_code(cells[seq], event, *texts)
    return masked


def _hide_code(row: list[str], event: str, title: str, body: str, link: str, status: str, *payloads: str) -> bool:
    """Hide the codes in one title that any part of its notification gives away; returns whether there were any."""
    from neptune_inbox.codes import CodeMask

    codes = CodeMask().find(event, title, body, (link, status), tuple(text for text in payloads if text is not None))
    shown = codes.hide(title) if codes is not None else title
    row[TITLE] = shown
    return shown != title


def _cells(row: list[object], now: int) -> list[str]:
    second, millisecond, user, event, title, id, is_read, mark, done_at, snoozed_until, is_starred, note = row
    created = "" if second is None else f"{second}.{millisecond:03}Z" if millisecond else f"{second}Z"
    state, _, confirmed = str(mark or "").partition(" ")
    planes = (
        LABELS[state_of(bool(is_read), state, was_confirmed=bool(confirmed))],
        triage_label(done_at, snoozed_until, bool(is_starred), note, now),  # type: ignore[arg-type]
    )
    return [planes[0], created, str(user), str(event), str(title), planes[1], str(id)]


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
    return write(text, beside)
