"""Stories of going back: `esc` shows the list that was left, as it was, and nothing but `r` shows what waits."""

from __future__ import annotations

import re
from collections.abc import Sequence
from random import Random
from typing import NamedTuple

import pytest
from textual import events

from neptune_inbox.config import Settings
from neptune_inbox.model import Filter
from neptune_inbox.sync.inbox.inbox import Scope
from neptune_inbox.sync.inbox.list_snapshot import ListSnapshot
from tests.tui.driver import Inbox, inbox_of
from tests.tui.service import Service


class Look(NamedTuple):
    """What esc is to bring back."""

    titles: list[str]
    """Of the lines on the screen."""
    notifications: tuple[int, ...]
    """All of the list, in order."""
    cursor: str
    first_line: int
    new: str
    position: str


def look(inbox: Inbox) -> Look:
    return Look(
        inbox.titles(),
        tuple(inbox.screen.snapshot.ids),
        inbox.cursor(),
        inbox.screen.rows.scroll_offset.y,
        banner(inbox),
        found[0] if (found := re.search(r"\d+ of [\d,]+|\d+ · \d+ of [\d,]+", inbox.status())) else "",
    )


def banner(inbox: Inbox) -> str:
    """`3 new`, `3 new · 2 loaded`, or nothing."""
    found = re.search(r"(?:\d+ new · )?\d+ (?:new|loaded)(?= ↑)", inbox.bar())
    return found[0] if found else ""


async def arrive(inbox: Inbox, count: int, *, waiting: str, user_id: str = "u-1", event_type: str = "refund") -> None:
    """So many come, and the banner says how many wait."""
    inbox.service.has(count, user_id, event_type=event_type)
    await inbox.poll()
    await inbox.comes(lambda: banner(inbox) == waiting)


async def test_leaving_a_search_shows_the_list_as_it_was_and_what_waits_waits_on() -> None:
    service = Service()
    service.has(60)
    async with inbox_of(service) as inbox:
        await inbox.press(*["j"] * 30, "k", "k")
        await arrive(inbox, 3, waiting="3 new")
        before = look(inbox)
        assert before.first_line > 0
        assert before.position == "29 of 60"
        await inbox.type("/", "card")
        await inbox.until(lambda: "/ card" in inbox.bar())
        assert banner(inbox) == "3 new", "what waits matches as well"
        assert look(inbox).titles == before.titles
        await inbox.type(" 17")
        await inbox.until(lambda: inbox.titles() == ["Card 17"])
        assert banner(inbox) == "", "none of what waits matches"
        await inbox.press("esc")
        await inbox.until(lambda: look(inbox) == before)


async def test_leaving_a_search_that_was_taken_or_a_view_shows_the_list_as_it_was() -> None:
    service = Service()
    service.use_settings(Settings(views={"cards": "card 17"}))
    service.has(60)
    async with inbox_of(service) as inbox:
        await inbox.press(*["j"] * 30)
        await arrive(inbox, 2, waiting="2 new")
        before = look(inbox)
        await inbox.type("/", "card 17", "enter")
        await inbox.until(lambda: inbox.titles() == ["Card 17"])
        await inbox.press("s", "esc")
        await inbox.until(lambda: look(inbox) == before)
        await inbox.press("f", "enter")
        await inbox.until(lambda: inbox.titles() == ["Card 17"])
        await inbox.press("j", "esc")
        await inbox.until(lambda: look(inbox) == before)
        await inbox.choose("Card 17")
        assert inbox.row("Card 17").triage == "★", "it says what was done in the search"


@pytest.mark.slow
async def test_the_list_stands_where_it_was_scrolled_to_although_the_cursor_is_out_of_sight() -> None:
    service = Service()
    service.has(60)
    async with inbox_of(service) as inbox:
        await inbox.press("j")
        for _ in range(6):
            inbox.screen.rows.on_mouse_scroll_down(
                events.MouseScrollDown(inbox.screen.rows, 1, 1, 0, 1, 0, False, False, False)
            )
        await inbox.settle()
        before = look(inbox)
        assert before.first_line > 2
        await inbox.type("/", "card 17")
        await inbox.until(lambda: inbox.titles() == ["Card 17"])
        await inbox.press("esc")
        await inbox.until(lambda: look(inbox) == before)


