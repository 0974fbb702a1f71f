"""Rows of text for people and for pipes: aligned and cropped on a terminal, whole and tab-separated elsewhere.

Apart from `output` because it is pure: cells and a width in, lines out. It must not import click.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Sequence

from msgspec import Struct

from neptune_inbox.text import clean_line, column_text

CELL_LIMIT = 65_536
GAP = "  "
NARROWEST = 8
"""A cropped column keeps at least this many cells, unless its longest value is shorter."""


class Column(Struct, frozen=True):
    """One column of a table."""

    name: str
    is_right: bool = False
    gives: int = 0
    """Who gives way first when the terminal is too narrow: the highest; 0 never does."""


def width_of(text: str) -> int:
    """How many cells a text takes that went through `column_text`."""
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def crop(text: str, width: int) -> str:
    """The text in at most `width` cells, with `…` where something was left out."""
    if width_of(text) <= width:
        return text
    kept, room = [], width - 1
    for char in text:
        room -= width_of(char)
        if room < 0:
            break
        kept.append(char)
    return "".join(kept).rstrip() + "…"


def tab_lines(rows: Sequence[Sequence[str]]) -> list[str]:
    """One line per row, whole values with tabs between; no cell can hold a tab or a line break."""
    return ["\t".join(clean_line(cell, CELL_LIMIT) for cell in row) for row in rows]


def csv_text(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> str:
    """The rows as CSV under a line of names.

    A cell that a spreadsheet would run as a formula gets an apostrophe in front.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([column.name for column in columns])
    for row in rows:
        writer.writerow([_inert(clean_line(cell, CELL_LIMIT)) for cell in row])
    return text.getvalue()


def aligned_lines(columns: Sequence[Column], rows: Iterable[Sequence[str]], width: int) -> list[str]:
    """A line of names and one line per row, each at most `width` cells wide where columns may give way."""
    lines: list[list[str]] = [[column.name for column in columns]]
    lines += [[str(column_text(cell)) for cell in row] for row in rows]
    widths = [max(width_of(line[i]) for line in lines) for i in range(len(columns))]
    widths = _fit(columns, widths, width)
    return [_line(columns, line, widths) for line in lines]


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
        space = " " * (width - width_of(text))
        parts.append(space + text if column.is_right else text + space)
    return GAP.join(parts).rstrip()


def _inert(cell: str) -> str:
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@") else cell
