"""Where a process can be killed so that it matters: around every commit, sync, rename, request and program.

Only the worker process installs these; the product itself knows nothing of them.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sqlite3
import threading
from collections.abc import Callable, Iterator
from typing import Any

from neptune_inbox.api.client import Client
from neptune_inbox.api.transport import Transport
from neptune_inbox.store.database.database import Database
from neptune_inbox.sync.hooks import hooks

SYSTEM_CALLS = ("write", "fsync", "replace", "ftruncate")


class Boundaries:
    """Counts the boundaries that were crossed, and kills the process at a given one, or at the first of a name."""

    def __init__(self, kill_at: int | str | None, on_death: Callable[[str], None]) -> None:
        self.crossed = 0
        self._kill_at = kill_at
        self._on_death = on_death
        self._turn = threading.Lock()

    def cross(self, name: str) -> None:
        """One boundary; does not return from the one that kills."""
        with self._turn:
            self.crossed += 1
            if self._kill_at in (self.crossed, name):
                self._on_death(name)
                os.kill(os.getpid(), signal.SIGKILL)

    def install(self) -> None:
        """Watch this process from now on."""
        for name in SYSTEM_CALLS:
            self._around(os, name)
        self._around_transactions()
        self._around_async(Transport, "_send", "request")
        self._around_async(Client, "mark_read", "mark")
        self._around_async(hooks, "capture_program", "program")

    def _around(self, owner: Any, name: str) -> None:
        real = getattr(owner, name)

        def watched(*args: Any, **kwargs: Any) -> Any:
            self.cross(f"before {name}")
            result = real(*args, **kwargs)
            self.cross(f"after {name}")
            return result

        setattr(owner, name, watched)

    def _around_async(self, owner: Any, method: str, name: str) -> None:
        real = getattr(owner, method)

        async def watched(*args: Any, **kwargs: Any) -> Any:
            self.cross(f"before {name}")
            result = await real(*args, **kwargs)
            self.cross(f"after {name}")
            return result

        setattr(owner, method, watched)

    def _around_transactions(self) -> None:
        real = Database.transaction

        @contextlib.contextmanager
        def watched(database: Database) -> Iterator[sqlite3.Connection]:
            name = database.path.name if database.path else "memory"
            self.cross(f"before begin in {name}")
            with real(database) as connection:
                yield connection
                self.cross(f"before commit in {name}")
            self.cross(f"after commit in {name}")

        setattr(Database, "transaction", watched)  # noqa: B010 - mypy allows no assignment to a method
