"""The first paint: seen through a real terminal, it is what Textual's first frame then shows, cell by cell."""

from __future__ import annotations

import os
import select
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pyte
import pytest

from neptune_inbox.presentation.styled import cells
from neptune_inbox.presentation.theme import DARK, LIGHT, TERMINAL, Depth
from neptune_inbox.startup.first_paint import FirstPaint, paint, read_snapshot
from neptune_inbox.startup.snapshot import ScreenSnapshot, dump_screen, load_screen
from tests.terminal_model import ModelScreen
from tests.tui.face import NOW, record
from tests.tui.first_paint import COLOURFUL, LIMIT, Terminal, cache_with, draw, paint_on

ROOT = Path(__file__).parents[2]


@pytest.fixture
def terminal(request: pytest.FixtureRequest) -> Iterator[Terminal]:
    opened = Terminal(*getattr(request, "param", (100, 24)))
    yield opened
    opened.close()


class TestTheFirstFrame:
    @pytest.mark.slow
    @pytest.mark.parametrize("terminal", [(100, 24), (80, 24), (60, 15)], indirect=True)
    @pytest.mark.parametrize("look", [(DARK, "truecolor"), (LIGHT, ""), (TERMINAL, "truecolor"), (DARK, "none")])
    def test_is_the_first_paint_cell_by_cell(self, terminal: Terminal, look: tuple[str, str], tmp_path: Path) -> None:
        theme, colours = look
        cache = cache_with(tmp_path / "cache.db", dump_screen(record(theme=theme)))
        told, tell = os.pipe()
        listen, go = os.pipe()
        environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "FACE_THEME": theme}
        environ |= {"TERM": "xterm-256color", "COLORTERM": colours} | ({"NO_COLOR": "1"} if colours == "none" else {})
        program = subprocess.Popen(
            [sys.executable, str(ROOT / "tests/tui/face.py"), str(cache), str(tell), str(listen)],
            stdin=terminal.theirs,
            stdout=terminal.theirs,
            stderr=terminal.theirs,
            env=environ,
            pass_fds=(tell, listen),
        )
        try:
            terminal.wait_for(told, b"painted")
            first = terminal.picture()
            assert not terminal.echoes()
            terminal.steady = list(terminal.screen.display)
            os.write(go, b"!")
            terminal.wait_for(told, b"framed")
            for line, (painted, framed) in enumerate(zip(first, terminal.picture(), strict=True)):
                assert painted == framed, f"line {line}: {terminal.screen.display[line]}"
            assert terminal.flicker == []
            terminal.steady = []
            os.write(terminal.ours, b"\x11")
            program.wait(LIMIT)
            assert terminal.echoes()
        finally:
            program.kill()
            program.wait()
            for end in (told, tell, listen, go):
                os.close(end)


class TestWhenItStandsBack:
    def test_it_paints_and_gives_the_terminal_back(self, terminal: Terminal, tmp_path: Path) -> None:
        painted = paint_on(terminal, cache_with(tmp_path / "cache.db", dump_screen(record())))
        terminal.read()
        assert painted is not None
        assert "PRODUCTION" in terminal.screen.display[0]
        assert not terminal.echoes()
        painted.restore()
        painted.restore()
        terminal.read()
        assert terminal.echoes()
        assert terminal.raw.count(b"\x1b[?1049l") == 1

    def test_after_textual_took_over_only_the_line_mode_is_put_back(self, terminal: Terminal, tmp_path: Path) -> None:
        painted = paint_on(terminal, cache_with(tmp_path / "cache.db", dump_screen(record())))
        assert painted is not None
        painted.hand_over()
        painted.restore()
        terminal.read()
        assert terminal.echoes()
        assert b"\x1b[?1049l" not in terminal.raw

    @pytest.mark.parametrize("environ", [{}, {"TERM": "dumb"}, {"TERM": "unknown"}])
    def test_a_dumb_terminal_is_left_alone(self, terminal: Terminal, environ: dict[str, str], tmp_path: Path) -> None:
        cache = cache_with(tmp_path / "cache.db", dump_screen(record()))
        self.assert_untouched(terminal, paint_on(terminal, cache, environ))

    @pytest.mark.parametrize("terminal", [(19, 24), (80, 4)], indirect=True)
    def test_a_tiny_terminal_is_left_alone(self, terminal: Terminal, tmp_path: Path) -> None:
        cache = cache_with(tmp_path / "cache.db", dump_screen(record()))
        self.assert_untouched(terminal, paint_on(terminal, cache))

    def test_a_pipe_is_left_alone(self, tmp_path: Path) -> None:
        cache = cache_with(tmp_path / "cache.db", dump_screen(record()))
        ours, theirs = os.pipe()
        assert paint(cache, out_fd=theirs, in_fd=ours, size=(80, 24), now=NOW, environ=COLOURFUL) is None
        assert not select.select([ours], [], [], 0)[0]
        os.close(ours)
        os.close(theirs)

    @pytest.mark.parametrize("wish", [{"profile": "other"}, {"user_id": "u-1"}, {"kind": "all"}])
    def test_another_place_than_asked_for_is_not_shown(
        self, terminal: Terminal, wish: dict[str, str], tmp_path: Path
    ) -> None:
        cache = cache_with(tmp_path / "cache.db", dump_screen(record()))
        self.assert_untouched(terminal, paint_on(terminal, cache, COLOURFUL, **wish))
        painted = paint_on(terminal, cache, profile="acme", user_id="", kind="unread")
        assert painted is not None
        painted.restore()

    @pytest.mark.parametrize(
        "text", [None, "", "{", "[]", "[1]", "[99,1,2]", "null", "[1,0,0,0,0,0,0,0,0,0,0,0,0]", '[1,"a","b"]']
    )
    def test_a_damaged_record_is_no_record(self, terminal: Terminal, text: str | None, tmp_path: Path) -> None:
        self.assert_untouched(terminal, paint_on(terminal, cache_with(tmp_path / "cache.db", text)))

    def test_a_cache_that_is_none(self, terminal: Terminal, tmp_path: Path) -> None:
        self.assert_untouched(terminal, paint_on(terminal, tmp_path / "missing.db"))
        (tmp_path / "cache.db").write_text("this is no database, and it is longer than a header would be " * 20)
        self.assert_untouched(terminal, paint_on(terminal, tmp_path / "cache.db"))
        assert not (tmp_path / "missing.db").exists()

    def test_rows_of_the_wrong_shape_never_raise(self, terminal: Terminal, tmp_path: Path) -> None:
        text = dump_screen(record()).replace('"payment_failed"', "17")
        self.assert_untouched(terminal, paint_on(terminal, cache_with(tmp_path / "cache.db", text)))

    def assert_untouched(self, terminal: Terminal, painted: FirstPaint | None) -> None:
        terminal.read()
        assert painted is None
        assert terminal.raw == b""
        assert terminal.echoes()


