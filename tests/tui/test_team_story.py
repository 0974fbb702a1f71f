"""Stories of two agents: what a colleague does is seen beside the row, is said before acting, and moves nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from neptune_inbox.model import Filter
from neptune_inbox.model.team import FactDetails, FactKind, Look, TeamFact
from neptune_inbox.sandbox.team import MemoryTeam, MemoryTeamAccess
from neptune_inbox.text import CleanText
from tests.tui.driver import Inbox, inbox_of
from tests.tui.service import Service


class Pair:
    """Omar at the inbox, and Rita somewhere else."""

    def __init__(self, inbox: Inbox, service: Service, team: MemoryTeam) -> None:
        self.inbox = inbox
        self.service = service
        self.team = team
        self._number = 0

    def rita(self, kind: FactKind, title: str, **details: str) -> None:
        """Rita's program shares a fact about a row, or without a title about the whole queue of u-1."""
        self._number += 1
        now = self.service.clock.now()
        uuid = next((id for id, name in self.service.titles.items() if name == title), "")
        fact = TeamFact(
            f"00000000-0000-7000-8000-{self._number:012x}",
            kind,
            "u-1",
            uuid,
            CleanText("rita"),
            now,
            None,
            FactDetails(**details),  # type: ignore[arg-type]
        )
        self.team.add([fact], now)

    def told(self) -> list[tuple[FactKind, str]]:
        """What Omar's program shared so far: the kind, and what was written or known."""
        facts = [fact for fact in self.team.behind(0, 1_000) if fact.agent == "omar"]
        return [(fact.kind, fact.details.text or fact.details.known) for fact in facts]


@asynccontextmanager
async def pair_of(count: int = 3, users: tuple[str, ...] = ("u-1",)) -> AsyncIterator[Pair]:
    service = Service(users=users)
    service.has(count)
    team = MemoryTeam(service.clock.now)
    service.builder.team_access = MemoryTeamAccess(team, "omar")
    async with inbox_of(service, kind=Filter.UNREAD) as inbox:
        yield Pair(inbox, service, team)


async def test_a_colleagues_claim_is_drawn_beside_the_row_and_no_row_moves() -> None:
    async with pair_of() as pair:
        before, cursor = pair.inbox.titles(), pair.inbox.cursor()
        pair.rita(FactKind.CLAIMED, "Card 2")
        await pair.inbox.until(lambda: "rita" in line_of(pair.inbox, "Card 2"))
        assert pair.inbox.titles() == before
        assert pair.inbox.cursor() == cursor
        pair.rita(FactKind.RELEASED, "Card 2")
        await pair.inbox.until(lambda: "rita" not in line_of(pair.inbox, "Card 2"))


@pytest.mark.slow
async def test_t_takes_a_row_and_gives_it_back_and_z_takes_either_back() -> None:
    async with pair_of() as pair:
        await pair.inbox.press("t")
        await pair.inbox.until(lambda: "omar" in line_of(pair.inbox, "Card 3"))
        await pair.inbox.press("t")
        await pair.inbox.until(lambda: "omar" not in line_of(pair.inbox, "Card 3"))
        await pair.inbox.press("z")
        await pair.inbox.hears("You are on it again: “Card 3” of u-1.")
        await pair.inbox.until(lambda: "omar" in line_of(pair.inbox, "Card 3"))
        kinds = [FactKind.CLAIMED, FactKind.RELEASED, FactKind.CLAIMED]
        await pair.inbox.until(lambda: [kind for kind, _ in pair.told()] == kinds)

        await pair.inbox.press("z")
        await pair.inbox.hears("You are no longer on it: “Card 3” of u-1.")
        await pair.inbox.until(lambda: "omar" not in line_of(pair.inbox, "Card 3"))


