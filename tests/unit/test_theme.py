"""The palette: readable on every ground, and the same for both painters."""

from __future__ import annotations

import subprocess
import sys
from itertools import product

import pytest
from textual.app import App

from neptune_inbox.presentation.ansi import palette_number, rgb
from neptune_inbox.presentation.palette_256 import DARK_256, LIGHT_256
from neptune_inbox.presentation.theme import (
    ALL_THEMES,
    AUTO,
    DARK,
    LIGHT,
    TERMINAL,
    THEMES,
    Depth,
    Role,
    Surface,
    TextStyle,
    choose_theme,
    colour_depth,
    text_style,
)
from neptune_inbox.tui.themes import rich_style, textual_theme

ORNAMENTS = {Role.FAINT}
ROW_GROUNDS = (Surface.PAGE, Surface.CURSOR, Surface.SELECTED, Surface.BOTH)
STEPS = (0, 95, 135, 175, 215, 255)
COLOURS_OF_16 = {
    # The text, the ground, and the sixteen.
    "xterm": (
        "000000 ffffff 000000 cd0000 00cd00 cdcd00 0000ee cd00cd 00cdcd e5e5e5"
        " 7f7f7f ff0000 00ff00 ffff00 5c5cff ff00ff 00ffff ffffff"
    ),
    "xterm on black": (
        "ffffff 000000 000000 cd0000 00cd00 cdcd00 0000ee cd00cd 00cdcd e5e5e5"
        " 7f7f7f ff0000 00ff00 ffff00 5c5cff ff00ff 00ffff ffffff"
    ),
    "tango": (
        "d3d7cf 2e3436 2e3436 cc0000 4e9a06 c4a000 3465a4 75507b 06989a d3d7cf"
        " 555753 ef2929 8ae234 fce94f 729fcf ad7fa8 34e2e2 eeeeec"
    ),
    "solarized dark": (
        "839496 002b36 073642 dc322f 859900 b58900 268bd2 d33682 2aa198 eee8d5"
        " 002b36 cb4b16 586e75 657b83 839496 6c71c4 93a1a1 fdf6e3"
    ),
    "solarized light": (
        "657b83 fdf6e3 073642 dc322f 859900 b58900 268bd2 d33682 2aa198 eee8d5"
        " 002b36 cb4b16 586e75 657b83 839496 6c71c4 93a1a1 fdf6e3"
    ),
    "campbell": (
        "cccccc 0c0c0c 0c0c0c c50f1f 13a10e c19c00 0037da 881798 3a96dd cccccc"
        " 767676 e74856 16c60c f9f1a5 3b78ff b4009e 61d6d6 f2f2f2"
    ),
}


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.1."""
    parts = [part / 255 for part in rgb(colour)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def of_256(number: int) -> str:
    """The colour that terminals show for a number from 16 to 255."""
    if number >= 232:
        return "#" + f"{8 + 10 * (number - 232):02x}" * 3
    cube = number - 16
    return "#{:02x}{:02x}{:02x}".format(*(STEPS[each] for each in (cube // 36, cube // 6 % 6, cube % 6)))


SIGNS_ONLY = {Role.UNREAD, Role.STAR, Role.CURSOR, Role.SELECTED}
"""Roles of single signs: ● ★ ▌ ◆."""


def needed(role: Role) -> float:
    return 3.0 if role in SIGNS_ONLY else 4.5


@pytest.mark.parametrize("theme", [DARK, LIGHT])
@pytest.mark.parametrize("surface", Surface)
def test_every_word_can_be_read_on_every_ground(theme: str, surface: Surface) -> None:
    for role in set(Role) - ORNAMENTS:
        it = text_style(role, theme, surface)
        assert contrast(it.fg, it.bg) >= needed(role), role


@pytest.mark.parametrize("theme", [DARK_256, LIGHT_256])
@pytest.mark.parametrize("surface", Surface)
def test_every_word_can_be_read_on_every_ground_of_256_colours(theme: str, surface: Surface) -> None:
    for role in set(Role) - ORNAMENTS:
        it = text_style(role, theme, surface)
        shown = [of_256(palette_number(*rgb(colour))) for colour in (it.fg, it.bg)]
        assert contrast(*shown) >= needed(role), role


@pytest.mark.parametrize("palette", COLOURS_OF_16)
@pytest.mark.parametrize("surface", Surface)
def test_every_word_can_be_read_on_every_ground_of_16_colours(palette: str, surface: Surface) -> None:
    """Never worse than the terminal's own text, which in Solarized light is at 4.1."""
    own_fg, own_bg, *colours = (f"#{colour}" for colour in COLOURS_OF_16[palette].split())
    for role in set(Role) - ORNAMENTS:
        it = text_style(role, TERMINAL, surface)
        assert not it.dim, role
        fg, bg = colours[int(it.fg)] if it.fg else own_fg, colours[int(it.bg)] if it.bg else own_bg
        assert contrast(fg, bg) >= min(needed(role), contrast(own_fg, own_bg)), role


