"""Rows of text: aligned for people, whole for pipes, and never torn by what a customer wrote."""

from __future__ import annotations

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from neptune_inbox.presentation.table import Column, aligned_lines, csv_text, tab_lines
from neptune_inbox.text import column_text
from neptune_inbox.text_graphemes import cells, crop

COLUMNS = (Column("state"), Column("age", is_right=True), Column("title", gives=2), Column("user", gives=1))
ROWS = [["unread", "2m", "Your card was declined", "u-4711"], ["read", "12h", "Hi", "佐藤"]]


class TestOnATerminal:
    def test_columns_are_aligned_under_their_names(self) -> None:
        assert aligned_lines(COLUMNS, ROWS, 80) == [
            "state   age  title                   user",
            "unread   2m  Your card was declined  u-4711",
            "read    12h  Hi                      佐藤",
        ]

    def test_the_column_that_gives_most_is_cropped_first(self) -> None:
        assert aligned_lines(COLUMNS, ROWS, 34)[1] == "unread   2m  Your card wa…  u-4711"

    def test_what_never_gives_is_whole_even_where_it_does_not_fit(self) -> None:
        for line in aligned_lines((Column("id"), Column("title", gives=1)), [["x" * 36, "a long title"]], 20)[1:]:
            assert line.startswith("x" * 36)

    def test_wide_characters_are_counted_as_two(self) -> None:
        assert cells("佐藤") == 4
        assert crop("佐藤 美咲", 5) == "佐藤…"

    @given(st.lists(st.lists(st.text(max_size=40), min_size=4, max_size=4), max_size=5), st.integers(40, 120))
    def test_no_text_makes_a_line_too_wide_or_breaks_it(self, rows: list[list[str]], width: int) -> None:
        tame = [["unread", "2m", row[2], row[3]] for row in rows]
        for line in aligned_lines(COLUMNS, tame, width):
            assert cells(line) <= width
            assert len(line.splitlines()) == 1

    @given(st.text(max_size=60), st.integers(1, 40))
    def test_a_crop_fits_and_is_a_beginning(self, text: str, width: int) -> None:
        clean = column_text(text)
        cropped = crop(clean, width)
        assert cells(cropped) <= width
        assert clean.startswith(cropped.removesuffix("…")) or cropped == clean


class TestInAPipe:
    def test_values_are_whole(self) -> None:
        assert tab_lines([["a" * 500, "b"]]) == [f"{'a' * 500}\tb"]

    @given(st.lists(st.lists(st.text(max_size=60), min_size=3, max_size=3), max_size=6))
    def test_no_text_makes_a_cell_or_a_line_of_its_own(self, rows: list[list[str]]) -> None:
        lines = tab_lines(rows)
        assert len(lines) == len(rows)
        assert all(line.count("\t") == 2 and "\n" not in line for line in lines)

    @given(st.lists(st.lists(st.text(max_size=60), min_size=4, max_size=4), max_size=6))
    def test_csv_is_read_back_as_so_many_rows_and_runs_nothing(self, rows: list[list[str]]) -> None:
        _, *read = csv.reader(io.StringIO(csv_text([column.name for column in COLUMNS], rows)))
        assert [len(row) for row in read] == [4] * len(rows)
        assert not [cell for row in read for cell in row if cell[:1] in ("=", "+", "-", "@")]
