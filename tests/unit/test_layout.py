"""Where things stand: at every size the parts fill the screen and none lies over another."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neptune_inbox.presentation.layout import SMALLEST_HEIGHT, SMALLEST_WIDTH, Layout

sizes = st.tuples(st.integers(SMALLEST_WIDTH, 300), st.integers(SMALLEST_HEIGHT, 120))


@given(sizes, st.booleans(), st.booleans(), st.booleans())
def test_parts_cover_the_screen_once(
    size: tuple[int, int], has_users: bool, has_preview: bool, is_reading: bool
) -> None:
    width, height = size
    boxes = Layout.for_size(width, height, has_users=has_users, has_preview=has_preview, is_reading=is_reading)
    assert sum(box.width * box.height for box in boxes if box.is_shown) == width * height
    for box in filter(lambda box: box.is_shown, boxes):
        assert 0 <= box.x < box.x + box.width <= width
        assert 0 <= box.y < box.y + box.height <= height
    for one, other in combinations([box for box in boxes if box.is_shown], 2):
        is_beside = one.x + one.width <= other.x or other.x + other.width <= one.x
        assert is_beside or one.y + one.height <= other.y or other.y + other.height <= one.y


@given(sizes, st.booleans())
def test_the_list_has_the_most_room_and_is_never_squeezed_out(size: tuple[int, int], has_users: bool) -> None:
    boxes = Layout.for_size(*size, has_users=has_users)
    assert boxes.rows.height >= 1
    assert boxes.rows.height >= boxes.preview.height - 1
    assert boxes.rows.width >= min(size[0], 76)


@pytest.mark.parametrize(
    ("size", "has_sidebar", "is_folded", "has_preview"),
    [
        ((160, 45), True, False, True),
        ((100, 24), True, False, True),
        ((80, 24), False, True, True),
        ((60, 15), False, False, False),
        ((120, 15), False, False, False),
    ],
)
def test_what_folds_when(size: tuple[int, int], has_sidebar: bool, is_folded: bool, has_preview: bool) -> None:
    boxes = Layout.for_size(*size)
    assert (boxes.sidebar.is_shown, boxes.folded.is_shown, boxes.preview.is_shown) == (
        has_sidebar,
        is_folded,
        has_preview,
    )


@pytest.mark.parametrize(
    ("size", "is_beside"), [((160, 48), True), ((150, 24), True), ((149, 48), False), ((160, 15), False)]
)
def test_the_preview_stands_at_the_right_where_it_is_wide_and_below_where_it_is_not(
    size: tuple[int, int], is_beside: bool
) -> None:
    boxes = Layout.for_size(*size)
    assert boxes.is_beside == is_beside
    if is_beside:
        assert (boxes.preview.y, boxes.preview.height) == (boxes.rows.y, boxes.rows.height)
        assert boxes.preview.x == boxes.rows.x + boxes.rows.width
        assert boxes.status.width == boxes.rows.width + boxes.preview.width
        assert Layout.for_size(*size, is_reading=True) == boxes
        assert Layout.for_size(*size, has_preview=False).rows.width == boxes.status.width
    elif boxes.preview.is_shown:
        assert boxes.preview.y == boxes.status.y + 1 == boxes.rows.y + boxes.rows.height + 1


def test_one_user_needs_neither_sidebar_nor_line() -> None:
    boxes = Layout.for_size(120, 40, has_users=False)
    assert not boxes.sidebar.is_shown
    assert not boxes.folded.is_shown
    assert boxes.rows.width == 120


def test_reading_on_a_small_screen_covers_the_list_and_nothing_else() -> None:
    before, reading = Layout.for_size(60, 15), Layout.for_size(60, 15, is_reading=True)
    assert reading.preview == before.rows
    assert not reading.rows.is_shown
    assert reading.status == before.status


def test_reading_on_a_large_screen_moves_nothing() -> None:
    assert Layout.for_size(100, 24) == Layout.for_size(100, 24, is_reading=True)
