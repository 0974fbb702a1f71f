"""Ids of facts: UUIDv7 (RFC 9562), made where the fact is made, so that it is the same fact wherever it arrives."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from uuid import UUID

from neptune_inbox.model import Instant, Now

COUNTER_BITS = 12


class FactIds:
    """Makes ids that sort in the order of creation, even when the clock is set back."""

    def __init__(self, now: Now, random_bits: Callable[[int], int] = secrets.randbits) -> None:
        self._now = now
        self._random_bits = random_bits
        self._last: Instant = 0
        self._count = 0
        self._lock = threading.Lock()

    def __call__(self) -> str:
        with self._lock:
            at = max(self._now(), 0)
            if at > self._last:
                self._last, self._count = at, self._random_bits(COUNTER_BITS - 2)
            else:
                self._count += 1
                if self._count >> COUNTER_BITS:
                    self._last, self._count = self._last + 1, 0
            value = (self._last & (1 << 48) - 1) << 80 | 7 << 76 | self._count << 64 | 2 << 62 | self._random_bits(62)
        return str(UUID(int=value))
