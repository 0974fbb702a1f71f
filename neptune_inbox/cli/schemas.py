"""What `--json` prints, command by command, as JSON Schema: `neptune-inbox help json` prints it and CI validates it.

The columns of CSV come from here too, so that a value has one name in every shape.
"""

from __future__ import annotations

from typing import Any, Final

from neptune_inbox.cli.schema_types import (
    ANY,
    FLAG,
    FLAG_OR_NULL,
    NUMBER,
    OBJECT,
    TEXT,
    TEXT_OR_NULL,
    TIME,
    TRUE,
    WHOLE,
    WHOLE_OR_NULL,
    Schema,
    either,
    record,
    rows,
)
from neptune_inbox.cli.timeline_schemas import BELL_AS_OF, BELL_ROW, TIMELINE
from neptune_inbox.notification_fields import MARK_BEHIND, Field, Kind, exported_fields

MINE = record({"done_at": TIME, "snoozed_until": TIME, "starred": FLAG, "note": TEXT})
STATES: Final = ["held", "sending", "accepted", "confirmed", "contradicted", "refused", "undone", "dropped"]
"""The state of a mark: before it is sent; taken by the server, shown as read there, still unread there; and so on."""
POSTED = either(record({"field": TEXT, "id": TEXT}), {"type": "null"})
ROW_MARK = either(record({"state": {"enum": STATES}, "at": TIME, "posted": POSTED}), {"type": "null"})


def _of_field(field: Field) -> Schema:
    match field.kind:
        case Kind.INSTANT:
            return TIME
        case Kind.PAYLOAD:
            return ANY
        case Kind.WHOLE:
            return WHOLE_OR_NULL
        case Kind.FLAG:
            return FLAG if field.stored else FLAG_OR_NULL
        case _:
            return TEXT


CODES_HIDDEN: Final[Schema] = {
    "const": True,
    "description": (
        "one-time codes in this notification are hidden: each letter and digit is shown as •; --show-codes"
        " shows them. Absent if nothing is hidden"
    ),
}
SHOWN_TITLE: Final[Schema] = {"type": "string", "description": "each letter and digit of a one-time code in it is •"}
OPTIONAL: Final = ("codes_hidden",)


def _notification() -> Schema:
    properties: Schema = {}
    for field in exported_fields():
        properties[field.key] = _of_field(field)
        if field.key == MARK_BEHIND:
            properties["mark"] = ROW_MARK
    return record({**properties, "mine": MINE, "codes_hidden": CODES_HIDDEN}, optional=OPTIONAL)


