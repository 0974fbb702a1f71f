"""Work that no key waits for, owned by a screen and cancelled with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from textual.dom import DOMNode


def run_in_background(
    node: DOMNode, group: str, work: Callable[[], Awaitable[None]], *, is_latest_only: bool = False
) -> None:
    """Do something as a task of this node; `is_latest_only` cancels what is under way in the group."""
    # Handed over as a function: a task that is cancelled before it begins leaves no coroutine behind.
    node.run_worker(cast("Any", work), group=group, exclusive=is_latest_only)
