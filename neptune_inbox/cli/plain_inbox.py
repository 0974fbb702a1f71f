"""What `--plain` looks at: one frozen list, which of its lines were printed under which number, and printing them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from neptune_inbox.cli.plain_news import News
from neptune_inbox.cli.plain_talk import Talk
from neptune_inbox.cli.plain_words import kind_words, row_line, take_numbers
from neptune_inbox.errors import InboxError, UsageProblem
from neptune_inbox.model import EVERYONE, Filter, Instant, Key, Mark, Receipt, Row
from neptune_inbox.sync.health import State
from neptune_inbox.sync.inbox import Scope
from neptune_inbox.sync.window import Window
from neptune_inbox.sync.wording import plural

if TYPE_CHECKING:
    from neptune_inbox.model import Profile
    from neptune_inbox.sync.inbox import Overview
    from neptune_inbox.sync.session import Session
    from neptune_inbox.sync.workspace import Workspace

PAGE = 20
"""Lines of the list that are printed at once."""
PATIENCE = 5.0
"""Seconds that a fresh list is waited for; what comes later is told as new."""

GLANCE = 1.5
"""Seconds that reading waits to learn how the user can be reached."""


class PlainInbox:
    """One profile's inbox in a conversation."""

    def __init__(self, workspace: Workspace, session: Session, talk: Talk, scope: Scope) -> None:
        self.workspace = workspace
        self.session = session
        self.talk = talk
        self.scope = scope
        self.window = Window.empty()
        self.numbers: dict[int, Key] = {}
        """What the printed numbers stand for; it changes only when lines are printed."""
        self.current: int | None = None
        """The number that was read last: what a verb without a number is about."""
        self.marks: tuple[Mark, ...] = ()
        self.receipts: tuple[Receipt, ...] = ()
        """What the numbers of the outbox and of the receipts stand for, as they were printed."""
        self.news = News(session)
        self.stop = asyncio.Event()
        """Set while a verb runs that is to end early."""
        self.is_over = False
        self.next_profile: Profile | None = None
        """Where to go on when this is over."""
        self._printed_to = 0
        self._asked: set[tuple[str, Filter]] = set()
        self._late: set[asyncio.Task[Any]] = set()

    async def visit(self, scope: Scope) -> None:
        """Show a scope, fresh from the server where it was not asked for yet. Raises BadQuery, changing nothing."""
        window = await self.session.inbox.open(scope)
        await self.session.look_at(scope.user_id, scope.kind)
        if (scope.user_id, scope.kind) not in self._asked and (scope.user_id != EVERYONE or not len(window)):
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
            self.talk.say(f"Asking the server about {plural(len(users), 'user')}.")
            self.session.poller.refresh(user_id)
            await self.news.wait_for_polls(users, self.stop, PATIENCE)
            return
        asking = asyncio.ensure_future(self.session.inbox.refresh(user_id, kind))
        stopping = asyncio.ensure_future(self.stop.wait())
        await asyncio.wait({asking, stopping}, timeout=PATIENCE, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if not asking.done():
            self.talk.say("The server has not answered yet; this is what was known before.")
            self._keep(asking)
        elif (error := asking.exception()) is not None:
            if not isinstance(error, InboxError):
                raise error
            self.news.note_told(error)
            self.talk.complain(error)

    async def look_up(self, user_id: str) -> None:
        """Learn how a user can be reached, where that is not known and the server answers soon."""
        if self.session.health.state is State.ONLINE:
            asking = asyncio.ensure_future(self.session.people.look_up(user_id))
            await asyncio.wait({asking}, timeout=GLANCE)
            if asking.done():
                asking.result()
            else:
                self._keep(asking)

    async def fold_in(self) -> None:
        """Draw the list anew, with everything that is known by now, and print it from its first line."""
        self.window = await self.session.inbox.open(self.scope)
        self.news.forget_arrivals()
        await self.relist()

    async def relist(self) -> None:
        """Print the same list again from its first line, each line as it stands now."""
        self.window.forget()
        self.numbers, self._printed_to, self.current = {}, 0, None
        overview = await self.session.inbox.overview(self.scope.user_id)
        self.talk.say(await self._head(overview))
        self._say_problems(overview)
        self.print_page(overview)

    async def older(self) -> None:
        """Load older rows from the server and print what follows the last line; only these have numbers then."""
        if self.scope.user_id == EVERYONE:
            raise UsageProblem("Older ones are loaded for one user at a time.", "Go to one: @ USER.")
        last = self.window.row(self._printed_to - 1).key if self._printed_to else None
        fetched = await self.session.inbox.load_older(self.scope.user_id, self.scope.kind)
        if not fetched.new:
            self.talk.say("The server has no older ones.")
        self.window = await self.session.inbox.open(self.scope)
        self.news.forget_arrivals()
        index = self.window.index_of(last) if last is not None else None
        self.numbers, self.current = {}, None
        self._printed_to = 0 if index is None else index + 1
        await self.next_page()

    def print_page(self, overview: Overview) -> None:
        """Print the next lines of the list, and what is left of it."""
        end = min(self._printed_to + PAGE, len(self.window))
        for index in range(self._printed_to, end):
            self.print_row(index + 1, self.window.row(index))
        self._printed_to = end
        if end < len(self.window):
            self.talk.say(f"{len(self.window) - end:,} more; + shows the next.")
            return
        if self.window.hidden:
            self.talk.say(f"{self.window.hidden:,} left out as done or snoozed by you; all shows them.")
        total = self._total(overview)
        if total is not None and total > len(self.window) + self.window.hidden:
            self.talk.say(f"The server has {total:,}; older loads more.")

    async def next_page(self) -> None:
        """Print the lines that follow."""
        self.print_page(await self.session.inbox.overview(self.scope.user_id))

    def print_row(self, number: int, row: Row) -> None:
        """Print one line; from now on its number stands for it."""
        self.numbers[number] = row.key
        self.talk.say(row_line(number, row, self.now, names_user=self.scope.user_id == EVERYONE))

    @property
    def now(self) -> Instant:
        return self.session.now()

    @property
    def has_more(self) -> bool:
        """Whether lines of the list are still to be printed."""
        return self._printed_to < len(self.window)

    async def targets(self, numbers: str) -> list[Row]:
        """The rows that these numbers, or the one read last, stand for; as they are now. Raises UsageProblem."""
        if not numbers and self.current is None:
            raise UsageProblem("Which one?", "Name its number, or several: 3, or 1 3-5.")
        wanted = take_numbers(numbers, self.numbers) if numbers else [self.current or 0]
        rows = [await self.session.inbox.row(self.numbers[number]) for number in wanted]
        gone = [str(number) for number, row in zip(wanted, rows, strict=True) if row is None]
        if gone:
            self.talk.say(f"No longer kept here: {', '.join(gone)}.")
        return [row for row in rows if row is not None]

    async def target(self, numbers: str) -> tuple[int, Row]:
        """The one row that a number, or the one read last, stands for. Raises UsageProblem."""
        rows = await self.targets(numbers)
        if len(rows) != 1:
            raise UsageProblem("This is about one line at a time.", "Name one number.")
        return next(number for number, key in self.numbers.items() if key == rows[0].key), rows[0]

    async def user(self, row_numbers: str = "") -> str:
        """The user of a named line, on screen, or of the one read last. Raises UsageProblem."""
        if self.scope.user_id != EVERYONE and not row_numbers:
            return self.scope.user_id
        return (await self.target(row_numbers))[1].user_id

    async def tell_news(self) -> None:
        """Say what happened by itself."""
        self.talk.say_all(await self.news.lines(self.scope, self.window))

    async def close(self) -> None:
        """Listen no longer, and let go of what never answered."""
        self.news.stop()
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
        shown = f"{who}, {kind_words(self.scope.kind, self.scope.query)}: {plural(len(self.window), 'line')}."
        users = overview.users if user == EVERYONE else (user,)
        unread, is_exact = overview.total(Filter.UNREAD, users)
        at_least = "" if is_exact else "at least "
        return shown if unread is None else f"{shown} The server last said {at_least}{unread:,} unread."

    def _say_problems(self, overview: Overview) -> None:
        for user, fresh in overview.freshness.items():
            is_shown = self.scope.user_id in (EVERYONE, user)
            if is_shown and fresh.problem and not self.news.has_told(fresh.problem):
                self.talk.say(f"{user} is not up to date: {fresh.problem}")
                break
        if not len(self.window) and self.scope.query:
            self.talk.say("Nothing matches. / alone ends the search, all looks at read ones too.")
        elif not len(self.window):
            self.talk.say("Nothing is here. all shows read ones too, @ goes to a user, ? lists the commands.")

    def _total(self, overview: Overview) -> int | None:
        """How many the server said there are in this list, where older ones are still to be loaded."""
        user = self.scope.user_id
        if self.scope.query or user == EVERYONE or overview.freshness[user].has_everything:
            return None
        return overview.total(self.scope.kind, (self.scope.user_id,))[0]

    def _keep(self, task: asyncio.Task[Any]) -> None:
        self._late.add(task)
        task.add_done_callback(self._note_late)

    def _note_late(self, task: asyncio.Task[Any]) -> None:
        """An answer that came late is told as arrivals by its facts; trouble with it is the poller's to tell."""
        self._late.discard(task)
        if not task.cancelled():
            task.exception()
        self.news.forget_arrivals()


Verb: TypeAlias = Callable[[PlainInbox, str], Awaitable[None]]
"""What a command does; it gets the text behind its letter."""


def only_unread(rows: Sequence[Row]) -> list[Row]:
    """The rows that a mark can still change."""
    return [row for row in rows if row.counts_as_unread]
