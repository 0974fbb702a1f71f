"""The list under the agent's hands: the cursor is bound to a notification, and nothing moves by itself."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textual.events import MouseScrollDown
from textual.geometry import Offset

from neptune_inbox.model import Key
from neptune_inbox.tui.widgets.row_list import CursorMoved, RowOpened, RowToggled
from tests.tui.face import FixedWindow, row
from tests.tui.seat import HEIGHT, heard, inbox, key, list_lines, plain


class TestMoving:
    async def test_a_step_moves_the_cursor_and_says_so(self) -> None:
        async with inbox(plain(30)) as it:
            it.rows.move(1)
            await it.pilot.pause()
            assert (it.rows.cursor_index, it.rows.cursor_key) == (1, key(1))
            assert heard(it.app, CursorMoved) == [key(1)]
            assert list_lines(it.app)[1].startswith("▌")
            assert not list_lines(it.app)[0].startswith("▌")

    async def test_the_ends_stop_the_cursor(self) -> None:
        async with inbox(plain(5)) as it:
            it.rows.move(-1)
            it.rows.move(99)
            it.rows.move(1)
            await it.pilot.pause()
            assert it.rows.cursor_index == 4
            assert heard(it.app, CursorMoved) == [key(4)]

    async def test_the_list_scrolls_only_when_it_must(self) -> None:
        async with inbox(plain(30)) as it:
            assert it.rows.size.height == HEIGHT
            it.rows.move(HEIGHT - 1)
            assert it.rows.anchor_key == key(0)
            it.rows.move(1)
            assert it.rows.anchor_key == key(1)
            it.rows.move(-HEIGHT)
            assert it.rows.anchor_key == key(0)

    async def test_a_page_keeps_one_row_in_common(self) -> None:
        async with inbox(plain(60)) as it:
            it.rows.page(1)
            assert (it.rows.cursor_index, it.rows.anchor_key) == (HEIGHT - 1, key(HEIGHT - 1))
            it.rows.page(-1, is_half=True)
            assert (it.rows.cursor_index, it.rows.anchor_key) == (5, key(5))

    async def test_ends_and_a_known_notification_are_one_leap(self) -> None:
        async with inbox(plain(60)) as it:
            it.rows.edge(1)
            assert (it.rows.cursor_index, it.rows.anchor_key) == (59, key(60 - HEIGHT))
            it.rows.edge(0)
            assert it.rows.go_to(key(33))
            assert it.rows.cursor_index == 33
            assert not it.rows.go_to(Key("u-4711", "gone"))
            assert it.rows.cursor_index == 33

    async def test_the_terminals_own_cursor_is_on_the_row(self) -> None:
        async with inbox(plain(30)) as it:
            it.rows.move(3)
            await it.pilot.pause()
            assert it.app.cursor_position == it.rows.region.offset + Offset(0, 3)

    async def test_an_empty_list_stands_any_key(self) -> None:
        async with inbox([]) as it:
            it.rows.move(1)
            it.rows.page(1)
            it.rows.edge(1)
            it.rows.repaint([key(1)])
            await it.pilot.pause()
            assert it.rows.cursor_index is None
            assert it.rows.cursor_key is None
            assert it.rows.anchor_key is None
            assert not heard(it.app, CursorMoved)


class TestNothingMoves:
    async def test_arrivals_that_are_folded_in_leave_row_and_line_alone(self) -> None:
        async with inbox(plain(30)) as it:
            it.rows.move(15)
            line = list_lines(it.app).index(next(line for line in list_lines(it.app) if line.startswith("▌")))
            it.rows.show(FixedWindow([*plain(7, 100), *plain(30)]), keep=True)
            await it.pilot.pause()
            assert it.rows.cursor_key == key(15)
            assert list_lines(it.app)[line].startswith("▌")

    async def test_a_row_that_is_gone_leaves_the_cursor_at_its_place(self) -> None:
        async with inbox(plain(30)) as it:
            it.rows.move(4)
            it.rows.show(FixedWindow([other for other in plain(30) if other.key != key(4)]), keep=True)
            await it.pilot.pause()
            assert (it.rows.cursor_index, it.rows.cursor_key) == (4, key(5))

    async def test_a_shorter_list_keeps_the_cursor_inside(self) -> None:
        async with inbox(plain(30)) as it:
            it.rows.edge(1)
            it.rows.show(FixedWindow(plain(3)), keep=True)
            await it.pilot.pause()
            assert (it.rows.cursor_index, it.rows.anchor_key) == (2, key(0))

    async def test_another_list_starts_at_its_top(self) -> None:
        async with inbox(plain(30)) as it:
            it.rows.edge(1)
            it.rows.show(FixedWindow(plain(30, 100)), keep=False)
            assert (it.rows.cursor_index, it.rows.anchor_key) == (0, key(100))

    async def test_the_wheel_scrolls_and_the_cursor_stays_with_its_row(self) -> None:
        async with inbox(plain(30)) as it:
            await it.pilot._post_mouse_events([MouseScrollDown], widget=it.rows, offset=(5, 2))
            await it.pilot.pause()
            assert (it.rows.cursor_key, it.rows.anchor_key) == (key(0), key(3))
            it.rows.show(FixedWindow([*plain(7, 100), *plain(30)]), keep=True)
            await it.pilot.pause()
            assert (it.rows.cursor_key, it.rows.anchor_key) == (key(0), key(3))
            it.rows.move(1)
            assert (it.rows.cursor_key, it.rows.anchor_key) == (key(1), key(1))

    async def test_a_smaller_terminal_keeps_the_cursor_in_sight(self) -> None:
        async with inbox(plain(60), (120, 40)) as it:
            it.rows.move(18)
            await it.pilot.resize_terminal(60, 15)
            await it.pilot.pause()
            assert any(line.startswith("▌") for line in list_lines(it.app))
            assert it.rows.cursor_key == key(18)

    @pytest.mark.slow
    @settings(max_examples=15)
    @given(st.lists(st.integers(0, 40), unique=True, max_size=40), st.integers(0, 40))
    async def test_whatever_is_folded_in_the_cursors_row_stays_on_its_line(
        self, others: list[int], cursor: int
    ) -> None:
        async with inbox(plain(41)) as it:
            it.rows.go_to(key(cursor))
            line = cursor - (it.rows.snapshot.index_of(it.rows.anchor_key) or 0)  # type: ignore[arg-type]
            before = [row(100 + number) for number in others]
            it.rows.show(FixedWindow([*before, *plain(41)]), keep=True)
            top = it.rows.snapshot.index_of(it.rows.anchor_key)  # type: ignore[arg-type]
            assert it.rows.cursor_key == key(cursor)
            assert it.rows.cursor_index is not None
            assert top is not None
            assert it.rows.cursor_index - top == line


class TestTheMouse:
    async def test_a_click_moves_the_cursor_and_a_double_click_opens(self) -> None:
        async with inbox(plain(30)) as it:
            await it.pilot.click(it.rows, offset=(30, 4))
            assert it.rows.cursor_key == key(4)
            assert heard(it.app, RowOpened) == []
            await it.pilot.double_click(it.rows, offset=(30, 6))
            assert heard(it.app, RowOpened) == [key(6)]

    async def test_a_click_in_the_gutter_selects_without_moving(self) -> None:
        async with inbox(plain(30)) as it:
            await it.pilot.click(it.rows, offset=(2, 4))
            assert heard(it.app, RowToggled) == [key(4)]
            assert it.rows.cursor_key == key(0)

    async def test_a_click_below_the_last_row_is_nothing(self) -> None:
        async with inbox(plain(2)) as it:
            await it.pilot.click(it.rows, offset=(30, 8))
            assert it.app.heard == []
