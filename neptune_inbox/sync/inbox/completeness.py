"""How much of a list was seen: nothing is called absent that was not looked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from neptune_inbox.model import Counts, Filter, Freshness, Instant


class Coverage(Struct, frozen=True):
    """How far one of the API's lists is loaded, over the users in scope."""

    is_complete: bool = False
    """Everything that the server said is in the list is in the cache."""
    loaded: int = 0
    """Rows in the cache."""
    back_to: Instant | None = None
    """Nothing is missing that was created since; None where that is not known, or where nothing is missing."""
    users_to_load: tuple[str, ...] = ()
    """The users whose rows may be missing, the one whose rows reach back the least first."""


def lacking(
    users: Sequence[str],
    kind: Filter,
    *,
    freshness: Mapping[str, Freshness],
    counts: Mapping[str, Counts],
    cached: Mapping[str, Counts],
) -> list[str]:
    """The users whose rows may be missing from this list.

    Nothing is missing where the list was read to its end, or where as many rows came as the server counts.
    """
    return [
        user
        for user in users
        if not _has_all(
            freshness.get(user) or Freshness(user),
            kind,
            counts.get(user, Counts()).of(kind),
            cached.get(user, Counts()).of(kind) or 0,
        )
    ]


def _has_all(fresh: Freshness, kind: Filter, total: int | None, cached: int) -> bool:
    if fresh.fetched_at is None:
        return False
    # Rows that cannot be read are in the list of all, but in which of the others is not known.
    unreadable = fresh.skipped if kind is Filter.ALL else 0
    return fresh.has_everything or (total is not None and cached + unreadable >= total)


def coverage(missing: Sequence[str], bounds: Mapping[str, Instant | None], loaded: int) -> Coverage:
    """The coverage of a list, of which rows of `missing` users may lie before each one's bound (None: not known)."""
    order = sorted(missing, key=lambda user: _shallowness(bounds.get(user)), reverse=True)
    known = [bound for user in missing if (bound := bounds.get(user)) is not None]
    is_known = len(known) == len(missing)
    return Coverage(not missing, loaded, max(known, default=None) if is_known else None, tuple(order))


def _shallowness(bound: Instant | None) -> float:
    return float("inf") if bound is None else bound
