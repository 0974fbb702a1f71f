"""What colours mean: the meanings, the grounds they stand on, and the colours of each theme. Data only.

Colours are `#rrggbb`, an ANSI number `0` to `15`, or missing for the terminal's own. `tests/unit/test_theme.py` holds
the contrast of every pair to WCAG AA.
"""

from __future__ import annotations

from enum import StrEnum


class Meaning(StrEnum):
    """What a piece of text says, so that every theme can say it in its own way."""

    TEXT = "text"
    STRONG = "strong"
    DIM = "dim"
    FAINT = "faint"
    """Rules and separators: ornament, never words."""
    ACCENT = "accent"
    HEADING = "heading"
    UNREAD = "unread"
    READ = "read"
    PENDING = "pending"
    FAILED = "failed"
    DONE = "done"
    STAR = "star"
    NOTE = "note"
    SNOOZED = "snoozed"
    CURSOR = "cursor"
    SELECTED = "selected"
    USER = "user"
    EVENT = "event"
    EVENT_UNREAD = "event_unread"
    KEY = "key"
    LABEL = "label"
    TAB = "tab"
    TAB_ACTIVE = "tab_active"
    BANNER = "banner"
    LINK = "link"
    OK = "ok"
    WARN = "warn"
    ERROR = "error"
    ALARM = "alarm"
    """The word that names production."""


class Ground(StrEnum):
    """What a piece of text stands on."""

    PAGE = "page"
    CURSOR = "cursor"
    SELECTED = "selected"
    BOTH = "both"
    """The cursor's row while it is selected."""
    TOP = "top"
    PRODUCTION = "production"
    """The top line of a profile that writes to production."""


DARK = "neptune-dark"
LIGHT = "neptune-light"
TERMINAL = "terminal"
THEMES = (DARK, LIGHT, TERMINAL)

ATTRIBUTES = {
    Meaning.STRONG: "bold",
    Meaning.HEADING: "bold",
    Meaning.UNREAD: "bold",
    Meaning.FAILED: "bold",
    Meaning.CURSOR: "bold",
    Meaning.SELECTED: "bold",
    Meaning.KEY: "bold",
    Meaning.TAB_ACTIVE: "bold",
    Meaning.BANNER: "bold",
    Meaning.ALARM: "bold",
    Meaning.ERROR: "bold",
    Meaning.LINK: "underline",
}

COLOURS: dict[str, dict[Meaning, str]] = {
    DARK: {
        Meaning.TEXT: "#c3ccd8", Meaning.STRONG: "#f2f5fa", Meaning.DIM: "#8491a3", Meaning.FAINT: "#384152",
        Meaning.ACCENT: "#7db7f0", Meaning.HEADING: "#8491a3", Meaning.UNREAD: "#7db7f0", Meaning.READ: "#8491a3",
        Meaning.PENDING: "#e3b566", Meaning.FAILED: "#f28b82", Meaning.DONE: "#8cc693", Meaning.STAR: "#e8c76a",
        Meaning.NOTE: "#bba7ea", Meaning.SNOOZED: "#9db0dc", Meaning.CURSOR: "#7db7f0", Meaning.SELECTED: "#7fd6c8",
        Meaning.USER: "#a3b6cc", Meaning.EVENT: "#94a3b8", Meaning.EVENT_UNREAD: "#a9c1dc", Meaning.KEY: "#b4cdea",
        Meaning.LABEL: "#8491a3", Meaning.TAB: "#8f9cae", Meaning.TAB_ACTIVE: "#dcebfb", Meaning.BANNER: "#0f141b",
        Meaning.LINK: "#7db7f0", Meaning.OK: "#8cc693", Meaning.WARN: "#e3b566", Meaning.ERROR: "#f28b82",
        Meaning.ALARM: "#ffffff",
    },
    LIGHT: {
        Meaning.TEXT: "#333a45", Meaning.STRONG: "#0c1118", Meaning.DIM: "#626b79", Meaning.FAINT: "#d3d1c9",
        Meaning.ACCENT: "#14559f", Meaning.HEADING: "#626b79", Meaning.UNREAD: "#14559f", Meaning.READ: "#626b79",
        Meaning.PENDING: "#7d4f00", Meaning.FAILED: "#a8201a", Meaning.DONE: "#1f6330", Meaning.STAR: "#765300",
        Meaning.NOTE: "#5b3fa3", Meaning.SNOOZED: "#3d4d99", Meaning.CURSOR: "#14559f", Meaning.SELECTED: "#0b6055",
        Meaning.USER: "#44546a", Meaning.EVENT: "#566173", Meaning.EVENT_UNREAD: "#34506f", Meaning.KEY: "#1d4a80",
        Meaning.LABEL: "#626b79", Meaning.TAB: "#5b6472", Meaning.TAB_ACTIVE: "#0d3f78", Meaning.BANNER: "#ffffff",
        Meaning.LINK: "#14559f", Meaning.OK: "#1f6330", Meaning.WARN: "#7d4f00", Meaning.ERROR: "#a8201a",
        Meaning.ALARM: "#ffffff",
    },
    TERMINAL: {
        Meaning.ACCENT: "6", Meaning.UNREAD: "6", Meaning.PENDING: "3", Meaning.FAILED: "1", Meaning.DONE: "2",
        Meaning.STAR: "3", Meaning.NOTE: "5", Meaning.SNOOZED: "4", Meaning.CURSOR: "6", Meaning.SELECTED: "2",
        Meaning.KEY: "6", Meaning.TAB_ACTIVE: "0", Meaning.BANNER: "0", Meaning.LINK: "6", Meaning.OK: "2",
        Meaning.WARN: "3", Meaning.ERROR: "1", Meaning.ALARM: "15",
    },
}  # fmt: skip

GROUNDS: dict[str, dict[Ground, str]] = {
    DARK: {
        Ground.PAGE: "#10141b", Ground.CURSOR: "#243349", Ground.SELECTED: "#16282c", Ground.BOTH: "#243c48",
        Ground.TOP: "#1a202b", Ground.PRODUCTION: "#6b1d27",
    },
    LIGHT: {
        Ground.PAGE: "#fbfaf7", Ground.CURSOR: "#dce8f6", Ground.SELECTED: "#e3f0ec", Ground.BOTH: "#c8e2e6",
        Ground.TOP: "#efede6", Ground.PRODUCTION: "#9c1c28",
    },
    TERMINAL: {Ground.PRODUCTION: "1"},
}  # fmt: skip

CHIPS: dict[str, dict[Meaning, str]] = {
    DARK: {Meaning.TAB_ACTIVE: "#2b4566", Meaning.BANNER: "#7db7f0", Meaning.ALARM: "#6b1d27"},
    LIGHT: {Meaning.TAB_ACTIVE: "#cfe0f4", Meaning.BANNER: "#14559f", Meaning.ALARM: "#9c1c28"},
    TERMINAL: {Meaning.TAB_ACTIVE: "6", Meaning.BANNER: "6", Meaning.ALARM: "1"},
}
ON_PRODUCTION = {DARK: ("#ffffff", "#f3c9c6"), LIGHT: ("#ffffff", "#ffdcd9"), TERMINAL: ("15", "15")}
QUIET = frozenset(
    {Meaning.DIM, Meaning.FAINT, Meaning.LABEL, Meaning.READ, Meaning.HEADING, Meaning.EVENT, Meaning.TAB}
)
CHIP_MEANINGS = frozenset({Meaning.TAB_ACTIVE, Meaning.BANNER, Meaning.ALARM})
