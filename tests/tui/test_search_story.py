"""Stories of the search line: what it offers, what it remembers, and a query of several alternatives."""

from __future__ import annotations

import asyncio

import pytest

from neptune_inbox.model import Filter
from tests.tui.driver import Inbox, inbox_of
from tests.tui.service import Service


def offered(inbox: Inbox) -> list[str]:
    """What stands above the search line, the likeliest first."""
    return [item.text for item in inbox.screen.main_view.suggestions.items]


def typed(inbox: Inbox) -> str:
    return inbox.screen.main_view.search.value


async def test_tab_takes_what_is_offered_and_the_list_follows() -> None:
    service = Service()
    service.has(2)
    service.has(1, event_type="otp_sent")
    async with inbox_of(service, kind=Filter.ALL) as inbox:
        await inbox.type("/", "ot")
        await inbox.until(lambda: offered(inbox) == ["event:otp_sent"])
        await inbox.sees("event:otp_sent")
        await inbox.type("tab")
        await inbox.until(lambda: typed(inbox) == "event:otp_sent" and inbox.titles() == ["Card 3"])
        await inbox.type("enter")
        await inbox.until(lambda: "/ event:otp_sent" in inbox.bar())


@pytest.mark.slow
async def test_arrows_choose_and_enter_takes_what_they_chose() -> None:
    service = Service()
    service.has(1, event_type="otp_sent")
    service.has(1, event_type="otp_used")
    async with inbox_of(service, kind=Filter.ALL) as inbox:
        await inbox.type("/", "event:")
        await inbox.until(lambda: offered(inbox) == ["otp_sent", "otp_used"])
        await inbox.type("up", "up", "enter")
        await inbox.until(lambda: typed(inbox) == "event:otp_used" and inbox.titles() == ["Card 2"])
        assert inbox.screen.main_view.is_searching, "a part of a query was taken, and the query goes on"
        await inbox.type("enter")
        await inbox.until(lambda: not inbox.screen.main_view.is_searching)


@pytest.mark.slow
async def test_fields_of_payloads_and_names_of_customers_are_offered() -> None:
    service = Service()
    service.has(1, data={"cart": {"order": "A-77"}})
    service.has(1)
    async with inbox_of(service, kind=Filter.ALL) as inbox:
        await inbox.type("/", "order")
        await inbox.until(lambda: "data.cart.order:" in offered(inbox))
        await inbox.type("tab", "a-77")
        await inbox.until(lambda: inbox.titles() == ["Card 1"])


@pytest.mark.slow
async def test_what_was_searched_for_is_offered_in_an_empty_line_but_no_code() -> None:
    service = Service()
    service.has(3)
    async with inbox_of(service, kind=Filter.ALL) as inbox:
        for query in ('"Card 1"', "482913", "card or refund"):
            await inbox.type("/", query, "enter")
            await inbox.until(lambda: not inbox.screen.main_view.is_searching)
            await inbox.press("esc")
        await inbox.type("/")
        await inbox.until(lambda: offered(inbox)[:2] == ["card or refund", '"Card 1"'])
        await inbox.sees("card or refund recent")
        assert "482913" not in offered(inbox)
        await inbox.type("up", "up", "enter")
        await inbox.until(lambda: inbox.titles() == ["Card 1"])
    async with inbox_of(service, kind=Filter.ALL) as inbox:
        await inbox.type("/")
        await inbox.until(lambda: offered(inbox)[:2] == ['"Card 1"', "card or refund"])


@pytest.mark.slow
@pytest.mark.parametrize("size", [(60, 15), (20, 5)])
async def test_suggestions_stand_on_a_small_screen_too(size: tuple[int, int]) -> None:
    service = Service()
    service.has(3)
    async with inbox_of(service, kind=Filter.ALL, size=size) as inbox:
        await inbox.type("/")
        await inbox.until(lambda: "is:" in offered(inbox))
        if size[1] > 5:
            await inbox.sees("is: read state")
        await inbox.type("card 2")
        await inbox.until(lambda: inbox.titles() == ["Card 2"])
        await inbox.press("esc")
        await inbox.until(lambda: not inbox.screen.main_view.suggestions.display)


