"""Sidebar, the head of the preview and the empty list in words."""

from __future__ import annotations

import pytest

from neptune_inbox.presentation.lines import ALL_USERS, SidebarFacts, Watched, users_line
from neptune_inbox.presentation.panes import (
    Emptiness,
    PreviewFacts,
    empty_lines,
    empty_state,
    link_line,
    preview_head,
    sidebar_lines,
)
from neptune_inbox.presentation.row_state import UNREAD
from neptune_inbox.presentation.styled import cells, width_of
from neptune_inbox.presentation.theme import Role
from tests.tui.face import MINUTE, NOW, SIDE
from tests.tui.styled_text import WIDTHS, meaning_of, text


class TestUsers:
    @pytest.mark.parametrize(("width", "height"), [(19, 22), (24, 38), (28, 10), (19, 4)])
    def test_the_sidebar_keeps_its_size_and_the_current_user_in_sight(self, width: int, height: int) -> None:
        lines = sidebar_lines(SIDE, width, height, NOW)
        assert len(lines) == height
        assert {width_of(line.spans) for line in lines} == {width}
        assert any(text(line.spans).startswith(" ▸u-20 ") for line in lines)

    def test_what_is_left_out_is_counted(self) -> None:
        lines = [text(line.spans).strip() for line in sidebar_lines(SIDE, 24, 20, NOW)]
        assert any(line.endswith("more  @") for line in lines)
        shown = sum(line.lstrip("▸").startswith(("u-", "Everyone")) for line in lines)
        assert f"{31 - shown} more  @" in lines

    def test_a_stale_count_warns_and_an_unknown_one_is_a_dash(self) -> None:
        facts = SidebarFacts((Watched("u-1", 5, is_stale=True), Watched("u-2"), Watched("u-3", 7, is_at_least=True)))
        lines = sidebar_lines(facts, 24, 10, NOW)
        assert meaning_of(lines[1].spans, "5") is Role.WARN
        assert text(lines[2].spans).rstrip().endswith("–")
        assert text(lines[3].spans).rstrip().endswith("7+")

    def test_what_only_a_colleagues_program_counted_says_so(self) -> None:
        facts = SidebarFacts((Watched("u-1", 5, is_told=True), Watched("u-2", 5)))
        assert [text(line.spans).split()[-1] for line in sidebar_lines(facts, 24, 10, NOW)[1:3]] == ["~5", "5"]
        assert "u-1 ~5" in text(users_line(facts, 80, NOW).spans)

    def test_what_is_not_fresh_says_how_old_it_is_in_words(self) -> None:
        minutes = {"u-1": 0, "u-2": 1, "u-3": 9, "u-4": 3_000}
        users = [Watched(user, 12, fetched_at=NOW - ago * MINUTE) for user, ago in minutes.items()]
        users += [Watched("u-5", 1_234, is_stale=True, fetched_at=NOW - 1_000), Watched("u-6", is_stale=True)]
        for width in (19, 24, 28):
            lines = [text(line.spans) for line in sidebar_lines(SidebarFacts(tuple(users)), width, 10, NOW)][1:7]
            words = [line.split() for line in lines]
            assert words[:4] == [["u-1", "12"], ["u-2", "12"], ["u-3", "9m", "12"], ["u-4", "2d", "12"]]
            assert words[4:] == [["u-5", "<1m", "1,234"], ["u-6", "–"]]
            assert lines[2].index("9m") == lines[3].index("2d"), "at a steady place"
            assert {len(line) for line in lines} == {width}
        line = text(users_line(SidebarFacts(tuple(users)), 80, NOW).spans)
        assert "u-3 12 9m" in line
        assert "u-1 12  " in line

    @pytest.mark.parametrize("width", [19, 24, 28])
    def test_a_name_stands_beside_the_id_however_long_the_id(self, width: int) -> None:
        users = (
            Watched("u-4711", 5, name="Rajiv Seelam"),
            Watched("0190a1b2-7c3d-7e4f-8a5b-0123456789ab", 7, name="Ada L"),
        )
        lines = [text(line.spans) for line in sidebar_lines(SidebarFacts(users), width, 10, NOW)]
        assert "u-4711 Raj" in lines[1]
        assert "9ab Ada" in lines[2]

    @pytest.mark.parametrize("name", ["", "Ada Lovelace"])
    @pytest.mark.parametrize("ago", [0, 9])
    def test_of_many_customers_what_tells_their_ids_apart_is_shown(self, ago: int, name: str) -> None:
        ids = [f"customer-{number:06}" for number in range(1, 51)]
        users = [Watched(id, 1_234, name=name, fetched_at=NOW - ago * MINUTE) for id in ids]
        for width in (19, 24, 28):
            lines = [text(line.spans) for line in sidebar_lines(SidebarFacts(tuple(users)), width, 60, NOW)][1:51]
            assert [id for id, line in zip(ids, lines, strict=True) if f"{id[-2:]} " not in line] == [], lines
            assert {len(line) for line in lines} == {width}

    def test_every_entry_leads_somewhere(self) -> None:
        lines = sidebar_lines(SIDE, 24, 38, NOW)
        assert ("user.go", ALL_USERS) in [(line.action, line.value) for line in lines]
        assert ("views", "stuck") in [(line.action, line.value) for line in lines]


