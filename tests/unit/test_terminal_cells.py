"""Only what differs from the screen is written, and the screen looks as if all of it had been."""

from __future__ import annotations

import re

import pyte
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neptune_inbox.presentation.bidi import LRM
from neptune_inbox.presentation.terminal_cells import SYNC_END, SYNC_START, TerminalCells
from tests.scripts_corpus import TITLES
from tests.terminal_model import ClusterScreen, ModelScreen

WIDTH, HEIGHT = 40, 6
LOOKS = ("0", "1", "0;4", "0;7", "0;38;2;1;2;3", "0;38;2;1;2;3;48;2;9;9;9", "0;31", "48;5;236", "22", "0;2")
EASY = ("a", "abc", "     ", "│", "● ○", "配送", "two words", "x" * 30, "─" * 12, "é…")

Put = tuple[int, int, str, str]
easy_puts = st.tuples(
    st.integers(0, HEIGHT - 1), st.integers(0, WIDTH - 1), st.sampled_from(LOOKS), st.sampled_from(EASY)
)
puts = st.tuples(
    st.integers(0, HEIGHT - 1),
    st.integers(0, WIDTH - 1),
    st.sampled_from(LOOKS),
    st.sampled_from((*EASY, *(title[:14] for title in TITLES.values()), "👩‍👩‍👧 b", "की  कु")),
)


def made(*, size: tuple[int, int] = (WIDTH, HEIGHT)) -> TerminalCells:
    return TerminalCells(lambda: size)


def written(frame: list[Put]) -> str:
    """A frame as programs write it: the place, the look, the text; nothing beyond the right edge."""
    parts = (f"\x1b[{y + 1};{x + 1}H\x1b[{look}m{text[: max(1, (WIDTH - x) // 2)]}" for y, x, look, text in frame)
    return "".join(("\x1b[0m", *parts))


def seen(screen: pyte.Screen) -> list[list[object]]:
    """Each cell as far as it can be seen."""
    rows: list[list[object]] = []
    for y in range(HEIGHT):
        cells = [screen.buffer[y][x] for x in range(WIDTH)]
        rows.append(
            [
                (each.data.replace(LRM, ""), each.bg, each.reverse, each.underscore)
                if not each.data.strip()
                else each._replace(data=each.data.replace(LRM, ""))
                for each in cells
            ]
        )
    return rows


def shown(text: str, kind: type[ModelScreen] = ModelScreen) -> list[list[object]]:
    screen = kind(WIDTH, HEIGHT)
    screen.reset_mode(7, private=True)
    pyte.Stream(screen).feed(text)
    return seen(screen)


@given(st.lists(st.lists(easy_puts, max_size=6), max_size=4))
def test_the_screen_looks_as_if_every_frame_had_been_written_in_full(frames: list[list[Put]]) -> None:
    it, out = made(), ""
    for frame in frames:
        it.feed(written(frame))
        out += it.changes()
    in_full = made()
    in_full.feed("".join(map(written, frames)))
    assert shown(out) == shown(in_full.changes())


@pytest.mark.slow
@pytest.mark.parametrize("kind", [ModelScreen, ClusterScreen])
@given(frames=st.lists(st.lists(puts, max_size=5), max_size=4))
def test_the_same_in_every_script_and_in_both_kinds_of_terminal(
    kind: type[ModelScreen], frames: list[list[Put]]
) -> None:
    it, out = made(), ""
    for frame in frames:
        it.feed(written(frame))
        out += it.changes()
    at_once = made()
    for frame in frames:
        at_once.feed(written(frame))
    assert shown(out, kind) == shown(at_once.changes(), kind)


@given(st.lists(easy_puts, max_size=8))
def test_what_is_there_already_is_not_written_again(frame: list[Put]) -> None:
    it = made()
    it.feed(written(frame))
    it.changes()
    it.feed(written(frame))
    # A later part of a frame may lie over an earlier one; the end is what counts.
    assert it.changes() == ""


def test_a_countdown_writes_its_own_cells() -> None:
    it = made()
    it.feed("\x1b[1;1H\x1b[1mpending, 5 s  z takes it back")
    it.changes()
    it.feed("\x1b[1;1H\x1b[1mpending, 4 s  z takes it back")
    assert re.sub(r"\x1b\[[\d;]*[mH]", "", it.changes()) == "4"


def test_a_look_is_told_where_it_changes_only() -> None:
    it = made()
    it.feed("\x1b[1;1H\x1b[0;1mone\x1b[0m\x1b[0;1m two\x1b[0m\x1b[0;1m three\x1b[0m")
    assert it.changes().count("m") == 2


