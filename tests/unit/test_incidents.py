"""Which notifications are one incident: against a model that compares every two, and as the cache finds them."""

from __future__ import annotations

from itertools import combinations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neptune_inbox.errors import BadQuery
from neptune_inbox.model import Clause, Filter, Instant, Key, Search
from neptune_inbox.model.incidents import Arrival, Grouping, Incident, IncidentCounts, find_incidents, title_pattern
from neptune_inbox.presentation.incident_words import incident_words
from neptune_inbox.store.cache.cache import Cache
from neptune_inbox.sync.inbox.query import parse_query
from neptune_inbox.text import CleanText
from tests.builders import MINUTE, NOON, notification
from tests.unit.test_store_search import cache_of

GROUPING = Grouping()
TITLES = ("Card ending {} was declined", "Invoice #{} is overdue", "Maintenance tonight")
DRAWN = st.lists(
    st.tuples(
        st.integers(0, 120).map(lambda minutes: minutes * MINUTE),
        st.integers(0, 6),
        st.sampled_from(("payment_failed", "notice")),
        st.sampled_from(TITLES),
    ),
    max_size=60,
)
Drawn = list[tuple[Instant, int, str, str]]


def arrivals(drawn: Drawn) -> list[Arrival]:
    return [
        Arrival(NOON + at, number, f"u-{user}", CleanText(event), CleanText(title.format(1000 + number)))
        for number, (at, user, event, title) in enumerate(drawn, 1)
    ]


def by_comparison(came: list[Arrival], grouping: Grouping) -> set[frozenset[int]]:
    """Whoever is close to a member is a member: each two compared, until nothing changes."""
    group = {one.rowid: {one.rowid} for one in came}
    patterns = {one.rowid: title_pattern(one.title) for one in came}
    for one, other in combinations(came, 2):
        is_alike = (one.event_type, patterns[one.rowid]) == (other.event_type, patterns[other.rowid])
        if is_alike and abs(one.at - other.at) <= grouping.gap and group[one.rowid] is not group[other.rowid]:
            joined = group[one.rowid] | group[other.rowid]
            group.update(dict.fromkeys(joined, joined))
    groups = map(frozenset, group.values())
    whose = {one.rowid: one.user_id for one in came}
    return {each for each in groups if len({whose[rowid] for rowid in each}) >= grouping.least}


def members(incidents: list[Incident]) -> set[frozenset[int]]:
    return {frozenset(each.rowids) for each in incidents}


@given(DRAWN, st.integers(0, 40), st.integers(2, 5))
def test_the_groups_are_those_of_the_model(drawn: Drawn, gap: int, least: int) -> None:
    came, grouping = arrivals(drawn), Grouping(gap * MINUTE, least)
    found = find_incidents(came, grouping)
    assert members(found) == by_comparison(came, grouping)
    assert find_incidents(reversed(came), grouping) == found, "the order in which they are read does not matter"
    times = {one.rowid: one.at for one in came}
    for each in found:
        assert [times[rowid] for rowid in each.rowids] == sorted(
            (times[rowid] for rowid in each.rowids), reverse=True
        )
        assert (times[each.rowids[-1]], times[each.rowids[0]]) == (each.since, each.until)


def cached(drawn: Drawn) -> Cache:
    return cache_of(
        *(
            notification(str(one.rowid), one.user_id, one.title, created_at=one.at, event_type=one.event_type)
            for one in arrivals(drawn)
        )
    )


@pytest.mark.slow
@given(DRAWN, st.integers(0, 130), st.integers(2, 5))
def test_the_cache_finds_the_same_incidents(drawn: Drawn, since: int, least: int) -> None:
    cache, start, grouping = cached(drawn), NOON + since * MINUTE, Grouping(15 * MINUTE, least)
    users = [f"u-{number}" for number in range(7)]
    rowids = cache.rowids([Key(one.user_id, str(one.rowid)) for one in arrivals(drawn)])
    came = [one._replace(rowid=rowids[Key(one.user_id, str(one.rowid))]) for one in arrivals(drawn)]
    everything = find_incidents(came, grouping)
    assert cache.incidents(users, grouping) == everything
    assert cache.incidents(users, grouping, start) == [each for each in everything if each.until >= start]
    few = users[:4]
    assert cache.incidents(few, grouping) == find_incidents([one for one in came if one.user_id in few], grouping)


