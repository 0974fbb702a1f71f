"""The two ends of `--plain`: lines read without blocking the event loop, and lines said that nothing can tear."""

from __future__ import annotations

import asyncio
import os
import queue
import sys
import threading
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import TextIO

from neptune_inbox.cli.output import Output
from neptune_inbox.cli.plain_words import without_drawing
from neptune_inbox.errors import InboxError
from neptune_inbox.text import clean_line

PROMPT = "> "
LONGEST_LINE = 65_536
"""Bytes; what is longer is read as several lines."""

ReadLine = Callable[[], Awaitable[str | None]]
"""The next line without its end; None when there is no more."""


class StdinLines:
    """Lines of a file descriptor, one whenever it is asked for.

    A daemon thread waits for them: no event loop can watch a regular file, and a read of `sys.stdin` that is still
    waiting would keep the program from ending.
    """

    def __init__(self, descriptor: int | None, encoding: str = "utf-8") -> None:
        """Without a descriptor there are no lines."""
        self._descriptor = descriptor
        self._encoding = encoding
        self._held = b""
        self._wanted: queue.SimpleQueue[tuple[asyncio.AbstractEventLoop, asyncio.Future[str | None]]]
        self._wanted = queue.SimpleQueue()
        threading.Thread(target=self._work, name="stdin", daemon=True).start()

    @classmethod
    def of_this_process(cls) -> StdinLines:
        """The lines that are typed, or come through a pipe."""
        if sys.stdin is None:
            return cls(None)
        return cls(sys.stdin.fileno(), sys.stdin.encoding or "utf-8")

    async def __call__(self) -> str | None:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[str | None] = loop.create_future()
        self._wanted.put((loop, future))
        return await future

    def _work(self) -> None:
        def answer(future: asyncio.Future[str | None], line: str | None) -> None:
            if not future.done():
                future.set_result(line)

        while True:
            loop, future = self._wanted.get()
            line = self._read()
            # The loop is gone when the program was left meanwhile.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(answer, future, line)

    def _read(self) -> str | None:
        while b"\n" not in self._held and len(self._held) < LONGEST_LINE:
            try:
                more = os.read(self._descriptor, 4_096) if self._descriptor is not None else b""
            except OSError:
                # The terminal was closed.
                more = b""
            if not more:
                rest, self._held = self._held, b""
                return rest.decode(self._encoding, "replace") if rest else None
            self._held += more
        line, _, self._held = self._held.partition(b"\n")
        return line.decode(self._encoding, "replace").rstrip("\r")


class PlainOutput(Output):
    """Standard output for a screen reader or a dumb terminal; it knows when nobody reads it any more."""

    def __init__(self, *, out: TextIO | None = None, err: TextIO | None = None) -> None:
        super().__init__(out=out, err=err)
        self.is_gone = False

    def line(self, text: str = "") -> None:
        """Write text in which nothing is drawn and nothing moves a cursor."""
        super().line(without_drawing(text))

    def _give_up(self, stream: TextIO, problem: OSError) -> None:
        super()._give_up(stream, problem)
        self.is_gone = True


class Talk:
    """One conversation: what is said, what is asked, and what is answered."""

    def __init__(self, output: PlainOutput, read_line: ReadLine, *, repeats: bool) -> None:
        """`repeats` writes each answer behind its question, where no terminal has shown it already."""
        self._output = output
        self._read_line = read_line
        self._repeats = repeats
        self._hung_up = asyncio.Event()
        self.is_waiting = False
        """Whether somebody is being waited for, to type a line."""

    @property
    def is_over(self) -> bool:
        """Nobody answers any more: the input has ended, or it was interrupted."""
        return self._hung_up.is_set() or self._output.is_gone

    def hang_up(self) -> None:
        """End it: whoever waits for an answer gets none."""
        self._hung_up.set()

    def say(self, text: str) -> None:
        """Say one line, or several."""
        self._output.line(text)

    def say_all(self, lines: Sequence[str]) -> None:
        for line in lines:
            self.say(line)

    def complain(self, error: InboxError) -> None:
        """Say what went wrong and what to do."""
        self.say(str(error))

    async def ask(self, question: str = PROMPT) -> str | None:
        """The next line that is typed; None when there is none and never will be."""
        self._output.raw(without_drawing(clean_line(question, LONGEST_LINE)))
        self._output.flush()
        if self.is_over:
            return None
        line = await self._answer()
        if line is None:
            self.hang_up()
            self._output.raw("\n")
        elif self._repeats:
            self.say(clean_line(line))
        return line.strip() if line is not None else None

    async def agrees(self, question: str) -> bool:
        """Whether a question is answered with yes; silence is no."""
        while (answer := await self.ask(f"{question} y or n? ")) is not None:
            if answer.lower() in ("y", "yes"):
                return True
            if answer.lower() in ("n", "no", ""):
                return False
        return False

    async def choose(self, question: str, answers: Sequence[str]) -> str | None:
        """Which of these words is answered, in full or by its first letter; None when nobody answers."""
        while (typed := await self.ask(f"{question} ")) is not None:
            for answer in answers:
                if answer == typed.lower():
                    return answer
            for answer in answers:
                if typed and answer.startswith(typed.lower()):
                    return answer
            self.say(f"Answer one of: {', '.join(answers)}.")
        return None

    async def _answer(self) -> str | None:
        reading = asyncio.ensure_future(self._read_line())
        ending = asyncio.ensure_future(self._hung_up.wait())
        self.is_waiting = True
        try:
            await asyncio.wait({reading, ending}, return_when=asyncio.FIRST_COMPLETED)
            return reading.result() if reading.done() else None
        finally:
            self.is_waiting = False
            reading.cancel()
            ending.cancel()
