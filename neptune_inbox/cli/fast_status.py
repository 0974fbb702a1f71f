"""`status` for bars and prompts, which ask every few seconds: read with sqlite3 alone.

As `fast_list` it answers only what it is sure of, and None for everything else; both doors print the same (tested).
"""

from __future__ import annotations

import time

from neptune_inbox.cli.fast_store import (
    FETCHED,
    KNOWN,
    PUT_AWAY,
    look,
    missing,
    reconciled,
    total,
    watched,
    write,
)
from neptune_inbox.presentation.status import USUAL, Status, fill, format_problem
from neptune_inbox.presentation.times import LAST_MOMENT

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

    from neptune_inbox.model import Instant

OPTIONS = {"--format": "format", "--profile": "profile", "-P": "profile"}
OF_MINE = f"""SELECT n.seq FROM state.mine m JOIN place p ON p.name = m.place
    JOIN account a ON a.place = p.ref AND a.user_id = m.user_id
    JOIN notification n ON n.account = a.ref AND n.id = m.id
    WHERE m.place = :place AND {PUT_AWAY} AND n.is_read = 0"""
OF_MARKS = """SELECT n.seq FROM state.mark k JOIN place p ON p.name = k.place
    JOIN account a ON a.place = p.ref AND a.user_id = k.user_id
    JOIN notification n ON n.account = a.ref AND n.id = k.id
    WHERE k.place = :place AND k.state IN ('held', 'sending') AND n.is_read = 0"""
IN_SCOPE = "a.user_id IN (SELECT user_id FROM state.watched WHERE place = :place)"
NOT_TO_DO = f"{OF_MINE} AND {IN_SCOPE} UNION {OF_MARKS} AND {IN_SCOPE}"
OLDEST = f"""SELECT n.created_at FROM notification n INDEXED BY by_time_unread
    WHERE n.place = (SELECT ref FROM place WHERE name = :place) AND n.is_read = 0
    AND n.account IN (SELECT a.ref FROM account a WHERE a.place = n.place AND {IN_SCOPE})
    AND n.seq NOT IN ({NOT_TO_DO}) ORDER BY n.sorted_at, n.seq LIMIT 1"""
PENDING = "SELECT count(*) FROM state.mark WHERE place = :place AND state IN ('held', 'sending')"
REFUSED = """SELECT count(*) FROM state.mark m WHERE m.place = :place AND m.state = 'failed'
    AND NOT EXISTS (SELECT 1 FROM state.mark n WHERE n.place = m.place AND n.user_id = m.user_id AND n.id = m.id
        AND n.serial > m.serial AND n.state NOT IN ('undone', 'dropped'))"""


def status(arguments: list[str], environ: Mapping[str, str]) -> int | None:
    """Print the status that these arguments of `status` ask for, and answer the exit code; None where it must not."""
    wish = _read_request(arguments)
    if wish is None or any(format_problem(wish["format"])):
        return None
    now = time.time_ns() // 1_000_000
    found = look(wish["profile"], environ, lambda connection, tenant, name: _read(connection, tenant, name, now))
    if found is None:
        return None
    if not wish["json"]:
        return write(fill(wish["format"], found.words(now)) + "\n", "")
    import json

    return write(json.dumps(found.record(_iso), indent=2) + "\n", "")


def _read_request(arguments: list[str]) -> dict[str, str] | None:
    wish = {"format": USUAL, "profile": "", "json": ""}
    rest = list(arguments)
    while rest:
        word, sign, value = rest.pop(0).partition("=")
        if word == "--json" and not sign:
            wish["json"] = word
            continue
        name = OPTIONS.get(word)
        if name is None or not (sign or rest) or (sign and not word.startswith("--")):
            return None
        wish[name] = value if sign else rest.pop(0)
        if name == "profile" and (not wish[name].strip() or wish[name].startswith("-")):
            return None
    return wish


def _read(connection: sqlite3.Connection, tenant: str, profile: str, now: Instant) -> Status:
    """Raises LookupError where nobody is watched: then the profile may name who is."""
    scope = watched(connection, tenant)
    if not scope:
        raise LookupError("nobody is watched")
    values = {"place": tenant, "now": now}

    def number(statement: str) -> int:
        return int(connection.execute(statement, values).fetchone()[0])

    looks, counts = [], []
    for user in scope:
        of_user = {"place": tenant, "user": user}
        at = connection.execute(FETCHED, of_user).fetchone()
        looks.append(at[0] if at else None)
        counts.append(reconciled(*connection.execute(KNOWN, of_user).fetchone()[2:])[1])
    oldest = connection.execute(OLDEST, values).fetchone()
    if any(at is not None and not 0 <= at <= LAST_MOMENT for at in (*looks, *(oldest or ()))):
        raise LookupError("a time that no calendar shows")
    return Status(
        profile,
        counts,
        looks,
        todo=total(connection, tenant, scope, "unread") - number(f"SELECT count(*) FROM ({NOT_TO_DO})"),
        oldest=oldest[0] if oldest else None,
        is_whole=not missing(connection, tenant, scope, "unread"),
        pending=number(PENDING),
        refused=number(REFUSED),
    )


def _iso(instant: Instant | None) -> str | None:
    """As `presentation.json` has it."""
    if instant is None:
        return None
    second, millisecond = divmod(instant, 1000)
    text = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second))
    return f"{text}.{millisecond:03}Z" if millisecond else f"{text}Z"
