"""Looking at the inbox: what a list shows, what waits, what is hidden, how many there are."""

from __future__ import annotations

import pytest

from neptune_inbox.errors import BadQuery
from neptune_inbox.model import EVERYONE, Counts, Filter, Key
from neptune_inbox.sandbox.faults import Kind
from neptune_inbox.sync.inbox.inbox import Overview, Scope
from neptune_inbox.sync.session import Session
from tests.builders import ENVIRONMENT, HOUR, Office, keys, shown

ALL, UNREAD, READ = Filter.ALL, Filter.UNREAD, Filter.READ


@pytest.fixture
def office() -> Office:
    return Office(users=("u-1", "u-2"))


async def fetch(office: Office, session: Session, count: int = 3, user_id: str = "u-1", **how: bool) -> list[str]:
    """So many arrive and are fetched; their ids, newest first."""
    ids = office.arrive(count, user_id, **how)
    await session.inbox.refresh(user_id, ALL)
    return ids[::-1]


# -- what is shown -----------------------------------------------------------------------------------------------


async def test_each_filter_shows_its_kind_newest_first(office: Office, session: Session) -> None:
    read = await fetch(office, session, 2, is_read=True)
    unread = await fetch(office, session, 2)
    assert await shown(session, Scope("u-1", UNREAD)) == unread
    assert await shown(session, Scope("u-1", READ)) == read
    assert await shown(session, Scope("u-1", ALL)) == unread + read


async def test_everyone_is_all_watched_customers_in_one_list(office: Office, session: Session) -> None:
    first = await fetch(office, session, 1, "u-1")
    second = await fetch(office, session, 1, "u-2")
    third = await fetch(office, session, 1, "u-1")
    stranger = await fetch(office, session, 1, "u-3")
    assert await shown(session) == third + second + first
    await session.inbox.unwatch("u-2")
    assert await shown(session) == third + first
    await session.inbox.watch("u-3")
    assert await shown(session) == stranger + third + first
    assert await session.inbox.watched() == ["u-1", "u-3"]
    assert await shown(session, Scope("u-2")) == second, "who is not watched can still be looked at"


async def test_a_list_is_frozen_and_what_came_since_waits(office: Office, session: Session) -> None:
    before = await fetch(office, session, 3)
    snapshot = await session.inbox.open(Scope())
    assert await session.inbox.waiting(Scope(), snapshot) == 0
    since = await fetch(office, session, 2)
    since_other = await fetch(office, session, 1, "u-2")
    assert await session.inbox.waiting(Scope(), snapshot) == 3
    newer = await session.inbox.open_newer(Scope(), snapshot)
    assert [row.id for row in await session.inbox.rows(newer)] == since_other + since
    assert [row.id for row in await session.inbox.rows(snapshot)] == before
    assert await session.inbox.waiting(Scope("u-1"), await session.inbox.open(Scope("u-1"))) == 0


async def test_a_list_within_a_horizon_holds_nothing_that_came_since(office: Office, session: Session) -> None:
    before = await fetch(office, session, 3)
    frozen = await session.inbox.open(Scope())
    since = await fetch(office, session, 2)
    narrower = await session.inbox.open(Scope(query="event:payment_*"), within=frozen.horizon)
    assert [row.id for row in await session.inbox.rows(narrower)] == before
    assert await session.inbox.waiting(Scope(), narrower) == 2
    first = await session.inbox.open(Scope(), limit=2, within=frozen.horizon)
    assert first.is_partial
    assert [row.id for row in await session.inbox.rows(first)] == before[:2]
    whole = await session.inbox.lists.completed(first, Scope())
    assert [row.id for row in await session.inbox.rows(whole)] == before
    nothing = await session.inbox.open(Scope("u-2"))
    await fetch(office, session, 1, "u-2")
    found = await session.inbox.open(Scope("u-2"), within=nothing.horizon)
    assert len(found) == 1, "there is nothing that it could push aside"
    assert await session.inbox.waiting(Scope("u-2"), found) == 0
    assert await shown(session, Scope("u-1")) == since + before


