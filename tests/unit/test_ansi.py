"""Escape codes of our own: the same as Textual writes, and no more of them than it takes."""

from __future__ import annotations

import re
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.color import Color, ColorSystem
from textual.strip import Strip

from neptune_inbox.presentation.ansi import Run, ansi_writer, change_code, code, palette_number
from neptune_inbox.presentation.theme import DARK, THEMES, Depth, Role, Surface, text_style
from neptune_inbox.tui.themes import rich_style

ATTRIBUTES = {"1": "bold", "2": "dim", "3": "italic", "4": "underline", "7": "reverse"}
OFF = {"22": {"bold", "dim"}, "23": {"italic"}, "24": {"underline"}, "27": {"reverse"}}

spans = st.lists(st.tuples(st.sampled_from(["", " ", "   ", "a", "two words", "配送"]), st.sampled_from(Role)))
runs = st.lists(st.tuples(spans, st.sampled_from(Surface)), max_size=4)


class Cell(NamedTuple):
    """A character as a terminal shows it."""

    char: str
    fg: str
    bg: str
    attributes: frozenset[str]


def on_a_terminal(written: str) -> list[Cell]:
    """What a terminal that knows ECMA-48 shows, as far as it can be seen."""
    fg, bg, attributes, cells = "", "", frozenset[str](), []
    for codes, char in re.findall(r"\x1b\[([\d;]*)m|(.)", written):
        if char:
            shows_text = char != " " or attributes & {"underline", "reverse"}
            cells.append(Cell(char, fg, bg, attributes) if shows_text else Cell(char, "", bg, frozenset()))
            continue
        parts = codes.split(";")
        while parts:
            part = parts.pop(0)
            if part == "0":
                fg, bg, attributes = "", "", frozenset()
            elif part in ATTRIBUTES:
                attributes |= {ATTRIBUTES[part]}
            elif part in OFF:
                attributes -= OFF[part]
            else:
                colour = part
                if part in ("38", "48"):
                    count = 4 if parts[0] == "2" else 2
                    colour = ";".join(parts[:count])
                    del parts[:count]
                is_ground = part == "48" or part.startswith(("4", "10"))
                default = {"39", "49"}
                fg, bg = (
                    (fg, "" if part in default else colour) if is_ground else ("" if part in default else colour, bg)
                )
    return cells


def at_length(written: list[Run], theme: str, depth: Depth) -> str:
    """The same with the whole look told before every span."""
    has_colour = depth is not Depth.NONE
    return "".join(
        code(text_style(role, theme, surface, has_colour=has_colour), depth) + text
        for each, surface in written
        for text, role in each
    )


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(
    ("depth", "system"), [(Depth.TRUE, ColorSystem.TRUECOLOR), (Depth.PALETTE, ColorSystem.EIGHT_BIT)]
)
def test_both_painters_write_the_same_codes(theme: str, depth: Depth, system: ColorSystem) -> None:
    for role in Role:
        for surface in Surface:
            ours = code(text_style(role, theme, surface), depth)
            theirs = Strip.render_ansi(rich_style(role, theme, surface), system)
            assert ours == f"\x1b[0;{theirs}m" if theirs else ours == "\x1b[0m"


@given(st.integers(0, 255), st.integers(0, 255), st.integers(0, 255))
def test_colours_are_reduced_as_rich_reduces_them(red: int, green: int, blue: int) -> None:
    rich = Color.from_rgb(red, green, blue).downgrade(ColorSystem.EIGHT_BIT)
    assert palette_number(red, green, blue) == rich.number


@given(runs, st.sampled_from(THEMES), st.sampled_from(Depth))
def test_what_is_written_in_short_looks_as_if_it_were_written_at_length(
    written: list[Run], theme: str, depth: Depth
) -> None:
    short = ansi_writer(theme, depth).write(written)
    assert on_a_terminal(short) == on_a_terminal(at_length(written, theme, depth))
    assert len(short) <= len(at_length(written, theme, depth))


def test_nothing_is_said_between_two_that_look_the_same() -> None:
    it = text_style(Role.TEXT, DARK)
    assert change_code(it, it, Depth.TRUE) == ""


def test_blanks_on_the_same_ground_keep_the_look_of_the_text_before_them() -> None:
    one = ((("to", Role.STRONG), ("  ", Role.DIM), ("be", Role.STRONG)), Surface.PAGE)
    written = ansi_writer(DARK, Depth.TRUE).write([one])
    assert written.count("\x1b") == 1
    assert written.endswith("to  be")


def test_no_control_character_gets_past_it() -> None:
    hostile = ((("a\x1b[31mb\u202ec", Role.TEXT),), Surface.PAGE)
    assert ansi_writer(DARK, Depth.NONE).write([hostile]).endswith("a·[31mb·c")
