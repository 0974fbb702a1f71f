"""Lists that forget: what the sandbox keeps of requests and events must not grow without end."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

T = TypeVar("T")


class Ring(list[T]):
    """A list that holds about the last `limit` of what was appended to it."""

    def __init__(self, limit: int, items: Iterable[T] = ()) -> None:
        super().__init__(items)
        self.limit = limit

    def append(self, item: T) -> None:
        super().append(item)
        # In chunks, as taking one off the front moves all the others.
        if len(self) >= self.limit + max(1, self.limit // 8):
            del self[: len(self) - self.limit]
