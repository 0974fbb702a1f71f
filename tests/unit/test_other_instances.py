"""Several instances on one home: what one of them does is seen by the others within a second."""

from __future__ import annotations

from pathlib import Path

from neptune_inbox.model import Key
from neptune_inbox.store.cache.schema import open_cache
from neptune_inbox.store.journal.journal import Journal
from neptune_inbox.store.outbox.schema import open_state
from neptune_inbox.store.tenant import TenantData
from neptune_inbox.sync.events import Bus, Fact, WrittenElsewhere
from neptune_inbox.sync.other_instances import OtherInstances
from neptune_inbox.sync.store_thread import StoreThread
from neptune_inbox.sync.tenant_store import TenantStore
from tests.builders import FakeClock
from tests.unit.store_helpers import TENANT


def instance(home: Path, clock: FakeClock) -> TenantData:
    return TenantData(
        cache_file=open_cache(None, clock.now),
        state_file=open_state(home / "state.db", clock.now),
        journal=Journal(None, actor="ann"),
        tenant=TENANT,
        now=clock.now,
    )


async def test_what_another_instance_writes_is_told_and_our_own_writing_is_not(tmp_path: Path) -> None:
    clock = FakeClock()
    ours, theirs = instance(tmp_path, clock), instance(tmp_path, clock)
    heard: list[Fact] = []
    bus = Bus()
    bus.listen(heard.append)
    thread = StoreThread()
    others = OtherInstances(store=TenantStore(ours, thread), bus=bus, sleep=clock.sleep)
    await others.look()

    ours.triage.watch("u-1")
    await others.look()
    assert heard == []

    theirs.triage.star([Key("u-1", "a")], True)
    await others.look()
    assert heard == [WrittenElsewhere()]
    await others.look()
    assert len(heard) == 1
    thread.close()
