"""Tagged text and its width in cells: what every line on the screen is made of, before any colour.

Pure and light: the first paint loads it, so neither textual nor rich nor the model is imported.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from neptune_inbox.presentation.theme import Role, Surface
from neptune_inbox.text_graphemes import cells as cells
from neptune_inbox.text_graphemes import crop as crop

Span: TypeAlias = "tuple[str, Role]"

_INVISIBLE = frozenset(("Cc", "Cf", "Cs", "Zl", "Zp"))
_KEPT_FORMATS = frozenset("\N{ZERO WIDTH JOINER}\N{ZERO WIDTH NON-JOINER}")
_COLUMNS_KEPT = 4_096
_columns: dict[str, str] = {}


class ClickRegion(NamedTuple):
    """A part of a line that can be clicked: cells `start` to `end` (exclusive) choose an action."""

    start: int
    end: int
    action: str
    value: str | None = None
    """What the action is about: a user id, the name of a view; None for nothing in particular."""


class StyledLine(NamedTuple):
    """One line, ready to draw."""

    spans: tuple[Span, ...]
    regions: tuple[ClickRegion, ...] = ()
    surface: Surface = Surface.PAGE


class StyledItem(NamedTuple):
    """A part of a line that is shown whole or not at all; the highest rank is left out first, rank 0 never."""

    spans: tuple[Span, ...]
    rank: int = 0
    action: str = ""
    value: str | None = None

    @property
    def width(self) -> int:
        return width_of(self.spans)


def harmless(text: str) -> str:
    """The last gate before a terminal: every control and format character becomes `·`, whatever came before.

    Our own mark behind right-to-left text is put after this, so that only ours gets past (`bidi.py`).
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        "·" if unicodedata.category(char) in _INVISIBLE and char not in _KEPT_FORMATS else char for char in text
    )


def column(text: str) -> str:
    """Outside text for a column, without what terminals draw too differently for a column (`column_text`)."""
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
    for text, role in spans:
        if width <= 0:
            break
        text = crop(text, width)
        width -= cells(text)
        kept.append((text, role))
    return tuple(kept)


def pad_spans(spans: Iterable[Span], width: int, role: Role = Role.TEXT) -> tuple[Span, ...]:
    """The spans at exactly `width` cells."""
    kept = crop_spans(spans, width)
    missing = width - width_of(kept)
    return (*kept, (" " * missing, role)) if missing else kept


def assemble(
    left: Sequence[StyledItem],
    right: Sequence[StyledItem],
    width: int,
    *,
    surface: Surface = Surface.PAGE,
    fill: Span = (" ", Role.TEXT),
    gap: int = 2,
) -> StyledLine:
    """A line of exactly `width` cells: pieces from the left, pieces against the right edge, and a fill between."""
    left, right = list(left), list(right)
    while sum(piece.width for piece in (*left, *right)) > width - gap:
        least = max((*left, *right), key=lambda piece: piece.rank, default=None)
        if least is None or least.rank == 0:
            break
        (right if least in right else left).remove(least)
    tail = sum(piece.width for piece in right)
    spans: list[Span] = []
    regions: list[ClickRegion] = []
    x = _place(left, 0, spans, regions)
    if (space := width - x - tail) > 0:
        spans.append((fill[0] * space, fill[1]))
        x += space
    _place(right, x, spans, regions)
    regions = [region._replace(end=min(region.end, width)) for region in regions if region.start < width]
    return StyledLine(pad_spans(spans, width), tuple(regions), surface)


def _place(pieces: Sequence[StyledItem], x: int, spans: list[Span], regions: list[ClickRegion]) -> int:
    for piece in pieces:
        spans.extend(piece.spans)
        end = x + piece.width
        if piece.action:
            regions.append(ClickRegion(x, end, piece.action, piece.value))
        x = end
    return x
