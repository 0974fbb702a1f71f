"""A mode that was changed in the file binds what is running; who observes keeps nobody from sending."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from neptune_inbox import wiring
from neptune_inbox.errors import ObserveOnly
from neptune_inbox.model import Key, Mode, Profile
from neptune_inbox.paths import Paths
from neptune_inbox.sync.inbox.inbox import Overview
from neptune_inbox.wiring.mode_watch import ModeWatch

ACME = Profile("acme", "http://127.0.0.1:9", "http://127.0.0.1:9", "dev", Mode.ACT)
ENVIRON = {"NEPTUNE_TOKEN": "a-token-of-nobody"}


def write(paths: Paths, mode: str, more: str = "") -> None:
    paths.create()
    paths.config_file.write_text(
        f'[profiles.acme]\nenvironment = "dev"\napi_base = "http://127.0.0.1:9"\nmode = "{mode}"\n{more}'
    )


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    paths = Paths.under(tmp_path / "home")
    write(paths, "act")
    return paths


def test_the_file_is_believed_as_it_is_now(paths: Paths) -> None:
    watch = ModeWatch(paths, ACME, Mode.ACT)
    assert watch.may_write()
    write(paths, "observe")
    assert not watch.may_write()
    paths.config_file.write_text("this is broken [")
    assert not watch.may_write(), "what cannot be read changes nothing"
    write(paths, "act", "# again\n")
    assert watch.may_write()
    assert ModeWatch(None, ACME, Mode.ACT).may_write()
    assert ModeWatch(paths, replace(ACME, name="another"), None).may_write()


def test_act_and_ask_follow_the_file_both_ways(paths: Paths) -> None:
    watch = ModeWatch(paths, ACME, Mode.ACT)
    for mode in (Mode.ASK, Mode.ACT, Mode.OBSERVE, Mode.ASK):
        write(paths, mode.value, f"# {mode.name} now\n")
        assert watch.mode() is mode
    paths.config_file.write_text("[profiles]\n")
    assert watch.mode() is Mode.ASK, "a profile that is gone changes nothing"


def test_what_asks_because_it_was_moved_into_production_goes_on_asking(paths: Paths) -> None:
    watch = ModeWatch(paths, replace(ACME, mode=Mode.ASK), Mode.ACT)
    write(paths, "act", "# the same again\n")
    assert watch.mode() is Mode.ASK
    write(paths, "observe")
    assert watch.mode() is Mode.OBSERVE


async def test_a_running_instance_asks_once_the_file_says_so_and_no_longer(paths: Paths) -> None:
    workspace = wiring.load_workspace(paths=paths, environ=dict(ENVIRON))
    session = await workspace.open(workspace.profile(None))
    assert not await session.must_ask()
    write(paths, "ask")
    assert await session.must_ask()
    assert session.profile.mode is Mode.ASK
    write(paths, "act", "# again\n")
    assert not await session.must_ask()
    await session.close()


async def test_who_only_observes_takes_back_nothing_of_another_profile(paths: Paths) -> None:
    more = '[profiles.eye]\nenvironment = "dev"\napi_base = "http://127.0.0.1:9"\nmode = "observe"\n'
    write(paths, "act", more)
    workspace = wiring.load_workspace(paths=paths, environ=dict(ENVIRON))
    actor = await workspace.open(workspace.profile("acme"))
    receipt = await actor.marking.hold([Key("u-1", "n-1")], label="one")
    eye = await workspace.open(workspace.profile("eye"))
    for named in (None, receipt.id):
        assert await eye.marking.undo(named) is None
    assert [mark.key.id for mark in await eye.marking.unsettled()] == ["n-1"]
    undone = await actor.marking.undo()
    assert undone is not None
    assert len(undone.undone) == 1
    await eye.close()
    await actor.close()


async def test_a_running_instance_writes_nothing_once_the_file_says_observe(paths: Paths) -> None:
    workspace = wiring.load_workspace(paths=paths, environ=dict(ENVIRON))
    session = await workspace.open(workspace.profile(None))
    marks = [Key("u-1", "n-1")]
    await session.marking.hold(marks, label="before")
    write(paths, "observe")
    assert await session.sender.send_due() is not None
    for act in (
        session.marking.hold([Key("u-1", "n-2")], label="after"),
        session.marking.send_now(),
        session.marking.drop(),
        session.people.create("u-2", {}),
    ):
        with pytest.raises(ObserveOnly):
            await act
    assert [mark.key for mark in await session.marking.unsettled()] == marks
    undone = await session.marking.undo()
    assert undone is not None
    assert len(undone.undone) == 1, "what was not sent can still be taken back"
    await session.close()


async def test_who_only_observes_keeps_nobody_from_sending(paths: Paths) -> None:
    more = '[profiles.eye]\nenvironment = "dev"\napi_base = "http://127.0.0.1:9"\nmode = "observe"\n'
    write(paths, "act", more)
    workspace = wiring.load_workspace(paths=paths, environ=dict(ENVIRON))
    eye = await workspace.open(workspace.profile("eye"))
    assert eye.poller._lock.acquire()
    actor = await workspace.open(workspace.profile("acme"))
    assert actor.tenant == eye.tenant
    assert actor.sender._lock.acquire()
    await actor.close()
    await eye.close()


def test_a_user_whom_another_instance_took_away_between_two_reads_is_one_of_whom_nothing_is_known() -> None:
    fresh = Overview(users=("u-1",)).fresh_of("u-2")
    assert (fresh.user_id, fresh.fetched_at, fresh.has_everything) == ("u-2", None, False)