@pytest.mark.slow
async def test_somebody_elses_claim_is_said_before_a_mark_and_the_team_sees_that_it_was_known() -> None:
    async with pair_of() as pair:
        pair.rita(FactKind.CLAIMED, "Card 3")
        await pair.inbox.until(lambda: "rita" in line_of(pair.inbox, "Card 3"))
        await pair.inbox.press("m")
        await pair.inbox.asked("rita has been on it since")
        await pair.inbox.press("esc")
        assert pair.inbox.row("Card 3").theirs == "●"

        await pair.inbox.press("m")
        await pair.inbox.asked("rita has been on it since")
        await pair.inbox.press("enter")
        await pair.inbox.until(lambda: pair.inbox.row("Card 3").theirs == "◷")
        await pair.inbox.let_time_pass(6)
        await pair.inbox.until(lambda: (FactKind.MARKED, "rita") in pair.told())


@pytest.mark.slow
async def test_the_sheet_of_mark_all_says_on_how_many_of_them_a_colleague_is_and_on_which() -> None:
    async with pair_of(5) as pair:
        for title in ("Card 4", "Card 3", "Card 1"):
            pair.rita(FactKind.CLAIMED, title)
        await pair.inbox.until(lambda: "rita" in line_of(pair.inbox, "Card 1"))
        await pair.inbox.press("M")
        await pair.inbox.asked("rita has been on 3 of them since")
        await pair.inbox.asked(": “Card 4”, “Card 3” and 1 more.")


@pytest.mark.slow
async def test_of_several_rows_it_is_said_which_ones_somebody_else_is_on() -> None:
    async with pair_of() as pair:
        pair.rita(FactKind.CLAIMED, "Card 2")
        await pair.inbox.until(lambda: "rita" in line_of(pair.inbox, "Card 2"))
        await pair.inbox.press("x", "x", "m")
        await pair.inbox.asked("rita has been on 1 of them since")
        await pair.inbox.asked(": “Card 2”.")


@pytest.mark.slow
async def test_a_note_is_for_the_team_unless_it_begins_with_a_sign() -> None:
    async with pair_of() as pair:
        await pair.inbox.press("c")
        await pair.inbox.fill_sheet("called them")
        await pair.inbox.press("enter")
        await pair.inbox.until(lambda: (FactKind.NOTED, "called them") in pair.told())
        pair.rita(FactKind.NOTED, "Card 3", text="they called back")
        await pair.inbox.sees("they called back")
        assert "called them" in pair.inbox.text()

        await pair.inbox.press("c")
        await pair.inbox.fill_sheet("! only me")
        await pair.inbox.press("enter")
        await pair.inbox.until(lambda: pair.inbox.row("Card 3").triage == "✎")
        assert all("only me" not in text for _, text in pair.told())


@pytest.mark.slow
async def test_z_takes_a_note_for_the_team_back_and_it_is_gone_for_everybody() -> None:
    async with pair_of() as pair:
        await pair.inbox.press("c")
        await pair.inbox.fill_sheet("wrong row")
        await pair.inbox.press("enter")
        await pair.inbox.sees("wrong row")
        await pair.inbox.press("z")
        await pair.inbox.hears("No longer noted for the team: “Card 3” of u-1.")
        await pair.inbox.until(lambda: "wrong row" not in pair.inbox.text())
        await pair.inbox.until(lambda: [kind for kind, _ in pair.told()] == [FactKind.NOTED, FactKind.WITHDRAWN])
        assert pair.inbox.row("Card 3").theirs == "●"


@pytest.mark.slow
async def test_t_on_the_sidebar_takes_the_customer_and_every_row_of_theirs() -> None:
    async with pair_of(users=("u-1", "u-2")) as pair:
        inbox = pair.inbox
        await inbox.press("h", "t")
        await inbox.sees("Choose a customer here first")
        await inbox.press("j", "t")
        await inbox.sees("You are on it: the whole queue of u-1")
        await inbox.until(lambda: "omar" in inbox.sidebar())
        await inbox.until(lambda: all("omar" in line_of(inbox, f"Card {n}") for n in (1, 2, 3)))
        assert inbox.titles() == ["Card 3", "Card 2", "Card 1"]

        await inbox.press("z")
        await inbox.hears("You are no longer on it: the whole queue of u-1.")
        await inbox.until(lambda: "omar" not in inbox.sidebar())
        await inbox.until(lambda: "omar" not in line_of(inbox, "Card 1"))
        await inbox.press("t")
        await inbox.until(lambda: "omar" in line_of(inbox, "Card 3"))

        await inbox.press("tab", "t")
        await inbox.sees("Given back: the whole queue of u-1")
        await inbox.until(lambda: "omar" not in line_of(inbox, "Card 3"))


