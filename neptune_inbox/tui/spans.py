"""Tagged text and its width in cells: what every line on the screen is made of, before any colour.

Pure and light: the first paint loads it, so neither textual nor rich nor the model is imported.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from neptune_inbox.tui.theme import Ground, Meaning

Span: TypeAlias = "tuple[str, Meaning]"

_INVISIBLE = frozenset(("Cc", "Cf", "Cs", "Zl", "Zp"))
_ZERO_WIDTH = frozenset(("Mn", "Me", "Mc", "Cf", "Cc"))
_WIDE = frozenset("WF")
_KEPT_FORMATS = frozenset("\N{ZERO WIDTH JOINER}\N{ZERO WIDTH NON-JOINER}")
_ELLIPSIS = "…"
_COLUMNS_KEPT = 4_096
_columns: dict[str, str] = {}


class Spot(NamedTuple):
    """A part of a line that can be clicked: cells `start` to `end` (exclusive) choose an action."""

    start: int
    end: int
    action: str
    value: str | None = None
    """What the action is about: a user id, the name of a view; None for nothing in particular."""


class Line(NamedTuple):
    """One line, ready to draw."""

    spans: tuple[Span, ...]
    spots: tuple[Spot, ...] = ()
    ground: Ground = Ground.PAGE


class Piece(NamedTuple):
    """A part of a line that is shown whole or not at all; the highest rank is left out first, rank 0 never."""

    spans: tuple[Span, ...]
    rank: int = 0
    action: str = ""
    value: str | None = None

    @property
    def width(self) -> int:
        return width_of(self.spans)


def harmless(text: str) -> str:
    """The last gate before a terminal: every control and format character becomes `·`, whatever came before."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        "·" if unicodedata.category(char) in _INVISIBLE and char not in _KEPT_FORMATS else char for char in text
    )


def column(text: str) -> str:
    """Outside text for a column: each grapheme reduced to its base, so that all terminals agree on its width."""
    if text.isascii() and text.isprintable():
        return text
    known = _columns.get(text)
    if known is None:
        # Only here: loading the sanitiser costs more than painting a first page.
        from neptune_inbox.text import column_text

        known = column_text(text)
        know_columns({text: known})
    return known


def know_columns(columns: Mapping[str, str]) -> None:
    """Remember what `column` makes of these texts, so that the first paint need not load the sanitiser."""
    if len(_columns) > _COLUMNS_KEPT:
        _columns.clear()
    _columns.update(columns)


def cells(text: str) -> int:
    """The width in terminal cells: 2 for wide East Asian characters and pictures, 0 for marks."""
    if text.isascii():
        return len(text)
    return sum(map(_cells_of, text))


def _cells_of(char: str) -> int:
    if char < "\u0300":
        return 1
    if unicodedata.category(char) in _ZERO_WIDTH or "\u1160" <= char <= "\u11ff":
        return 0
    return 2 if unicodedata.east_asian_width(char) in _WIDE else 1


def crop(text: str, width: int) -> str:
    """The text cut to at most `width` cells, ending in `…` where something was cut."""
    if cells(text) <= width:
        return text
    if width <= 0:
        return ""
    kept, used = [], 0
    for char in text:
        used += _cells_of(char)
        if used > width - 1:
            break
        kept.append(char)
    return "".join(kept).rstrip() + _ELLIPSIS


def fit(text: str, width: int, *, is_right: bool = False) -> str:
    """The text at exactly `width` cells: cut with `…` or padded, on the left where `is_right`."""
    text = crop(text, width)
    padding = " " * (width - cells(text))
    return padding + text if is_right else text + padding


def width_of(spans: Iterable[Span]) -> int:
    """The width of all spans together, in cells."""
    return sum(cells(text) for text, _ in spans)


def crop_spans(spans: Iterable[Span], width: int) -> tuple[Span, ...]:
    """The spans cut to at most `width` cells."""
    kept: list[Span] = []
    for text, meaning in spans:
        if width <= 0:
            break
        text = crop(text, width)
        width -= cells(text)
        kept.append((text, meaning))
    return tuple(kept)


def pad_spans(spans: Iterable[Span], width: int, meaning: Meaning = Meaning.TEXT) -> tuple[Span, ...]:
    """The spans at exactly `width` cells."""
    kept = crop_spans(spans, width)
    missing = width - width_of(kept)
    return (*kept, (" " * missing, meaning)) if missing else kept


def assemble(
    left: Sequence[Piece],
    right: Sequence[Piece],
    width: int,
    *,
    ground: Ground = Ground.PAGE,
    fill: Span = (" ", Meaning.TEXT),
    gap: int = 2,
) -> Line:
    """A line of exactly `width` cells: pieces from the left, pieces against the right edge, and a fill between."""
    left, right = list(left), list(right)
    while sum(piece.width for piece in (*left, *right)) > width - gap:
        least = max((*left, *right), key=lambda piece: piece.rank, default=None)
        if least is None or least.rank == 0:
            break
        (right if least in right else left).remove(least)
    tail = sum(piece.width for piece in right)
    spans: list[Span] = []
    spots: list[Spot] = []
    x = _place(left, 0, spans, spots)
    if (space := width - x - tail) > 0:
        spans.append((fill[0] * space, fill[1]))
        x += space
    _place(right, x, spans, spots)
    spots = [spot._replace(end=min(spot.end, width)) for spot in spots if spot.start < width]
    return Line(pad_spans(spans, width), tuple(spots), ground)


def _place(pieces: Sequence[Piece], x: int, spans: list[Span], spots: list[Spot]) -> int:
    for piece in pieces:
        spans.extend(piece.spans)
        end = x + piece.width
        if piece.action:
            spots.append(Spot(x, end, piece.action, piece.value))
        x = end
    return x
