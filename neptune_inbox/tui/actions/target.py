"""What a verb acts on is decided when its key is pressed, however long it waits behind the verbs before it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from neptune_inbox.tui.inbox.screen import InboxScreen
    from neptune_inbox.tui.inbox.target import ActionTarget

TargetVerb: TypeAlias = "Callable[[InboxScreen, ActionTarget], Awaitable[None]]"


def with_target(action_id: str) -> Callable[[TargetVerb], Callable[[InboxScreen], Awaitable[None]]]:
    """Hand the verb of an action what is selected, or under the cursor, at this moment."""

    def bind(verb: TargetVerb) -> Callable[[InboxScreen], Awaitable[None]]:
        @wraps(verb)
        def take_aim(inbox: InboxScreen) -> Awaitable[None]:
            return verb(inbox, inbox.list.target(action_id))

        return take_aim

    return bind