PREVIEW = PreviewFacts(
    "Invoice #1002 is overdue",
    "invoice_overdue",
    "u-4711",
    "Rajiv Seelam",
    (("email", True), ("push", False)),
    created="11:38",
    first_seen="11:39",
    customer_state="unread",
    state=UNREAD,
    triage="starred",
)


class TestPreview:
    def test_the_head_tells_person_reach_times_and_both_planes(self) -> None:
        title, person, planes = (text(line) for line in preview_head(PREVIEW, 100))
        assert title.startswith(" Invoice #1002 is overdue ")
        assert title.endswith("invoice_overdue ")
        assert person.startswith(" u-4711 Rajiv Seelam  email ✓  push –")
        assert person.endswith("created 11:38, first seen 11:39 ")
        assert planes.startswith(" ● unread")
        assert planes.endswith("mine: starred ")

    def test_in_a_narrow_pane_the_times_are_beside_the_state(self) -> None:
        _, person, planes = (text(line) for line in preview_head(PREVIEW._replace(triage=""), 50))
        assert person.strip() == "u-4711 Rajiv Seelam  email ✓  push –"
        assert planes.startswith(" ● unread")
        assert planes.endswith("created 11:38, first seen 11:39 ")
        _, _, narrower = (text(line) for line in preview_head(PREVIEW, 42))
        assert narrower.endswith("created 11:38  mine: starred ")

    @pytest.mark.parametrize("width", WIDTHS)
    def test_the_head_keeps_its_width(self, width: int) -> None:
        assert {cells(text(line)) for line in preview_head(PREVIEW._replace(title="配" * 200), width)} == {width}

    def test_a_title_whose_marks_terminals_measure_differently_is_whole_beside_its_neighbours(self) -> None:
        title, person, _ = (
            text(line) for line in preview_head(PREVIEW._replace(title="कार्ड अस्वीकृत", user_name="प्रिया"), 100)
        )
        assert title.strip().startswith("कार्ड अस्वीकृत  ")
        assert person.startswith(" u-4711 प्रिया  email ✓")
        assert "push –  " in person

    def test_a_link_shows_its_host_first_and_warns_of_an_odd_one(self) -> None:
        assert link_line(PREVIEW, 80) is None
        link = link_line(PREVIEW._replace(link_host="acme.example", link_path="invoices/1002"), 80)
        assert link is not None
        assert text(link).startswith(" → acme.example/invoices/1002   o open")
        odd = link_line(PREVIEW._replace(link_host="xn--pypal-4ve.com", is_link_suspicious=True), 80)
        assert odd is not None
        assert "looks odd: check the host" in text(odd)


class TestEmptiness:
    @pytest.mark.parametrize("why", Emptiness)
    def test_is_one_sentence_and_at_most_one_key(self, why: Emptiness) -> None:
        sentence, key, label = empty_state(why)
        assert sentence.endswith(".")
        assert sentence.count(".") == 1
        assert bool(key) == bool(label)

    @pytest.mark.parametrize(("width", "height"), [(80, 20), (60, 3), (20, 1), (10, 0)])
    def test_fills_its_place(self, width: int, height: int) -> None:
        lines = empty_lines(Emptiness.ALL_READ, width, height)
        assert len(lines) == height
        assert all(width_of(line) == width for line in lines)


@pytest.mark.parametrize("current", [0, 7, 2_500, 4_993, 4_999])
def test_what_is_kept_for_the_next_start_shows_the_same_lines_of_thousands(current: int) -> None:
    users = tuple(Watched(f"u-{number:04}", number) for number in range(5_000))
    facts = SidebarFacts(users, current_user=f"u-{current:04}")
    kept = facts.in_sight(200)
    assert len(kept.users) == 200
    for height in (5, 24, 60):
        assert sidebar_lines(kept, 24, height, NOW) == sidebar_lines(facts, 24, height, NOW)
