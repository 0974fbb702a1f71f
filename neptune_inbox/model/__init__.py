"""What the product talks about, as frozen values: no I/O, no JSON, no colours.

Instants are whole milliseconds since 1970 in UTC (`Instant`), so that they compare and store as integers.
Text that came from outside is `CleanText`: it went through `text.py` when it was decoded.
"""

from neptune_inbox.model.marks import (
    HOPEFUL,
    SENT,
    STUCK,
    UNDER_WAY,
    JournalEntry,
    Mark,
    MarkState,
    Posted,
    Receipt,
    Triage,
)
from neptune_inbox.model.notifications import (
    EVERYONE,
    Candidate,
    Counts,
    Filter,
    Freshness,
    Key,
    Lifetime,
    Notification,
    Page,
    Remark,
    Sighting,
)
from neptune_inbox.model.people import AddressChange, ContactInfo, Event, User
from neptune_inbox.model.profiles import FROM_VARIABLES, Environment, Mode, Profile, looks_like_production, read_mode
from neptune_inbox.model.rows import Clause, ColumnValues, Group, Horizon, Row, Search, SeenRow, Term, clauses_of
from neptune_inbox.model.values import SANDBOX_ISSUER, Instant, JsonObject, JsonValue, Now, Token

__all__ = [
    "EVERYONE",
    "FROM_VARIABLES",
    "HOPEFUL",
    "SANDBOX_ISSUER",
    "SENT",
    "STUCK",
    "UNDER_WAY",
    "AddressChange",
    "Candidate",
    "Clause",
    "ColumnValues",
    "ContactInfo",
    "Counts",
    "Environment",
    "Event",
    "Filter",
    "Freshness",
    "Group",
    "Horizon",
    "Instant",
    "JournalEntry",
    "JsonObject",
    "JsonValue",
    "Key",
    "Lifetime",
    "Mark",
    "MarkState",
    "Mode",
    "Notification",
    "Now",
    "Page",
    "Posted",
    "Profile",
    "Receipt",
    "Remark",
    "Row",
    "Search",
    "SeenRow",
    "Sighting",
    "Term",
    "Token",
    "Triage",
    "User",
    "clauses_of",
    "looks_like_production",
    "read_mode",
]
