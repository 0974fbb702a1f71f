"""The page that was on screen last, as escape codes: drawn with the layout, words and colours of the widgets.

Apart from `prepaint`, which puts it on a terminal; neither textual, rich nor the model is imported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from neptune_inbox.presentation.ansi import Run, ansi_writer
from neptune_inbox.presentation.layout import Box, Layout
from neptune_inbox.presentation.lines import filter_bar, hint_line, rule_line, status_line, top_line, users_line
from neptune_inbox.presentation.panes import empty_lines, sidebar_lines
from neptune_inbox.presentation.rows import Columns, row_spans, surface_of
from neptune_inbox.presentation.styled import Span, StyledLine, width_of
from neptune_inbox.presentation.theme import Depth, Role, Surface
from neptune_inbox.startup.snapshot import ScreenSnapshot

if TYPE_CHECKING:
    from collections.abc import Iterator

    from neptune_inbox.model import Instant


class _Part(NamedTuple):
    x: int
    spans: tuple[Span, ...]
    surface: Surface = Surface.PAGE


class FirstPage:
    """A record drawn for one terminal and one moment; the cursor may be on any of its rows that are in sight."""

    def __init__(
        self, record: ScreenSnapshot, width: int, height: int, now: Instant, theme: str, depth: Depth
    ) -> None:
        self._record = record
        self._size = (width, height)
        self._now = now
        self._writer = ansi_writer(theme, depth)
        self._boxes = Layout.for_size(width, height, has_users=record.has_users, has_preview=record.has_preview)
        self.rows_in_sight = min(len(record.rows), self._boxes.rows.height)

    def draw(self) -> str:
        """The whole page as text with escape codes, the terminal's cursor on the first row at the end."""
        return self._encode(dict(enumerate(self._lines(0)))) + self._to_row(0)

    def move(self, before: int, after: int) -> str:
        """What puts the cursor from one row on another: only the lines that differ."""
        old, new = self._lines(before), self._lines(after)
        return self._encode({y: line for y, line in enumerate(new) if line != old[y]}) + self._to_row(after)

    def _to_row(self, cursor: int) -> str:
        box = self._boxes.rows
        return f"\x1b[0m\x1b[{box.y + 1 + cursor};{box.x + 1}H"

    def _lines(self, cursor: int) -> list[list[_Part]]:
        record, boxes, now = self._record, self._boxes, self._now
        status = record.status._replace(position=cursor + 1) if record.rows else record.status
        lines: list[list[_Part]] = [[] for _ in range(self._size[1])]
        for box, make in (
            (boxes.top, lambda width: top_line(record.top, width, now)),
            (boxes.folded, lambda width: users_line(record.sidebar, width, now)),
            (boxes.bar, lambda width: filter_bar(record.bar, width, now)),
            (boxes.rule, rule_line),
            (boxes.status, lambda width: status_line(status, width, now)),
            (boxes.hints, lambda width: hint_line(record.hints, width, now)),
        ):
            if box.is_shown:
                line: StyledLine = make(box.width)
                lines[box.y].append(_Part(box.x, line.spans, line.surface))
        if boxes.sidebar.is_shown:
            column = sidebar_lines(record.sidebar, boxes.sidebar.width, boxes.sidebar.height, now)
            for number, entry in enumerate(column):
                lines[boxes.sidebar.y + number].insert(0, _Part(boxes.sidebar.x, entry.spans))
        for number, part in enumerate(_rows(record, boxes.rows, now, cursor)):
            lines[boxes.rows.y + number].append(part)
        return lines

    def _encode(self, lines: dict[int, list[_Part]]) -> str:
        width = self._size[0]
        return "".join(f"\x1b[{y + 1};1H{self._writer.write(_runs(parts, width))}" for y, parts in lines.items())


def _rows(record: ScreenSnapshot, box: Box, now: Instant, cursor: int) -> list[_Part]:
    if not record.rows:
        return [_Part(box.x, spans) for spans in empty_lines(record.empty, box.width, box.height, record.style.keys)]
    columns = Columns.for_width(box.width, with_user=record.with_user, style=record.style, needs=record.needs)
    return [
        _Part(
            box.x,
            row_spans(row, columns, now, is_cursor=number == cursor),
            surface_of(is_cursor=number == cursor, is_selected=False),
        )
        for number, row in enumerate(record.rows[: box.height])
    ]


def _runs(parts: list[_Part], width: int) -> Iterator[Run]:
    """One line of the terminal, every cell of it."""
    x = 0
    for part in [*parts, _Part(width, ())]:
        yield ((" " * (part.x - x), Role.TEXT),), Surface.PAGE
        yield part.spans, part.surface
        x = part.x + width_of(part.spans)
