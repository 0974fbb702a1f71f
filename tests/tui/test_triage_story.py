"""Stories of my own plane: it is drawn beside theirs, and the customer never notices."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from neptune_inbox.config import Settings
from neptune_inbox.model import Filter, Mode
from neptune_inbox.tui.actions import export
from tests.builders import HOUR, NOON
from tests.tui.driver import inbox_of
from tests.tui.service import Service


@pytest.mark.slow
async def test_done_goes_on_to_the_next_row_and_nothing_is_written() -> None:
    service = Service()
    service.has(3)
    async with inbox_of(service) as inbox:
        await inbox.press("e")
        assert inbox.row("Card 3").triage == "✓"
        assert inbox.row("Card 3").theirs == "●", "unread for them, done for me"
        assert inbox.cursor() == "Card 2"
        assert "The customer sees no change" in inbox.status()
        await inbox.press("r")
        await inbox.until(lambda: inbox.titles() == ["Card 2", "Card 1"])
        assert "1 put away" in inbox.status()
        await inbox.type("/", "is:done", "enter")
        await inbox.until(lambda: inbox.titles() == ["Card 3"])
        await inbox.press("U", "esc")
        await inbox.until(lambda: inbox.titles() == ["Card 2", "Card 1"])
        await inbox.press("r")
        await inbox.until(lambda: len(inbox.titles()) == 3)
        assert service.writes == 0
        assert len(service.unread()) == 3


async def test_what_was_never_put_away_is_not_said_to_come_back() -> None:
    service = Service()
    service.has(3)
    async with inbox_of(service) as inbox:
        await inbox.press("e", "U")
        await inbox.hears("Already in my queue: “Card 2” of u-1. Choose something done or snoozed.")
        assert inbox.row("Card 3").triage == "✓"
        await inbox.press("k", "U")
        await inbox.hears("Back in my queue: “Card 3” of u-1.")
        assert inbox.row("Card 3").triage != "✓"


async def test_all_of_it_put_away_says_so() -> None:
    service = Service()
    service.has(2)
    async with inbox_of(service) as inbox:
        await inbox.press("a", "e", "r")
        await inbox.sees("Everything here is done or snoozed.")


@pytest.mark.slow
async def test_snoozing_takes_a_time_in_words_and_brings_it_back() -> None:
    service = Service()
    service.has(2)
    async with inbox_of(service) as inbox:
        await inbox.press("b")
        await inbox.asked("Snooze “Card 2” of u-1 until")
        await inbox.press("c")
        await inbox.asked("comes back Wednesday 04 November")
        await inbox.type("soonish", "enter")
        await inbox.asked("soonish")
        await inbox.fill_sheet("30m")
        await inbox.asked("comes back")
        await inbox.press("enter")
        await inbox.hears("Snoozed until")
        assert inbox.row("Card 2").triage == "z"
        assert "snoozed 30m" in inbox.row("Card 2")
        await inbox.press("r")
        await inbox.until(lambda: inbox.titles() == ["Card 1"])
        await inbox.let_time_pass(31 * 60)
        await inbox.press("r")
        await inbox.until(lambda: inbox.titles() == ["Card 2", "Card 1"])
        assert service.writes == 0


@pytest.mark.slow
async def test_tomorrow_is_two_keys_and_each_choice_tells_the_time_that_it_means(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TZ", "America/Nuuk")
    time.tzset()
    service = Service()
    service.has(2)
    try:
        async with inbox_of(service) as inbox:
            await inbox.press("b")
            for words in (
                "h 1 hour Wednesday 04 November, 11:00",
                "e this evening Wednesday 04 November, 18:00",
                "t tomorrow Thursday 05 November, 09:00",
                "m Monday Monday 09 November, 09:00",
            ):
                await inbox.asked(words)
            await inbox.press("t")
            await inbox.hears("Snoozed until Thu 05 Nov, 09:00")
            until = (await inbox.row_now("Card 2")).triage.snoozed_until
            assert until == NOON + 23 * HOUR
            # Summer time begins there in the night to 28 March 2027.
            await inbox.let_time_pass(143 * 86_400 + 9 * 3_600)
            await inbox.press("j", "b")
            assert "this evening" not in inbox.sheet(), "it is over"
            await inbox.asked("t tomorrow Sunday 28 March, 09:00")
            await inbox.press("t")
            await inbox.hears("Snoozed until Sun 28 Mar, 09:00")
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.slow
@pytest.mark.parametrize(("key", "hour"), [("t", 9), ("m", 9), ("e", 18), ("h", 18)])
async def test_a_snooze_opens_where_two_choices_mean_the_same_moment(key: str, hour: int) -> None:
    service = Service()
    service.has(2)
    async with inbox_of(service) as inbox:
        days = (6 - time.localtime(NOON / 1000).tm_wday) % 7
        await inbox.let_time_pass(days * 86_400 + 5 * 3_600)
        await inbox.press("b")
        for words in ("1 hour Sunday 08 November, 18:00", "this evening Sunday 08 November, 18:00"):
            await inbox.asked(words)
        for words in ("tomorrow Monday 09 November, 09:00", "Monday Monday 09 November, 09:00"):
            await inbox.asked(words)
        await inbox.press(key)
        await inbox.hears("Snoozed until")
        until = (await inbox.row_now("Card 2")).triage.snoozed_until
        assert until is not None
        assert time.localtime(until / 1000)[3] == hour


@pytest.mark.slow
async def test_star_and_note_are_kept_shown_and_found() -> None:
    service = Service()
    service.has(3)
    async with inbox_of(service) as inbox:
        await inbox.press("s", "j", "c")
        await inbox.asked("Note on “Card 2” of u-1")
        await inbox.type("called them back", "enter")
        await inbox.hears("Note kept")
        assert inbox.row("Card 3").triage == "★"
        assert inbox.row("Card 2").triage == "✎"
        assert "✎ called them back" in inbox.row("Card 2")
        await inbox.until(lambda: "note: called them back" in inbox.preview())
        await inbox.type("/", "is:starred", "enter")
        await inbox.until(lambda: inbox.titles() == ["Card 3"])
        await inbox.press("s", "esc")
        await inbox.until(lambda: inbox.row("Card 3").triage == " ")
        await inbox.press("c")
        await inbox.asked("called them back")
        await inbox.fill_sheet("")
        await inbox.press("enter")
        await inbox.hears("Note removed")
        assert service.writes == 0


@pytest.mark.slow
async def test_my_verbs_act_on_the_selection() -> None:
    service = Service()
    service.has(5)
    async with inbox_of(service, kind=Filter.ALL) as inbox:
        await inbox.press("x", "x", "s")
        assert [row.triage for row in inbox.rows()] == ["★", "★", " ", " ", " "]
        await inbox.press("c")
        await inbox.asked("Note on 2 notifications of u-1")
        await inbox.type("both", "enter", "y")
        assert inbox.app.clipboard.split("\n") == [service.id_of("Card 5"), service.id_of("Card 4")]
        await inbox.press("b")
        await inbox.asked("Snooze 2 notifications of u-1 until")
        await inbox.press("h")
        await inbox.until(lambda: [row.triage for row in inbox.rows()] == ["z", "z", " ", " ", " "])
        await inbox.press("g", "x", "j", "x", "e")
        assert [row.triage for row in inbox.rows()] == ["✓", "z", "✓", " ", " "]
        assert (await inbox.row_now("Card 4")).triage.note == "both"
        assert service.writes == 0


@pytest.mark.slow
async def test_links_of_a_selection_are_opened_each_host_asked_about_once(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []

    async def run(words: Sequence[str], given: str = "") -> bool:
        opened.append(words[-1])
        return True

    monkeypatch.setattr(export, "run_program", run)
    service = Service()
    for link in (
        "https://b.example/1",
        "",
        "https://acme.example/2",
        "https://acme.example/1",
        "javascript:alert(1)",
    ):
        service.has(1, link=link)
    async with inbox_of(service) as inbox:
        await inbox.press("a", "Y")
        await inbox.hears("Copied 3 links to 2 hosts.")
        assert inbox.app.clipboard.split() == [
            "https://acme.example/1",
            "https://acme.example/2",
            "https://b.example/1",
        ]
        await inbox.press("o")
        await inbox.asked("Open a page of acme.example?")
        await inbox.press("y")
        await inbox.asked("Open a page of b.example?")
        assert opened == []
        await inbox.press("n")
        await inbox.hears("Opened 2 links to acme.example.")
        assert opened == ["https://acme.example/1", "https://acme.example/2"]
        await inbox.press("o")
        await inbox.asked("Open a page of b.example?")
        await inbox.press("y")
        await inbox.hears("Opened 3 links to 2 hosts.")
        await inbox.press("A", "g", "o")
        await inbox.hears("only https links are opened")
        assert len(opened) == 5


async def test_many_pages_at_once_are_asked_about(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []

    async def run(words: Sequence[str], given: str = "") -> bool:
        opened.append(words[-1])
        return False

    monkeypatch.setattr(export, "run_program", run)
    service = Service()
    for number in range(6):
        service.has(1, link=f"https://acme.example/{number}")
    async with inbox_of(service) as inbox:
        await inbox.press("a", "o")
        await inbox.asked("Open 6 pages at once?")
        await inbox.press("n", "o", "y")
        await inbox.asked("Open a page of acme.example?")
        assert opened == []
        await inbox.press("y")
        await inbox.hears("No browser here; Y copies 6 links to acme.example.")
        assert len(opened) == 6


@pytest.mark.slow
async def test_every_command_for_the_pipe_gets_the_selection_as_json_lines(tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    service = Service()
    commands = {"keep": ("tee", str(taken)), "fail": ("false",), "gone": ("/nowhere/no-such-command",)}
    service.use_settings(Settings(commands=commands))
    service.has(3)
    async with inbox_of(service) as inbox:
        await inbox.press("x", "x", "|")
        await inbox.asked("Pipe to")
        await inbox.asked("keep")
        await inbox.asked("gone")
        await inbox.type("keep", "enter")
        await inbox.asked("done")
        assert "Card 3" in inbox.sheet(), "it prints what it is given"
        await inbox.press("esc")
        await inbox.hears("2 notifications to keep: done.")
        lines = [json.loads(line) for line in taken.read_text().splitlines()]
        assert [line["title"] for line in lines] == ["Card 3", "Card 2"]
        assert "token" not in taken.read_text()
        for name, said in (
            ("fail", "it failed with exit code 1"),
            ("gone", "/nowhere/no-such-command could not be started"),
        ):
            await inbox.press("|")
            await inbox.type(name, "enter")
            await inbox.asked(said)
            await inbox.press("esc")
            await inbox.hears(f"2 notifications to {name}: it failed")
        assert service.writes == 0


async def test_my_plane_is_mine_even_where_nothing_may_be_written() -> None:
    service = Service(mode=Mode.OBSERVE)
    service.has(2)
    async with inbox_of(service) as inbox:
        await inbox.press("e", "s")
        assert [row.triage for row in inbox.rows()] == ["✓", "★"]
        assert service.writes == 0


@pytest.mark.slow
async def test_links_are_shown_before_they_are_opened_and_copied_as_they_are() -> None:
    service = Service()
    service.has(1)
    service.has(1, link="https://acme.example/invoices/1002")
    async with inbox_of(service) as inbox:
        await inbox.press("Y")
        await inbox.hears("Copied the link to acme.example.")
        assert inbox.app.clipboard == "https://acme.example/invoices/1002"
        await inbox.press("o")
        await inbox.asked("Open a page of acme.example?")
        await inbox.press("n", "j", "o")
        await inbox.hears("There is no link here.")
        await inbox.press("y")
        await inbox.hears("Copied the id")