async def test_the_rest_of_a_list_holds_the_first_rows_whatever_became_of_them(
    office: Office, session: Session
) -> None:
    ids = await fetch(office, session, 4)
    first = await session.inbox.open(Scope(), limit=2)
    await session.triage.set_done(keys(ids[:1]), True)
    whole = await session.inbox.lists.completed(first, Scope())
    assert [row.id for row in await session.inbox.rows(whole)] == ids


async def test_a_list_is_extended_by_what_was_asked_for_and_keeps_what_it_holds(
    office: Office, session: Session
) -> None:
    ids = await fetch(office, session, 3)
    frozen = await session.inbox.open(Scope())
    await session.triage.set_done(keys(ids[:1]), True)
    older = await fetch(office, session, 1, "u-2")
    since = await fetch(office, session, 2)
    asked = await session.inbox.rowids([Key("u-2", older[0])])
    extended = await session.inbox.lists.extended(frozen, Scope(), asked)
    assert [row.id for row in await session.inbox.rows(extended)] == older + ids
    assert await session.inbox.waiting(Scope(), extended) == len(since)


async def test_only_what_fits_the_filter_and_the_query_waits(office: Office, session: Session) -> None:
    await fetch(office, session, 1)
    scope = Scope("u-1", UNREAD, "event:payment_*")
    snapshot = await session.inbox.open(scope)
    await fetch(office, session, 2, is_read=True)
    assert await session.inbox.waiting(scope, snapshot) == 0
    office.sandbox_state.add_notification(ENVIRONMENT, "u-1", "Your code", event_type="otp_requested")
    await session.inbox.refresh("u-1", ALL)
    assert await session.inbox.waiting(scope, snapshot) == 0
    await fetch(office, session, 1)
    assert await session.inbox.waiting(scope, snapshot) == 1


async def test_what_was_there_but_not_shown_never_waits(office: Office, session: Session) -> None:
    (id,) = await fetch(office, session, 1)
    await fetch(office, session, 1, is_read=True)
    await session.triage.snooze(keys([id]), office.clock.now() + HOUR)
    snapshot = await session.inbox.open(Scope())
    assert len(snapshot) == 0
    office.clock.advance(7200)
    assert await session.inbox.waiting(Scope(), snapshot) == 0, "it woke; it did not arrive"
    assert await shown(session) == [id]
    assert await session.inbox.waiting(Scope(), snapshot) == 0


# -- triage ----------------------------------------------------------------------------------------------------


async def test_what_is_done_or_snoozed_leaves_the_unread_list_and_is_counted(
    office: Office, session: Session
) -> None:
    ids = await fetch(office, session, 5)
    await session.triage.set_done(keys(ids[:1]), True)
    await session.triage.snooze(keys(ids[1:3]), office.clock.now() + HOUR)
    snapshot = await session.inbox.open(Scope())
    assert [row.id for row in await session.inbox.rows(snapshot)] == ids[3:]
    assert snapshot.hidden == 3
    assert await shown(session, Scope(kind=ALL)) == ids, "the list of all hides nothing"
    office.clock.advance(3601)
    snapshot = await session.inbox.open(Scope())
    assert (len(snapshot), snapshot.hidden) == (4, 1), "the snooze is over"
    await session.triage.set_done(keys(ids[:1]), False)
    assert await shown(session) == ids


async def test_what_is_hidden_is_counted_within_the_query_only(office: Office, session: Session) -> None:
    ids = await fetch(office, session, 2)
    await fetch(office, session, 1, "u-2")
    await session.triage.set_done([Key("u-1", ids[0])], True)
    assert (await session.inbox.open(Scope("u-2"))).hidden == 0
    assert (await session.inbox.open(Scope("u-1", UNREAD, "card"))).hidden == 1
    assert (await session.inbox.open(Scope("u-1", UNREAD, "nothing such"))).hidden == 0
    assert (await session.inbox.open(Scope("u-1", UNREAD, "is:pending"))).hidden == 0


