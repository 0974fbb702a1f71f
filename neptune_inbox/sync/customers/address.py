"""Giving a customer another address: one act of several requests, as the service cannot rename a contact info.

It finds one by type and value. The new one is added, looked for, and only then is the old one deleted, so that the
customer can be reached at any moment. A change that stopped half way is kept in mind until it is finished or taken
back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from neptune_inbox.doors import read_contact
from neptune_inbox.errors import InboxError, Refused, UsageProblem
from neptune_inbox.model import AddressChange, ContactInfo, User
from neptune_inbox.text_ids import quoted_id

if TYPE_CHECKING:
    from neptune_inbox.sync.customers.people import People


class HalfDone(Struct, frozen=True):
    """The new address was sent, and the old one is still there."""

    change: AddressChange
    problem: str
    """Why it stopped, as a sentence."""


def plan_change(user: User, before: ContactInfo, value: str) -> AddressChange:
    """What giving a contact info this value would change. Raises UsageProblem where that is nothing, or is there."""
    after = replace(before, value=read_contact(value, "The value"))
    if after == before:
        raise UsageProblem("Type the new one: this is the current one.")
    if _has(user, after):
        raise UsageProblem(f"{quoted_id(user.user_id)} has {after.type} {after.value} already.")
    return AddressChange(before, after)


async def change_address(people: People, user_id: str, change: AddressChange) -> HalfDone | None:
    """Add the new one, look for it, delete the old one; None where all of it is done.

    Raises what adding raises: then the old one stays.
    """
    await people.note_change(user_id, change)
    try:
        await people.add_contact(user_id, change.after)
    except Refused:
        await people.note_change(user_id, None)
        raise
    return await finish_change(people, user_id, change)


async def finish_change(people: People, user_id: str, change: AddressChange) -> HalfDone | None:
    """Look whether the new one is there, and then delete the old one."""
    try:
        user = await people.get(user_id)
        if not _has(user, change.after):
            return HalfDone(change, "The service accepted the new one, and does not list it.")
        if _has(user, change.before):
            await people.delete_contact(user_id, change.before)
    except InboxError as error:
        return HalfDone(change, error.sentence)
    await people.note_change(user_id, None)
    return None


async def take_back_change(people: People, user_id: str, change: AddressChange) -> None:
    """Delete the new one again, while the old one is still there. Raises what a write raises, and UsageProblem."""
    user = await people.get(user_id)
    if not _has(user, change.before):
        raise UsageProblem(f"{change.before.value} is no longer there, so {change.after.value} was left alone.")
    if _has(user, change.after):
        await people.delete_contact(user_id, change.after)
    await people.note_change(user_id, None)


async def unfinished_change(people: People, user: User) -> AddressChange | None:
    """The change of a user, as the service has them now, that was begun and not finished."""
    change = await people.noted_change(user.user_id)
    if change is None or (_has(user, change.before) and _has(user, change.after)):
        return change
    await people.note_change(user.user_id, None)
    return None


def _has(user: User, contact: ContactInfo) -> bool:
    return any((each.type, each.value) == (contact.type, contact.value) for each in user.contacts)
