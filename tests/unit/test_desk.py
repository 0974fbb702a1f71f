"""My plane: what I do with a notification for myself, told in the agent's words."""

from __future__ import annotations

from pathlib import Path

import pytest

from neptune_inbox.errors import DiskFull
from neptune_inbox.model import Key, Mine
from neptune_inbox.store.desk import Desk
from neptune_inbox.store.schema_state import open_state
from tests.builders import HOUR, NOON, FakeClock
from tests.unit.store_helpers import PLACE, keys

A, B, C = keys("abc")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def desk(clock: FakeClock) -> Desk:
    return Desk(open_state(None, clock.now), clock.now)


def test_done_keeps_the_first_time_and_can_be_put_back(desk: Desk, clock: FakeClock) -> None:
    desk.set_done(PLACE, [A, B], True)
    clock.advance(60)
    desk.set_done(PLACE, [A], True)

    assert desk.mine(PLACE, [A, B, C]) == {A: Mine(done_at=NOON), B: Mine(done_at=NOON)}
    desk.set_done(PLACE, [A], False)
    assert desk.keys_where(PLACE, "done") == {B}


def test_a_snooze_hides_until_its_time_and_is_then_woken(desk: Desk, clock: FakeClock) -> None:
    desk.snooze(PLACE, [A], NOON + 2 * HOUR)
    desk.snooze(PLACE, [B], NOON + HOUR)

    assert desk.keys_where(PLACE, "snoozed") == {A, B}
    assert desk.woken(PLACE) == []
    clock.advance(3600)
    assert (desk.keys_where(PLACE, "snoozed"), desk.woken(PLACE)) == ({A}, [B])
    clock.advance(3600)
    assert desk.woken(PLACE) == [B, A]
    desk.snooze(PLACE, [A, B], None)
    assert desk.woken(PLACE) == []


def test_stars_and_notes_stand_beside_each_other(desk: Desk) -> None:
    desk.star(PLACE, [A, B], True)
    desk.note(PLACE, A, "called back, 'quotes' and ✓")
    desk.star(PLACE, [B], False)

    assert desk.mine(PLACE, [A, B]) == {A: Mine(is_starred=True, note="called back, 'quotes' and ✓")}
    assert (desk.keys_where(PLACE, "starred"), desk.keys_where(PLACE, "noted")) == ({A}, {A})
    desk.note(PLACE, A, "")
    assert desk.keys_where(PLACE, "noted") == set()


def test_what_is_blank_again_leaves_nothing_behind(desk: Desk) -> None:
    desk.star(PLACE, [A], True)
    desk.star(PLACE, [A], False)
    desk.set_done(PLACE, [B], False)

    with desk._database.reading() as connection:
        assert connection.execute("SELECT count(*) FROM mine").fetchone() == (0,)


def test_another_place_and_another_user_are_apart(desk: Desk) -> None:
    desk.star(PLACE, [A], True)

    assert desk.mine("another place", [A]) == {}
    assert desk.mine(PLACE, [Key("u-2", "a")]) == {}
    assert desk.keys_where("another place", "starred") == set()


def test_watched_users_keep_their_order(desk: Desk) -> None:
    for user_id in ("u-3", "u-1", "u-2", "u-1"):
        desk.watch(PLACE, user_id)
    assert desk.watched(PLACE) == ["u-3", "u-1", "u-2"]

    desk.unwatch(PLACE, "u-3")
    desk.unwatch(PLACE, "nobody")
    desk.watch(PLACE, "u-3")
    assert desk.watched(PLACE) == ["u-1", "u-2", "u-3"]
    assert desk.watched("another place") == []


def test_a_profile_remembers_the_place_it_led_to(desk: Desk) -> None:
    assert desk.place_of("acme") is None
    desk.remember_place("acme", "p-1")
    desk.remember_place("acme", "p-2")
    assert desk.place_of("acme") == "p-2"


def test_a_host_is_asked_about_once_in_each_place(desk: Desk) -> None:
    assert not desk.is_host_confirmed(PLACE, "acme.example")
    desk.confirm_host(PLACE, "acme.example")
    desk.confirm_host(PLACE, "acme.example")
    assert desk.is_host_confirmed(PLACE, "acme.example")
    assert not desk.is_host_confirmed("another place", "acme.example")
    assert not desk.is_host_confirmed(PLACE, "acme.example.evil.example")


def test_it_is_all_there_on_the_next_day(tmp_path: Path, clock: FakeClock) -> None:
    database = open_state(tmp_path / "state.db", clock.now)
    Desk(database, clock.now).note(PLACE, A, "kept")
    Desk(database, clock.now).watch(PLACE, "u-1")
    database.close()

    database = open_state(tmp_path / "state.db", clock.now)
    desk = Desk(database, clock.now)
    assert (desk.mine(PLACE, [A])[A].note, desk.watched(PLACE)) == ("kept", ["u-1"])
    database.close()


def test_on_a_full_disk_a_note_is_refused_and_the_old_one_stays(desk: Desk) -> None:
    desk.note(PLACE, A, "short")
    with desk._database.transaction() as connection:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages}")

    with pytest.raises(DiskFull):
        desk.note(PLACE, A, "long " * 5000)
    assert desk.mine(PLACE, [A])[A].note == "short"


def test_a_thousand_rows_are_put_away_at_once(desk: Desk) -> None:
    many = keys(f"n-{number}" for number in range(1000))
    desk.set_done(PLACE, many, True)
    assert desk.keys_where(PLACE, "done") == set(many)
