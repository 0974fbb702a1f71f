"""The last gate before the terminal: nothing that could move a cursor or talk to the terminal gets past it."""

from __future__ import annotations

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from neptune_inbox.tui.spans import harmless


class HarmlessFilter(LineFilter):
    """Replaces control and format characters in every segment, and drops links that hold one.

    The app adds it to `get_line_filters`, so that every widget passes it, those of Textual included: Textual itself
    lets escape sequences through (hostile.md 0.1).
    """

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [_pass(segment) for segment in segments]


def _pass(segment: Segment) -> Segment:
    text, style, control = segment
    cleaned = harmless(text)
    if style is not None and style.link and harmless(style.link) != style.link:
        style = style.update_link(None)
    elif cleaned is text and not control:
        return segment
    return Segment(cleaned, style)
