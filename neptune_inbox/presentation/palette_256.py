"""The dark and the light theme for terminals of 256 colours, chosen by hand. Data only.

Reduced by rule, dark grounds become teal or black and texts unreadable on them. Each colour here is one that rich and
`ansi.py` reduce to the number next to it; greys from 247 on are written one step lighter, as both round down there.
"""

from __future__ import annotations

from neptune_inbox.presentation.roles import Role, Surface

DARK_256 = "neptune-dark-256"
LIGHT_256 = "neptune-light-256"

_GREY_249, _GREY_252 = "#b8b8b8", "#d6d6d6"

COLOURS_256: dict[str, dict[Role, str]] = {
    DARK_256: {
        Role.TEXT: _GREY_252, Role.STRONG: "#ffffff", Role.DIM: _GREY_249, Role.FAINT: "#4e4e4e",
        Role.ACCENT: "#87d7ff", Role.HEADING: _GREY_249, Role.UNREAD: "#5fafff", Role.READ: _GREY_249,
        Role.PENDING: "#d7af5f", Role.FAILED: "#ffaf87", Role.DONE: "#87d787", Role.STAR: "#ffd75f",
        Role.NOTE: "#d7afff", Role.SNOOZED: "#afd7ff", Role.CURSOR: "#5fafff", Role.SELECTED: "#5fd7d7",
        Role.USER: _GREY_249, Role.EVENT: _GREY_249, Role.EVENT_UNREAD: "#afd7ff", Role.KEY: "#afd7ff",
        Role.LABEL: _GREY_249, Role.TAB: _GREY_249, Role.TAB_ACTIVE: "#ffffff", Role.BANNER: "#080808",
        Role.LINK: "#87d7ff", Role.OK: "#87d787", Role.WARN: "#d7af5f", Role.ERROR: "#ffaf87",
        Role.ALARM: "#ffffff",
    },
    LIGHT_256: {
        Role.TEXT: "#3a3a3a", Role.STRONG: "#080808", Role.DIM: "#585858", Role.FAINT: "#d6d6d6",
        Role.ACCENT: "#005f87", Role.HEADING: "#585858", Role.UNREAD: "#005faf", Role.READ: "#585858",
        Role.PENDING: "#5f5f00", Role.FAILED: "#af0000", Role.DONE: "#005f00", Role.STAR: "#875f00",
        Role.NOTE: "#5f00af", Role.SNOOZED: "#0000af", Role.CURSOR: "#005faf", Role.SELECTED: "#005f5f",
        Role.USER: "#585858", Role.EVENT: "#585858", Role.EVENT_UNREAD: "#005f87", Role.KEY: "#005f87",
        Role.LABEL: "#585858", Role.TAB: "#585858", Role.TAB_ACTIVE: "#00005f", Role.BANNER: "#ffffff",
        Role.LINK: "#005f87", Role.OK: "#005f00", Role.WARN: "#5f5f00", Role.ERROR: "#af0000",
        Role.ALARM: "#ffffff",
    },
}  # fmt: skip

SURFACES_256: dict[str, dict[Surface, str]] = {
    DARK_256: {
        Surface.PAGE: "#121212", Surface.CURSOR: "#3a3a3a", Surface.SELECTED: "#262626", Surface.BOTH: "#444444",
        Surface.TOP: "#1c1c1c", Surface.PRODUCTION: "#5f0000",
    },
    LIGHT_256: {
        Surface.PAGE: "#ffffff", Surface.CURSOR: "#d7d7ff", Surface.SELECTED: "#d7ffd7", Surface.BOTH: "#d7ffff",
        Surface.TOP: "#f8f8f8", Surface.PRODUCTION: "#af0000",
    },
}  # fmt: skip

BADGES_256: dict[str, dict[Role, str]] = {
    DARK_256: {Role.TAB_ACTIVE: "#005f87", Role.BANNER: "#5fafff", Role.ALARM: "#5f0000"},
    LIGHT_256: {Role.TAB_ACTIVE: "#afd7ff", Role.BANNER: "#005f87", Role.ALARM: "#af0000"},
}
ON_PRODUCTION_256 = {DARK_256: ("#ffffff", "#ffd7d7"), LIGHT_256: ("#ffffff", "#ffd7d7")}