@pytest.mark.slow
@given(DRAWN)
def test_a_search_by_rowids_shows_exactly_these(drawn: Drawn) -> None:
    cache, users = cached(drawn), tuple(f"u-{number}" for number in range(7))
    wanted = tuple(rowid for each in cache.incidents(users, GROUPING) for rowid in each.rowids)
    inside = cache.snapshot(Search(users, Filter.ALL, (Clause("rowids", rowids=wanted),)))
    outside = cache.snapshot(Search(users, Filter.ALL, (Clause("rowids", is_negated=True, rowids=wanted),)))
    assert sorted(inside) == sorted(wanted)
    assert len(inside) + len(outside) == len(drawn)


@pytest.mark.parametrize(
    ("titles", "pattern"),
    [
        (("Card ending 4242 was declined", "Card ending 1881 was declined"), "Card ending # was declined"),
        (("Invoice #1002 is overdue", "Invoice #7 is overdue", "Invoice A-77/3 is overdue"), "Invoice # is overdue"),
        (("You owe € 1,234.50!", "You owe EUR 12!", "You owe 7 USD!", "You owe -$3!"), "You owe #!"),
        (("Call +91 98765 43210 back", "Call 555 back"), "Call # back"),
        (("Mail to a@b.example failed", "Mail to x.y@acme.example failed"), "Mail to # failed"),
        (("Order 018f3c2a-7b13-7000-8000-0123456789ab", "Order ab12"), "Order #"),
        (("Your code is ••••••", "Your code is 123456"), "Your code is #"),
        (("您的订单1002已发货", "您的订单88已发货"), "您的订单#已发货"),
        (("Rate 12.5% until 14:02", "Rate 3% until 9:00"), "Rate # until #"),
        (("re-enter your PIN", "re-enter  your PIN"), "re-enter your PIN"),
        (("",), ""),
    ],
)
def test_what_differs_from_customer_to_customer_is_left_out_of_a_title(titles: tuple[str, ...], pattern: str) -> None:
    assert {title_pattern(title) for title in titles} == {pattern}


def test_other_words_are_another_incident() -> None:
    assert title_pattern("Card ending 4242 was declined") != title_pattern("Card ending 4242 was accepted")


@given(st.text(max_size=60))
def test_a_pattern_is_its_own_pattern_and_tells_no_number(title: str) -> None:
    pattern = title_pattern(title)
    assert title_pattern(pattern) == pattern
    assert not any(char.isdecimal() for char in pattern)


def test_a_query_asks_for_incidents() -> None:
    assert parse_query("is:incident", NOON) == (Clause("is", "incident"),)
    assert parse_query("incident:5", NOON) == (Clause("incident", "5"),)
    assert parse_query("-incident:5", NOON) == (Clause("incident", "5", is_negated=True),)
    for wrong in ("incident:", "incident:many", "incident:1", "incident:²", "incident:-5", "incident:9999999"):
        with pytest.raises(BadQuery):
            parse_query(wrong, NOON)


def test_an_incident_in_words() -> None:
    counts = IncidentCounts(37, 37, 9, 2, NOON, NOON + 4 * MINUTE)
    words = incident_words(counts, NOON + 60 * MINUTE)
    assert words.startswith("37 customers in 4 min · 9 read · 2 by us · since ")
    assert incident_words(counts, NOON, watched=120).startswith("37 of 120 watched in 4 min")
    assert "40 notifications" in incident_words(IncidentCounts(37, 40, 0, 0, NOON, NOON), NOON)


@pytest.mark.slow
def test_a_storm_of_five_thousand_arrivals_is_grouped_as_the_model_groups_it() -> None:
    rng = Random(22)
    drawn = [
        (
            rng.randrange(3_000) * MINUTE,
            rng.randrange(40),
            rng.choice(("payment_failed", "notice")),
            rng.choice(TITLES),
        )
        for _ in range(5_000)
    ]
    cache, users = cached(drawn), [f"u-{number}" for number in range(40)]
    rowids = cache.rowids([Key(one.user_id, str(one.rowid)) for one in arrivals(drawn)])
    came = [one._replace(rowid=rowids[Key(one.user_id, str(one.rowid))]) for one in arrivals(drawn)]
    grouping = Grouping(3 * MINUTE, 3)
    found = cache.incidents(users, grouping)
    assert len(found) > 20
    kinds = {(one.event_type, title_pattern(one.title)) for one in came}
    expected = [
        by_comparison([one for one in came if (one.event_type, title_pattern(one.title)) == kind], grouping)
        for kind in kinds
    ]
    assert members(found) == set().union(*expected)
