"""The rules that the service keeps, told without HTTP."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neptune_inbox.errors import Invalid, NotFound
from neptune_inbox.model import Filter, JsonObject
from neptune_inbox.sandbox.arrivals import ArrivalGenerator
from neptune_inbox.sandbox.records import ContactKey, ContactRecord
from neptune_inbox.sandbox.samples import DRAWS, EVERYDAY
from neptune_inbox.sandbox.state import SandboxState
from neptune_inbox.sandbox.templates import TEMPLATES, render

NOON = 1_795_000_000_000


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.at = NOON

    def __call__(self) -> int:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sandbox_state(clock: Clock) -> SandboxState:
    sandbox_state = SandboxState(now=clock)
    sandbox_state.create_user("dev", "u-1", {"name": "Ada Lovelace"})
    return sandbox_state


def titles(sandbox_state: SandboxState, user_id: str, kind: Filter = Filter.ALL) -> list[str]:
    return [row.title for row in sandbox_state.notifications("dev", user_id, kind)]


def test_a_user_is_there_until_deleted_and_takes_the_notifications_along(sandbox_state: SandboxState) -> None:
    kept = sandbox_state.add_notification("dev", "u-2", "Somebody else's")
    gone = sandbox_state.add_notification("dev", "u-1", "Hello")
    sandbox_state.delete_user("dev", "u-1")
    assert sandbox_state.users("dev") == []
    assert sandbox_state.notifications("dev", "u-1") == []
    assert sandbox_state.notification("dev", kept.uuid) is kept
    with pytest.raises(NotFound, match="Notification not found"):
        sandbox_state.notification("dev", gone.uuid)
    with pytest.raises(NotFound, match="User not found"):
        sandbox_state.delete_user("dev", "u-1")


def test_a_user_id_is_given_once_per_environment(sandbox_state: SandboxState) -> None:
    sandbox_state.create_user("production", "u-1", {})
    with pytest.raises(Invalid) as refused:
        sandbox_state.create_user("dev", "u-1", {})
    assert refused.value.fields == {"user_id": ("The user_id has already been taken.",)}


def test_an_update_replaces_meta_and_moves_the_time(sandbox_state: SandboxState, clock: Clock) -> None:
    clock.at += 5
    user = sandbox_state.update_user("dev", "u-1", {"plan": "Team"})
    assert (user.meta, user.created_at, user.updated_at) == ({"plan": "Team"}, NOON, NOON + 5)


def test_a_contact_is_unique_by_type_and_value_within_one_user(sandbox_state: SandboxState) -> None:
    sandbox_state.create_user("dev", "u-2", {})
    for user_id in ("u-1", "u-2"):
        sandbox_state.add_contact("dev", user_id, ContactRecord("email", "ada@acme.example"))
    sandbox_state.add_contact("dev", "u-1", ContactRecord("mobile_number", "ada@acme.example"))
    with pytest.raises(Invalid, match="Validation failed"):
        sandbox_state.add_contact("dev", "u-1", ContactRecord("email", "ada@acme.example", filterable="x"))
    assert len(sandbox_state.user("dev", "u-1").contacts) == 2


def test_a_contact_is_found_by_its_key_and_keeps_what_is_not_given(sandbox_state: SandboxState) -> None:
    key = ContactKey("email", "ada@acme.example")
    sandbox_state.add_contact("dev", "u-1", ContactRecord(*key, filterable="billing", meta={"verified": True}))
    updated = sandbox_state.update_contact("dev", "u-1", key, filterable="shipping")
    assert (updated.filterable, updated.meta) == ("shipping", {"verified": True})
    sandbox_state.delete_contact("dev", "u-1", key)
    for act in (sandbox_state.delete_contact, sandbox_state.update_contact):
        with pytest.raises(NotFound, match="Contact info not found"):
            act("dev", "u-1", key)


def test_marking_twice_keeps_the_time_of_the_first_reading(sandbox_state: SandboxState, clock: Clock) -> None:
    row = sandbox_state.add_notification("dev", "u-1", "Hello")
    clock.at += 10
    sandbox_state.mark_read("dev", row.uuid)
    clock.at += 10
    assert sandbox_state.mark_read("dev", row.uuid).read_at == NOON + 10


def test_marking_a_user_takes_only_what_is_unread_now(sandbox_state: SandboxState, clock: Clock) -> None:
    first = sandbox_state.add_notification("dev", "u-1", "first")
    sandbox_state.mark_read("dev", first.uuid)
    sandbox_state.add_notification("dev", "u-1", "second")
    sandbox_state.add_notification("dev", "u-2", "not mine")
    clock.at += 10
    assert sandbox_state.mark_user_read("dev", "u-1") == 1
    sandbox_state.add_notification("dev", "u-1", "late")
    assert titles(sandbox_state, "u-1", Filter.UNREAD) == ["late"]
    assert titles(sandbox_state, "u-1", Filter.READ) == ["first", "second"]
    assert titles(sandbox_state, "u-2", Filter.UNREAD) == ["not mine"]
    assert first.read_at == NOON
    assert sandbox_state.mark_user_read("dev", "nobody") == 0


def test_environments_do_not_see_each_other(sandbox_state: SandboxState) -> None:
    row = sandbox_state.add_notification("dev", "u-1", "in dev")
    assert sandbox_state.notifications("production", "u-1") == []
    with pytest.raises(NotFound):
        sandbox_state.mark_read("production", row.uuid)
    with pytest.raises(NotFound, match="Environment not found"):
        sandbox_state.users("moon")


def test_a_mocked_environment_says_so_in_the_status(sandbox_state: SandboxState) -> None:
    assert sandbox_state.add_notification("dev", "u-1", "x").status == "mocked"
    assert sandbox_state.add_notification("production", "u-1", "x").status == "success"


def test_an_event_becomes_a_notification_by_its_template(sandbox_state: SandboxState) -> None:
    data: JsonObject = {"card": "4242", "amount": "€9", "plan": "Team", "reason": "no money", "retry_on": "9 Nov"}
    row = sandbox_state.ingest("dev", "payment_failed", data, user_id="u-1", occurred_at=NOON - 60_000).notification
    assert row is not None
    assert row.title == "Card ending 4242 was declined"
    assert row.body.startswith("Hi Ada, your bank declined **€9**")
    assert (row.created_at, row.occurred_at, row.data) == (NOON, NOON - 60_000, data)


def test_an_event_of_no_known_type_is_told_plainly(sandbox_state: SandboxState) -> None:
    row = sandbox_state.ingest("dev", "coffee_is_ready", {"cups": 2}, user_id="stranger").notification
    assert row is not None
    assert (row.title, row.body) == ("Coffee is ready", "- **cups**: 2")


def test_a_message_id_counts_once(sandbox_state: SandboxState) -> None:
    first = sandbox_state.ingest("dev", "welcome", {}, user_id="u-1", message_id="m-1")
    again = sandbox_state.ingest("dev", "welcome", {}, user_id="u-1", message_id="m-1")
    elsewhere = sandbox_state.ingest("staging", "welcome", {}, user_id="u-1", message_id="m-1")
    assert (first.is_duplicate, again.is_duplicate, elsewhere.is_duplicate) == (False, True, False)
    assert len(sandbox_state.notifications("dev", "u-1")) == 1


def test_an_event_for_nobody_makes_no_notification(sandbox_state: SandboxState) -> None:
    assert sandbox_state.ingest("dev", "welcome", {}).notification is None


@pytest.mark.parametrize("event_type", sorted(TEMPLATES))
def test_each_template_is_filled_completely_by_its_sample(sandbox_state: SandboxState, event_type: str) -> None:
    for locale in ("en", "ja", "hi", "ar", "sv"):
        user_id = f"u-{locale}"
        facts: JsonObject = {"name": "Ada", "company": "Acme", "plan": "Team", "card": "1", "locale": locale}
        sandbox_state.create_user("dev", user_id, facts)
        row = sandbox_state.arrive("dev", user_id, event_type=event_type)
        assert "…" not in row.title + row.body + row.link
        assert "{" not in row.title + row.link


def test_every_event_type_can_be_drawn_and_rendered() -> None:
    assert set(DRAWS) == set(TEMPLATES)
    assert {name for name, _ in EVERYDAY} == set(TEMPLATES) - {"welcome"}
    assert len(TEMPLATES) >= 12


def test_a_missing_value_is_shown_as_missing() -> None:
    assert render("invoice_overdue", {}, {}).title == "Invoice #… is overdue"


def test_the_same_seed_gives_the_same_day(clock: Clock) -> None:
    def day(seed: int) -> list[tuple[str, str]]:
        sandbox_state = SandboxState(now=clock, seed=seed)
        sandbox_state.create_user("dev", "u-1", {})
        return [(row.uuid, row.title) for row in (sandbox_state.arrive("dev", "u-1") for _ in range(5))]

    assert day(1) == day(1) != day(2)


def test_arrivals_come_to_the_busy_and_spare_the_quiet(sandbox_state: SandboxState) -> None:
    sandbox_state.create_user("dev", "quiet", {})
    sandbox_state.add_notification("dev", "u-1", "one")
    assert {sandbox_state.arrive("dev").user_id for _ in range(20)} == {"u-1"}
    with pytest.raises(NotFound, match="No user"):
        sandbox_state.arrive("staging")


async def test_the_living_demo_pauses_and_then_adds_one(sandbox_state: SandboxState) -> None:
    sandbox_state.add_notification("dev", "u-1", "one")
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    arrivals = ArrivalGenerator(sandbox_state, "dev", sleep=sleep, rng=sandbox_state.rng, pause=(2.0, 3.0)).arrivals()
    for count in range(1, 4):
        arrived = await anext(arrivals)
        assert sandbox_state.notifications("dev", "u-1")[-1] is arrived
        assert len(pauses) == count
    assert all(2.0 <= pause <= 3.0 for pause in pauses)


@given(st.lists(st.tuples(st.integers(0, 50), st.booleans()), max_size=30))
def test_unread_and_read_are_two_halves_of_all_in_the_order_of_time(rows: list[tuple[int, bool]]) -> None:
    sandbox_state = SandboxState(now=lambda: NOON)
    for at, is_read in rows:
        sandbox_state.add_notification("dev", "u-1", str(at), created_at=at, read_at=at if is_read else None)
    everything = sandbox_state.notifications("dev", "u-1")
    halves = [sandbox_state.notifications("dev", "u-1", kind) for kind in (Filter.UNREAD, Filter.READ)]
    assert [row.created_at for row in everything] == sorted(at for at, _ in rows)
    assert sorted(row.number for half in halves for row in half) == sorted(row.number for row in everything)
