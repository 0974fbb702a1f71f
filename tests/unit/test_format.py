"""Rows in words: what the agent reads at every width, and that nothing is a cell too wide."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neptune_inbox.model import MarkState, Mine, Row
from neptune_inbox.text import column_text
from neptune_inbox.tui.format import Columns, ListStyle, ground_of, mine, row_spans, stamp, state_spans, theirs
from neptune_inbox.tui.spans import Span, cells, width_of
from neptune_inbox.tui.theme import Ground, Meaning
from tests.tui.face import HOUR, NOW, SECOND, mark, row, rows
from tests.tui.spans import WIDTHS, meaning_of, text


def drawn(it: Row, width: int = 120, **how: Any) -> tuple[Span, ...]:
    return row_spans(it, Columns.for_width(width, with_user=True), NOW, **how)


class TestRows:
    def test_unread_is_a_sign_and_bold(self) -> None:
        it = drawn(row(0, title="Card declined"))
        assert text(it).startswith("  ●    2m  u-4711")
        assert meaning_of(it, "Card declined") is Meaning.STRONG

    def test_read_is_another_sign_and_plain(self) -> None:
        it = drawn(row(0, title="Card declined", is_read=True))
        assert text(it)[2] == "○"
        assert meaning_of(it, "Card declined") is Meaning.TEXT

    @pytest.mark.parametrize(
        ("made", "sign", "words"),
        [
            (mark(MarkState.HELD), "◷", "marking,  3 s  z"),
            (mark(MarkState.HELD, due_in=-1), "◷", "marking next  z"),
            (mark(MarkState.HELD, due_in=40 * SECOND, attempts=2), "◷", "tried 2×, next in 40 s  z"),
            (mark(MarkState.SENDING), "◷", "sending"),
            (mark(MarkState.SENT), "○", "read by us"),
            (mark(MarkState.FAILED), "!", "refused"),
            (mark(MarkState.FAILED, error="No Access"), "!", "refused: No Access"),
            (mark(MarkState.UNDONE), "●", ""),
        ],
    )
    def test_a_mark_is_told_by_sign_and_words(self, made: Any, sign: str, words: str) -> None:
        it = drawn(row(0, mark=made), 160)
        assert text(it)[2] == sign
        assert text(it).rstrip().endswith(words)

    @pytest.mark.parametrize(
        ("plane", "sign", "words"),
        [
            (Mine(done_at=NOW), "✓", "done"),
            (Mine(snoozed_until=NOW + 2 * HOUR), "z", "snoozed 2h"),
            (Mine(snoozed_until=NOW - 1), " ", "snooze over"),
            (Mine(is_starred=True), "★", ""),
            (Mine(note="call back"), "✎", "✎ call back"),
            (Mine(done_at=NOW, is_starred=True, note="x"), "✓", "done"),
            (Mine(), " ", ""),
        ],
    )
    def test_my_plane_has_a_sign_of_its_own(self, plane: Mine, sign: str, words: str) -> None:
        it = row(0, title="T", mine=plane)
        assert mine(it, NOW)[0] == sign
        assert theirs(it)[0] == "●"
        assert text(state_spans(it, NOW, 40)) == words

    def test_what_i_acted_on_is_dim(self) -> None:
        for acted in (row(0, title="T", mark=mark(MarkState.HELD)), row(0, title="T", mine=Mine(done_at=NOW))):
            assert meaning_of(drawn(acted), "T") is Meaning.DIM

    def test_cursor_and_selection_show_without_colour(self) -> None:
        assert text(drawn(row(0), is_cursor=True))[0] == "▌"
        assert text(drawn(row(0), is_selected=True))[0] == "◆"
        assert ground_of(is_cursor=True, is_selected=True) is Ground.BOTH
        assert ground_of(is_cursor=False, is_selected=True) is Ground.SELECTED

    @pytest.mark.parametrize("width", WIDTHS)
    def test_columns_stand_under_each_other_whatever_the_state(self, width: int) -> None:
        columns = Columns.for_width(width, with_user=True)
        starts = set()
        for it in rows(10):
            it = row(it.rowid, title="Zebra", user_id="u", mark=it.mark, mine=it.mine, is_read=it.is_read)
            line = text(row_spans(it, columns, NOW))
            assert cells(line) == width
            if "Zebra" in line:
                starts.add(line.index("Zebra"))
        assert len(starts) <= 1

    @pytest.mark.parametrize("width", [60, 80, 100, 120, 160])
    def test_a_title_keeps_room_beside_the_words(self, width: int) -> None:
        refused = row(0, title="Card ending 1881", mark=mark(MarkState.FAILED, error="There is no such thing."))
        assert "Card ending" in text(drawn(refused, width))
        assert "refused" in text(drawn(refused, width))

    def test_one_user_needs_no_column(self) -> None:
        it = row_spans(row(0, user_id="u-9"), Columns.for_width(100, with_user=False), NOW)
        assert "u-9" not in text(it)

    @given(st.text(max_size=60), st.text(max_size=20), st.integers(1, 200), st.booleans())
    def test_no_text_of_a_customer_breaks_the_width(self, title: str, user: str, width: int, with_user: bool) -> None:
        line = row_spans(row(0, title=title, user_id=user), Columns.for_width(width, with_user=with_user), NOW)
        assert width_of(line) == width

    def test_time_alone_changes_the_stamp_only_when_a_word_changes(self) -> None:
        it = row(0, mark=mark(MarkState.HELD))
        assert stamp(it, NOW) == stamp(it, NOW + 400)
        assert stamp(it, NOW) != stamp(it, NOW + 1_100)
        assert stamp(row(0), NOW) == stamp(row(0), NOW + 30 * SECOND)
        assert stamp(row(0), NOW) != stamp(row(0), NOW + 60 * SECOND)

    def test_a_row_without_title_says_so(self) -> None:
        assert "(no title)" in text(drawn(Row(1, "u", "n", column_text(""), column_text(""), None, False)))


class TestListStyle:
    """What the user chose for the list."""

    def test_a_column_that_is_not_wanted_gives_its_room_to_the_title(self) -> None:
        usual = Columns.for_width(120, with_user=True)
        bare = Columns.for_width(120, with_user=True, style=ListStyle(("age", "title")))
        assert (bare.user, bare.event) == (0, 0)
        assert bare.title > usual.title

    def test_times_are_told_in_the_chosen_format_at_a_steady_width(self) -> None:
        for time_format, width in (("age", 3), ("clock", 12), ("iso", 20)):
            columns = Columns.for_width(160, with_user=True, style=ListStyle(time_format=time_format))
            spans = row_spans(row(0), columns, NOW)
            assert columns.time == width
            assert len("".join(text for text, _ in spans)) == 160

    def test_a_narrow_list_tells_ages_whatever_was_chosen(self) -> None:
        assert Columns.for_width(60, with_user=True, style=ListStyle(time_format="iso")).time_format == "age"
