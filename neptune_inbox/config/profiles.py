"""Which profile is meant, and what the environment variables lay over it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec.structs import replace

from neptune_inbox import doors
from neptune_inbox.config.settings import Settings
from neptune_inbox.errors import ConfigProblem, NotSignedIn, refuse_token
from neptune_inbox.model import FROM_VARIABLES, Mode, Profile, looks_like_production

DEFAULT_API_BASE: Final = "https://api.teurons.com/neptune"
DEFAULT_EDGE_BASE: Final = "https://edge.teurons.com/neptune"


def edge_base_for(api_base: str) -> str:
    """The edge base where none is set: the vendor's own for the vendor's API, otherwise the API base itself."""
    return DEFAULT_EDGE_BASE if api_base.rstrip("/").lower() == DEFAULT_API_BASE else api_base


def default_mode(environment: str, production: bool | None = None) -> Mode:
    """The mode where none is set: real customers are asked about."""
    is_production = looks_like_production(environment) if production is None else production
    return Mode.ASK if is_production else Mode.ACT


def profile_from(settings: Settings, name: str | None, env: Mapping[str, str]) -> Profile:
    """The named profile as it is written, or the default one under NEPTUNE_ENV, _API_BASE and _EDGE_BASE.

    Without any profile NEPTUNE_ENV alone makes one, named `environment`. Raises ConfigProblem for an unknown name,
    NotSignedIn where nothing is set up. A move into production turns mode act into ask.
    """
    for variable in ("NEPTUNE_ENV", "NEPTUNE_API_BASE", "NEPTUNE_EDGE_BASE"):
        refuse_token(f"The variable {variable}", env.get(variable, ""))
    profile = _chosen(settings, name, env)
    return profile if name else _laid_over(profile, env)


def overruled_sentence(settings: Settings, name: str | None, env: Mapping[str, str]) -> str:
    """Which variables would lead elsewhere than the named profile and are not used; empty where none would."""
    profile = settings.profiles.get(name or "")
    if profile is None:
        return ""
    asked = _laid_over(profile, env)
    positions = {
        "NEPTUNE_ENV": (asked.environment, profile.environment),
        "NEPTUNE_API_BASE": (asked.api_base, profile.api_base),
        "NEPTUNE_EDGE_BASE": (asked.edge_base, profile.edge_base),
    }
    unused = [variable for variable, (there, here) in positions.items() if env.get(variable) and there != here]
    if not unused:
        return ""
    verb = "is" if len(unused) == 1 else "are"
    return (
        f"{' and '.join(unused)} {verb} not used: the profile {profile.name} was given, and it is"
        f" {profile.environment} at {profile.host}."
    )


def _laid_over(profile: Profile, env: Mapping[str, str]) -> Profile:
    environment = _environment(env) or profile.environment
    api_base = _address(env, "NEPTUNE_API_BASE")
    edge_base = _address(env, "NEPTUNE_EDGE_BASE") or (edge_base_for(api_base) if api_base else profile.edge_base)
    api_base = api_base or profile.api_base
    is_same = (environment, api_base) == (profile.environment, profile.api_base)
    # What a profile says of production is about its own environment.
    moved = replace(
        profile,
        environment=environment,
        api_base=api_base,
        edge_base=edge_base,
        production=profile.production if is_same else None,
    )
    moves_into_production = moved.is_production and not profile.is_production
    return replace(moved, mode=Mode.ASK) if moves_into_production and profile.mode is Mode.ACT else moved


def _chosen(settings: Settings, name: str | None, env: Mapping[str, str]) -> Profile:
    wanted = name or settings.default_profile
    if (found := settings.profiles.get(wanted)) is not None:
        return found
    if name:
        raise unknown_profile(name, settings.profiles)
    environment = _environment(env)
    if not environment:
        raise NotSignedIn("No profile is set up yet.")
    return Profile(FROM_VARIABLES, DEFAULT_API_BASE, DEFAULT_EDGE_BASE, environment, default_mode(environment))


def _address(env: Mapping[str, str], variable: str) -> str:
    """What a variable says, or empty; whether it is an address is found out before the first request."""
    return doors.read_text(env.get(variable, "").strip(), variable, limit=doors.ADDRESS_LIMIT)


def _environment(env: Mapping[str, str]) -> str:
    """What NEPTUNE_ENV says, or empty. Raises UsageProblem."""
    named = env.get("NEPTUNE_ENV", "").strip()
    return doors.read_name(named, "NEPTUNE_ENV") if named else ""


def unknown_profile(name: str, known: Mapping[str, Profile]) -> ConfigProblem:
    """The error for a name that no profile has; the remedy holds the nearest right one."""
    from difflib import get_close_matches

    near = get_close_matches(name, known, 1)
    remedy = f"Did you mean `{near[0]}`?" if near else f"Known are {', '.join(known)}." if known else ""
    return ConfigProblem(f"There is no profile `{name}`.", remedy or "Run `neptune-inbox login` to make one.")