@pytest.mark.slow
async def test_what_arrives_while_a_search_is_typed_is_counted_for_what_is_shown() -> None:
    service = Service()
    service.has(5)
    service.has(2, event_type="welcome")
    async with inbox_of(service) as inbox:
        await arrive(inbox, 1, waiting="1 new")
        await inbox.type("/", "event:refund or event:welcome")
        await inbox.until(lambda: inbox.titles() == ["Card 7", "Card 6"])
        assert banner(inbox) == "1 new"
        await arrive(inbox, 2, waiting="3 new")
        await arrive(inbox, 1, waiting="3 new", event_type="other")
        assert inbox.titles() == ["Card 7", "Card 6"]
        await inbox.type("enter")
        assert banner(inbox) == "3 new"
        await inbox.press("r")
        await inbox.until(lambda: len(inbox.titles()) == 5 and not banner(inbox))
        await inbox.press("esc")
        await inbox.until(lambda: len(inbox.titles()) == 7)
        assert banner(inbox) == "4 new", "they wait here as before"
        await inbox.press("r")
        await inbox.until(lambda: len(inbox.titles()) == 11 and not banner(inbox))


async def test_what_only_waiting_rows_match_is_shown_at_once_and_waits_again_afterwards() -> None:
    service = Service()
    service.has(5)
    async with inbox_of(service) as inbox:
        await arrive(inbox, 2, waiting="2 new")
        before = look(inbox)
        await inbox.type("/", "event:refund")
        await inbox.until(lambda: inbox.titles() == ["Card 7", "Card 6"])
        assert banner(inbox) == ""
        await inbox.press("esc")
        await inbox.until(lambda: look(inbox) == before)


@pytest.mark.slow
async def test_an_emptied_line_shows_the_list_as_it_was() -> None:
    service = Service()
    service.has(30)
    async with inbox_of(service) as inbox:
        await inbox.press(*["j"] * 7)
        await arrive(inbox, 2, waiting="2 new")
        before = look(inbox)
        await inbox.type("/", "17")
        await inbox.until(lambda: inbox.titles() == ["Card 17"])
        await inbox.press("backspace", "backspace")
        await inbox.until(lambda: look(inbox) == before)
        await inbox.type("23")
        await inbox.until(lambda: inbox.titles() == ["Card 23"])
        await inbox.press("esc")
        await inbox.until(lambda: look(inbox) == before)


USERS = ("u-1", "u-2", "u-3", "u-4")


async def test_incidents_are_folded_unfolded_and_left_without_a_row_coming_or_going() -> None:
    service = Service(users=USERS)
    service.has(1, "u-1", event_type="welcome")
    for user in USERS:
        service.has(1, user)
    service.has(1, "u-2", event_type="invoice")
    async with inbox_of(service) as inbox:
        await inbox.until(lambda: len(inbox.titles()) == 6)
        unfolded = inbox.titles()
        await arrive(inbox, 2, waiting="2 new")
        await inbox.press("B")
        await inbox.until(lambda: len(inbox.rows()) == 3)
        assert banner(inbox) == "2 new"
        await inbox.press("j")
        before = look(inbox)
        await inbox.press("enter")
        await inbox.until(lambda: "one incident" in inbox.bar())
        await inbox.press("j")
        inside = look(inbox)
        await inbox.type("/", "card 3")
        await inbox.until(lambda: len(inbox.rows()) == 1)
        await inbox.press("esc")
        await inbox.until(lambda: look(inbox) == inside)
        await inbox.press("esc")
        await inbox.until(lambda: look(inbox) == before)
        await inbox.press("B")
        await inbox.until(lambda: inbox.titles() == unfolded)
        assert banner(inbox) == "2 new"


async def test_loading_more_shows_older_rows_and_neither_new_ones_nor_fewer() -> None:
    service = Service()
    service.has(300)
    async with inbox_of(service, size=(140, 24)) as inbox:
        await inbox.until(lambda: "200 of 300" in inbox.status())
        await inbox.press("j", "e")
        service.read_on_server("Card 300")
        await arrive(inbox, 2, waiting="2 new")
        before = look(inbox)
        await inbox.press("+")
        await inbox.until(lambda: len(inbox.screen.snapshot.ids) == 300)
        after = look(inbox)
        assert after.notifications[:200] == before.notifications
        assert (after.titles, after.cursor, after.new) == (before.titles, before.cursor, "2 new")
        await inbox.until(lambda: "of 300" in inbox.status())


@pytest.mark.slow
async def test_a_search_that_looks_further_back_shows_nothing_in_the_list_that_was_left() -> None:
    service = Service()
    service.has(1, event_type="otp_sent")
    service.has(300)
    async with inbox_of(service, size=(140, 24), kind=Filter.ALL) as inbox:
        await inbox.until(lambda: "1 · 200 of 301" in inbox.status())
        await arrive(inbox, 1, waiting="1 new")
        before = look(inbox)
        await inbox.type("/", "event:otp_sent", "enter")
        await inbox.until(lambda: inbox.titles() == ["Card 1"] and not inbox.screen.older.is_running)
        await inbox.press("esc")
        await inbox.until(lambda: "event:" not in inbox.bar())
        assert look(inbox)._replace(new="", position="") == before._replace(new="", position="")
        await inbox.until(lambda: "1 new · 101 loaded ↑" in inbox.bar())
        await inbox.type("/", "event:otp_sent", "enter")
        await inbox.until(lambda: inbox.titles() == ["Card 1"])
        await inbox.press("esc", "+")
        await inbox.until(lambda: len(inbox.screen.snapshot.ids) == 301)
        assert banner(inbox) == "1 new"


