"""What each action does: one small function per action id, over the inbox screen.

A plain function acts at once (moving, selecting). An `async` one is queued behind the verbs before it, so that `m z`
typed fast means mark, then undo.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

from neptune_inbox.tui.verbs import moving, selecting

if TYPE_CHECKING:
    from neptune_inbox.tui.screens.inbox import Verb


def find_verb(action_id: str) -> Verb | None:
    """What an action does, or None; moving and selecting are there at once, the rest is loaded at its first use."""
    return moving.VERBS.get(action_id) or selecting.VERBS.get(action_id) or load_verbs().get(action_id)


@cache
def load_verbs() -> Mapping[str, Verb]:
    """Every verb by its action id. Not at start: their sheets would keep the first frame waiting."""
    from neptune_inbox.tui.verbs import (
        copying,
        events,
        insight,
        looking,
        marking,
        mine,
        papers,
        people,
        places,
    )

    verbs: dict[str, Verb] = dict(moving.VERBS)
    for module in (selecting, looking, marking, mine, copying, papers, places, people, events, insight):
        verbs.update(module.VERBS)
    return verbs
