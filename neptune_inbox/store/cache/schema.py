"""The schema of `cache.db`: what the server sent, which may be deleted at any time.

Tenants, users and event types are small integers, so that the indexes that a list is drawn from stay small and hold
everything but the text: no row is read to decide what a list shows. `seq` is the rowid, named so that an index can
end with it. The full-text index keeps no copy of the text; `cache_text` tells it what to forget.
"""

from __future__ import annotations

from pathlib import Path

from neptune_inbox.model import Now
from neptune_inbox.store.database.database import Database

APPLICATION_ID = 0x4E_70_43_61
"""`NpCa`."""

NOTIFICATIONS = (
    "CREATE TABLE place (ref INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)",
    """CREATE TABLE account (
        ref INTEGER PRIMARY KEY, place INTEGER NOT NULL, user_id TEXT NOT NULL, UNIQUE (place, user_id))""",
    """CREATE TABLE event (
        ref INTEGER PRIMARY KEY, place INTEGER NOT NULL, name TEXT NOT NULL, UNIQUE (place, name))""",
    # `sorted_at` is `created_at`, or `first_seen_at` where the server does not say; `digest` is over all that it said
    # but the read state; `marked_at` is when our own mark was confirmed.
    """CREATE TABLE notification (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        place INTEGER NOT NULL,
        account INTEGER NOT NULL,
        id TEXT NOT NULL,
        title TEXT NOT NULL,
        event INTEGER NOT NULL,
        created_at INTEGER,
        sorted_at INTEGER NOT NULL,
        is_read INTEGER NOT NULL,
        read_at INTEGER,
        has_link INTEGER NOT NULL,
        first_seen_at INTEGER NOT NULL,
        last_seen_unread_at INTEGER,
        first_seen_read_at INTEGER,
        marked_at INTEGER,
        digest INTEGER NOT NULL,
        UNIQUE (account, id))""",
    "CREATE INDEX by_time ON notification (place, sorted_at, seq, account, is_read, event, has_link)",
    "CREATE INDEX by_account ON notification (account, sorted_at, seq, is_read, event, has_link)",
    """CREATE INDEX by_time_unread ON notification (place, sorted_at, seq, account, is_read, event, has_link)
        WHERE is_read = 0""",
    """CREATE TABLE content (
        seq INTEGER PRIMARY KEY,
        body TEXT NOT NULL,
        status TEXT NOT NULL,
        link TEXT NOT NULL,
        data TEXT NOT NULL,
        raw TEXT NOT NULL)""",
    """CREATE VIRTUAL TABLE words USING fts5 (
        title, body, data, event_type, user_id, content = '', tokenize = 'trigram')""",
)

REST = (
    """CREATE TABLE tally (
        account INTEGER PRIMARY KEY, "all" INTEGER, unread INTEGER, read INTEGER, at INTEGER NOT NULL)""",
    """CREATE TABLE freshness (
        account INTEGER PRIMARY KEY,
        fetched_at INTEGER,
        problem TEXT NOT NULL,
        complete_back_to INTEGER,
        has_everything INTEGER NOT NULL)""",
    """CREATE TABLE user (
        account INTEGER PRIMARY KEY,
        name TEXT NOT NULL,
        meta TEXT NOT NULL,
        contacts TEXT NOT NULL,
        at INTEGER NOT NULL)""",
    "CREATE TABLE screen (name TEXT NOT NULL PRIMARY KEY, text TEXT NOT NULL)",
)

IDENTITY = (
    # `identifiers` is every id of the row that may be its own, as JSON pairs of field and value; empty where the row
    # was cached before they were looked at. `named` finds rows by the hash of such a pair.
    "ALTER TABLE content ADD COLUMN identifiers TEXT NOT NULL DEFAULT ''",
    "CREATE TABLE named (seq INTEGER NOT NULL, pair INTEGER NOT NULL, PRIMARY KEY (seq, pair)) WITHOUT ROWID",
    "CREATE INDEX by_pair ON named (pair)",
    "CREATE TABLE repeated (place INTEGER NOT NULL, field TEXT NOT NULL, PRIMARY KEY (place, field)) WITHOUT ROWID",
    # What was cached before is written once more when it is next seen.
    "UPDATE notification SET digest = 0",
)

ODDITIES = (
    "ALTER TABLE freshness ADD COLUMN skipped INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE freshness ADD COLUMN unnamed INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE freshness ADD COLUMN remarks TEXT NOT NULL DEFAULT ''",
)

EXTRAS = (
    # The declared fields without a column of their own, as a JSON object, and the words of those that are searched.
    # A row of `notification` without any has none here, so that the fields of every row cost nothing more.
    "CREATE TABLE extra (seq INTEGER PRIMARY KEY, fields TEXT NOT NULL, words TEXT NOT NULL)",
)

LOOKS = ("ALTER TABLE freshness ADD COLUMN looked_at INTEGER",)

MIGRATIONS = ((*NOTIFICATIONS, *REST), IDENTITY, ODDITIES, EXTRAS, LOOKS)


def open_cache(path: Path | None, now: Now) -> Database:
    """`cache.db` at this path, or in memory; raises what `Database.open` raises."""
    return Database.open(path, MIGRATIONS, application_id=APPLICATION_ID, is_precious=False, now=now)
