"""Where the lines of `--plain` come from: a pipe, a bare terminal, or one on which a line can be edited.

A daemon thread waits for each: no event loop can watch a regular file, and a read of `sys.stdin` that is still
waiting would keep the program from ending.
"""

from __future__ import annotations

import asyncio
import os
import queue
import sys
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from types import ModuleType
from typing import Any, TypeAlias

LONGEST_LINE = 65_536
"""Bytes; a longer line is read to its end and not used."""

ReadLine: TypeAlias = Callable[[], Awaitable[str | None]]
"""The next line without its end; None when there is no more."""
EditLine: TypeAlias = Callable[[str], Awaitable[str | None]]
"""As `ReadLine`, for a prompt that it writes itself, as it is written again while the line is edited."""


NOT_TEXT = "This line holds bytes that are not text."


class Unusable(str):
    """A line that must not be taken for what was meant; `why` says so in a sentence."""

    __slots__ = ("why",)
    why: str

    def __new__(cls, text: str, why: str) -> Unusable:
        line = super().__new__(cls, text)
        line.why = why
        return line


class _Worker:
    """Does what blocks in a thread of its own, one after the other."""

    def __init__(self, read: Callable[[str], str | None]) -> None:
        self._read = read
        self._wanted: queue.SimpleQueue[tuple[asyncio.AbstractEventLoop, asyncio.Future[str | None], str]]
        self._wanted = queue.SimpleQueue()
        threading.Thread(target=self._work, name="stdin", daemon=True).start()

    async def __call__(self, prompt: str = "") -> str | None:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[str | None] = loop.create_future()
        self._wanted.put((loop, future, prompt))
        return await future

    def _work(self) -> None:
        def answer(future: asyncio.Future[str | None], line: str | None) -> None:
            if not future.done():
                future.set_result(line)

        while True:
            loop, future, prompt = self._wanted.get()
            line = self._read(prompt)
            # The loop is gone when the program was left meanwhile.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(answer, future, line)


class StdinLines:
    """Lines of a file descriptor, one whenever it is asked for."""

    def __init__(self, descriptor: int | None, encoding: str = "utf-8") -> None:
        """Without a descriptor there are no lines."""
        self._descriptor = descriptor
        self._encoding = encoding
        self._held = b""
        self._next = _Worker(self._read)

    @classmethod
    def of_this_process(cls) -> StdinLines:
        """The lines that are typed, or come through a pipe."""
        if sys.stdin is None:
            return cls(None)
        return cls(sys.stdin.fileno(), sys.stdin.encoding or "utf-8")

    async def __call__(self) -> str | None:
        return await self._next()

    def _read(self, prompt: str) -> str | None:
        is_too_long = False
        while b"\n" not in self._held:
            if len(self._held) > LONGEST_LINE:
                is_too_long, self._held = True, self._held[:LONGEST_LINE]
            more = self._more()
            if not more:
                rest, self._held = self._held, b""
                return Unusable(self._text(rest), "The input ended in the middle of this line.") if rest else None
            self._held = self._held[:LONGEST_LINE] + more if is_too_long else self._held + more
        line, _, self._held = self._held.partition(b"\n")
        if is_too_long or len(line) > LONGEST_LINE:
            return Unusable(self._text(line[:40]), f"This line is longer than {LONGEST_LINE:,} bytes.")
        text = self._text(line)
        try:
            return line.decode(self._encoding).rstrip("\r")
        except UnicodeDecodeError:
            return Unusable(text, f"This line holds bytes that are not {self._encoding} text.")

    def _text(self, line: bytes) -> str:
        return line.decode(self._encoding, "replace").rstrip("\r")

    def _more(self) -> bytes:
        if self._descriptor is None:
            return b""
        try:
            return os.read(self._descriptor, 4_096)
        except OSError:
            # The terminal was closed.
            return b""


class EditedLines:
    """Lines that are edited with readline while they are typed; earlier ones come back with the up arrow.

    What is typed stays in memory: no history is read or written, as it would hold customers' ids.
    """

    def __init__(self, readline: ModuleType, command_prompt: str) -> None:
        self._readline: Any = readline
        self._command_prompt = command_prompt
        self._waiting: list[str] = []
        self._modes = _terminal_modes()
        # With bracketed paste each prompt writes an escape sequence, and a paste of two lines comes as one.
        if "libedit" not in (readline.__doc__ or ""):
            self._readline.parse_and_bind("set enable-bracketed-paste off")
        self._readline.set_auto_history(False)
        self._next = _Worker(self._read)

    @classmethod
    def of_this_process(cls, command_prompt: str) -> EditedLines | None:
        """Line editing, where a line can be edited: on a terminal that can move its cursor, with readline there."""
        if os.environ.get("TERM", "") in ("", "dumb") or sys.stdin is None or sys.stdout is None:
            return None
        if not (sys.stdin.isatty() and sys.stdout.isatty()):
            return None
        try:
            import readline
        except ImportError:
            return None
        return cls(readline, command_prompt)

    async def __call__(self, prompt: str) -> str | None:
        return await self._next(prompt)

    def close(self) -> None:
        """Leave the terminal as it was, also where a line is still being edited."""
        if self._modes is not None:
            import termios

            with suppress(OSError, termios.error):
                # A terminal that is stopped (ctrl+s) drains nothing, and would keep the program from ending.
                termios.tcsetattr(0, termios.TCSANOW, self._modes)

    def _read(self, prompt: str) -> str | None:
        if self._waiting:
            pasted = self._waiting.pop(0)
            sys.stdout.write(f"{prompt}{pasted}\n")
            return pasted
        try:
            text = input(prompt)
        except (EOFError, OSError, ValueError):
            return None
        except UnicodeDecodeError:
            return Unusable("", NOT_TEXT)
        line, *self._waiting = text.splitlines() or [""]
        if prompt == self._command_prompt and line.strip():
            self._readline.add_history(line)
        if any("\ud800" <= char <= "\udfff" for char in line):
            return Unusable(line.encode("utf-8", "replace").decode(), NOT_TEXT)
        return line


def _terminal_modes() -> list[Any] | None:
    try:
        import termios

        return termios.tcgetattr(0)
    except (ImportError, OSError):
        return None
    except termios.error:
        return None
