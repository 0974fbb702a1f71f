"""How a customer can be reached, and what is missing for it: kept in the cache, and said once for both faces."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from neptune_inbox.model import Instant, User

if TYPE_CHECKING:
    from neptune_inbox.store.cache import Cache

WAYS = {"email": "email", "mobile_number": "mobile", "firebase_token": "push"}
"""The contact types (neptune-api.md, Names), each in one word."""
ABSENCES = {"firebase_token": "no push token", "email": "no email", "mobile_number": "no mobile number"}

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR


class Reach(Struct, frozen=True):
    """What is known here of the ways to reach one customer."""

    user_id: str
    user: User | None = None
    """The user as last known; None where nobody asked, or where the service knows no such user."""
    asked_at: Instant | None = None
    """When the service last answered about the user, by `People.look_up`."""

    @property
    def is_unknown(self) -> bool:
        """The service said that it knows no such user."""
        return self.user is None and self.asked_at is not None

    @property
    def knows_contacts(self) -> bool:
        """Whether the contact infos were asked for: a list names users without them."""
        return self.user is not None and self.asked_at is not None

    @property
    def ways(self) -> tuple[tuple[str, bool], ...]:
        """Each way and whether it is there; empty where that is not known."""
        if self.user is None or not self.knows_contacts:
            return ()
        there = {contact.type for contact in self.user.contacts}
        return tuple((word, kind in there) for kind, word in WAYS.items())

    @property
    def absences(self) -> tuple[str, ...]:
        """`no push token`, `no email`; empty where nothing is missing or that is not known."""
        if self.user is None or not self.knows_contacts:
            return ()
        there = {contact.type for contact in self.user.contacts}
        return tuple(words for kind, words in ABSENCES.items() if kind not in there)


def read_reach(cache: Cache, place: str, user_id: str) -> Reach:
    """What the cache knows of a customer; no request."""
    asked = cache.recall(_name(place, user_id))
    return Reach(user_id, cache.user(place, user_id), int(asked) if asked else None)


def note_asked(cache: Cache, place: str, user_id: str, at: Instant) -> None:
    """Keep when the service answered about a customer."""
    cache.remember(_name(place, user_id), str(at))


def contact_sentences(reach: Reach) -> list[str]:
    """Every contact info in words, or why there is none to tell."""
    if reach.is_unknown:
        return [f"Neptune knows no user {reach.user_id}"]
    found = [f"{contact.type} {contact.value}" for contact in reach.user.contacts] if reach.user else []
    return found or ["none on file" if reach.knows_contacts else "not looked up yet"]


def missing_sentence(reach: Reach, *, is_read: bool, created_at: Instant | None, now: Instant) -> str:
    """`unread for 3 days; no push token, no email`; empty where it is read, or nothing is known to be missing."""
    absences = ("Neptune knows no such user",) if reach.is_unknown else reach.absences
    if is_read or not absences:
        return ""
    since = f"unread for {long_span(now - created_at)}" if created_at is not None else "unread"
    return f"{since}; {', '.join(absences)}"


def long_span(milliseconds: int) -> str:
    """A length of time in its largest unit, spelled out: `3 days`, `1 hour`, `under a minute`."""
    for unit, word in ((DAY, "day"), (HOUR, "hour"), (MINUTE, "minute")):
        if milliseconds >= unit:
            number = milliseconds // unit
            return f"{number:,} {word}{'' if number == 1 else 's'}"
    return "under a minute"


def _name(place: str, user_id: str) -> str:
    return f"asked {place} {user_id}"
