"""Triage: what I do with a notification for myself, told in the agent's words."""

from __future__ import annotations

from pathlib import Path

import pytest

from neptune_inbox.errors import DiskFull
from neptune_inbox.model import Key, Triage
from neptune_inbox.store.outbox.schema import open_state
from neptune_inbox.store.profiles import ProfileStore
from neptune_inbox.store.triage import TriageStore
from tests.builders import HOUR, NOON, FakeClock
from tests.unit.store_helpers import TENANT, elsewhere, keys

A, B, C = keys("abc")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def triage_store(clock: FakeClock) -> TriageStore:
    return TriageStore(open_state(None, clock.now), TENANT, clock.now)


def test_done_keeps_the_first_time_and_can_be_put_back(triage_store: TriageStore, clock: FakeClock) -> None:
    triage_store.set_done([A, B], True)
    clock.advance(60)
    triage_store.set_done([A], True)

    assert triage_store.triage([A, B, C]) == {A: Triage(done_at=NOON), B: Triage(done_at=NOON)}
    triage_store.set_done([A], False)
    assert triage_store.keys_where("done") == {B}


def test_a_snooze_hides_until_its_time(triage_store: TriageStore, clock: FakeClock) -> None:
    triage_store.snooze([A], NOON + 2 * HOUR)
    triage_store.snooze([B], NOON + HOUR)

    assert triage_store.keys_where("snoozed") == {A, B}
    clock.advance(3600)
    assert triage_store.keys_where("snoozed") == {A}
    triage_store.snooze([A], None)
    assert triage_store.keys_where("snoozed") == set()


def test_stars_and_notes_stand_beside_each_other(triage_store: TriageStore) -> None:
    triage_store.star([A, B], True)
    triage_store.note(A, "called back, 'quotes' and ✓")
    triage_store.star([B], False)

    assert triage_store.triage([A, B]) == {A: Triage(is_starred=True, note="called back, 'quotes' and ✓")}
    assert (triage_store.keys_where("starred"), triage_store.keys_where("noted")) == ({A}, {A})
    triage_store.note(A, "")
    assert triage_store.keys_where("noted") == set()


def test_what_is_blank_again_leaves_nothing_behind(triage_store: TriageStore) -> None:
    triage_store.star([A], True)
    triage_store.star([A], False)
    triage_store.set_done([B], False)

    with triage_store._database.reading() as connection:
        assert connection.execute("SELECT count(*) FROM mine").fetchone() == (0,)


def test_another_place_and_another_user_are_apart(triage_store: TriageStore) -> None:
    triage_store.star([A], True)

    assert elsewhere(triage_store).triage([A]) == {}
    assert triage_store.triage([Key("u-2", "a")]) == {}
    assert elsewhere(triage_store).keys_where("starred") == set()


def test_watched_users_keep_their_order(triage_store: TriageStore) -> None:
    for user_id in ("u-3", "u-1", "u-2", "u-1"):
        triage_store.watch(user_id)
    assert triage_store.watched() == ["u-3", "u-1", "u-2"]

    triage_store.unwatch("u-3")
    triage_store.unwatch("nobody")
    triage_store.watch("u-3")
    assert triage_store.watched() == ["u-1", "u-2", "u-3"]
    triage_store.unwatch("u-2")
    triage_store.watch("u-2", 1)
    assert triage_store.watched() == ["u-1", "u-2", "u-3"]
    assert elsewhere(triage_store).watched() == []


def test_a_profile_remembers_the_place_it_led_to(triage_store: TriageStore) -> None:
    profiles = ProfileStore(triage_store._database)
    assert profiles.tenant_of("acme") is None
    elsewhere(triage_store).bind("acme")
    triage_store.bind("acme")
    assert profiles.tenant_of("acme") == TENANT


def test_a_host_is_asked_about_once_in_each_place(triage_store: TriageStore) -> None:
    assert not triage_store.is_host_confirmed("acme.example")
    triage_store.confirm_host("acme.example")
    triage_store.confirm_host("acme.example")
    assert triage_store.is_host_confirmed("acme.example")
    assert not elsewhere(triage_store).is_host_confirmed("acme.example")
    assert not triage_store.is_host_confirmed("acme.example.evil.example")


def test_it_is_all_there_on_the_next_day(tmp_path: Path, clock: FakeClock) -> None:
    database = open_state(tmp_path / "state.db", clock.now)
    TriageStore(database, TENANT, clock.now).note(A, "kept")
    TriageStore(database, TENANT, clock.now).watch("u-1")
    database.close()

    database = open_state(tmp_path / "state.db", clock.now)
    triage_store = TriageStore(database, TENANT, clock.now)
    assert (triage_store.triage([A])[A].note, triage_store.watched()) == ("kept", ["u-1"])
    database.close()


def test_on_a_full_disk_a_note_is_refused_and_the_old_one_stays(triage_store: TriageStore) -> None:
    triage_store.note(A, "short")
    with triage_store._database.transaction() as connection:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages}")

    with pytest.raises(DiskFull):
        triage_store.note(A, "long " * 5000)
    assert triage_store.triage([A])[A].note == "short"


def test_a_thousand_rows_are_put_away_at_once(triage_store: TriageStore) -> None:
    many = keys(f"n-{number}" for number in range(1000))
    triage_store.set_done(many, True)
    assert triage_store.keys_where("done") == set(many)
