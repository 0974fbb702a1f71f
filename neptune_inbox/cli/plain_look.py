"""Looking, in `--plain`: reading one, paging, filters, search, views, users. Nothing here writes to the server."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from neptune_inbox.cli.plain_words import reading_lines, split_numbers, unknown
from neptune_inbox.errors import BadQuery, InboxError, UsageProblem
from neptune_inbox.model import EVERYONE, Filter, Row, User
from neptune_inbox.sync.inbox import Scope
from neptune_inbox.sync.wording import plural
from neptune_inbox.tui.reading import preview_facts

if TYPE_CHECKING:
    from neptune_inbox.cli.plain_inbox import PlainInbox, Verb

FINDER_PAGES = 4
"""How many pages of the server's users are looked through."""
CANDIDATES = 20
WHOLE = "whole"


async def read(inbox: PlainInbox, text: str) -> None:
    """Read the lines with these numbers; opening never marks."""
    numbers, rest = split_numbers(text)
    if rest not in ("", WHOLE):
        raise unknown(rest)
    for row in await inbox.targets(numbers):
        number = next(number for number, key in inbox.numbers.items() if key == row.key)
        await _read(inbox, number, row, is_whole=rest == WHOLE)


async def _read(inbox: PlainInbox, number: int, row: Row, *, is_whole: bool = False) -> None:
    await inbox.look_up(row.user_id)
    evidence = await inbox.session.evidence.of(row.key)
    if evidence is None:
        inbox.talk.say(f"{number} is no longer kept here.")
        return
    inbox.talk.say_all(reading_lines(number, preview_facts(row, evidence, inbox.now), is_whole=is_whole))
    inbox.current = number


async def next_unread(inbox: PlainInbox, _: str) -> None:
    """Read the next unread line after the one read last."""
    await _step(inbox, 1)


async def previous_unread(inbox: PlainInbox, _: str) -> None:
    await _step(inbox, -1)


async def _step(inbox: PlainInbox, step: int) -> None:
    inbox.window.forget()
    start = inbox.current - 1 + step if inbox.current is not None else 0 if step > 0 else len(inbox.window) - 1
    index = inbox.window.find(start, step)
    if index is None:
        inbox.talk.say(f"No more unread {'below' if step > 0 else 'above'} in this list.")
        return
    row = inbox.window.row(index)
    if index + 1 not in inbox.numbers:
        inbox.print_row(index + 1, row)
    await _read(inbox, index + 1, row)


async def listing(inbox: PlainInbox, _: str) -> None:
    """Print the same list again."""
    await inbox.relist()


async def more(inbox: PlainInbox, _: str) -> None:
    """Print the next lines."""
    if inbox.has_more:
        await inbox.next_page()
    else:
        inbox.talk.say("That is the whole list; older asks the server for more.")


async def older(inbox: PlainInbox, _: str) -> None:
    await inbox.older()


async def refresh(inbox: PlainInbox, _: str) -> None:
    """Ask the server, and draw the list anew with what came."""
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


async def views(inbox: PlainInbox, text: str) -> None:
    """List the saved views, show one, or save this search as one."""
    known = inbox.workspace.settings.views
    word, _, name = text.partition(" ")
    if not text:
        for each, query in known.items():
            number = await inbox.session.inbox.count(Scope(inbox.scope.user_id, inbox.scope.kind, query))
            words = "cannot be understood" if number is None else plural(number, "line")
            inbox.talk.say(f"View {each}: {query}, {words}")
        inbox.talk.say("f NAME shows a view, f save NAME keeps this search as one.")
    elif text in known:
        await search(inbox, known[text])
    elif word == "save" and name.strip():
        if not inbox.scope.query:
            raise UsageProblem("There is no search to save.", "Search first: /event:payment_*")
        await inbox.workspace.add_view(name.strip(), inbox.scope.query)
        inbox.talk.say(f"Saved as {name.strip()}.")
    else:
        raise UsageProblem(f"There is no view {text}.", "f lists them.")


async def go_to_user(inbox: PlainInbox, text: str) -> None:
    """Go to a user by id or by what is known of them; without a name, to everyone who is watched."""
    user_id = await _find_user(inbox, text) if text else EVERYONE
    if user_id is not None:
        await inbox.visit(Scope(user_id, inbox.scope.kind))


async def _find_user(inbox: PlainInbox, text: str) -> str | None:
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
        return text if await inbox.talk.agrees(f"Nobody known is called that. Go to the user id {text}?") else None
    for user in found[:CANDIDATES]:
        inbox.talk.say(f"{user.user_id} {user.name}".strip())
    inbox.talk.say(f"{len(found):,} are called that; write more of the name, or the user id, behind @.")
    return None


def _matching(users: Iterable[User], text: str) -> list[User]:
    """The users, once each, in whose id or name every typed word is found."""
    words = text.casefold().split()
    found = {}
    for user in users:
        place = f"{user.user_id} {user.name}".casefold()
        if all(word in place for word in words):
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
        inbox.talk.say(f"The server's users cannot be looked through: {error.sentence}")
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
    """Watch a user, or stop watching."""
    user_id = text or await inbox.user()
    book = inbox.session.inbox
    if user_id in await book.watched():
        await book.unwatch(user_id)
        inbox.talk.say(f"No longer watching {user_id}; w {user_id} watches again.")
    else:
        await book.watch(user_id)
        inbox.talk.say(f"Watching {user_id}.")
    await inbox.session.look_at(inbox.scope.user_id, inbox.scope.kind)


VERBS: dict[str, Verb] = {
    "open": read,
    "unread.next": next_unread,
    "unread.previous": previous_unread,
    "list": listing,
    "more": more,
    "older": older,
    "refresh": refresh,
    "refresh.all": refresh_all,
    "filter.all": show_all,
    "filter.unread": show_unread,
    "filter.read": show_read,
    "search": search,
    "views": views,
    "user.go": go_to_user,
    "user.next": next_user,
    "user.previous": previous_user,
    "user.watch": watch,
}
