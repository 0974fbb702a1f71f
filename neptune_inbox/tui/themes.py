"""How a role looks to the widgets: as a rich style, and as the Textual theme of the same name."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from neptune_inbox.presentation.palette import (
    BADGES,
    COLOURS,
    DARK,
    SURFACES,
    TERMINAL,
)
from neptune_inbox.presentation.palette_256 import DARK_256
from neptune_inbox.presentation.theme import Role, Surface, text_style

if TYPE_CHECKING:
    from rich.style import Style
    from textual.theme import Theme


@lru_cache(1024)
def rich_style(role: Role, theme: str, surface: Surface = Surface.PAGE, *, has_colour: bool = True) -> Style:
    """The same look as a rich style, for widgets."""
    from rich.style import Style

    it = text_style(role, theme, surface, has_colour=has_colour)
    return Style(
        color=_rich_colour(it.fg),
        bgcolor=_rich_colour(it.bg),
        bold=it.bold or None,
        dim=it.dim or None,
        italic=it.italic or None,
        underline=it.underline or None,
        reverse=it.reverse or None,
    )


def _rich_colour(colour: str) -> str | None:
    if not colour:
        return None
    return colour if colour.startswith("#") else f"color({colour})"


def textual_theme(name: str) -> Theme:
    """The Textual theme of the same name, so that its own widgets (inputs, dialogs) match."""
    from textual.theme import Theme

    if name == TERMINAL:
        return _terminal_theme()
    colour, surface, chip = COLOURS[name], SURFACES[name], BADGES[name]
    return Theme(
        name,
        primary=colour[Role.ACCENT],
        secondary=colour[Role.USER],
        warning=colour[Role.WARN],
        error=colour[Role.ERROR],
        success=colour[Role.OK],
        accent=colour[Role.ACCENT],
        foreground=colour[Role.TEXT],
        background=surface[Surface.PAGE],
        surface=surface[Surface.TOP],
        panel=surface[Surface.TOP],
        dark=name in (DARK, DARK_256),
        variables={
            "text": colour[Role.TEXT],
            "text-muted": colour[Role.DIM],
            "text-disabled": colour[Role.DIM],
            "faint": colour[Role.FAINT],
            "key": colour[Role.KEY],
            "border": colour[Role.ACCENT],
            "border-blurred": colour[Role.FAINT],
            "block-cursor-background": surface[Surface.CURSOR],
            "block-cursor-foreground": colour[Role.STRONG],
            "block-cursor-blurred-background": surface[Surface.CURSOR],
            "block-cursor-blurred-foreground": colour[Role.TEXT],
            "input-selection-background": chip[Role.TAB_ACTIVE],
            "input-cursor-background": colour[Role.ACCENT],
            "input-cursor-foreground": surface[Surface.PAGE],
            "production": surface[Surface.PRODUCTION],
            "production-text": colour[Role.ALARM],
            "production-text-style": "bold",
            "scrollbar": colour[Role.FAINT],
            "scrollbar-hover": colour[Role.DIM],
            "scrollbar-active": colour[Role.ACCENT],
            "scrollbar-background": surface[Surface.PAGE],
            "scrollbar-background-hover": surface[Surface.PAGE],
            "scrollbar-background-active": surface[Surface.PAGE],
            "scrollbar-corner-color": surface[Surface.PAGE],
        },
    )


def _terminal_theme() -> Theme:
    """Only the terminal's own two colours, reversed where something stands out; its ground may be dark or light."""
    from textual.theme import Theme

    own, sign = "ansi_default", "ansi_bright_magenta"
    surfaces = ("block-cursor", "block-cursor-blurred", "input-selection", "screen-selection")
    own_colours = (
        *(f"{surface}-{part}" for surface in surfaces for part in ("background", "foreground")),
        *("text-muted", "text-disabled", "text-accent", "text-error", "text-primary", "text-secondary"),
        *("text-success", "text-warning", "foreground-muted", "ansi-background", "ansi-foreground", "faint", "key"),
        *("border", "border-blurred", "production", "production-text", "scrollbar-background"),
        *("scrollbar-background-hover", "scrollbar-background-active", "input-cursor-background"),
        "input-cursor-foreground",
    )
    return Theme(
        TERMINAL,
        primary=own,
        secondary=own,
        warning=own,
        error=own,
        success=own,
        accent=own,
        foreground=own,
        background=own,
        surface=own,
        panel=own,
        boost=own,
        ansi=True,
        variables={
            **dict.fromkeys(own_colours, own),
            "block-cursor-text-style": "reverse",
            "block-cursor-blurred-text-style": "reverse",
            "input-cursor-text-style": "reverse",
            "production-text-style": "bold reverse",
            "scrollbar": sign,
            "scrollbar-hover": sign,
            "scrollbar-active": sign,
        },
    )
