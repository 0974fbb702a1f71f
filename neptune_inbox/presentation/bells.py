"""The bells of several customers at one moment: in columns, as JSON, and what is not known of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from neptune_inbox.model import Filter
from neptune_inbox.presentation.labels import short_id
from neptune_inbox.presentation.sentences import plural
from neptune_inbox.presentation.timeline import WORDS, bell_cells, bell_sentences, why
from neptune_inbox.presentation.times import local, moment
from neptune_inbox.sync.timeline.history import Bell

if TYPE_CHECKING:
    from neptune_inbox.model import Instant
    from neptune_inbox.sync.timeline.history import BellAsOf, BellRow

_KEPT = {Filter.UNREAD: (Bell.UNREAD, Bell.UNKNOWN), Filter.READ: (Bell.READ, Bell.UNKNOWN), Filter.ALL: tuple(Bell)}


def newest_first(bells: Sequence[BellAsOf], kind: Filter) -> list[BellRow]:
    """The rows of a kind of all bells together; what is not known is of every kind."""
    found = [each for bell in bells for each in bell.rows if each.state in _KEPT[kind]]
    return sorted(found, key=_came_at, reverse=True)


def _came_at(each: BellRow) -> int:
    return each.history.there_from if each.row.created_at is None else each.row.created_at


def bell_row_on_screen(each: BellRow, now: Instant, id_length: int) -> list[str]:
    """The cells of a row for people, with so much of its id as it takes to name it."""
    row = each.row
    created = moment(row.created_at, now) if row.created_at is not None else ""
    id = short_id(row.id, id_length)
    return [WORDS[each.state], created, row.user_id, row.event_type, row.title, id, why(each)]


def bell_row_cells(each: BellRow) -> list[str]:
    """The cells of a row for programs."""
    state, created, *rest = bell_cells(each)
    return [state, created, each.row.user_id, *rest]


def bells_sentences(bells: Sequence[BellAsOf]) -> list[str]:
    """How many rows were in each state, and for how many customers that may not be all."""
    if len(bells) == 1:
        return bell_sentences(bells[0])
    at = bells[0].at
    counts = ", ".join(f"{sum(bell.count(state) for bell in bells):,} {words}" for state, words in WORDS.items())
    said = [f"The bells of {plural(len(bells), 'customer')} as of {local(at)}: {counts}."]
    if never := sum(bell.looked_at is None for bell in bells):
        whose = plural(never, "customer")
        said.append(f"The list of {whose} was never read completely from here: there may have been others.")
    looks = [bell.looked_at for bell in bells if bell.looked_at is not None and bell.looked_at < at]
    if looks:
        whose = plural(len(looks), "customer")
        said.append(
            f"The last look at {whose} began {local(min(looks))} or later: what has arrived since is not known."
        )
    if cut := sum(bell.looked_at is not None and bell.back_to is not None for bell in bells):
        said.append(f"The list of {plural(cut, 'customer')} was not read to its end: older ones may be missing.")
    return said
