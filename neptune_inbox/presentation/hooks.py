"""How a hook is doing, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from neptune_inbox.model import Instant
from neptune_inbox.model.hooks import HookState
from neptune_inbox.presentation.sentences import exit_words, plural
from neptune_inbox.presentation.times import clock, moment

if TYPE_CHECKING:
    from neptune_inbox.sync.hooks.hooks import Refused


def hook_words(state: HookState) -> str:
    """What waits for a hook, and how its command ended last, with the last line of what it said of an error."""
    parts = [f"{plural(state.waiting, 'arrival')} waiting"] if state.waiting else []
    if state.ended_at is None:
        parts.append("not run yet")
    elif state.failures:
        why = state.problem.rstrip(".") or exit_words(state.exit_code)
        parts.append(f"failed {plural(state.failures, 'time')}, at {clock(state.ended_at)}: {why}")
        if state.refuses_one:
            parts.append("it refuses one notification on its own, and the others wait behind it")
        parts += filter(None, [state.errors.strip().rpartition("\n")[2]])
    else:
        parts.append(f"{plural(state.handed, 'notification')} handed over, last at {clock(state.ended_at)}")
    return "; ".join(parts)


def nothing_refused(name: str) -> str:
    """Why there is nothing to skip."""
    return f"The command of the hook `{name}` is not refusing anything now, so nothing was skipped."


def refused_pairs(refused: Refused, now: Instant) -> list[tuple[str, str]]:
    """What a hook's command refuses, and what waits behind it."""
    row = refused.row
    return [
        ("notification", f"{row.user_id}/{row.id}"),
        ("event", row.event_type),
        ("created", "not known" if row.created_at is None else moment(row.created_at, now)),
        ("title", row.title),
        ("behind it", plural(refused.behind, "arrival")),
        ("state", hook_words(refused.state)),
    ]


def skip_question(refused: Refused) -> str:
    """What is agreed to, and whether the command was seen to refuse it by itself."""
    alone = "" if refused.state.refuses_one else "It was refused together with others, not yet on its own. "
    return f"{alone}Skip it? It will never be handed to `{refused.state.name}`."


def skipped_sentence(refused: Refused) -> str:
    """What was skipped, and what comes next."""
    then = f"what is behind it: {plural(refused.behind, 'arrival')}" if refused.behind else "what arrives"
    return f"It was skipped. Polling continues with {then}."
