"""The palette: readable on every ground, and the same for both painters."""

from __future__ import annotations

import subprocess
import sys
from itertools import product

import pytest
from textual.app import App

from neptune_inbox.tui.palette import QUIET
from neptune_inbox.tui.pen import rgb
from neptune_inbox.tui.theme import (
    DARK,
    LIGHT,
    TERMINAL,
    THEMES,
    Depth,
    Ground,
    Meaning,
    choose_theme,
    colour_depth,
    look,
    rich_style,
    textual_theme,
)

ORNAMENTS = {Meaning.FAINT}
ROW_GROUNDS = (Ground.PAGE, Ground.CURSOR, Ground.SELECTED, Ground.BOTH)


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.1."""
    parts = [part / 255 for part in rgb(colour)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [DARK, LIGHT])
@pytest.mark.parametrize("ground", Ground)
def test_every_word_can_be_read_on_every_ground(theme: str, ground: Ground) -> None:
    for meaning in set(Meaning) - ORNAMENTS:
        it = look(meaning, theme, ground)
        needed = 3.0 if meaning in QUIET and ground is not Ground.PAGE else 4.5
        assert contrast(it.fg, it.bg) >= needed, meaning


@pytest.mark.parametrize("theme", [DARK, LIGHT])
def test_rows_under_the_cursor_or_selected_stand_out_from_the_page(theme: str) -> None:
    grounds = [look(Meaning.TEXT, theme, ground).bg for ground in ROW_GROUNDS]
    assert len(set(grounds)) == len(grounds)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("has_colour", [True, False])
def test_unread_read_and_production_differ_in_every_theme(theme: str, has_colour: bool) -> None:
    def seen(meaning: Meaning, ground: Ground = Ground.PAGE) -> object:
        return look(meaning, theme, ground, has_colour=has_colour)

    assert seen(Meaning.STRONG) != seen(Meaning.TEXT) != seen(Meaning.DIM)
    assert seen(Meaning.TEXT, Ground.CURSOR) != seen(Meaning.TEXT)
    assert seen(Meaning.TEXT, Ground.PRODUCTION) != seen(Meaning.TEXT, Ground.TOP)
    assert seen(Meaning.TAB_ACTIVE) != seen(Meaning.TAB)


@pytest.mark.parametrize("theme", THEMES)
def test_without_colour_there_is_none(theme: str) -> None:
    for meaning, ground in product(Meaning, Ground):
        it = look(meaning, theme, ground, has_colour=False)
        assert it.fg == it.bg == ""
        style = rich_style(meaning, theme, ground, has_colour=False)
        assert style.color is style.bgcolor is None


def test_the_terminals_own_theme_names_only_its_sixteen_colours() -> None:
    for meaning in Meaning:
        for ground in Ground:
            it = look(meaning, TERMINAL, ground)
            assert all(colour == "" or 0 <= int(colour) < 16 for colour in (it.fg, it.bg))


@pytest.mark.parametrize(
    ("environ", "depth"),
    [
        ({"COLORTERM": "truecolor"}, Depth.TRUE),
        ({"COLORTERM": "24bit", "TERM": "xterm"}, Depth.TRUE),
        ({"TERM": "xterm-256color"}, Depth.PALETTE),
        ({"TERM": "xterm-kitty"}, Depth.PALETTE),
        ({"TERM": "linux"}, Depth.SIXTEEN),
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor", "NO_COLOR": ""}, Depth.NONE),
    ],
)
def test_the_depth_is_read_from_the_environment(environ: dict[str, str], depth: Depth) -> None:
    assert colour_depth(environ) is depth


def test_a_theme_that_the_terminal_cannot_show_gives_way_to_its_own_colours() -> None:
    assert choose_theme(LIGHT, {"COLORTERM": "truecolor"}) == LIGHT
    assert choose_theme("no-such", {"COLORTERM": "truecolor"}) == DARK
    assert choose_theme(LIGHT, {"TERM": "vt100"}) == TERMINAL
    assert choose_theme(LIGHT, {"COLORTERM": "truecolor", "NO_COLOR": "1"}) == TERMINAL


@pytest.mark.parametrize("theme", THEMES)
async def test_textuals_own_widgets_wear_the_same_colours(theme: str) -> None:
    class Plain(App[None]):
        """An app of no content."""

    app = Plain()
    app.register_theme(textual_theme(theme))
    app.theme = theme
    async with app.run_test() as pilot:
        await pilot.pause()
        page = look(Meaning.TEXT, theme, Ground.PAGE).bg
        found = app.screen.styles.background
        assert found.hex.lower() == page if page else found.ansi is not None


def test_the_palette_loads_neither_textual_nor_rich() -> None:
    code = "import sys, neptune_inbox.tui.theme; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"textual", "rich", "dataclasses"} & set(done.stdout.split())
