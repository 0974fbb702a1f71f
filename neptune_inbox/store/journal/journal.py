"""The append-only record of every write we made, or decided not to cause: audit, and salvage of the outbox.

One JSON object on each line. A line that cannot be read is passed over; after a torn end the next line starts fresh.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace

from neptune_inbox.errors import DiskFull, StoreProblem
from neptune_inbox.model import Instant, JournalEntry
from neptune_inbox.store.database.errors import describe, translated
from neptune_inbox.store.journal.index import Extent, FileState, JournalIndex, Position
from neptune_inbox.store.journal.lines import Damaged, decoded, encoded, needle
from neptune_inbox.store.journal.segments import BLOCK, ByteRange, Segment, append, cut, opened
from neptune_inbox.store.journal.words import OPENING, MarkId, MarkWords, merged

Ends = Mapping[tuple[int, int], int]
"""Positions in files, by device and inode."""
BEHIND = 16 * BLOCK
AT_ONCE = 500
"""Entries in a page."""


class Wanted(NamedTuple):
    """Which lines are asked for."""

    user_id: str | None = None
    id: str | None = None
    verb: str | None = None
    since: Instant = 0

    @property
    def names(self) -> list[str]:
        return [name for name in (self.id, self.user_id, self.verb) if name]

    def entries(self, lines: Iterator[bytes], damaged: Damaged | None = None) -> Iterator[JournalEntry]:
        """The entries of these lines that are asked for; those that cannot be read are counted in `damaged`."""
        for entry in decoded(lines, damaged):
            if (
                (self.user_id is None or entry.user_id == self.user_id)
                and (self.id is None or entry.id == self.id)
                and (self.verb is None or entry.verb == self.verb)
                and entry.at >= self.since
            ):
                yield entry


class Found(NamedTuple):
    """The lines of one verb, and how far each file was looked through for them."""

    ends: Ends
    """Another file of the same name begins again."""
    entries: tuple[JournalEntry, ...]


class Journal:
    """The record of one machine user; `None` as path keeps it in memory. Raises StoreProblem and DiskFull."""

    def __init__(
        self, path: Path | None, *, actor: str, refusal: str = "", index: JournalIndex | None = None
    ) -> None:
        """`refusal` is why nothing can be kept: every line is refused then, and so every write that needs one.

        Without an index everything is looked through.
        """
        self.actor = actor
        self._refusal = refusal
        self._path = path
        self._index = index
        self._memory: list[JournalEntry] = []
        self.hosts: dict[str, str] = {}
        """What the lines of each tenant name as the host from now on."""
        self._found: dict[str, Found] = {}

    def append(self, entries: Sequence[JournalEntry], *, reversed: ByteRange | None = None) -> ByteRange:
        """Write these lines, all or none, with one write and one sync; each is signed with actor and host."""
        if not entries:
            return ByteRange(0, 0)
        if self._refusal:
            raise StoreProblem(
                f"Nothing was changed or sent: a write needs its line in the journal. {self._refusal}",
                "Free some space or make the folder writable, then start again; or set NEPTUNE_INBOX_HOME to"
                " another folder.",
            )
        signed = [
            replace(entry, actor=entry.actor or self.actor, host=self.hosts.get(entry.tenant, ""))
            for entry in entries
        ]
        if self._path is None:
            self._memory.extend(signed)
            return ByteRange(len(self._memory) - len(signed), len(self._memory))
        try:
            return append(self._path, b"".join(map(encoded, signed)), signed[-1].at, reversed=reversed)
        except OSError as error:
            raise translated(error, describe(self._path)) from error

    def take_back(self, extent: ByteRange, reversals: Sequence[JournalEntry]) -> None:
        """Retract lines whose change could not be saved and that nobody has been shown.

        `reversals` follow them; where there is no room for these, the lines are cut off while they are the last ones.
        """
        try:
            self.append(reversals, reversed=extent)
        except DiskFull:
            if self._path is not None:
                cut(self._path, extent)

    def read(
        self, *, user_id: str | None = None, id: str | None = None, limit: int | None = None, since: Instant = 0
    ) -> list[JournalEntry]:
        """The entries, newest last: all, or those of a user, a notification or a time; at most the newest `limit`."""
        pages = self.pages(user_id=user_id, id=id, limit=limit, since=since)
        return [entry for page in pages for entry in page]

    def pages(
        self,
        *,
        user_id: str | None = None,
        id: str | None = None,
        limit: int | None = None,
        since: Instant = 0,
        damaged: Damaged | None = None,
    ) -> Generator[list[JournalEntry], None, None]:
        """The same a few at a time, on demand, in constant memory; lines that cannot be read are counted."""
        wanted = Wanted(user_id, id, None, since)
        page: list[JournalEntry] = []
        found = self._newest(wanted, limit, damaged) if limit is not None else self._entries(wanted, damaged)
        for entry in found:
            page.append(entry)
            if len(page) == AT_ONCE:
                yield page
                page = []
        if page:
            yield page

    def damaged_lines(self) -> int:
        """How many lines cannot be read; every line is looked through."""
        damaged = Damaged()
        for _ in self._entries(Wanted(), damaged):
            pass
        return damaged.count

    def of_verb(self, verb: str) -> tuple[JournalEntry, ...]:
        """The entries of one rare verb, oldest first; only what was appended since the last call is read."""
        wanted = Wanted(verb=verb)
        if self._path is None:
            return tuple(self._entries(wanted))
        with self._opened() as segments:
            ends = {segment.inode: segment.whole_lines(0, segment.size) for segment in segments}
            found = self._found.get(verb, Found({}, ()))
            if any(end > ends.get(inode, 0) for inode, end in found.ends.items()):
                found = Found({}, ())
            fresh = self._in(segments, wanted, found.ends, ends)
            found = Found(ends, (*found.entries, *fresh))
        self._found[verb] = found
        return found.entries

    def unsettled(self) -> list[JournalEntry]:
        """The marks that were held and not settled since, oldest first; every line is looked through.

        Each is the line that held it, with `due_at` and `outcome` (`held` or `retried`) of the last line about it.
        """
        words = MarkWords(())
        self.tell(words, {})
        return sorted(self.opened_by(words.open()).values(), key=lambda entry: entry.at)

    def tell(self, words: MarkWords, known: Mapping[int, FileState]) -> dict[int, Position]:
        """Tell `words` every line that was written after what is known; up to where each file is known then."""
        if self._path is None:
            words.add(map(encoded, self._memory))
            return {}
        reached = {}
        with self._opened() as segments:
            for segment in segments:
                settled = known.get(segment.id, FileState()).settled
                end = segment.whole_lines(0, segment.size)
                words.add(segment.lines(settled.end if settled.holds(segment) else 0, end))
                if segment.id:
                    reached[segment.id] = Position(end, segment.ending(end))
        return reached

    def opened_by(self, marks: Mapping[MarkId, JournalEntry]) -> dict[MarkId, JournalEntry]:
        """These open marks, each as it was held first, where only a later try of it was read."""
        return {mark: self._as_held(mark, entry) for mark, entry in marks.items()}

    def _as_held(self, mark: MarkId, last: JournalEntry) -> JournalEntry:
        if last.outcome == "held":
            return last
        lines = self.read(user_id=mark.user_id, id=mark.id)
        same = (one for one in lines if (one.tenant, one.receipt_id) == (mark.tenant, mark.receipt_id))
        first = next((one for one in same if one.outcome in OPENING), last)
        return merged(first, last)

    def extend_index(self, seconds: float) -> bool:
        """Index what is not indexed, for about so long; whether there is more to do."""
        if self._path is None or self._index is None:
            return False
        with self._opened() as segments:
            return self._index.extend(segments, seconds)

    def is_behind(self) -> bool:
        """Whether so much is not indexed that a question about it takes a while."""
        if self._path is None or self._index is None:
            return False
        with self._opened() as segments:
            extents = self._index.extents(segments, [])
            ends = [extents[segment.id][-1][0] if segment.id in extents else 0 for segment in segments]
            return any(segment.size - end > BEHIND for segment, end in zip(segments, ends, strict=True))

    @contextmanager
    def _opened(self) -> Iterator[list[Segment]]:
        assert self._path is not None
        try:
            with opened(self._path) as segments:
                yield segments
        except OSError as error:
            raise translated(error, describe(self._path)) from error

    def _entries(self, wanted: Wanted, damaged: Damaged | None = None) -> Iterator[JournalEntry]:
        if self._path is None:
            yield from wanted.entries(map(encoded, list(self._memory)))
            return
        with self._opened() as segments:
            yield from self._in(segments, wanted, damaged=damaged)

    def _newest(self, wanted: Wanted, limit: int, damaged: Damaged | None = None) -> Iterator[JournalEntry]:
        """The last entries, found from the end: how many each extent holds is counted first, then they are read."""
        if self._path is None:
            yield from list(self._entries(wanted))[-limit:] if limit else ()
            return
        with self._opened() as segments:
            chosen: list[tuple[Segment, Extent]] = []
            count = 0
            for segment, piece in self._backwards(segments, wanted):
                if count >= limit:
                    break
                chosen.append((segment, piece))
                count += sum(1 for _ in wanted.entries(_lines(segment, piece, wanted)))
            found = (_lines(segment, piece, wanted) for segment, piece in reversed(chosen))
            entries = wanted.entries(chain.from_iterable(found), damaged)
            yield from islice(entries, max(0, count - limit), None)

    def _backwards(self, segments: Sequence[Segment], wanted: Wanted) -> Iterator[tuple[Segment, Extent]]:
        """Where there may be wanted lines, in pieces, the last one first."""
        extents = self._extents(segments, wanted)
        for segment in reversed(segments):
            for extent in reversed(extents[segment.inode]):
                yield from ((segment, piece) for piece in segment.backwards(*extent))

    def _in(
        self,
        segments: Sequence[Segment],
        wanted: Wanted,
        begins: Ends | None = None,
        ends: Ends | None = None,
        damaged: Damaged | None = None,
    ) -> Iterator[JournalEntry]:
        """The wanted entries of these files, from some positions to before others."""
        extents = self._extents(segments, wanted)
        for segment in segments:
            first, last = (begins or {}).get(segment.inode, 0), (ends or {}).get(segment.inode, segment.size)
            for start, end in extents[segment.inode]:
                lines = _lines(segment, (max(start, first), min(end, last)), wanted)
                yield from wanted.entries(lines, damaged)

    def _extents(self, segments: Sequence[Segment], wanted: Wanted) -> dict[tuple[int, int], list[Extent]]:
        """Where in each file there may be wanted lines, by its inode."""
        found: Mapping[int, list[Extent]] = {}
        if self._index is not None and (wanted.names or wanted.since):
            found = self._index.extents(segments, wanted.names, wanted.since)
        return {segment.inode: found.get(segment.id) or [(0, segment.size)] for segment in segments}


def _lines(segment: Segment, extent: Extent, wanted: Wanted) -> Iterator[bytes]:
    """The lines of an extent that contain the rarest of the requested names."""
    return segment.lines(*extent, needle(wanted.names[0]) if wanted.names else b"")
