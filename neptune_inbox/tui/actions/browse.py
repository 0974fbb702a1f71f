"""What is looked at: filter, query, user, and fetching again."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from neptune_inbox.doors import read_id
from neptune_inbox.model import EVERYONE, Filter, User
from neptune_inbox.presentation.incidents import folded_sentence
from neptune_inbox.presentation.verb_sentences import watch_sentence, watch_taken_back
from neptune_inbox.sync import verbs
from neptune_inbox.sync.inbox.inbox import Scope
from neptune_inbox.tui.actions.voice import no_user, voice
from neptune_inbox.tui.dialogs.picker import Item, ItemPage, Picker
from neptune_inbox.tui.inbox.status_message import About
from neptune_inbox.tui.messages import SignInAgain

if TYPE_CHECKING:
    from neptune_inbox.tui.inbox.screen import InboxScreen

ALL = "\n"
"""Means everyone among user ids: no id has a line break."""
FINDER_PAGES = 4
"""How many pages of the server's users the finder reads before it waits to be asked for others."""


def _filter(kind: Filter) -> Callable[[InboxScreen], Awaitable[None]]:
    async def show(inbox: InboxScreen) -> None:
        await inbox.show_scope(replace(inbox.scope, kind=kind))

    return show


async def refresh(inbox: InboxScreen) -> None:
    """Fold in what is new, and ask the server for more."""
    inbox.post_message(SignInAgain())
    await inbox.fold_in()
    if inbox.session.claims or inbox.session.token_source:
        user_id = inbox.scope.user_id
        inbox.updates.await_answers([user_id] if user_id else await inbox.session.inbox.watched())
    inbox.session.poller.refresh(inbox.scope.user_id)


async def refresh_all(inbox: InboxScreen) -> None:
    inbox.post_message(SignInAgain())
    await inbox.fold_in()
    inbox.updates.await_answers(await inbox.session.inbox.watched())
    inbox.session.poller.refresh(EVERYONE)


async def fold(inbox: InboxScreen) -> None:
    """Fold each incident into one line, or unfold them again."""
    await inbox.list.refold()
    if inbox.scope.is_folded:
        watched = len(await inbox.session.inbox.watched())
        inbox.say(
            folded_sentence(inbox.snapshot.count_folds(), watched, inbox.key("incidents")), about=About.SELECTION
        )
    else:
        inbox.say("Unfolded: a line for each notification.", about=About.SELECTION)


def load_more(inbox: InboxScreen) -> None:
    """Load older ones, or search further back."""
    inbox.older.load_more()


def search(inbox: InboxScreen) -> None:
    """Put the cursor into the search line."""
    inbox.search.open()


async def go_to_user(inbox: InboxScreen) -> None:
    """Go to any user, by id or by what `meta` says of them."""
    watched = await inbox.session.inbox.watched()
    known = {user.user_id: user for user in await inbox.session.people.known()}
    recent = [user for user in await inbox.session.inbox.recent_users() if user != inbox.scope.user_id]
    items = [_item(known.get(user_id, User(user_id)), "recent") for user_id in recent]
    items.append(Item(ALL, "Everyone", f"the {len(watched)} watched users"))
    items += [_item(known.get(user_id, User(user_id)), "watched") for user_id in watched if user_id not in recent]
    items += [_item(user) for user in known.values() if user.user_id not in {*watched, *recent}]

    async def more() -> AsyncIterator[ItemPage]:
        loaded = 0
        for number in itertools.count(1):
            users, total, is_last = await inbox.session.people.list(page=number)
            loaded += len(users)
            of = "" if total is None else f" of {total:,}"
            told = f"{loaded:,}{of} users of the server are loaded; ↓ at the end loads more."
            items = [_item(user, _standing(user.user_id, recent, watched)) for user in users]
            yield ItemPage(items, "" if is_last or number % FINDER_PAGES else told)
            if is_last:
                break

    picker = Picker(
        "Go to user", items, empty="No known user matches; type a whole user id.", free="Go to", more=more
    )
    answer = await inbox.app.push_screen_wait(picker)
    if answer is not None:
        if answer != ALL:
            read_id(answer, "The user id")
        await inbox.show_scope(replace(inbox.scope, user_id=EVERYONE if answer == ALL else answer))


async def reveal(inbox: InboxScreen) -> None:
    """Show the one-time codes of the row under the cursor until it is left, or hide them again."""
    if inbox.workspace.shows_codes:
        inbox.say("All one-time codes are shown: the inbox was opened with --show-codes.")
        return
    key = inbox.rows.cursor_key
    await inbox.list.reveal(None if key == inbox.session.inbox.revealed else key)


async def history(inbox: InboxScreen) -> None:
    """Everything of the user of the row, or of the one on screen; the cursor stays on its row."""
    row = inbox.cursor_row
    user_id = inbox.scope.user_id or (row.user_id if row else "")
    if not user_id:
        inbox.say(no_user(inbox))
        return
    await inbox.show_scope(Scope(user_id, Filter.ALL))
    if row is not None:
        inbox.rows.go_to(row.key)


def _step(step: int) -> Callable[[InboxScreen], Awaitable[None]]:
    async def go(inbox: InboxScreen) -> None:
        stops = [EVERYONE, *await inbox.session.inbox.watched()]
        here = stops.index(inbox.scope.user_id) if inbox.scope.user_id in stops else 0
        await inbox.show_scope(replace(inbox.scope, user_id=stops[(here + step) % len(stops)]))

    return go


async def watch(inbox: InboxScreen) -> None:
    """Watch the user on screen (or of the row under the cursor), or stop watching."""
    user_id = inbox.scope.user_id or (inbox.cursor_row.user_id if inbox.cursor_row else "")
    if not user_id:
        inbox.say(no_user(inbox))
        return
    outcome = await verbs.watch(inbox.session, user_id)
    inbox.acts.note(watch_taken_back(outcome), lambda: _take_back_watch(inbox, outcome))
    inbox.say(watch_sentence(outcome, voice(inbox)))
    await inbox.session.set_visible(inbox.scope.user_id, inbox.scope.kind)
    await inbox.list.redraw_overview()


async def _take_back_watch(inbox: InboxScreen, outcome: verbs.Watched) -> None:
    await verbs.take_back_watch(inbox.session, outcome)
    await inbox.session.set_visible(inbox.scope.user_id, inbox.scope.kind)


def _item(user: User, detail: str = "") -> Item:
    return Item(user.user_id, user.user_id, "  ".join(filter(None, (user.name, detail))))


def _standing(user_id: str, recent: Sequence[str], watched: Sequence[str]) -> str:
    return "recent" if user_id in recent else "watched" if user_id in watched else ""


VERBS = {
    "filter.all": _filter(Filter.ALL),
    "filter.unread": _filter(Filter.UNREAD),
    "filter.read": _filter(Filter.READ),
    "refresh": refresh,
    "refresh.all": refresh_all,
    "load.more": load_more,
    "incidents": fold,
    "search": search,
    "user.go": go_to_user,
    "code.reveal": reveal,
    "user.history": history,
    "user.next": _step(1),
    "user.previous": _step(-1),
    "user.watch": watch,
}
