"""What is looked at: filter, query, view, user, and fetching anew."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from neptune_inbox.model import EVERYONE, Filter, User
from neptune_inbox.sync.inbox import Scope
from neptune_inbox.tui.screens.picker import Found, Item, Picker
from neptune_inbox.tui.screens.sheet import PromptSheet
from neptune_inbox.tui.spans import cells, column, fit
from neptune_inbox.tui.words import count

if TYPE_CHECKING:
    from neptune_inbox.tui.screens.inbox import InboxScreen

ALL = "\n"
"""Stands for everyone among user ids: no id has a line break."""
FINDER_PAGES = 4
"""How many pages of the server's users the finder reads before it waits to be asked for others."""


def _filter(kind: Filter) -> Callable[[InboxScreen], Awaitable[None]]:
    return lambda inbox: inbox.show_scope(replace(inbox.scope, kind=kind))


async def refresh(inbox: InboxScreen) -> None:
    """Fold in what is new, and ask the server for more."""
    inbox.session.poller.refresh(inbox.scope.user_id)
    await inbox.fold_in()
    inbox.say("Asking the server …" if inbox.session.claims or inbox.session.token_source else "")


async def refresh_all(inbox: InboxScreen) -> None:
    inbox.session.poller.refresh(EVERYONE)
    await inbox.fold_in()
    inbox.say("Asking the server for every watched user …")


def search(inbox: InboxScreen) -> None:
    """Put the cursor into the search line."""
    inbox.open_search()


async def views(inbox: InboxScreen) -> None:
    """Choose a saved view, or save what is shown as one."""
    settings = inbox.workspace.settings
    items = view_items(inbox.view.views)
    if inbox.scope.query:
        items.append(Item("save", "Save what is shown as a view", inbox.scope.query))
    empty = f"No view is saved. Search with {inbox.key('search')}, then {inbox.key('views')} saves what is shown."
    answer = await inbox.app.push_screen_wait(Picker("Saved views", items, empty=empty))
    if answer == "save":
        name = await inbox.app.push_screen_wait(PromptSheet("A name for this view", placeholder="stuck"))
        if name and name.strip():
            await inbox.workspace.add_view(name.strip(), inbox.scope.query)
            await inbox.redraw_overview()
            inbox.say(f"Saved as {name.strip()}.")
    elif answer:
        await inbox.show_scope(replace(inbox.scope, query=settings.views[answer.removeprefix("view:")]))


def view_items(views: Sequence[tuple[str, str, int | None]]) -> list[Item]:
    """Each saved view with its count and its query, in columns."""
    names = [column(name) for name, _, _ in views]
    numbers = [count(number) for _, _, number in views]
    wide, high = (max(map(cells, texts), default=0) for texts in (names, numbers))
    return [
        Item(f"view:{view[0]}", fit(name, wide), f"{number:>{high}}   {view[1]}")
        for view, name, number in zip(views, names, numbers, strict=True)
    ]


async def go_to_user(inbox: InboxScreen) -> None:
    """Go to any user, by id or by what `meta` says of them."""
    watched = await inbox.session.inbox.watched()
    known = {user.user_id: user for user in await inbox.session.people.known()}
    items = [Item(ALL, "Everyone", f"the {len(watched)} watched users")]
    items += [_item(known.get(user_id, User(user_id)), "watched") for user_id in watched]
    items += [_item(user) for user in known.values() if user.user_id not in watched]

    async def more() -> AsyncIterator[Found]:
        loaded = 0
        for number in itertools.count(1):
            users, total, is_last = await inbox.session.people.list(page=number)
            loaded += len(users)
            of = "" if total is None else f" of {total:,}"
            told = f"{loaded:,}{of} users of the server are here; ↓ at the end asks for more."
            items = [_item(user, "watched" if user.user_id in watched else "") for user in users]
            yield Found(items, "" if is_last or number % FINDER_PAGES else told)
            if is_last:
                break

    picker = Picker(
        "Go to user", items, empty="Nobody like that is known; type a whole user id.", free="Go to", more=more
    )
    answer = await inbox.app.push_screen_wait(picker)
    if answer is not None:
        await inbox.show_scope(Scope(EVERYONE if answer == ALL else answer, inbox.scope.kind))


def _step(step: int) -> Callable[[InboxScreen], Awaitable[None]]:
    async def go(inbox: InboxScreen) -> None:
        stops = [EVERYONE, *await inbox.session.inbox.watched()]
        here = stops.index(inbox.scope.user_id) if inbox.scope.user_id in stops else 0
        await inbox.show_scope(Scope(stops[(here + step) % len(stops)], inbox.scope.kind))

    return go


async def watch(inbox: InboxScreen) -> None:
    """Watch the user on screen (or of the row under the cursor), or stop watching."""
    user_id = inbox.scope.user_id or (inbox.cursor_row.user_id if inbox.cursor_row else "")
    if not user_id:
        inbox.say(f"Go to a user first: {inbox.key('user.go')}")
        return
    book = inbox.session.inbox
    if user_id in await book.watched():
        await book.unwatch(user_id)
        inbox.say(f"No longer watching {user_id}; {inbox.key('user.watch')} watches again.")
    else:
        await book.watch(user_id)
        inbox.say(f"Watching {user_id}.")
    await inbox.session.look_at(inbox.scope.user_id, inbox.scope.kind)
    await inbox.redraw_overview()


def _item(user: User, detail: str = "") -> Item:
    return Item(user.user_id, user.user_id, "  ".join(filter(None, (user.name, detail))))


VERBS = {
    "filter.all": _filter(Filter.ALL),
    "filter.unread": _filter(Filter.UNREAD),
    "filter.read": _filter(Filter.READ),
    "refresh": refresh,
    "refresh.all": refresh_all,
    "search": search,
    "views": views,
    "user.go": go_to_user,
    "user.next": _step(1),
    "user.previous": _step(-1),
    "user.watch": watch,
}
