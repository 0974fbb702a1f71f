"""Only the cells that differ are sent to the terminal, and never fewer."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from neptune_inbox.presentation.styled import StyledLine, cells
from neptune_inbox.presentation.theme import Role, Surface
from neptune_inbox.tui.widgets.lines import changed_cells

SPANS = st.lists(
    st.tuples(st.text("ab配 ", min_size=1, max_size=4), st.sampled_from((Role.TEXT, Role.DIM))), max_size=6
)
LINES = st.builds(StyledLine, SPANS.map(tuple), st.just(()), st.sampled_from((Surface.PAGE, Surface.CURSOR)))
WIDTH = 48


def drawn(line: StyledLine) -> list[tuple[str, Role, Surface]]:
    """What stands in every cell of a line."""
    found: list[tuple[str, Role, Surface]] = []
    for text, role in line.spans:
        for character in text:
            found += [(character, role, line.surface)] * cells(character)
    return found + [(" ", Role.TEXT, line.surface)] * (WIDTH - len(found))


@given(before=LINES, after=LINES)
def test_outside_of_what_is_sent_nothing_differs(before: StyledLine, after: StyledLine) -> None:
    start, end = changed_cells(before, after, WIDTH)
    assert 0 <= start <= end <= WIDTH
    old, new = drawn(before), drawn(after)
    assert old[:start] + old[end:] == new[:start] + new[end:]


def test_a_moved_cursor_sends_the_position_alone() -> None:
    before = StyledLine((("─" * 10, Role.FAINT), (" 9 of 10 ", Role.DIM), ("─", Role.FAINT)))
    after = StyledLine((("─" * 9, Role.FAINT), (" 10 of 10 ", Role.DIM), ("─", Role.FAINT)))
    assert changed_cells(before, after, 20) == (0, 19)
    same_width = StyledLine((("─" * 10, Role.FAINT), (" 8 of 10 ", Role.DIM), ("─", Role.FAINT)))
    assert changed_cells(before, same_width, 20) == (10, 19)
