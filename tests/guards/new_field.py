"""A product with one more field: the module that declares `priority`, and the way of a row through every room.

It is run by itself, as the declaration comes before the rooms are imported, and prints what each of them made of it.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from neptune_inbox.notification_fields import ColumnShape, Field, Kind, declare

declare(
    Field(
        "priority",
        Kind.LINE,
        wire=("priority", "importance"),
        is_searched=True,
        column=ColumnShape("priority", 40, ((92, 8),)),
    )
)
declare(Field("expires_at", Kind.INSTANT, wire=("expires_at",)))


def answer(noon: int) -> dict[str, Any]:
    """What a server sends whose rows carry the field, each under one of its names."""
    return {
        "data": [
            {"id": "n-1", "title": "Card declined", "importance": "high", "created_at": noon},
            {
                "id": "n-2",
                "title": "Welcome",
                "priority": "low\u001b[31m",
                "created_at": noon - 1,
                "expires_at": "2026-11-05T12:00:00Z",
            },
        ]
    }


def main() -> None:
    from neptune_inbox.api.decode_notifications import decode_page
    from neptune_inbox.cli.commands.inbox import ON_SCREEN
    from neptune_inbox.cli.schemas import CSV, LISTED, columns
    from neptune_inbox.config import Settings, UiSettings
    from neptune_inbox.model import Clause, Filter, Key, Search, Triage
    from neptune_inbox.presentation.json import notification_json
    from neptune_inbox.presentation.rows import Columns, row_spans
    from neptune_inbox.startup.snapshot import dump_rows
    from neptune_inbox.store.cache.cache import Cache
    from neptune_inbox.store.cache.schema import open_cache
    from tests.builders import NOON

    page = decode_page(answer(NOON), user_id="u-1", kind=Filter.UNREAD)
    cache = Cache(open_cache(None, lambda: NOON), "acme", lambda: NOON)
    cache.merge("u-1", page, seen_at=NOON)
    again = cache.merge("u-1", page, seen_at=NOON)
    seqs = cache.snapshot(Search(("u-1",)))
    rows = cache.rows(seqs)
    first, second = (cache.notification(Key("u-1", id)) for id in ("n-1", "n-2"))
    assert first is not None
    assert second is not None

    def found(text: str, limit: int | None = None) -> list[str]:
        clauses = (Clause("text", text),)
        return [key.id for key in cache.keys(cache.snapshot(Search(("u-1",), clauses=clauses), limit=limit))]

    wide, narrow = (Columns.for_width(width, with_user=True) for width in (120, 60))
    line = "".join(text for text, _ in row_spans(rows[0], wide, NOON))
    told = {
        "changed_when_seen_again": again.changed,
        "found": [found("HIGH"), found("high", limit=10), found("hi"), found("low"), found("none")],
        "wide": line,
        "narrow": "".join(text for text, _ in row_spans(rows[0], narrow, NOON)),
        "snapshot": "".join(text for text, _ in row_spans(dump_rows(rows)[0], wide, NOON)),
        "json": [notification_json(each, Triage()) for each in (first, second)],
        "schema": LISTED["properties"],
        "csv": columns(CSV["list"]),
        "table": [column.name for column in ON_SCREEN],
        "setting": Settings(ui=UiSettings()).ui.columns,
    }
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main()
