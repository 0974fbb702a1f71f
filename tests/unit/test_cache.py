"""The cache: pages of the server laid over what is known, and looked at without touching the server."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from neptune_inbox.model import (
    Clause,
    Counts,
    Filter,
    Key,
    Notification,
    Search,
    Sighting,
)
from neptune_inbox.store.cache.cache import Cache, Merged
from neptune_inbox.store.cache.schema import open_cache
from neptune_inbox.store.cache.users import UserCache
from neptune_inbox.store.database.database import Database
from neptune_inbox.text import CleanText
from tests.builders import HOUR, MINUTE, NOON, SECOND, FakeClock, notification, page
from tests.unit.store_helpers import TENANT, elsewhere, keys

A, B, C = keys("abc")


@pytest.fixture
def database() -> Database:
    return open_cache(None, FakeClock().now)


@pytest.fixture
def cache(database: Database) -> Cache:
    return Cache(database, TENANT, FakeClock().now)


def merge(cache: Cache, *rows: Notification, at: int = NOON, user_id: str = "u-1") -> Merged:
    return cache.merge(user_id, page(*rows), seen_at=at)


def writes(database: Database) -> int:
    """A number that grows with every row that is written."""
    with database.transaction() as connection:
        return connection.total_changes


def shown(cache: Cache, kind: Filter = Filter.ALL, *, users: tuple[str, ...] = ("u-1",)) -> list[str]:
    return [row.id for row in cache.rows(cache.snapshot(Search(users, kind)))]


def test_what_is_new_is_told_and_shown_newest_first(cache: Cache) -> None:
    merged = merge(cache, notification("b", created_at=NOON), notification("a", created_at=NOON - HOUR))

    assert merged == Merged(new=(B, A), changed=2)
    assert shown(cache) == ["b", "a"]


def test_the_same_page_again_changes_nothing_and_writes_nothing(cache: Cache, database: Database) -> None:
    rows = [notification("a", is_read=True), notification("b")]
    merge(cache, *rows)
    before = writes(database)

    for minute in range(5):
        assert merge(cache, *rows, at=NOON + minute * MINUTE) == Merged()
    assert merge(cache) == Merged()
    assert writes(database) == before


def test_a_notification_comes_back_as_it_was_told(cache: Cache) -> None:
    told = notification(
        "a",
        title="Card declined ✓",
        body="Dear *Rajiv*",
        link="https://acme.example",
        data='{"n": 1}',
        read_at=NOON,
    )
    told = replace(told, status=CleanText("success"), raw='{"uuid": "a"}')
    merge(cache, told)

    assert cache.notification(A) == told
    row = cache.row(A)
    assert row is not None
    assert (row.title, row.event_type, row.is_read, row.read_at, row.has_link) == (
        "Card declined ✓",
        "payment_failed",
        True,
        NOON,
        True,
    )
    assert cache.rows([row.rowid, 999]) == [row]
    assert cache.notification(B) is None
    assert elsewhere(cache).row(A) is None


def test_rows_come_in_the_order_asked_for(cache: Cache) -> None:
    merge(cache, notification("a"), notification("b"), notification("c"))
    rowids = cache.snapshot(Search(("u-1",)))

    assert [row.rowid for row in cache.rows(rowids[::-1])] == list(rowids[::-1])


def test_equal_times_keep_the_order_of_the_server(cache: Cache) -> None:
    merge(cache, notification("c"), notification("b"), notification("a"))

    assert shown(cache) == ["c", "b", "a"]


def test_a_row_without_a_time_stands_where_it_was_first_seen(cache: Cache) -> None:
    merge(cache, notification("old", created_at=NOON - HOUR), notification("none", created_at=None))
    merge(cache, notification("new", created_at=NOON + HOUR), at=NOON + 2 * HOUR)
    merge(cache, notification("none", created_at=None, title="Changed"), at=NOON + 3 * HOUR)

    assert shown(cache) == ["new", "none", "old"]
    row = cache.row(Key("u-1", "none"))
    assert row is not None
    assert (row.created_at, row.title) == (None, "Changed")


def test_a_row_that_is_twice_in_a_page_is_one(cache: Cache) -> None:
    assert merge(cache, notification("a"), notification("a")).new == (A,)
    assert UserCache(cache._database, TENANT).local_counts(["u-1"]) == Counts(1, 1, 0)


def test_when_it_became_read_is_known_as_the_time_between_two_looks(cache: Cache) -> None:
    merge(cache, notification("a"), at=NOON)
    merge(cache, notification("a"), at=NOON + MINUTE)
    assert cache.sighting(A) == Sighting(NOON, NOON + MINUTE)

    merged = merge(cache, notification("a", is_read=True), at=NOON + 2 * MINUTE)

    assert merged == Merged(became_read=(A,), changed=1)
    assert cache.sighting(A) == Sighting(NOON, NOON + MINUTE, NOON + 2 * MINUTE)
    assert cache.sighting(B) is None


def test_what_was_read_when_we_first_saw_it_was_never_seen_unread(cache: Cache) -> None:
    merge(cache, notification("a", is_read=True))

    assert cache.sighting(A) == Sighting(NOON, None, NOON)


def test_a_page_without_the_row_proves_nothing_about_it(cache: Cache) -> None:
    merge(cache, notification("a"), notification("b"), at=NOON)
    merge(cache, notification("b"), at=NOON + MINUTE)
    merge(cache, notification("a", is_read=True), at=NOON + 2 * MINUTE)

    assert cache.sighting(A) == Sighting(NOON, NOON, NOON + 2 * MINUTE)


def test_the_last_look_survives_a_restart_once_it_was_written(tmp_path: Path) -> None:
    clock = FakeClock()
    database = open_cache(tmp_path / "cache.db", clock.now)
    cache = Cache(database, TENANT, clock.now)
    merge(cache, notification("a"), at=NOON)
    merge(cache, notification("a"), at=NOON + MINUTE)
    cache.checkpoint()
    database.close()

    database = open_cache(tmp_path / "cache.db", clock.now)
    assert Cache(database, TENANT, clock.now).sighting(A) == Sighting(NOON, NOON + MINUTE)
    database.close()


def test_the_server_may_say_later_when_it_was_read(cache: Cache) -> None:
    merge(cache, notification("a", is_read=True))

    assert merge(cache, notification("a", read_at=NOON - MINUTE)).changed == 1
    assert merge(cache, notification("a", is_read=True)).changed == 0
    told = cache.notification(A)
    assert told is not None
    assert told.read_at == NOON - MINUTE


def test_the_server_may_say_that_it_is_unread_again(cache: Cache) -> None:
    merge(cache, notification("a", read_at=NOON - HOUR))

    assert merge(cache, notification("a"), at=NOON + MINUTE) == Merged(changed=1)
    assert shown(cache, Filter.UNREAD) == ["a"]
    assert cache.sighting(A) == Sighting(NOON, NOON + MINUTE)


def test_our_confirmed_mark_shows_at_once_and_is_no_news_later(cache: Cache) -> None:
    merge(cache, notification("a"), notification("b"))

    cache.note_read([A, Key("u-9", "x")], NOON + SECOND)

    assert shown(cache, Filter.UNREAD) == ["b"]
    assert merge(cache, notification("a", is_read=True), at=NOON + MINUTE) == Merged()
    assert cache.sighting(A) == Sighting(NOON, NOON, NOON + SECOND)


def test_a_page_that_was_asked_for_before_our_mark_does_not_undo_it(cache: Cache) -> None:
    merge(cache, notification("a"))
    cache.note_read([A], NOON + SECOND)

    merge(cache, notification("a"), at=NOON + SECOND - 1)
    assert shown(cache, Filter.READ) == ["a"]
    merge(cache, notification("a"), at=NOON + SECOND + 1)
    assert shown(cache, Filter.UNREAD) == ["a"]


def test_a_changed_text_is_found_by_its_new_words_and_no_longer_by_the_old(cache: Cache) -> None:
    merge(cache, notification("a", title="Your parcel is on its way", data='{"depot": "Köln"}'))
    merge(cache, notification("a", title="Your parcel has arrived", event_type="parcel_arrived"))

    assert found(cache, "arrived") == ["a"]
    assert found(cache, "on its way") == []
    assert found(cache, "payment_failed") == []
    assert found(cache, "Köln") == []


def found(cache: Cache, *texts: str) -> list[str]:
    search = Search(("u-1", "u-2"), Filter.ALL, tuple(Clause("text", text) for text in texts))
    return [row.id for row in cache.rows(cache.snapshot(search))]


def test_the_same_id_of_two_users_and_in_two_places_is_apart(cache: Cache) -> None:
    merge(cache, notification("a", title="one"))
    merge(cache, notification("a", "u-2", title="two"), user_id="u-2")
    elsewhere(cache).merge("u-1", page(notification("a", title="three")), seen_at=NOON)

    titles = [
        row.title
        for each, user_id in ((cache, "u-1"), (cache, "u-2"), (elsewhere(cache), "u-1"))
        if (row := each.row(Key(user_id, "a")))
    ]
    assert titles == ["one", "two", "three"]
    cache.note_read([A], NOON)
    assert shown(cache, Filter.UNREAD, users=("u-1", "u-2")) == ["a"]
