"""Worlds from files: seed files in TOML and JSON, written and read again, and state that goes on where it stopped."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from msgspec.structs import asdict

from neptune_inbox.cli.topics import topics
from neptune_inbox.errors import UsageProblem
from neptune_inbox.model import Filter
from neptune_inbox.sandbox.neptune import Neptune
from neptune_inbox.sandbox.records import ContactRecord
from neptune_inbox.sandbox.saved_state import StateKeeper
from neptune_inbox.sandbox.seed import seed_demo
from neptune_inbox.sandbox.seed_file import read_seed, write_seed
from neptune_inbox.sandbox.state import SandboxState
from tests.sandbox_client import NOON

WORLD = """
environment = "staging"
templates.OrderPlaced = { title = "Order {order} for {name}", body = "**{order}**" }

[[environments]]
identifier = "qa"
is_mocked = true

[[users]]
id = "u-{n}"
repeat = 3
meta = { name = "Ada {n}" }
contacts = [{ type = "email", value = "ada{n}@acme.example" }]

[[notifications]]
user = "u-1"
title = "Parcel {n}"
data = { parcel = "P-{n}" }
at = "-2h"
repeat = 5
every = "-1h"

[[notifications]]
user = "u-2"
title = "Read"
at = "2026-11-04T12:00:00Z"
read = true
environment = "qa"

