"""The storm: a thousand notifications arrive, and nothing on the screen moves but what the agent moves."""

from __future__ import annotations

from random import Random

import pytest

from neptune_inbox.model import Key
from tests.tui.driver import Inbox, inbox_of
from tests.tui.service import Service

pytestmark = pytest.mark.slow

USERS = tuple(f"u-{number}" for number in range(20))
ARRIVALS = 1_000
ROUNDS = 20


def _still(inbox: Inbox) -> tuple[Key | None, Key | None, tuple[str, ...], str, str]:
    """What must not change by itself: cursor, first line, all lines, the open text, the typed query."""
    screen = inbox.screen
    facts = screen.preview.facts
    return (
        screen.rows.cursor_key,
        inbox.anchor(),
        tuple(inbox.titles()),
        facts.title if facts and screen.preview.display else "",
        screen.query_one("#search").value,  # type: ignore[attr-defined]
    )


def _tells_of_the_cursor(inbox: Inbox) -> bool:
    return not inbox.screen.preview.display or inbox.preview().startswith(f"{inbox.cursor()}\n")


async def test_nothing_moves_in_a_storm() -> None:
    rng = Random(7)
    service = Service(users=USERS)
    for user in USERS:
        service.has(6, user)
    violations = checks = 0
    acts = ["j", "j", "k", "ctrl+d", "pageup", "x", "m", "e", "n", "enter", "G", "p", "p"]
    arrived = 0
    async with inbox_of(service) as inbox:
        await inbox.press("j", "j", "j")
        await inbox.until(lambda: inbox.preview().startswith(inbox.cursor()))
        for turn in range(ROUNDS):
            before = _still(inbox)
            for _ in range(ARRIVALS // ROUNDS):
                service.has(1, rng.choice(USERS))
                arrived += 1
            await inbox.poll()
            checks += 1
            violations += _still(inbox) != before
            assert _still(inbox) == before, f"something moved by itself in round {turn}"
            await inbox.press(acts[turn % len(acts)])
            await inbox.until(lambda: _tells_of_the_cursor(inbox))
        assert arrived == ARRIVALS
        await inbox.until(lambda: "1,000 new" in inbox.bar())
        unseen = {uuid for uuid, title in service.titles.items() if int(title.split()[1]) > 6 * len(USERS)}
        assert not unseen & set(service.marked), "nothing that was not on the screen was marked"
        assert service.marked, "what was marked was sent"
        print(
            f"{arrived} arrivals over {len(USERS)} users, {checks} times looked between {ROUNDS} acts: {violations}"
            f" violations; {len(service.marked)} marks sent, 0 of what was not on the screen"
        )


async def test_what_is_typed_stays_in_a_storm() -> None:
    service = Service(users=USERS)
    for user in USERS:
        service.has(6, user)
    async with inbox_of(service) as inbox:
        await inbox.type("/", "Card")
        await inbox.until(lambda: len(inbox.titles()) > 5 and _tells_of_the_cursor(inbox))
        before = _still(inbox)
        for letter in (" ", "3", "backspace", "1"):
            for user in USERS:
                service.has(12, user)
            await inbox.poll(31)
            assert _still(inbox) == before, "only a key changes what is typed, found and read"
            typed = inbox.screen.query_one("#search").value  # type: ignore[attr-defined]
            await inbox.press(letter)
            changed = typed[:-1] if letter == "backspace" else typed + letter
            await inbox.until(lambda wanted=changed: _still(inbox)[-1] == wanted)  # type: ignore[misc]
            await inbox.until(lambda: _tells_of_the_cursor(inbox))
            before = _still(inbox)
        await inbox.press("esc")
        await inbox.press("i")
        await inbox.asked("Evidence")
        text = inbox.sheet()
        service.has(10, "u-2")
        await inbox.poll(31)
        assert inbox.sheet() == text
