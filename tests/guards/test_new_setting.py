"""A setting is declared once: one that a test adds is read, checked, in the template and in README's table."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import pytest

from neptune_inbox.config import Settings, UiSettings, parse, setting_rows, template
from neptune_inbox.config.declared import about
from neptune_inbox.errors import ConfigProblem

FILE = Path("/home/rajiv/.config/neptune-inbox/config.toml")
DENSITIES = ("cosy", "compact")


class DenseUi(UiSettings, frozen=True):
    """`[ui]` with one setting more."""

    density: Annotated[str, about("How close rows are: cosy or compact.", one_of=DENSITIES)] = "cosy"
    margin: Annotated[int, about("Empty cells around the list.", ge=0, le=8)] = 1


class WithDensity(Settings, frozen=True):
    """The settings with it."""

    ui: DenseUi = DenseUi()


def test_a_new_setting_is_read_and_has_its_default() -> None:
    for text, density, margin in (("", "cosy", 1), ("[ui]\ndensity = 'compact'\nmargin = 4", "compact", 4)):
        settings = parse(text, FILE, WithDensity)
        assert isinstance(settings, WithDensity)
        assert (settings.ui.density, settings.ui.margin, settings.ui.theme) == (density, margin, "auto")


@pytest.mark.parametrize(
    ("line", "sentence", "remedy"),
    [
        ("density = 'compct'", 'line 2: `ui.density` must be cosy or compact, not "compct".', "`compact`"),
        ("margin = 9", "line 2: `ui.margin` must be a whole number from 0 to 8, not 9.", ""),
        ("margin = true", "must be a whole number from 0 to 8, not true.", ""),
        ("densty = 'cosy'", "line 2: `ui.densty` is not a setting.", "Did you mean `density`?"),
    ],
)
def test_a_mistake_in_a_new_setting_is_named_like_any_other(line: str, sentence: str, remedy: str) -> None:
    with pytest.raises(ConfigProblem) as caught:
        parse(f"[ui]\n{line}", FILE, WithDensity)
    assert sentence in caught.value.sentence
    assert remedy in caught.value.remedy


def test_a_new_setting_is_in_the_template_and_the_template_is_read_again() -> None:
    text = template(WithDensity)
    assert '# How close rows are: cosy or compact.\ndensity = "cosy"\n' in text
    assert parse(text, FILE, WithDensity) == WithDensity()


def test_a_new_setting_is_a_row_of_the_table_of_settings() -> None:
    assert ("ui.density", '"cosy"', "How close rows are: cosy or compact.") in setting_rows(WithDensity)
    assert set(setting_rows()) < set(setting_rows(WithDensity))
