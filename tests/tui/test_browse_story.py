"""Stories of looking: nothing that is only looked at is ever marked, and nothing moves by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest
from textual import events

from neptune_inbox.config import Settings, load
from neptune_inbox.model import Filter, Horizon
from neptune_inbox.paths import Paths
from neptune_inbox.sync.inbox.inbox import Scope
from neptune_inbox.sync.inbox.list_snapshot import ListSnapshot
from neptune_inbox.tui.inbox import preview_controller
from neptune_inbox.tui.widgets.lines import SpanLine
from tests.tui.driver import Inbox, inbox_of
from tests.tui.service import Service


@pytest.mark.slow
async def test_opening_and_moving_never_mark_anything() -> None:
    service = Service()
    service.has(30, body="Some **body**.\n" * 30)
    async with inbox_of(service) as inbox:
        await inbox.press("enter", "j", "j", "G", "g", "ctrl+d", "ctrl+u", "pagedown", "pageup", "n", "N")
        await inbox.press("tab", "tab", "p", "p")
        await inbox.press("enter", "ctrl+f", "ctrl+b", "esc", "esc")
        await inbox.let_time_pass(60)
        await inbox.poll()
        assert service.writes == 0
        assert len(service.unread()) == 30
        assert all(row.theirs == "●" for row in inbox.rows())


async def test_the_preview_tells_of_the_row_under_the_cursor() -> None:
    service = Service()
    service.has(2, body="Dear Rajiv, the invoice is **overdue**.")
    async with inbox_of(service) as inbox:
        await inbox.until(lambda: inbox.preview().startswith("Card 2"))
        await inbox.press("j")
        await inbox.until(lambda: inbox.preview().startswith("Card 1\nunread"))
        assert "the invoice is overdue" in inbox.text(), "the body is shown as Markdown"
        await inbox.press("p")
        assert "the invoice is overdue" not in inbox.text()
        await inbox.press("p")
        await inbox.sees("the invoice is overdue")


async def test_the_preview_waits_while_somebody_types_and_follows_when_the_search_is_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(preview_controller, "TYPING_PAUSE", 600)
    service = Service(users=("bo",))
    service.has(2, "bo")
    async with inbox_of(service) as inbox:
        await inbox.until(lambda: inbox.preview().startswith("Card 2"))
        await inbox.type("/", "1")
        await inbox.until(lambda: inbox.titles() == ["Card 1"])
        assert inbox.preview().startswith("Card 2")
        await inbox.press("enter")
        await inbox.until(lambda: inbox.preview().startswith("Card 1"))


@pytest.mark.slow
async def test_the_keys_go_where_they_say() -> None:
    service = Service()
    service.has(60)
    async with inbox_of(service, size=(120, 24)) as inbox:
        assert inbox.cursor() == "Card 60"
        await inbox.press("j", "down", "k")
        assert inbox.cursor() == "Card 59"
        await inbox.press("G")
        assert inbox.cursor() == "Card 1"
        await inbox.press("up", "home")
        assert inbox.cursor() == "Card 60"
        height = inbox.screen.rows.size.height
        await inbox.press("pagedown")
        assert inbox.cursor() == f"Card {60 - height + 1}"
        await inbox.press("pageup", "ctrl+d")
        assert inbox.cursor() == f"Card {60 - height // 2}"
        await inbox.press("ctrl+u")
        assert inbox.cursor() == "Card 60"


async def test_next_unread_passes_over_what_is_read() -> None:
    service = Service()
    service.has(1)
    service.has(3, is_read=True)
    service.has(1)
    async with inbox_of(service, kind=Filter.ALL) as inbox:
        await inbox.press("n")
        assert inbox.cursor() == "Card 1"
        await inbox.press("n")
        assert inbox.cursor() == "Card 1"
        await inbox.hears("No more unread below.")
        await inbox.press("N")
        assert inbox.cursor() == "Card 5"
        await inbox.press("N")
        await inbox.hears("No more unread above.")


async def test_the_filters_show_all_unread_and_read_with_their_counts() -> None:
    service = Service()
    service.has(3)
    service.has(2, is_read=True)
    async with inbox_of(service) as inbox:
        await inbox.until(lambda: "All 5   Unread 3   Read 2" in inbox.bar())
        assert inbox.titles() == ["Card 3", "Card 2", "Card 1"]
        await inbox.press("3")
        await inbox.until(lambda: inbox.titles() == ["Card 5", "Card 4"])
        assert [row.theirs for row in inbox.rows()] == ["○", "○"]
        await inbox.press("1")
        await inbox.until(lambda: len(inbox.titles()) == 5)
        await inbox.press("j", "j", "2")
        await inbox.until(lambda: len(inbox.titles()) == 3)
        assert inbox.cursor() == "Card 3", "the cursor stays with its notification"


@pytest.mark.slow
async def test_new_rows_wait_behind_a_banner_and_the_cursor_stays() -> None:
    service = Service()
    service.has(5)
    async with inbox_of(service) as inbox:
        await inbox.press("j", "j")
        before = inbox.titles()
        service.has(3)
        await inbox.poll()
        await inbox.until(lambda: "3 new" in inbox.bar())
        assert (inbox.titles(), inbox.cursor()) == (before, "Card 3")
        await inbox.press("r")
        await inbox.until(lambda: len(inbox.titles()) == 8)
        assert inbox.cursor() == "Card 3", "folding in keeps the cursor on its notification"
        assert "new" not in inbox.bar()


async def test_going_up_from_the_first_row_folds_in_what_is_new() -> None:
    service = Service()
    service.has(2)
    async with inbox_of(service) as inbox:
        await inbox.press("j")
        service.has(1)
        await inbox.poll()
        await inbox.until(lambda: "1 new" in inbox.bar())
        await inbox.press("k")
        assert len(inbox.titles()) == 2
        await inbox.press("k")
        await inbox.until(lambda: len(inbox.titles()) == 3)


@pytest.mark.slow
async def test_a_row_read_by_the_customer_stays_in_place_and_says_so() -> None:
    service = Service()
    service.has(3)
    async with inbox_of(service) as inbox:
        await inbox.press("j")
        service.read_on_server("Card 2")
        await inbox.poll()
        await inbox.until(lambda: inbox.row("Card 2").theirs == "○")
        assert inbox.titles() == ["Card 3", "Card 2", "Card 1"]
        await inbox.until(lambda: "not by us" in inbox.preview())
        await inbox.press("r")
        await inbox.until(lambda: inbox.titles() == ["Card 3", "Card 1"])


async def test_the_preview_says_what_its_row_says_however_late_the_row_is_read_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    service = Service()
    service.has(2)
    async with inbox_of(service) as inbox:
        await inbox.until(lambda: "Card 2" in inbox.preview())
        pages, may_be_read = inbox.session.inbox.pages, asyncio.Event()
        reload = pages.reload

        async def reload_late(snapshot: ListSnapshot, positions: Sequence[range]) -> None:
            await may_be_read.wait()
            await reload(snapshot, positions)

        monkeypatch.setattr(pages, "reload", reload_late)
        service.read_on_server("Card 2")
        await inbox.poll()
        await inbox.settle()
        may_be_read.set()
        await inbox.until(lambda: inbox.row("Card 2").theirs == "○")
        await inbox.until(lambda: "not by us" in inbox.preview())


@pytest.mark.slow
async def test_finding_narrows_as_it_is_typed_and_escape_clears_it() -> None:
    service = Service()
    service.has(3)
    service.has(2, event_type="otp_requested")
    async with inbox_of(service) as inbox:
        await inbox.type("/", "event:otp_*")
        await inbox.until(lambda: inbox.titles() == ["Card 5", "Card 4"])
        await inbox.type("enter")
        assert "/ event:otp_*" in inbox.bar()
        await inbox.press("j")
        assert inbox.cursor() == "Card 4", "after enter the keys move again"
        await inbox.press("esc")
        await inbox.until(lambda: len(inbox.titles()) == 5)
        assert inbox.cursor() == "Card 5", "where it was when the search was begun"
        await inbox.type("/", "Card 3", "esc")
        await inbox.until(lambda: len(inbox.titles()) == 5)


async def test_a_query_that_cannot_be_understood_says_why_and_keeps_the_list() -> None:
    service = Service()
    service.has(3)
    async with inbox_of(service) as inbox:
        await inbox.type("/", "is:nonsense")
        await inbox.hears("nonsense")
        assert len(inbox.titles()) == 3
        assert inbox.underlined() == "is:nonsense"
        await inbox.press("enter")
        assert inbox.underlined() == "is:nonsense", "what is wrong stays to be mended"
        service.has(1)
        await inbox.poll()
        await inbox.until(lambda: "1 new" in inbox.bar())


@pytest.mark.slow
async def test_a_query_that_goes_wrong_before_the_letter_before_was_found_leaves_what_is_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    service = Service()
    service.has(3)
    async with inbox_of(service) as inbox:
        find = inbox.session.inbox.open

        async def find_slowly(
            scope: Scope, *, limit: int | None = None, within: Horizon | None = None
        ) -> ListSnapshot:
            if scope.query == "2":
                await asyncio.Event().wait()
            return await find(scope, limit=limit, within=within)

        monkeypatch.setattr(inbox.session.inbox, "open", find_slowly)
        await inbox.type("/", "2")
        await inbox.type(" is:")
        await inbox.hears("is:")
        service.has(1)
        await inbox.poll()
        await inbox.until(lambda: "1 new" in inbox.bar())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("query", "wrong", "words"),
    [
        ("Card is:undread since:2d", "is:undread", "Did you mean is:unread?"),
        ('Card -evnt:"a b" is:read', '-evnt:"a b"', "Did you mean event:?"),
        ("Card since:soon", "since:soon", "`soon` is not a valid time. Write now, a span such as 2d"),
        ('Card "declined since', '"declined since', "The quotation mark is not closed."),
        ("Card user: 42", "user:", "A word is missing after `user:`."),
    ],
)
async def test_the_word_that_is_wrong_is_underlined_where_it_stands(query: str, wrong: str, words: str) -> None:
    service = Service()
    service.has(1)
    async with inbox_of(service) as inbox:
        await inbox.type("/", query)
        await inbox.hears(words)
        await inbox.until(lambda: inbox.underlined() == wrong)
        await inbox.press("esc")
        await inbox.type("/", "Card is:unread")
        assert inbox.underlined() == ""


@pytest.mark.slow
async def test_a_view_is_saved_chosen_and_counted() -> None:
    service = Service(users=("u-1", "u-2"))
    service.has(2)
    service.has(1, "u-2", event_type="otp_requested")
    async with inbox_of(service) as inbox:
        await inbox.type("/", "event:otp_requested", "enter")
        await inbox.press("f")
        await inbox.asked("Save what is shown as a view")
        await inbox.press("enter")
        await inbox.asked("A name for this view")
        await inbox.type("codes", "enter")
        await inbox.hears("Saved as codes.")
        await inbox.until(lambda: "codes" in inbox.sidebar())
        await inbox.press("esc")
        await inbox.until(lambda: len(inbox.titles()) == 3)
        await inbox.press("f")
        await inbox.asked("codes")
        await inbox.press("enter")
        await inbox.until(lambda: inbox.titles() == ["Card 3"])
        assert service.workspace().settings.views == {"codes": "event:otp_requested"}


@pytest.mark.slow
async def test_a_view_is_renamed_moved_and_deleted_where_it_is_chosen(tmp_path: Path) -> None:
    service = Service()
    service.has(3)
    service.builder.paths = Paths.under(tmp_path)
    service.builder.paths.create()
    service.builder.paths.config_file.write_text('[views]\nmoney = "payment"\nfresh = "since:1h"\n')
    service.use_settings(load(service.builder.paths))

    def views() -> list[str]:
        assert service.builder.paths is not None
        return list(load(service.builder.paths).views)

    async def change(inbox: Inbox, view: str, key: str) -> None:
        await inbox.press("f")
        await inbox.asked("Rename, move or delete a view")
        await inbox.type("rename", "enter")
        await inbox.asked("Which view?")
        await inbox.type(view, "enter")
        await inbox.asked(f"The view {view}")
        await inbox.press(key)

    async with inbox_of(service) as inbox:
        await change(inbox, "money", "r")
        await inbox.fill_sheet("fresh")
        await inbox.asked("There is already a view fresh.")
        await inbox.fill_sheet("cards")
        await inbox.press("enter")
        await inbox.hears("The view money is now called cards.")
        assert views() == ["cards", "fresh"]
        await change(inbox, "fresh", "u")
        await inbox.hears("The view fresh was moved up.")
        assert views() == ["fresh", "cards"]
        assert inbox.sidebar().index("fresh") < inbox.sidebar().index("cards")
        await change(inbox, "cards", "enter")
        await inbox.asked("Nothing is chosen yet")
        await inbox.press("x")
        await inbox.hears("Deleted the view cards. It searched for: payment")
        assert views() == ["fresh"]
        assert "cards" not in inbox.sidebar()


@pytest.mark.slow
async def test_the_saved_views_say_how_many_each_holds_of_whom_is_looked_at() -> None:
    service = Service(users=("u-1", "u-2"))
    service.use_settings(Settings(views={"codes": "event:otp_*", "long ones": "is:noted", "broken": "is:nonsense"}))
    service.has(2, event_type="otp_requested")
    service.has(1, "u-2", event_type="otp_requested")
    async with inbox_of(service) as inbox:
        await inbox.press("f")
        await inbox.asked("codes 3 event:otp_* long ones 0 is:noted broken – is:nonsense")
        await inbox.press("esc", "J", "f")
        await inbox.asked("codes 2 event:otp_*")
        service.has(1, event_type="otp_requested")
        await inbox.press("esc")
        await inbox.poll()
        await inbox.press("f")
        await inbox.asked("codes 3 event:otp_*")


async def test_a_view_that_cannot_be_understood_is_named_and_nothing_breaks() -> None:
    service = Service()
    service.use_settings(Settings(views={"broken": "is:nonsense"}))
    service.has(2)
    async with inbox_of(service) as inbox:
        await inbox.press("f")
        await inbox.asked("broken")
        await inbox.press("enter")
        await inbox.hears("nonsense")
        service.has(1)
        await inbox.poll()
        await inbox.until(lambda: "1 new" in inbox.bar())
        assert len(inbox.titles()) == 2


@pytest.mark.slow
async def test_an_empty_list_says_why_in_one_sentence() -> None:
    service = Service()
    service.has(1, is_read=True)
    async with inbox_of(service) as inbox:
        await inbox.sees("Everything here has been read.")
        await inbox.press("j", "m", "M", "enter", "i", "e", "x", "v", "a", "y", "Y", "o", "c", "b", "s", "U", "z")
        await inbox.press("esc", "esc")
        await inbox.type("/", "nowhere")
        await inbox.sees("Nothing matches this search.")
        assert service.writes == 0


async def test_the_last_line_tells_the_keys_of_the_moment() -> None:
    service = Service(users=("u-1", "u-2"))
    service.has(3, body="Dear Rajiv", link="https://acme.example/1")
    async with inbox_of(service) as inbox:
        assert inbox.hints().split("·")[:2] == [" m mark read ", " M mark all "]
        await inbox.press("x")
        await inbox.until(lambda: "A select none" in inbox.hints())
        assert "| pipe" in inbox.hints()
        assert "mark all" not in inbox.hints()
        await inbox.press("esc", "tab")
        await inbox.until(lambda: "ctrl+f scroll preview down" in inbox.hints())
        assert "esc back" in inbox.hints()
        assert "select" not in inbox.hints()
        await inbox.press("tab")
        await inbox.until(lambda: "mark read" not in inbox.hints())
        assert "/ find" in inbox.hints()
        await inbox.type("/", "Card")
        assert "find" not in inbox.lines()[-1]
        assert "Card" in inbox.lines()[-1]
        await inbox.press("esc")
        await inbox.until(lambda: inbox.hints().startswith(" m mark read"))


async def test_deleting_is_answered_with_what_there_is_instead() -> None:
    service = Service()
    service.has(1)
    async with inbox_of(service) as inbox:
        for key in ("d", "D", "delete"):
            await inbox.press(key)
            await inbox.hears("Nothing is deleted here")
            await inbox.press("esc")
        assert inbox.titles() == ["Card 1"]


@pytest.mark.slow
async def test_polling_is_slower_while_nobody_looks() -> None:
    service = Service()
    service.has(1)
    async with inbox_of(service) as inbox:

        async def milliseconds_of(polls: int) -> int:
            began, wanted = service.clock.now(), service.requests + polls
            await inbox.comes(lambda: service.requests >= wanted)
            return service.clock.now() - began

        inbox.app.post_message(events.AppBlur())
        await inbox.settle()
        await milliseconds_of(1)
        unseen = await milliseconds_of(6)
        inbox.app.post_message(events.AppFocus())
        await inbox.settle()
        await milliseconds_of(2)
        assert unseen > 2 * await milliseconds_of(6)


async def test_enter_gives_the_preview_the_keys_and_escape_takes_them_back() -> None:
    service = Service()
    service.has(2, body="a line\n\n" * 60)
    async with inbox_of(service) as inbox:
        await inbox.until(lambda: inbox.preview().startswith("Card 2"))
        quiet = inbox.screen.query_one("#status", SpanLine).line.spans[0][1]
        await inbox.press("enter")
        await inbox.until(lambda: inbox.screen.preview.has_focus)
        await inbox.until(lambda: inbox.screen.query_one("#status", SpanLine).line.spans[0][1] is not quiet)
        await inbox.press("j", "j")
        await inbox.until(lambda: inbox.screen.preview.scroll_offset.y > 0)
        assert inbox.cursor() == "Card 2"
        await inbox.press("esc", "j")
        await inbox.until(lambda: inbox.cursor() == "Card 1")
        assert inbox.screen.query_one("#status", SpanLine).line.spans[0][1] is quiet
        assert service.writes == 0


async def test_what_is_too_old_to_be_kept_stays_while_it_is_on_the_screen() -> None:
    service = Service()
    service.has(3, is_read=True)
    async with inbox_of(service, kind=Filter.ALL) as inbox:

        async def days_pass(days: int) -> None:
            await inbox.let_time_pass(days * 86_400)
            await inbox.session.housekeeping.finish(60)
            assert not await inbox.session.housekeeping.is_due()
            await inbox.settle()

        await inbox.until(lambda: len(inbox.titles()) == 3)
        before = inbox.titles()
        await days_pass(100)
        await inbox.press("s", "s")
        assert inbox.titles() == before
        await inbox.press("2")
        await days_pass(1)
        await inbox.press("1")
        await inbox.until(lambda: inbox.titles() == [])
        assert "Everything is loaded" not in inbox.text()
        await inbox.press("+")
        await inbox.until(lambda: inbox.titles() == before)


@pytest.mark.parametrize("size", [(160, 48), (80, 24), (60, 15)])
async def test_sheets_with_nothing_in_them_say_so_under_their_title(size: tuple[int, int]) -> None:
    service = Service()
    service.has(1)
    async with inbox_of(service, size=size) as inbox:
        for key, title in (("f", "Saved views"), ("T", "Receipts")):
            await inbox.press(key)
            await inbox.asked(title)
            await inbox.sees(title)
            await inbox.press("escape")
        await inbox.press("O")
        await inbox.asked("Outbox: empty")
        await inbox.press("t")
        await inbox.sees("The outbox is empty")
        assert "next id" not in inbox.sheet()
