"""How a meaning looks in a theme: as a `TextStyle`, and as a rich style for the widgets.

`ansi.py` makes escape codes of the same styles, and `tui/themes.py` what Textual draws with, so that both agree.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from neptune_inbox.presentation.palette import (
    ATTRIBUTES,
    BADGE_ROLES,
    BADGES,
    COLOURS,
    DARK,
    LIGHT,
    MUTED,
    ON_PRODUCTION,
    SURFACES,
    TERMINAL,
    TERMINAL_ATTRIBUTES,
    THEMES,
)
from neptune_inbox.presentation.palette_256 import DARK_256, LIGHT_256
from neptune_inbox.presentation.roles import Role, Surface

__all__ = [
    "ALL_THEMES",
    "AUTO",
    "DARK",
    "LIGHT",
    "TERMINAL",
    "THEMES",
    "Depth",
    "Role",
    "Surface",
    "TextStyle",
    "choose_theme",
    "colour_depth",
    "terminal_kind",
    "text_style",
    "theme_for_background",
]

AUTO = "auto"
"""Dark or light, after the ground of the terminal."""
ALL_THEMES = (*THEMES, DARK_256, LIGHT_256)
"""With those that take the place of the dark and the light one where there are 256 colours."""
_FOR_256 = {DARK: DARK_256, LIGHT: LIGHT_256}


class Depth(StrEnum):
    """How many colours the terminal shows."""

    NONE = "none"
    SIXTEEN = "16"
    PALETTE = "256"
    TRUE = "true"


class TextStyle(NamedTuple):
    """One appearance: colours as `#rrggbb`, as an ANSI number `0` to `15`, or empty for the terminal's own."""

    fg: str = ""
    bg: str = ""
    bold: bool = False
    dim: bool = False
    italic: bool = False
    underline: bool = False
    reverse: bool = False


@lru_cache(1024)
def text_style(role: Role, theme: str, surface: Surface = Surface.PAGE, *, has_colour: bool = True) -> TextStyle:
    """How a meaning appears in a theme on a ground; an unknown theme counts as the dark one."""
    if not has_colour or theme == TERMINAL:
        return _by_attributes(role, surface, "" if not has_colour else COLOURS[TERMINAL].get(role, ""))
    theme = theme if theme in COLOURS else DARK
    attribute = ATTRIBUTES.get(role, "")
    fg = COLOURS[theme].get(role, "")
    bg = BADGES[theme].get(role) or SURFACES[theme].get(surface, "")
    if surface is Surface.PRODUCTION and role not in BADGE_ROLES:
        fg = ON_PRODUCTION[theme][role in MUTED]
    return TextStyle(fg, bg, bold=attribute == "bold", underline=attribute == "underline")


def _by_attributes(role: Role, surface: Surface, fg: str) -> TextStyle:
    """In the terminal's own two colours: attributes say what a text means, and what its background is.

    Dim text is below every limit of contrast in some terminals, so only ornament is dim.
    """
    attribute = TERMINAL_ATTRIBUTES.get(role, "")
    is_reversed = surface in (Surface.CURSOR, Surface.BOTH, Surface.PRODUCTION) or role in BADGE_ROLES
    return TextStyle(
        fg="" if is_reversed else fg,
        bold=attribute == "bold",
        dim=role is Role.FAINT and not is_reversed,
        underline=attribute == "underline" or (role is Role.ALARM and surface is Surface.PRODUCTION),
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


def choose_theme(wanted: str, environ: Mapping[str, str], known: str = "") -> str:
    """The theme to draw with: the wanted one as this terminal can show it.

    Without enough colours these are the terminal's own. `auto` is what is `known` of the terminal's ground (a theme's
    name), or what COLORFGBG says of it, or dark.
    """
    depth = colour_depth(environ)
    if depth in (Depth.NONE, Depth.SIXTEEN):
        return TERMINAL
    if wanted == AUTO:
        wanted = known or _told_by_environment(environ)
    theme = wanted if wanted in THEMES else DARK
    return _FOR_256.get(theme, theme) if depth is Depth.PALETTE else theme


def terminal_kind(environ: Mapping[str, str]) -> str:
    """Which terminal this is, as far as its answers can be remembered for the next one of its kind."""
    return environ.get("TERM_PROGRAM") or environ.get("TERM", "")


def _told_by_environment(environ: Mapping[str, str]) -> str:
    """The theme for the ground that COLORFGBG names; rxvt, konsole and others write `foreground;background`."""
    number = environ.get("COLORFGBG", "").rpartition(";")[2]
    # 7 and 15 are white; the other light ones are no grounds that anybody uses.
    return LIGHT if number in ("7", "15") else DARK


def theme_for_background(red: float, green: float, blue: float) -> str:
    """The theme for a ground, its parts from 0 to 1: light where black can be read on it better than white."""
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in (red, green, blue)]
    return LIGHT if 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] > 0.179 else DARK
