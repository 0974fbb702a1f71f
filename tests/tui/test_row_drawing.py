"""The list before the agent's eyes: what is drawn, when it is drawn anew, and how little that costs."""

from __future__ import annotations

from time import process_time

import pytest

from neptune_inbox.model import MarkState, Triage
from neptune_inbox.presentation.panes import Emptiness
from neptune_inbox.presentation.theme import LIGHT
from neptune_inbox.text import CleanText
from tests.speed import units
from tests.tui.face import NOW, SECOND, mark, row
from tests.tui.seat import HEIGHT, inbox, key, list_lines, plain, watch_lines


class TestSeeing:
    async def test_an_acted_row_tells_its_new_state_where_it_stands(self) -> None:
        async with inbox(plain(30)) as it:
            snapshot = it.app.snapshot
            snapshot.rows[2] = row(2, mark=mark(MarkState.HELD))
            it.rows.repaint([key(2)])
            await it.pilot.pause()
            assert "marking,  3 s  z" in list_lines(it.app)[2]
            it.rows.now = NOW + SECOND
            await it.pilot.pause()
            assert "marking,  2 s  z" in list_lines(it.app)[2]

    async def test_ages_grow_with_time_and_only_then(self) -> None:
        async with inbox(plain(30)) as it:
            assert " 2m " in list_lines(it.app)[0]
            refreshed = watch_lines(it.rows)
            it.rows.now = NOW + SECOND
            assert refreshed == []
            it.rows.now = NOW + 60 * SECOND
            assert len(refreshed) == HEIGHT

    async def test_selected_rows_carry_a_sign_and_only_they_are_repainted(self) -> None:
        async with inbox(plain(30)) as it:
            refreshed = watch_lines(it.rows)
            it.rows.selected = frozenset({key(1), key(3), key(25)})
            await it.pilot.pause()
            assert refreshed == [1, 3]
            assert [line[0] for line in list_lines(it.app)[:4]] == ["▌", "◆", " ", "◆"]
            it.rows.selected = frozenset({key(3)})
            await it.pilot.pause()
            assert refreshed == [1, 3, 1]

    async def test_the_user_is_named_where_there_are_several(self) -> None:
        async with inbox([row(0, user_id="u-9")]) as it:
            assert "u-9" in list_lines(it.app)[0]
            it.rows.with_user = False
            await it.pilot.pause()
            assert "u-9" not in list_lines(it.app)[0]

    async def test_an_empty_list_says_why_and_which_key_helps(self) -> None:
        async with inbox([]) as it:
            it.rows.empty = Emptiness.ALL_READ
            await it.pilot.pause()
            text = " ".join(" ".join(list_lines(it.app)).split())
            assert text == "Everything here has been read. 1 show all"

    async def test_a_theme_or_width_change_draws_anew(self) -> None:
        async with inbox(plain(30)) as it:
            before = it.rows.render_line(0)
            assert it.rows.render_line(0) is before
            it.app.theme = LIGHT
            await it.pilot.pause()
            assert it.rows.render_line(0) != before
            await it.pilot.resize_terminal(70, 24)
            await it.pilot.pause()
            assert it.rows.render_line(0).cell_length == 70

    async def test_every_line_is_exactly_as_wide_as_the_list(self) -> None:
        hostile = [
            "配" * 90,
            "e\u0301" * 90,
            "👩‍👩‍👧‍👦" * 30,
            "a\x1b[31mb",
            "नमस्ते " * 20,
            "\u202eevil",
            "\u1100\u1161" * 50,
        ]
        async with inbox([row(number, title=title) for number, title in enumerate(hostile)]) as it:
            for y in range(len(hostile)):
                strip = it.rows.render_line(y)
                assert strip.cell_length == it.rows.size.width
                assert not {"\x1b", "\u202e"} & set(strip.text)


class TestSpeed:
    @pytest.mark.slow
    @pytest.mark.parametrize("count", [100, 100_000])
    async def test_a_step_draws_two_lines_however_long_the_list(self, count: int) -> None:
        async with inbox(plain(count)) as it:
            refreshed = watch_lines(it.rows)
            it.rows.move(1)
            assert refreshed == [0, 1]

    async def test_a_row_is_formatted_once(self) -> None:
        async with inbox(plain(300)) as it:
            it.rows.edge(1)
            await it.pilot.pause()
            it.rows.edge(0)
            await it.pilot.pause()
            kept = [it.rows.render_line(y) for y in range(1, HEIGHT)]
            it.rows.edge(1)
            it.rows.edge(0)
            assert all(it.rows.render_line(y) is strip for y, strip in enumerate(kept, 1))

    async def test_equal_rows_from_another_reading_are_not_drawn_anew(self) -> None:
        async with inbox([row(0, triage=Triage(is_starred=True)), row(1)]) as it:
            before = it.rows.render_line(1)
            it.app.snapshot.rows[1] = row(1)
            assert it.rows.render_line(1) is before
            it.app.snapshot.rows[1] = row(1, title=CleanText("Another title"))
            assert "Another title" in it.rows.render_line(1).text

    @pytest.mark.slow
    async def test_a_thousand_steps_are_quick(self) -> None:
        async with inbox(plain(100_000)) as it:
            began = process_time()
            for _step in range(1_000):
                it.rows.move(1)
            assert units(process_time() - began) < 150
            assert it.rows.cursor_index == 1_000
