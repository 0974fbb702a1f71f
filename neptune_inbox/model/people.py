"""Customers, the ways to reach them, and the events that are sent to them."""

from __future__ import annotations

from msgspec import Struct

from neptune_inbox.text import NO_TEXT, CleanText


class ContactInfo(Struct, frozen=True):
    """One way to reach a user; within one user `<type, value>` is unique."""

    type: str
    value: str
    filterable: str = ""
    meta: str = "{}"
    """ASCII JSON text."""


class AddressChange(Struct, frozen=True):
    """One contact info in place of another of the same type."""

    before: ContactInfo
    after: ContactInfo


class User(Struct, frozen=True):
    """A customer as Neptune knows them."""

    user_id: str
    name: CleanText = NO_TEXT
    """The best name that `meta` offers, or empty."""
    meta: str = "{}"
    """ASCII JSON text."""
    contacts: tuple[ContactInfo, ...] = ()


class Event(Struct, frozen=True):
    """An event to ingest; a notification is made of it by the service."""

    event_type: str
    data: str = "{}"
    """ASCII JSON text of an object."""
    user_id: str = ""
    contact_infos: tuple[ContactInfo, ...] = ()
    timestamp: int | None = None
    """Unix seconds."""
    message_id: str = ""
    tags: tuple[str, ...] = ()
    ignore_user_contacts: bool = False
