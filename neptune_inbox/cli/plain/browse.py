"""Looking, in `--plain`: reading one, paging, filters, search, views, users. Nothing here writes to the server."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

from neptune_inbox.cli.plain.text import not_lines, plain_voice, reading_lines, split_numbers
from neptune_inbox.doors import read_id
from neptune_inbox.errors import BadQuery, InboxError, UsageProblem
from neptune_inbox.model import EVERYONE, Filter, Row, User
from neptune_inbox.presentation.labels import types_note
from neptune_inbox.presentation.preview import preview_facts
from neptune_inbox.presentation.sentences import plural
from neptune_inbox.presentation.verb_sentences import watch_sentence, watch_taken_back
from neptune_inbox.sync import verbs
from neptune_inbox.sync.inbox.inbox import Scope
from neptune_inbox.sync.inbox.query import parse_query, parts_of_types

if TYPE_CHECKING:
    from neptune_inbox.cli.plain.inbox import PlainInbox, PlainVerb

FINDER_PAGES = 4
"""How many pages of the server's users are looked through."""
CANDIDATES = 20
WHOLE, RAW = "whole", "raw"


async def read(inbox: PlainInbox, text: str) -> None:
    """Read the lines with these numbers; opening never marks."""
    numbers, rest = split_numbers(text)
    how = rest.lower().split()
    if not {*how} <= {WHOLE, RAW}:
        raise not_lines("open", rest, "open 3, open 3 whole, or open 3 raw")
    for row in await inbox.targets(numbers):
        number = next(number for number, key in inbox.numbers.items() if key == row.key)
        await _read(inbox, number, row, is_whole=WHOLE in how, is_raw=RAW in how)


async def _read(inbox: PlainInbox, number: int, row: Row, *, is_whole: bool = False, is_raw: bool = False) -> None:
    await inbox.refresh_contact(row.user_id)
    evidence = await inbox.session.evidence.of(row.key)
    if evidence is None:
        inbox.console.say(f"{number} is no longer kept here.")
        return
    facts = preview_facts(row, evidence, inbox.now)
    inbox.console.say_all(reading_lines(number, facts, evidence.notification, is_whole=is_whole, is_raw=is_raw))
    inbox.current = number


async def next_unread(inbox: PlainInbox, _: str) -> None:
    """Read the next unread line after the one read last."""
    await _step(inbox, 1)


async def previous_unread(inbox: PlainInbox, _: str) -> None:
    await _step(inbox, -1)


async def _step(inbox: PlainInbox, step: int) -> None:
    inbox.check_listed()
    start = inbox.current - 1 + step if inbox.current is not None else 0 if step > 0 else len(inbox.snapshot) - 1
    index = await inbox.session.inbox.pages.find_unread(inbox.snapshot, start, step)
    if index is None:
        inbox.console.say(f"No more unread {'below' if step > 0 else 'above'} in this list.")
        return
    await inbox.session.inbox.pages.reload(inbox.snapshot, [range(index, index + 1)])
    row = inbox.snapshot.row(index)
    if index + 1 not in inbox.numbers:
        inbox.print_row(index + 1, row)
    await _read(inbox, index + 1, row)


async def listing(inbox: PlainInbox, _: str) -> None:
    """Print the same list again."""
    await inbox.relist()


async def more(inbox: PlainInbox, _: str) -> None:
    """Print the next lines; behind the last one, load older ones."""
    inbox.check_listed()
    if inbox.has_more:
        await inbox.next_page()
    else:
        await inbox.older()


async def older(inbox: PlainInbox, _: str) -> None:
    await inbox.older()


async def refresh(inbox: PlainInbox, _: str) -> None:
    """Ask the server, and draw the list again with what came."""
    await inbox.ask_server(inbox.scope.user_id, inbox.scope.kind)
    await inbox.fold_in()


async def refresh_all(inbox: PlainInbox, _: str) -> None:
    await inbox.ask_server(EVERYONE, inbox.scope.kind)
    await inbox.fold_in()


async def show_all(inbox: PlainInbox, _: str) -> None:
    await inbox.visit(Scope(inbox.scope.user_id, Filter.ALL, inbox.scope.query))


async def show_unread(inbox: PlainInbox, _: str) -> None:
    await inbox.visit(Scope(inbox.scope.user_id, Filter.UNREAD, inbox.scope.query))


async def show_read(inbox: PlainInbox, _: str) -> None:
    await inbox.visit(Scope(inbox.scope.user_id, Filter.READ, inbox.scope.query))


async def search(inbox: PlainInbox, query: str) -> None:
    """Show what matches a query; without one, everything again."""
    try:
        await inbox.visit(Scope(inbox.scope.user_id, inbox.scope.kind, query))
    except BadQuery as problem:
        where = f"At character {problem.position + 1} of the search"
        raise UsageProblem(f"{where}: {problem.sentence}", problem.remedy) from None
    if query and not len(inbox.snapshot):
        known = await inbox.session.inbox.event_types()
        if hint := types_note(parts_of_types(parse_query(query, inbox.now), known)):
            inbox.console.say(hint)


