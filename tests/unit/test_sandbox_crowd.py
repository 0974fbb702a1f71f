"""Very many generated users and notifications: always the same, in flat memory, and as real as any other."""

from __future__ import annotations

import tracemalloc

import pytest

from neptune_inbox.errors import UsageProblem
from neptune_inbox.model import Filter
from neptune_inbox.sandbox import crowd
from neptune_inbox.sandbox.neptune import Neptune
from tests.sandbox_client import NOON


def crowded(users: int = 20, notifications: int = 1_003) -> Neptune:
    return Neptune(
        now=lambda: NOON, fill=lambda state: state.add_crowd("dev", users=users, notifications=notifications)
    )


@pytest.fixture(autouse=True)
def few_are_held(monkeypatch: pytest.MonkeyPatch) -> None:
    """So few rows are held that most of what is looked at has been put away in between."""
    monkeypatch.setattr(crowd, "ROWS_SHOWN", 120)


def test_all_are_there_and_the_same_each_time() -> None:
    state, again = crowded().sandbox_state, crowded().sandbox_state
    rows = [row for user in state.users("dev") for row in state.notifications("dev", user.user_id)]
    assert len(rows) == len({row.uuid for row in rows}) == 1_003
    assert [(row.uuid, row.title, row.read_at) for row in rows] == [
        (row.uuid, row.title, row.read_at) for row in again.rows("dev")
    ]
    assert state.counts("dev").all == 1_003
    assert state.counts("dev").unread == sum(row.read_at is None for row in rows)
    for user in state.users("dev"):
        times = [row.created_at for row in state.notifications("dev", user.user_id)]
        assert times == sorted(times)
        assert max(times) <= NOON


def test_a_row_is_found_by_its_uuid_and_no_other_uuid_is_a_row() -> None:
    state = crowded().sandbox_state
    for row in list(state.rows("dev"))[::97]:
        assert state.notification("dev", row.uuid).title == row.title
    for uuid in ("", "x", "6f1c2b9e-52d4-4d0e-9a53-0c6c8c1f7a10"):
        with pytest.raises(Exception, match="not found"):
            state.notification("dev", uuid)


def test_what_was_read_stays_read_when_others_were_looked_at() -> None:
    state = crowded().sandbox_state
    marked = state.notifications("dev", "user-000003", Filter.UNREAD)[0]
    before = state.counts("dev").unread
    state.mark_read("dev", marked.uuid)
    count = state.mark_user_read("dev", "user-000004")
    for user in state.users("dev"):
        state.notifications("dev", user.user_id)
    assert state.notification("dev", marked.uuid).read_at == NOON
    assert state.notifications("dev", "user-000004", Filter.UNREAD) == []
    assert state.counts("dev").unread == before - 1 - count


def test_what_arrives_is_among_the_generated_rows_and_stays() -> None:
    neptune = crowded()
    state = neptune.sandbox_state
    made = [neptune.arrive(f"user-00000{n}", title=f"New {n}")[0] for n in range(1, 8)]
    neptune.arrive("somebody-else", title="Elsewhere")
    list(state.rows("dev"))
    for user in state.users("dev"):
        state.notifications("dev", user.user_id)
    for row in made:
        assert state.notifications("dev", row.user_id)[-1] is row
        assert state.notification("dev", row.uuid) is row
    assert state.counts("dev").all == 1_003 + 8
    assert sum(1 for _ in state.rows("dev")) == 1_003 + 8
    assert neptune.arrive()[0].user_id


def test_a_deleted_user_is_gone_with_all_of_theirs() -> None:
    state = crowded().sandbox_state
    uuid = state.notifications("dev", "user-000002")[0].uuid
    count = len(state.notifications("dev", "user-000002"))
    state.delete_user("dev", "user-000002")
    assert state.notifications("dev", "user-000002") == []
    assert state.counts("dev").all == 1_003 - count
    with pytest.raises(Exception, match="not found"):
        state.notification("dev", uuid)
    state.create_user("dev", "user-000002", {})
    assert state.notifications("dev", "user-000002") == []


def test_a_reset_is_the_crowd_as_it_was() -> None:
    neptune = crowded()
    before = neptune.sandbox_state.counts("dev")
    neptune.sandbox_state.mark_user_read("dev", "user-000001")
    neptune.sandbox_state.delete_user("dev", "user-000002")
    neptune.reset()
    assert neptune.sandbox_state.counts("dev") == before


@pytest.mark.parametrize(("users", "notifications"), [(0, 1), (1, 10_001), (-1, 0), (10, -1), (10**9, 0)])
def test_too_many_are_refused(users: int, notifications: int) -> None:
    with pytest.raises(UsageProblem):
        crowded(users, notifications)


@pytest.mark.slow
def test_what_was_looked_at_takes_no_memory_of_its_own() -> None:
    state = crowded(60, 6_000).sandbox_state
    tracemalloc.start()
    for number in range(1, 61):
        state.mark_user_read("dev", f"user-{number:06d}")
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert state.counts("dev").unread == 0
    assert held < 2_000_000, f"{held:,} bytes"
