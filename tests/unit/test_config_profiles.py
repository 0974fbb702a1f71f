"""Which profile is meant, and what the environment variables lay over it."""

from __future__ import annotations

from pathlib import Path

import pytest

from neptune_inbox.config import Settings, parse, profile_from
from neptune_inbox.errors import ConfigProblem, NotSignedIn
from neptune_inbox.model import Mode

FILE = Path("config.toml")

WHOLE = """
default_profile = "live"
[profiles.own]
environment = "dev"
[profiles.live]
environment = "production"
"""


@pytest.mark.parametrize(
    ("env", "api", "edge"),
    [
        ({}, "https://api.teurons.com/neptune", "https://edge.teurons.com/neptune"),
        (
            {"NEPTUNE_API_BASE": "https://api.teurons.com/neptune/"},
            "https://api.teurons.com/neptune/",
            "https://edge.teurons.com/neptune",
        ),
        ({"NEPTUNE_API_BASE": "https://n.acme.example"}, "https://n.acme.example", "https://n.acme.example"),
        ({"NEPTUNE_EDGE_BASE": "https://e.example"}, "https://api.teurons.com/neptune", "https://e.example"),
        (
            {"NEPTUNE_API_BASE": "https://a.example", "NEPTUNE_EDGE_BASE": "https://e.example"},
            "https://a.example",
            "https://e.example",
        ),
    ],
)
def test_the_variables_lie_over_the_profile(env: dict[str, str], api: str, edge: str) -> None:
    profile = profile_from(parse(WHOLE, FILE), None, env)
    assert (profile.name, profile.environment, profile.api_base, profile.edge_base) == (
        "live",
        "production",
        api,
        edge,
    )


def test_moving_into_production_by_variable_asks_first() -> None:
    settings = parse(
        '[profiles.a]\nenvironment = "dev"\nmode = "act"\n[profiles.b]\nenvironment = "dev"\nmode = "observe"\n', FILE
    )
    env = {"NEPTUNE_ENV": "production"}
    assert profile_from(settings, "a", env).mode is Mode.ASK
    assert profile_from(settings, "b", env).mode is Mode.OBSERVE
    assert profile_from(settings, "a", {"NEPTUNE_ENV": "staging"}).mode is Mode.ACT


def test_the_variables_alone_make_a_profile() -> None:
    profile = profile_from(Settings(), None, {"NEPTUNE_ENV": "production"})
    assert (profile.environment, profile.mode) == ("production", Mode.ASK)
    with pytest.raises(NotSignedIn):
        profile_from(Settings(), None, {})


def test_an_unknown_profile_is_named_with_the_nearest() -> None:
    with pytest.raises(ConfigProblem) as caught:
        profile_from(parse(WHOLE, FILE), "lvie", {"NEPTUNE_ENV": "dev"})
    assert (caught.value.sentence, caught.value.remedy) == ("There is no profile `lvie`.", "Did you mean `live`?")
