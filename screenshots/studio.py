"""The app in a studio: the sandbox, files in memory, a clock that stands still, and somebody at the keys."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from itertools import count
from random import Random

from msgspec.structs import replace
from textual._compositor import LayoutUpdate
from textual.events import Paste
from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from neptune_inbox import config
from neptune_inbox.config import PollingSettings, Settings
from neptune_inbox.credentials import Vault
from neptune_inbox.model import EVERYONE, Filter, Instant, Mode, Profile, looks_like_production
from neptune_inbox.presentation.theme import DARK, LIGHT
from neptune_inbox.sandbox.faults import Faults
from neptune_inbox.sandbox.memory_transport import transport_for
from neptune_inbox.sandbox.seed import seed_demo, seed_outage
from neptune_inbox.sandbox.server import create_app
from neptune_inbox.sandbox.state import SandboxState
from neptune_inbox.sandbox.team import MemoryTeam
from neptune_inbox.sandbox.tokens import sign_token
from neptune_inbox.sync.polling.health import State
from neptune_inbox.tui.app import NeptuneInbox
from neptune_inbox.tui.inbox.screen import InboxScreen
from neptune_inbox.wiring.workspace import Builder
from screenshots.svg import Frame
from tests.builders import FakeClock

MOMENT: Instant = 1_795_430_460_000
"""Monday 23 November 2026, 10:41 UTC, which is 11:41 where the pictures are taken."""
FETCHED_BEFORE = 12_000
"""Milliseconds before the moment at which the cache was filled."""
WATCHED = ("u-4711", "u-0815", "u-3333", "u-2001", "u-6060", "u-7007", "88213", "eu/4410")
"""Those whose scripts the fonts of a plain build machine can draw."""
ZONE = "CET-1CEST,M3.5.0,M10.5.0/3"
AGENT = "rita"
ENVIRONMENT = {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
VIEWS = {"fresh": "is:unread since:1h", "money": "event:payment_* is:unread", "starred": "is:starred"}
DEFAULT_COLOURS = {LIGHT: ("#333a45", "#fbfaf7")}
DARK_COLOURS = ("#c3ccd8", "#10141b")
PATIENCE = 60.0
"""Seconds until what does not come is given up."""
PLENTY = 60_000
"""Requests a minute: one is allowed each millisecond, and no picture waits for the budget."""


@contextmanager
def another_place() -> Iterator[None]:
    """The zone and the agent of the pictures, whatever this machine's are."""
    before = {name: os.environ.get(name) for name in ("TZ", "LOGNAME")}
    os.environ.update(TZ=ZONE, LOGNAME=AGENT)
    time.tzset()
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        time.tzset()


@dataclass
class Studio:
    """One agent's machine, before the app is opened on it."""

    environment: str = "staging"
    theme: str = DARK
    users: tuple[str, ...] = WATCHED
    has_outage: bool = False
    """Whether cards of several customers were declined within minutes."""
    team: MemoryTeam | None = None
    """The team that the agent belongs to, if any."""
    clock: FakeClock = field(default_factory=lambda: FakeClock(MOMENT))
    faults: Faults = field(default_factory=Faults)

    def __post_init__(self) -> None:
        self.sandbox_state = SandboxState(now=self.clock.now, seed="demo")
        seed_demo(self.sandbox_state, main=self.environment)
        if self.has_outage:
            seed_outage(self.sandbox_state, self.environment)
        self.clock.at -= FETCHED_BEFORE
        numbers = count(1)
        self.profile = Profile(
            f"acme-{self.environment}",
            config.DEFAULT_API_BASE,
            config.DEFAULT_EDGE_BASE,
            self.environment,
            Mode.ASK if looks_like_production(self.environment) else Mode.ACT,
            users=self.users,
        )
        settings = Settings(views=VIEWS, polling=PollingSettings(requests_per_minute=PLENTY))
        self.builder = Builder(
            replace(settings, ui=replace(settings.ui, theme=self.theme)),
            Vault(env_token=sign_token(self.sandbox_state), memory_only=True),
            None,
            environ=ENVIRONMENT,
            http=transport_for(create_app(self.sandbox_state), self.faults),
            now=self.clock.now,
            sleep=self.clock.sleep,
            rng=Random(7),
            new_id=lambda: f"id-{next(numbers)}",
        )

    async def fetch(self, *kinds: Filter) -> None:
        """What an earlier run of the app left in the cache, seconds ago; then it is the moment of the picture."""
        session = await self.builder.open_session(self.profile)
        if not await session.sign_in():
            await session.close()
            session = await self.builder.open_session(self.profile)
            await session.sign_in()
        watched = await session.inbox.watched()
        for kind in kinds or (Filter.UNREAD, Filter.ALL):
            for user_id in watched:
                await session.inbox.refresh(user_id, kind)
        # Whoever is asked about while the picture is taken would have a name in it now and then.
        for user_id in watched:
            await session.people.refresh_contact(user_id)
        await session.close()
        self.clock.advance((MOMENT - self.clock.at) / 1000)

    def row(self, title: str) -> tuple[str, str]:
        """Whose the newest unread notification of this title is, and its uuid."""
        found = [
            (row.user_id, row.uuid)
            for user_id in self.users
            for row in self.sandbox_state.notifications(self.environment, user_id, Filter.UNREAD)
            if row.title == title
        ]
        return found[0]

    @asynccontextmanager
    async def open(
        self, width: int, height: int, *, user_id: str | None = EVERYONE, kind: Filter = Filter.UNREAD
    ) -> AsyncIterator[Sitter]:
        """The app as it runs at this size, with somebody at its keys."""
        app = NeptuneInbox(
            self.builder.workspace(), self.profile, user_id=user_id, kind=kind, environ=self.builder.environ
        )
        async with app.run_test(size=(width, height), notifications=False) as pilot:
            yield Sitter(app, pilot, self)

    @asynccontextmanager
    async def open_signed_out(self, width: int, height: int) -> AsyncIterator[Sitter]:
        """The first start: no profile is known yet."""
        self.builder.settings = Settings()
        app = NeptuneInbox(self.builder.workspace(), None, environ=self.builder.environ)
        async with app.run_test(size=(width, height), notifications=False) as pilot:
            yield Sitter(app, pilot, self)


