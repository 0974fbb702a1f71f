"""The append-only record of every write that we caused, or decided not to cause: audit, and salvage of the outbox.

One JSON object on each line of `journal.jsonl`. A line that cannot be read is passed over; after a torn end the next
line starts fresh.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import fields, replace

from neptune_inbox.errors import DiskFull
from neptune_inbox.model import JournalEntry
from neptune_inbox.store.problems import describe, translated

MARK = "mark"
OPENING = {"held", "retried"}
SETTLING = {"undone", "sent", "failed", "dropped"}
_DEFAULTS: dict[str, object] = {field.name: field.default for field in fields(JournalEntry)}


class MarkId(NamedTuple):
    """Which wish of which act: one notification can be marked again under another receipt."""

    place: str
    user_id: str
    id: str
    receipt_id: str


class Stretch(NamedTuple):
    """Where one call's lines stand: from byte (or entry, in memory) to byte."""

    start: int
    end: int


class Journal:
    """The record of one machine user; `None` as path keeps it in memory. Raises StoreProblem and DiskFull."""

    def __init__(self, path: Path | None, *, actor: str) -> None:
        self.actor = actor
        self._path = path
        self._memory: list[JournalEntry] = []

    def append(self, entries: Sequence[JournalEntry]) -> Stretch:
        """Write these lines, all or none, with one write and one sync; an empty actor becomes ours."""
        if not entries:
            return Stretch(0, 0)
        signed = [entry if entry.actor else replace(entry, actor=self.actor) for entry in entries]
        if self._path is None:
            self._memory.extend(signed)
            return Stretch(len(self._memory) - len(signed), len(self._memory))
        text = "".join(_line(entry) for entry in signed).encode("ascii")
        try:
            return self._write(self._path, text)
        except OSError as error:
            raise translated(error, describe(self._path)) from error

    def take_back(self, stretch: Stretch, reversals: Sequence[JournalEntry]) -> None:
        """Unsay lines whose change could not be saved and that nobody was told of.

        `reversals` follow them; where there is no room for these, the lines are cut off while they are the last ones.
        """
        try:
            self.append(reversals)
        except DiskFull:
            if self._path is not None:
                self._cut(self._path, stretch)

    def _cut(self, path: Path, stretch: Stretch) -> None:
        with contextlib.suppress(OSError), _locked(path) as file:
            if os.fstat(file).st_size == stretch.end:
                os.ftruncate(file, stretch.start)
                os.fsync(file)

    def read(
        self, *, user_id: str | None = None, id: str | None = None, limit: int | None = None
    ) -> list[JournalEntry]:
        """The entries, newest last: all, or those of a user or notification; at most the newest `limit`."""
        wanted = (
            entry
            for entry in self._entries()
            if (user_id is None or entry.user_id == user_id) and (id is None or entry.id == id)
        )
        return list(deque(wanted, maxlen=limit))

    def unsettled(self) -> list[JournalEntry]:
        """The marks that were held and not settled since, oldest first.

        Each is the line that held it, with `due_at` and `outcome` (`held` or `retried`) of the last line about it.
        """
        return [_merged(first, last) for first, last in self._told().values() if last.outcome in OPENING]

    def last_words(self) -> dict[MarkId, JournalEntry]:
        """For every mark the line that held it, with outcome, due time and request id of the last line about it."""
        return {key: _merged(first, last) for key, (first, last) in self._told().items()}

    def _told(self) -> dict[MarkId, tuple[JournalEntry, JournalEntry]]:
        """The first and the last line about every mark."""
        told: dict[MarkId, tuple[JournalEntry, JournalEntry]] = {}
        for entry in self._entries():
            if entry.verb == MARK and (entry.outcome in OPENING or entry.outcome in SETTLING):
                key = MarkId(entry.place, entry.user_id, entry.id, entry.receipt_id)
                told[key] = (told[key][0] if key in told else entry, entry)
        return told

    def _write(self, path: Path, text: bytes) -> Stretch:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        is_new = not path.exists()
        with _locked(path) as file:
            size = os.fstat(file).st_size
            if size and os.pread(file, 1, size - 1) != b"\n":
                text = b"\n" + text
            try:
                if os.write(file, text) != len(text):
                    raise OSError(28, "No space left on device")
                os.fsync(file)
            except OSError:
                with contextlib.suppress(OSError):
                    os.ftruncate(file, size)
                raise
        if is_new:
            folder = os.open(path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        return Stretch(size, size + len(text))

    def _entries(self) -> Iterator[JournalEntry]:
        if self._path is None:
            yield from list(self._memory)
            return
        # Not needed for the first paint, so it is not imported before somebody reads.
        import msgspec

        decoder = msgspec.json.Decoder(JournalEntry)
        try:
            with self._path.open("rb") as lines:
                for line in lines:
                    with contextlib.suppress(msgspec.DecodeError, UnicodeDecodeError):
                        yield decoder.decode(line)
        except FileNotFoundError:
            return
        except OSError as error:
            raise translated(error, describe(self._path)) from error


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[int]:
    """The file, open to append; a second instance appends only after a torn line was cut off again."""
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        with contextlib.suppress(OSError):
            fcntl.flock(file, fcntl.LOCK_EX)
        yield file
    finally:
        os.close(file)


def _merged(first: JournalEntry, last: JournalEntry) -> JournalEntry:
    if first is last:
        return first
    return replace(first, outcome=last.outcome, due_at=last.due_at, request_id=last.request_id)


def _line(entry: JournalEntry) -> str:
    filled = {name: value for name, default in _DEFAULTS.items() if (value := getattr(entry, name)) != default}
    return json.dumps(filled) + "\n"
