"""Typing in every script: the cursor goes by whole characters, and none is drawn in pieces."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from neptune_inbox.text_graphemes import clusters
from neptune_inbox.tui.widgets.text_fields import TextBox, TextField
from tests.scripts_corpus import TITLES


class Page(App[None]):
    """A line and a box with the same text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def compose(self) -> ComposeResult:
        yield TextField(self._text, select_on_focus=False)
        yield TextBox(self._text)


@asynccontextmanager
async def page(text: str) -> AsyncIterator[tuple[Pilot[None], TextField, TextBox]]:
    app = Page(text)
    async with app.run_test(size=(120, 12)) as pilot:
        yield pilot, app.query_one(TextField), app.query_one(TextBox)


def stops(text: str) -> list[int]:
    return [len("".join([*clusters(text)][:number])) for number in range(len([*clusters(text)]) + 1)]


@pytest.mark.parametrize("title", TITLES.values(), ids=TITLES)
async def test_the_cursor_stops_between_characters_alone_and_each_is_drawn_whole(title: str) -> None:
    async with page(title) as (pilot, field, box):
        field.focus()
        await pilot.press("home")
        met = []
        for _ in stops(title):
            met.append(field.cursor_position)
            drawn = [segment.text for segment in field.render_line(0)]
            assert {cluster for part in drawn for cluster in clusters(part)} <= {*clusters(title), " "}
            await pilot.press("right")
        assert met == stops(title)
        box.focus()
        await pilot.press("ctrl+home")
        there = []
        for _ in stops(title):
            there.append(box.cursor_location[1])
            await pilot.press("right")
        assert there[: len(met)] == met
        await pilot.press("end", "left")
        assert box.cursor_location[1] == met[-2]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("कार्ड", ["कार्", "कार", "का", "क", ""]),
        ("क्ष", ["क्", "क", ""]),
        ("র্ক", ["র্", "র", ""]),
        ("க்ஷ", ["க்", "க", ""]),
        ("మీ", ["మ", ""]),
        ("น้ำ", ["น้", "น", ""]),
        ("🇮🇳", [""]),
        ("a👩‍👩‍👧", ["a", ""]),
        ("ok ❤️", ["ok ", "ok"]),
        ("1️⃣", [""]),
        ("a\u26f9\U0001f3fd\u200d\u2642\ufe0f", ["a", ""]),
        ("\u1112\u1161\u11ab", [""]),
        ("葛\U000e0100", [""]),
        ("שָׁ", ["שָ", "ש", ""]),
    ],
)
async def test_backspace_takes_what_was_typed_last_of_a_letter_and_the_whole_of_a_picture(
    text: str, left: list[str]
) -> None:
    async with page(text) as (pilot, field, box):
        for widget in (field, box):
            widget.focus()
            await pilot.press("end")
            for expected in left:
                await pilot.press("backspace")
                assert (widget.value if isinstance(widget, TextField) else widget.text) == expected


async def test_delete_takes_the_whole_character_to_the_right() -> None:
    async with page("कार्ड") as (pilot, field, box):
        for widget in (field, box):
            widget.focus()
            await pilot.press("home", "delete")
            assert (widget.value if isinstance(widget, TextField) else widget.text) == "र्ड"


async def test_a_word_is_deleted_as_a_word() -> None:
    async with page("कार्ड समाप्त") as (pilot, field, box):
        for widget in (field, box):
            widget.focus()
            await pilot.press("end", "ctrl+w")
            assert (widget.value if isinstance(widget, TextField) else widget.text).strip() == "कार्ड"


async def test_a_click_puts_the_cursor_before_the_character_that_is_there() -> None:
    title = TITLES["telugu"]
    async with page(title) as (pilot, field, _):
        field.styles.border = ("none", "black")
        field.styles.padding = 0
        await pilot.pause()
        for x in range(12):
            await pilot.click(field, offset=(x, 0))
            assert field.cursor_position in stops(title)
        await pilot.click(field, offset=(100, 0))
        assert field.cursor_position == len(title)


async def test_what_is_selected_is_drawn_whole_and_deleted_whole() -> None:
    async with page("कार्ड") as (pilot, field, _):
        field.focus()
        await pilot.press("home", "shift+right")
        assert field.selected_text == "का"
        await pilot.press("backspace")
        assert field.value == "र्ड"
