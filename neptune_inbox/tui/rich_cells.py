"""Rich measures and cuts as we do, and with it all of Textual: wrapping, cropping and strips.

Both ask one table, loaded by name where a width is looked up, three functions of `rich.cells`, looked up when they
are called, and one of `Segment`, by which a dialog cuts off what is behind it. Rich by itself counts spacing marks as
nothing, so that words are lost at the right edge, takes the letter behind a joiner for nothing, and cuts a character
that is made of several. This leans on inner names of rich, so a test holds its widths against our own.
"""

from __future__ import annotations

import unicodedata
from functools import cache, lru_cache
from typing import Any

import rich.cells
from rich._unicode_data import load
from rich.segment import Segment

from neptune_inbox.text_graphemes import cells, clusters


def measure_as_we_do() -> None:
    """From now on, in this process; calling it again changes nothing."""
    inner: Any = rich.cells
    if inner.load_cell_table is _table:
        return
    inner.load_cell_table = _table
    inner._cell_len = _cell_len
    inner.split_graphemes = _split_graphemes
    inner._split_text = _split_text
    split: Any = Segment
    split._split_cells = staticmethod(_split_segment)
    rich.cells.get_character_cell_size.cache_clear()
    rich.cells.cached_cell_len.cache_clear()


@cache
def _table(unicode_version: str = "auto") -> rich.cells.CellTable:
    """Rich's own table with a cell for each spacing mark."""
    table = load(unicode_version)
    widths: list[tuple[int, int, int]] = []
    for start, end, width in table.widths:
        if width == 0 and start > 0x300:
            widths += _with_spacing_marks(start, end)
        else:
            widths.append((start, end, width))
    return table._replace(widths=tuple(widths))


def _with_spacing_marks(start: int, end: int) -> list[tuple[int, int, int]]:
    """A range of characters without width, in parts, so that those which take a cell have one."""
    parts: list[tuple[int, int, int]] = []
    for code in range(start, end + 1):
        width = int(unicodedata.category(chr(code)) == "Mc")
        if parts and parts[-1][2] == width:
            parts[-1] = (parts[-1][0], code, width)
        else:
            parts.append((code, code, width))
    return parts


def _cell_len(text: str, unicode_version: str = "auto") -> int:
    return cells(text)


def _split_graphemes(text: str, unicode_version: str = "auto") -> tuple[list[tuple[int, int, int]], int]:
    """Each cluster as start, end and width, and the width of all."""
    spans, start, total = [], 0, 0
    for cluster in clusters(text):
        end, width = start + len(cluster), cells(cluster)
        spans.append((start, end, width))
        start, total = end, total + width
    return spans, total


def _split_text(text: str, cell_position: int, unicode_version: str = "auto") -> tuple[str, str]:
    """Both sides of a cell; a cluster that lies on both becomes blanks, as many as it has cells, on either."""
    used = start = 0
    for cluster in clusters(text):
        if used >= cell_position:
            break
        width, end = cells(cluster), start + len(cluster)
        if used + width > cell_position:
            left = text[:start] + " " * (cell_position - used)
            return left, " " * (used + width - cell_position) + text[end:]
        used, start = used + width, end
    return text[:start], text[start:]


@lru_cache(4_096)
def _split_segment(segment: Segment, cut: int) -> tuple[Segment, Segment]:
    """Both sides of a cell, each in the same style."""
    text, style, control = segment
    left, right = _split_text(text, cut)
    return Segment(left, style, control), Segment(right, style, control)
