"""What the product talks about, as frozen values: no I/O, no JSON, no colours.

Instants are whole milliseconds since 1970 in UTC (`Instant`), so that they compare and store as integers.
Text that came from outside is `CleanText`: it went through `text.py` when it was decoded.
"""

from neptune_inbox.model.lists import Clause, Row, Search
from neptune_inbox.model.marks import JournalEntry, Mark, MarkState, Mine, Receipt
from neptune_inbox.model.notifications import (
    EVERYONE,
    Counts,
    Filter,
    Freshness,
    Key,
    Lifetime,
    Notification,
    Page,
    Sighting,
)
from neptune_inbox.model.people import ContactInfo, Event, User
from neptune_inbox.model.places import Environment, Mode, Profile, looks_like_production
from neptune_inbox.model.values import Instant, JsonObject, JsonValue, Now, Token

__all__ = [
    "EVERYONE",
    "Clause",
    "ContactInfo",
    "Counts",
    "Environment",
    "Event",
    "Filter",
    "Freshness",
    "Instant",
    "JournalEntry",
    "JsonObject",
    "JsonValue",
    "Key",
    "Lifetime",
    "Mark",
    "MarkState",
    "Mine",
    "Mode",
    "Notification",
    "Now",
    "Page",
    "Profile",
    "Receipt",
    "Row",
    "Search",
    "Sighting",
    "Token",
    "User",
    "looks_like_production",
]
