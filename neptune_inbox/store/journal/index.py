"""Where the parts of the journal are, kept in `state.db`: made from the files, and remade if it differs.

A file is indexed in blocks of whole lines; of each block it is known when its last line was written, and which names
(users, notifications, acts, verbs) its lines hold, as checksums of four bytes. So it is about a sixtieth of the
journal, a question leads to a few blocks, and what was written since the last block is looked through.
"""

from __future__ import annotations

import sqlite3
import time
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress

from msgspec import Struct

from neptune_inbox.errors import StoreProblem
from neptune_inbox.model import Instant
from neptune_inbox.store.database.database import Database
from neptune_inbox.store.database.open import seal
from neptune_inbox.store.journal.lines import named
from neptune_inbox.store.journal.segments import BLOCK, Segment

Extent = tuple[int, int]
Work = Callable[[sqlite3.Connection], None]
FIELDS = "id, settled, settled_ending, indexed, indexed_ending"


class Position(Struct, frozen=True):
    """How far a file is indexed, and a checksum that shows whether it is still the same up to there."""

    end: int = 0
    ending: int = 0

    def holds(self, segment: Segment) -> bool:
        return 0 < self.end <= segment.size and segment.ending(self.end) == self.ending


class FileState(Struct, frozen=True):
    """What is known of one file."""

    settled: Position = Position()
    """Up to here the outbox is in line with it."""
    indexed: Position = Position()


def file_states(connection: sqlite3.Connection) -> dict[int, FileState]:
    """What is known of each file, by its id; a row that does not fit its seal is not believed."""
    found = connection.execute(f"SELECT {FIELDS}, seal FROM journal_file").fetchall()
    return {
        id: FileState(Position(settled, settled_ending), Position(indexed, indexed_ending))
        for id, settled, settled_ending, indexed, indexed_ending, sealed in found
        if seal(id, settled, settled_ending, indexed, indexed_ending) == sealed
    }


def save(connection: sqlite3.Connection, id: int, about: FileState) -> None:
    """Keep what is known of one file."""
    values = (id, about.settled.end, about.settled.ending, about.indexed.end, about.indexed.ending)
    connection.execute(
        f"INSERT OR REPLACE INTO journal_file ({FIELDS}, seal) VALUES (?, ?, ?, ?, ?, ?)", (*values, seal(*values))
    )


class JournalIndex:
    """The index of the journal's files."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def extents(
        self, segments: Sequence[Segment], names: Sequence[str], since: Instant = 0
    ) -> Mapping[int, list[Extent]]:
        """By file id: the extents that may hold lines with all of these names, and everything that is not indexed.

        A file that nothing is known of is left out. A store that cannot be read is no reason to know nothing of the
        journal: then all are left out.
        """
        ids = {segment.id: segment for segment in segments}
        with suppress(StoreProblem), self._database.reading() as connection:
            found: dict[int, list[Extent]] = {}
            for id, about in file_states(connection).items():
                segment = ids.get(id)
                if segment is None or not about.indexed.holds(segment):
                    continue
                holds = "".join(" AND instr(names, ?)" for _ in names)
                blocks = connection.execute(
                    f'SELECT start, "end" FROM journal_block WHERE file = ? AND "end" <= ? AND last_at >= ?{holds}'
                    " ORDER BY start",
                    (id, about.indexed.end, since, *map(_hash, names)),
                )
                found[id] = [*blocks, (about.indexed.end, segment.size)]
            return found
        return {}

    def extend(self, segments: Sequence[Segment], seconds: float) -> bool:
        """Index what is not, for about so long; whether there is more to do. Raises StoreProblem."""
        until = time.monotonic() + seconds
        with self._database.reading() as connection:
            before = file_states(connection)
        ids = {segment.id: segment for segment in segments if segment.id}
        if gone := before.keys() - ids.keys():
            self._database.write(lambda connection: _forget(connection, gone))
        for id, segment in ids.items():
            about = before.get(id, FileState())
            start = about.indexed.end if about.indexed.holds(segment) else 0
            blocks = []
            end = start
            while segment.size - end >= BLOCK and time.monotonic() < until:
                block = _block(segment, end)
                if block is None:
                    break
                blocks.append(block)
                end = block[1]
            if blocks:
                self._database.write(_keeping(id, start, blocks, Position(end, segment.ending(end))))
            if time.monotonic() >= until:
                return True
        return False


def _keeping(id: int, start: int, blocks: Sequence[tuple[int, int, int, bytes]], indexed: Position) -> Work:
    def work(connection: sqlite3.Connection) -> None:
        about = file_states(connection).get(id, FileState())
        connection.execute("DELETE FROM journal_block WHERE file = ? AND start >= ?", (id, start))
        connection.executemany("INSERT INTO journal_block VALUES (?, ?, ?, ?, ?)", [(id, *block) for block in blocks])
        save(connection, id, FileState(about.settled, indexed))

    return work


def _forget(connection: sqlite3.Connection, ids: Iterable[int]) -> None:
    for table, column in (("journal_file", "id"), ("journal_block", "file")):
        connection.executemany(f"DELETE FROM {table} WHERE {column} = ?", [(id,) for id in ids])


def _block(segment: Segment, start: int) -> tuple[int, int, int, bytes] | None:
    """The next block: start, end, when its last line was written, its names; None without a whole line."""
    size = BLOCK
    while (end := segment.whole_lines(start, min(start + size, segment.size))) == start:
        if start + size >= segment.size:
            return None
        size *= 2
    names: set[str] = set()
    last_at = 0
    for line, _ in named(segment.lines(start, end)):
        names.update((line.user_id, line.id, line.receipt_id, line.verb))
        last_at = max(last_at, line.at)
    return start, end, last_at, b"".join(sorted({_hash(name) for name in names if name}))


def _hash(name: str) -> bytes:
    return zlib.crc32(name.encode("utf-8", "surrogatepass")).to_bytes(4, "big")
