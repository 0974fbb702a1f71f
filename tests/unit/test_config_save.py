"""What the app writes into config.toml leaves the user's own words where they were."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace

from neptune_inbox.config import (
    Template,
    add_template,
    add_view,
    arrange_views,
    load,
    set_default_profile,
    set_profile,
    set_value,
)
from neptune_inbox.errors import ConfigProblem, DiskFull
from neptune_inbox.model import Mode, Profile
from neptune_inbox.paths import Paths

ACME = Profile("acme", "https://api.teurons.com/neptune", "https://edge.teurons.com/neptune", "dev", users=("u-1",))

BY_HAND = """\
# my settings
[ui]
undo_seconds = 9   # I am slow

[profiles.acme] # the big one
environment = "staging"  # for now
colour = "green"
"""


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths.under(tmp_path).create()


@pytest.fixture
def by_hand(paths: Paths) -> Paths:
    paths.config_file.write_text(BY_HAND)
    return paths


def text_of(paths: Paths) -> str:
    return paths.config_file.read_text()


def test_a_first_profile_makes_a_file_for_the_owner_alone(tmp_path: Path) -> None:
    paths = Paths.under(tmp_path)
    settings = set_profile(paths, ACME)
    assert settings == load(paths)
    assert settings.profiles == {"acme": ACME}
    assert paths.config_file.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in paths.config.iterdir()] == ["config.toml"]


def test_every_part_of_a_profile_comes_back(paths: Paths) -> None:
    full = Profile(
        "x y.z", "https://a.example", "https://e.example", "production", Mode.OBSERVE, "red", ("1",), ("p", "s")
    )
    assert set_profile(paths, full).profiles["x y.z"] == load(paths).profiles["x y.z"] == full


def test_changing_a_profile_keeps_the_comments_around_it(by_hand: Paths) -> None:
    changed = replace(load(by_hand).profiles["acme"], environment="production", mode=Mode.ASK, colour="")
    assert set_profile(by_hand, changed).profiles["acme"] == changed
    assert "# my settings\n[ui]\nundo_seconds = 9   # I am slow\n" in text_of(by_hand)
    assert '[profiles.acme] # the big one\nenvironment = "production"  # for now\n' in text_of(by_hand)
    assert "colour" not in text_of(by_hand)


def test_a_second_profile_and_the_choice_of_it(by_hand: Paths) -> None:
    set_profile(by_hand, replace(ACME, name="live"))
    settings = set_default_profile(by_hand, "live")
    assert settings.default_profile == load(by_hand).default_profile == "live"
    assert list(settings.profiles) == ["acme", "live"]
    with pytest.raises(ConfigProblem, match="no profile `lvie`"):
        set_default_profile(by_hand, "lvie")


def test_a_view_is_added_and_replaced_in_either_form(by_hand: Paths) -> None:
    by_hand.config_file.write_text(BY_HAND + '\n[views.stuck]\n# since monday\nquery = "is:unread"\n')
    add_view(by_hand, "fresh today", 'is:unread text:"a b"')
    settings = add_view(by_hand, "stuck", "event:payment_*")
    assert (
        settings.views == {"stuck": "event:payment_*", "fresh today": 'is:unread text:"a b"'} == load(by_hand).views
    )
    assert "# since monday" in text_of(by_hand)


def test_views_are_renamed_moved_and_deleted_in_either_form(by_hand: Paths) -> None:
    by_hand.config_file.write_text(
        BY_HAND
        + '\n[views]\nfresh = "since:1h" # today\nold = "before:1d"\n'
        + '[views.stuck]\n# since monday\nquery = "is:unread"\n'
    )
    settings = arrange_views(by_hand, [("stuck", "stuck"), ("fresh", "brand new")])
    assert list(settings.views.items()) == [("stuck", "is:unread"), ("brand new", "since:1h")]
    assert list(load(by_hand).views.items()) == list(settings.views.items())
    for words in ("# my settings", "# since monday"):
        assert words in text_of(by_hand)
    assert arrange_views(by_hand, []).views == load(by_hand).views == {}


def test_a_template_is_kept_beside_what_was_written_by_hand(by_hand: Paths) -> None:
    by_hand.config_file.write_text(BY_HAND + "\n[templates.otp]  # for Ann\nevent_type = 'otp_requested'\n")
    data = '{\n  "name": "Zoë", "quote": "\\"\'\'\'"\n}'
    add_template(by_hand, "a card, declined", Template("payment_failed", data))
    settings = add_template(by_hand, "otp", Template("otp_sent", "{}"))
    assert settings.templates == load(by_hand).templates
    assert settings.templates == {
        "otp": Template("otp_sent", "{}"),
        "a card, declined": Template("payment_failed", data),
    }
    for words in ("# my settings", "# I am slow", "# the big one", "# for Ann"):
        assert words in text_of(by_hand)


@pytest.mark.parametrize("text", ["[templates.x]\ndata = '{}'\n", "[templates.x]\nevent_type = 'a'\nuser = 'u'\n"])
def test_a_template_that_is_wrong_is_named(paths: Paths, text: str) -> None:
    paths.config_file.write_text(text)
    with pytest.raises(ConfigProblem, match=r"templates\.x"):
        load(paths)


def test_one_value_is_set_by_its_dotted_name(by_hand: Paths) -> None:
    set_value(by_hand, "ui.theme", "neptune-light")
    set_value(by_hand, "ui.columns", ("age", "title"))
    settings = set_value(by_hand, "polling.requests_per_minute", 12)
    assert (settings.ui.theme, settings.ui.columns, settings.ui.undo_seconds) == (
        "neptune-light",
        ("age", "title"),
        9,
    )
    assert settings.polling.requests_per_minute == 12
    assert settings == load(by_hand)


@pytest.mark.parametrize(
    ("key", "value"), [("ui.thme", "terminal"), ("ui.undo_seconds", "x"), ("ui.theme.x", 1), ("xyz", 1)]
)
def test_a_value_that_would_be_wrong_is_not_written(by_hand: Paths, key: str, value: str | int) -> None:
    with pytest.raises(ConfigProblem):
        set_value(by_hand, key, value)
    assert text_of(by_hand) == BY_HAND


def test_a_file_that_is_wrong_already_is_left_to_its_owner(paths: Paths) -> None:
    paths.config_file.write_text("[ui]\nthme = 3\n")
    with pytest.raises(ConfigProblem, match=r"`ui\.thme` is not a setting"):
        set_value(paths, "ui.theme", "terminal")
    assert text_of(paths) == "[ui]\nthme = 3\n"


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(
    by_hand: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DiskFull, match="cannot be written: No space left on device"):
        set_value(by_hand, "ui.theme", "terminal")
    assert text_of(by_hand) == BY_HAND
    assert len(list(by_hand.config.iterdir())) == 1


def test_a_link_to_a_file_elsewhere_stays_a_link(paths: Paths, tmp_path: Path) -> None:
    real = tmp_path / "dotfiles.toml"
    real.write_text(BY_HAND)
    paths.config_file.symlink_to(real)
    set_value(paths, "ui.theme", "terminal")
    assert paths.config_file.is_symlink()
    assert 'theme = "terminal"' in real.read_text()


def test_reading_the_settings_loads_no_writer() -> None:
    look = (
        "import sys, neptune_inbox.config; print([m for m in ('tomlkit', 'difflib', 'tempfile') if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", look], capture_output=True, text=True).stdout == "[]\n"
