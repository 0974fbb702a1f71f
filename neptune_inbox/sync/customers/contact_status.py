"""How a customer can be reached, and what is missing for it: kept in the cache, and said once for both faces."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from neptune_inbox.model import Instant, User

if TYPE_CHECKING:
    from neptune_inbox.store.tenant import TenantData

WAYS = {"email": "email", "mobile_number": "mobile", "firebase_token": "push"}
"""The contact types (neptune-api.md, Names), each in one word."""
MISSING = {"firebase_token": "no push token", "email": "no email", "mobile_number": "no mobile number"}


class ContactStatus(Struct, frozen=True):
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
    def missing(self) -> tuple[str, ...]:
        """`no push token`, `no email`; empty where nothing is missing or that is not known."""
        if self.user is None or not self.knows_contacts:
            return ()
        there = {contact.type for contact in self.user.contacts}
        return tuple(words for kind, words in MISSING.items() if kind not in there)


def read_contact_status(data: TenantData, user_id: str) -> ContactStatus:
    """What the cache knows of a customer; no request."""
    asked = data.cache.recall(_name(data, user_id))
    return ContactStatus(user_id, data.users.get(user_id), int(asked) if asked else None)


def note_asked(data: TenantData, user_id: str, at: Instant) -> None:
    """Keep when the service answered about a customer."""
    data.cache.remember(_name(data, user_id), str(at))


def _name(data: TenantData, user_id: str) -> str:
    return f"asked {data.tenant} {user_id}"