def test_in_the_terminals_own_colours_attributes_alone_tell_what_matters() -> None:
    def without_colour(role: Role, surface: Surface = Surface.PAGE) -> TextStyle:
        return text_style(role, TERMINAL, surface)._replace(fg="", bg="")

    for role in (Role.KEY, Role.UNREAD, Role.STRONG, Role.PENDING, Role.FAILED, Role.TAB_ACTIVE, Role.BANNER):
        assert without_colour(role) != without_colour(Role.TEXT), role
    assert without_colour(Role.TAB_ACTIVE) != without_colour(Role.TAB)
    assert without_colour(Role.ALARM, Surface.PRODUCTION) != without_colour(Role.TEXT, Surface.PRODUCTION)


@pytest.mark.parametrize("theme", [DARK_256, LIGHT_256])
def test_surfaces_of_256_colours_are_told_apart(theme: str) -> None:
    surfaces = [palette_number(*rgb(text_style(Role.TEXT, theme, surface).bg)) for surface in ROW_GROUNDS]
    assert len(set(surfaces)) == len(surfaces)
    if theme == DARK_256:
        # Greys; what a rule makes of dark blues is teal.
        assert min(surfaces) >= 232


@pytest.mark.parametrize("theme", [DARK, LIGHT])
def test_rows_under_the_cursor_or_selected_stand_out_from_the_page(theme: str) -> None:
    surfaces = [text_style(Role.TEXT, theme, surface).bg for surface in ROW_GROUNDS]
    assert len(set(surfaces)) == len(surfaces)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("has_colour", [True, False])
def test_unread_read_and_production_differ_in_every_theme(theme: str, has_colour: bool) -> None:
    def seen(role: Role, surface: Surface = Surface.PAGE) -> object:
        return text_style(role, theme, surface, has_colour=has_colour)

    assert seen(Role.STRONG) != seen(Role.TEXT)
    assert seen(Role.STRONG) != seen(Role.DIM)
    assert seen(Role.TEXT, Surface.CURSOR) != seen(Role.TEXT)
    assert seen(Role.TEXT, Surface.PRODUCTION) != seen(Role.TEXT, Surface.TOP)
    assert seen(Role.TAB_ACTIVE) != seen(Role.TAB)


@pytest.mark.parametrize("theme", THEMES)
def test_without_colour_there_is_none(theme: str) -> None:
    for role, surface in product(Role, Surface):
        it = text_style(role, theme, surface, has_colour=False)
        assert it.fg == it.bg == ""
        style = rich_style(role, theme, surface, has_colour=False)
        assert style.color is style.bgcolor is None


def test_the_terminals_own_theme_names_only_its_sixteen_colours() -> None:
    for role in Role:
        for surface in Surface:
            it = text_style(role, TERMINAL, surface)
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
    assert choose_theme(LIGHT, {"TERM": "xterm-256color"}) == LIGHT_256
    assert choose_theme(LIGHT, {"COLORTERM": "truecolor", "NO_COLOR": "1"}) == TERMINAL


@pytest.mark.parametrize(
    ("known", "told", "theme"),
    [
        ("", "", DARK),
        ("", "15;0", DARK),
        ("", "0;15", LIGHT),
        ("", "0;default;7", LIGHT),
        ("", "nonsense", DARK),
        (LIGHT, "15;0", LIGHT),
        (DARK, "0;15", DARK),
    ],
)
def test_auto_follows_the_terminals_answer_and_then_what_the_environment_says(
    known: str, told: str, theme: str
) -> None:
    assert choose_theme(AUTO, {"COLORTERM": "truecolor", "COLORFGBG": told}, known) == theme
    assert choose_theme(DARK, {"COLORTERM": "truecolor", "COLORFGBG": told}, known) == DARK


@pytest.mark.parametrize("theme", ALL_THEMES)
async def test_textuals_own_widgets_wear_the_same_colours(theme: str) -> None:
    class Plain(App[None]):
        """An app of no content."""

    app = Plain()
    app.register_theme(textual_theme(theme))
    app.theme = theme
    async with app.run_test() as pilot:
        await pilot.pause()
        page = text_style(Role.TEXT, theme, Surface.PAGE).bg
        found = app.screen.styles.background
        assert found.hex.lower() == page if page else found.ansi is not None


def test_the_palette_loads_neither_textual_nor_rich() -> None:
    code = "import sys, neptune_inbox.presentation.theme; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"textual", "rich", "dataclasses"} & set(done.stdout.split())
