"""Stories of hostile text: on every screen it is text and nothing else."""

from __future__ import annotations

import unicodedata

import pytest

from neptune_inbox.model import Filter
from neptune_inbox.presentation.bidi import LRM, is_right_to_left
from neptune_inbox.tui.inbox import preview_controller
from tests.hostile import hostile_rows
from tests.tui.driver import Inbox, inbox_of
from tests.tui.service import Service

pytestmark = pytest.mark.slow

FORBIDDEN = {"Cc", "Cs", "Zl", "Zp", "Co", "Cn"}
HIDDEN = {
    chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C, 0x200B, 0xFEFF)
}


def _check(inbox: Inbox) -> None:
    """No control, direction or invisible character stands on the screen, and no line is wider than it."""
    screen = inbox.app.screen
    for strip in screen._compositor.render_strips(screen.size):
        assert strip.cell_length == screen.size.width
        for segment in strip:
            # Ours, behind right-to-left text.
            text = segment.text.replace(LRM, "", 1) if is_right_to_left(segment.text) else segment.text
            bad = [char for char in text if unicodedata.category(char) in FORBIDDEN or char in HIDDEN]
            assert not bad, f"{bad!r} on the screen in {segment.text!r}"
            assert segment.style is None or not segment.style.link, "nothing on the screen can be followed unasked"
            assert segment.style is None or "@click" not in segment.style.meta


async def test_hostile_rows_are_harmless_on_every_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preview_controller, "PREVIEW_PAUSE", 0.001)
    service = Service(users=("u-1", "u-2"))
    rows = hostile_rows()
    service.has_hostile(rows)
    service.has(1, "u-2")
    async with inbox_of(service, kind=Filter.ALL) as inbox:
        for number in range(len(rows)):
            before = inbox.screen.preview.facts
            await inbox.press("j")
            await inbox.until(lambda before=before: inbox.screen.preview.facts is not before)  # type: ignore[misc]
            _check(inbox)
            if number % 3 == 0:
                await inbox.press("i")
                await inbox.asked("Evidence")
                _check(inbox)
                await inbox.press("esc")
            if number % 9 == 0:
                await _see_the_sheets_of_a_row(inbox)
        await inbox.press("a", "m", "$")
        await inbox.comes(lambda: "pending" not in inbox.top())
        for key in ("O", "T", "L", "P", "M"):
            await inbox.press(key)
            await inbox.asked()
            _check(inbox)
            await inbox.press("esc")


async def _see_the_sheets_of_a_row(inbox: Inbox) -> None:
    for key, words in (("c", "Note on"), ("b", "Snooze")):
        await inbox.press(key)
        await inbox.asked(words)
        _check(inbox)
        await inbox.press("esc")
    for key in ("s", "e", "k"):
        await inbox.press(key)
        _check(inbox)


async def test_hostile_refusals_names_and_events_are_harmless_too() -> None:
    service = Service(users=("u-1", "\x1b]0;PWN\x07[/x]", "u‮3"))
    service.sandbox_state.create_user(
        "staging", "u-1", {"name": "[@click=app.quit]x[/]\x1b[31m", "\x1b[2J": "[/bold]"}
    )
    service.has(2, event_type="x\x1b[31m[/]")
    service.has(1, "\x1b]0;PWN\x07[/x]")
    async with inbox_of(service, kind=Filter.ALL) as inbox:
        _check(inbox)
        for key in ("P", "@", ":", "C", "E"):
            await inbox.press(key)
            await inbox.asked()
            _check(inbox)
            await inbox.press("esc")
        await inbox.press("J", "J")
        _check(inbox)
        await inbox.type("/", "[/x]")
        _check(inbox)
        await inbox.press("esc")
