"""What is said of a watch list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from neptune_inbox.model import Instant
from neptune_inbox.presentation.sentences import plural
from neptune_inbox.presentation.times import ago

if TYPE_CHECKING:
    from neptune_inbox.store.watch_rule import RuleState


def rule_sentence(state: RuleState, now: Instant) -> str:
    """What the list held when it was read last."""
    if not state.read_at:
        return "The watch list has not been read yet."
    return f"The watch list names {plural(len(state.ids), 'customer')}; it was read {ago(state.read_at, now)}."


def trouble_sentences(state: RuleState) -> list[str]:
    """Why the list could not be read, or which of its lines were refused."""
    if state.problem:
        return [f"{state.problem} The watched customers stay the same."]
    if not state.refused_count:
        return []
    more = state.refused_count - len(state.refused)
    rest = [f"{plural(more, 'more line was', 'more lines were')} refused."] if more else []
    return [*state.refused, *rest]


def change_sentence(more: int, fewer: int) -> str:
    """How who is watched was changed from without."""
    parts = [f"{plural(more, 'customer')} more"] * bool(more) + [f"{plural(fewer, 'customer')} fewer"] * bool(fewer)
    return f"The watched customers changed: {', '.join(parts) or 'in another order'}."