async def test_the_word_done_in_a_text_hides_as_always(office: Office, session: Session) -> None:
    ids = await fetch(office, session, 1)
    office.sandbox_state.add_notification(ENVIRONMENT, "u-1", "All done for today")
    await session.inbox.refresh("u-1", ALL)
    await session.triage.set_done(keys(ids), True)
    snapshot = await session.inbox.open(Scope("u-1", UNREAD, "done"))
    assert [row.title for row in await session.inbox.rows(snapshot)] == ["All done for today"]
    await session.triage.set_done(await session.inbox.keys(snapshot), True)
    assert await shown(session, Scope("u-1", UNREAD, "done")) == []


async def test_a_query_that_names_my_plane_shows_what_it_asks_for(office: Office, session: Session) -> None:
    done, snoozed, starred, noted, plain = await fetch(office, session, 5)
    await session.triage.set_done(keys([done]), True)
    await session.triage.snooze(keys([snoozed]), office.clock.now() + HOUR)
    await session.triage.star(keys([starred]), True)
    await session.triage.note(Key("u-1", noted), "called back")
    for flag, id in (("done", done), ("snoozed", snoozed), ("starred", starred), ("noted", noted)):
        assert await shown(session, Scope(query=f"is:{flag}")) == [id]
        assert id not in await shown(session, Scope(query=f"-is:{flag}"))
        assert plain in await shown(session, Scope(query=f"-is:{flag}"))
    assert await shown(session, Scope(query="is:done is:starred")) == []


async def test_queries_about_the_outbox(office: Office, session: Session) -> None:
    pending, failed, plain = await fetch(office, session, 3)
    await session.marking.hold(keys([failed]), label="1 shown")
    office.faults.set(Kind.MISSING, method="POST", times=1)
    office.clock.advance(5)
    await session.sender.flush()
    await session.marking.hold(keys([pending]), label="1 shown")
    assert await shown(session, Scope(query="is:pending")) == [pending]
    assert await shown(session, Scope(query="is:failed")) == [failed]
    assert await shown(session, Scope(query="-is:pending -is:failed")) == [plain]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("", ["Welcome", "Your code is ••••", "Card declined"]),
        ("code", ["Your code is ••••"]),
        ('"code is"', ["Your code is ••••"]),
        ("-code", ["Welcome", "Card declined"]),
        ("event:otp_*", ["Your code is ••••"]),
        ("-event:otp_*", ["Welcome", "Card declined"]),
        ("is:read", ["Welcome"]),
        ("-is:read", ["Your code is ••••", "Card declined"]),
        ("is:unread event:payment_failed", ["Card declined"]),
        ("has:link", ["Card declined"]),
        ("user:u-2", ["Welcome"]),
        ("-user:u-2", ["Your code is ••••", "Card declined"]),
        ("since:90m", ["Welcome", "Your code is ••••"]),
        ("before:90m", ["Card declined"]),
        ("since:150m before:30m", ["Your code is ••••", "Card declined"]),
        ("is:read is:unread", []),
    ],
)
async def test_every_kind_of_query(office: Office, session: Session, query: str, titles: list[str]) -> None:
    now = office.clock.now()
    for title, event_type, user_id, hours, link in (
        ("Card declined", "payment_failed", "u-1", 2, "https://acme.example/cards"),
        ("Your code is ••••", "otp_requested", "u-1", 1, ""),
        ("Welcome", "welcome", "u-2", 0, ""),
    ):
        office.sandbox_state.add_notification(
            ENVIRONMENT,
            user_id,
            title,
            event_type=event_type,
            created_at=now - hours * HOUR,
            read_at=now if user_id == "u-2" else None,
            link=link,
        )
        await session.inbox.refresh(user_id, ALL)
    snapshot = await session.inbox.open(Scope(EVERYONE, ALL, query))
    assert [row.title for row in await session.inbox.rows(snapshot)] == titles
    assert await session.inbox.count(Scope(EVERYONE, ALL, query)) == len(titles)