async def test_a_colleague_who_takes_a_customer_is_seen_beside_them() -> None:
    async with pair_of(users=("u-1", "u-2")) as pair:
        pair.rita(FactKind.CLAIMED, "")
        await pair.inbox.until(lambda: "· rita" in pair.inbox.sidebar())
        await pair.inbox.press("m")
        await pair.inbox.asked("rita has been on it since")


async def test_a_number_that_only_a_colleagues_program_counted_is_marked_until_it_is_looked_at_here() -> None:
    async with pair_of(users=("u-1", "u-2")) as pair:
        await pair.inbox.until(lambda: "u-2" in pair.inbox.sidebar() and "~" not in pair.inbox.sidebar())
        await pair.inbox.let_time_pass(1)
        pair.team.exchange([Look("u-2", 9, "another list")], "rita-1", 0)
        await pair.inbox.press("t")
        await pair.inbox.until(lambda: "~9" in pair.inbox.sidebar())
        assert pair.inbox.titles() == ["Card 3", "Card 2", "Card 1"]
        await pair.inbox.let_time_pass(60)
        await pair.inbox.until(lambda: "~" not in pair.inbox.sidebar())


@pytest.mark.slow
async def test_a_claim_goes_on_while_keys_are_pressed_on_it_and_ends_by_itself() -> None:
    async with pair_of() as pair:
        await pair.inbox.press("t")
        await pair.inbox.until(lambda: "omar" in line_of(pair.inbox, "Card 3"))
        await pair.inbox.let_time_pass(15 * 60)
        await pair.inbox.press("p")
        await pair.inbox.until(lambda: [kind for kind, _ in pair.told()] == [FactKind.CLAIMED] * 2)
        await pair.inbox.let_time_pass(20 * 60)
        assert "omar" in line_of(pair.inbox, "Card 3")

        await pair.inbox.let_time_pass(11 * 60)
        await pair.inbox.until(lambda: "omar" not in line_of(pair.inbox, "Card 3"))


@pytest.mark.slow
async def test_handled_is_for_everybody_and_z_takes_it_back_for_everybody() -> None:
    async with pair_of() as pair:
        await pair.inbox.press("e")
        await pair.inbox.until(lambda: pair.inbox.row("Card 3").triage == "✓")
        assert "for the whole team" in pair.inbox.status()
        await pair.inbox.until(lambda: [kind for kind, _ in pair.told()] == [FactKind.HANDLED])
        await pair.inbox.press("z")
        await pair.inbox.hears("Reopened, for the whole team: “Card 3” of u-1.")
        await pair.inbox.until(lambda: pair.inbox.row("Card 3").triage != "✓")
        await pair.inbox.until(lambda: [kind for kind, _ in pair.told()] == [FactKind.HANDLED, FactKind.REOPENED])


@pytest.mark.slow
async def test_what_was_handled_is_reopened_for_everybody_and_z_handles_it_again() -> None:
    async with pair_of() as pair:
        pair.rita(FactKind.HANDLED, "Card 3")
        await pair.inbox.until(lambda: pair.inbox.row("Card 3").triage == "✓")
        await pair.inbox.press("U")
        await pair.inbox.hears("Reopened, for the whole team: “Card 3” of u-1.")
        await pair.inbox.press("z")
        await pair.inbox.hears("Handled again, for the whole team: “Card 3” of u-1.")
        await pair.inbox.until(lambda: [kind for kind, _ in pair.told()] == [FactKind.REOPENED, FactKind.HANDLED])


@pytest.mark.slow
async def test_back_says_nothing_of_the_team_where_it_was_only_put_off_for_oneself() -> None:
    async with pair_of() as pair:
        await pair.inbox.press("b")
        await pair.inbox.asked("Snooze")
        await pair.inbox.press("h", "U")
        await pair.inbox.hears("Back in my queue: “Card 3” of u-1.")


