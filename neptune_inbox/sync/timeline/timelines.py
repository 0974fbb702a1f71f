"""Puts together what is known of one customer over time, from cache, outbox, journal and team; no request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from neptune_inbox.model import Freshness, Instant, Key, Mark, Now, Row, SeenRow
from neptune_inbox.model.team import NOTHING_SHARED, TeamMark, TeamState
from neptune_inbox.sync.evidence import (
    ReadBy,
    Reader,
    lost_alls,
    lost_before,
    narrowed,
    readers_among,
    server_alls,
    surely_ours,
    who_read,
)
from neptune_inbox.sync.marking.audit import SERVER_ALL
from neptune_inbox.sync.store_thread import read_on_thread
from neptune_inbox.sync.timeline.history import History, Noted, RowHistory, row_history

if TYPE_CHECKING:
    from neptune_inbox.sync.fetch.fetcher import Fetcher
    from neptune_inbox.sync.tenant_store import TenantStore

Times = Sequence[tuple[Instant, Instant]]


class Timelines:
    """The histories of one tenant's customers."""

    def __init__(self, *, store: TenantStore, fetcher: Fetcher, now: Now) -> None:
        self._store = store
        self._fetcher = fetcher
        self._now = now

    async def of(self, user_id: str) -> History:
        """All that is known of a customer."""
        fresh = (await self._fetcher.freshness([user_id]))[user_id]
        return await self._of(user_id, fresh)

    @read_on_thread
    def _of(self, user_id: str, fresh: Freshness) -> History:
        data = self._store.data
        seen = data.cache.seen_rows(user_id)
        marks = data.outbox.of_user(user_id)
        by_key: dict[Key, list[Mark]] = {}
        for mark in marks:
            by_key.setdefault(mark.key, []).append(mark)
        entries = list(data.journal.of_verb(SERVER_ALL))
        alls, lost = server_alls(entries, self._store.tenant, user_id), lost_alls(entries, data, user_id)
        keys = [each.row.key for each in seen]
        states = data.team.of_rows([*keys, Key(user_id, "")]) if data.team is not None else {}
        theirs = data.team.marks_of_others(keys) if data.team is not None else {}
        return History(
            user_id=user_id,
            at=self._now(),
            rows=tuple(
                self._row(
                    each,
                    by_key.get(each.row.key, ()),
                    alls,
                    lost_before(each.row, lost),
                    theirs.get(each.row.key, ()),
                    states.get(each.row.key, NOTHING_SHARED),
                )
                for each in seen
            ),
            looked_at=fresh.looked_at,
            back_to=None if fresh.has_everything else fresh.complete_back_to or 0,
            marks=tuple(marks),
            team_marks=tuple((each.row, mark) for each in seen for mark in theirs.get(each.row.key, ())),
            server_alls=tuple(alls),
            notes=(*self._own_notes(user_id, seen), *_notes(user_id, seen, states)),
        )

    def _own_notes(self, user_id: str, seen: Sequence[SeenRow]) -> list[Noted]:
        data = self._store.data
        agent = data.team.agent if data.team is not None else data.journal.actor
        rows = {each.row.key: each.row for each in seen}
        return [Noted(rows.get(key), agent, text, at) for key, text, at in data.triage.notes_of(user_id)]

    def _row(
        self,
        seen: SeenRow,
        marks: Sequence[Mark],
        alls: Times,
        lost: Sequence[Instant],
        theirs: Sequence[TeamMark],
        state: TeamState,
    ) -> RowHistory:
        row, team = seen.row, self._store.data.team
        ahead = team.ahead if team is not None else 0
        sighting = narrowed(seen.sighting, state.sighting, ahead)
        readers = readers_among(theirs, row, ahead)
        surely = surely_ours(marks)
        began = [start for start, answered in alls if answered >= (row.created_at or 0)]
        read_by = who_read(
            row,
            sighting,
            [*(mark.made_at for mark in surely), *began, *(reader.at for reader in readers)],
            marks,
            lost,
        )
        reader = None
        if team is not None and read_by is ReadBy.US:
            readers += [Reader(team.agent, mark.made_at, mark.receipt_id) for mark in surely]
            readers += [Reader(team.agent, at, "") for at in began]
            reader = min(readers, key=lambda each: each.at, default=None)
        return row_history(seen, marks, sighting=sighting, read_by=read_by, reader=reader, lost=len(lost))


def _notes(user_id: str, seen: Sequence[SeenRow], states: Mapping[Key, TeamState]) -> tuple[Noted, ...]:
    about: list[tuple[Row | None, Key]] = [(each.row, each.row.key) for each in seen]
    about.append((None, Key(user_id, "")))
    return tuple(
        Noted(row, note.agent, note.text, note.at)
        for row, key in about
        for note in states.get(key, NOTHING_SHARED).notes
    )
