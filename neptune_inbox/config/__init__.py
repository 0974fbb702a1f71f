"""The settings: what can be set, read with good errors from config.toml, and written back with its comments kept."""

from neptune_inbox.config.load import load, parse
from neptune_inbox.config.profiles import (
    DEFAULT_API_BASE,
    DEFAULT_EDGE_BASE,
    edge_base_for,
    overruled_sentence,
    profile_from,
)
from neptune_inbox.config.save import (
    add_template,
    add_view,
    arrange_views,
    set_default_profile,
    set_profile,
    set_value,
)
from neptune_inbox.config.settings import (
    Hook,
    NotifySettings,
    PollingSettings,
    Settings,
    StoreSettings,
    TeamSettings,
    Template,
    UiSettings,
)
from neptune_inbox.config.template import setting_rows, template

__all__ = [
    "DEFAULT_API_BASE",
    "DEFAULT_EDGE_BASE",
    "Hook",
    "NotifySettings",
    "PollingSettings",
    "Settings",
    "StoreSettings",
    "TeamSettings",
    "Template",
    "UiSettings",
    "add_template",
    "add_view",
    "arrange_views",
    "edge_base_for",
    "load",
    "overruled_sentence",
    "parse",
    "profile_from",
    "set_default_profile",
    "set_profile",
    "set_value",
    "setting_rows",
    "template",
]
