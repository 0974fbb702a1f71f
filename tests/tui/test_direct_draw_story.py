"""The frame of a key is on the terminal when the key has acted, and it is the very frame that Textual would draw."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from random import Random
from typing import Any

import pytest
from textual.events import Key
from textual.filter import DimFilter
from textual.geometry import Offset, Size
from textual.widgets import Static

from neptune_inbox.config import Settings, UiSettings
from neptune_inbox.model import Filter
from neptune_inbox.presentation.theme import DARK, LIGHT, TERMINAL
from neptune_inbox.tui.themes import rich_style
from tests.hostile import hostile_rows
from tests.tui.driver import Inbox, inbox_of
from tests.tui.glass import Glass, differences, differences_once_drawn, glass_of, resize_glass
from tests.tui.service import Service

pytestmark = pytest.mark.slow

TRUE, PALETTE, SIXTEEN = (
    {"COLORTERM": "truecolor", "TERM": "xterm-256color"},
    {"TERM": "xterm-256color"},
    {"TERM": "xterm"},
)
COLOURLESS = {"NO_COLOR": "1", "TERM": "xterm-256color"}
MOVES = ("j", "j", "k", "g", "G", "ctrl+d", "ctrl+u", "pagedown", "pageup", "n", "N")
OTHERS = ("x", "x", "v", "a", "A", "escape", "s", "e", "m", "z", "p", "enter", "tab", "J", "K", "1", "2", "3", "r")
WALK = 80
SIZES = (Size(120, 40), Size(100, 30), Size(80, 24), Size(60, 15))


@pytest.fixture(autouse=True)
def _terminal_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("textual.drivers.headless_driver.HeadlessDriver", Glass)
    # A style of rich remembers its codes for the first terminal that it was drawn on.
    rich_style.cache_clear()


@asynccontextmanager
async def at_a_terminal(
    monkeypatch: pytest.MonkeyPatch, environ: dict[str, str], theme: str = DARK, size: Size = SIZES[0]
) -> AsyncIterator[Inbox]:
    for name in ("COLORTERM", "NO_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    service = Service(users=("u-1", "u-2"), settings=Settings(ui=UiSettings(theme=theme)))
    service.has(70, "u-1", body="What happened, at some length. " * 9)
    service.has(50, "u-2", is_read=True)
    service.has_hostile(hostile_rows(), "u-2")
    async with inbox_of(service, size=size, kind=Filter.ALL, environ=environ) as inbox:
        yield inbox


@contextmanager
def textuals_frames(inbox: Inbox) -> Iterator[list[object]]:
    """The frames that Textual draws meanwhile."""
    drawn: list[object] = []
    display = inbox.app._display

    def watched(screen: Any, renderable: Any) -> None:
        drawn.append(renderable)
        display(screen, renderable)

    setattr(inbox.app, "_display", watched)  # noqa: B010 - mypy knows methods, not stand-ins for them
    try:
        yield drawn
    finally:
        setattr(inbox.app, "_display", display)  # noqa: B010


@pytest.mark.parametrize(
    ("environ", "theme", "size", "seed"),
    [
        (TRUE, DARK, SIZES[0], 1),
        (PALETTE, LIGHT, SIZES[1], 2),
        (SIXTEEN, TERMINAL, SIZES[2], 3),
        (COLOURLESS, DARK, SIZES[3], 4),
        (TRUE, TERMINAL, SIZES[2], 5),
    ],
)
async def test_whatever_is_pressed_the_terminal_shows_what_textual_would_draw(
    monkeypatch: pytest.MonkeyPatch, environ: dict[str, str], theme: str, size: Size, seed: int
) -> None:
    rng = Random(seed)
    async with at_a_terminal(monkeypatch, environ, theme, size) as inbox:
        assert await differences_once_drawn(inbox) == []
        done: list[str] = []
        for turn in range(WALK):
            keys = [rng.choice(MOVES if rng.random() < 0.7 else OTHERS) for _ in range(rng.choice((1, 1, 1, 5)))]
            done += keys
            await inbox.burst(*keys)
            if turn % 10 == 9:
                await inbox.type("/", rng.choice(("card", "hostile", "1 5", "zzz")), rng.choice(("enter", "escape")))
                done.append("searched")
            if turn % 20 == 19:
                size = rng.choice(SIZES)
                resize_glass(inbox.app, size)
                await inbox.resize(*size)
                done.append(f"to {size}")
            if turn % 30 == 29:
                inbox.service.has(3, "u-1")
                await inbox.poll()
            assert await differences_once_drawn(inbox) == [], f"after {' '.join(done[-12:])}"


@pytest.mark.parametrize("key", ["j", "k", "G", "ctrl+d", "pagedown", "n", "x"])
async def test_a_key_is_on_the_terminal_before_textual_draws(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    async with at_a_terminal(monkeypatch, TRUE) as inbox:
        await inbox.press("j", "j")
        written = glass_of(inbox.app).written
        written.clear()
        with textuals_frames(inbox) as drawn:
            await inbox.app.on_event(Key(key, key if len(key) == 1 else None))
            assert len(written) == 1, "one frame"
            assert not drawn
            assert differences(inbox) == []


async def test_a_step_is_less_than_a_kilobyte(monkeypatch: pytest.MonkeyPatch) -> None:
    async with at_a_terminal(monkeypatch, TRUE) as inbox:
        for _ in range(inbox.screen.rows.size.height - 1):
            written = glass_of(inbox.app).written
            written.clear()
            await inbox.app.on_event(Key("j", "j"))
            assert 0 < len("".join(written).encode()) <= 1024


async def test_the_terminals_own_cursor_follows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Screen readers and braille displays read where it stands."""
    async with at_a_terminal(monkeypatch, TRUE) as inbox:
        await inbox.app.on_event(Key("j", "j"))
        cursor = glass_of(inbox.app).terminal.screen.cursor
        assert (cursor.x, cursor.y) == inbox.app.cursor_position
        assert inbox.cursor() in glass_of(inbox.app).terminal.screen.display[cursor.y]