def test_frames_that_come_faster_than_they_leave_are_one_frame() -> None:
    it = made()
    for number in range(50):
        it.feed(f"{SYNC_START}\x1b[1;1H{number:3} of 50{SYNC_END}")
    out = it.changes()
    assert out.count(SYNC_START) == out.count(SYNC_END) == 1
    assert "49" in out
    assert "48" not in out


def test_what_was_painted_before_is_not_written_again() -> None:
    it = made()
    it.adopt("\x1b[?1049h\x1b[?25l\x1b[1;1H\x1b[0mfirst page")
    it.feed("\x1b[?25l\x1b[1;1H\x1b[0mfirst page!")
    assert re.sub(r"\x1b\[[\d;]*[mH]", "", it.changes()) == "\x1b[?25l!"


def test_a_terminal_of_another_size_is_drawn_whole() -> None:
    size = [WIDTH, HEIGHT]
    it = TerminalCells(lambda: (size[0], size[1]))
    it.feed("\x1b[1;1Hwords")
    it.changes()
    size[0] -= 1
    it.feed("")
    assert "words" in it.changes()


def test_after_a_sequence_that_nobody_knows_all_of_it_is_written_again() -> None:
    it = made()
    it.feed("\x1b[1;1Hwords")
    it.changes()
    it.feed("\x1b[2J\x1b[1;1Hwords")
    out = it.changes()
    assert out.index("\x1b[2J") < out.index("words")


def test_the_text_of_one_screen_does_not_get_onto_the_other() -> None:
    it = made()
    it.feed("\x1b[1;1Hinbox\x1b[?1049l")
    out = it.changes()
    assert out.index("inbox") < out.index("\x1b[?1049l")
    it.feed("")
    assert it.changes() == ""


def test_each_of_two_right_to_left_panes_ends_with_the_mark() -> None:
    arabic = TITLES["arabic"][:12].strip()
    it = made()
    it.feed(f"\x1b[1;1H\x1b[0m{arabic}{LRM}\x1b[0m\x1b[1;19H│{arabic}{LRM}")
    out = it.changes()
    assert out.count(LRM) == 2
    assert out.index(LRM) < out.index("│") < out.rindex(LRM)


def test_a_right_to_left_text_is_written_whole_with_its_mark_or_not_at_all() -> None:
    arabic = TITLES["arabic"][:12].strip()
    it = made()
    it.feed(f"\x1b[1;1H\x1b[0m{arabic}{LRM}  │")
    it.changes()
    it.feed(f"\x1b[1;1H\x1b[0m{arabic}{LRM}  !")
    assert arabic not in it.changes()
    it.feed(f"\x1b[1;1H\x1b[1m{arabic}{LRM}\x1b[0m  !")
    assert LRM in it.changes()


@pytest.mark.parametrize("before", ["مرحبا ", "מחיר "])
def test_what_is_bold_in_a_right_to_left_sentence_stays_in_it(before: str) -> None:
    """Closed before it, the sentence would be read from its second half on."""
    it = made()
    it.feed(f"\x1b[1;1H\x1b[0m{before}\x1b[1m499.00\x1b[0m. {before.strip()}{LRM}   │")
    out = it.changes()
    assert out.count(LRM) == 1
    assert out.index("499.00") < out.index(LRM) < out.index("│")


def test_a_sentence_that_does_not_go_on_any_more_is_closed_and_one_that_does_again_is_not() -> None:
    it = made()
    it.feed("\x1b[1;1H\x1b[0mمرحبا \x1b[1m499\x1b[0m")
    assert LRM not in it.changes()
    it.feed("\x1b[1;7H     ")
    assert f"مرحبا{LRM}" in it.changes()
    it.feed("\x1b[1;7H\x1b[1m499\x1b[0m")
    out = it.changes()
    assert "مرحبا" in out
    assert LRM not in out


def test_right_to_left_text_that_a_dialog_cuts_off_is_closed_at_the_border() -> None:
    it = made()
    it.feed(f"\x1b[1;1H\x1b[0mمرحبا بك اليوم{LRM}   ")
    it.changes()
    it.feed("\x1b[1;6H▌ مرحبا")
    assert f"مرحبا{LRM}" in it.changes().split("▌")[0]


@pytest.mark.parametrize("text", ["配送", "👩‍👩‍👧 b", "की  कु"])
def test_what_does_not_fit_into_the_last_cell_is_left_out(text: str) -> None:
    """A terminal would draw it over the cell before."""
    it = made()
    it.feed(f"\x1b[1;{WIDTH}H{text}")
    assert not set(text) & set(it.changes()) - {" "}


@pytest.mark.parametrize("letter", ["א", "م"])
def test_a_single_right_to_left_letter_is_closed_as_well(letter: str) -> None:
    it = made()
    it.feed(f"\x1b[1;1H\x1b[0m{letter}  12 │ {letter}")
    assert it.changes().count(LRM) == 2
