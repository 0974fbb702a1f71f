"""The schema of `state.db`: the outbox, triage, the team's facts and what hooks wait for; nobody can fetch it again.

Every mark carries a seal over its row: what a damaged disk made of it is never sent (view `unsound`).
"""

from __future__ import annotations

from pathlib import Path

from neptune_inbox.model import Now
from neptune_inbox.store.database.database import Database
from neptune_inbox.store.hooks.schema import HOOKS
from neptune_inbox.store.team.schema import TEAM

APPLICATION_ID = 0x4E_70_53_74
"""`NpSt`."""

SEALED_IN_1 = (
    "place, user_id, id, receipt_id, profile, environment, state, made_at, due_at, attempts, error,"
    " settled_at, lease_owner, lease_until, request_id"
)
SEALED = f"{SEALED_IN_1}, field, posted_id, failed_fields, confirmed_at, contradicted_at"

OUTBOX = (
    """CREATE TABLE receipt (
        serial INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        place TEXT NOT NULL,
        made_at INTEGER NOT NULL,
        label TEXT NOT NULL,
        left_alone INTEGER NOT NULL)""",
    "CREATE INDEX receipt_place ON receipt (place, serial)",
    """CREATE TABLE mark (
        serial INTEGER PRIMARY KEY AUTOINCREMENT,
        place TEXT NOT NULL,
        user_id TEXT NOT NULL,
        id TEXT NOT NULL,
        receipt_id TEXT NOT NULL,
        profile TEXT NOT NULL,
        environment TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('held', 'sending', 'sent', 'failed', 'undone', 'dropped')),
        made_at INTEGER NOT NULL,
        due_at INTEGER NOT NULL,
        attempts INTEGER NOT NULL DEFAULT 0,
        error TEXT NOT NULL DEFAULT '',
        settled_at INTEGER,
        lease_owner TEXT NOT NULL DEFAULT '',
        lease_until INTEGER NOT NULL DEFAULT 0,
        request_id TEXT NOT NULL DEFAULT '',
        seal INTEGER NOT NULL DEFAULT 0)""",
    "CREATE UNIQUE INDEX mark_unsettled ON mark (place, user_id, id) WHERE state IN ('held', 'sending')",
    "CREATE INDEX mark_key ON mark (place, user_id, id, serial)",
    "CREATE INDEX mark_receipt ON mark (receipt_id, serial)",
    "CREATE INDEX mark_state ON mark (place, state, due_at, serial)",
    # What a receipt found already under way through an earlier act: it is mentioned, and never undone with it.
    """CREATE TABLE collapsed (
        receipt_id TEXT NOT NULL,
        serial INTEGER NOT NULL,
        UNIQUE (receipt_id, serial))""",
    f"""CREATE TRIGGER mark_sealed AFTER UPDATE OF {SEALED_IN_1} ON mark BEGIN
        UPDATE mark SET seal = seal({SEALED_IN_1}) WHERE serial = new.serial; END""",
    # Every row that could be sent, or should have been: what is settled and says when is history, and not read here.
    f"""CREATE VIEW unsound (source, id) AS SELECT 'mark', serial FROM mark
        WHERE (settled_at IS NULL OR state IN ('held', 'sending')) AND seal IS NOT seal({SEALED_IN_1})""",
)

DESK = (
    """CREATE TABLE mine (
        place TEXT NOT NULL,
        user_id TEXT NOT NULL,
        id TEXT NOT NULL,
        done_at INTEGER,
        snoozed_until INTEGER,
        is_starred INTEGER NOT NULL DEFAULT 0 CHECK (is_starred IN (0, 1)),
        note TEXT NOT NULL DEFAULT '',
        UNIQUE (place, user_id, id))""",
    "CREATE INDEX mine_done ON mine (place) WHERE done_at IS NOT NULL",
    "CREATE INDEX mine_snoozed ON mine (place, snoozed_until) WHERE snoozed_until IS NOT NULL",
    """CREATE TABLE watched (
        place TEXT NOT NULL,
        user_id TEXT NOT NULL,
        position INTEGER NOT NULL,
        UNIQUE (place, user_id))""",
    "CREATE TABLE bound (profile TEXT NOT NULL PRIMARY KEY, place TEXT NOT NULL)",
    "CREATE TABLE host (place TEXT NOT NULL, host TEXT NOT NULL, UNIQUE (place, host))",
)

_UPGRADED_STATE = "iif(state = 'sent', 'accepted', state)"
_UPGRADED = f"{SEALED_IN_1.replace(' state,', f' {_UPGRADED_STATE},')}, '', '', '', NULL, NULL"
"""A row of version 1 as one of version 2: that it was sent means that it was accepted, and no more."""

