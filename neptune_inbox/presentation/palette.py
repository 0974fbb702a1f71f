"""The colours of each theme. Data only.

Colours are `#rrggbb`, an ANSI number `0` to `15`, or missing for the terminal's own. `tests/unit/test_theme.py` holds
the contrast of every pair to WCAG AA.
"""

from __future__ import annotations

from neptune_inbox.presentation.palette_256 import BADGES_256, COLOURS_256, ON_PRODUCTION_256, SURFACES_256
from neptune_inbox.presentation.roles import Role, Surface

DARK = "neptune-dark"
LIGHT = "neptune-light"
TERMINAL = "terminal"
THEMES = (DARK, LIGHT, TERMINAL)

ATTRIBUTES = {
    Role.STRONG: "bold",
    Role.HEADING: "bold",
    Role.UNREAD: "bold",
    Role.FAILED: "bold",
    Role.CURSOR: "bold",
    Role.SELECTED: "bold",
    Role.KEY: "bold",
    Role.TAB_ACTIVE: "bold",
    Role.BANNER: "bold",
    Role.ALARM: "bold",
    Role.ERROR: "bold",
    Role.LINK: "underline",
}

TERMINAL_ATTRIBUTES = ATTRIBUTES | {Role.PENDING: "bold", Role.WARN: "bold"}
"""In the terminal's own colours, and without any, an attribute on the default foreground carries the meaning.

Of the sixteen colours only 9 and 13 have a contrast of 3.0 to the ground of every usual palette, and none has 4.5: a
sign may have one of these two, a word none.
"""

COLOURS: dict[str, dict[Role, str]] = {
    DARK: {
        Role.TEXT: "#c3ccd8", Role.STRONG: "#f2f5fa", Role.DIM: "#98a3b2", Role.FAINT: "#384152",
        Role.ACCENT: "#7db7f0", Role.HEADING: "#98a3b2", Role.UNREAD: "#7db7f0", Role.READ: "#98a3b2",
        Role.PENDING: "#e3b566", Role.FAILED: "#f28b82", Role.DONE: "#8cc693", Role.STAR: "#e8c76a",
        Role.NOTE: "#bba7ea", Role.SNOOZED: "#9db0dc", Role.CURSOR: "#7db7f0", Role.SELECTED: "#7fd6c8",
        Role.USER: "#a3b6cc", Role.EVENT: "#94a3b8", Role.EVENT_UNREAD: "#a9c1dc", Role.KEY: "#b4cdea",
        Role.LABEL: "#98a3b2", Role.TAB: "#98a4b4", Role.TAB_ACTIVE: "#dcebfb", Role.BANNER: "#0f141b",
        Role.LINK: "#7db7f0", Role.OK: "#8cc693", Role.WARN: "#e3b566", Role.ERROR: "#f28b82",
        Role.ALARM: "#ffffff",
    },
    LIGHT: {
        Role.TEXT: "#333a45", Role.STRONG: "#0c1118", Role.DIM: "#5a626f", Role.FAINT: "#d3d1c9",
        Role.ACCENT: "#14559f", Role.HEADING: "#5a626f", Role.UNREAD: "#14559f", Role.READ: "#5a626f",
        Role.PENDING: "#7d4f00", Role.FAILED: "#a8201a", Role.DONE: "#1f6330", Role.STAR: "#765300",
        Role.NOTE: "#5b3fa3", Role.SNOOZED: "#3d4d99", Role.CURSOR: "#14559f", Role.SELECTED: "#0b6055",
        Role.USER: "#44546a", Role.EVENT: "#566173", Role.EVENT_UNREAD: "#34506f", Role.KEY: "#1d4a80",
        Role.LABEL: "#5a626f", Role.TAB: "#59626f", Role.TAB_ACTIVE: "#0d3f78", Role.BANNER: "#ffffff",
        Role.LINK: "#14559f", Role.OK: "#1f6330", Role.WARN: "#7d4f00", Role.ERROR: "#a8201a",
        Role.ALARM: "#ffffff",
    },
    TERMINAL: {Role.UNREAD: "13", Role.STAR: "13", Role.CURSOR: "13", Role.SELECTED: "13"},
    **COLOURS_256,
}  # fmt: skip

SURFACES: dict[str, dict[Surface, str]] = {
    DARK: {
        Surface.PAGE: "#10141b", Surface.CURSOR: "#243349", Surface.SELECTED: "#16282c", Surface.BOTH: "#243c48",
        Surface.TOP: "#1a202b", Surface.PRODUCTION: "#6b1d27",
    },
    LIGHT: {
        Surface.PAGE: "#fbfaf7", Surface.CURSOR: "#dce8f6", Surface.SELECTED: "#e3f0ec", Surface.BOTH: "#c8e2e6",
        Surface.TOP: "#efede6", Surface.PRODUCTION: "#9c1c28",
    },
    TERMINAL: {},
    **SURFACES_256,
}  # fmt: skip

BADGES: dict[str, dict[Role, str]] = {
    DARK: {Role.TAB_ACTIVE: "#2b4566", Role.BANNER: "#7db7f0", Role.ALARM: "#6b1d27"},
    LIGHT: {Role.TAB_ACTIVE: "#cfe0f4", Role.BANNER: "#14559f", Role.ALARM: "#9c1c28"},
    TERMINAL: {},
    **BADGES_256,
}
ON_PRODUCTION = {DARK: ("#ffffff", "#f3c9c6"), LIGHT: ("#ffffff", "#ffdcd9"), TERMINAL: ("", ""), **ON_PRODUCTION_256}
MUTED = frozenset({Role.DIM, Role.FAINT, Role.LABEL, Role.READ, Role.HEADING, Role.EVENT, Role.TAB})
BADGE_ROLES = frozenset({Role.TAB_ACTIVE, Role.BANNER, Role.ALARM})
