"""Stories of what can be read up: outbox, evidence, journal, help, palette, themes."""

from __future__ import annotations

import json

import pytest
from textual.widgets import OptionList

from neptune_inbox.config import Settings
from neptune_inbox.presentation.theme import AUTO, DARK, LIGHT, THEMES
from neptune_inbox.tui.messages import BackgroundKnown
from tests.tui.driver import inbox_of
from tests.tui.service import READ, Service

pytestmark = pytest.mark.slow


async def test_the_outbox_tries_again_and_drops() -> None:
    service = Service()
    service.has(3)
    fault = service.faults.set("422", method="POST", route=READ)
    async with inbox_of(service) as inbox:
        await inbox.press("O")
        await inbox.asked("empty, everything is settled")
        await inbox.press("esc", "m", "j", "m", "$")
        await inbox.until(lambda: "2 refused" in inbox.top())
        await inbox.press("$")
        await inbox.asked("0 waiting, 2 refused")
        assert "Card 3" in inbox.sheet()
        await inbox.asked("The selected id is invalid.")
        await inbox.press("x")
        await inbox.press("d")
        await inbox.asked("Drop 1 mark?")
        await inbox.press("enter")
        await inbox.asked("0 waiting, 2 refused")
        await inbox.press("d")
        await inbox.asked("the notification stays unread for the customer")
        await inbox.press("y")
        await inbox.asked("0 waiting, 1 refused")
        service.faults.lift(fault)
        await inbox.press("t")
        await inbox.asked("empty, everything is settled")
        assert len(service.unread()) == 2
        await inbox.press("esc")
        await inbox.until(lambda: "refused" not in inbox.top())


async def test_dropping_what_was_tried_does_not_say_that_it_stays_unread() -> None:
    service = Service()
    service.has(2)
    async with inbox_of(service) as inbox:
        service.faults.set("reset after", method="POST", route=READ)
        await inbox.press("m", "$")
        await inbox.comes(lambda: service.is_read("Card 2"))
        await inbox.press("O")
        await inbox.asked("waiting to be sent:")
        await inbox.press("d")
        await inbox.asked("1 was tried and may have been read there.")
        assert "unread" not in inbox.sheet()
        await inbox.press("y")
        await inbox.asked("Dropped 1 mark; 1 was tried and may have been read there.")


async def test_a_mark_that_is_refused_again_and_again_stands_in_the_outbox_once() -> None:
    service = Service()
    service.has(1)
    service.faults.set("404", method="POST", route=READ)
    async with inbox_of(service) as inbox:
        for _ in range(3):
            await inbox.press("m", "$")
            await inbox.until(lambda: inbox.row("Card 1").theirs == "!")
        await inbox.press("O")
        await inbox.asked("0 waiting, 1 refused")


async def test_the_outbox_leads_to_the_notification_even_out_of_the_list() -> None:
    service = Service(users=("u-1", "u-2"))
    service.has(1)
    service.has(1, "u-2")
    async with inbox_of(service) as inbox:
        await inbox.press("m", "J")
        await inbox.until(lambda: inbox.screen.scope.user_id == "u-1")
        await inbox.press("O")
        await inbox.asked("1 waiting")
        await inbox.press("enter")
        await inbox.until(lambda: inbox.cursor() == "Card 2")


async def test_evidence_answers_whether_they_got_it_and_who_read_it() -> None:
    service = Service()
    service.has(2)
    async with inbox_of(service) as inbox:
        await inbox.press("i")
        await inbox.asked("not read")
        assert "First seen" in inbox.sheet()
        assert service.id_of("Card 2") in inbox.sheet()
        await inbox.press("Y")
        copied = json.loads(inbox.app.clipboard)
        assert (copied["id"], copied["read_by"]) == (service.id_of("Card 2"), "nobody")
        await inbox.press("y")
        assert "not read" in inbox.app.clipboard
        await inbox.press("esc", "m", "$")
        await inbox.comes(lambda: "read by us" in inbox.row("Card 2"))
        await inbox.press("i")
        await inbox.asked("by us")
        await inbox.press("q", "j")
        service.read_on_server("Card 1")
        await inbox.poll()
        await inbox.press("i")
        await inbox.asked("not by us")


async def test_the_journal_tells_every_write_and_its_outcome() -> None:
    service = Service()
    service.has(2)
    async with inbox_of(service) as inbox:
        await inbox.press("L")
        await inbox.asked("Nothing was written yet.")
        await inbox.press("esc", "m", "$")
        await inbox.until(lambda: service.is_read("Card 2"))
        await inbox.press("j", "m", "z", "L")
        await inbox.asked("taken back")
        for outcome in ("held", "accepted", "taken back"):
            assert f"mark {outcome} u-1" in inbox.sheet()
        assert "undone" not in inbox.sheet()
        assert "(`uuid`)" not in inbox.sheet(), "the id that was posted is the row's own"
        await inbox.press("Y")
        verbs = [(line["verb"], line["outcome"]) for line in json.loads(inbox.app.clipboard)]
        assert verbs[0] == ("mark", "undone"), "newest first"


async def test_help_finds_an_action_and_runs_it() -> None:
    service = Service()
    service.has(2)
    async with inbox_of(service) as inbox:
        await inbox.press("?")
        await inbox.asked("Help: every key")
        await inbox.type("star")
        assert "mark read" not in inbox.sheet()
        await inbox.press("enter")
        await inbox.until(lambda: inbox.row("Card 2").triage == "★")