async def test_a_query_that_is_wrong_says_where(session: Session) -> None:
    scope = Scope(query="card is:open")
    with pytest.raises(BadQuery) as caught:
        await session.inbox.open(scope)
    assert caught.value.position == 5
    assert await session.inbox.count(scope) is None


# -- counts and single rows ----------------------------------------------------------------------------------------


async def test_the_overview_counts_what_the_server_told_and_what_is_cached(office: Office, session: Session) -> None:
    await fetch(office, session, 2)
    await fetch(office, session, 1, is_read=True)
    overview = await session.inbox.overview(EVERYONE)
    assert overview.users == ("u-1", "u-2")
    assert overview.counts["u-1"] == Counts(3, 2, 1)
    assert overview.total(UNREAD, overview.users) == (2, False), "nobody has told anything of u-2"
    assert overview.cached == Counts(3, 2, 1)
    assert overview.freshness["u-1"].fetched_at == office.clock.now()
    assert overview.freshness["u-2"].fetched_at is None
    await session.inbox.refresh("u-2", UNREAD)
    overview = await session.inbox.overview(EVERYONE)
    assert overview.total(UNREAD, overview.users) == (2, True)


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        (Counts(10, 4, 6), Counts(10, 4, 6)),
        (Counts(10, 7, 6), Counts(13, 7, 6)),  # three arrived since
        (Counts(10, 1, 6), Counts(10, 1, 9)),  # three were read since
        (Counts(10, 0, 0), Counts(10, 0, 10)),
        (Counts(None, 3, 6), Counts(None, 3, 6)),
        (Counts(10, 3, None), Counts(10, 3, None)),
    ],
)
def test_what_is_counted_adds_up_also_where_only_the_unread_were_asked_for_since(told: Counts, shown: Counts) -> None:
    assert told.reconciled() == shown


async def test_a_customer_on_screen_who_is_not_watched_has_counts_too(office: Office, session: Session) -> None:
    await fetch(office, session, 4, "u-9")
    overview = await session.inbox.overview("u-9")
    assert overview.users == ("u-1", "u-2", "u-9")
    assert overview.cached.unread == 4


def test_counts_that_nobody_told_are_no_zero() -> None:
    assert Overview(users=("u-1",)).total(ALL, ("u-1",)) == (None, False)


async def test_looking_writes_nothing_on_the_server(office: Office, session: Session) -> None:
    (id,) = await fetch(office, session, 1)
    key = Key("u-1", id)
    row, whole = await session.inbox.row(key), await session.inbox.notification(key)
    assert row is not None
    assert whole is not None
    assert (row.id, whole.id, row.counts_as_unread) == (id, id, True)
    assert await session.inbox.row(Key("u-1", "gone")) is None
    assert await session.inbox.notification(Key("u-1", "gone")) is None
    assert await session.inbox.event_types() == ["payment_failed"]
    assert office.faults.count_writes() == 0


async def test_older_pages_come_on_demand(office: Office, session: Session) -> None:
    ids = office.arrive(260)
    await session.inbox.refresh("u-1", UNREAD)
    assert len(await shown(session, Scope("u-1", ALL))) == 200
    await session.inbox.load_older("u-1", ALL)
    assert await shown(session, Scope("u-1", ALL)) == ids[::-1]


async def test_the_screen_is_kept_for_the_next_first_paint(office: Office, session: Session) -> None:
    await session.inbox.remember_screen("a picture")
    assert office.stores.of(session.tenant).cache.recall("screen") == "a picture"