EFFECT = (
    "DROP VIEW unsound",
    """CREATE TABLE mark_2 (
        serial INTEGER PRIMARY KEY AUTOINCREMENT,
        place TEXT NOT NULL,
        user_id TEXT NOT NULL,
        id TEXT NOT NULL,
        receipt_id TEXT NOT NULL,
        profile TEXT NOT NULL,
        environment TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('held', 'sending', 'accepted', 'confirmed', 'contradicted', 'failed',
            'undone', 'dropped')),
        made_at INTEGER NOT NULL,
        due_at INTEGER NOT NULL,
        attempts INTEGER NOT NULL DEFAULT 0,
        error TEXT NOT NULL DEFAULT '',
        settled_at INTEGER,
        lease_owner TEXT NOT NULL DEFAULT '',
        lease_until INTEGER NOT NULL DEFAULT 0,
        request_id TEXT NOT NULL DEFAULT '',
        field TEXT NOT NULL DEFAULT '',
        posted_id TEXT NOT NULL DEFAULT '',
        failed_fields TEXT NOT NULL DEFAULT '',
        confirmed_at INTEGER,
        contradicted_at INTEGER,
        seal INTEGER NOT NULL DEFAULT 0)""",
    # A row that did not fit its seal gets none that fits.
    f"""INSERT INTO mark_2 (serial, {SEALED}, seal)
        SELECT serial, {_UPGRADED}, iif(seal IS seal({SEALED_IN_1}), seal({_UPGRADED}), 0) FROM mark""",
    "DROP TABLE mark",
    "ALTER TABLE mark_2 RENAME TO mark",
    "CREATE UNIQUE INDEX mark_unsettled ON mark (place, user_id, id) WHERE state IN ('held', 'sending')",
    "CREATE INDEX mark_key ON mark (place, user_id, id, serial)",
    "CREATE INDEX mark_receipt ON mark (receipt_id, serial)",
    "CREATE INDEX mark_state ON mark (place, state, due_at, serial)",
    f"""CREATE TRIGGER mark_sealed AFTER UPDATE OF {SEALED} ON mark BEGIN
        UPDATE mark SET seal = seal({SEALED}) WHERE serial = new.serial; END""",
    f"""CREATE VIEW unsound (source, id) AS SELECT 'mark', serial FROM mark
        WHERE (settled_at IS NULL OR state IN ('held', 'sending')) AND seal IS NOT seal({SEALED})""",
    # Which field of a row holds the id that a place takes; how that was learned, in words.
    """CREATE TABLE posted_field (
        place TEXT NOT NULL PRIMARY KEY, field TEXT NOT NULL, learned TEXT NOT NULL, at INTEGER NOT NULL)""",
)

JOURNAL = (
    # Made from the journal's files (`store/journal/index.py`): up to where each is known, and what is in which
    # block of it.
    """CREATE TABLE journal_file (
        id INTEGER PRIMARY KEY,
        settled INTEGER NOT NULL,
        settled_ending INTEGER NOT NULL,
        indexed INTEGER NOT NULL,
        indexed_ending INTEGER NOT NULL,
        seal INTEGER NOT NULL)""",
    """CREATE TABLE journal_block (
        file INTEGER NOT NULL,
        start INTEGER NOT NULL,
        "end" INTEGER NOT NULL,
        last_at INTEGER NOT NULL,
        names BLOB NOT NULL,
        UNIQUE (file, start))""",
)

KEPT = (
    """CREATE TABLE kept (
        place TEXT NOT NULL,
        profile TEXT NOT NULL,
        kind TEXT NOT NULL,
        name TEXT NOT NULL,
        text TEXT NOT NULL,
        at INTEGER NOT NULL,
        times INTEGER NOT NULL,
        UNIQUE (place, profile, kind, name))""",
)

NOTED = ("ALTER TABLE mine ADD COLUMN noted_at INTEGER",)

# How many of the attempts the service surely did nothing with.
VAIN = ("ALTER TABLE mark ADD COLUMN vain INTEGER NOT NULL DEFAULT 0",)

MIGRATIONS = ((*OUTBOX, *DESK), EFFECT, TEAM, JOURNAL, KEPT, NOTED, HOOKS, VAIN)


def open_state(path: Path | None, now: Now) -> Database:
    """`state.db` at this path, or in memory; raises what `Database.open` raises."""
    return Database.open(path, MIGRATIONS, application_id=APPLICATION_ID, is_precious=True, now=now)
