"""What `--plain` looks at: one frozen list, which of its lines were printed under which number, and printing them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeAlias

from neptune_inbox.cli.plain.console import Console
from neptune_inbox.cli.plain.notices import Notices
from neptune_inbox.cli.plain.text import kind_words, row_line, take_numbers
from neptune_inbox.errors import InboxError, UsageProblem
from neptune_inbox.model import EVERYONE, ContactInfo, Filter, Freshness, Instant, Key, Mark, Receipt, Row
from neptune_inbox.presentation.inbox_view import looked_at
from neptune_inbox.presentation.sentences import oddity_sentences, plural
from neptune_inbox.sync.act_history import ActHistory
from neptune_inbox.sync.inbox.inbox import Scope
from neptune_inbox.sync.inbox.list_snapshot import ListSnapshot
from neptune_inbox.sync.polling.health import State
from neptune_inbox.text_ids import quoted_id

if TYPE_CHECKING:
    from neptune_inbox.model import Profile
    from neptune_inbox.sync.inbox.inbox import Overview
    from neptune_inbox.sync.session import Session
    from neptune_inbox.sync.workspace import Workspace

PAGE = 20
"""Lines of the list that are printed at once."""
PATIENCE = 5.0
"""Seconds that a fresh list is waited for; what comes later is announced as new."""

SEARCHED_ROWS = 2_000
SEARCHED_SECONDS = 10.0
"""How far a search for older ones continues if it finds nothing."""

GLANCE = 1.5
"""Seconds that reading waits to learn how the user can be reached."""


class PlainInbox:
    """One profile's inbox in a conversation."""

    def __init__(self, workspace: Workspace, session: Session, console: Console, scope: Scope) -> None:
        self.workspace = workspace
        self.session = session
        self.console = console
        self.scope = scope
        self.snapshot = ListSnapshot.empty()
        self.numbers: dict[int, Key] = {}
        """What the printed numbers refer to; it changes only when lines are printed."""
        self.current: int | None = None
        """The number that was read last: what a verb without a number is about."""
        self.marks: tuple[Mark, ...] = ()
        self.receipts: tuple[Receipt, ...] = ()
        """What the numbers of the outbox and of the receipts refer to, as printed."""
        self.contacts: tuple[tuple[str, ContactInfo], ...] = ()
        """What the numbers of the contact infos refer to, and whose they are."""
        self.acts = ActHistory(session)
        self.notices = Notices(session)
        self.stop = asyncio.Event()
        """Set while a verb runs that is to end early."""
        self.is_over = False
        self.next_profile: Profile | None = None
        """Where to continue when this is over."""
        self._printed_to = 0
        self._is_lost = False
        self._asked: set[tuple[str, Filter]] = set()
        self._late: set[asyncio.Task[Any]] = set()

    async def visit(self, scope: Scope) -> None:
        """Show a scope, fresh from the server where it was not asked for yet. Raises BadQuery, changing nothing."""
        snapshot = await self.session.inbox.open(scope)
        await self.session.set_visible(scope.user_id, scope.kind)
        if (scope.user_id, scope.kind) not in self._asked and (scope.user_id != EVERYONE or not len(snapshot)):
            await self.ask_server(scope.user_id, scope.kind)
        self.scope = scope
        await self.fold_in()

    async def ask_server(self, user_id: str, kind: Filter) -> None:
        """Have the server asked now, and wait a little for its answer; trouble is said, not raised."""
        self._asked.add((user_id, kind))
        users = {user_id} if user_id != EVERYONE else set(await self.session.inbox.watched())
        if not users:
            return
        if user_id == EVERYONE:
            # In turns and within the budget: that is the poller's work.
            self.console.say(f"Asking the server about {plural(len(users), 'user')}.")
            self.session.poller.refresh(user_id)
            await self.notices.wait_for_polls(users, self.stop, PATIENCE)
            return
        asking = asyncio.ensure_future(self.session.inbox.refresh(user_id, kind))
        stopping = asyncio.ensure_future(self.stop.wait())
        await asyncio.wait({asking, stopping}, timeout=PATIENCE, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if not asking.done():
            self.console.say("The server has not answered yet; this is what was already known.")
            self._keep(asking)
        elif (error := asking.exception()) is not None:
            if not isinstance(error, InboxError):
                raise error
            self.notices.note_told(error)
            self.console.complain(error)
        else:
            self.session.health.note_success()

    async def refresh_contact(self, user_id: str) -> None:
        """Learn how a user can be reached, where that is not known and the server answers soon."""
        if self.session.health.state is State.ONLINE:
            asking = asyncio.ensure_future(self.session.people.refresh_contact(user_id))
            await asyncio.wait({asking}, timeout=GLANCE)
            if asking.done():
                asking.result()
            else:
                self._keep(asking)

    async def fold_in(self) -> None:
        """Draw the list again, with everything that is known by now, and print it from its first line."""
        self.snapshot = await self.session.inbox.open(self.scope)
        self.notices.forget_arrivals()
        await self.relist()

    def lose_lines(self) -> None:
        """What was asked for is not what is listed: until it is printed again, no number is valid.

        Otherwise a script that names a wrong customer would mark lines of the one before.
        """
        self.numbers, self.current, self._is_lost = {}, None, True

    def check_listed(self) -> None:
        """Raise UsageProblem where the last command that was to show a list has failed."""
        if self._is_lost:
            who = self.scope.user_id or "everyone"
            raise UsageProblem(
                f"The list you asked for was not found, and that of {who} is no longer numbered, so nothing"
                " was done.",
                f"list prints that of {who} again.",
            )

    async def relist(self) -> None:
        """Print the same list again from its first line, each line as it is now."""
        self._is_lost = False
        self.numbers, self._printed_to, self.current = {}, 0, None
        overview = await self.session.inbox.overview(self.scope.user_id)
        self.console.say(await self._head(overview))
        self._say_problems(overview)
        await self.print_page(overview)

    async def older(self) -> None:
        """Load older rows from the server and print what follows the last line; only these have numbers then."""
        self.check_listed()
        last = await self.session.inbox.keys(self.snapshot, max(0, self._printed_to - 1), self._printed_to)
        await self._load_older()
        self.snapshot = await self.session.inbox.open(self.scope)
        self.notices.forget_arrivals()
        places = await self.session.inbox.pages.positions(self.snapshot, last)
        self.numbers, self.current = {}, None
        self._printed_to = max(places.values(), default=-1) + 1
        await self.next_page()

    async def _load_older(self) -> None:
        """Load the next older rows; with a search until one is found, as far as is worth waiting for."""
        scope, shown, loaded = self.scope, len(self.snapshot), 0
        rows = SEARCHED_ROWS if scope.query else 1
        async for new in self.session.older_pages.load(scope, rows=rows, seconds=SEARCHED_SECONDS):
            loaded += len(new)
            is_found = bool(scope.query) and len(await self.session.inbox.open(scope)) > shown
            if is_found or self.stop.is_set():
                break
        if not loaded:
            self.console.say("The server has no older ones.")

    async def print_page(self, overview: Overview) -> None:
        """Print the next lines of the list, and what is left of it."""
        end = min(self._printed_to + PAGE, len(self.snapshot))
        await self.session.inbox.pages.reload(self.snapshot, [range(self._printed_to, end)])
        for index in range(self._printed_to, end):
            self.print_row(index + 1, self.snapshot.row(index))
        self._printed_to = end
        if end < len(self.snapshot):
            self.console.say(f"{len(self.snapshot) - end:,} more; more prints the next.")
            return
        if self.snapshot.hidden:
            self.console.say(f"{self.snapshot.hidden:,} left out as done or snoozed; all shows them.")
        for user in overview.users if self.scope.user_id == EVERYONE else (self.scope.user_id,):
            for sentence in oddity_sentences(overview.freshness.get(user) or Freshness(user)):
                self.console.say(sentence)
        if words := self._missing(overview):
            self.console.say(f"{words[:1].upper()}{words[1:]}; older goes on.")

    async def next_page(self) -> None:
        """Print the lines that follow."""
        await self.print_page(await self.session.inbox.overview(self.scope.user_id))

    def print_row(self, number: int, row: Row) -> None:
        """Print one line; from now on its number refers to it."""
        self.numbers[number] = row.key
        self.console.say(row_line(number, row, self.now, names_user=self.scope.user_id == EVERYONE))

    @property
    def now(self) -> Instant:
        return self.session.now()

    @property
    def has_more(self) -> bool:
        """Whether lines of the list are still to be printed."""
        return self._printed_to < len(self.snapshot)

    async def targets(self, numbers: str) -> list[Row]:
        """The rows that these numbers, or the one read last, refer to; as they are now. Raises UsageProblem."""
        self.check_listed()
        if not numbers and self.current is None:
            raise UsageProblem("Which one?", "Name its number, or several: 3, or 1 3-5.")
        wanted = take_numbers(numbers, self.numbers) if numbers else [self.current or 0]
        rows = [await self.session.inbox.row(self.numbers[number]) for number in wanted]
        gone = [str(number) for number, row in zip(wanted, rows, strict=True) if row is None]
        if gone:
            self.console.say(f"No longer kept here: {', '.join(gone)}.")
        return [row for row in rows if row is not None]

    async def target(self, numbers: str) -> tuple[int, Row]:
        """The one row that a number, or the one read last, refers to. Raises UsageProblem."""
        rows = await self.targets(numbers)
        if len(rows) != 1:
            raise UsageProblem("This is about one line at a time.", "Name one number.")
        return next(number for number, key in self.numbers.items() if key == rows[0].key), rows[0]

    async def user(self, row_numbers: str = "") -> str:
        """The user of a named line, on screen, or of the one read last. Raises UsageProblem."""
        self.check_listed()
        if self.scope.user_id != EVERYONE and not row_numbers:
            return self.scope.user_id
        return (await self.target(row_numbers))[1].user_id

    async def tell_news(self) -> None:
        """Say what happened by itself."""
        self.console.say_all(await self.notices.lines(self.scope, self.snapshot))

    async def close(self) -> None:
        """Stop listening, and drop what never answered."""
        self.notices.stop()
        for task in self._late:
            task.cancel()
        await asyncio.gather(*self._late, return_exceptions=True)

    async def _head(self, overview: Overview) -> str:
        user = self.scope.user_id
        if user == EVERYONE:
            watched = await self.session.inbox.watched()
            who = f"Everyone, {plural(len(watched), 'watched user')}"
        else:
            known = await self.session.people.known_user(user)
            who = f"{user} {known.name}".strip() if known else user
        shown = f"{who}, {kind_words(self.scope.kind, self.scope.query)}: {plural(len(self.snapshot), 'line')}."
        users = overview.users if user == EVERYONE else (user,)
        unread, is_exact = overview.total(Filter.UNREAD, users)
        at_least = "" if is_exact else "at least "
        return shown if unread is None else f"{shown} The server last said {at_least}{unread:,} unread."

    def _say_problems(self, overview: Overview) -> None:
        for user, fresh in overview.freshness.items():
            is_shown = self.scope.user_id in (EVERYONE, user)
            if is_shown and fresh.problem and not self.notices.has_told(fresh.problem):
                self.console.say(f"{quoted_id(user)} is not up to date: {fresh.problem}")
                break
        if not len(self.snapshot) and self._missing(overview):
            found = "Nothing found" if self.scope.query else "Nothing to show"
            self.console.say(f"{found} in what is loaded so far.")
        elif not len(self.snapshot) and self.scope.query:
            self.console.say("Nothing matches. search alone ends the search, all includes read ones too.")
        elif not len(self.snapshot):
            self.console.say(
                "There is nothing here. all shows read ones too, user u-4711 goes to a user, help lists the commands."
            )

    def _missing(self, overview: Overview) -> str:
        """How much of the list was looked at, where older ones are still to be loaded; empty where nothing is."""
        user, kind = self.scope.user_id, self.scope.kind
        coverage = overview.coverage(kind)
        if coverage.is_complete or not (overview.users or user):
            return ""
        total = overview.total(kind, overview.users if user == EVERYONE else (user,))[0]
        return looked_at(coverage, total, self.now, is_search=bool(self.scope.query))

    def _keep(self, task: asyncio.Task[Any]) -> None:
        self._late.add(task)
        task.add_done_callback(self._note_late)

    def _note_late(self, task: asyncio.Task[Any]) -> None:
        """A late answer is announced as arrivals by its events; the poller reports its errors."""
        self._late.discard(task)
        if not task.cancelled():
            task.exception()
        self.notices.forget_arrivals()


PlainVerb: TypeAlias = Callable[[PlainInbox, str], Awaitable[None]]
"""What a command does; it gets the text behind its word."""
