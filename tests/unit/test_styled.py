"""The width of text in cells: what the list is laid out by, so it must be what the terminal draws."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from neptune_inbox.presentation.styled import StyledItem, assemble, cells, crop, fit, harmless
from neptune_inbox.presentation.theme import Role
from neptune_inbox.sandbox import people, samples, seed, templates, translations
from neptune_inbox.text import column_text
from neptune_inbox.tui.rich_cells import measure_as_we_do
from tests import hostile
from tests.tui.styled_text import text

MODULES = (hostile, people, samples, seed, templates, translations)


class TestCells:
    def test_agree_with_rich_on_everything_the_sandbox_holds(self) -> None:
        measure_as_we_do()
        for line in map(column_text, _seed_texts()):
            assert cells(line) == cell_len(line), line

    @pytest.mark.parametrize(
        ("words", "width"),
        [("abc", 3), ("配送", 4), ("e\u0301", 1), ("🎉", 2), ("ｆｕｌｌ", 8), ("", 0), ("한국", 4), ("ñ", 1)],
    )
    def test_wide_signs_take_two(self, words: str, width: int) -> None:
        assert cells(words) == width == cell_len(words)

    @given(st.text(max_size=40), st.integers(0, 30), st.booleans())
    def test_fit_is_exact(self, words: str, width: int, is_right: bool) -> None:
        assert cells(fit(words, width, is_right=is_right)) == width

    @given(st.text(max_size=40), st.integers(0, 30))
    def test_what_is_cut_says_so(self, words: str, width: int) -> None:
        kept = crop(words, width)
        assert cells(kept) <= width
        assert kept == words or kept.endswith("…") or width == 0

    @given(st.text(max_size=40))
    def test_nothing_that_commands_a_terminal_is_harmless(self, words: str) -> None:
        assert not {"\x1b", "\x07", "\x9b", "\x9d", "\u202e", "\n"} & set(harmless(f"\x1b]\x07{words}\x9b\u202e\n"))
        assert harmless("Café 配送 🎉 नमस्ते") == "Café 配送 🎉 नमस्ते"


class TestAssemble:
    def test_what_matters_least_goes_first(self) -> None:
        left = [StyledItem((("place", Role.TEXT),)), StyledItem(((" name", Role.TEXT),), rank=2)]
        right = [StyledItem((("clock", Role.TEXT),), rank=1, action="look")]
        assert text(assemble(left, right, 20)) == "place name     clock"
        assert text(assemble(left, right, 16)) == "place      clock"
        assert text(assemble(left, right, 8)) == "place   "
        assert text(assemble(left, right, 4)) == "pla…"

    def test_spots_stand_where_their_words_do(self) -> None:
        line = assemble([], [StyledItem((("clock", Role.TEXT),), action="look", value="x")], 9)
        assert line.regions == ((4, 9, "look", "x"),)


def _seed_texts() -> list[str]:
    """Every text that the sandbox's seed is made of."""
    found: list[str] = []
    values: list[Any] = [value for module in MODULES for name, value in vars(module).items() if name[:2] != "__"]
    while values:
        value = values.pop()
        if isinstance(value, str):
            found.append(value)
        elif isinstance(value, dict):
            values += [*value, *value.values()]
        elif isinstance(value, list | tuple | set | frozenset):
            values += value
    assert found
    return found