[[events]]
type = "OrderPlaced"
user = "u-3"
data = { order = "A-{n}" }
repeat = 2
"""


def filled(tmp_path: Path, text: str = WORLD, name: str = "world.toml") -> SandboxState:
    (tmp_path / name).write_text(text)
    return Neptune(now=lambda: NOON, fill=read_seed(tmp_path / name).put_into).sandbox_state


def told(state: SandboxState) -> object:
    """Everything of a world that a seed file can say."""
    return [
        (
            each,
            [(user.user_id, user.meta, list(user.contacts.values())) for user in state.users(each.identifier)],
            [{**asdict(row), "number": 0, "row": None} for row in state.rows(each.identifier)],
        )
        for each in state.environments()
    ]


def test_a_file_says_who_is_there_and_what_they_got(tmp_path: Path) -> None:
    state = filled(tmp_path)
    assert [user.user_id for user in state.users("staging")] == ["u-1", "u-2", "u-3"]
    assert state.user("staging", "u-2").meta == {"name": "Ada 2"}
    assert list(state.user("staging", "u-2").contacts.values()) == [ContactRecord("email", "ada2@acme.example")]
    parcels = state.notifications("staging", "u-1")
    assert [row.title for row in parcels] == [f"Parcel {n}" for n in (5, 4, 3, 2, 1)]
    assert [(NOON - row.created_at) // 3_600_000 for row in parcels] == [6, 5, 4, 3, 2]
    assert parcels[-1].data == {"parcel": "P-1"}
    (read,) = state.notifications("qa", "u-2", Filter.READ)
    assert (read.status, read.created_at) == ("mocked", 1_793_793_600_000)
    orders = state.notifications("staging", "u-3")
    assert [(row.title, row.body) for row in orders] == [
        ("Order A-2 for Ada", "**A-2**"),
        ("Order A-1 for Ada", "**A-1**"),
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[users]]\nid = 7", "id"),
        ("[[user]]\nid = 'u'", "user"),
        ("[[users]]\nid = 'u'\nrepeat = 0", "repeat is 0"),
        ("[[users]]\nid = 'u'\nrepeat = 2", "already been taken"),
        ("[[notifications]]\nuser = 'u'\ntitle = 't'\nat = 'yesterday'", "`yesterday` is not a valid time"),
        ("[[notifications]]\nuser = 'u'\ntitle = 't'\nevery = 'often'", "`often` is not a duration"),
        (
            "[[notifications]]\nuser = 'u'\ntitle = 't'\nenvironment = 'moon'",
            "notifications[0]: Environment not found",
        ),
        ("[[notifications]]\nuser = 'u'", "title"),
        ("users = ", "cannot be read"),
    ],
)
def test_what_is_wrong_in_a_file_is_named(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(UsageProblem) as problem:
        filled(tmp_path, text)
    assert words in str(problem.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageProblem, match=r"none\.toml cannot be read"):
        read_seed(tmp_path / "none.toml")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["again.json", "again.toml"])
def test_a_world_that_was_written_is_read_as_the_same(tmp_path: Path, name: str) -> None:
    state = Neptune(now=lambda: NOON, fill=seed_demo).sandbox_state
    state.mark_user_read("dev", "u-4711")
    write_seed(state, tmp_path / name)
    again = filled(tmp_path, (tmp_path / name).read_text(), name)
    assert told(again) == told(state)


def test_a_world_goes_on_where_it_stopped(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    neptune = Neptune(now=lambda: NOON, fill=seed_demo)
    keeper = StateKeeper(neptune.sandbox_state, path)
    keeper.open()
    state, token = neptune.sandbox_state, neptune.token
    neptune.seed({"templates": {"OrderPlaced": {"title": "Order {order}"}}})
    state.ingest("dev", "OrderPlaced", {"order": 7}, user_id="u-1", message_id="m-1", tags=("a",))
    state.mark_user_read("dev", "u-4711")
    state.delete_user("dev", "u-0815")
    keeper.close()

    other = Neptune(now=lambda: NOON, seed="another")
    keeper = StateKeeper(other.sandbox_state, path)
    keeper.open()
    assert told(other.sandbox_state) == told(state)
    assert other.sandbox_state.ingest("dev", "OrderPlaced", {}, message_id="m-1").is_duplicate
    assert other.sandbox_state.notifications("dev", "u-1")[0].tags == ("a",)
    assert other.tokens.check(token.reveal()).team == "acme"
    assert other.sandbox_state.new_uuid() == state.new_uuid()
    assert other.arrive("u-1", event_type="OrderPlaced", data={"order": 8})[0].title == "Order 8"
    keeper.close()


def test_a_crowd_goes_on_where_it_stopped(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    neptune = Neptune(now=lambda: NOON, fill=lambda state: state.add_crowd("dev", users=20, notifications=400))
    keeper = StateKeeper(neptune.sandbox_state, path)
    keeper.open()
    neptune.sandbox_state.mark_user_read("dev", "user-000001")
    neptune.sandbox_state.delete_user("dev", "user-000002")
    made = neptune.arrive("user-000003", title="New")[0]
    keeper.close()
    other = Neptune(now=lambda: NOON + 1)
    StateKeeper(other.sandbox_state, path).open()
    assert told(other.sandbox_state) == told(neptune.sandbox_state)
    assert other.sandbox_state.counts("dev") == neptune.sandbox_state.counts("dev")
    assert other.sandbox_state.notification("dev", made.uuid).title == "New"


@pytest.mark.parametrize("content", [b"no database", b"\x00" * 4096])
def test_a_file_of_something_else_is_refused_and_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.db"
    path.write_bytes(content)
    with pytest.raises(UsageProblem, match=r"other\.db"):
        StateKeeper(Neptune().sandbox_state, path).open()
    assert path.read_bytes() == content


def test_a_database_of_somebody_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "theirs.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE users (id TEXT)")
    with pytest.raises(UsageProblem, match="is not the state of a sandbox"):
        StateKeeper(Neptune().sandbox_state, path).open()


def test_what_changes_is_written_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("neptune_inbox.sandbox.saved_state.EVERY", 0.01)
    path = tmp_path / "state.db"
    neptune = Neptune(now=lambda: NOON)
    keeper = StateKeeper(neptune.sandbox_state, path)
    keeper.open()
    neptune.arrive("u-1", title="Written before the end")
    for _ in range(2_000):
        with closing(sqlite3.connect(path)) as connection:
            rows = [json.loads(body) for (body,) in connection.execute("SELECT body FROM notifications")]
        if rows:
            break
    keeper.close()
    assert [row["title"] for row in rows] == ["Written before the end"]


def test_the_world_that_the_help_shows_is_one(tmp_path: Path) -> None:
    shown = Path(topics.__file__).with_name("sandbox.md").read_text(encoding="utf-8")
    state = filled(tmp_path, shown.partition("```toml\n")[2].partition("```")[0])
    assert [user.meta["name"] for user in state.users("staging")] == ["Ada 1", "Ada 2", "Ada 3"]
    assert len(state.notifications("staging", "u-1", Filter.READ)) == 5
    (order,) = state.notifications("staging", "u-2", Filter.UNREAD)
    assert (order.title, order.body) == ("Order 7 is on its way", "Thank you, Ada.")
