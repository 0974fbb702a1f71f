"""Stories about all actions at once: each can be reached in two ways, and where nothing may be written nothing is."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from neptune_inbox.config import Settings
from neptune_inbox.config.load import parse
from neptune_inbox.model import Filter, Mode
from neptune_inbox.presentation.action_table import ACTIONS
from neptune_inbox.presentation.keymap import shown_keys
from neptune_inbox.tui.actions import load_verbs
from neptune_inbox.tui.app import run
from tests.tui.driver import Inbox, inbox_of
from tests.tui.service import Service

pytestmark = pytest.mark.slow

LEAVES = "quit"


def _a_service(mode: Mode = Mode.ACT) -> Service:
    service = Service(mode=mode, users=("u-1", "u-2"))
    service.use_settings(Settings(views={"codes": "event:otp_*"}, commands={"check": ("true",)}))
    service.sandbox_state.create_user("staging", "u-1", {"name": "Rajiv Seelam"})
    service.has(3, body="Dear Rajiv", link="https://acme.example/1")
    service.has(2, "u-2", is_read=True)
    return service


async def _back_to_the_list(inbox: Inbox) -> None:
    """Close whatever an action opened, by escape alone."""
    for _ in range(6):
        if inbox.app.screen is inbox.screen:
            break
        await inbox.press("esc")
    assert inbox.app.screen is inbox.screen, f"escape does not lead back:\n{inbox.text()}"
    await inbox.press("esc")


def test_every_action_of_the_table_does_something() -> None:
    assert {action.id for action in ACTIONS} == set(load_verbs())


async def test_every_action_is_reached_by_its_keys_and_escape_leads_back() -> None:
    ran: list[str] = []
    service = _a_service()
    async with inbox_of(service, kind=Filter.ALL) as inbox:
        screen = inbox.screen
        act = screen.action_run

        def noted(action_id: str) -> None:
            ran.append(action_id)
            act(action_id)

        screen.action_run = noted  # type: ignore[method-assign]
        for action in inbox.screen.actions:
            for key in action.keys:
                if action.id == LEAVES:
                    continue
                ran.clear()
                await inbox.press(key)
                assert ran[:1] == [action.id], f"{key} should be {action.id}"
                await inbox.settle()
                await _back_to_the_list(inbox)
        ran.clear()
        await inbox.press_last("q")
        await inbox.until(lambda: ran == [LEAVES])


async def test_every_action_is_reached_by_the_palette() -> None:
    service = _a_service()
    async with inbox_of(service, kind=Filter.ALL) as inbox:
        for action in inbox.screen.actions:
            if action.id in (LEAVES, "palette"):
                continue
            chosen = await inbox.find_in_palette(action)
            assert chosen == f"action:{action.id}"
            await inbox.press("enter")
            await _back_to_the_list(inbox)
        quit_action = next(action for action in inbox.screen.actions if action.id == LEAVES)
        await inbox.find_in_palette(quit_action)
        await inbox.press_last("enter")
        await inbox.is_left()


async def test_every_action_is_reached_by_the_help_which_runs_what_it_shows() -> None:
    ran: list[str] = []
    service = _a_service()
    async with inbox_of(service, kind=Filter.ALL) as inbox:
        screen = inbox.screen
        act = screen.run_verb

        async def noted(action_id: str) -> None:
            ran.append(action_id)
            await act(action_id)

        screen.run_verb = noted  # type: ignore[method-assign]
        for action in inbox.screen.actions:
            if action.id == LEAVES:
                continue
            await inbox.find_in_help(action)
            assert shown_keys(action) in inbox.sheet()
            ran.clear()
            await inbox.press("enter")
            await inbox.until(lambda wanted=action.id: ran == [wanted])  # type: ignore[misc]
            await _back_to_the_list(inbox)


def _a_keymap() -> dict[str, str]:
    """Another key for every action, none of them one that it, or any other, has by default."""
    letters = "acdefghijklmnopqrstuvwxyz"
    spare = [*(f"f{number}" for number in range(1, 25)), *(f"alt+{letter}" for letter in letters)]
    spare += [*(f"ctrl+{letter}" for letter in "aeklnorsvwxyz"), *(f"alt+{digit}" for digit in "123456789")]
    return dict(zip((action.id for action in ACTIONS), spare, strict=False))


async def test_a_keymap_file_that_changes_every_key_works(tmp_path: Path) -> None:
    keymap = _a_keymap()
    file = tmp_path / "config.toml"
    file.write_text("[keys]\n" + "".join(f'"{id}" = "{key}"\n' for id, key in keymap.items()))
    settings = parse(file.read_text(), file)
    assert settings.keys == keymap
    assert set(keymap) == {action.id for action in ACTIONS}
    ran: list[str] = []
    service = _a_service()
    service.use_settings(replace(settings, views={"codes": "event:otp_*"}, commands={"check": ("true",)}))
    async with inbox_of(service, kind=Filter.ALL) as inbox:
        screen = inbox.screen
        act = screen.action_run

        def noted(action_id: str) -> None:
            ran.append(action_id)
            act(action_id)

        screen.action_run = noted  # type: ignore[method-assign]
        assert keymap["mark.row"] in inbox.hints()
        for action in ACTIONS:
            if action.id == LEAVES:
                continue
            ran.clear()
            await inbox.press(keymap[action.id])
            assert ran == [action.id], f"{keymap[action.id]} should be {action.id}"
            await _back_to_the_list(inbox)
        ran.clear()
        for action in ACTIONS:
            for key in set(action.keys) - {"tab", "shift+tab", "up", "down", "home", "end", "pageup", "pagedown"}:
                await inbox.press(key)
        assert ran == [], "no key means what it meant"
        await inbox.press_last(keymap[LEAVES])
        await inbox.until(lambda: ran == [LEAVES])


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ('"mark.rows" = "m"', "names `mark.rows`, which is not an action. Did you mean `mark.row`?"),
        ('"undo" = "e"', "`e` would do both `undo` and `mine.done`. Give `mine.done` other keys there too"),
    ],
)
def test_a_keymap_that_cannot_be_is_named_at_start(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], keys: str, words: str
) -> None:
    file = tmp_path / "config.toml"
    service = _a_service()
    service.use_settings(parse(f"[keys]\n{keys}\n", file))
    assert run(service.workspace(), service.profile, environ={}) == 2
    told = " ".join(capsys.readouterr().err.split())
    assert told.startswith(f"neptune-inbox: {file}, line 2: [keys]")
    assert words in told


async def test_what_names_a_key_names_the_users_own() -> None:
    service = _a_service()
    service.use_settings(Settings(keys={"undo": "f6", "refresh": "f5", "link.open": (), "filter.all": ("%", "1")}))
    async with inbox_of(service) as inbox:
        await inbox.until(lambda: "acme.example" in inbox.text())
        assert "o open" not in inbox.text()
        await inbox.press("m")
        await inbox.hears("f6 takes it back")
        await inbox.until(lambda: "f6" in inbox.rows()[0])
        await inbox.press("u", "z")
        await inbox.until(lambda: "1 pending" in inbox.top())
        await inbox.press("f6")
        await inbox.until(lambda: "pending" not in inbox.top())
        service.has(1)
        await inbox.poll()
        await inbox.until(lambda: "1 new ↑ f5" in inbox.bar())
        await inbox.press("f5")
        await inbox.until(lambda: "new" not in inbox.bar())
    async with inbox_of(service, user_id="u-2") as inbox:
        await inbox.sees("Everything here has been read. % show all")


async def test_observing_every_key_and_every_palette_entry_writes_nothing() -> None:
    service = _a_service(Mode.OBSERVE)
    async with inbox_of(service, kind=Filter.ALL) as inbox:
        for action in inbox.screen.actions:
            for key in action.keys:
                if action.id == LEAVES:
                    continue
                await inbox.press(key)
                # Whatever was opened is agreed to, by every key that could mean yes.
                for yes in ("enter", "y", "ctrl+s", "enter", "y", "S", "y"):
                    if inbox.app.screen is not inbox.screen:
                        await inbox.press(yes)
                await _back_to_the_list(inbox)
        for action in inbox.screen.actions:
            if action.id in (LEAVES, "palette"):
                continue
            await inbox.find_in_palette(action)
            await inbox.press("enter", "enter")
            await _back_to_the_list(inbox)
        for _ in range(3):
            await inbox.let_time_pass(60)
        assert service.writes == 0
        assert service.sandbox_state.writes == []
        assert len(service.unread()) == 3


@pytest.mark.parametrize("seed", range(3))
async def test_observing_any_row_of_keys_writes_nothing(seed: int) -> None:
    from random import Random

    rng = Random(seed)
    service = _a_service(Mode.OBSERVE)
    keys = sorted({key for action in ACTIONS for key in action.keys if action.id != LEAVES} | {"S", "l", "t", "n"})
    async with inbox_of(service, kind=Filter.ALL) as inbox:
        for _ in range(25):
            await inbox.burst(*rng.choices(keys, k=8))
            if rng.random() < 0.3:
                await inbox.let_time_pass(7)
        assert inbox.app.is_running
        assert service.writes == 0
