"""The part of `state.db` that holds arrivals for hooks: what a command was not handed must survive the cache."""

from __future__ import annotations

HOOKS = (
    # What the look that is under way brought: its pages come newest first, so the order is made at its end. A later
    # page has a lower `turn`.
    """CREATE TABLE arriving (
        place TEXT NOT NULL,
        user_id TEXT NOT NULL,
        id TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        turn INTEGER NOT NULL,
        at INTEGER NOT NULL,
        UNIQUE (place, user_id, id))""",
    # In the order in which hooks get them. One that is missing has left the cache; cached again it arrives again.
    """CREATE TABLE arrival (
        serial INTEGER PRIMARY KEY AUTOINCREMENT,
        place TEXT NOT NULL,
        user_id TEXT NOT NULL,
        id TEXT NOT NULL,
        at INTEGER NOT NULL,
        is_missing INTEGER NOT NULL DEFAULT 0,
        UNIQUE (place, user_id, id))""",
    "CREATE INDEX arrival_place ON arrival (place, serial)",
    # `cursor` is the serial of the last arrival that the hook is done with.
    """CREATE TABLE hook (
        place TEXT NOT NULL,
        name TEXT NOT NULL,
        cursor INTEGER NOT NULL,
        handed INTEGER NOT NULL DEFAULT 0,
        failures INTEGER NOT NULL DEFAULT 0,
        next_at INTEGER,
        ended_at INTEGER,
        exit_code INTEGER,
        problem TEXT NOT NULL DEFAULT '',
        errors TEXT NOT NULL DEFAULT '',
        UNIQUE (place, name))""",
)
