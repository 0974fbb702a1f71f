"""The one place where keys become bindings: those of the action table, as the user has set them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from textual.binding import Binding, BindingsMap, BindingType
from textual.dom import DOMNode

from neptune_inbox.presentation.action import EVERYWHERE
from neptune_inbox.presentation.keymap import Action, Where, all_actions, key_label
from neptune_inbox.tui.key_buffer import TypeAheadApp

if TYPE_CHECKING:
    from textual.app import App


def inbox_bindings(actions: Sequence[Action]) -> list[BindingType]:
    """The keys of the inbox; each runs its action by id."""
    return [
        _binding(action, f"run('{action.id}')") for action in actions if action.keys and action.where & EVERYWHERE
    ]


def bind_keys(node: DOMNode, where: Where, actions: Sequence[Action]) -> None:
    """Give a dialog, a widget or the app the keys of its actions; the last part of an id names the method."""
    own = [
        _binding(action, action.id.rpartition(".")[2]) for action in actions if action.keys and where in action.where
    ]
    node._bindings = BindingsMap.merge([BindingsMap(own), node._bindings])


def live_actions(app: App[Any]) -> Sequence[Action]:
    """Every action with the keys that it has in this app."""
    return app.actions if isinstance(app, TypeAheadApp) else all_actions()


def live_key(app: App[Any], id: str) -> str:
    """What a sentence calls the key of an action."""
    return key_label(live_actions(app), id)


def _binding(action: Action, does: str) -> Binding:
    return Binding(",".join(action.keys), does, action.label, show=False, id=action.id, priority=action.comes_first)
