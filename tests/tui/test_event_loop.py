"""What can take long on a disk is never done on the thread that hears the keys."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from neptune_inbox.model import Mode
from neptune_inbox.paths import Paths
from neptune_inbox.store.database.database import Database
from tests.tui.driver import inbox_of
from tests.tui.service import Service


@contextmanager
def watched(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Where, from now on, this very thread opens, locks, syncs or writes to a store."""
    here, offences = threading.get_ident(), list[str]()

    def guarded(name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def guard(*arguments: Any, **more: Any) -> Any:
            if threading.get_ident() == here:
                offences.append(f"{name}\n{''.join(traceback.format_stack(limit=8))}")
            return call(*arguments, **more)

        return guard

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", guarded("os.fsync", os.fsync))
        patch.setattr(fcntl, "flock", guarded("fcntl.flock", fcntl.flock))
        patch.setattr(sqlite3, "connect", guarded("sqlite3.connect", sqlite3.connect))
        patch.setattr(Database, "transaction", guarded("a transaction", Database.transaction))
        for name in ("searching", "reading", "version", "checkpoint"):
            patch.setattr(Database, name, guarded(name, getattr(Database, name)))
        yield offences


def service_on_disk(folder: Path) -> Service:
    service = Service(users=("u-1", "u-2"))
    service.builder.paths = Paths.under(folder)
    service.builder.paths.create()
    return service


@pytest.mark.slow
async def test_no_key_waits_for_opening_locking_syncing_writing_or_searching(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = service_on_disk(tmp_path)
    live = service.add_profile("live", "production", Mode.ASK)
    service.has(150)
    service.has(3, "u-2")
    with watched(monkeypatch) as offences:
        async with inbox_of(service) as inbox:
            await inbox.press("j", "x", "x", "v", "j", "j", "v", "m", "z", "n", "N", "a", "r", "esc", "G", "g")
            await inbox.press("e", "b")
            await inbox.asked()
            await inbox.press("esc", "J", "1", "2", "i")
            await inbox.asked("Evidence")
            await inbox.press("esc")
            await inbox.type("/", "card", "enter")
            await inbox.press("m", "$")
            await inbox.until(lambda: service.marked)
            await inbox.screen.run_chosen("profile", live.name)
            await inbox.until(lambda: inbox.app.session is not None and inbox.app.session.profile.name == live.name)
            await inbox.until(lambda: inbox.app.session is not None and inbox.app.session.claims is not None)
            await inbox.screen.run_chosen("theme", "neptune-light")
    import collections

    print(collections.Counter(o for o in offences).most_common(12).__len__())
    [print(n, o) for o, n in collections.Counter(offences).most_common(30)]
    assert not offences, offences[0]


async def test_the_watch_would_see_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with watched(monkeypatch) as offences:
        service = service_on_disk(tmp_path)
        service.builder.stores().close()
    assert any(offence.startswith("sqlite3.connect") for offence in offences)
    assert any(offence.startswith(("os.fsync", "a transaction")) for offence in offences)
