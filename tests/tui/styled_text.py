"""Reading tagged text in tests."""

from __future__ import annotations

from neptune_inbox.presentation.styled import Span, StyledLine
from neptune_inbox.presentation.theme import Role

WIDTHS = (200, 160, 120, 100, 80, 60, 40, 20)


def text(spans: tuple[Span, ...] | StyledLine) -> str:
    return "".join(part for part, _ in (spans.spans if isinstance(spans, StyledLine) else spans))


def meaning_of(spans: tuple[Span, ...] | StyledLine, part: str) -> Role:
    """What the piece of text with these words means."""
    parts = spans.spans if isinstance(spans, StyledLine) else spans
    return next(role for words, role in parts if part in words)
