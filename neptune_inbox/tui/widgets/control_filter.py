"""The last gate before the terminal: nothing that could move a cursor or talk to the terminal gets past it."""

from __future__ import annotations

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from neptune_inbox.presentation.bidi import LRM, closed, is_right_to_left
from neptune_inbox.presentation.styled import harmless


class ControlCharFilter(LineFilter):
    """Replaces control and format characters in every segment, and drops links that hold one.

    The app adds it to `get_line_filters`, so that every widget passes it, those of Textual included: Textual itself
    lets escape sequences through (hostile.md 0.1). Filtering twice changes nothing more: what is behind a dialog is
    filtered twice.
    """

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        passed: list[Segment] = []
        for segment in segments:
            if LRM not in segment.text:
                passed.append(_pass(segment))
                continue
            bare = segment.text.replace(LRM, "")
            if segment.text.startswith(LRM) and passed and is_right_to_left(passed[-1].text):
                # Put behind right-to-left text by `make_strip`; a mark within a text is nobody's.
                passed[-1] = _close(passed[-1])
            if bare:
                kept = _pass(Segment(bare, segment.style, segment.control))
                passed.append(_close(kept) if segment.text == closed(bare) else kept)
        return _closed_line(passed)


def _close(segment: Segment) -> Segment:
    return segment if LRM in segment.text else Segment(closed(segment.text), segment.style, segment.control)


def _closed_line(segments: list[Segment]) -> list[Segment]:
    """The line with our mark behind the last right-to-left text in it; what is bold within a sentence stays in it."""
    for place in range(len(segments) - 1, -1, -1):
        if is_right_to_left(segments[place].text):
            segments[place] = _close(segments[place])
            break
    return segments


def _pass(segment: Segment) -> Segment:
    text, style, control = segment
    cleaned = harmless(text)
    if style is not None and style.link and harmless(style.link) != style.link:
        style = style.update_link(None)
    elif cleaned is text and not control:
        return segment
    return Segment(cleaned, style)
