"""Customers and how they can be reached, in `--plain`: a change is said in full and agreed to before it is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from neptune_inbox.cli.plain.speech import spoken_ids, spoken_json
from neptune_inbox.cli.plain.text import profile_words, split_numbers, take_numbers
from neptune_inbox.doors import read_contact, read_id, read_name
from neptune_inbox.errors import InboxError, UsageProblem
from neptune_inbox.model import ContactInfo, User
from neptune_inbox.presentation.sentences import half_done_sentence, last_known_sentence
from neptune_inbox.sync.customers.address import change_address, plan_change
from neptune_inbox.sync.customers.validation import CONTACT_TYPES, contact_warning, parse_object
from neptune_inbox.sync.marking.audit import check_mode
from neptune_inbox.text import ascii_json, clean_line

if TYPE_CHECKING:
    from neptune_inbox.cli.plain.inbox import PlainInbox, PlainVerb

NUMBERED = "contacts numbers them"
LISTED = "contacts lists what there is."


async def person(inbox: PlainInbox, text: str) -> None:
    """Who a user is, and every way to reach them."""
    user = await _user(inbox, await _whose(inbox, text))
    inbox.console.say(f"User {user.user_id} {user.name}".strip())
    _say_contacts(inbox, user)
    inbox.console.say_all(["Meta:", *(f"  {line}" for line in spoken_json(user.meta))] if user.meta != "{}" else [])


async def contacts(inbox: PlainInbox, text: str) -> None:
    """The contact infos of a user, numbered for changing and deleting them."""
    user = await _user(inbox, await _whose(inbox, text))
    inbox.console.say(f"Contact infos of {user.user_id} {user.name}".strip() + ":")
    _say_contacts(inbox, user)


async def add(inbox: PlainInbox, text: str) -> None:
    """Add a contact info of the user on screen, or of the line read last."""
    check_mode(inbox.session.profile)
    user = await inbox.session.people.get(await inbox.user())
    kind, _, value = text.strip().partition(" ")
    kind = kind or await _asked(inbox, f"Type, such as {', '.join(CONTACT_TYPES)}")
    value = value.strip() or (await _asked(inbox, "Value") if kind else "")
    if not kind or not value:
        inbox.console.say("Nothing was added.")
        return
    contact = ContactInfo(read_name(kind, "The type"), read_contact(value, "The value"))
    if any((each.type, each.value) == (kind, value) for each in user.contacts):
        raise UsageProblem(f"{user.user_id} already has {_contact_words(contact)}.", LISTED)
    question = f"Add {_contact_words(contact)} to {_name(user)}?{_doubt(contact)}"
    if await _agrees(inbox, question, "added"):
        await inbox.session.people.add_contact(user.user_id, contact)
        await _say_done(inbox, "Added", user.user_id)


async def change(inbox: PlainInbox, text: str) -> None:
    """Give a numbered contact info another value, or with `meta` another meta."""
    user, before, rest = await _numbered(inbox, "change contact", text)
    word, _, json = rest.partition(" ")
    if word.lower() == "meta":
        after = replace(before, meta=ascii_json(parse_object(json)))
        meta = ", ".join(spoken_json(after.meta)) or "nothing"
        if await _agrees(inbox, f"The meta of {_contact_words(before)} of {_name(user)} will be: {meta}.", "changed"):
            await inbox.session.people.update_contact(user.user_id, after)
            await _say_done(inbox, "Changed", user.user_id)
        return
    value = rest or await _asked(inbox, f"New value to replace {before.value}")
    if not value or value == before.value:
        inbox.console.say("Nothing was changed.")
        return
    planned = plan_change(user, before, value)
    question = f"Change {_contact_words(before)} of {_name(user)} to {value}?"
    steps = "The new one is added first, then the old one is deleted."
    if await _agrees(inbox, f"{question} {steps}{_doubt(planned.after)}", "changed"):
        half_done = await change_address(inbox.session.people, user.user_id, planned)
        if half_done is not None:
            raise UsageProblem(half_done_sentence(half_done), "contacts lists both; delete contact deletes one.")
        await _say_done(inbox, "Changed", user.user_id)


async def delete(inbox: PlainInbox, text: str) -> None:
    """Delete a numbered contact info."""
    user, contact, rest = await _numbered(inbox, "delete contact", text)
    if rest:
        raise UsageProblem("One contact info is deleted at a time, so nothing was done.", "Say: delete contact 2.")
    if await _agrees(inbox, f"Delete {_contact_words(contact)} of {_name(user)}?", "deleted"):
        await inbox.session.people.delete_contact(user.user_id, contact)
        await _say_done(inbox, "Deleted", user.user_id)


async def _numbered(inbox: PlainInbox, command: str, text: str) -> tuple[User, ContactInfo, str]:
    """The user of the contact infos listed last, the one that is named, and what follows its number."""
    check_mode(inbox.session.profile)
    word, _, rest = text.strip().partition(" ")
    if not word.isdecimal() or len(word) > 9:
        raise UsageProblem(f"{command} takes the number of a contact info.", f"Say: {command} 1. {NUMBERED}.")
    [number] = take_numbers(word, range(1, len(inbox.contacts) + 1), "Contact info", "contacts")
    user_id, shown = inbox.contacts[number - 1]
    inbox.check_listed()
    user = await inbox.session.people.get(user_id)
    current = next((each for each in user.contacts if (each.type, each.value) == (shown.type, shown.value)), None)
    if current is None:
        raise UsageProblem(f"{_contact_words(shown)} is no longer there.", LISTED)
    return user, current, rest.strip()


async def _whose(inbox: PlainInbox, text: str) -> str:
    """The user who is named by id or by a line, is on screen, or is that of the line read last."""
    numbers, rest = split_numbers(text)
    if numbers and not rest and all(part.isdecimal() for part in numbers.split()):
        return await inbox.user(numbers)
    return read_id(text.strip(), "The user id") if text.strip() else await inbox.user()


async def _user(inbox: PlainInbox, user_id: str) -> User:
    """The user from the server; where it does not answer, as last known."""
    people = inbox.session.people
    try:
        return await people.get(user_id)
    except InboxError as error:
        known = await people.known_user(user_id)
        if known is None:
            raise
        inbox.console.say(last_known_sentence(error.sentence))
        return known


async def _asked(inbox: PlainInbox, what: str) -> str:
    return await inbox.console.ask(f"{what}; empty changes nothing: ") or ""


async def _agrees(inbox: PlainInbox, question: str, done: str) -> bool:
    if await inbox.console.agrees(f"{profile_words(inbox.session.profile)}. {question}"):
        return True
    inbox.console.say(f"Nothing was {done}.")
    return False


async def _say_done(inbox: PlainInbox, done: str, user_id: str) -> None:
    inbox.console.say(f"{done}. Contact infos of {user_id} now:")
    _say_contacts(inbox, await inbox.session.people.get(user_id))


def _say_contacts(inbox: PlainInbox, user: User) -> None:
    inbox.contacts = tuple((user.user_id, contact) for contact in user.contacts)
    for number, contact in enumerate(user.contacts, 1):
        more = [f"filterable {contact.filterable}"] if contact.filterable else []
        more += spoken_json(contact.meta) if contact.meta != "{}" else []
        inbox.console.say(f"Contact info {number}, {'; '.join([_contact_words(contact), *more])}")
    if not user.contacts:
        inbox.console.say("No contact infos.")


def _contact_words(contact: ContactInfo) -> str:
    return f"{contact.type} {spoken_ids(clean_line(contact.value))}"


def _name(user: User) -> str:
    return f"{user.user_id} {user.name}".strip()


def _doubt(contact: ContactInfo) -> str:
    warning = contact_warning(contact)
    return f" Mind: {warning}" if warning else ""


VERBS: dict[str, PlainVerb] = {
    "people": person,
    "contacts": contacts,
    "contact.add": add,
    "contact.change": change,
    "contact.delete": delete,
}
