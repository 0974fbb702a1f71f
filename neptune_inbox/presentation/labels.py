"""Short words for one row of a table, and the notes on a list; `fast_list` speaks it too, so imports are few."""

from __future__ import annotations

from neptune_inbox.presentation.times import table_age
from neptune_inbox.text_ids import quoted_id

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from neptune_inbox.model import Instant

SHORT_ID = 8
LIMIT = 100
"""The most rows of a list where no limit is named."""
NOTHING_MATCHES = "Nothing matches."
NOBODY_WATCHED = "You watch no users. `neptune-inbox watch USER_ID` adds one."


def triage_label(
    done_at: Instant | None, snoozed_until: Instant | None, is_starred: bool, note: str, now: Instant
) -> str:
    """Triage in a few words: done, snoozed, starred, noted."""
    words = (
        ("done", done_at is not None),
        ("snoozed", snoozed_until is not None and snoozed_until > now),
        ("starred", is_starred),
        ("noted", bool(note)),
    )
    return " ".join(word for word, holds in words if holds)


def short_id(id: str, length: int) -> str:
    """The beginning of a uuid, of so many characters or 8, which every command takes; any other id as it is."""
    return id[: max(SHORT_ID, length)] if len(id) == 36 and id.count("-") == 4 else id


def cached_note(fetched: Iterable[tuple[str, Instant | None]], now: Instant) -> str:
    """How old what the cache holds of these users is."""
    words = [
        f"{quoted_id(user)} {table_age(at, now)} ago" if at is not None else f"{quoted_id(user)} never"
        for user, at in fetched
    ]
    return f"From the cache, as last seen: {', '.join(words)}."


def missing_words(user: str, loaded: int, told: int | None, *, is_fetched: bool) -> str:
    """How much of a list of one user is loaded, where not all of it is: `221 of 1,521 of u-1 are loaded`."""
    if not is_fetched:
        return f"{quoted_id(user)} was never fetched"
    of = f"{loaded:,} of {told:,}" if told is not None else f"{loaded:,}"
    return f"{of} of {quoted_id(user)} are loaded"


def codes_note(count: int) -> str:
    """That codes are hidden in what is printed, and how they are shown."""
    where = "1 notification" if count == 1 else f"{count:,} notifications"
    return f"One-time codes are hidden in {where}; --show-codes shows them."


def types_note(parts: Sequence[str]) -> str:
    """How event types are found by a part of their names; empty where none was asked for."""
    if not parts:
        return ""
    # Not for `fast_list`, whose imports are few.
    from neptune_inbox.presentation.query_completion import quoted

    return (
        f"event: takes the whole event type; event:{quoted(f'*{parts[0]}*')} finds every type that holds {parts[0]}."
    )


def rest_notes(
    shown: int, total: int, hidden: int, missing: Sequence[str] = (), *, is_search: bool, is_cached: bool
) -> list[str]:
    """What a list does not show: rows that are not loaded or lie beyond the limit, and rows that I put away.

    That nothing matches is said only where nothing is `missing` (see `missing_words`).
    """
    notes = []
    if missing:
        done = "searched" if is_search else "listed"
        how = "without --cached and with --limit 0" if is_cached else "with --limit 0"
        notes.append(f"Not everything was {done}: {', '.join(missing)}; run it {how} to load everything.")
    elif not total and not hidden:
        notes.append(NOTHING_MATCHES)
    if shown < total:
        notes.append(f"{shown:,} of at least {total:,} are shown; --limit 0 shows all of them.")
    if hidden:
        what = "1 row is" if hidden == 1 else f"{hidden:,} rows are"
        notes.append(f"{what} left out as done or snoozed; --query is:done or is:snoozed shows them.")
    return notes