async def test_a_frame_is_shown_whole_where_the_terminal_can(monkeypatch: pytest.MonkeyPatch) -> None:
    async with at_a_terminal(monkeypatch, TRUE) as inbox:
        inbox.app._sync_available = True
        written = glass_of(inbox.app).written
        written.clear()
        await inbox.app.on_event(Key("j", "j"))
        assert written[0].startswith("\x1b[?2026h")
        assert written[0].endswith("\x1b[?2026l")


async def test_nothing_is_drawn_over_what_lies_above_the_inbox(monkeypatch: pytest.MonkeyPatch) -> None:
    async with at_a_terminal(monkeypatch, TRUE) as inbox:
        await inbox.press("?")
        await inbox.asked("Help")
        inbox.screen.action_run("move.down")
        await inbox.settle()
        assert await differences_once_drawn(inbox) == []
        await inbox.press("escape")
        assert await differences_once_drawn(inbox) == []
        tip = Static("Something of Textual's own")
        tip.styles.overlay, tip.styles.width, tip.absolute_offset = "screen", 30, Offset(40, 6)
        await inbox.screen.mount(tip)
        await inbox.settle()
        assert "Something" in glass_of(inbox.app).terminal.screen.display[6]
        for _ in range(inbox.screen.rows.size.height):
            await inbox.press("j")
            assert await differences_once_drawn(inbox) == []


async def test_what_textual_filters_in_its_own_way_is_left_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    async with at_a_terminal(monkeypatch, TRUE) as inbox:
        inbox.app._filters.append(DimFilter())
        inbox.app.refresh()
        await inbox.settle()
        await inbox.press("j", "pagedown", "k")
        assert await differences_once_drawn(inbox) == []
