"""Somebody who types into `--plain`, in process: an office, a script of lines, and what was said after each."""

from __future__ import annotations

import asyncio
import io
import re
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from neptune_inbox.cli.plain.console import Console, PlainOutput
from neptune_inbox.cli.plain.session import converse
from neptune_inbox.model import UNDER_WAY, Filter, MarkState, Profile
from tests.builders import ENVIRONMENT, Office, settled, until

Step: TypeAlias = "str | Callable[[], Awaitable[None] | object]"
"""A line to type, or something that happens before the next one is typed."""

START, END = "(start)", "(end)"
FORBIDDEN = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\u2500-\u259f\ud800-\udfff]")
"""Controls but the line break, what reorders text, and whatever draws boxes, bars and shades."""


class Visitor:
    """One conversation; `said` tells what came after a line was typed."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.turns: list[tuple[str, str]] = []
        self.code = -1
        self.out = io.StringIO()
        self._steps: list[Step] = []
        self._typed = START
        self._heard = 0

    async def console(
        self,
        *steps: Step,
        user_id: str | None = None,
        kind: Filter = Filter.UNREAD,
        profile: Profile | None = None,
        has_time: bool = False,
    ) -> Visitor:
        """Type all of it, until it is left or the input ends; with `has_time` the clock runs meanwhile, fast."""
        self._steps, self._typed = list(steps), START
        console = Console(PlainOutput(out=self.out), self._type, repeats=False)
        tenant = profile or self.office.profile
        work = converse(self.office.builder.workspace(), tenant, console, user_id=user_id, kind=kind)
        running = asyncio.ensure_future(self._run_clock() if has_time else asyncio.sleep(0))
        self.code = await settled(work)
        running.cancel()
        self._end_turn()
        return self

    @property
    def text(self) -> str:
        """Everything that was said."""
        return self.out.getvalue()

    @property
    def greeting(self) -> str:
        return self.said(START)

    def said(self, line: str, nth: int = 0) -> str:
        """What came after a line, up to and without the next prompt."""
        return [words for typed, words in self.turns if typed == line][nth]

    async def _type(self) -> str | None:
        self._end_turn()
        while self._steps:
            step = self._steps.pop(0)
            if isinstance(step, str):
                self._typed = step
                return step
            done = step()
            if isinstance(done, Awaitable):
                await done
        self._typed = END
        return None

    async def _run_clock(self) -> None:
        while True:
            self.office.clock.advance(1)
            await asyncio.sleep(0.005)

    def _end_turn(self) -> None:
        words = self.text[self._heard :].removesuffix("> ").strip()
        self._heard = len(self.text)
        self.turns.append((self._typed, words))


def turn(office: Office, seconds: float) -> Callable[[], None]:
    return lambda: office.clock.advance(seconds)


def sent(office: Office, count: int) -> Callable[[], Awaitable[None]]:
    """The window passes, so many marks have reached the service, and what it answered is on disk."""

    def is_settled() -> bool:
        with office.stores.state_file.reading() as connection:
            states = {MarkState(state) for (state,) in connection.execute("SELECT DISTINCT state FROM mark")}
        return states.isdisjoint(UNDER_WAY)

    async def wait() -> None:
        while len(office.marked) < count:
            office.clock.advance(6)
            await asyncio.sleep(0)
        await until(is_settled)

    return wait


def polls(office: Office, requests: int = 8) -> Callable[[], Awaitable[None]]:
    """Time passes until so many more requests were made: several polls, all but the last of them over."""

    async def wait() -> None:
        wanted = office.requests + requests
        while office.requests < wanted:
            office.clock.advance(20)
            await asyncio.sleep(0)

    return wait


def office_with_mail() -> Office:
    """One watched customer with three unread notifications."""
    office = Office()
    office.sandbox_state.create_user(ENVIRONMENT, "u-1", {"name": "Rajiv Seelam"})
    office.arrive(3, every=60)
    return office
