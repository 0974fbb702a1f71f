"""What a terminal answers about its ground is heard, and never taken for keys."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neptune_inbox.presentation.theme import DARK, LIGHT
from neptune_inbox.tui.terminal_answers import TerminalAnswers

KIND = "\x1b[?62;1;4c"


def heard(*reads: str, is_asked: bool = True) -> tuple[str, list[str]]:
    """The keys that are left of what was read, and the themes that were told."""
    themes: list[str] = []
    answers = TerminalAnswers(themes.append)
    if is_asked:
        answers.asked()
    return "".join(map(answers.strip, reads)), themes


@pytest.mark.parametrize(
    ("background", "theme"),
    [
        ("rgb:0000/0000/0000", DARK),
        ("rgb:1e1e/1e1e/2e2e", DARK),
        ("rgb:00/2b/36", DARK),
        ("rgb:ffff/ffff/ffff", LIGHT),
        ("rgb:fd/f6/e3", LIGHT),
        ("rgba:f/f/f/f", LIGHT),
    ],
)
@pytest.mark.parametrize("end", ["\x07", "\x1b\\"])
def test_the_ground_decides_the_theme(background: str, theme: str, end: str) -> None:
    assert heard(f"j\x1b]11;{background}{end}{KIND}k", "") == ("jk", [theme])


@given(st.lists(st.integers(0, 60), max_size=6))
def test_an_answer_in_pieces_is_no_key(cuts: list[int]) -> None:
    text = f"j\x1b[A\x1b]11;rgb:ffff/ffff/ffff\x1b\\{KIND}\x1b[Bk"
    places = sorted({0, *(cut for cut in cuts if cut < len(text)), len(text)})
    reads = [text[start:end] for start, end in pairwise(places)]
    assert heard(*reads, "") == ("j\x1b[A\x1b[Bk", [LIGHT])


def test_an_escape_is_let_go_when_nothing_follows_it() -> None:
    assert heard("\x1b", "") == ("\x1b", [])
    assert heard("\x1b", is_asked=False) == ("\x1b", [])


def test_a_terminal_that_does_not_tell_its_ground_tells_no_theme() -> None:
    assert heard(KIND, "\x1b", "x") == ("\x1bx", [])
    assert heard("\x1b]11;unknown\x07", KIND, "") == ("", [])


def test_a_late_answer_is_no_key_either() -> None:
    assert heard(f"\x1b]11;rgb:00/00/00\x07{KIND}q", is_asked=False) == ("q", [DARK])