NOTIFICATION = _notification()
MARK = record(
    {
        "id": TEXT,
        "user_id": TEXT,
        "state": {"enum": STATES},
        "at": TIME,
        "posted": POSTED,
        "made_at": TIME,
        "due_at": TIME,
        "settled_at": TIME,
        "attempts": WHOLE,
        "error": TEXT,
        "receipt_id": TEXT,
    }
)
LISTED = record({**NOTIFICATION["properties"], "skipped": WHOLE}, optional=OPTIONAL)
"""`skipped`: how many rows of this customer could not be read and are not listed."""
PLACE = record({"profile": TEXT, "environment": TEXT, "host": TEXT})
RECEIPT = record(
    {"receipt_id": TEXT, "made_at": TIME, "label": TEXT, "left_alone": WHOLE, "place": PLACE, "marks": rows(MARK)},
)
JOURNAL_LINE = record(
    {
        "at": TIME,
        "actor": TEXT,
        "profile": TEXT,
        "environment": TEXT,
        "host": TEXT,
        "verb": TEXT,
        "outcome": TEXT,
        "user_id": TEXT,
        "id": TEXT,
        "receipt_id": TEXT,
        "detail": TEXT,
        "request_id": TEXT,
        "posted": POSTED,
    }
)
CONTACT = record({"type": TEXT, "value": TEXT, "filterable": TEXT_OR_NULL, "meta": ANY})
USER = record(
    {"user_id": TEXT, "name": TEXT, "meta": ANY, "contact_infos": rows(CONTACT)}, optional=("contact_infos",)
)
TEAM_MARK = record(
    {
        "agent": TEXT,
        "at": TIME,
        "state": {"enum": [*STATES, "unknown"]},
        "batch": TEXT_OR_NULL,
        "known": TEXT_OR_NULL,
    }
)
"""A colleague's mark: without a batch it was of the whole queue; `known` is whose claim they had been shown."""
TEAM = record(
    {
        "claim": either(record({"agent": TEXT, "since": TIME, "until": TIME}), {"type": "null"}),
        "handled": either(record({"agent": TEXT, "at": TIME}), {"type": "null"}),
        "notes": rows(record({"agent": TEXT, "at": TIME, "text": TEXT})),
    }
)
EVIDENCE = record(
    {
        **NOTIFICATION["properties"],
        "first_seen_at": TIME,
        "read_by": TEXT,
        "reader": either(record({"agent": TEXT, "at": TIME, "batch": TEXT}), {"type": "null"}),
        "read_after": TIME,
        "read_before": TIME,
        "contacts": either(rows(record({"type": TEXT, "value": TEXT})), {"type": "null"}),
        "missing": TEXT,
        "marks": rows(MARK),
        "team_marks": rows(TEAM_MARK),
        "team": TEAM,
        "team_behind": FLAG,
        "journal": rows(JOURNAL_LINE),
        "raw": ANY,
    },
    optional=OPTIONAL,
)
INSIGHT_EVENT = record(
    {
        "event_type": TEXT,
        "count": WHOLE,
        "read": WHOLE,
        "unread_after_1_day": WHOLE,
        "median_s": WHOLE_OR_NULL,
        "p90_s": WHOLE_OR_NULL,
        "at_most": FLAG,
    }
)
COUNTS = record(
    {
        "user_id": TEXT,
        "all": WHOLE_OR_NULL,
        "unread": WHOLE_OR_NULL,
        "read": WHOLE_OR_NULL,
        "fetched_at": TIME,
        "skipped": WHOLE,
        "counted_by": {"enum": ["server", "reading"]},
    }
)
USER_CHANGE = record(
    {
        "dry_run": TRUE,
        "user_id": TEXT,
        "before": {"type": ["object", "null"]},
        "after": {"type": ["object", "null"]},
        "place": PLACE,
    }
)
CONTACT_CHANGE = record(
    {
        "dry_run": TRUE,
        "action": {"enum": ["add", "change", "delete"]},
        "user_id": TEXT,
        "before": either(CONTACT, {"type": "null"}),
        "after": either(CONTACT, {"type": "null"}),
        "place": PLACE,
    }
)
MINE_OF = record({"id": TEXT, "user_id": TEXT, "mine": MINE})
WATCHED = record({"user_id": TEXT})
MARKED = {"already_read": rows(TEXT), "already_pending": rows(TEXT), "place": PLACE}
MARK_PLAN = record(
    {
        "dry_run": TRUE,
        "user_id": TEXT_OR_NULL,
        "would_mark": rows(
            record({"id": TEXT, "user_id": TEXT, "title": SHOWN_TITLE, "event_type": TEXT, "created_at": TIME})
        ),
        **MARKED,
    }
)
MARK_RECEIPT = record(
    {
        "receipt_id": TEXT_OR_NULL,
        "made_at": TIME,
        "label": TEXT,
        "left_alone": WHOLE,
        "marks": rows(MARK),
        **MARKED,
    },
    optional=("left_alone",),
)
SERVER_ALL_PLAN = record(
    {"dry_run": TRUE, "server_all": TRUE, "user_id": TEXT, "unread": WHOLE_OR_NULL, "place": PLACE}
)
SERVER_ALL = record({"server_all": TRUE, "user_id": TEXT, "state": TEXT, "at": TIME, "place": PLACE})
EVENT_SENT = record(
    {
        "sent": TRUE,
        "event_type": TEXT,
        "user_id": TEXT,
        "message_id": TEXT,
        "is_duplicate": FLAG,
        "answer": ANY,
        "arrival": either(record({"id": TEXT, "seconds": NUMBER}), {"type": "null"}),
        "place": PLACE,
    },
    optional=("arrival",),
)

ERROR: Final[Schema] = record(
    {
        "error": TEXT,
        "sentence": TEXT,
        "remedy": TEXT,
        "exit_code": WHOLE,
        "fields": OBJECT,
        "position": WHOLE,
    },
    optional=("fields", "position"),
)
"""The one object on standard error where a command ends with another code than 0."""

