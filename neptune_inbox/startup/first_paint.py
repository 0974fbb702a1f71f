"""The first paint: the page that was on screen last, as plain escape codes, before Textual is even imported.

It reads one value of the cache with sqlite3 alone; what `page` draws of it, Textual's first frame replaces without a
flicker. Neither textual, rich nor the model is imported.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from neptune_inbox.presentation.layout import SMALLEST_HEIGHT, SMALLEST_WIDTH
from neptune_inbox.presentation.theme import choose_theme, colour_depth, terminal_kind
from neptune_inbox.startup.first_page import FirstPage
from neptune_inbox.startup.snapshot import ScreenSnapshot, load_screen

if TYPE_CHECKING:
    from neptune_inbox.model import Instant
    from neptune_inbox.startup.key_loop import KeyLoop

ENTER = "\x1b[?1049h\x1b[?25l\x1b[?7l"
"""Alternate screen, no cursor, no wrapping: as Textual will ask for again."""
LEAVE = "\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l"


class FirstPaint:
    """A page that is on the terminal; `restore` must be called when the app has ended, or never came."""

    def __init__(self, record: ScreenSnapshot, page: FirstPage, known_theme: str, *, in_fd: int, out_fd: int) -> None:
        self.known_theme = known_theme
        """The theme that suits this terminal, as far as that is known."""
        self._record = record
        self._page = page
        self._in_fd = in_fd
        self._out_fd = out_fd
        self._written: list[str] = []
        self._put_back: Callable[[], None] | None = None
        self._is_ours = True
        self._live: KeyLoop | None = None

    def put_on(self, text: str) -> bool:
        """Write the page, and have it listen; False where the terminal took nothing."""
        self._put_back = _quiet(self._in_fd)
        if not self._write(text):
            self.restore()
            return False
        from neptune_inbox.startup.key_loop import KeyLoop

        record = self._record
        self._live = KeyLoop(self._page, down=record.down, up=record.up, in_fd=self._in_fd, write=self._write)
        return True

    @property
    def written(self) -> str:
        """All that was put on the terminal."""
        return "".join(self._written)

    def _write(self, text: str) -> bool:
        self._written.append(text)
        return _write(self._out_fd, text)

    def leave(self) -> tuple[tuple[str, str] | None, str]:
        """End the page's own life: the notification under its cursor (user, id), and what was typed and not heard."""
        if self._live is None:
            return None, ""
        row, typed = self._live.leave()
        return self._record.rows[row].identity if row else None, typed

    def hand_over(self) -> None:
        """Textual has the screen now and will leave it; only the terminal's line mode stays ours to put back."""
        self.leave()
        self._is_ours = False

    def restore(self) -> None:
        """Give the terminal back as it was; harmless when called again."""
        put_back, self._put_back = self._put_back, None
        if put_back is None:
            return
        self.leave()
        put_back()
        if self._is_ours:
            _write(self._out_fd, LEAVE)


def paint(
    cache_path: str | os.PathLike[str],
    *,
    out_fd: int = 1,
    in_fd: int = 0,
    size: tuple[int, int],
    now: Instant,
    environ: Mapping[str, str],
    profile: str = "",
    user_id: str | None = None,
    kind: str = "",
) -> FirstPaint | None:
    """Paint the last page, if there is one and it is what will be opened; `size` is columns and lines.

    None, and nothing written: no terminal, a dumb or tiny one, no record, or one of another profile, user or filter
    than asked for, or of a search. Never raises.
    """
    if not _can_paint(size, environ, in_fd, out_fd):
        return None
    record = read_snapshot(cache_path)
    if record is None or not _is_wanted(record, profile, user_id, kind):
        return None
    painted: FirstPaint | None = None
    try:
        known = record.theme_known_of(terminal_kind(environ))
        theme = choose_theme(record.theme, environ, known)
        page = FirstPage(record, *size, now, theme, colour_depth(environ))
        text = f"{ENTER}{page.draw()}"
        painted = FirstPaint(record, page, known, in_fd=in_fd, out_fd=out_fd)
        return painted if painted.put_on(text) else None
    except Exception:  # noqa: BLE001 - a damaged record must never keep the app from starting
        if painted is not None:
            painted.restore()
        return None


def _can_paint(size: tuple[int, int], environ: Mapping[str, str], in_fd: int, out_fd: int) -> bool:
    if size[0] < SMALLEST_WIDTH or size[1] < SMALLEST_HEIGHT:
        return False
    if environ.get("TERM", "dumb").lower() in ("dumb", "unknown", ""):
        return False
    return os.isatty(in_fd) and os.isatty(out_fd)


def _is_wanted(record: ScreenSnapshot, profile: str, user_id: str | None, kind: str) -> bool:
    return (
        profile in ("", record.profile)
        and user_id in (None, record.bar.user_id)
        and kind in ("", record.bar.active)
        and not record.bar.query
    )


def read_snapshot(cache_path: str | os.PathLike[str]) -> ScreenSnapshot | None:
    """The record that the cache holds, or None."""
    path = os.fspath(cache_path)
    if not os.path.exists(path):
        return None
    import sqlite3

    uri = path.replace("%", "%25").replace("?", "%3f").replace("#", "%23")
    try:
        database = sqlite3.connect(f"file:{uri}?mode=ro", uri=True, timeout=0.02)
        try:
            found = database.execute("SELECT text FROM screen WHERE name = 'screen'").fetchone()
        finally:
            database.close()
    except sqlite3.Error:
        return None
    return load_screen(found[0]) if found and isinstance(found[0], str) else None


def _quiet(in_fd: int) -> Callable[[], None]:
    """Stop the terminal from echoing what is typed meanwhile; it stays queued for Textual. Returns how to undo it."""
    import termios

    before: list[Any] = termios.tcgetattr(in_fd)
    quiet = [*before]
    quiet[3] &= ~(termios.ECHO | termios.ICANON)
    termios.tcsetattr(in_fd, termios.TCSANOW, quiet)

    def put_back() -> None:
        with suppress(termios.error):
            termios.tcsetattr(in_fd, termios.TCSANOW, before)

    return put_back


def _write(fd: int, text: str) -> bool:
    data = text.encode("utf-8", "replace")
    try:
        while data:
            data = data[os.write(fd, data) :]
    except OSError:
        return False
    return True