async def test_the_palette_runs_actions_and_goes_to_users() -> None:
    service = Service(users=("u-1", "u-2"))
    service.has(2)
    service.has(1, "u-2")
    async with inbox_of(service) as inbox:
        await inbox.run("filter.all")
        await inbox.until(lambda: inbox.screen.scope.kind == "all")
        await inbox.press("ctrl+p")
        await inbox.asked("Palette")
        await inbox.type("Go to u-2")
        await inbox.press("enter")
        await inbox.until(lambda: inbox.titles() == ["Card 3"])
        await inbox.press(":")
        await inbox.asked("Palette")
        await inbox.type("qqqqq")
        await inbox.asked("Nothing has that name.")
        await inbox.press("enter", "esc")
        assert not inbox.has_sheet


async def test_a_theme_is_chosen_and_kept() -> None:
    service = Service()
    service.has(1)
    async with inbox_of(service, environ={"COLORTERM": "truecolor"}) as inbox:
        for name in reversed(THEMES):
            await inbox.press("ctrl+t")
            await inbox.asked("Themes")
            await inbox.type(name)
            await inbox.press("enter")
            await inbox.until(lambda name=name: inbox.app.theme == name)  # type: ignore[misc]
            assert inbox.screen.workspace.settings.ui.theme == name
            assert inbox.titles() == ["Card 1"]


async def test_auto_follows_the_background_that_the_terminal_tells() -> None:
    service = Service()
    service.has(1)
    async with inbox_of(service, environ={"COLORTERM": "truecolor", "TERM": "xterm-256color"}) as inbox:
        await inbox.press("ctrl+t")
        await inbox.asked("Themes")
        await inbox.type("auto")
        await inbox.press("enter")
        await inbox.until(lambda: inbox.screen.workspace.settings.ui.theme == AUTO)
        for theme in (LIGHT, DARK):
            inbox.app.post_message(BackgroundKnown(theme))
            await inbox.until(lambda theme=theme: inbox.app.theme == theme)  # type: ignore[misc]
            assert inbox.screen.workspace.background == ("xterm-256color", theme)


async def test_keys_can_be_changed_and_the_old_ones_do_nothing() -> None:
    service = Service()
    service.use_settings(Settings(keys={"mark.row": "ctrl+r", "mine.star": ()}))
    service.has(2)
    async with inbox_of(service) as inbox:
        await inbox.press("m", "s")
        assert inbox.row("Card 2").theirs == "●"
        assert inbox.row("Card 2").triage == " "
        assert "ctrl+r mark read" in inbox.hints()
        await inbox.press("ctrl+r")
        assert inbox.row("Card 2").theirs == "◷"
        await inbox.run("mine.star")
        await inbox.until(lambda: inbox.row("Card 2").triage == "★")


async def test_rows_are_piped_to_a_command_as_json() -> None:
    service = Service()
    service.use_settings(Settings(commands={"check": ("grep", "-q", "Card 2")}))
    service.has(2)
    async with inbox_of(service) as inbox:
        await inbox.press("|")
        await inbox.asked("check")
        await inbox.press("enter")
        await inbox.hears("1 notification to check: done.")
        await inbox.press("j", "|")
        await inbox.asked("check")
        await inbox.press("enter")
        await inbox.asked("it failed with exit code 1")
        assert "It printed nothing." in inbox.sheet()
        await inbox.press("esc")
        await inbox.hears("1 notification to check: it failed with exit code 1.")


async def test_what_a_command_prints_and_how_it_ended_is_on_a_sheet() -> None:
    service = Service()
    script = "wc -l; printf '\\033[31mno such ticket\\n' >&2; exit 3"
    service.use_settings(
        Settings(commands={"ticket": ("sh", "-c", script), "much": ("sh", "-c", "yes | head -c 9000000")})
    )
    service.has(2)
    async with inbox_of(service) as inbox:
        await inbox.press("a", "|")
        await inbox.type("ticket", "enter")
        await inbox.asked("it failed with exit code 3")
        sheet = inbox.sheet()
        assert "2 notifications to ticket" in sheet
        assert "no such ticket" in sheet
        assert any(line.strip(" │┃▌▐█") == "2" for line in sheet.splitlines())
        assert "\x1b" not in sheet
        await inbox.press("Y")
        assert json.loads(inbox.app.clipboard)["exit_code"] == 3
        await inbox.press("esc", "|")
        await inbox.type("much", "enter")
        await inbox.asked("ended")
        await inbox.press("y")
        assert 50_000 < len(inbox.app.clipboard) < 100_000
        assert "Only the first 60 kB" in inbox.sheet()


async def test_the_palette_begins_with_what_is_used_most_and_ends_with_moving() -> None:
    service = Service()
    service.has(3)
    async with inbox_of(service) as inbox:
        await inbox.press(":")
        await inbox.asked("Palette")
        assert "half a page down" not in inbox.sheet()
        await inbox.press("esc")
        for _ in range(2):
            await inbox.run("filter.all")
        await inbox.run("mine.star")
        await inbox.press(":")
        await inbox.asked("Palette")
        options = inbox.app.screen.query_one(OptionList)
        assert [options.get_option_at_index(place).id for place in range(2)] == [
            "action:filter.all",
            "action:mine.star",
        ]
