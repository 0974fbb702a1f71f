"""The real program with titles in fourteen scripts, on terminals of both kinds.

No mark and no word is lost, every border and column stands in its cell, and the ground under a row has no gap. tmux
and headless xterm.js show what it wrote, and a model of each kind, where they are not installed.
`tests/bench/scripts.py` walks through every page for every script.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from neptune_inbox.presentation.layout import Layout
from tests.faults.scripts_screens import TERMINALS, Shown, why_not
from tests.faults.scripts_world import (
    BELOW,
    BESIDE,
    TALL,
    Page,
    PageTour,
    columns_moved,
    customers_of_scripts,
    grounds_broken,
    missing,
    shell_pages,
    shown_on,
)

pytestmark = pytest.mark.timeout(300)
IN_SHORT = ("devanagari", "arabic")


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> list[Page]:
    """A walk with the preview beside the list, one with it below, and what commands print at a shell."""
    found = []
    with customers_of_scripts(tmp_path_factory.mktemp("below")) as machine:
        found += PageTour(machine, BELOW).run((), IN_SHORT)
    with customers_of_scripts(tmp_path_factory.mktemp("beside")) as machine:
        found += PageTour(machine, BESIDE).run(IN_SHORT)
        found += shell_pages(machine, TALL, IN_SHORT)
    return found


Screens = Callable[[str], "list[tuple[Page, Shown]]"]


@pytest.fixture(scope="module")
def screens(pages: list[Page]) -> Screens:
    """What a terminal shows of each page."""
    known: dict[str, list[tuple[Page, Shown]]] = {}

    def look(terminal: str) -> list[tuple[Page, Shown]]:
        if terminal not in known:
            if why := why_not(terminal):
                pytest.skip(why)
            known[terminal] = shown_on(TERMINALS[terminal], pages)
        return known[terminal]

    return look


@pytest.mark.parametrize("terminal", TERMINALS)
class TestEveryTerminal:
    def test_no_mark_and_no_word_is_lost_on_any_page(self, screens: Screens, terminal: str) -> None:
        lost = {page.name: found for page, shown in screens(terminal) if (found := missing(shown.text, page.shows))}
        assert lost == {}

    def test_every_border_and_column_stands_in_its_cell(self, screens: Screens, terminal: str) -> None:
        pairs = zip(screens(terminal), screens("apart"), strict=True)
        moved = {
            page.name: found
            for (page, shown), (_, apart) in pairs
            if page.has_columns and (found := columns_moved(shown, apart))
        }
        assert moved == {}

    def test_the_ground_under_every_row_has_no_gap(self, screens: Screens, terminal: str) -> None:
        pairs = zip(screens(terminal), screens("apart"), strict=True)
        broken = {page.name: found for (page, shown), (_, apart) in pairs if (found := grounds_broken(shown, apart))}
        assert broken == {}


@pytest.mark.parametrize("size", [BELOW, BESIDE])
class TestThePreview:
    def test_its_border_is_in_one_column(self, screens: Screens, size: tuple[int, int]) -> None:
        layout = Layout.for_size(*size)
        looked_at = 0
        for page, shown in screens("clusters"):
            if page.size == size and page.name.startswith(("preview", "list")):
                for y in range(layout.preview.y, layout.preview.y + layout.preview.height):
                    assert not layout.is_beside or shown.texts[y][layout.preview.x] == "│", page.name
                    looked_at += 1
        assert looked_at >= 3 * layout.preview.height

    def test_the_cursors_row_is_of_one_ground(self, screens: Screens, size: tuple[int, int]) -> None:
        rows = Layout.for_size(*size).rows
        for page, shown in screens("clusters"):
            if page.size == size and page.name.startswith(("preview", "list")):
                [y] = [y for y, line in enumerate(shown.texts) if line[rows.x] == "▌"]
                assert len(set(shown.grounds[y][rows.x + 1 : rows.x + rows.width])) == 1, page.name
