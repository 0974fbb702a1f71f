"""What can be set, with its defaults, as frozen values. No file and no text of errors here."""

from __future__ import annotations

from typing import Final

from msgspec import Struct, field

from neptune_inbox.model import Profile

THEMES: Final = ("neptune-dark", "neptune-light", "terminal")
PREVIEWS: Final = ("auto", "on", "off")
COLOURS: Final = ("red", "amber", "green", "blue", "violet")
TIME_FORMATS: Final = ("age", "clock", "iso")
COLUMNS: Final = ("age", "user", "event", "title")


class UiSettings(Struct, frozen=True):
    """How the inbox looks and feels."""

    theme: str = "neptune-dark"
    undo_seconds: float = 5
    """How long a mark is held before it is sent; 0 sends at once."""
    columns: tuple[str, ...] = COLUMNS
    preview: str = "auto"
    time_format: str = "age"


class PollingSettings(Struct, frozen=True):
    """How often the server is asked."""

    requests_per_minute: int = 30
    """The budget of one profile, shared by its watched users."""
    unfocused_factor: float = 4
    """How many times slower while the terminal has lost focus."""


class NotifySettings(Struct, frozen=True):
    """How new unread notifications are announced."""

    title: bool = True
    bell: bool = False
    desktop: bool = False
    quiet: str = ""
    """Hours without bell and desktop, `22:00-07:00` local time; empty for none."""


class Template(Struct, frozen=True):
    """An event to start from."""

    event_type: str
    data: str = "{}"
    """JSON text of an object."""


class StoreSettings(Struct, frozen=True):
    """What is kept on this machine."""

    keep_days: int = 90


class Settings(Struct, frozen=True):
    """Everything that config.toml says."""

    default_profile: str = ""
    """Empty only where there is no profile."""
    profiles: dict[str, Profile] = field(default_factory=dict)
    ui: UiSettings = UiSettings()
    polling: PollingSettings = PollingSettings()
    notify: NotifySettings = NotifySettings()
    views: dict[str, str] = field(default_factory=dict)
    """Queries by name, in the order of the file."""
    keys: dict[str, str | tuple[str, ...]] = field(default_factory=dict)
    """Keys by action id, as written; the action table checks them."""
    key_places: dict[str, str] = field(default_factory=dict)
    """File and line of each of them, for what is said when two clash."""
    commands: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Argument lists by name, for `|`; never given to a shell."""
    templates: dict[str, Template] = field(default_factory=dict)
    """Events by name, in the order of the file."""
    store: StoreSettings = StoreSettings()