async def test_the_rest_of_a_long_search_brings_nothing_that_came_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    service = Service()
    service.has(600)
    async with inbox_of(service, size=(140, 24), kind=Filter.ALL) as inbox:
        await inbox.session.inbox.load_older("u-1", Filter.ALL)
        await inbox.session.inbox.load_older("u-1", Filter.ALL)
        await inbox.press("r")
        await inbox.until(lambda: len(inbox.screen.snapshot.ids) == 600)
        book = inbox.session.inbox
        completed, shown = book.lists.completed, list[int]()

        async def completed_late(first: ListSnapshot, scope: object) -> ListSnapshot:
            shown.extend(first.ids)
            assert "1 of 256+" in inbox.status(), "how many there are is not known yet"
            service.has(1)
            await book.refresh("u-1", Filter.ALL)
            return await completed(first, scope)  # type: ignore[arg-type]

        monkeypatch.setattr(book.lists, "completed", completed_late)
        await inbox.type("/", "card")
        await inbox.press("enter")
        await inbox.until(lambda: len(inbox.screen.snapshot.ids) == 600)
        assert list(inbox.screen.snapshot.ids)[:256] == shown[:256]
        await inbox.until(lambda: "1 of 600 " in inbox.status())
        await inbox.until(lambda: banner(inbox) in ("1 new", "2 new"))


async def test_pressing_the_filter_that_is_shown_clears_away_what_was_settled_and_shows_nothing_new() -> None:
    service = Service()
    service.has(5)
    async with inbox_of(service) as inbox:
        await arrive(inbox, 1, waiting="1 new")
        await inbox.press("e", "2")
        await inbox.until(lambda: inbox.titles() == [f"Card {number}" for number in (4, 3, 2, 1)])
        assert banner(inbox) == "1 new"


async def test_keys_that_are_pressed_faster_than_lists_are_shown_build_on_each_other() -> None:
    service = Service(users=("u-1", "u-2"))
    service.has(2)
    service.has(3, "u-2")
    async with inbox_of(service) as inbox:
        await inbox.burst("J", "1", "J", "/", "4")
        await inbox.until(lambda: inbox.titles() == ["Card 4"])
        assert inbox.screen.scope == Scope("u-2", Filter.ALL, "4")


ACTS = ("arrive", "arrive", "search", "search", "move", "esc", "esc", "B", "+", "r", "done")


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_whatever_is_done_in_whatever_order_only_its_own_key_shows_what_waits(seed: int) -> None:
    rng = Random(seed)
    service = Service()
    service.has(230)
    left: list[Look] = []
    async with inbox_of(service, size=(140, 24)) as inbox:
        await inbox.until(lambda: "200 of 230" in inbox.status())
        waiting: set[str] = set()
        for act in rng.choices(ACTS, k=40):
            before = look(inbox)
            if act == "arrive":
                waiting.update(service.has(1))
                await inbox.poll()
                assert look(inbox)[:4] == before[:4], "an arrival moved something"
            elif act == "search":
                if not inbox.screen.scope.query:
                    left.append(before)
                await inbox.type(
                    "/", rng.choice(("card", "card 1", "declined or card 2")), *rng.choice(([], ["enter"]))
                )
                await inbox.until(lambda: inbox.screen.scope.query)
                if inbox.screen.main_view.is_searching:
                    await inbox.press("esc")
                    _agrees(inbox, left.pop())
            elif act == "esc":
                await inbox.press("esc")
                if left and not inbox.screen.scope.query:
                    _agrees(inbox, left.pop())
            elif act == "r":
                await inbox.press("r")
                if not inbox.screen.scope.query:
                    waiting.clear()
                continue
            else:
                await inbox.press(*{"move": "jjj", "B": "B", "+": "+", "done": "e"}[act])
                await inbox.until(lambda: not inbox.screen.older.is_running)
                assert set(before.notifications) <= set(inbox.screen.snapshot.ids), f"{act} took a row away"
            if not inbox.screen.scope.query:
                assert not waiting.intersection(await _all_titles(inbox)), f"{act} showed what waits"
                # A poll that was under way may not have seen the last of them.
                await inbox.comes(lambda: _count(banner(inbox), "new") == len(waiting))


def _agrees(inbox: Inbox, before: Look) -> None:
    assert look(inbox)[:4] == before[:4]


def _count(told: str, word: str) -> int:
    words = told.split()
    return int(words[words.index(word) - 1]) if word in words else 0


async def _all_titles(inbox: Inbox) -> Sequence[str]:
    return [str(row.title) for row in await inbox.session.inbox.rows(inbox.screen.snapshot)]
