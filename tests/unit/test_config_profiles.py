"""Which profile is meant, and what the environment variables lay over it."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from neptune_inbox.config import Settings, overruled_sentence, parse, profile_from
from neptune_inbox.errors import ConfigProblem, NotSignedIn, UsageProblem
from neptune_inbox.model import Mode, looks_like_production

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


@pytest.mark.parametrize(
    ("mode", "environment", "then"),
    [("act", "production", Mode.ASK), ("observe", "production", Mode.OBSERVE), ("act", "staging", Mode.ACT)],
)
def test_moving_into_production_by_variable_asks_first(mode: str, environment: str, then: Mode) -> None:
    settings = parse(f'[profiles.a]\nenvironment = "dev"\nmode = "{mode}"\n', FILE)
    assert profile_from(settings, None, {"NEPTUNE_ENV": environment}).mode is then


def test_a_profile_that_was_named_wins_over_the_variables_and_that_is_said() -> None:
    settings = parse(WHOLE, FILE)
    env = {"NEPTUNE_ENV": "eu-prd", "NEPTUNE_API_BASE": "https://n.example", "NEPTUNE_EDGE_BASE": ""}
    assert profile_from(settings, "own", env) == settings.profiles["own"]
    assert overruled_sentence(settings, "own", env) == (
        "NEPTUNE_ENV and NEPTUNE_API_BASE are not used: the profile own was given, and it is dev at api.teurons.com."
    )
    assert overruled_sentence(settings, None, env) == ""
    assert overruled_sentence(settings, "own", {"NEPTUNE_ENV": "dev"}) == ""


@pytest.mark.parametrize(
    "environment",
    [
        *("prod1", "prd", "live1", "live-eu", "produktion", "prod.eu", "PRD_EU", "production2", "eu-prd", "prodEU"),
        *(
            "Prod",
            "PRODUCTION",
            "eu_live_2",
            "prod-staging",
            "ｐｒｏｄ",
            "produção",
            "本番-1",
            "eu/prod",
            "acme:prod",
        ),
        *("preprod.prod", "prod 2", "euprod", "prodeu", "EUPRD1", "us_liveeu", "prodUS2"),
    ],
)
def test_production_is_recognised_by_a_word_inside_of_a_name(environment: str) -> None:
    assert looks_like_production(environment)
    assert parse(f'[profiles.a]\nenvironment = "{environment}"\n', FILE).profiles["a"].mode is Mode.ASK


@pytest.mark.parametrize(
    "environment",
    [
        *(
            "dev",
            "staging",
            "reproduction",
            "preprod",
            "preprod1",
            "nonprod",
            "non-prod",
            "pre-production",
            "preProd",
        ),
        *(
            "products",
            "olive",
            "delivery",
            "alive",
            "pre_prd_2",
            "not-live",
            "product-catalogue",
            "",
            "produce",
            "prodigy",
            "livery",
        ),
    ],
)
def test_a_name_that_only_resembles_or_denies_it_is_not_production(environment: str) -> None:
    assert not looks_like_production(environment)


@pytest.mark.parametrize("variable", ["NEPTUNE_ENV", "NEPTUNE_API_BASE", "NEPTUNE_EDGE_BASE"])
@pytest.mark.parametrize("text", ["h\udcff", "a\0b", "x" * 70_000])
def test_a_variable_that_is_no_text_is_refused_before_anything_is_looked_up_by_it(variable: str, text: str) -> None:
    with pytest.raises(UsageProblem, match=rf"^{variable} "):
        profile_from(Settings(), None, {"NEPTUNE_ENV": "dev", variable: text})


def test_what_a_profile_says_of_production_decides_for_its_own_environment() -> None:
    settings = parse(
        '[profiles.a]\nenvironment = "dev"\nproduction = true\n'
        '[profiles.b]\nenvironment = "prod-copy"\nproduction = false\n',
        FILE,
    )
    first, second = settings.profiles.values()
    assert (first.is_production, first.mode) == (True, Mode.ASK)
    assert (second.is_production, second.mode) == (False, Mode.ACT)
    moved = profile_from(replace(settings, default_profile="b"), None, {"NEPTUNE_ENV": "eu-prd"})
    assert (moved.is_production, moved.mode) == (True, Mode.ASK)


def test_the_variables_alone_make_a_profile() -> None:
    profile = profile_from(Settings(), None, {"NEPTUNE_ENV": "production"})
    assert (profile.environment, profile.mode) == ("production", Mode.ASK)
    with pytest.raises(NotSignedIn):
        profile_from(Settings(), None, {})


def test_an_unknown_profile_is_named_with_the_nearest() -> None:
    with pytest.raises(ConfigProblem) as caught:
        profile_from(parse(WHOLE, FILE), "lvie", {"NEPTUNE_ENV": "dev"})
    assert (caught.value.sentence, caught.value.remedy) == ("There is no profile `lvie`.", "Did you mean `live`?")
