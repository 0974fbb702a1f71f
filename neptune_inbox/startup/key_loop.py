"""The live first page: while Textual is being imported, the cursor keys already work.

A thread of its own reads what is typed. The first key that means anything else ends it; that one and all after it
wait for the app, in order.
"""

from __future__ import annotations

import os
import select
import threading
from collections.abc import Callable, Sequence
from typing import NamedTuple

from neptune_inbox.startup.first_page import FirstPage

_NAMED = {"down": (b"\x1b[B", b"\x1bOB"), "up": (b"\x1b[A", b"\x1bOA")}
_LONGEST_READ = 4_096
_PATIENCE = 0.05
"""Seconds in which the rest of a key of several bytes comes, if there is one."""


class ExitState(NamedTuple):
    """How a page was left."""

    row: int
    """Where its cursor is, from 0."""
    typed: str
    """What was typed and has to be heard by the app."""


def sequences(keys: Sequence[str]) -> tuple[bytes, ...]:
    """What a terminal sends for keys by Textual's names; those that are sent in more ways than one are left out."""
    found: list[bytes] = []
    for key in keys:
        found += [key.encode()] if len(key) == 1 else _NAMED.get(key, ())
    return tuple(found)


class KeyLoop:
    """Moves a page's cursor until it is left; `write` puts text on the terminal."""

    def __init__(
        self, page: FirstPage, *, down: Sequence[str], up: Sequence[str], in_fd: int, write: Callable[[str], object]
    ) -> None:
        self._page = page
        self._steps = dict.fromkeys(sequences(up), -1) | dict.fromkeys(sequences(down), 1)
        # One of its own: where the terminal is closed meanwhile, its number may soon be another file's.
        self._in_fd = os.dup(in_fd)
        self._write = write
        self._row = 0
        self._typed = b""
        self._woken, self._wake = os.pipe()
        self._thread = threading.Thread(target=self._listen, name="first page", daemon=True)
        self._left: ExitState | None = None
        self._thread.start()

    def leave(self) -> ExitState:
        """Stop listening and moving; harmless when called again."""
        if self._left is None:
            os.write(self._wake, b"!")
            self._thread.join()
            for end in (self._wake, self._woken, self._in_fd):
                os.close(end)
            self._left = ExitState(self._row, self._typed.decode("utf-8", "replace"))
        return self._left

    def _listen(self) -> None:
        is_ours = True
        while is_ours:
            # A part of a key waits for the rest of it, but not for long.
            ready = select.select([self._in_fd, self._woken], [], [], _PATIENCE if self._typed else None)[0]
            if self._woken in ready or not ready:
                return
            try:
                told = os.read(self._in_fd, _LONGEST_READ)
            except OSError:
                return
            if not told:
                return
            self._typed += told
            is_ours = self._act()

    def _act(self) -> bool:
        """Move for every key that was read; returns whether the page may keep listening."""
        before = row = self._row
        while (key := self._first_key()) is not None:
            after = row + self._steps[key]
            if after >= self._page.rows_in_sight:
                # The list would have to scroll.
                break
            row = max(0, after)
            self._typed = self._typed[len(key) :]
        if row != before:
            self._write(self._page.move(before, row))
            self._row = row
        return not self._typed or any(key.startswith(self._typed) for key in self._steps if key != self._typed)

    def _first_key(self) -> bytes | None:
        return next((key for key in self._steps if self._typed.startswith(key)), None)
