"""The first paint: the page that was on screen last, as plain escape codes, before Textual is even imported.

It reads one value of the cache with sqlite3 alone and draws it with the layout, words and colours of the widgets, so
that Textual's first frame replaces it without a flicker. Neither textual, rich nor the model is imported.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from neptune_inbox.tui.format import Columns, ground_of, row_spans
from neptune_inbox.tui.format_lines import filter_bar, hint_line, rule_line, status_line, top_line, users_line
from neptune_inbox.tui.format_panes import empty_lines, sidebar_lines
from neptune_inbox.tui.layout import SMALLEST_HEIGHT, SMALLEST_WIDTH, Box, Layout
from neptune_inbox.tui.screen_record import ScreenRecord, thaw_screen
from neptune_inbox.tui.spans import Line, Span, cells, harmless
from neptune_inbox.tui.theme import Depth, Ground, Meaning, ansi, choose_theme, colour_depth

if TYPE_CHECKING:
    from neptune_inbox.model import Instant

ENTER = "\x1b[?1049h\x1b[?25l\x1b[?7l"
"""Alternate screen, no cursor, no wrapping: as Textual will ask for again."""
LEAVE = "\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l"


class Painted:
    """A page that stands on the terminal; `restore` must be called when the app has ended, or never came."""

    def __init__(self, out_fd: int, put_back: Callable[[], None]) -> None:
        self._out_fd = out_fd
        self._put_back: Callable[[], None] | None = put_back
        self._is_ours = True

    def hand_over(self) -> None:
        """Textual has the screen now and will leave it; only the terminal's line mode stays ours to put back."""
        self._is_ours = False

    def restore(self) -> None:
        """Give the terminal back as it was; harmless when called again."""
        put_back, self._put_back = self._put_back, None
        if put_back is None:
            return
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
) -> Painted | None:
    """Paint the last page, if there is one and it is what will be opened; `size` is columns and lines.

    None, and nothing written: no terminal, a dumb or tiny one, no record, or one of another profile, user or filter
    than asked for, or of a search. Never raises.
    """
    if not _can_paint(size, environ, in_fd, out_fd):
        return None
    record = read_record(cache_path)
    if record is None or not _is_wanted(record, profile, user_id, kind):
        return None
    try:
        page = draw(record, *size, now, choose_theme(record.theme, environ), colour_depth(environ))
        put_back = _quiet(in_fd)
    except Exception:  # noqa: BLE001 - a damaged record must never keep the app from starting
        return None
    painted = Painted(out_fd, put_back)
    if not _write(out_fd, page):
        painted.restore()
        return None
    return painted


def _can_paint(size: tuple[int, int], environ: Mapping[str, str], in_fd: int, out_fd: int) -> bool:
    if size[0] < SMALLEST_WIDTH or size[1] < SMALLEST_HEIGHT:
        return False
    if environ.get("TERM", "dumb").lower() in ("dumb", "unknown", ""):
        return False
    return os.isatty(in_fd) and os.isatty(out_fd)


def _is_wanted(record: ScreenRecord, profile: str, user_id: str | None, kind: str) -> bool:
    return (
        profile in ("", record.profile)
        and user_id in (None, record.bar.user_id)
        and kind in ("", record.bar.active)
        and not record.bar.query
    )


def read_record(cache_path: str | os.PathLike[str]) -> ScreenRecord | None:
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
    return thaw_screen(found[0]) if found and isinstance(found[0], str) else None


class _Part(NamedTuple):
    x: int
    spans: tuple[Span, ...]
    ground: Ground = Ground.PAGE


def draw(record: ScreenRecord, width: int, height: int, now: Instant, theme: str, depth: Depth) -> str:
    """The whole page as text with escape codes, the terminal's cursor on the first row at the end."""
    boxes = Layout.for_size(width, height, has_users=record.has_users, has_preview=record.has_preview)
    lines: list[list[_Part]] = [[] for _ in range(height)]
    for box, make in (
        (boxes.top, lambda width: top_line(record.top, width, now)),
        (boxes.folded, lambda width: users_line(record.sidebar, width, now)),
        (boxes.bar, lambda width: filter_bar(record.bar, width, now)),
        (boxes.rule, rule_line),
        (boxes.status, lambda width: status_line(record.status, width, now)),
        (boxes.hints, lambda width: hint_line(record.hints, width, now)),
    ):
        if box.is_shown:
            line: Line = make(box.width)
            lines[box.y].append(_Part(box.x, line.spans, line.ground))
    if boxes.sidebar.is_shown:
        column = sidebar_lines(record.sidebar, boxes.sidebar.width, boxes.sidebar.height, now)
        for number, entry in enumerate(column):
            lines[boxes.sidebar.y + number].insert(0, _Part(boxes.sidebar.x, entry.spans))
    for number, part in enumerate(_rows(record, boxes.rows, now)):
        lines[boxes.rows.y + number].append(part)
    body = "".join(f"\x1b[{y + 1};1H{_encode(parts, width, theme, depth)}" for y, parts in enumerate(lines))
    return f"{ENTER}{body}\x1b[0m\x1b[{boxes.rows.y + 1};{boxes.rows.x + 1}H"


def _rows(record: ScreenRecord, box: Box, now: Instant) -> list[_Part]:
    if not record.rows:
        return [_Part(box.x, spans) for spans in empty_lines(record.empty, box.width, box.height, record.style.keys)]
    columns = Columns.for_width(box.width, with_user=record.with_user, style=record.style)
    return [
        _Part(box.x, row_spans(row, columns, now, is_cursor=number == 0), _ground(is_cursor=number == 0))
        for number, row in enumerate(record.rows[: box.height])
    ]


def _ground(*, is_cursor: bool) -> Ground:
    return ground_of(is_cursor=is_cursor, is_selected=False)


def _encode(parts: list[_Part], width: int, theme: str, depth: Depth) -> str:
    """One line of the terminal, every cell of it."""
    out: list[str] = []
    last, x = "", 0
    for part in [*parts, _Part(width, ())]:
        gap: tuple[Span, ...] = ((" " * (part.x - x), Meaning.TEXT),) if part.x > x else ()
        for spans, ground in ((gap, Ground.PAGE), (part.spans, part.ground)):
            for text, meaning in spans:
                code = ansi(meaning, theme, ground, depth)
                out.append((code if code != last else "") + harmless(text))
                last = code
                x += cells(text)
    return "".join(out)


def _quiet(in_fd: int) -> Callable[[], None]:
    """Stop the terminal from echoing what is typed meanwhile; it stays queued for Textual. Answers how to undo it."""
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
