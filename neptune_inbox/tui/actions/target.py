"""What a verb acts on is decided when its key is pressed, however long it waits behind the verbs before it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from neptune_inbox.tui.inbox.screen import InboxScreen
    from neptune_inbox.tui.inbox.target import ActionTarget


def with_target(
    verb: Callable[[InboxScreen, ActionTarget], Awaitable[None]],
) -> Callable[[InboxScreen], Awaitable[None]]:
    """Hand a verb what is selected, or under the cursor, at this moment."""

    @wraps(verb)
    def take_aim(inbox: InboxScreen) -> Awaitable[None]:
        return verb(inbox, inbox.list.target())

    return take_aim
