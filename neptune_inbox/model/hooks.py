"""Hooks: commands that are handed what arrives, and how far each of them has come."""

from __future__ import annotations

from msgspec import Struct

from neptune_inbox.model.notifications import Key
from neptune_inbox.model.values import Instant

ALONE_AFTER = 3
"""Failures after which a command is handed one notification at first, and more as it takes them."""


class Arrival(Struct, frozen=True):
    """A notification that arrived, in its place in the order of arrivals."""

    serial: int
    key: Key


class HookState(Struct, frozen=True):
    """How far one hook has come, and how its command ended last."""

    name: str
    waiting: int = 0
    """Arrivals that were not looked at yet, whether they match or not."""
    waiting_since: Instant | None = None
    handed: int = 0
    """Notifications that its command took, each counted as often as it was handed over."""
    failures: int = 0
    """How often its command failed since it last took what it was handed."""
    next_at: Instant | None = None
    """When it is tried again after a failure."""
    ended_at: Instant | None = None
    """When its command ended last; None where it never ran."""
    exit_code: int | None = None
    """None where it did not start, or was stopped."""
    problem: str = ""
    """Why there is no exit code."""
    errors: str = ""
    """The end of what it wrote to standard error."""

    @property
    def is_careful(self) -> bool:
        """Whether its command is handed one notification at first."""
        return self.failures >= ALONE_AFTER

    @property
    def refuses_one(self) -> bool:
        """Whether it failed last with a single notification, behind which all others wait."""
        return self.failures > ALONE_AFTER