async def views(inbox: PlainInbox, text: str) -> None:
    """List the saved views, show one, or save this search as one."""
    known = inbox.workspace.settings.views
    word, _, name = text.partition(" ")
    if not text:
        for each, query in known.items():
            number = await inbox.session.inbox.count(Scope(inbox.scope.user_id, inbox.scope.kind, query))
            words = "cannot be understood" if number is None else plural(number, "line")
            inbox.console.say(f"View {each}: {query}, {words}")
        inbox.console.say("view NAME shows a view; save view NAME keeps this search as one.")
    elif text in known:
        await search(inbox, known[text])
    elif word.lower() == "save" and name.strip():
        await save_view(inbox, name.strip())
    else:
        raise UsageProblem(f"There is no view {text}.", "views lists them.")


async def save_view(inbox: PlainInbox, name: str) -> None:
    """Keep this search as a view."""
    if not name:
        raise UsageProblem("The view has no name.", "Say: save view NAME.")
    if not inbox.scope.query:
        raise UsageProblem("There is no search to save.", "Search first: search event:payment_*")
    await inbox.workspace.add_view(name, inbox.scope.query)
    inbox.console.say(f"Saved as {name}.")


async def go_to_user(inbox: PlainInbox, text: str) -> None:
    """Go to a user by id or by what is known of them; without a name, to everyone who is watched."""
    user_id = await _find_user(inbox, text) if text else EVERYONE
    await inbox.visit(Scope(user_id, inbox.scope.kind))


async def go_to_id(inbox: PlainInbox, user_id: str) -> None:
    """Go to exactly this user id, whether anybody is known by it or not."""
    if not user_id:
        raise UsageProblem("Which user id?", "Say: user id u-4711.")
    await inbox.visit(Scope(read_id(user_id, "The user id"), inbox.scope.kind))


async def _find_user(inbox: PlainInbox, text: str) -> str:
    """The one user who is meant. Raises UsageProblem; a question would take the next line of a script."""
    read_id(text, "The user id")
    known = {user.user_id: user for user in await inbox.session.people.known()}
    users = [known.get(id, User(id)) for id in await inbox.session.inbox.watched()] + list(known.values())
    if any(user.user_id == text for user in users):
        return text
    found = _matching(users, text) or _matching(await _users_of_server(inbox), text)
    if any(user.user_id == text for user in found):
        return text
    if len(found) == 1:
        return found[0].user_id
    if not found:
        raise UsageProblem(f"No known user is called {text}.", f"user id {text} goes to that id anyway.")
    for user in found[:CANDIDATES]:
        inbox.console.say(f"{user.user_id} {user.name}".strip())
    raise UsageProblem(f"{len(found):,} are called {text}.", "Type more of the name, or the user id.")


def _matching(users: Iterable[User], text: str) -> list[User]:
    """The users, once each, in whose id or name every typed word is found."""
    words = text.casefold().split()
    found = {}
    for user in users:
        label = f"{user.user_id} {user.name}".casefold()
        if all(word in label for word in words):
            found[user.user_id] = user
    return list(found.values())


async def _users_of_server(inbox: PlainInbox) -> list[User]:
    users: list[User] = []
    try:
        for page in range(1, FINDER_PAGES + 1):
            found, _, is_last = await inbox.session.people.list(page=page)
            users += found
            if is_last or inbox.stop.is_set():
                break
    except InboxError as error:
        inbox.console.say(f"The server's users cannot be searched: {error.sentence}")
    return users


async def next_user(inbox: PlainInbox, _: str) -> None:
    await _step_user(inbox, 1)


async def previous_user(inbox: PlainInbox, _: str) -> None:
    await _step_user(inbox, -1)


async def _step_user(inbox: PlainInbox, step: int) -> None:
    stops = [EVERYONE, *await inbox.session.inbox.watched()]
    here = stops.index(inbox.scope.user_id) if inbox.scope.user_id in stops else 0
    await inbox.visit(Scope(stops[(here + step) % len(stops)], inbox.scope.kind))


async def watch(inbox: PlainInbox, text: str) -> None:
    """Watch a user."""
    await _watch(inbox, text, is_off=False)


async def unwatch(inbox: PlainInbox, text: str) -> None:
    """Stop watching a user."""
    await _watch(inbox, text, is_off=True)


async def _watch(inbox: PlainInbox, text: str, *, is_off: bool) -> None:
    user_id = read_id(text, "The user id") if text else await inbox.user()
    outcome = await verbs.watch(inbox.session, user_id, is_off=is_off)
    if outcome.is_changed:
        inbox.acts.note(watch_taken_back(outcome), partial(verbs.take_back_watch, inbox.session, outcome))
    inbox.console.say(watch_sentence(outcome, plain_voice(user_id)))
    await inbox.session.set_visible(inbox.scope.user_id, inbox.scope.kind)


VERBS: dict[str, PlainVerb] = {
    "open": read,
    "unread.next": next_unread,
    "unread.previous": previous_unread,
    "list": listing,
    "load.more": more,
    "older": older,
    "refresh": refresh,
    "refresh.all": refresh_all,
    "filter.all": show_all,
    "filter.unread": show_unread,
    "filter.read": show_read,
    "search": search,
    "views": views,
    "view.save": save_view,
    "user.go": go_to_user,
    "user.id": go_to_id,
    "user.next": next_user,
    "user.previous": previous_user,
    "user.watch": watch,
    "user.unwatch": unwatch,
}