@pytest.mark.slow
async def test_alternatives_and_lists_are_found_together() -> None:
    service = Service()
    service.has(1, event_type="refund")
    service.has(1, event_type="otp_sent")
    service.has(1, data={"order": "A-77"})
    service.has(1)
    async with inbox_of(service, kind=Filter.ALL) as inbox:
        await inbox.type("/", "event:otp_*,refund or data.order:A-77", "enter")
        await inbox.until(lambda: inbox.titles() == ["Card 3", "Card 2", "Card 1"])
        await inbox.choose("Card 2")
        await inbox.press("e")
        await inbox.type("/", "(is:done or data.order:A-77) -refund", "enter")
        await inbox.until(lambda: inbox.titles() == ["Card 3", "Card 2"])
        await inbox.type("/", "-(is:done or data.order:A-77) card", "enter")
        await inbox.until(lambda: inbox.titles() == ["Card 4", "Card 1"])


async def test_escape_leads_back_to_the_row_from_which_the_search_was_begun() -> None:
    service = Service()
    service.has(30)
    async with inbox_of(service) as inbox:
        await inbox.press(*["j"] * 7)
        assert inbox.cursor() == "Card 23"
        for nowhere in ("nothing like it", "Card 17"):
            await inbox.type("/", nowhere)
            await inbox.until(lambda: "Card 23" not in inbox.titles())
            await inbox.press("esc")
            await inbox.until(lambda: len(inbox.titles()) > 1)
            await inbox.until(lambda: inbox.cursor() == "Card 23")


async def test_leaving_a_search_that_was_taken_and_found_nothing_leads_back_too() -> None:
    service = Service()
    service.has(30)
    async with inbox_of(service) as inbox:
        await inbox.press(*["j"] * 7)
        await inbox.type("/", "nothing like it")
        await inbox.press("enter")
        await inbox.until(lambda: inbox.titles() == [])
        await inbox.press("esc")
        await inbox.until(lambda: inbox.cursor() == "Card 23")


async def test_leaving_a_search_that_was_taken_and_found_something_leads_back_all_the_same() -> None:
    service = Service()
    service.has(30)
    async with inbox_of(service) as inbox:
        await inbox.press(*["j"] * 7)
        await inbox.type("/", "Card 17")
        await inbox.press("enter")
        await inbox.until(lambda: inbox.titles() == ["Card 17"])
        await inbox.press("esc")
        await inbox.until(lambda: len(inbox.titles()) > 1)
        assert inbox.cursor() == "Card 23"


async def test_what_is_highlighted_stays_when_more_is_offered_and_a_letter_lets_it_go(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    service = Service()
    service.has(3)
    async with inbox_of(service, kind=Filter.ALL) as inbox:
        suggestions, habits, is_read = inbox.screen.main_view.suggestions, inbox.session.habits, asyncio.Event()
        queries = habits.queries

        async def slow_queries() -> tuple[str, ...]:
            await is_read.wait()
            return tuple(await queries())

        await habits.note_query("refund")
        await inbox.type("/")
        await inbox.until(lambda: offered(inbox)[:1] == ["refund"])
        await inbox.press("esc")
        await habits.note_query("invoice")
        monkeypatch.setattr(habits, "queries", slow_queries)
        await inbox.type("/")
        await inbox.until(lambda: suggestions.items)
        await inbox.press("up")
        chosen, before = suggestions.chosen, offered(inbox)
        assert chosen is not None
        is_read.set()
        await inbox.until(lambda: offered(inbox) == ["invoice", *before])
        assert suggestions.chosen == chosen
        await inbox.press("e")
        assert suggestions.items
        assert suggestions.chosen is None


async def test_what_the_newest_rows_hold_is_shown_at_once_and_all_of_it_before_a_key_can_act_on_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("neptune_inbox.store.cache.search.GLANCED", 10)
    service = Service()
    service.has(30)
    everything = [f"Card {number}" for number in range(30, 0, -1) if "3" in str(number)]
    async with inbox_of(service, kind=Filter.ALL) as inbox:
        await inbox.until(lambda: len(inbox.screen.snapshot) == 30)
        await inbox.type("/", "3")
        await inbox.until(lambda: sorted(inbox.titles()) == sorted(everything))
        await inbox.press("esc")
        await inbox.until(lambda: len(inbox.screen.snapshot) == 30)
        await inbox.type("/", "3", "enter", "a")
        await inbox.sees(f"{len(everything)} selected")
