"""What else the cache keeps: counts, freshness, users, the last screen; and how it stays small and quick."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from msgspec.structs import replace

from neptune_inbox.model import (
    Clause,
    ContactInfo,
    Counts,
    Filter,
    Freshness,
    Notification,
    Search,
    User,
)
from neptune_inbox.store.cache import Cache, Merged
from neptune_inbox.store.database import Database
from neptune_inbox.store.schema_cache import open_cache
from neptune_inbox.text import CleanText
from tests.builders import HOUR, NOON, FakeClock, notification, page
from tests.unit.store_helpers import PLACE, keys

A, B, C = keys("abc")


@pytest.fixture
def database() -> Database:
    return open_cache(None, FakeClock().now)


@pytest.fixture
def cache(database: Database) -> Cache:
    return Cache(database, FakeClock().now)


def merge(cache: Cache, *rows: Notification, at: int = NOON, user_id: str = "u-1") -> Merged:
    return cache.merge(PLACE, user_id, page(*rows), seen_at=at)


def shown(cache: Cache, kind: Filter = Filter.ALL, *, users: tuple[str, ...] = ("u-1",)) -> list[str]:
    return [row.id for row in cache.rows(cache.window(PLACE, Search(users, kind)))]


def found(cache: Cache, *texts: str) -> list[str]:
    search = Search(("u-1", "u-2"), Filter.ALL, tuple(Clause("text", text) for text in texts))
    return [row.id for row in cache.rows(cache.window(PLACE, search))]


def test_counts_are_the_servers_and_what_it_does_not_tell_is_kept(cache: Cache) -> None:
    cache.set_counts(PLACE, "u-1", Counts(unread=5), NOON)
    cache.set_counts(PLACE, "u-1", Counts(all=12), NOON + 1)

    assert cache.counts(PLACE, ["u-1", "u-2"]) == {"u-1": Counts(all=12, unread=5)}
    assert cache.counts("another place", ["u-1"]) == {}


def test_local_counts_are_what_is_cached_of_these_users(cache: Cache) -> None:
    merge(cache, notification("a"), notification("b", is_read=True))
    merge(cache, notification("c", "u-2"), user_id="u-2")

    assert cache.local_counts(PLACE, ["u-1"]) == Counts(2, 1, 1)
    assert cache.local_counts(PLACE, ["u-1", "u-2", "nobody"]) == Counts(3, 2, 1)
    assert cache.local_counts(PLACE, []) == Counts(0, 0, 0)


def test_unread_keys_and_event_types(cache: Cache) -> None:
    merge(cache, notification("b"), notification("a", event_type="otp"), notification("c", is_read=True))

    assert cache.unread_keys(PLACE, "u-1") == [B, A]
    assert cache.unread_keys(PLACE, "nobody") == []
    assert cache.event_types(PLACE) == ["otp", "payment_failed"]
    assert cache.event_types("another place") == []


def test_freshness_is_kept_for_each_user(cache: Cache) -> None:
    fresh = Freshness("u-1", NOON, "It is offline.", NOON - HOUR, True)
    cache.set_freshness(PLACE, fresh)
    cache.set_freshness(PLACE, replace(fresh, problem=""))

    assert cache.freshness(PLACE, ["u-1", "u-2"]) == {"u-1": replace(fresh, problem="")}


def test_users_are_kept_with_their_contact_infos(cache: Cache) -> None:
    rajiv = User("u-1", CleanText("Rajiv"), '{"name": "Rajiv"}', (ContactInfo("email", "r@acme.example", "x"),))
    cache.save_user(PLACE, rajiv, NOON)
    cache.save_user(PLACE, User("u-0"), NOON)
    cache.save_user(PLACE, replace(rajiv, contacts=()), NOON)
    cache.save_user(PLACE, rajiv, NOON)

    assert cache.users(PLACE) == [User("u-0"), rajiv]
    assert cache.user(PLACE, "u-1") == rajiv
    assert cache.user("another place", "u-1") is None


def test_the_last_screen_is_remembered(cache: Cache) -> None:
    assert cache.recall("screen") is None
    cache.remember("screen", "{}")
    cache.remember("screen", '{"rows": []}')
    assert cache.recall("screen") == '{"rows": []}'


def test_pruning_forgets_what_is_old_and_keeps_what_it_is_told_to(cache: Cache, database: Database) -> None:
    old = [notification(f"old-{number}", created_at=NOON - HOUR - number, is_read=True) for number in range(600)]
    merge(cache, notification("new", created_at=NOON), *old)

    assert cache.prune(PLACE, NOON - HOUR + 1, keys(["old-7", "never"])) == 599
    assert shown(cache) == ["new", "old-7"]
    assert cache.prune("another place", NOON, []) == 0
    assert found(cache, "Card declined") == ["new", "old-7"]
    with database.reading() as connection:
        assert connection.execute("SELECT count(*) FROM content").fetchone() == (2,)
        matching = connection.execute("SELECT count(*) FROM words WHERE words MATCH 'declined'").fetchone()
    assert matching == (2,), "forgotten rows are not found either"


def test_what_is_still_unread_is_kept_however_old_it_is(cache: Cache) -> None:
    merge(cache, notification("waiting", created_at=NOON - HOUR))

    assert cache.prune(PLACE, NOON, []) == 0
    assert shown(cache) == ["waiting"]


def test_after_pruning_the_cache_no_longer_claims_to_have_it_all(cache: Cache) -> None:
    merge(cache, notification("old", created_at=NOON - HOUR, is_read=True))
    cache.set_freshness(PLACE, Freshness("u-1", NOON, complete_back_to=NOON - HOUR, has_everything=True))
    cache.prune(PLACE, NOON, [])

    fresh = cache.freshness(PLACE, ["u-1"])["u-1"]
    assert (fresh.complete_back_to, fresh.has_everything) == (NOON, False)


def test_a_rowid_is_never_given_twice(cache: Cache) -> None:
    merge(cache, notification("a", created_at=NOON - HOUR, is_read=True))
    (first,) = cache.window(PLACE, Search(("u-1",)))
    cache.prune(PLACE, NOON, [])
    merge(cache, notification("b"))

    assert cache.window(PLACE, Search(("u-1",)))[0] > first


def test_a_thousand_arrivals_are_one_quick_transaction(tmp_path: Path) -> None:
    clock = FakeClock()
    database = open_cache(tmp_path / "cache.db", clock.now)
    cache = Cache(database, clock.now)
    rows = [
        notification(
            f"n-{number}", title=f"Card ending {number} was declined", body="Please choose another card. " * 8
        )
        for number in range(1000)
    ]
    started = time.perf_counter()
    merged = merge(cache, *rows)

    assert time.perf_counter() - started < 5.0, "a busy machine included; alone it is about 40 ms"
    assert len(merged.new) == 1000
    database.close()
