"""Reading tagged text in tests."""

from __future__ import annotations

from neptune_inbox.tui.spans import Line, Span
from neptune_inbox.tui.theme import Meaning

WIDTHS = (200, 160, 120, 100, 80, 60, 40, 20)


def text(spans: tuple[Span, ...] | Line) -> str:
    return "".join(part for part, _ in (spans.spans if isinstance(spans, Line) else spans))


def meaning_of(spans: tuple[Span, ...] | Line, part: str) -> Meaning:
    """What the piece of text with these words means."""
    parts = spans.spans if isinstance(spans, Line) else spans
    return next(meaning for words, meaning in parts if part in words)
