"""From tagged text to what Textual draws: strips in the theme's styles, past the app's line filters."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from textual.strip import Strip

from neptune_inbox.tui.spans import Span
from neptune_inbox.tui.theme import Ground, Meaning, rich_style

if TYPE_CHECKING:
    from textual.app import App
    from textual.color import Color
    from textual.filter import LineFilter


class Palette(NamedTuple):
    """Everything besides text and width that a drawn strip depends on."""

    theme: str
    has_colour: bool
    filters: tuple[LineFilter, ...]


def palette_of(app: App[Any]) -> Palette:
    """The palette now in force."""
    return Palette(app.theme, not app.no_color, tuple(app.get_line_filters()))


def measures_as_rich(spans: Iterable[Span], width: int) -> bool:
    """Whether rich, which Textual cuts with, finds these spans exactly as wide as we do."""
    return cell_len("".join([text for text, _ in spans])) == width


def make_strip(spans: Iterable[Span], width: int, ground: Ground, palette: Palette, behind: Color) -> Strip:
    """A strip of exactly `width` cells, filtered once and for all, so that it can be kept and drawn again.

    `behind` is the colour of what it is drawn on.
    """
    theme, has_colour = palette.theme, palette.has_colour
    segments: list[Segment] = []
    for text, meaning in spans:
        style = rich_style(meaning, theme, ground, has_colour=has_colour)
        if segments and segments[-1].style is style:
            segments[-1] = Segment(segments[-1].text + text, style)
        elif text:
            segments.append(Segment(text, style))
    blank = rich_style(Meaning.TEXT, theme, ground, has_colour=has_colour)
    # Measured by rich, which Textual cuts with: where our own width of a rare character differs, rich decides.
    strip = Strip(segments).adjust_cell_length(width, blank)
    for line_filter in palette.filters:
        strip = strip.apply_filter(line_filter, behind)
    return strip
