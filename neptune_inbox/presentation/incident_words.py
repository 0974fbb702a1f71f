"""An incident in one line; as light as what the first paint draws."""

from __future__ import annotations

from typing import TYPE_CHECKING

from neptune_inbox.presentation.times import moment, short_span

if TYPE_CHECKING:
    from neptune_inbox.model import Instant
    from neptune_inbox.model.incidents import Fold, IncidentCounts


def incident_words(counts: IncidentCounts, now: Instant, *, watched: int = 0) -> str:
    """`37 customers in 4 min · 9 read · 2 by us · since 14:02`; with `watched`, `37 of 120 watched in 4 min`."""
    whose = f"{counts.customers:,} of {watched:,} watched" if watched else f"{counts.customers:,} customers"
    parts = [f"{whose} in {short_span(counts.until - counts.since)}"]
    if counts.members != counts.customers:
        parts.append(f"{counts.members:,} notifications")
    if counts.read:
        parts.append(f"{counts.read:,} read")
    if counts.by_us:
        parts.append(f"{counts.by_us:,} by us")
    return " · ".join([*parts, f"since {moment(counts.since, now)}"])


def newest_of(fold: Fold, title: str) -> str:
    """The title of the newest member, marked as such."""
    return f"The newest of {len(fold.keys):,}: {title}"
