"""Rows of text for people and for pipes: aligned and cropped on a terminal, whole and tab-separated elsewhere.

Apart from `output` because it is pure: cells and a width in, lines out. It must not import click.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

from msgspec import Struct

from neptune_inbox.text import clean_line, column_text
from neptune_inbox.text_graphemes import cells, crop

CELL_LIMIT = 65_536
GAP = "  "
_FORMULA = re.compile(r"""((?:^|[;,|\t])[\s"']*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])""")
"""Where a formula would begin: at the start of a cell, or behind a separator of another locale."""
NARROWEST = 8
"""A cropped column keeps at least this many cells, unless its longest value is shorter."""


class Column(Struct, frozen=True):
    """One column of a table."""

    name: str
    is_right: bool = False
    gives: int = 0
    """Which column shrinks first when the terminal is too narrow: the highest; 0 never does."""


def tab_lines(rows: Sequence[Sequence[str]]) -> list[str]:
    """One line per row, whole values with tabs between; no cell can hold a tab or a line break."""
    return ["\t".join(clean_line(cell, CELL_LIMIT) for cell in row) for row in rows]


def csv_text(names: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """The rows as CSV under a line of names, where there are any, every cell in quotes.

    What a spreadsheet would run as a formula gets an apostrophe in front, also behind what another one takes for the
    end of a cell.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL)
    if names:
        writer.writerow(names)
    for row in rows:
        writer.writerow([_inert(clean_line(cell, CELL_LIMIT)) for cell in row])
    return text.getvalue()


def aligned_lines(columns: Sequence[Column], rows: Iterable[Sequence[str]], width: int) -> list[str]:
    """A line of names and one line per row, each at most `width` cells wide where columns may give way."""
    return GrowingTable(columns).lines(rows, width)


class GrowingTable:
    """A table whose rows come a few at a time: its columns only become wider, and its header is printed once."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self._columns = columns
        self._widths = [cells(column.name) for column in columns]
        self._is_begun = False

    def lines(self, rows: Iterable[Sequence[str]], width: int) -> list[str]:
        """The next lines, each at most `width` cells wide where columns may give way; the first are the names."""
        lines = [[str(column_text(cell)) for cell in row] for row in rows]
        if not self._is_begun:
            lines.insert(0, [column.name for column in self._columns])
            self._is_begun = True
        self._widths = [max(least, *(cells(line[i]) for line in lines)) for i, least in enumerate(self._widths)]
        widths = _fit(self._columns, list(self._widths), width)
        return [_line(self._columns, line, widths) for line in lines]


def _fit(columns: Sequence[Column], widths: list[int], width: int) -> list[int]:
    too_much = sum(widths) + len(GAP) * (len(widths) - 1) - width
    yielding = sorted((i for i, column in enumerate(columns) if column.gives), key=lambda i: -columns[i].gives)
    for i in yielding:
        given = max(0, min(too_much, widths[i] - NARROWEST))
        widths[i] -= given
        too_much -= given
    return widths


def _line(columns: Sequence[Column], row: Sequence[str], widths: Sequence[int]) -> str:
    parts = []
    for column, cell, width in zip(columns, row, widths, strict=True):
        text = crop(cell, width)
        if not text.isascii():
            # Only here: plain tables need nothing of the terminal inbox.
            from neptune_inbox.presentation.bidi import closed

            text = closed(text)
        space = " " * (width - cells(text))
        parts.append(space + text if column.is_right else text + space)
    return GAP.join(parts).rstrip()


def _inert(cell: str) -> str:
    return _FORMULA.sub(r"\1'", "".join(" " if char.isspace() else char for char in cell))
