"""The inbox as an agent meets it: keys go in, what stands on the screen comes out, time passes when told to.

The app is the real one, on the real sandbox, in process. Nothing here sleeps: it waits for conditions.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress

from textual import events
from textual.css.query import NoMatches
from textual.pilot import Pilot
from textual.widgets import Input, OptionList

from neptune_inbox.model import Filter, Profile, Row
from neptune_inbox.presentation.action_table import Action
from neptune_inbox.presentation.keymap import shown_keys
from neptune_inbox.tui.app import NeptuneInbox
from neptune_inbox.tui.inbox.screen import InboxScreen
from tests.tui.service import Service
from tests.tui.sight import Sight

LOOKS = 5_000
"""How often a condition is looked at before the story has failed; each look gives way for a millisecond."""
A_MOMENT = 0.05
"""Seconds: the budget lets no two requests be made in the same instant."""
ROUNDS = 3
"""A key may read the disk, decide, and write: three round trips until all of it is on the screen."""
READING = ("rows", "marks", "filter", "fill")
"""What the app does in the background before the list says what it is to say."""
PATIENCE = 60
"""How many round trips more a verb may take that is still being done; one that waits for the server takes longer."""
NAMES = {
    "/": "slash", ":": "colon", "?": "question_mark", "@": "at", "$": "dollar_sign", "|": "vertical_line",
    "esc": "escape", " ": "space", "+": "plus",
}  # fmt: skip
CHARACTERS = {name: character for character, name in NAMES.items() if len(character) == 1}


class Inbox(Sight):
    """A running inbox, in the words of the agent."""

    def __init__(self, app: NeptuneInbox, pilot: Pilot[int], service: Service) -> None:
        super().__init__(app, service)
        self.pilot = pilot

    # What the agent does -----------------------------------------------------------------------------------------

    async def press(self, *keys: str) -> None:
        """Press keys one after the other, each when what the one before did is done."""
        for key in keys:
            self._send(NAMES.get(key, key))
            await self.settle()

    async def press_last(self, key: str) -> None:
        """Press a key after which there may be no inbox any more."""
        self._send(NAMES.get(key, key))

    async def is_left(self, *, ticking: bool = False) -> None:
        """Wait until the inbox has been left."""
        for _ in range(LOOKS):
            if self.app._exit:
                return
            self.service.clock.advance(0.5 if ticking else 0)
            await asyncio.sleep(0.001)
        raise AssertionError(f"it is still there:\n{self.text()}")

    async def burst(self, *keys: str) -> None:
        """Press keys faster than anything can be done about them."""
        for key in keys:
            self._send(NAMES.get(key, key))
        await self.settle()

    async def type(self, *parts: str) -> None:
        """Press keys and type words in a burst: `type("/", "payment", "enter")`."""
        for part in parts:
            known = NAMES.get(part, part)
            is_key = len(part) == 1 or known in CHARACTERS or known in {"enter", "escape", "down", "up", "tab"}
            for key in [part] if is_key else part:
                self._send(NAMES.get(key, key))
            await self.settle()

    async def fill(self, **fields: str) -> None:
        """Paste texts into the fields of a screen, by their ids."""
        for name, text in fields.items():
            field = self.app.screen.query_one(f"#{name}", Input)
            field.focus()
            field.value = ""
            await self.settle()
            self.app.post_message(events.Paste(text))
            await self.settle()

    async def fill_sheet(self, text: str) -> None:
        """Replace what is typed in the line of a sheet."""
        self.app.screen.query_one(Input).value = text
        await self.settle()

    async def choose(self, title: str) -> None:
        """Put the cursor on the row with this title, by keys alone."""
        await self.press("g")
        for _ in range(len(self.screen.snapshot)):
            if self.cursor() == title:
                return
            await self.press("j")
        assert self.cursor() == title, f"{title} is not in the list:\n{self.text()}"

    async def run(self, action_id: str) -> None:
        """Run an action from the palette, by its label."""
        action = next(action for action in self.screen.actions if action.id == action_id)
        assert await self.find_in_palette(action) == f"action:{action_id}", self.text()
        await self.press("enter")

    async def find_in_palette(self, action: Action) -> str:
        """Type an action's label and go down to it; the answer is what enter would run."""
        await self.press(":")
        await self.asked("Palette")
        self.app.post_message(
            events.Paste(" ".join((action.label, "  ".join(filter(None, (shown_keys(action), action.help))))))
        )
        await self.settle()
        options = self.app.screen.query_one(OptionList)
        for _ in range(options.option_count):
            if self._highlighted(options) == f"action:{action.id}":
                break
            await self.press("down")
        return self._highlighted(options)

    async def find_in_help(self, action: Action) -> None:
        """Open the help, type what an action is called, and go down to it."""
        await self.press("?")
        await self.asked("Help")
        self.app.post_message(events.Paste(action.id))
        await self.settle()
        options = self.app.screen.query_one(OptionList)
        for _ in range(options.option_count):
            if self._highlighted(options) == action.id:
                return
            await self.press("down")
        assert self._highlighted(options) == action.id, self.text()

    @staticmethod
    def _highlighted(options: OptionList) -> str:
        here = options.highlighted
        return "" if here is None else options.get_option_at_index(here).id or ""

    async def click(self, words: str, *, times: int = 1) -> None:
        """Click where these words stand on the screen."""
        for y, line in enumerate(self.lines()):
            if (x := line.find(words)) >= 0:
                await self.pilot.click(offset=(x, y), times=times)
                await self.settle()
                return
        raise AssertionError(f"{words!r} is not on the screen:\n{self.text()}")

    async def resize(self, width: int, height: int) -> None:
        await self.pilot.resize_terminal(width, height)
        await self.settle()

    def _send(self, key: str) -> None:
        self.app.post_message(events.Key(key, CHARACTERS.get(key, key if len(key) == 1 else None)))

    # Time --------------------------------------------------------------------------------------------------------

    async def let_time_pass(self, seconds: float) -> None:
        """Turn the clock; whoever waited for that time wakes, and the screen tells the new time."""
        self.service.clock.advance(seconds)
        await self.settle()
        # Who was about to lie down when the clock was turned wakes now.
        self.service.clock.advance(A_MOMENT)
        await self.settle()
        self.screen.updates.tick()
        await self.settle()

    async def settle(self) -> None:
        """Until what was pressed is done and drawn; requests to the server may still be under way."""
        await self._round_trips(ROUNDS)
        # A verb that waits for the answer of a sheet is done when the sheet is.
        if isinstance(self.app.screen, InboxScreen):
            idle = asyncio.ensure_future(self.app.screen.queue.until_idle())
            for _ in range(PATIENCE):
                await self.pilot.pause(0)
                if idle.done() or not isinstance(self.app.screen, InboxScreen):
                    break
                await self._round_trips(ROUNDS)
            idle.cancel()
            for _ in range(PATIENCE):
                if not self._is_reading_rows():
                    break
                await self._round_trips(1)
        await self.pilot.pause(0)

    def _is_reading_rows(self) -> bool:
        """What a key changed is drawn once the rows were read again."""
        return any(worker.group in READING and not worker.is_finished for worker in self.app.workers)

    async def _round_trips(self, count: int) -> None:
        for _ in range(count):
            await self.pilot.pause(0)
            session = self.app.session
            if session is not None and isinstance(self.app.screen, InboxScreen):
                await session.inbox.watched()

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait for something to be so, while the clock stands still."""
        await self._wait(condition, 0)

    async def comes(self, condition: Callable[[], object], *, step: float = 0.5) -> None:
        """Let time pass until something is so: a pause between tries, a turn in the budget."""
        await self._wait(condition, step)

    async def _draw_all(self) -> None:
        """Let what is half drawn be drawn to the end, if it was not left."""
        if self.app.is_running and not self.app._exit:
            await self.pilot.pause(0)

    async def _wait(self, condition: Callable[[], object], step: float) -> None:
        for _ in range(LOOKS):
            # While another profile opens there is no inbox to look at.
            with suppress(NoMatches):
                if condition():
                    await self._draw_all()
                    return
            assert self.app.is_running, "the inbox has broken down, or was left"
            self.service.clock.advance(step)
            await self.pilot.pause(0.001)
        raise AssertionError(f"it never came to be:\n{self.text()}")

    async def sees(self, words: str) -> None:
        """Wait until these words stand on the screen."""
        await self.until(lambda: words in " ".join(self.text().split()))

    async def hears(self, words: str) -> None:
        """Wait until the status line says this."""
        await self.until(lambda: words in self.status())

    async def asked(self, words: str = "") -> None:
        """Wait until a sheet is open and says this."""
        await self.until(lambda: self.has_sheet and " ".join(words.split()) in " ".join(self.sheet().split()))

    async def poll(self, seconds: float = 31) -> None:
        """Let enough time pass for every user to be polled, and wait for the answers."""
        wanted = self.service.clock.now() + round(seconds * 1000)
        await self.let_time_pass(seconds)
        await self.comes(lambda: self._is_polled(wanted), step=A_MOMENT)

    def _is_polled(self, since: int) -> bool:
        fresh = self.screen.view.overview.freshness.values()
        return all(one.problem or (one.fetched_at or 0) >= since for one in fresh)

    async def row_now(self, title: str) -> Row:
        """One row as the store has it."""
        row = await self.session.inbox.row(self.service.key(title))
        assert row is not None
        return row


@asynccontextmanager
async def first_start(service: Service, *, size: tuple[int, int] = (120, 40)) -> AsyncIterator[Inbox]:
    """The inbox of somebody who never signed in."""
    app = NeptuneInbox(service.workspace(), None, environ={})
    async with app.run_test(size=size) as pilot:
        inbox = Inbox(app, pilot, service)
        await inbox.sees("Sign in to Neptune")
        yield inbox


@asynccontextmanager
async def inbox_of(
    service: Service,
    *,
    size: tuple[int, int] = (120, 40),
    profile: Profile | None = None,
    kind: Filter = Filter.UNREAD,
    user_id: str | None = None,
    is_filled: bool = True,
    environ: Mapping[str, str] | None = None,
) -> AsyncIterator[Inbox]:
    """The inbox, running, and (unless told otherwise) filled for the first time."""
    app = NeptuneInbox(
        service.workspace(), profile or service.profile, kind=kind, user_id=user_id, environ=environ or {}
    )
    async with app.run_test(size=size) as pilot:
        inbox = Inbox(app, pilot, service)
        if is_filled:
            await inbox.until(lambda: app.session is not None and app.session.claims is not None)
            await inbox.comes(lambda: inbox.screen.view.overview.freshness and inbox._is_polled(1), step=A_MOMENT)
            await inbox.settle()
        yield inbox
