"""How a meaning looks in a theme: as a `Look`, and as a rich style for the widgets.

`pen.py` makes escape codes of the same looks, so that both painters agree. Neither textual nor rich is imported until
their objects are asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from neptune_inbox.tui.palette import (
    ATTRIBUTES,
    CHIP_MEANINGS,
    CHIPS,
    COLOURS,
    DARK,
    GROUNDS,
    LIGHT,
    ON_PRODUCTION,
    QUIET,
    TERMINAL,
    THEMES,
    Ground,
    Meaning,
)

if TYPE_CHECKING:
    from rich.style import Style
    from textual.theme import Theme

__all__ = [
    "DARK",
    "LIGHT",
    "TERMINAL",
    "THEMES",
    "Depth",
    "Ground",
    "Look",
    "Meaning",
    "choose_theme",
    "colour_depth",
    "look",
    "rich_style",
    "textual_theme",
]


class Depth(StrEnum):
    """How many colours the terminal shows."""

    NONE = "none"
    SIXTEEN = "16"
    PALETTE = "256"
    TRUE = "true"


class Look(NamedTuple):
    """One appearance: colours as `#rrggbb`, as an ANSI number `0` to `15`, or empty for the terminal's own."""

    fg: str = ""
    bg: str = ""
    bold: bool = False
    dim: bool = False
    italic: bool = False
    underline: bool = False
    reverse: bool = False


@lru_cache(1024)
def look(meaning: Meaning, theme: str, ground: Ground = Ground.PAGE, *, has_colour: bool = True) -> Look:
    """How a meaning appears in a theme on a ground; an unknown theme counts as the dark one."""
    attribute = ATTRIBUTES.get(meaning, "")
    if not has_colour:
        return _colourless(meaning, ground, attribute)
    theme = theme if theme in COLOURS else DARK
    fg = COLOURS[theme].get(meaning, "")
    bg = CHIPS[theme].get(meaning) or GROUNDS[theme].get(ground, "")
    is_dim = theme == TERMINAL and meaning in QUIET
    if ground is Ground.PRODUCTION and meaning not in CHIP_MEANINGS:
        fg, is_dim = ON_PRODUCTION[theme][meaning in QUIET], False
    if theme == TERMINAL and ground in (Ground.CURSOR, Ground.BOTH):
        return Look(bold=attribute == "bold", reverse=True)
    return Look(fg, bg, bold=attribute == "bold", dim=is_dim, underline=attribute == "underline")


def _colourless(meaning: Meaning, ground: Ground, attribute: str) -> Look:
    is_reversed = ground in (Ground.CURSOR, Ground.BOTH, Ground.PRODUCTION) or meaning in CHIP_MEANINGS
    return Look(
        bold=attribute == "bold",
        dim=meaning in QUIET and not is_reversed,
        underline=attribute == "underline",
        reverse=is_reversed,
    )


def colour_depth(environ: Mapping[str, str]) -> Depth:
    """What the terminal shows, judged from the environment by the same rule as rich."""
    if "NO_COLOR" in environ:
        return Depth.NONE
    if environ.get("COLORTERM", "").strip().lower() in ("truecolor", "24bit"):
        return Depth.TRUE
    kind = environ.get("TERM", "").strip().lower().rpartition("-")[2]
    return Depth.PALETTE if kind in ("256color", "kitty") else Depth.SIXTEEN


def choose_theme(wanted: str, environ: Mapping[str, str]) -> str:
    """The theme to use: the wanted one, or the terminal's own colours where ours cannot be shown."""
    if colour_depth(environ) in (Depth.NONE, Depth.SIXTEEN):
        return TERMINAL
    return wanted if wanted in THEMES else DARK


@lru_cache(1024)
def rich_style(meaning: Meaning, theme: str, ground: Ground = Ground.PAGE, *, has_colour: bool = True) -> Style:
    """The same look as a rich style, for widgets."""
    from rich.style import Style

    it = look(meaning, theme, ground, has_colour=has_colour)
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
    colour, ground, chip = COLOURS[name], GROUNDS[name], CHIPS[name]
    return Theme(
        name,
        primary=colour[Meaning.ACCENT],
        secondary=colour[Meaning.USER],
        warning=colour[Meaning.WARN],
        error=colour[Meaning.ERROR],
        success=colour[Meaning.OK],
        accent=colour[Meaning.ACCENT],
        foreground=colour[Meaning.TEXT],
        background=ground[Ground.PAGE],
        surface=ground[Ground.TOP],
        panel=ground[Ground.TOP],
        dark=name == DARK,
        variables={
            "text": colour[Meaning.TEXT],
            "text-muted": colour[Meaning.DIM],
            "text-disabled": colour[Meaning.DIM],
            "faint": colour[Meaning.FAINT],
            "key": colour[Meaning.KEY],
            "border": colour[Meaning.ACCENT],
            "border-blurred": colour[Meaning.FAINT],
            "block-cursor-background": ground[Ground.CURSOR],
            "block-cursor-foreground": colour[Meaning.STRONG],
            "block-cursor-blurred-background": ground[Ground.CURSOR],
            "block-cursor-blurred-foreground": colour[Meaning.TEXT],
            "input-selection-background": chip[Meaning.TAB_ACTIVE],
            "input-cursor-background": colour[Meaning.ACCENT],
            "input-cursor-foreground": ground[Ground.PAGE],
            "production": ground[Ground.PRODUCTION],
            "scrollbar": colour[Meaning.FAINT],
            "scrollbar-hover": colour[Meaning.DIM],
            "scrollbar-active": colour[Meaning.ACCENT],
            "scrollbar-background": ground[Ground.PAGE],
            "scrollbar-background-hover": ground[Ground.PAGE],
            "scrollbar-background-active": ground[Ground.PAGE],
            "scrollbar-corner-color": ground[Ground.PAGE],
        },
    )


def _terminal_theme() -> Theme:
    """Only the sixteen colours and the terminal's own ground, which may be dark or light."""
    from textual.theme import Theme

    return Theme(
        TERMINAL,
        primary="ansi_cyan",
        secondary="ansi_blue",
        warning="ansi_yellow",
        error="ansi_red",
        success="ansi_green",
        accent="ansi_cyan",
        foreground="ansi_default",
        background="ansi_default",
        surface="ansi_default",
        panel="ansi_default",
        boost="ansi_default",
        ansi=True,
        variables={
            "ansi-background": "ansi_default",
            "ansi-foreground": "ansi_default",
            "faint": "ansi_bright_black",
            "key": "ansi_default",
            "production": "ansi_red",
            "border": "ansi_cyan",
            "border-blurred": "ansi_bright_black",
            "block-cursor-background": "ansi_cyan",
            "block-cursor-foreground": "ansi_black",
            "block-cursor-blurred-background": "ansi_cyan",
            "block-cursor-blurred-foreground": "ansi_black",
            "input-cursor-text-style": "reverse",
            "input-selection-background": "ansi_cyan",
            "input-selection-foreground": "ansi_black",
            "scrollbar": "ansi_bright_black",
            "scrollbar-hover": "ansi_cyan",
            "scrollbar-active": "ansi_cyan",
            "scrollbar-background": "ansi_default",
            "scrollbar-background-hover": "ansi_default",
            "scrollbar-background-active": "ansi_default",
        },
    )
