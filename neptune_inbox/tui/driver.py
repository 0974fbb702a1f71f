"""Textual's driver for terminals that may go away, or be stopped from outside, at any moment.

What is written goes by way of a picture of the screen, so that only what differs from it leaves.

Textual's writer dies with the terminal, and whoever writes to it then waits forever; at every SIGCONT, which a closed
window sends as well, it starts second threads beside the first. A program that is left behind like that keeps the
lock, and nobody else can send what waits in the outbox.
"""

from __future__ import annotations

import errno
import os
import select
import termios
import time
from codecs import getincrementaldecoder
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, TextIO

from textual import events
from textual._parser import ParseError
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver

from neptune_inbox.presentation.terminal_cells import TerminalCells
from neptune_inbox.text_graphemes import is_new_picture
from neptune_inbox.tui.messages import BackgroundKnown
from neptune_inbox.tui.terminal_answers import QUESTION, TerminalAnswers

if TYPE_CHECKING:
    from textual.app import App
    from textual.message import Message

HUNG_UP = 129
"""The exit code of a program whose terminal was closed: 128 and the number of SIGHUP."""
ENTER_SCREEN: Final = "\x1b[?1049h"
PUSH_TITLE, POP_TITLE = "\x1b[22;0t", "\x1b[23;0t"
KEYS_BY_TEXTUAL: Final = "\x1b[>25u"
KEYS: Final = "\x1b[>1u"
"""Keyboard protocol of kitty with flag 1 alone: left behind by a kill, a shell can still be typed into."""
LONGEST_WAIT: Final = 0.05
"""Seconds after which changes are written although more are coming."""
PAUSE: Final = 100
"""Milliseconds between two looks at what was typed, where nothing comes."""
LAST_ANSWER: Final = 0.2
"""Seconds that an answer of the terminal is waited for at the end."""
JOINERS: Final = ("\N{ZERO WIDTH JOINER}", "\N{ZERO WIDTH NON-JOINER}")
"""Letters of their own on the keyboards of Persian and Sinhala."""
_GONE = (errno.EIO, errno.EPIPE, errno.ENXIO)


def _as_text(message: Message) -> Message:
    """What was typed, joiners and the newest pictures as text: Textual takes them for keys without any."""
    if isinstance(message, events.Key) and message.character:
        char = message.character
        if char in JOINERS or (len(char) == 1 and is_new_picture(char)):
            return events.Paste(char)
    return message


class TerminalStream:
    """A stream to a terminal; what is written to one that is gone is lost, and its loss is reported.

    What is written leaves with `flush`, as far as it changes anything.
    """

    def __init__(self, stream: TextIO, on_gone: Callable[[], None], screen: TerminalCells) -> None:
        self._stream = stream
        self._on_gone = on_gone
        self._screen = screen
        self._flushed_at = 0.0

    def write(self, text: str) -> None:
        self._screen.feed(text)
        if time.monotonic() - self._flushed_at > LONGEST_WAIT:
            self.flush()

    def flush(self) -> None:
        if text := self._screen.changes():
            self._try(lambda: self._stream.write(text))
            self._try(self._stream.flush)
        self._flushed_at = time.monotonic()

    def fileno(self) -> int:
        return self._stream.fileno()

    def isatty(self) -> bool:
        return self._stream.isatty()

    def _try(self, call: Callable[[], object]) -> None:
        try:
            call()
        except OSError as problem:
            if problem.errno not in _GONE:
                raise
            self._on_gone()


class TerminalDriver(LinuxDriver):
    """The driver of the inbox wherever there are POSIX terminals."""

    def __init__(self, app: App[Any], **options: Any) -> None:
        super().__init__(app, **options)
        self._watch: select.epoll | None = None
        screen = TerminalCells(self._get_terminal_size)
        painted: str = getattr(app, "painted", "")
        if painted:
            screen.adopt(painted)
        self._is_painted = bool(painted)
        self._answers = TerminalAnswers(lambda theme: self.process_message(BackgroundKnown(theme)))
        self._file: Any = TerminalStream(self._file, self._leave, screen)

    def start_application_mode(self) -> None:
        super().start_application_mode()  # type: ignore[no-untyped-call]
        self._is_painted = False
        self.write(PUSH_TITLE)
        if getattr(self._app, "asks_for_background", False):
            self._answers.asked()
            self.write(QUESTION)
        self._watch_terminal()

    def stop_application_mode(self) -> None:
        # What comes later would be typed into the shell.
        self._answers.wait(LAST_ANSWER)
        self.write(POP_TITLE)
        super().stop_application_mode()

    def write(self, data: str) -> None:
        writer = self._writer_thread
        # While suspended with ctrl+z there is none, and its queue is never emptied.
        if writer is None or not writer.is_alive():
            return
        if data == ENTER_SCREEN and self._is_painted:
            # Once more, it would clear what is there.
            return
        writer.write(KEYS if data == KEYS_BY_TEXTUAL else data)

    def run_input_thread(self) -> None:
        """Read keys until the app ends, as Textual does, but for what the terminal answers to us."""
        parser = XTermParser(self._debug)
        decode = getincrementaldecoder("utf-8")("replace").decode
        poll = select.poll()
        poll.register(self.fileno, select.POLLIN)
        is_last = False
        while not is_last:
            is_last = self.exit_event.is_set()
            typed = ""
            if poll.poll(PAUSE):
                data = os.read(self.fileno, 4096)
                if not data:
                    break
                typed = decode(data)
            text = self._answers.strip(typed)
            for message in (*(parser.feed(text) if text else ()), *parser.tick()):
                self.process_message(_as_text(message))
        with suppress(EOFError, ParseError):
            for _ in parser.feed(""):
                pass

    def close(self) -> None:
        if self._watch is not None:
            self._loop.remove_reader(self._watch.fileno())
            self._watch.close()
            self._watch = None
        super().close()

    def _sigcont_application(self, *args: Any) -> None:
        if self._is_gone():
            return
        if self._must_signal_resume:
            super()._sigcont_application(*args)
        elif self._key_thread is not None and self._key_thread.is_alive():
            # Stopped from without: the shell had the terminal meanwhile, but our threads are there.
            self.suspend_application_mode()
            self.resume_application_mode()

    def _is_gone(self) -> bool:
        try:
            termios.tcgetattr(self.fileno)
        except termios.error:
            return True
        return False

    def _watch_terminal(self) -> None:
        """Hear of it when the terminal goes away without a signal; Textual would read nothing, over and over."""
        if self._watch is None and hasattr(select, "epoll"):
            self._watch = select.epoll()
            self._watch.register(self.fileno, 0)
            self._loop.add_reader(self._watch.fileno(), self._leave)

    def _leave(self) -> None:
        # This may be the writer's thread, and the loop may be gone already.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._end)

    def _end(self) -> None:
        if self._watch is not None:
            self._loop.remove_reader(self._watch.fileno())
        self._app.exit(HUNG_UP, HUNG_UP)