STATUS = record(
    {
        "profile": TEXT,
        "customers": WHOLE,
        "unread": WHOLE_OR_NULL,
        "unread_at_least": FLAG,
        "todo": WHOLE,
        "todo_at_least": FLAG,
        "oldest": TIME,
        "pending": WHOLE,
        "refused": WHOLE,
        "seen_at": TIME,
    }
)
"""`at_least`: not everybody was counted, or not everything is loaded, so that it may be more."""
CLAIM = record({"id": TEXT_OR_NULL, "user_id": TEXT, "agent": TEXT_OR_NULL, "since": TIME, "until": TIME})
"""Without an id it is the customer's whole queue; without an agent nobody is on it."""
INCIDENT = record(
    {
        "event_type": TEXT,
        "title": TEXT,
        "customers": WHOLE,
        "watched": WHOLE,
        "since": TIME,
        "until": TIME,
        "count": WHOLE,
        "read": WHOLE,
        "read_by_us": WHOLE,
        "members": rows(record({"id": TEXT, "user_id": TEXT})),
    }
)
"""`title` has `#` for what differs; `watched` is among how many customers they were looked for."""
ABOUT: Final[Schema] = {"id": TEXT_OR_NULL, "user_id": TEXT, "title": SHOWN_TITLE}
HANDOVER = record(
    {
        "since": TIME,
        "at": TIME,
        "agent": TEXT_OR_NULL,
        "team_behind": FLAG,
        "claimed": rows(record({**ABOUT, "agent": TEXT, "since": TIME})),
        "notes": rows(record({**ABOUT, "agent": TEXT, "at": TIME, "text": TEXT})),
        "handled": {"type": "object", "additionalProperties": WHOLE},
        "refused": rows(record({**ABOUT, "agent": TEXT, "at": TIME, "reason": TEXT})),
        "incidents": rows(INCIDENT),
        "unread": rows(
            record({"event_type": TEXT, "count": WHOLE, "customers": WHOLE, "oldest": TIME, "incident": FLAG})
        ),
        "customers": rows(record({"user_id": TEXT, "unread": WHOLE, "oldest": TIME})),
        "customers_in_all": WHOLE,
        "missing": rows(
            record({"user_id": TEXT, "unread_loaded": WHOLE, "unread": WHOLE_OR_NULL, "fetched_at": TIME})
        ),
    }
)
"""Of the customers in `missing` more may be unread than the page says."""
TEAM_STATUS = record(
    {
        "agent": TEXT,
        "database": TEXT,
        "state": {"enum": ["starting", "sharing", "slow", "troubled"]},
        "problem": TEXT,
        "not_shared": WHOLE,
        "read_seconds_ago": {"type": ["number", "null"]},
        "here": rows(record({"agent": TEXT, "seconds_ago": WHOLE})),
    }
)

HOOK = record(
    {
        "name": TEXT,
        "query": TEXT,
        "program": TEXT,
        "waiting": WHOLE,
        "waiting_since": TIME,
        "handed": WHOLE,
        "failures": WHOLE,
        "next_at": TIME,
        "ended_at": TIME,
        "exit_code": WHOLE_OR_NULL,
        "problem": TEXT,
        "errors": TEXT,
    }
)
"""`waiting`: arrivals that were not looked at yet; `failures`: since its command last took what it was handed."""

