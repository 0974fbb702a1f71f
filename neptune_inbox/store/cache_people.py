"""What the cache knows of users: the server's counts, how fresh we are, their profile and contact infos."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection

from msgspec.structs import astuple

from neptune_inbox.model import ContactInfo, Counts, Freshness, Instant, User
from neptune_inbox.store.cache_names import account_ref, account_refs, make_account, place_ref
from neptune_inbox.text import CleanText

_USER = (
    "SELECT a.user_id, u.name, u.meta, u.contacts FROM user u JOIN account a ON a.ref = u.account WHERE a.place = ?"
)


def set_counts(connection: sqlite3.Connection, place: str, user_id: str, counts: Counts, at: Instant) -> None:
    """Keep the counts that the server told; one that it did not tell stays as it was told before."""
    connection.execute(
        'INSERT INTO tally (account, "all", unread, read, at) VALUES (?, ?, ?, ?, ?) ON CONFLICT (account) DO UPDATE'
        ' SET "all" = COALESCE(excluded."all", "all"), unread = COALESCE(excluded.unread, unread),'
        " read = COALESCE(excluded.read, read), at = excluded.at",
        (make_account(connection, place, user_id), counts.all, counts.unread, counts.read, at),
    )


def counts(connection: sqlite3.Connection, place: str, user_ids: Collection[str]) -> dict[str, Counts]:
    """The server's counts of those of these users of whom it told any."""
    refs = {ref: user_id for user_id, ref in account_refs(connection, place, user_ids).items()}
    found = connection.execute(
        'SELECT account, "all", unread, read FROM tally WHERE account IN (SELECT value FROM json_each(?))',
        (json.dumps(list(refs)),),
    )
    return {refs[account]: Counts(*numbers) for account, *numbers in found}


def local_counts(connection: sqlite3.Connection, place: str, user_ids: Collection[str]) -> Counts:
    """How many rows of these users are cached."""
    refs = list(account_refs(connection, place, user_ids).values())
    (everybody,) = connection.execute("SELECT count(*) FROM account").fetchone()
    if len(refs) == everybody:
        # SQLite adds up what the pages of an index hold; with a condition it would look at every row.
        (everything,) = connection.execute("SELECT count(*) FROM notification").fetchone()
        (unread,) = connection.execute(
            "SELECT count(*) FROM notification INDEXED BY by_time_unread WHERE is_read = 0"
        ).fetchone()
    else:
        everything, read = connection.execute(
            "SELECT count(*), COALESCE(sum(is_read), 0) FROM notification INDEXED BY by_account"
            " WHERE account IN (SELECT value FROM json_each(?))",
            (json.dumps(refs),),
        ).fetchone()
        unread = everything - read
    return Counts(everything, unread, everything - unread)


def set_freshness(connection: sqlite3.Connection, place: str, fresh: Freshness) -> None:
    """Keep how fresh what we know of a user is."""
    connection.execute(
        "INSERT OR REPLACE INTO freshness VALUES (?, ?, ?, ?, ?)",
        (
            make_account(connection, place, fresh.user_id),
            fresh.fetched_at,
            fresh.problem,
            fresh.complete_back_to,
            fresh.has_everything,
        ),
    )


def freshness(connection: sqlite3.Connection, place: str, user_ids: Collection[str]) -> dict[str, Freshness]:
    """How fresh what we know of those of these users is who were ever asked for."""
    refs = {ref: user_id for user_id, ref in account_refs(connection, place, user_ids).items()}
    found = connection.execute(
        "SELECT account, fetched_at, problem, complete_back_to, has_everything FROM freshness"
        " WHERE account IN (SELECT value FROM json_each(?))",
        (json.dumps(list(refs)),),
    )
    return {
        refs[account]: Freshness(refs[account], fetched_at, problem, back_to, bool(everything))
        for account, fetched_at, problem, back_to, everything in found
    }


def save_user(connection: sqlite3.Connection, place: str, user: User, at: Instant) -> None:
    """Keep a user's profile and contact infos."""
    contacts = json.dumps([astuple(contact) for contact in user.contacts])
    connection.execute(
        "INSERT OR REPLACE INTO user VALUES (?, ?, ?, ?, ?)",
        (make_account(connection, place, user.user_id), user.name, user.meta, contacts, at),
    )


def forget_user(connection: sqlite3.Connection, place: str, user_id: str) -> None:
    """Forget a user's profile and contact infos; their notifications stay."""
    connection.execute("DELETE FROM user WHERE account = ?", (account_ref(connection, place, user_id),))


def seen_users(connection: sqlite3.Connection, place: str) -> list[str]:
    """Everybody of whom anything was ever cached at a place, watched or not."""
    found = connection.execute(
        "SELECT user_id FROM account WHERE place = ? ORDER BY user_id", (place_ref(connection, place),)
    )
    return [str(user_id) for (user_id,) in found]


def users(connection: sqlite3.Connection, place: str) -> list[User]:
    """The cached users of a place, by their id."""
    found = connection.execute(f"{_USER} ORDER BY a.user_id", (place_ref(connection, place),))
    return [_user(*row) for row in found]


def user(connection: sqlite3.Connection, place: str, user_id: str) -> User | None:
    """One cached user, or None."""
    found = connection.execute(f"{_USER} AND a.user_id = ?", (place_ref(connection, place), user_id)).fetchone()
    return _user(*found) if found else None


def _user(user_id: str, name: str, meta: str, contacts: str) -> User:
    kept = tuple(ContactInfo(*contact) for contact in json.loads(contacts))
    return User(user_id, CleanText(name), meta, kept)
