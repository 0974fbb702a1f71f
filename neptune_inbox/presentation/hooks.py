"""How a hook is doing, in words."""

from __future__ import annotations

from neptune_inbox.model.hooks import HookState
from neptune_inbox.presentation.sentences import exit_words, plural
from neptune_inbox.presentation.times import clock


def hook_words(state: HookState) -> str:
    """What waits for a hook, and how its command ended last, with the last line of what it said of an error."""
    parts = [f"{plural(state.waiting, 'arrival')} waiting"] if state.waiting else []
    if state.ended_at is None:
        parts.append("not run yet")
    elif state.failures:
        why = state.problem.rstrip(".") or exit_words(state.exit_code)
        parts.append(f"failed {plural(state.failures, 'time')}, at {clock(state.ended_at)}: {why}")
        parts += filter(None, [state.errors.strip().rpartition("\n")[2]])
    else:
        parts.append(f"{plural(state.handed, 'notification')} handed over, at {clock(state.ended_at)} the last time")
    return "; ".join(parts)
