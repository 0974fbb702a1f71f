"""The lines around the list in words, at every width: what matters most is never left out."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from neptune_inbox.presentation.keymap import ACTIONS, Where, hints
from neptune_inbox.presentation.lines import (
    ALL_USERS,
    FilterFacts,
    HintFacts,
    StatusFacts,
    TopFacts,
    filter_bar,
    hint_line,
    rule_line,
    status_line,
    top_line,
    users_line,
)
from neptune_inbox.presentation.styled import cells, column
from neptune_inbox.presentation.theme import Role, Surface
from neptune_inbox.text_graphemes import clusters
from tests.tui.face import HOUR, NOW, SECOND, SIDE
from tests.tui.styled_text import WIDTHS, meaning_of, text


@pytest.fixture(autouse=True)
def in_utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


TOP = TopFacts("staging", "acme", "act", fetched_at=NOW - 12 * SECOND)


class TestTopLine:
    def test_tells_place_mode_freshness_and_time(self) -> None:
        line = text(top_line(TOP, 100, NOW))
        assert line.startswith(" neptune-inbox   staging · acme · act ")
        assert line.endswith("fresh   12:00 ")

    def test_production_has_a_word_and_a_ground_of_its_own(self) -> None:
        line = top_line(TOP._replace(environment="production", is_production=True), 100, NOW)
        assert line.surface is Surface.PRODUCTION
        assert "PRODUCTION" in text(line)
        assert top_line(TOP, 100, NOW).surface is Surface.TOP

    @pytest.mark.parametrize("width", WIDTHS)
    def test_where_we_are_is_never_left_out(self, width: int) -> None:
        facts = TOP._replace(environment="production", is_production=True, pending=2, failed=3, is_demo=True)
        line = text(top_line(facts, width, NOW))
        assert cells(line) == width
        assert "PRODUCTION" in line

    def test_what_waits_is_counted_down(self) -> None:
        line = top_line(TOP._replace(pending=2, next_due_at=NOW + 3 * SECOND, failed=1), 100, NOW)
        assert "! 1 refused  ◷ 2 pending,  3 s" in text(line)
        assert [region.action for region in line.regions].count("outbox") == 2

    def test_trouble_is_said_in_words(self) -> None:
        assert "offline since 11:00" in text(top_line(TOP._replace(offline_since=NOW - HOUR), 100, NOW))
        assert "stale 12 s: 429" in text(top_line(TOP._replace(problem="429"), 100, NOW))


BAR = FilterFacts("unread", 1_243, 37, 1_206)


class TestFilterBar:
    def test_counts_every_filter_and_marks_the_active_one(self) -> None:
        line = filter_bar(BAR, 100, NOW)
        assert text(line).startswith("  All 1,243   Unread 37   Read 1,206 ")
        assert meaning_of(line, "Unread") is Role.TAB_ACTIVE
        assert [region.action for region in line.regions] == ["filter.all", "filter.unread", "filter.read"]

    def test_the_counts_stay_for_as_long_as_there_is_room(self) -> None:
        narrow = text(filter_bar(BAR._replace(query="", view="", user_id="u-0815", name="Greta Lindqvist"), 60, NOW))
        assert all(f"{name} {count:,}" in narrow for name, count in (("All", BAR.all), ("Read", BAR.read)))
        full = text(filter_bar(BAR._replace(new=12_345, query="event:payment_* is:unread", view="stuck"), 60, NOW))
        assert f"{BAR.active.capitalize()} " in full
        assert cells(full) <= 60

    def test_says_where_a_count_is_only_a_least(self) -> None:
        assert "Unread 37+" in text(filter_bar(BAR._replace(is_at_least=True), 100, NOW))
        assert "All – " in text(filter_bar(BAR._replace(all=None, is_at_least=True), 100, NOW))

    @pytest.mark.parametrize("width", WIDTHS)
    def test_the_banner_and_the_active_filter_stay(self, width: int) -> None:
        line = text(filter_bar(BAR._replace(new=3, query="event:payment_* is:unread", view="stuck"), width, NOW))
        assert cells(line) == width
        assert "Unread" in line
        assert "3 new" in line or width < 30

    def test_a_click_on_a_spot_hits_its_words(self) -> None:
        line = filter_bar(BAR._replace(new=3), 100, NOW)
        for region in line.regions:
            assert (
                text(line)[region.start : region.end]
                .strip()
                .startswith(
                    {"filter.all": "All", "filter.unread": "Unread", "filter.read": "Read", "refresh": "3 new"}[
                        region.action
                    ]
                )
            )


class TestStatusLine:
    def test_tells_position_and_completeness(self) -> None:
        line = text(status_line(StatusFacts(3, 200, 1_243, NOW - HOUR), 100, NOW))
        assert line.endswith("   3 · 200 of 1,243 · loaded back to 11:00 · + loads more ─")
        assert text(status_line(StatusFacts(3, 37, 37, NOW, has_everything=True), 100, NOW)).endswith("  3 of 37 ─")

    def test_tells_selection_and_message(self) -> None:
        facts = StatusFacts(3, 37, 37, selection="3 selected of u-4711", message="Marked 3.", level="warn")
        line = status_line(facts, 100, NOW)
        assert text(line).startswith("─ ◆ 3 selected of u-4711  Marked 3. ─")
        assert meaning_of(line, "Marked 3.") is Role.WARN

    @pytest.mark.parametrize("width", WIDTHS)
    def test_a_long_message_is_cut_not_lost(self, width: int) -> None:
        line = text(status_line(StatusFacts(3, 37, message="This cannot be taken back. " * 20), width, NOW))
        assert cells(line) == width
        assert " This" in line

    @pytest.mark.parametrize("width", [60, 80, 96, 120, 160])
    @pytest.mark.parametrize("words", ["This cannot be taken back. ", "कार्ड क्षत्रिय 👩‍👩‍👧 "])
    def test_the_position_stays_beside_a_message_of_which_no_character_is_cut(self, width: int, words: str) -> None:
        facts = StatusFacts(12, 340, 340, NOW, has_everything=True, message=words * 20)
        line = status_line(facts, width, NOW)
        assert cells(text(line)) == width
        assert text(line).endswith(" 12 of 340 ─")
        said = next(part for part, role in line.spans if role is Role.OK).strip()
        assert said.endswith("…")
        assert {*clusters(said[:-1].rstrip())} <= {*clusters(column(words * 20))}
        assert text(status_line(facts._replace(message="Starred."), width, NOW)).startswith("─ Starred. ─")

    @pytest.mark.parametrize("width", WIDTHS)
    def test_the_position_stays_beside_a_selection(self, width: int) -> None:
        facts = StatusFacts(3, 37, 37, has_everything=True, selection="3 selected of somebody@example.com")
        line = text(status_line(facts, width, NOW))
        assert "◆ 3 selected" in line
        assert " 3 of 37 ─" in line or width < 30

    def test_a_long_position_is_told_in_short_beside_a_message_that_needs_the_room(self) -> None:
        facts = StatusFacts(3, 200, 1_243, NOW - HOUR, looked_at=200, message="Loading older ones")
        assert text(status_line(facts, 60, NOW)).endswith("   3 · 200 of 1,243 ─")
        facts = facts._replace(message="Loading older ones: loaded 200 of 1,243; esc stops.")
        assert text(status_line(facts, 80, NOW)).endswith("   3 · 200 of 1,243 ─")
        assert text(status_line(facts, 60, NOW)).endswith("… ──   3 of 200+ ─")
        found = facts._replace(is_search=True)
        assert text(status_line(found, 60, NOW)).endswith("… ─   3 of 200 found ─")

    def test_the_first_rows_of_a_search_are_no_count(self) -> None:
        facts = StatusFacts(1, 256, 5_000, has_everything=True, is_search=True, looked_at=5_000, is_at_least=True)
        assert text(status_line(facts, 80, NOW)).endswith("    1 of 256+ ─")

    def test_an_empty_list_has_no_position(self) -> None:
        assert text(status_line(StatusFacts(hidden=2), 40, NOW)).strip("─ ") == "· 2 put away"
        assert text(rule_line(5)) == "─────"


class TestHints:
    @pytest.mark.parametrize("width", WIDTHS)
    def test_as_many_as_fit_and_help_always(self, width: int) -> None:
        line = text(hint_line(HintFacts(hints(ACTIONS, Where.LIST)), width, NOW))
        assert cells(line) == width
        assert "? help" in line

    def test_the_weightiest_come_first(self) -> None:
        line = text(hint_line(HintFacts(hints(ACTIONS, Where.LIST)), 60, NOW))
        assert line.strip() == "m mark read · M mark all · z undo · e done · ? help"


class TestFoldedUsers:
    @pytest.mark.parametrize("width", WIDTHS)
    def test_folded_to_a_line_the_current_user_stays_in_sight(self, width: int) -> None:
        line = users_line(SIDE, width, NOW)
        assert cells(text(line)) == width
        assert "▸u-20" in text(line)
        for region in line.regions:
            if region.value:
                assert (region.value if region.value != ALL_USERS else "Everyone") in text(line)[
                    region.start : region.end
                ]


def test_a_profile_wears_its_own_colour_and_production_its_alarm() -> None:
    def role(facts: TopFacts) -> Role:
        return next(
            found for text, found in top_line(facts, 100, NOW).spans if text.strip().lower() == facts.environment
        )

    assert role(TopFacts("staging", "acme", "act", colour="green")) is Role.DONE
    assert role(TopFacts("staging", "acme", "act")) is Role.STRONG
    assert role(TopFacts("production", "acme", "ask", is_production=True, colour="green")) is Role.ALARM


def test_a_long_round_stands_in_the_header_with_the_age_of_the_oldest() -> None:
    facts = TopFacts("staging", "acme", "act", fetched_at=NOW - 41 * 60 * SECOND, round="round 83 min at 30/min")
    assert "oldest 41 min · round 83 min at 30/min" in text(top_line(facts, 120, NOW))
    loading = top_line(facts._replace(note="8 of 50 loaded"), 120, NOW)
    assert "8 of 50 loaded · round 83 min at 30/min" in text(loading)
    assert "round" not in text(top_line(facts._replace(problem="Signed out"), 120, NOW))


def test_why_only_some_are_loaded_is_said_on_eighty_columns() -> None:
    facts = TopFacts("staging", "acme", "act", fetched_at=NOW, note="6 of 50 loaded", round="requests_per_minute 30")
    assert "6 of 50 loaded · requests_per_minute 30" in text(top_line(facts, 80, NOW))
