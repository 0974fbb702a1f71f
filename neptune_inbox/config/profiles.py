"""Which profile is meant, and what the environment variables lay over it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec.structs import replace

from neptune_inbox.config.settings import Settings
from neptune_inbox.errors import ConfigProblem, NotSignedIn
from neptune_inbox.model import Mode, Profile, looks_like_production

DEFAULT_API_BASE: Final = "https://api.teurons.com/neptune"
DEFAULT_EDGE_BASE: Final = "https://edge.teurons.com/neptune"


def edge_base_for(api_base: str) -> str:
    """The edge base where none is set: the vendor's own beside the vendor's API, else the API base itself."""
    return DEFAULT_EDGE_BASE if api_base.rstrip("/").lower() == DEFAULT_API_BASE else api_base


def default_mode(environment: str) -> Mode:
    """The mode where none is set: real customers are asked about."""
    return Mode.ASK if looks_like_production(environment) else Mode.ACT


def profile_from(settings: Settings, name: str | None, env: Mapping[str, str]) -> Profile:
    """The named or default profile under NEPTUNE_ENV, NEPTUNE_API_BASE and NEPTUNE_EDGE_BASE.

    Without any profile NEPTUNE_ENV alone makes one, named `environment`. Raises ConfigProblem for an unknown name,
    NotSignedIn where nothing is set up. A move into production turns mode act into ask.
    """
    profile = _chosen(settings, name, env)
    environment = env.get("NEPTUNE_ENV", "").strip() or profile.environment
    api_base = env.get("NEPTUNE_API_BASE", "").strip()
    edge_base = env.get("NEPTUNE_EDGE_BASE", "").strip() or (
        edge_base_for(api_base) if api_base else profile.edge_base
    )
    moves_into_production = looks_like_production(environment) and not profile.is_production
    mode = Mode.ASK if moves_into_production and profile.mode is Mode.ACT else profile.mode
    return replace(
        profile, environment=environment, api_base=api_base or profile.api_base, edge_base=edge_base, mode=mode
    )


def _chosen(settings: Settings, name: str | None, env: Mapping[str, str]) -> Profile:
    wanted = name or settings.default_profile
    if (found := settings.profiles.get(wanted)) is not None:
        return found
    if name:
        raise unknown_profile(name, settings.profiles)
    environment = env.get("NEPTUNE_ENV", "").strip()
    if not environment:
        raise NotSignedIn("No profile is set up yet.")
    return Profile("environment", DEFAULT_API_BASE, DEFAULT_EDGE_BASE, environment, default_mode(environment))


def unknown_profile(name: str, known: Mapping[str, Profile]) -> ConfigProblem:
    """The error for a name that no profile has; the remedy holds the nearest right one."""
    from difflib import get_close_matches

    near = get_close_matches(name, known, 1)
    remedy = f"Did you mean `{near[0]}`?" if near else f"Known are {', '.join(known)}." if known else ""
    return ConfigProblem(f"There is no profile `{name}`.", remedy or "Run `neptune-inbox login` to make one.")
