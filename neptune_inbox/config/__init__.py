"""The settings: what can be set, read with good errors from config.toml, and written back with its comments kept."""

from neptune_inbox.config.profiles import DEFAULT_API_BASE, DEFAULT_EDGE_BASE, edge_base_for, profile_from
from neptune_inbox.config.reading import load, parse
from neptune_inbox.config.settings import (
    NotifySettings,
    PollingSettings,
    Settings,
    StoreSettings,
    Template,
    UiSettings,
)
from neptune_inbox.config.template import TEMPLATE
from neptune_inbox.config.writing import add_template, add_view, set_default_profile, set_profile, set_value

__all__ = [
    "DEFAULT_API_BASE",
    "DEFAULT_EDGE_BASE",
    "TEMPLATE",
    "NotifySettings",
    "PollingSettings",
    "Settings",
    "StoreSettings",
    "Template",
    "UiSettings",
    "add_template",
    "add_view",
    "edge_base_for",
    "load",
    "parse",
    "profile_from",
    "set_default_profile",
    "set_profile",
    "set_value",
]
