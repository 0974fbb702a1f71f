"""Text measured at the most and cut between clusters, in all scripts; rich and Textual measure and cut the same."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich._wrap import divide_line
from rich.cells import cell_len, chop_cells, get_character_cell_size, set_cell_size, split_text
from rich.segment import Segment
from textual.content import Content

from neptune_inbox.text import clean_line, column_text
from neptune_inbox.text_graphemes import cells, clusters, crop, crop_middle
from neptune_inbox.tui.rich_cells import measure_as_we_do
from tests.scripts_corpus import TITLES, measured, samples

measure_as_we_do()

# mlterm and screen count some marks twice; kitty takes jamo apart, which are composed as they enter.
MAJORITY = ("xterm", "kitty", "alacritt", "vte", "konsole", "st", "urxvt", "zutty", "foot", "tmux", "ghost", "ghostG")
WRITING = st.sampled_from([*TITLES.values(), *samples().values()])
PIECES = st.lists(st.sampled_from([*"".join(TITLES.values()), "\u200d", "e\u0301", "👩", "\U0001f3fd"]), max_size=40)


class TestWidth:
    @pytest.mark.parametrize("name", samples())
    def test_no_terminal_takes_more_cells_than_are_counted(self, name: str) -> None:
        text = column_text(samples()[name])
        if text != samples()[name]:
            return
        widths = {terminal: width for terminal, width in measured()[name].items() if terminal in MAJORITY}
        assert cells(text) >= max(widths.values()), widths

    @pytest.mark.parametrize("title", TITLES.values(), ids=TITLES)
    def test_nothing_of_a_title_is_lost_on_its_way_to_a_column(self, title: str) -> None:
        assert column_text(title) == clean_line(title) == unicodedata.normalize("NFC", title)

    @pytest.mark.parametrize("title", TITLES.values(), ids=TITLES)
    def test_rich_measures_the_same(self, title: str) -> None:
        assert cell_len(title) == cells(title) == sum(map(get_character_cell_size, title))
        assert Content(title).cell_length == cells(title)

    @given(PIECES.map("".join))
    def test_and_does_so_for_whatever_is_put_together(self, text: str) -> None:
        assert cell_len(text) == cells(text)


class TestClusters:
    @pytest.mark.parametrize(
        ("text", "parts"),
        [
            ("", ""),
            ("abc", "a|b|c"),
            ("कार्ड", "का|र्ड"),
            ("क्षत्रिय", "क्ष|त्रि|य"),
            ("நீங்கள்", "நீ|ங்|க|ள்"),
            ("น้ำ", "น้ำ"),
            ("က္ကကံ", "က္က|ကံ"),
            ("ខ្មែរ", "ខ្មែ|រ"),
            ("ක්\u200dෂ", "ක්\u200dෂ"),
            ("e\u0301e", "e\u0301|e"),
            ("🇮🇳🇯🇵🇺", "🇮🇳|🇯🇵|🇺"),
            ("👨\u200d👩\u200d👧!", "👨\u200d👩\u200d👧|!"),
            ("👍🏽a", "👍🏽|a"),
            ("1\ufe0f\u20e3", "1\ufe0f\u20e3"),
            ("\u1112\u1161\u11ab\u1100", "\u1112\u1161\u11ab|\u1100"),
            ("한국", "한|국"),
            ("مَرْ", "مَ|رْ"),
        ],
    )
    def test_are_what_a_reader_takes_for_a_character(self, text: str, parts: str) -> None:
        assert "|".join(clusters(text)) == parts

    @given(PIECES.map("".join))
    def test_hold_everything(self, text: str) -> None:
        assert "".join(clusters(text)) == text

    def test_are_not_endless(self) -> None:
        assert max(map(len, clusters("क" + "\u094d" * 500))) < 30


class TestCutting:
    @given(WRITING, st.integers(0, 60))
    def test_a_cut_is_between_clusters_and_fits(self, text: str, width: int) -> None:
        for cut in (crop(text, width), crop_middle(text, width)):
            assert cells(cut) <= width
            if cut != text and width:
                start, _, end = cut.partition("…")
                parts = list(clusters(text))
                assert any("".join(parts[:n]).rstrip() == start.rstrip() for n in range(len(parts) + 1))
                assert any("".join(parts[n:]).lstrip() == end.lstrip() for n in range(len(parts) + 1))

    def test_names_that_begin_alike_are_cut_in_their_middle(self) -> None:
        names = ["payment_reminder_three_days_upi", "payment_reminder_three_days_card"]
        cut = [crop_middle(name, 16) for name in names]
        assert cut == ["paymen…_days_upi", "paymen…days_card"]
        assert crop_middle("short", 16) == "short"
        assert crop_middle("payment", 4) == "pay…"

    @given(WRITING, st.integers(1, 40))
    def test_rich_cuts_and_folds_between_clusters_too(self, text: str, width: int) -> None:
        ends = {0}
        for cluster in clusters(text):
            ends.add(max(ends) + len(cluster))
        assert set(divide_line(text, width)) <= ends
        assert "".join(chop_cells(text, width)).startswith(text[: len("".join(chop_cells(text, width)))])
        assert cells(set_cell_size(text, width)) == width
        left, right = split_text(text, width)
        assert cells(left) == min(cells(text), width)
        assert cells(left) + cells(right) == cells(text)

    @pytest.mark.parametrize("title", TITLES.values(), ids=TITLES)
    @pytest.mark.parametrize("width", [9, 17, 30])
    def test_textual_wraps_without_losing_a_word_or_a_mark(self, title: str, width: int) -> None:
        lines = Content(title).wrap(width)
        assert all(line.cell_length <= width for line in lines)
        assert "".join(line.plain for line in lines).replace(" ", "") == title.replace(" ", "")

    @pytest.mark.parametrize("title", TITLES.values(), ids=TITLES)
    def test_a_dialogs_edge_cuts_no_cluster_of_what_is_behind_it(self, title: str) -> None:
        whole = [*clusters(title), " "]
        for cut in range(cells(title) + 1):
            left, right = Segment(title).split_cells(cut)
            assert cell_len(left.text) == cut
            assert cell_len(right.text) == cells(title) - cut
            assert all(cluster in whole for side in (left, right) for cluster in clusters(side.text)), cut
            lost = len(title) - len(left.text.rstrip()) - len(right.text.lstrip())
            assert lost <= 12, "at most the cluster on the edge"
