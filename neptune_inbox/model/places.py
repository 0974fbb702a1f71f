"""Where we write, and what we may: profiles, modes, environments."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from neptune_inbox.text import NO_TEXT, CleanText


class Mode(StrEnum):
    """What a profile lets the agent write."""

    OBSERVE = "observe"
    ASK = "ask"
    ACT = "act"


class Profile(Struct, frozen=True):
    """A named place; the token is kept apart from it, in the keyring."""

    name: str
    api_base: str
    edge_base: str
    environment: str
    mode: Mode = Mode.ACT
    colour: str = ""
    users: tuple[str, ...] = ()
    token_command: tuple[str, ...] = ()

    @property
    def is_production(self) -> bool:
        """Whether the environment is named like production."""
        return looks_like_production(self.environment)


def looks_like_production(environment: str) -> bool:
    """Whether an environment's name says that real customers are behind it."""
    words = environment.lower().replace("-", "_").split("_")
    return any(word in {"production", "prod", "live"} for word in words)


class Environment(Struct, frozen=True):
    """An environment of the team."""

    name: str
    label: CleanText = NO_TEXT
