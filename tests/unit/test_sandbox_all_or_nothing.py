"""Control of the sandbox does all of what it is asked or nothing, whatever JSON it is given."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from msgspec.structs import asdict

from neptune_inbox.errors import UsageProblem
from neptune_inbox.sandbox.neptune import Neptune
from neptune_inbox.sandbox.seed import seed_demo
from tests.sandbox_client import Remote

GOOD: dict[str, Any] = {
    "environments": [{"identifier": "qa"}, {"identifier": "dev", "name": "Renamed"}],
    "templates": {"OrderPlaced": {"title": "Other words"}},
    "users": [{"id": "new-{n}", "repeat": 3, "contacts": [{"type": "email", "value": "a@acme.example"}]}],
    "notifications": [{"user": "u-4711", "title": "Parcel {n}", "repeat": 5}],
    "events": [{"type": "OrderPlaced", "user": "u-4711", "repeat": 5, "message_id": "m-{n}"}],
}
TAKEN = "3f1f6d3a-7a55-4a4c-9d0e-0a1b2c3d4e5f"
BAD: dict[str, tuple[dict[str, Any], str]] = {
    "a user who is there": ({"users": [{"id": "new"}, {"id": "u-4711"}]}, "users[1]: The user_id has already"),
    "a user without an id": ({"users": [{"id": "new"}, {"id": ""}]}, "users[1]: The id is empty"),
    "a contact twice": (
        {"users": [{"id": "new", "contacts": [{"type": "email", "value": "a@b"}] * 2}]},
        "users[0]: The value has already",
    ),
    "a contact of no type": (
        {"users": [{"id": "new", "contacts": [{"type": "pigeon", "value": "a"}]}]},
        "users[0]: There are no contacts of the type `pigeon`",
    ),
    "a moment that is none": (
        {"notifications": [{"user": "u", "title": "x"}, {"user": "u", "title": "x", "at": "soon"}]},
        "notifications[1]: `soon`",
    ),
    "a uuid twice": (
        {"notifications": [{"user": "u", "title": "x", "uuid": TAKEN}] * 2},
        "notifications[1]: The uuid has already been taken",
    ),
    "times that run out": (
        {"notifications": [{"user": "u", "title": "x", "repeat": 200, "every": "-36500d"}]},
        "notifications[0]: The times go beyond",
    ),
    "events that run out": (
        {"events": [{"type": "x", "user": "u", "repeat": 200, "every": "36500d"}]},
        "events[0]: The times go beyond",
    ),
    "an environment that is not there": (
        {"events": [{"type": "x", "user": "u"}, {"type": "x", "user": "u", "environment": "moon"}]},
        "events[1]: Environment not found",
    ),
    "an environment without a name": ({"environments": [{"identifier": ""}]}, "environments[0]: The identifier is"),
    "no JSON of a world": ({"users": [{"id": 7}]}, "users[0].id"),
}


def everything(neptune: Neptune) -> object:
    """All that a sandbox keeps, and what it would make next."""
    state = neptune.sandbox_state
    return (
        [
            (
                each,
                [asdict(user) for user in state.users(each.identifier)],
                [{**asdict(row), "row": None} for row in state.rows(each.identifier)],
                sorted(state.data_of(each.identifier).notifications),
                list(state.data_of(each.identifier).messages),
                list(state.data_of(each.identifier).ingested),
            )
            for each in state.environments()
        ],
        dict(state.templates),
        state.number,
        state.rng.getstate(),
        neptune.clock(),
        neptune.clock.is_frozen,
        [asdict(each) for each in neptune.faults.active],
    )


@pytest.fixture
async def remote() -> AsyncIterator[Remote]:
    remote = Remote(fill=lambda state: seed_demo(state, main="dev"))
    yield remote
    await remote.http.aclose()


@pytest.mark.slow
@pytest.mark.parametrize("kind", BAD)
async def test_a_world_that_is_bad_half_way_leaves_nothing_of_itself(remote: Remote, kind: str) -> None:
    bad, words = BAD[kind]
    before = everything(remote.neptune)
    body = {**GOOD, **{name: [*GOOD[name], *entries] for name, entries in bad.items()}}
    for given in (bad, body):
        answer = await remote.control("POST", "/seed", given)
        assert answer.status_code == 422, answer.text
        assert everything(remote.neptune) == before
    assert words in (await remote.control("POST", "/seed", bad)).json()["message"]
    told = await remote.do("POST", "/seed", GOOD)
    assert told["environments"]["dev"]["name"] == "Renamed"
    assert told["environments"]["dev"]["users"] == len(remote.neptune.sandbox_state.users("dev"))
    assert (await remote.control("POST", "/seed", GOOD)).status_code == 422, "its users are there now"


def test_a_crowd_is_as_it_was_after_a_bad_world() -> None:
    neptune = Neptune(fill=lambda state: state.add_crowd("dev", users=50, notifications=2_000))
    state = neptune.sandbox_state
    neptune.clock.freeze()
    state.mark_user_read("dev", "user-000001")
    neptune.arrive("user-000002", title="Before")
    before = everything(neptune)
    bad = {
        "notifications": [{"user": "user-000001", "title": "x", "repeat": 9}, {"user": "u", "title": "x", "at": "no"}]
    }
    with pytest.raises(UsageProblem):
        neptune.seed(bad)
    assert everything(neptune) == before
    neptune.seed({"notifications": bad["notifications"][:1]})
    assert state.counts("dev").all == 2_010


ODD: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1.5, 1e308, -1e308, 10**30, -(10**400), "", " ", "x", "\ud800", "\x00", "9" * 5_000),
    *([], [[]], {}, {"a": 1}, [None], [{}], {"answer": 503, "times": 1, "then": {"answer": {}}}),
)
FIELDS = {
    "/reset": ("empty", "other"),
    "/clock": ("freeze", "advance"),
    "/faults": ("match", "answer", "times", "retry_after", "delay_ms", "body", "then"),
    "/seed": ("environment", "environments", "templates", "users", "notifications", "events"),
}
USUAL: dict[str, dict[str, Any]] = {
    "/reset": {},
    "/clock": {"freeze": True, "advance": "1h"},
    "/faults": {"match": {"path": "/nowhere"}, "answer": 503, "times": 1, "then": 500},
    "/seed": {"users": [{"id": "new"}]},
}


@pytest.mark.slow
@pytest.mark.parametrize(("path", "field"), [(path, field) for path, fields in FIELDS.items() for field in fields])
async def test_odd_json_is_refused_whole_or_taken_and_never_breaks_anything(
    remote: Remote, path: str, field: str
) -> None:
    for odd in ODD:
        await remote.do("POST", "/reset")
        before = everything(remote.neptune)
        for body in ({field: odd}, {**USUAL[path], field: odd}, odd):
            answer = await remote.control("POST", path, body)
            assert answer.status_code in (200, 400, 404, 422), (body, answer.text)
            if answer.status_code != 200:
                assert answer.json()["message"]
                assert everything(remote.neptune) == before, body
            before = everything(remote.neptune)
        assert (await remote.control("GET", "/state")).status_code == 200
        await remote.do("DELETE", "/faults")
        listed = await remote.call("GET", "/app_notifications/dev?user_id=u-4711&type=all&per_page=1000")
        assert listed.status_code == 200


async def test_the_clock_is_moved_whole_and_stays_among_times_that_can_be_told(remote: Remote) -> None:
    before = await remote.do("GET", "/state")
    for wrong in (
        {"freeze": True, "advance": "soon"},
        {"freeze": False, "advance": "soon"},
        {"freeze": "2026-11-04T12:00:00Z", "advance": "-90y"},
        {"advance": "-36000d"},
        {"freeze": "9999-12-31T23:59:59Z"},
    ):
        assert (await remote.control("POST", "/clock", wrong)).status_code == 422
    assert await remote.do("GET", "/state") == before
    statuses = [(await remote.control("POST", "/clock", {"advance": "36500d"})).status_code for _ in range(100)]
    assert statuses == sorted(statuses), "it goes on until it can go no further"
    assert set(statuses) == {200, 422}
    assert (await remote.call("POST", "/dev/events", {"event_type": "x", "user_id": "u-1"})).status_code == 200
    assert (await remote.call("GET", "/app_notifications/dev?user_id=u-1")).status_code == 200