@dataclass
class Sitter:
    """Somebody who presses keys and waits until they see what they expect."""

    app: NeptuneInbox
    pilot: Pilot[int]
    studio: Studio

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def write(self, text: str) -> None:
        """Put text into the line that has the focus, as a terminal hands over what is pasted."""
        assert self.app.focused is not None
        self.app.focused.post_message(Paste(text))
        await self.pilot.pause()

    async def replace(self, before: str, after: str) -> None:
        """Type over a part of what stands in the block that has the focus."""
        block = self.app.focused
        assert isinstance(block, TextArea)
        assert before in block.text
        block.text = block.text.replace(before, after)
        await self.pilot.pause()

    async def see(self, *texts: str) -> None:
        """Wait until all of these stand on the screen."""
        await self._wait(lambda: all(text in self.frame().text for text in texts), f"Never seen: {texts}")

    async def be_online(self) -> None:
        """Wait until the service has answered for the first time."""
        await self._wait(
            lambda: self.app.session is not None and self.app.session.health.state is State.ONLINE,
            "The service never answered.",
        )

    async def go_to(self, text: str) -> None:
        """Go down until the row under the cursor holds this text."""
        await self.see(text)
        await self.press("g")
        while text not in (before := self._cursor_line()):
            await self.press("j")
            await self._wait(lambda: self._cursor_line() != before, f"No row with {text!r} was reached.")

    def _cursor_line(self) -> str:
        return next((line for line in self.frame().text.splitlines() if "▌" in line), "")

    async def arrive(self, user_id: str, *event_types: str) -> None:
        """Notifications come for a user, and the app asks for that user until it has seen them."""
        expected = self._waiting() + len(event_types)
        for event_type in event_types:
            self.studio.sandbox_state.arrive(self.studio.environment, user_id, event_type=event_type)
        assert self.app.session is not None
        self.app.session.poller.refresh(user_id)
        # While the clock stands still the budget lets nothing more be asked.
        await self._wait(lambda: self._waiting() >= expected, "They never arrived.", step=0.001)

    def _waiting(self) -> int:
        screen = self.app.screen
        assert isinstance(screen, InboxScreen)
        return screen.state.waiting.rows

    async def wait(self, seconds: float) -> None:
        """The clock of the picture goes on; whoever slept that long wakes."""
        self.studio.clock.advance(seconds)
        await self.pilot.pause()

    async def wait_until(self, text: str, *, times: int = 1) -> None:
        """The clock goes on in small steps until this stands on the screen, so many times."""
        for _ in range(100):
            if self.frame().text.count(text) >= times:
                return
            await self.wait(0.1)
            # On a busy machine the clock must not run ahead of what the app does in its threads.
            await self.pilot.pause(0.05)
        await self.see(text)

    async def wait_out(self, text: str) -> None:
        """The clock goes on in small steps until this stands on the screen no longer."""
        await self._wait(lambda: text not in self.frame().text, f"Never gone: {text}", step=0.02)

    async def hold_still(self) -> Frame:
        """The picture, once nothing in it moves any more."""
        for line in self.app.screen.query(Input):
            line.cursor_blink = False
        frames: list[str] = []

        def is_still() -> bool:
            frames.append(self.frame().text)
            return len(frames) > 3 and len(set(frames[-3:])) == 1

        await self._wait(is_still, "The picture never came to rest.", pause=0.15)
        return self.frame()

    def frame(self) -> Frame:
        """What is on the screen now."""
        foreground, background = DEFAULT_COLOURS.get(self.app.theme, DARK_COLOURS)
        compositor = self.app.screen._compositor
        update = compositor.render_update(full=True, screen_stack=self.app._background_screens)
        assert isinstance(update, LayoutUpdate)
        lines = tuple(tuple(segment for strip in line for segment in strip) for line in update.strips)
        return Frame(lines, self.app.size.width, foreground, background, "neptune-inbox")

    async def _wait(self, is_so: Callable[[], bool], otherwise: str, pause: float = 0.02, step: float = 0) -> None:
        deadline = time.monotonic() + PATIENCE
        while not is_so():
            if time.monotonic() > deadline:
                raise AssertionError(f"{otherwise}\n{self.frame().text}")
            self.studio.clock.advance(step)
            await self.pilot.pause(pause)
