"""What colours mean: the meanings of text, and its backgrounds."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
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


class Surface(StrEnum):
    """The background of a piece of text."""

    PAGE = "page"
    CURSOR = "cursor"
    SELECTED = "selected"
    BOTH = "both"
    """The cursor's row while it is selected."""
    TOP = "top"
    PRODUCTION = "production"
    """The top line of a profile that writes to production."""
