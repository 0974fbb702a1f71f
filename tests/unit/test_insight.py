"""How soon notifications are read: medians, what nobody read, and that our own reads never count."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from neptune_inbox.model import Instant, Key, Lifetime, Mark, MarkState
from neptune_inbox.sync.insight import DAY, HOUR, Insight, calculate, to_csv
from neptune_inbox.text import clean_line

NOW = 1_795_000_000_000


def lifetime(
    id: str,
    *,
    event_type: str = "welcome",
    age: Instant = DAY,
    read_after: Instant | None = None,
    seen_unread_until: Instant | None = None,
) -> Lifetime:
    """One that came `age` ago and was read `read_after` its creation, or is unread."""
    created_at = NOW - age
    read_at = None if read_after is None else created_at + read_after
    after = read_at if seen_unread_until is None else created_at + seen_unread_until
    return Lifetime(Key("u-1", id), clean_line(event_type), created_at, read_at is not None, after, read_at)


def figures(*lifetimes: Lifetime, ours: tuple[str, ...] = ()) -> Insight:
    return calculate(lifetimes, {Key("u-1", id): mark(id) for id in ours}, users=1, days=30, now=NOW)


def mark(id: str, state: MarkState = MarkState.CONFIRMED, *, made_at: Instant = NOW - DAY) -> Mark:
    return Mark("u-1", id, state, made_at, made_at)


def test_the_median_and_the_slowest_tenth_are_told_for_each_kind_of_event() -> None:
    reads = [lifetime(f"r{hours}", read_after=hours * HOUR, age=20 * HOUR) for hours in range(1, 11)]
    (event,) = figures(*reads).events
    assert (event.count, event.read, event.median, event.p90) == (10, 10, 6 * HOUR, 10 * HOUR)
    assert not event.is_at_most


def test_what_we_marked_says_nothing_about_the_customer() -> None:
    both = figures(lifetime("theirs", read_after=HOUR), lifetime("ours", read_after=9 * HOUR), ours=("ours",))
    assert both.left_out == 1
    assert both.events[0].median == HOUR
    assert both.count == 2


def test_whose_read_it_is_follows_from_the_mark_and_from_when_it_was_read() -> None:
    unread, read = lifetime("a"), lifetime("a", read_after=HOUR)

    def left_out(one: Lifetime, mark: Mark) -> int:
        return calculate([one], {one.key: mark}, users=1, days=30, now=NOW).left_out

    assert left_out(unread, mark("a", MarkState.ACCEPTED)) == 1, "read, as far as anybody knows, through us"
    assert left_out(unread, mark("a", MarkState.CONTRADICTED)) == 0, "the list says that it is unread"
    assert left_out(unread, mark("a", MarkState.HELD)) == 0, "nothing was sent"
    assert left_out(read, mark("a", made_at=NOW - HOUR)) == 0, "the customer had read it before"
    assert left_out(read, mark("a", made_at=NOW - DAY)) == 1


def test_a_time_that_only_two_polls_bound_is_called_at_most() -> None:
    (event,) = figures(lifetime("a", read_after=2 * HOUR, seen_unread_until=HOUR)).events
    assert event.is_at_most
    assert event.median == 2 * HOUR


def test_unread_for_more_than_a_day_counts_as_never_read_and_stands_in_its_age() -> None:
    insight = figures(lifetime("fresh", age=HOUR // 2), lifetime("old", age=2 * DAY), lifetime("older", age=30 * DAY))
    assert insight.events[0].never_read == 2
    assert dict(insight.unread_by_age) == {
        "under 1 h": 1,
        "1 to 6 h": 0,
        "6 to 24 h": 0,
        "1 to 3 d": 1,
        "3 to 7 d": 0,
        "over 7 d": 1,
    }


def test_nothing_read_has_no_median_and_the_csv_says_so_with_an_empty_field() -> None:
    insight = figures(lifetime("a", event_type="otp_requested"))
    assert insight.events[0].median is None
    assert to_csv(insight).splitlines() == [
        "event_type,count,read,unread_after_1_day,median_s,p90_s,at_most",
        "otp_requested,1,0,0,,,False",
    ]


@given(st.lists(st.tuples(st.integers(0, 60 * DAY), st.none() | st.integers(0, 5 * DAY), st.booleans()), max_size=40))
def test_every_notification_is_counted_exactly_once(drawn: list[tuple[int, int | None, bool]]) -> None:
    lifetimes = [lifetime(str(number), age=age, read_after=read) for number, (age, read, _) in enumerate(drawn)]
    ours = tuple(str(number) for number, (_, _, is_ours) in enumerate(drawn) if is_ours)
    insight = figures(*lifetimes, ours=ours)
    assert sum(event.count for event in insight.events) + insight.left_out == len(drawn)
    assert sum(insight.by_hour) == len(drawn)
    unread = sum(read is None for _, read, _ in drawn)
    assert sum(count for _, count in insight.unread_by_age) == unread
