"""The tables of `state.db` for the team's facts. The same file as the outbox: a fact is saved with the change it
records."""

from __future__ import annotations

TEAM = (
    # `is_own`: made on this machine; `shared_at` is by the clock of the team's database.
    """CREATE TABLE team_fact (
        id TEXT NOT NULL UNIQUE,
        place TEXT NOT NULL,
        kind TEXT NOT NULL,
        user_id TEXT NOT NULL,
        notification_id TEXT NOT NULL,
        agent TEXT NOT NULL,
        made_at INTEGER NOT NULL,
        shared_at INTEGER,
        is_own INTEGER NOT NULL CHECK (is_own IN (0, 1)),
        details TEXT NOT NULL)""",
    "CREATE INDEX team_fact_key ON team_fact (place, user_id, notification_id)",
    "CREATE INDEX team_fact_kind ON team_fact (place, kind, made_at)",
    "CREATE INDEX team_fact_waiting ON team_fact (place, id) WHERE is_own = 1 AND shared_at IS NULL",
    # Whose claim an agent was shown before the marks of a receipt.
    "CREATE TABLE team_known (receipt_id TEXT NOT NULL PRIMARY KEY, agent TEXT NOT NULL)",
    # How far the facts of which database were read.
    "CREATE TABLE team_read (place TEXT NOT NULL PRIMARY KEY, store TEXT NOT NULL, position INTEGER NOT NULL)",
)
