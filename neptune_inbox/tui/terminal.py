"""Textual's driver for terminals that may go away, or be stopped from without, at any moment.

Textual's writer dies with the terminal, and whoever writes to it then waits forever; at every SIGCONT, which a closed
window sends as well, it starts second threads beside the first. A program that is left behind like that keeps the
lock, and nobody else can send what waits in the outbox.
"""

from __future__ import annotations

import errno
import select
import termios
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TextIO

from textual.drivers.linux_driver import LinuxDriver

if TYPE_CHECKING:
    from textual.app import App

HUNG_UP = 129
"""The exit code of a program whose terminal was closed: 128 and the number of SIGHUP."""
_GONE = (errno.EIO, errno.EPIPE, errno.ENXIO)


class Line:
    """A stream to a terminal; what is written to one that is gone is lost, and that it is gone is told."""

    def __init__(self, stream: TextIO, on_gone: Callable[[], None]) -> None:
        self._stream = stream
        self._on_gone = on_gone

    def write(self, text: str) -> None:
        self._try(lambda: self._stream.write(text))

    def flush(self) -> None:
        self._try(self._stream.flush)

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
        self._file: Any = Line(self._file, self._leave)

    def start_application_mode(self) -> None:
        super().start_application_mode()  # type: ignore[no-untyped-call]
        self._watch_terminal()

    def write(self, data: str) -> None:
        writer = self._writer_thread
        # Put aside with ctrl+z there is none, and its queue is never emptied.
        if writer is not None and writer.is_alive():
            writer.write(data)

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
