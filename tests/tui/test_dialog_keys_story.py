"""Stories of the keys in dialogs: all can be changed, help and the last line name them, no other key writes."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from neptune_inbox.config import Settings
from neptune_inbox.presentation.dialog_actions import DIALOG_ACTIONS
from neptune_inbox.presentation.keymap import shown_keys
from neptune_inbox.tui.widgets.key_line import KeyLine
from tests.cli.conftest import shell
from tests.cli.shell import Shell
from tests.tui.driver import Inbox, inbox_of
from tests.tui.forms import contacts_of, fill, open_person, submit, with_rajiv
from tests.tui.service import Service

__all__ = ["shell"]


def _with_keys(service: Service, keys: Mapping[str, str]) -> Service:
    service.use_settings(Settings(keys={**keys}))
    return service


def _key_line(inbox: Inbox) -> str:
    return str(inbox.app.screen.query_one(KeyLine).content)


async def _go_to_the_question_whether_to_write(inbox: Inbox) -> None:
    await open_person(inbox)
    await inbox.press("a")
    await inbox.asked("Add a contact info")
    await fill(inbox, type="email", value="rajiv@acme.example")
    await submit(inbox, "write it")


@pytest.mark.slow
async def test_a_key_of_the_outbox_is_changed_and_the_old_one_does_nothing() -> None:
    service = _with_keys(Service(), {"outbox.drop": "f8", "dialog.close": "f9"})
    service.has(1)
    async with inbox_of(service) as inbox:
        await inbox.press("m", "O")
        await inbox.asked("1 waiting")
        assert "f8 drop" in _key_line(inbox)
        assert "d drop" not in _key_line(inbox)
        await inbox.press("d", "q")
        assert "Drop 1 mark?" not in inbox.text()
        assert "1 waiting" in inbox.sheet()
        await inbox.press("f8")
        await inbox.asked("Drop 1 mark?")
        await inbox.press("y")
        await inbox.asked("everything is settled")
        await inbox.press("f9")
        await inbox.until(lambda: not inbox.has_sheet)


def test_the_topic_of_the_keys_lists_those_of_the_dialogs(shell: Shell) -> None:
    rows = [row["value"] for row in shell("help", "keys", "--json").json]
    for action in DIALOG_ACTIONS:
        assert any(value.startswith(f"{action.id}: {action.label}") for value in rows), action.id


@pytest.mark.slow
async def test_help_lists_every_key_of_the_dialogs_and_says_where_it_is_pressed() -> None:
    service = _with_keys(Service(), {"outbox.retry": "f8"})
    service.has(1)
    async with inbox_of(service) as inbox:
        for action in inbox.app.actions:
            if action.id in {known.id for known in DIALOG_ACTIONS}:
                await inbox.find_in_help(action)
                assert shown_keys(action) in inbox.sheet()
                if action.id == "outbox.retry":
                    await inbox.press("enter")
                    await inbox.hears("“retry”: press f8 in the outbox.")
                else:
                    await inbox.press("esc")


@pytest.mark.slow
async def test_a_form_goes_on_by_the_users_key_and_a_click_on_it_is_that_key() -> None:
    service = _with_keys(with_rajiv(), {"form.submit": "ctrl+g", "diff.agree": "ctrl+y"})
    async with inbox_of(service) as inbox:
        await open_person(inbox)
        await inbox.press("a")
        await inbox.asked("Add a contact info")
        await fill(inbox, type="email", value="rajiv@acme.example")
        await inbox.press("ctrl+s")
        assert "Add a contact info" in inbox.sheet()
        await inbox.click("ctrl+g continue")
        await inbox.asked("ctrl+y write it")
        await inbox.press("y", "enter")
        assert contacts_of(service) == []
        assert "Press ctrl+y to write it; enter writes nothing." in inbox.sheet()
        await inbox.press("ctrl+y")
        await inbox.until(lambda: len(contacts_of(service)) == 1)


@pytest.mark.slow
@pytest.mark.parametrize("key", ["enter", "space", "x", "Y", "ctrl+s", "m", "d"])
async def test_a_change_is_written_by_the_key_that_is_named_and_by_no_other(key: str) -> None:
    service = with_rajiv()
    async with inbox_of(service) as inbox:
        await _go_to_the_question_whether_to_write(inbox)
        await inbox.press(key, key)
        assert "write it" in inbox.sheet()
        assert contacts_of(service) == []
        await inbox.press("y")
        await inbox.until(lambda: len(contacts_of(service)) == 1)


async def test_what_ends_the_search_is_the_users_key() -> None:
    service = _with_keys(Service(), {"search.close": "f7"})
    service.has(2)
    async with inbox_of(service) as inbox:
        await inbox.type("/", "nothing like it")
        await inbox.until(lambda: inbox.titles() == [])
        await inbox.press("f7")
        await inbox.until(lambda: inbox.titles() == ["Card 2", "Card 1"])
        await inbox.press("m")
        await inbox.until(lambda: inbox.row("Card 2").theirs == "◷")