SCHEMAS: Final[dict[str, Schema]] = {
    "list": either(rows(LISTED), rows(BELL_ROW)),
    "status": STATUS,
    "poll": either(rows(LISTED), record({"polls": FLAG, "pid": WHOLE_OR_NULL}), record({"unit": TEXT})),
    "hooks list": rows(HOOK),
    "hooks test": record(
        {
            "name": TEXT,
            "id": TEXT_OR_NULL,
            "user_id": TEXT_OR_NULL,
            "exit_code": WHOLE_OR_NULL,
            "problem": TEXT,
            "stdout": TEXT,
            "stderr": TEXT,
        }
    ),
    "hooks skip": record(
        {"name": TEXT, "id": TEXT_OR_NULL, "user_id": TEXT_OR_NULL, "is_skipped": FLAG, "behind": WHOLE}
    ),
    "count": rows(COUNTS),
    "why": either(EVIDENCE, rows(EVIDENCE)),
    "timeline": either(TIMELINE, BELL_AS_OF),
    "insight": record(
        {
            "users": rows(TEXT),
            "days": WHOLE,
            "count": WHOLE,
            "left_out": WHOLE,
            "unread_by_age": OBJECT,
            "arrivals_by_hour": rows(WHOLE),
            "events": rows(INSIGHT_EVENT),
        }
    ),
    "incidents": rows(INCIDENT),
    "mark": either(MARK_RECEIPT, MARK_PLAN, SERVER_ALL, SERVER_ALL_PLAN),
    "undo": record({"receipt_id": TEXT, "undone": rows(MARK), "too_late": rows(MARK)}),
    "outbox": rows(MARK),
    "receipts": either(rows(RECEIPT), RECEIPT),
    "journal": rows(JOURNAL_LINE),
    **dict.fromkeys(("done", "back", "snooze", "star", "note"), rows(MINE_OF)),
    **dict.fromkeys(("watch", "unwatch"), rows(WATCHED)),
    "users list": rows(USER),
    "users get": USER,
    "users create": either(USER, USER_CHANGE),
    "users update": either(USER, USER_CHANGE),
    "users delete": either(record({"user_id": TEXT, "deleted": TRUE, "place": PLACE}), USER_CHANGE),
    "contacts list": rows(CONTACT),
    **dict.fromkeys(("contacts add", "contacts update", "contacts delete"), either(rows(CONTACT), CONTACT_CHANGE)),
    "environments": rows(record({"name": TEXT, "label": TEXT})),
    "event send": either(EVENT_SENT, record({"dry_run": TRUE, "request": OBJECT, "place": PLACE})),
    "login": record(
        {
            "profile": TEXT,
            "environment": TEXT,
            "mode": TEXT,
            "saved_in": TEXT,
            "expires_at": TIME,
            "unread": WHOLE_OR_NULL,
        }
    ),
    "logout": record({"profile": TEXT, "signed_out": TRUE}),
    "profiles": rows(
        record(
            {
                "name": TEXT,
                "is_default": FLAG,
                "environment": TEXT,
                "mode": TEXT,
                "api_base": TEXT,
                "edge_base": TEXT,
                "users": rows(TEXT),
            }
        )
    ),
    "config show": OBJECT,
    "config path": record(dict.fromkeys(("config", "state", "journal", "cache", "log"), TEXT)),
    "config check": record({"ok": TRUE}),
    "config edit": record({"ok": TRUE}),
    **dict.fromkeys(("claim", "release"), rows(CLAIM)),
    "handover": HANDOVER,
    "team init": record({"database": TEXT, "role": TEXT, "version": WHOLE, "sql": TEXT, "run": FLAG}),
    "team status": TEAM_STATUS,
    "team password": record({"role": TEXT, "database": TEXT, "saved_in": TEXT}),
    "doctor": rows(
        record(
            {
                "level": {"enum": ["ok", "warn", "fail"]},
                "what": TEXT,
                "found": TEXT,
                "remedy": TEXT,
                "details": OBJECT,
            },
            optional=("details",),
        )
    ),
    "report": record(
        {
            "file": TEXT_OR_NULL,
            "parts": rows(record({"name": TEXT, "bytes": WHOLE, "holds": TEXT, "text": TEXT}, optional=("text",))),
        }
    ),
    "completion": record({"shell": TEXT, "script": TEXT}),
    "help": either(rows(record({"name": TEXT, "value": TEXT})), OBJECT),
    "sandbox": {"type": "object", "additionalProperties": TEXT},
}
"""By the words of the command; `demo` opens the inbox itself and prints none."""

CSV: Final[dict[str, Schema]] = {
    "list": LISTED,
    "count": COUNTS,
    "outbox": MARK,
    "receipts": RECEIPT,
    "insight": INSIGHT_EVENT,
}
"""What one line of `--csv` is made of."""


def document() -> Schema:
    """All of it, as `neptune-inbox help json` prints it."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "What neptune-inbox prints with --json",
        "commands": SCHEMAS,
        "error": ERROR,
    }


def columns(schema: Schema, prefix: str = "") -> list[str]:
    """The column names of a record; a nested record's names follow a dot. Optional values get no column."""
    found: list[str] = []
    for name, inner in schema["properties"].items():
        if name not in schema["required"]:
            continue
        found += columns(inner, f"{prefix}{name}.") if "properties" in inner else [f"{prefix}{name}"]
    return found


def cell(value: Any, name: str) -> str:
    """The value under a name of `columns` as text: JSON where it is not text, empty where it is null."""
    import json

    for part in name.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
