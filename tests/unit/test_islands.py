"""What terminals measure differently ends at one cell in each; right-to-left runs stay in their own cells."""

from __future__ import annotations

import pytest
from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color

from neptune_inbox.presentation.ansi import ansi_writer
from neptune_inbox.presentation.bidi import LRM, closed, is_right_to_left
from neptune_inbox.presentation.islands import with_islands
from neptune_inbox.presentation.theme import DARK, Depth, Role, Surface
from neptune_inbox.text import clean_line
from neptune_inbox.text_graphemes import cells, crop
from neptune_inbox.tui.widgets.control_filter import ControlCharFilter
from neptune_inbox.tui.widgets.strips import Palette, make_strip
from tests.scripts_corpus import TITLES
from tests.terminal_model import ClusterScreen, ModelScreen

import pyte  # isort: skip

BLACK = Color(0, 0, 0)


def shown(screen: pyte.Screen, text: str) -> list[str]:
    pyte.Stream(screen).feed(text)
    return [screen.buffer[0][x].data for x in range(screen.columns)]


class TestIslands:
    @pytest.mark.parametrize("kind", [ModelScreen, ClusterScreen])
    @pytest.mark.parametrize("title", TITLES.values(), ids=TITLES)
    def test_what_stands_behind_a_title_stands_in_its_cell_whoever_draws(
        self, kind: type[ModelScreen], title: str
    ) -> None:
        screen = kind(100, 2)
        row = shown(screen, "x" * 100)
        line = f"\x1b[1;1H│ {title}{' ' * (60 - cells(title))}│ 2m\x1b[K"
        row = shown(screen, with_islands(line))
        assert row[0] == "│"
        assert (row[62], "".join(row[64:66])) == ("│", "2m")
        assert "x" not in row, "no debris of what stood there before"
        assert "".join(row[2:62]).split() == title.split(), "no mark and no word is lost"

    @pytest.mark.parametrize("kind", [ModelScreen, ClusterScreen])
    def test_several_columns_in_one_style(self, kind: type[ModelScreen]) -> None:
        one, two = TITLES["devanagari"], TITLES["thai"]
        line = f"{one}{' ' * (40 - cells(one))}  {two}{' ' * (30 - cells(two))} │ {one}"
        row = shown(kind(140, 2), with_islands(line))
        assert row[42] == two[0]
        assert row[73] == "│"
        assert row[75] == "6"

    @pytest.mark.parametrize("kind", [ModelScreen, ClusterScreen])
    @pytest.mark.parametrize("width", [5, 8, 13, 21])
    @pytest.mark.parametrize("title", TITLES.values(), ids=TITLES)
    def test_a_title_that_was_cut_too(self, kind: type[ModelScreen], title: str, width: int) -> None:
        cut = crop(title, width)
        row = shown(kind(40, 2), with_islands(f"{cut}{' ' * (width - cells(cut))}│"))
        assert row[width] == "│"

    def test_the_ground_under_it_has_no_gap(self) -> None:
        screen = ClusterScreen(40, 2)
        shown(screen, with_islands("\x1b[48;5;4mनमस्ते हुआ   \x1b[0m"))
        width = cells("नमस्ते हुआ   ")
        assert {screen.buffer[0][x].bg for x in range(width)} == {screen.buffer[0][0].bg} != {"default"}
        assert screen.buffer[0][width].bg == "default"

    @pytest.mark.parametrize("text", ["plain", "Café 配送 한국", "مرحبا", "e\u0301", "\x1b[1mbold\x1b[0m", "→ ●"])
    def test_what_nobody_disputes_is_written_as_it_is(self, text: str) -> None:
        assert with_islands(text) is text or with_islands(text) == text

    def test_escape_sequences_are_not_touched(self) -> None:
        title = "\x1b]2;का\x07"
        assert with_islands(f"{title}\x1b[3;4H") == f"{title}\x1b[3;4H"
        once = with_islands("a का\x1b[0m")
        assert with_islands(once) == once, "in the pen, then in the driver"
        assert once == "a \x1b7  \x1b8का\x1b8\x1b[2C\x1b[0m"


class TestRightToLeft:
    def test_the_pen_closes_each_span_that_holds_such_text(self) -> None:
        text = ansi_writer(DARK, Depth.TRUE).write([((("مرحبا ", Role.TEXT), ("2m", Role.DIM)), Surface.PAGE)])
        assert f"مرحبا{LRM}\x1b8" in text, "an island, as some terminals give the mark a cell"
        assert text.count(LRM) == 1

    def test_a_strip_closes_each_span_and_the_gate_lets_it_through(self) -> None:
        palette = Palette(DARK, True, (ControlCharFilter(),))
        spans = (("שלום", Role.TEXT), (" | ", Role.TEXT), ("مرحبا", Role.TEXT), ("  2m", Role.DIM))
        strip = make_strip(spans, 40, Surface.PAGE, palette, BLACK)
        assert strip.text.rstrip() == f"שלום{LRM} | مرحبا{LRM}  2m"
        assert strip.cell_length == 40

    def test_the_gate_closes_the_line_of_any_widget_once(self) -> None:
        line = ControlCharFilter().apply([Segment("مرحبا "), Segment("بك"), Segment(" ok  ")], BLACK)
        assert [segment.text for segment in line] == ["مرحبا ", f"بك{LRM}", " ok  "]
        assert closed("مرحب…  ") == f"مرحب{LRM}…  ", "so that what is drawn over it in some terminals is ours"
        assert ControlCharFilter().apply([Segment("plain")], BLACK) == [Segment("plain")]

    @pytest.mark.parametrize("text", TITLES.values(), ids=TITLES)
    def test_what_stands_behind_a_dialog_is_filtered_twice_and_stays_as_it_is(self, text: str) -> None:
        palette = Palette(DARK, True, (ControlCharFilter(),))
        spans = ((text, Role.TEXT), ("  ", Role.TEXT), ("مرحبا…", Role.DIM), (" | 2m", Role.DIM))
        strip = make_strip(spans, 60, Surface.PAGE, palette, BLACK)
        for piece in (strip, strip.crop(0, 31), strip.crop(7, 60), *strip.divide([12, 30, 60])):
            once = piece.apply_filter(ControlCharFilter(), BLACK)
            assert once.cell_length == piece.cell_length == cell_len(once.text)
            assert once.text.replace(LRM, "") == piece.text.replace(LRM, "")
            assert once.apply_filter(ControlCharFilter(), BLACK).text == once.text
        assert strip.apply_filter(ControlCharFilter(), BLACK).text == strip.text

    @pytest.mark.parametrize("text", [f"a{LRM}b", f"مر{LRM}حبا", LRM, f"{LRM}{LRM}", f"x{LRM}"])
    def test_a_mark_from_outside_gets_past_neither_door(self, text: str) -> None:
        assert LRM not in clean_line(text)
        passed = "".join(segment.text for segment in ControlCharFilter().apply([Segment(text)], BLACK))
        assert passed.count(LRM) == is_right_to_left(text)
