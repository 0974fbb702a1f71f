"""What `timeline --json` prints: one axis, or what was so at a moment."""

from __future__ import annotations

from neptune_inbox.cli.schema_types import TEXT, TEXT_OR_NULL, TIME, WHOLE, record, rows

TIMELINE = record(
    {
        "user_id": TEXT,
        "since": TIME,
        "at": TIME,
        "entries": rows(
            record(
                {
                    "kind": {"enum": ["came", "marked", "unknown", "read", "noted"]},
                    "at": TIME,
                    "after": TIME,
                    "before": TIME,
                    "id": TEXT_OR_NULL,
                    "title": TEXT_OR_NULL,
                    "event_type": TEXT_OR_NULL,
                    "by": TEXT_OR_NULL,
                    "outcome": TEXT_OR_NULL,
                    "note": TEXT_OR_NULL,
                }
            )
        ),
    }
)
"""At a moment `at`, or somewhere after `after` and not after `before`; an end that is null is open."""
BELL_ROW = record(
    {
        "id": TEXT,
        "user_id": TEXT,
        "title": TEXT,
        "event_type": TEXT,
        "created_at": TIME,
        "state": {"enum": ["unread", "read", "unknown"]},
        "unread_until": TIME,
        "read_from": TIME,
    }
)
"""Where `state` is unknown: unread before `unread_until`, read from `read_from` on, as far as that is known."""
BELL_AS_OF = record(
    {
        "user_id": TEXT,
        "as_of": TIME,
        "looked_at": TIME,
        "known_back_to": TIME,
        "unread": WHOLE,
        "read": WHOLE,
        "unknown": WHOLE,
        "rows": rows(BELL_ROW),
    }
)