class TestTheRecord:
    def test_thaws_as_it_was_frozen(self) -> None:
        frozen = record()
        thawed = load_screen(dump_screen(frozen))
        assert thawed == frozen

    def test_what_the_next_start_does_not_have_is_left_out(self) -> None:
        was = record()
        was = was._replace(
            bar=was.bar._replace(new=3),
            status=was.status._replace(position=9, message="Marked.", selection="2 selected"),
        )
        thawed = load_screen(dump_screen(was))
        assert thawed is not None
        assert (thawed.bar.new, thawed.status.position) == (0, 1)
        assert thawed.status.message == thawed.status.selection == ""

    def test_is_found_in_a_cache_whose_path_looks_like_an_address(self, tmp_path: Path) -> None:
        home = tmp_path / "50% of #1?"
        home.mkdir()
        assert read_snapshot(cache_with(home / "cache.db", dump_screen(record()))) is not None

    def test_a_search_is_not_painted_because_the_next_start_has_none(
        self, terminal: Terminal, tmp_path: Path
    ) -> None:
        was = record()
        searched = was._replace(bar=was.bar._replace(query="is:unread"))
        assert paint_on(terminal, cache_with(tmp_path / "cache.db", dump_screen(searched))) is None


class TestThePage:
    @pytest.mark.slow
    @pytest.mark.parametrize(("width", "height"), [(20, 5), (60, 15), (80, 24), (100, 24), (200, 60), (33, 9)])
    @pytest.mark.parametrize("count", [0, 3, 60])
    def test_covers_every_cell_of_every_size(self, width: int, height: int, count: int) -> None:
        terminal = ModelScreen(width, height)
        stream = pyte.Stream(terminal)
        stream.feed("\x1b[H" + "#" * (width * height))
        stream.feed(draw(record(count), width, height, NOW, DARK, Depth.TRUE))
        assert "##" not in "".join(terminal.display)

    def test_lets_no_control_character_through(self) -> None:
        hostile = "a\x1b]0;owned\x07b\u202ec\x9bd"
        was: ScreenSnapshot = record()
        rows = tuple(row._replace(title=hostile, user_id=hostile) for row in was.rows)
        page = draw(was._replace(rows=rows, profile=hostile), 100, 24, NOW, DARK, Depth.TRUE)
        assert not {"\x07", "\u202e", "\x9b"} & set(page)
        assert "\x1b]" not in page

    def test_time_in_words_is_told_for_the_moment_of_painting(self) -> None:
        terminal = ModelScreen(120, 24)
        pyte.Stream(terminal).feed(draw(record(), 120, 24, NOW + 7_200_000, DARK, Depth.TRUE))
        assert "2 h old" in terminal.display[0]
        assert "fresh" not in terminal.display[0]

    def test_without_colour_only_attributes_are_used(self) -> None:
        page = draw(record(), 80, 24, NOW, TERMINAL, Depth.NONE)
        assert "38;" not in page
        assert "48;" not in page
        assert "PRODUCTION" in page

    def test_leaves_the_terminals_cursor_on_the_first_row(self) -> None:
        terminal = ModelScreen(80, 24)
        pyte.Stream(terminal).feed(draw(record(), 80, 24, NOW, DARK, Depth.TRUE))
        assert terminal.display[terminal.cursor.y].startswith("▌ ")
        assert cells(terminal.display[terminal.cursor.y]) >= 80


def test_loads_nothing_that_is_slow() -> None:
    slow = {
        "textual",
        "rich",
        "httpx",
        "dataclasses",
        "neptune_inbox.model",
        "neptune_inbox.text",
        "inspect",
        "asyncio",
    }
    code = "import sys, neptune_inbox.startup.first_paint as p; import sqlite3; print('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert not slow & set(done.stdout.split())
