"""From tagged text to what Textual draws: strips in the theme's styles, past the app's line filters."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from textual.strip import Strip

from neptune_inbox.presentation.bidi import LRM, is_right_to_left
from neptune_inbox.presentation.styled import Span
from neptune_inbox.presentation.theme import Role, Surface
from neptune_inbox.tui.rich_cells import measure_as_we_do
from neptune_inbox.tui.themes import rich_style

if TYPE_CHECKING:
    from textual.app import App
    from textual.color import Color
    from textual.filter import LineFilter


# Before anything is measured: whatever is drawn comes by here.
measure_as_we_do()


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


def make_strip(spans: Iterable[Span], width: int, surface: Surface, palette: Palette, behind: Color) -> Strip:
    """A strip of exactly `width` cells, filtered once and for all, so that it can be kept and drawn again.

    `behind` is the colour of what it is drawn on.
    """
    theme, has_colour = palette.theme, palette.has_colour
    segments: list[Segment] = []
    for text, role in spans:
        style = rich_style(role, theme, surface, has_colour=has_colour)
        if segments and segments[-1].style is style and segments[-1].text.isascii():
            segments[-1] = Segment(segments[-1].text + text, style)
        elif text:
            segments.append(Segment(text, style))
        if is_right_to_left(text):
            # By itself, as the gate lets through no other.
            segments.append(Segment(LRM, style))
    blank = rich_style(Role.TEXT, theme, surface, has_colour=has_colour)
    # Measured by rich, which Textual cuts with: where our own width of a rare character differs, rich decides.
    strip = Strip(segments).adjust_cell_length(width, blank)
    for line_filter in palette.filters:
        strip = strip.apply_filter(line_filter, behind)
    return strip
