"""Only the cells that differ are sent to the terminal, and never fewer."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from neptune_inbox.tui.spans import Line, cells
from neptune_inbox.tui.theme import Ground, Meaning
from neptune_inbox.tui.widgets.lines import changed_cells

SPANS = st.lists(
    st.tuples(st.text("ab配 ", min_size=1, max_size=4), st.sampled_from((Meaning.TEXT, Meaning.DIM))), max_size=6
)
LINES = st.builds(Line, SPANS.map(tuple), st.just(()), st.sampled_from((Ground.PAGE, Ground.CURSOR)))
WIDTH = 48


def drawn(line: Line) -> list[tuple[str, Meaning, Ground]]:
    """What stands in every cell of a line."""
    found: list[tuple[str, Meaning, Ground]] = []
    for text, meaning in line.spans:
        for character in text:
            found += [(character, meaning, line.ground)] * cells(character)
    return found + [(" ", Meaning.TEXT, line.ground)] * (WIDTH - len(found))


@given(before=LINES, after=LINES)
def test_outside_of_what_is_sent_nothing_differs(before: Line, after: Line) -> None:
    start, end = changed_cells(before, after, WIDTH)
    assert 0 <= start <= end <= WIDTH
    old, new = drawn(before), drawn(after)
    assert old[:start] + old[end:] == new[:start] + new[end:]


def test_a_moved_cursor_sends_the_position_alone() -> None:
    before = Line((("─" * 10, Meaning.FAINT), (" 9 of 10 ", Meaning.DIM), ("─", Meaning.FAINT)))
    after = Line((("─" * 9, Meaning.FAINT), (" 10 of 10 ", Meaning.DIM), ("─", Meaning.FAINT)))
    assert changed_cells(before, after, 20) == (0, 19)
    same_width = Line((("─" * 10, Meaning.FAINT), (" 8 of 10 ", Meaning.DIM), ("─", Meaning.FAINT)))
    assert changed_cells(before, same_width, 20) == (10, 19)
