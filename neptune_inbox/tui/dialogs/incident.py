"""The sheet that counts the members of an incident before a verb acts on them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from neptune_inbox.model import Instant, Mode, Row
from neptune_inbox.presentation.action_table import ACTIONS
from neptune_inbox.presentation.incidents import members_words
from neptune_inbox.tui.dialogs.base import Choice, ChoiceDialog

if TYPE_CHECKING:
    from neptune_inbox.model import Profile
    from neptune_inbox.model.incidents import Fold


def incident_dialog(
    action_id: str, fold: Fold | None, rows: Sequence[Row], profile: Profile, now: Instant
) -> ChoiceDialog:
    """How many rows of how many customers the verb acts on, and nothing but them; yes, or leave them."""
    where = f"{profile.environment.upper() if profile.is_production else profile.environment} · {profile.shown_name}"
    lines = [(where, "production" if profile.is_production else "dim")]
    if fold is not None:
        lines.append((f"{fold.incident.event_type}  {fold.incident.title}", ""))
    label = ACTIONS.find(action_id).label
    label = label[:1].upper() + label[1:]
    choices = [
        Choice("y", "y", "yes", f"{label}: these {len(rows):,}", "Exactly what is listed, and nothing else."),
        Choice("n", "n", "no", "Leave them"),
    ]
    default = "no" if profile.is_production and profile.mode is not Mode.OBSERVE else "yes"
    return ChoiceDialog(f"{label}: {members_words(rows)}", lines, choices, default=default)
