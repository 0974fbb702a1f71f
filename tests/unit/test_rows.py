"""Rows in words: what the agent reads at every width, and that nothing is a cell too wide."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neptune_inbox.model import ColumnValues, MarkState, Row, Triage
from neptune_inbox.model.team import Handled, TeamState
from neptune_inbox.presentation.rows import (
    Columns,
    ListStyle,
    Needs,
    customer_state,
    needs_of,
    row_spans,
    state_spans,
    surface_of,
    time_text,
    triage_signs,
)
from neptune_inbox.presentation.styled import Span, cells, width_of
from neptune_inbox.presentation.theme import Role, Surface
from neptune_inbox.text import CleanText, column_text
from tests.tui.face import HOUR, NOW, SECOND, mark, row, rows
from tests.tui.styled_text import WIDTHS, meaning_of, text


def drawn(it: Row, width: int = 120, **how: Any) -> tuple[Span, ...]:
    return row_spans(it, Columns.for_width(width, with_user=True), NOW, **how)


class TestRows:
    def test_unread_is_a_sign_and_bold(self) -> None:
        it = drawn(row(0, title="Card declined"))
        assert text(it).startswith("  ●    2m  u-4711")
        assert meaning_of(it, "Card declined") is Role.STRONG

    def test_read_is_another_sign_and_plain(self) -> None:
        it = drawn(row(0, title="Card declined", is_read=True))
        assert text(it)[2] == "○"
        assert meaning_of(it, "Card declined") is Role.TEXT

    @pytest.mark.parametrize(
        ("made", "sign", "words"),
        [
            (mark(MarkState.HELD), "◷", "marking,  3 s  z"),
            (mark(MarkState.HELD, due_in=-1), "◷", "marking next  z"),
            (mark(MarkState.HELD, due_in=40 * SECOND, attempts=2), "◷", "tried 2×, next in 40 s"),
            (mark(MarkState.SENDING), "◷", "sending"),
            (mark(MarkState.ACCEPTED), "◐", "accepted, not yet confirmed"),
            (mark(MarkState.CONTRADICTED), "●", "accepted, still unread there"),
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
            (Triage(done_at=NOW), "✓", "done"),
            (Triage(snoozed_until=NOW + 2 * HOUR), "z", "snoozed 2h"),
            (Triage(snoozed_until=NOW - 1), " ", "snooze over"),
            (Triage(is_starred=True), "★", ""),
            (Triage(note="call back"), "✎", "✎ call back"),
            (Triage(done_at=NOW, is_starred=True, note="x"), "✓", "done"),
            (Triage(), " ", ""),
        ],
    )
    def test_my_plane_has_a_sign_of_its_own(self, plane: Triage, sign: str, words: str) -> None:
        it = row(0, title="T", triage=plane)
        assert triage_signs(it, NOW)[0] == sign
        assert customer_state(it)[0] == "●"
        assert text(state_spans(it, NOW, 40)) == words

    @pytest.mark.parametrize(("width", "words"), [(120, "handled by rita"), (66, "✓ rita")])
    def test_who_handled_it_is_named_also_where_there_is_little_room(self, width: int, words: str) -> None:
        team = TeamState(handled=Handled(CleanText("rita"), NOW))
        assert text(drawn(row(1, triage=Triage(done_at=NOW), team=team), width)).rstrip().endswith(words)

    def test_what_i_acted_on_is_dim(self) -> None:
        for acted in (row(0, title="T", mark=mark(MarkState.HELD)), row(0, title="T", triage=Triage(done_at=NOW))):
            assert meaning_of(drawn(acted), "T") is Role.DIM

    def test_cursor_and_selection_show_without_colour(self) -> None:
        assert text(drawn(row(0), is_cursor=True))[0] == "▌"
        assert text(drawn(row(0), is_selected=True))[0] == "◆"
        assert surface_of(is_cursor=True, is_selected=True) is Surface.BOTH
        assert surface_of(is_cursor=False, is_selected=True) is Surface.SELECTED

    @pytest.mark.parametrize("width", WIDTHS)
    def test_columns_stand_under_each_other_whatever_the_state(self, width: int) -> None:
        columns = Columns.for_width(width, with_user=True)
        starts = set()
        for it in rows(10):
            it = row(it.rowid, title="Zebra", user_id="u", mark=it.mark, triage=it.triage, is_read=it.is_read)
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
        assert time_text(it, NOW) == time_text(it, NOW + 400)
        assert time_text(it, NOW) != time_text(it, NOW + 1_100)
        assert time_text(row(0), NOW) == time_text(row(0), NOW + 30 * SECOND)
        assert time_text(row(0), NOW) != time_text(row(0), NOW + 60 * SECOND)

    def test_a_row_without_title_says_so(self) -> None:
        assert "(no title)" in text(drawn(Row(1, "u", "n", column_text(""), column_text(""), None, False)))


class TestAdaptiveColumns:
    """A column is as wide as its content needs, up to a share of the list."""

    def test_short_ids_leave_their_room_to_the_title(self) -> None:
        usual = Columns.for_width(120, with_user=True)
        measured = Columns.for_width(120, with_user=True, needs=Needs(user=3, name=0, event=7))
        assert (measured.user, measured.name, measured.event) == (3, 0, 7)
        assert measured.title > usual.title

    def test_what_needs_more_gets_a_share_and_keeps_its_end(self) -> None:
        user = "0190a1b2-7c3d-7e4f-8a5b-0123456789ab"
        columns = Columns.for_width(120, with_user=True, needs=Needs(user=36, name=0, event=60))
        line = text(row_spans(row(0, user_id=user), columns, NOW))
        assert (columns.user, columns.name, columns.event) == (24, 0, 24)
        assert "6789ab  " in line
        assert columns.title > 30

    def test_where_a_name_says_who_it_is_a_long_id_leaves_its_room_to_the_title(self) -> None:
        user = "0190a1b2-7c3d-7e4f-8a5b-0123456789ab"
        columns = Columns.for_width(120, with_user=True, needs=Needs(user=36, name=40, event=60))
        line = text(row_spans(row(0, user_id=user, name=CleanText("Ada Lovelace")), columns, NOW))
        assert (columns.user, columns.name, columns.event) == (14, 19, 24)
        assert "0190a…456789ab  Ada Lovelace" in line
        assert columns.title > 40

    def test_a_name_stands_beside_the_id(self) -> None:
        it = row(0, user_id="u-9", name=CleanText("Ada Lovelace"))
        columns = Columns.for_width(
            120, with_user=True, needs=needs_of(ColumnValues(("u-9",), ("Ada Lovelace",), ()))
        )
        assert "  u-9  Ada Lovelace  " in text(row_spans(it, columns, NOW))
        for width, is_wanted in ((60, True), (120, False)):
            style = ListStyle() if is_wanted else ListStyle(("age", "user", "title"))
            assert not Columns.for_width(width, with_user=True, style=style, needs=Needs(3, 12, 0)).name


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
