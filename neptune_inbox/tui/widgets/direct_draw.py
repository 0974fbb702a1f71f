"""Draws the frame of a key as soon as the key has acted.

Textual draws when its queues are empty, by way of three tasks and a timer, and composes again what is known to be one
line of one widget. Here a part that asked to be repainted is written in place, and is clean when Textual looks;
whatever is not simple is left to Textual. It leans on Textual's inner names, which is why textual is pinned and a
test compares every cell with Textual's own frame.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from textual._ansi_sequences import SYNC_END, SYNC_START
from textual.filter import ANSIToTruecolor, NoColor

from neptune_inbox.presentation.ansi import AnsiWriter, ansi_writer
from neptune_inbox.presentation.theme import TERMINAL, Depth
from neptune_inbox.tui.widgets.control_filter import ControlCharFilter

if TYPE_CHECKING:
    from rich.console import Console
    from textual.app import App
    from textual.driver import Driver
    from textual.geometry import Region
    from textual.strip import Strip
    from textual.widget import Widget

_FILTERS = (ANSIToTruecolor, NoColor, ControlCharFilter)
"""Those that change nothing in what the pen writes."""
_DEPTHS = {"truecolor": Depth.TRUE, "256": Depth.PALETTE, "standard": Depth.SIXTEEN}


class Patch(NamedTuple):
    """Text with its escape codes, and the cell of the part where it begins."""

    x: int
    y: int
    text: str


class DirectDrawable(Protocol):
    """A widget that can write what is in it."""

    def patches(self, regions: Iterable[Region], writer: AnsiWriter) -> Iterable[Patch]:
        """At least these regions of it, as they look now."""


def as_textual_draws(strip: Strip, console: Console) -> str:
    """A strip as escape codes, whatever was written before it: a blank in the terminal's own colours has none."""
    return f"\x1b[0m{strip.render(console)}"


def draw_at_once(main_view: Widget, parts: Iterable[DirectDrawable], above: Any) -> None:
    """Write what was asked to be repainted of these parts of the stage, in one go, and the part above them."""
    app = main_view.app
    driver, ink = app._driver, ansi_writer_of(app)
    if driver is None or ink is None or not _is_simple(main_view, driver):
        return
    out = []
    for part, region in _to_repaint(main_view, parts):
        for x, y, text in part.patches(part._exchange_repaint_regions(), ink):
            out.append(f"\x1b[{region.y + y + 1};{region.x + x + 1}H{text}")
    if out and above in main_view.screen._compositor.visible_widgets:
        region, _ = main_view.screen._compositor.visible_widgets[above]
        for x, y, text in above.patches(above._exchange_repaint_regions(), ink):
            out.append(f"\x1b[{region.y + y + 1};{region.x + x + 1}H{text}")
    if out:
        cursor = main_view.screen.outer_size.clamp_offset(app.cursor_position)
        out.append(f"\x1b[0m\x1b[{cursor.y + 1};{cursor.x + 1}H")
        text = "".join(out)
        driver.write(f"{SYNC_START}{text}{SYNC_END}" if app._sync_available else text)
        driver.flush()


def ansi_writer_of(app: App[Any]) -> AnsiWriter | None:
    """The pen that writes as Textual draws; None where only Textual knows what it makes of our colours."""
    if not all(isinstance(each, _FILTERS) for each in app.get_line_filters()):
        return None
    if app.no_color:
        return ansi_writer(app.theme, Depth.NONE)
    depth = _DEPTHS.get(app.console.color_system or "")
    is_reduced = depth is Depth.SIXTEEN and app.theme != TERMINAL
    return None if depth is None or is_reduced else ansi_writer(app.theme, depth)


def _is_simple(main_view: Widget, driver: Driver) -> bool:
    """Whether the view is on the screen as Textual last laid it out, with nothing above it."""
    app, screen = main_view.app, main_view.screen
    is_settled = not (screen._layout_required or main_view._layout_required or screen._repaint_required)
    return (
        screen.is_current
        and is_settled
        and app._running
        and not app._closed
        and not app._batch_count
        and not driver.is_inline
        # There Textual writes in pieces.
        and sys.platform != "win32"
        and all(widget is main_view or widget.parent is not screen for widget in screen._compositor.visible_widgets)
    )


def _to_repaint(main_view: Widget, parts: Iterable[Any]) -> Iterable[tuple[Any, Region]]:
    """The parts that asked to be repainted and are completely visible, with their regions; clean from now on."""
    visible = main_view.screen._compositor.visible_widgets
    for part in parts:
        if not part._repaint_required or part not in visible:
            continue
        region, clip = visible[part]
        if clip.contains_region(region):
            part._repaint_required = False
            yield part, region
