"""Stories of my own plane: it is drawn beside theirs, and the customer never notices."""

from __future__ import annotations

from neptune_inbox.model import Filter, Mode
from tests.tui.driver import inbox_of
from tests.tui.service import Service


async def test_done_goes_on_to_the_next_row_and_nothing_is_written() -> None:
    service = Service()
    service.has(3)
    async with inbox_of(service) as inbox:
        await inbox.press("e")
        assert inbox.row("Card 3").mine == "✓"
        assert inbox.row("Card 3").theirs == "●", "unread for them, done for me"
        assert inbox.cursor() == "Card 2"
        assert "The customer sees no change" in inbox.status()
        await inbox.press("r")
        await inbox.until(lambda: inbox.titles() == ["Card 2", "Card 1"])
        assert "1 put away" in inbox.status()
        await inbox.type("/", "is:done", "enter")
        await inbox.until(lambda: inbox.titles() == ["Card 3"])
        await inbox.press("U", "esc")
        await inbox.until(lambda: len(inbox.titles()) == 3)
        assert service.writes == 0
        assert len(service.unread()) == 3


async def test_all_of_it_put_away_says_so() -> None:
    service = Service()
    service.has(2)
    async with inbox_of(service) as inbox:
        await inbox.press("a", "e", "r")
        await inbox.sees("All of it is done or snoozed.")


async def test_snoozing_takes_a_time_in_words_and_brings_it_back() -> None:
    service = Service()
    service.has(2)
    async with inbox_of(service) as inbox:
        await inbox.press("b")
        await inbox.asked("Snooze “Card 2” of u-1 until")
        await inbox.type("soonish", "enter")
        await inbox.asked("soonish")
        await inbox.fill_sheet("30m")
        await inbox.asked("comes back")
        await inbox.press("enter")
        await inbox.hears("Snoozed until")
        assert inbox.row("Card 2").mine == "z"
        assert "snoozed 30m" in inbox.row("Card 2")
        await inbox.press("r")
        await inbox.until(lambda: inbox.titles() == ["Card 1"])
        await inbox.let_time_pass(31 * 60)
        await inbox.press("r")
        await inbox.until(lambda: inbox.titles() == ["Card 2", "Card 1"])
        assert service.writes == 0


async def test_star_and_note_are_kept_shown_and_found() -> None:
    service = Service()
    service.has(3)
    async with inbox_of(service) as inbox:
        await inbox.press("s", "j", "c")
        await inbox.asked("Note on “Card 2” of u-1")
        await inbox.type("called them back", "enter")
        await inbox.hears("Note kept.")
        assert inbox.row("Card 3").mine == "★"
        assert inbox.row("Card 2").mine == "✎"
        assert "✎ called them back" in inbox.row("Card 2")
        await inbox.until(lambda: "note: called them back" in inbox.preview())
        await inbox.type("/", "is:starred", "enter")
        await inbox.until(lambda: inbox.titles() == ["Card 3"])
        await inbox.press("s", "esc")
        await inbox.until(lambda: inbox.row("Card 3").mine == " ")
        await inbox.press("j", "c")
        await inbox.asked("called them back")
        await inbox.fill_sheet("")
        await inbox.press("enter")
        await inbox.hears("Note removed.")
        assert service.writes == 0


async def test_my_verbs_act_on_the_selection() -> None:
    service = Service()
    service.has(5)
    async with inbox_of(service, kind=Filter.ALL) as inbox:
        await inbox.press("x", "x", "s")
        assert [row.mine for row in inbox.rows()] == ["★", "★", " ", " ", " "]
        await inbox.press("c")
        await inbox.asked("Note on 2 notifications of u-1")
        await inbox.type("both", "enter", "y")
        assert inbox.app.clipboard.split("\n") == [service.id_of("Card 5"), service.id_of("Card 4")]
        await inbox.press("b")
        await inbox.asked("Snooze 2 notifications of u-1 until")
        await inbox.type("2h", "enter")
        await inbox.until(lambda: [row.mine for row in inbox.rows()] == ["z", "z", " ", " ", " "])
        await inbox.press("g", "x", "j", "x", "e")
        assert [row.mine for row in inbox.rows()] == ["✓", "z", "✓", " ", " "]
        assert (await inbox.row_now("Card 4")).mine.note == "both"
        assert service.writes == 0


async def test_my_plane_is_mine_even_where_nothing_may_be_written() -> None:
    service = Service(mode=Mode.OBSERVE)
    service.has(2)
    async with inbox_of(service) as inbox:
        await inbox.press("e", "s")
        assert [row.mine for row in inbox.rows()] == ["✓", "★"]
        assert service.writes == 0


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
