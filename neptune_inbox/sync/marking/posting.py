"""Which id of a row is posted to `/read`: chosen among its candidates, learned for each tenant, never a shared one.

The order of preference is the contract's (neptune-api.md, Identity); a field that was found to work goes first.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from neptune_inbox.model import Candidate, Key, Mark, Posted
from neptune_inbox.sync.store_thread import Awaited, OnThread

if TYPE_CHECKING:
    from neptune_inbox.store.tenant import TenantData

NO_ID = "The row has no id of its own that could be named to the server: nothing was posted."


def choose(candidates: Iterable[Candidate], learned: str, failed: Collection[str] = ()) -> Posted | None:
    """The candidate to post: that of the learned field, else the first; fields that failed are left out."""
    left = [Posted(each.field, each.value) for each in candidates if each.field not in failed]
    return next((each for each in left if each.field == learned), left[0] if left else None)


class Posting:
    """Chooses for the marks of one tenant; every call reads the stores."""

    def __init__(self, data: TenantData) -> None:
        self._data = data

    def targets(self, keys: Collection[Key]) -> dict[Key, Posted | None]:
        """What would be posted for each of these; None where no id is the row's own. Raises StoreProblem."""
        learned, known = self._data.outbox.posted_field(), self._data.cache.candidates(keys)
        # What is no longer cached can only be named by its key.
        return {key: choose(known[key], learned) if key in known else Posted("", key.id) for key in keys}

    def targets_now(self, marks: Sequence[Mark]) -> dict[int, Posted | None]:
        """What is to be posted for marks now, by their serial; None where no id is the row's own.

        Raises StoreProblem.
        """
        learned, known = self._data.outbox.posted_field(), self._data.cache.candidates([mark.key for mark in marks])
        return {mark.serial: _target(mark, known.get(mark.key), learned) for mark in marks}

    def next_target(self, mark: Mark, posted: Posted) -> Posted | None:
        """What may be tried instead of an id that was refused or had no effect; None where nothing else is left."""
        known = [each for each in self._candidates(mark) or () if each.value != posted.id]
        return choose(known, "", (*mark.failed_fields, posted.field))

    def next_targets(self, marks: Iterable[Mark]) -> Mapping[int, Posted]:
        """The same for contradicted marks, by their serial; those for which nothing is left are missing."""
        found = {mark.serial: self.next_target(mark, mark.target or Posted("", mark.id)) for mark in marks}
        return {serial: target for serial, target in found.items() if target is not None}

    def _candidates(self, mark: Mark) -> tuple[Candidate, ...] | None:
        return self._data.cache.candidates([mark.key]).get(mark.key)


def _target(mark: Mark, known: tuple[Candidate, ...] | None, learned: str) -> Posted | None:
    if known is None:
        return mark.target or Posted("", mark.id)
    is_corrected = bool(mark.failed_fields) and mark.target is not None
    if is_corrected and mark.target in [Posted(each.field, each.value) for each in known]:
        return mark.target
    return choose(known, learned, mark.failed_fields) or choose(known, learned)


class AsyncPosting(OnThread[Posting]):
    """The choice, each call awaited."""

    next_target = Awaited(Posting.next_target)
    next_targets = Awaited(Posting.next_targets)
