"""Short words for one row of a table, and the notes beside a list. It imports nothing: `express` speaks it too."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from neptune_inbox.model import Instant

STEPS = ((86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1_000, "s"))
SHORT_ID = 8
LIMIT = 100
"""The most rows of a list where no limit is named."""
NOTHING_MATCHES = "Nothing matches."


def age(instant: Instant | None, now: Instant) -> str:
    """`12s`, `5m`, `3h`, `40d`; empty where the time is not told, `0s` where it lies ahead."""
    if instant is None:
        return ""
    passed = max(0, now - instant)
    for size, unit in STEPS:
        if passed >= size:
            return f"{passed // size}{unit}"
    return "0s"


def theirs(is_read: bool, mark: str | None) -> str:
    """One word for the customer's plane, and for our mark (its state) that is to change it."""
    if is_read:
        return "read"
    return {"held": "pending", "sending": "pending", "failed": "refused"}.get(mark or "", "unread")


def mine(done_at: Instant | None, snoozed_until: Instant | None, is_starred: bool, note: str, now: Instant) -> str:
    """My plane in a few words: done, snoozed, starred, noted."""
    words = (
        ("done", done_at is not None),
        ("snoozed", snoozed_until is not None and snoozed_until > now),
        ("starred", is_starred),
        ("noted", bool(note)),
    )
    return " ".join(word for word, holds in words if holds)


def short_id(id: str) -> str:
    """The beginning of a uuid, which every command takes in place of the whole; any other id as it is."""
    return id[:SHORT_ID] if len(id) == 36 and id.count("-") == 4 else id


def cached_note(fetched: Iterable[tuple[str, Instant | None]], now: Instant) -> str:
    """How old what the cache holds of these users is."""
    words = [f"{user} {age(at, now)} ago" if at is not None else f"{user} never" for user, at in fetched]
    return f"From the cache, as it was seen last: {', '.join(words)}."


def rest_notes(shown: int, total: int, hidden: int) -> list[str]:
    """What a list does not show: rows beyond the limit, and rows that I put away."""
    notes = []
    if not total and not hidden:
        notes.append(NOTHING_MATCHES)
    if shown < total:
        notes.append(f"{shown:,} of at least {total:,} are shown; --limit 0 shows all of them.")
    if hidden:
        what = "1 row is" if hidden == 1 else f"{hidden:,} rows are"
        notes.append(f"{what} left out as done or snoozed by you; --query is:done or is:snoozed shows them.")
    return notes
