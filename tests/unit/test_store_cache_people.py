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
from neptune_inbox.store.cache.cache import Cache, Merged
from neptune_inbox.store.cache.schema import open_cache
from neptune_inbox.store.cache.users import UserCache
from neptune_inbox.store.database.database import Database
from neptune_inbox.text import CleanText
from tests.builders import HOUR, NOON, FakeClock, notification, page
from tests.speed import units
from tests.unit.store_helpers import TENANT, elsewhere, keys, prune

A, B, C = keys("abc")


@pytest.fixture
def database() -> Database:
    return open_cache(None, FakeClock().now)


@pytest.fixture
def cache(database: Database) -> Cache:
    return Cache(database, TENANT, FakeClock().now)


@pytest.fixture
def users(database: Database) -> UserCache:
    return UserCache(database, TENANT)


def merge(cache: Cache, *rows: Notification, at: int = NOON, user_id: str = "u-1") -> Merged:
    return cache.merge(user_id, page(*rows), seen_at=at)


def shown(cache: Cache, kind: Filter = Filter.ALL, *, users: tuple[str, ...] = ("u-1",)) -> list[str]:
    return [row.id for row in cache.rows(cache.snapshot(Search(users, kind)))]


def found(cache: Cache, *texts: str) -> list[str]:
    search = Search(("u-1", "u-2"), Filter.ALL, tuple(Clause("text", text) for text in texts))
    return [row.id for row in cache.rows(cache.snapshot(search))]


def test_counts_are_the_servers_and_what_it_does_not_tell_is_kept(users: UserCache) -> None:
    users.set_counts("u-1", Counts(unread=5), NOON)
    users.set_counts("u-1", Counts(all=12), NOON + 1)

    assert users.counts(["u-1", "u-2"]) == {"u-1": Counts(all=12, unread=5)}
    assert elsewhere(users).counts(["u-1"]) == {}


def test_local_counts_are_what_is_cached_of_these_users(cache: Cache, users: UserCache) -> None:
    merge(cache, notification("a"), notification("b", is_read=True))
    merge(cache, notification("c", "u-2"), user_id="u-2")

    assert users.local_counts(["u-1"]) == Counts(2, 1, 1)
    assert users.local_counts(["u-1", "u-2", "nobody"]) == Counts(3, 2, 1)
    assert users.local_counts([]) == Counts(0, 0, 0)


def test_unread_keys_and_event_types(cache: Cache) -> None:
    merge(cache, notification("b"), notification("a", event_type="otp"), notification("c", is_read=True))

    assert cache.unread_keys("u-1") == [B, A]
    assert cache.unread_keys("nobody") == []
    assert cache.event_types() == ["otp", "payment_failed"]
    assert elsewhere(cache).event_types() == []


def test_freshness_is_kept_for_each_user(users: UserCache) -> None:
    fresh = Freshness("u-1", NOON, "It is offline.", NOON - HOUR, True)
    users.set_freshness(fresh)
    users.set_freshness(replace(fresh, problem=""))

    assert users.freshness(["u-1", "u-2"]) == {"u-1": replace(fresh, problem="")}


def test_users_are_kept_with_their_contact_infos(users: UserCache) -> None:
    rajiv = User("u-1", CleanText("Rajiv"), '{"name": "Rajiv"}', (ContactInfo("email", "r@acme.example", "x"),))
    users.save(rajiv, NOON)
    users.save(User("u-0"), NOON)
    users.save(replace(rajiv, contacts=()), NOON)
    users.save(rajiv, NOON)

    assert users.all() == [User("u-0"), rajiv]
    assert users.get("u-1") == rajiv
    assert elsewhere(users).get("u-1") is None


def test_the_last_screen_is_remembered(cache: Cache) -> None:
    assert cache.recall("screen") is None
    cache.remember("screen", "{}")
    cache.remember("screen", '{"rows": []}')
    assert cache.recall("screen") == '{"rows": []}'


def test_pruning_forgets_what_is_old_and_keeps_what_it_is_told_to(cache: Cache, database: Database) -> None:
    old = [notification(f"old-{number}", created_at=NOON - HOUR - number, is_read=True) for number in range(600)]
    merge(cache, notification("new", created_at=NOON), *old)

    assert prune(cache, NOON - HOUR + 1, keys(["old-7", "never"])) == 599
    assert shown(cache) == ["new", "old-7"]
    assert prune(elsewhere(cache), NOON, []) == 0
    assert found(cache, "Card declined") == ["new", "old-7"]
    with database.reading() as connection:
        assert connection.execute("SELECT count(*) FROM content").fetchone() == (2,)
        matching = connection.execute("SELECT count(*) FROM words WHERE words MATCH 'declined'").fetchone()
    assert matching == (2,), "forgotten rows are not found either"


def test_what_is_still_unread_is_kept_however_old_it_is(cache: Cache) -> None:
    merge(cache, notification("waiting", created_at=NOON - HOUR))

    assert prune(cache, NOON, []) == 0
    assert shown(cache) == ["waiting"]


def test_after_pruning_the_cache_no_longer_claims_to_have_it_all(cache: Cache, users: UserCache) -> None:
    merge(cache, notification("old", created_at=NOON - HOUR, is_read=True))
    users.set_freshness(Freshness("u-1", NOON, complete_back_to=NOON - HOUR, has_everything=True))
    prune(cache, NOON, [])

    fresh = users.freshness(["u-1"])["u-1"]
    assert (fresh.complete_back_to, fresh.has_everything) == (NOON, False)


def test_a_rowid_is_never_given_twice(cache: Cache) -> None:
    merge(cache, notification("a", created_at=NOON - HOUR, is_read=True))
    (first,) = cache.snapshot(Search(("u-1",)))
    prune(cache, NOON, [])
    merge(cache, notification("b"))

    assert cache.snapshot(Search(("u-1",)))[0] > first


def test_a_thousand_arrivals_are_one_quick_transaction(tmp_path: Path) -> None:
    clock = FakeClock()
    database = open_cache(tmp_path / "cache.db", clock.now)
    cache = Cache(database, TENANT, clock.now)
    rows = [
        notification(
            f"n-{number}", title=f"Card ending {number} was declined", body="Please choose another card. " * 8
        )
        for number in range(1000)
    ]
    began = time.process_time()
    merged = merge(cache, *rows)

    assert units(time.process_time() - began) < 60
    assert len(merged.new) == 1000
    database.close()
