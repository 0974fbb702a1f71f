"""A verb is declared once: `pin`, written in this file alone, is in every place where a user looks for a verb."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pytest

from neptune_inbox.cli.plain.commands import load_verbs as plain_verbs
from neptune_inbox.errors import ConfigProblem
from neptune_inbox.model import Row
from neptune_inbox.presentation.action import IN_MINE, READING, Action, PlainWord, ShellCommand
from neptune_inbox.presentation.action_table import ACTIONS
from neptune_inbox.presentation.keymap import Where, apply_keymap, hints
from neptune_inbox.presentation.verb_sentences import Voice, describe
from neptune_inbox.sync.verbs import Changed, Request
from tests.cli.conftest import shell
from tests.cli.plain_visitor import Visitor, office_with_mail
from tests.cli.shell import CUSTOMER, Shell
from tests.tui.driver import inbox_of
from tests.tui.service import Service

if TYPE_CHECKING:
    from neptune_inbox.sync.session import Session

__all__ = ["shell"]


async def pin(session: Session, rows: Sequence[Row], _: Request) -> Changed:
    """The use case."""
    for row in rows:
        await session.triage.note(row.key, "pinned")
    return Changed(tuple(rows))


def pin_sentence(outcome: Changed, voice: Voice) -> str:
    """The sentence."""
    return f"Pinned, {voice.name_verb_on('mine.note')} changes it: {describe(outcome.rows, voice)}."


def pin_taken_back(outcome: Changed, voice: Voice) -> str:
    """The sentence where it was taken back."""
    return f"No longer pinned: {describe(outcome.rows, voice)}."


PIN = Action(
    "mine.pin",
    ("ctrl+g",),
    "pin",
    READING,
    "Mine only",
    hint=1,
    help="keep it before my eyes",
    plain=(PlainWord(("pin", "pin it"), "pin 3", "keep it before my eyes"),),
    commands=(ShellCommand("pin", IN_MINE, help="Keep notifications before my eyes."),),
    use_case=f"{__name__}:pin",
    sentence=f"{__name__}:pin_sentence",
    taken_back=f"{__name__}:pin_taken_back",
)


@pytest.fixture(autouse=True)
def declared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ACTIONS, "_actions", list(ACTIONS))
    monkeypatch.setattr(ACTIONS, "_owners", dict(ACTIONS._owners))
    ACTIONS.register(PIN)


async def test_its_key_acts_and_says_the_outcome() -> None:
    service = Service()
    service.has(2)
    async with inbox_of(service, size=(160, 30)) as inbox:
        assert "ctrl+g pin" in inbox.hints()
        await inbox.press("ctrl+g")
        await inbox.hears("Pinned, c on it changes it: “Card 2” of u-1.")
        assert inbox.row("Card 2").triage == "✎"
        await inbox.press("z")
        await inbox.hears("No longer pinned: “Card 2” of u-1.")
        assert service.writes == 0


async def test_it_is_in_the_help_and_in_the_palette() -> None:
    service = Service()
    service.has(1)
    async with inbox_of(service) as inbox:
        await inbox.find_in_help(PIN)
        assert "keep it before my eyes" in inbox.sheet()
        await inbox.press("esc")
        assert await inbox.find_in_palette(PIN) == "action:mine.pin"
        await inbox.press("enter")
        await inbox.hears("Pinned")


def test_it_is_on_the_key_line() -> None:
    assert ("ctrl+g", "pin", "mine.pin") in hints(ACTIONS, Where.LIST)


def test_the_check_of_a_keymap_knows_it() -> None:
    assert next(action for action in apply_keymap({"mine.pin": "f9"}) if action.id == "mine.pin").keys == ("f9",)
    with pytest.raises(ConfigProblem, match=r"would do both `mine\.done` and `mine\.pin`"):
        apply_keymap({"mine.pin": "e"})
    with pytest.raises(ConfigProblem, match=r"Did you mean `mine\.pin`\?"):
        apply_keymap({"mine.pni": "f9"})


async def test_plain_does_it_explains_it_and_mends_its_spelling() -> None:
    visitor = await Visitor(office_with_mail()).console("pin 1", "pin all of it", "pn 1", "help pin", "l", "q")
    assert visitor.said("pin 1") == 'Pinned, note 1 changes it: "Card declined" of u-1.'
    assert "pin takes line numbers" in visitor.said("pin all of it")
    assert "Did you mean pin?" in visitor.said("pn 1")
    assert visitor.said("help pin") == "pin 3: keep it before my eyes"
    assert "note: pinned" in visitor.said("l")


def test_the_command_line_does_it_and_lists_it(shell: Shell) -> None:
    id = shell.tell("Seen")
    shell("watch", CUSTOMER)
    shell("list")
    done = shell("pin", id)
    assert done.cells == [["noted", CUSTOMER, id]]
    assert done.err == f"Pinned, `neptune-inbox note ID` changes it: “Seen” of {CUSTOMER}.\n"
    assert shell("pin", id, "--json").json[0]["mine"]["note"] == "pinned"
    assert "Keep notifications before my eyes." in shell("--help").out
    assert "Keep notifications before my eyes." in shell("help", "commands").out
    assert "mine.pin: pin" in shell("help", "keys").out
    assert "Did you mean `pin`?" in shell("pinn", id).err
    assert "ID..." in shell("pin", "--help").out


def test_the_table_of_the_keys_has_it(shell: Shell) -> None:
    rows = {row["name"]: row["value"] for row in shell("help", "keys", "--json").json}
    assert rows["ctrl+g"] == "mine.pin: pin; keep it before my eyes; command `pin`; plain `pin`"


def test_no_other_can_take_what_it_has() -> None:
    for rival in (Action("mine.pin", (), "pin", READING, "Mine only"), Action("x", ("ctrl+g",), "x", READING, "")):
        with pytest.raises(ValueError, match=r"x and mine\.pin share|mine\.pin and mine\.pin share"):
            ACTIONS.register(rival)


def test_every_declaration_leads_somewhere() -> None:
    for action in ACTIONS:
        assert bool(action.use_case) == bool(action.sentence) == bool(action.taken_back), action.id
        if action.use_case:
            assert callable(action.find_use_case()), action.id
            assert callable(action.find_sentence()), action.id
            assert callable(action.find_taken_back()), action.id
    assert {word.id or action.id for action, word in ACTIONS.plain_words()} == set(plain_verbs())