async def test_what_a_colleague_handled_leaves_the_queue_at_the_next_refresh_and_not_before() -> None:
    async with pair_of() as pair:
        pair.rita(FactKind.HANDLED, "Card 2")
        await pair.inbox.until(lambda: pair.inbox.row("Card 2").triage == "✓")
        assert "handled by rita" in line_of(pair.inbox, "Card 2")
        assert pair.inbox.titles() == ["Card 3", "Card 2", "Card 1"]
        await pair.inbox.press("r")
        await pair.inbox.until(lambda: pair.inbox.titles() == ["Card 3", "Card 1"])


async def test_a_colleagues_mark_is_in_the_evidence_before_any_list_shows_it_read() -> None:
    async with pair_of() as pair:
        pair.rita(FactKind.MARKED, "Card 3", outcome="accepted", batch="4f1e2d3c-1", known="omar")
        pair.rita(FactKind.CLAIMED, "Card 3")
        await pair.inbox.until(lambda: "rita" in line_of(pair.inbox, "Card 3"))
        await pair.inbox.press("i")
        await pair.inbox.sees("by rita,")
        await pair.inbox.sees("accepted, batch 4f1e2d3c; they knew that omar was on it")


@pytest.mark.slow
async def test_the_search_finds_what_the_team_did() -> None:
    async with pair_of() as pair:
        pair.rita(FactKind.CLAIMED, "Card 2")
        pair.rita(FactKind.NOTED, "Card 1", text="Refund promised")
        pair.rita(FactKind.HANDLED, "Card 1")
        await pair.inbox.until(lambda: "rita" in line_of(pair.inbox, "Card 2"))
        await pair.inbox.press("t")
        await pair.inbox.until(lambda: "omar" in line_of(pair.inbox, "Card 3"))
        for query, found in (
            ("claimed:rita", ["Card 2"]),
            ("claimed:me", ["Card 3"]),
            ("is:claimed", ["Card 3", "Card 2"]),
            ("-is:claimed", ["Card 1"]),
            ("by:RI*", ["Card 1"]),
            ("is:handled", ["Card 1"]),
            ("note:refund", ["Card 1"]),
            ("claimed:me or note:promised", ["Card 3", "Card 1"]),
            ("by:omar or claimed:nobody", []),
        ):
            await pair.inbox.type("/", query, "enter")
            await finds(pair.inbox, found)
            await pair.inbox.press("esc")


@pytest.mark.slow
async def test_the_search_finds_all_of_a_customer_whose_queue_is_taken() -> None:
    async with pair_of() as pair:
        pair.rita(FactKind.CLAIMED, "")
        await pair.inbox.until(lambda: "rita" in line_of(pair.inbox, "Card 3"))
        await pair.inbox.type("/", "claimed:me", "enter")
        await pair.inbox.until(lambda: pair.inbox.titles() == [])
        await pair.inbox.press("esc")
        await pair.inbox.type("/", "claimed:rita", "enter")
        await pair.inbox.until(lambda: pair.inbox.titles() == ["Card 3", "Card 2", "Card 1"])


@pytest.mark.slow
async def test_the_hand_over_is_one_page() -> None:
    async with pair_of() as pair:
        pair.rita(FactKind.CLAIMED, "Card 2")
        await pair.inbox.until(lambda: "rita" in line_of(pair.inbox, "Card 2"))
        await pair.inbox.type(":", "hand over", "enter")
        await pair.inbox.asked("Hand-over")
        await pair.inbox.sees("rita, since")


async def test_alone_t_says_that_there_is_no_team() -> None:
    service = Service()
    service.has(1)
    async with inbox_of(service) as inbox:
        await inbox.press("t")
        await inbox.sees("No team is set up here")


async def finds(inbox: Inbox, titles: list[str]) -> None:
    await inbox.until(lambda: inbox.titles() == titles)


def line_of(inbox: Inbox, title: str) -> str:
    """The line of the list with this title, as it is on the screen."""
    return next((line for line in inbox.text().splitlines() if (title in line and "●" in line) or "✓" in line), "")


async def test_the_line_of_keys_says_what_they_do_in_a_team() -> None:
    async with pair_of() as pair:
        await pair.inbox.sees("e handled")
        await pair.inbox.sees("t take")
    async with inbox_of(Service()) as alone:
        await alone.sees("e done")
        assert "t take" not in alone.text()
