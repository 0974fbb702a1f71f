"""The files of the journal: `journal.jsonl`, which is written to, and `journal-2026-11-001.jsonl` of earlier months.

A file gets its last name by being renamed: nothing is copied, and whoever is killed at any point has lost nothing.
"""

from __future__ import annotations

import contextlib
import os
import re
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from neptune_inbox.file_locks import lock
from neptune_inbox.model import Instant
from neptune_inbox.own_files import open_own

BLOCK = 64 << 10
"""Bytes that are indexed as one; a file that is smaller is not indexed."""
PIECE = 256 << 10
"""Bytes that are looked through at once."""
LARGEST = 64 << 20
"""Bytes of a file after which another is begun, within one month too."""
STEP = 4096
"""Bytes in which an end of a line is looked for at once."""
ENDING = 1024


class ByteRange(NamedTuple):
    """The range of one call's lines: from byte (or entry, in memory) to byte."""

    start: int
    end: int
    file: int = 0
    """The inode."""


class Segment:
    """One file of the journal, open to read; its size is the one that it had when it was opened."""

    def __init__(self, file: int) -> None:
        found = os.fstat(file)
        self._file = file
        self.size = found.st_size
        self.inode = (found.st_dev, found.st_ino)

    @cached_property
    def id(self) -> int:
        """Tells it from the others, under any name and in any copy: made from how it begins; 0 while it is small."""
        if self.size < BLOCK:
            return 0
        return int.from_bytes(blake2b(self.read(0, ENDING), digest_size=8).digest(), "big", signed=True)

    def read(self, start: int, end: int) -> bytes:
        """The bytes from one position to before another, as far as there are any."""
        return os.pread(self._file, max(0, end - start), start)

    def ending(self, end: int) -> int:
        """A checksum over the last bytes before a position: another one where these were cut off and replaced."""
        return zlib.crc32(self.read(max(0, end - ENDING), end))

    def whole_lines(self, start: int, end: int) -> int:
        """Where the last whole line before `end` ends; `start` where there is none."""
        while end > start:
            begin = max(start, end - STEP)
            if (last := self.read(begin, end).rfind(b"\n")) >= 0:
                return begin + last + 1
            end = begin
        return start

    def lines(self, start: int, end: int, needle: bytes = b"") -> Iterator[bytes]:
        """The lines between two positions that hold some bytes: only these are cut out, in flat memory.

        What follows the last end of a line counts as one.
        """
        rest = b""
        while start < end:
            stop = min(end, start + PIECE)
            block = rest + self.read(start, stop)
            last = block.rfind(b"\n") + 1 if stop < end else len(block)
            yield from _with(block, needle, last)
            rest, start = block[last:], stop

    def backwards(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """The same extent in pieces of whole lines, the last one first."""
        while end > start:
            begin = self.whole_lines(start, max(start, end - PIECE)) if end - PIECE > start else start
            yield begin, end
            end = begin


def _with(block: bytes, needle: bytes, last: int) -> Iterator[bytes]:
    if not needle:
        yield from block[:last].splitlines()
        return
    at = block.find(needle, 0, last)
    while at >= 0:
        begin, stop = block.rfind(b"\n", 0, at) + 1, block.find(b"\n", at) + 1 or last
        yield block[begin:stop]
        at = block.find(needle, stop, last)


@contextlib.contextmanager
def opened(path: Path) -> Iterator[list[Segment]]:
    """Every file of the journal, oldest first, open to read. Raises OSError and StoreProblem.

    One that is renamed meanwhile appears exactly once.
    """
    while True:
        with contextlib.ExitStack() as files:
            earlier, segments = _earlier(path), []
            for name in (*earlier, path):
                with contextlib.suppress(FileNotFoundError):
                    file = open_own(name, os.O_RDONLY)
                    files.callback(os.close, file)
                    segments.append(Segment(file))
            if _earlier(path) == earlier:
                yield segments
                return


def _earlier(path: Path) -> list[Path]:
    pattern = re.compile(rf"{re.escape(path.stem)}-\d{{4}}-\d\d-\d{{3}}{re.escape(path.suffix)}")
    try:
        return sorted(path.with_name(name) for name in os.listdir(path.parent) if pattern.fullmatch(name))
    except FileNotFoundError:
        return []


def append(path: Path, text: bytes, at: Instant, *, reversed: ByteRange | None = None) -> ByteRange:
    """Write whole lines, all or none, with one write and one sync. Raises OSError and StoreProblem.

    `at` is when: in another month than before, a new file is begun. Where it fails, the lines that it was to reverse
    are cut off with it while they are the last ones: a disk that fails may bear one more call, and not two.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    is_new = not path.exists()
    with _locked(path) as file:
        is_closed = _is_over(file, at) and _close(path, file, at)
        if not is_closed:
            written = _write(file, text, reversed)
    if is_closed:
        return append(path, text, at, reversed=reversed)
    if is_new:
        _sync_folder(path.parent)
    return written


def cut(path: Path, extent: ByteRange) -> None:
    """Cut lines off again while they are the last ones; nothing happens where that cannot be done."""
    with contextlib.suppress(OSError), _locked(path) as file:
        found = os.fstat(file)
        if (found.st_size, found.st_ino) == (extent.end, extent.file):
            os.ftruncate(file, extent.start)
            os.fsync(file)


def _write(file: int, text: bytes, reversed: ByteRange | None) -> ByteRange:
    found = os.fstat(file)
    size = found.st_size
    is_last = reversed is not None and (size, found.st_ino) == (reversed.end, reversed.file)
    if size and os.pread(file, 1, size - 1) != b"\n":
        text = b"\n" + text
    try:
        if os.write(file, text) != len(text):
            raise OSError(28, "No space left on device")
        os.fsync(file)
    except OSError:
        with contextlib.suppress(OSError):
            os.ftruncate(file, reversed.start if reversed is not None and is_last else size)
        raise
    return ByteRange(size, size + len(text), found.st_ino)


def _is_over(file: int, at: Instant) -> bool:
    """Whether a file is full, or begins in an earlier month."""
    began = _month_of(file)
    return os.fstat(file).st_size >= LARGEST or (began is not None and began < _month(at))


def _close(path: Path, file: int, at: Instant) -> bool:
    """Give the current file its final name; False where that cannot be done: writing to it continues."""
    month = _month_of(file) or _month(at)
    names = (path.with_name(f"{path.stem}-{month}-{number:03}{path.suffix}") for number in range(1, 1000))
    name = next((name for name in names if not name.exists()), None)
    if name is None:
        return False
    try:
        os.rename(path, name)
        _sync_folder(path.parent)
    except OSError:
        return False
    return True


def _month_of(file: int) -> str | None:
    """The month of a file's first line; None where it does not say."""
    found = re.match(rb'\{"at": ?(\d{1,14}),', os.pread(file, 32, 0))
    return _month(int(found[1])) if found else None


def _month(at: Instant) -> str:
    return f"{datetime.fromtimestamp(at / 1000, tz=UTC):%Y-%m}"


def _sync_folder(folder: Path) -> None:
    file = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[int]:
    """The file, open to append; a second instance appends only after a torn line was cut off again."""
    while True:
        file = open_own(path, os.O_RDWR | os.O_CREAT | os.O_APPEND)
        try:
            with contextlib.suppress(OSError):
                lock(file)
            if _is_still(file, path):
                yield file
                return
        finally:
            os.close(file)


def _is_still(file: int, path: Path) -> bool:
    """Whether the file has its name still: another instance may have closed it while we waited."""
    try:
        return os.path.samestat(os.fstat(file), os.stat(path))
    except FileNotFoundError:
        return False
