"""What each action does on the inbox screen, a function per action; no widget is made and no SQL is known here."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

from neptune_inbox.presentation.action_table import ACTIONS, Action
from neptune_inbox.tui.actions import move, select

if TYPE_CHECKING:
    from neptune_inbox.tui.inbox.screen import Verb


def find_verb(action_id: str) -> Verb | None:
    """What an action does, or None; moving and selecting are there at once, the rest is loaded at its first use."""
    if verb := move.VERBS.get(action_id) or select.VERBS.get(action_id) or _own_verbs().get(action_id):
        return verb
    return next((_declared_verb(action) for action in ACTIONS if action.id == action_id and action.use_case), None)


def load_verbs() -> Mapping[str, Verb]:
    """Every verb by its action id. Not at start: their sheets would keep the first frame waiting."""
    return {**_own_verbs(), **{action.id: _declared_verb(action) for action in ACTIONS if action.use_case}}


def _declared_verb(action: Action) -> Verb:
    from neptune_inbox.tui.actions.row_verbs import make_verb

    return make_verb(action)


@cache
def _own_verbs() -> Mapping[str, Verb]:
    from neptune_inbox.tui.actions import browse, claims, event, export, insight, marking, people, profiles, records
    from neptune_inbox.tui.actions import timeline as timelines
    from neptune_inbox.tui.actions import views as saved_views

    verbs: dict[str, Verb] = dict(move.VERBS)
    modules = (
        select,
        browse,
        marking,
        export,
        records,
        profiles,
        people,
        event,
        insight,
        claims,
        saved_views,
        timelines,
    )
    for module in modules:
        verbs.update(module.VERBS)
    return verbs
