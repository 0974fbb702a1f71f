"""Where words go: data to standard output, notes, questions and errors to standard error, each cleaned once more.

It must not import click: the door to the TUI prints its errors through it.
"""

from __future__ import annotations

import json
import os
import re
import select
import shutil
import stat
import sys
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from time import time
from typing import TYPE_CHECKING, TextIO

from neptune_inbox.errors import BadQuery, InboxError, Invalid, StoreProblem
from neptune_inbox.masking import mask_sentence
from neptune_inbox.text import clean_block

if TYPE_CHECKING:
    from neptune_inbox.model import Instant, JsonObject
    from neptune_inbox.presentation.table import Column

INTERRUPTED = 130
"""What a shell expects of a program that ctrl+c ended."""
LOOK_EVERY = 1.0
"""Seconds between two looks whether a pipe is read."""
_NOT_PLAIN = re.compile(r"[^\x00-\x7e]+")
_COMPACT = json.JSONEncoder(separators=(",", ":"), ensure_ascii=True)
BOLD, PLAIN = "\x1b[1m", "\x1b[0m"


class Shape(StrEnum):
    """How data is written."""

    TEXT = "text"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"


def output_lost(problem: OSError) -> StoreProblem:
    """The error for data that could not be written where somebody wanted it."""
    return StoreProblem(f"The output could not be written: {problem.strerror}.", "Write it elsewhere.")


class Records:
    """Objects that are written as they come: as one array, one by line for `--jsonl`, or as CSV."""

    def __init__(self, shape: Shape, write: Callable[[str], None], record: JsonObject | None) -> None:
        self._shape = shape
        self._write = write
        self._record = record or {"properties": {}}
        self._is_begun = False

    def add(self, values: Iterable[JsonObject]) -> None:
        """Write these."""
        if self._shape is Shape.JSONL:
            self._write(_compact_lines(list(values)))
        elif self._shape is Shape.CSV:
            self._add_csv(values)
        else:
            for value in values:
                self._write((",\n" if self._is_begun else "[\n") + _json(value, is_compact=False, indent="  "))
                self._is_begun = True

    def end(self) -> None:
        """Nothing more comes."""
        if self._shape is Shape.CSV:
            self._add_csv(())
        elif self._shape is not Shape.JSONL:
            self._write("\n]\n" if self._is_begun else "[]\n")

    def _add_csv(self, values: Iterable[JsonObject]) -> None:
        from neptune_inbox.cli.schemas import cell, columns
        from neptune_inbox.presentation.table import csv_text

        names = columns(self._record)
        rows = [[cell(value, name) for name in names] for value in values]
        self._write(csv_text(() if self._is_begun else names, rows))
        self._is_begun = True


class Output:
    """One command's standard output and standard error."""

    def __init__(self, shape: Shape = Shape.TEXT, *, out: TextIO | None = None, err: TextIO | None = None) -> None:
        self.shape = shape
        self._out = out or sys.stdout
        self._err = err or sys.stderr
        self._is_out_closed = False
        self.is_writing = False
        """Whether data is being handed over this moment: to a pipe that is full that can take for ever."""
        self.is_quiet = False
        """Only the data and errors are printed."""
        self.loss: OSError | None = None
        """Why data could not be written, where somebody wanted it."""

    @property
    def is_json(self) -> bool:
        """Whether a program reads this, so that errors are objects too."""
        return self.shape in (Shape.JSON, Shape.JSONL)

    @property
    def is_data(self) -> bool:
        """Whether objects are written, in one shape or another, and no words."""
        return self.shape is not Shape.TEXT

    @property
    def is_terminal(self) -> bool:
        return self._out.isatty()

    @property
    def is_unread(self) -> bool:
        """Whether nobody reads the data any more, so that none needs to be made."""
        return self._is_out_closed

    @property
    def can_ask(self) -> bool:
        """Whether somebody is there to answer a question."""
        return sys.stdin.isatty() and self._err.isatty()

    def line(self, text: str = "") -> None:
        """Write data as text, which may have several lines."""
        self._write(clean_block(text, limit=max(len(text), 1)) + "\n")

    def raw(self, text: str) -> None:
        """Write text of our own exactly as it is, such as a script."""
        self._write(text)

    def value(self, value: JsonObject) -> None:
        """Write one object as JSON, on one line for `--jsonl`."""
        self._write(_json(value, self.shape is Shape.JSONL) + "\n")

    def values(self, values: Iterable[JsonObject], *, record: JsonObject | None = None) -> None:
        """Write objects as one array, one by line for `--jsonl`, or as CSV where `record` is the schema of each."""
        records = self.records(record)
        records.add(values)
        records.end()

    def records(self, record: JsonObject | None = None) -> Records:
        """Write objects so, a few at a time."""
        return Records(self.shape, self._write, record)

    def table(self, columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> None:
        """Write rows: aligned under names on a terminal, tab-separated elsewhere."""
        from neptune_inbox.presentation.table import aligned_lines, tab_lines

        if not self.is_terminal:
            self._write("".join(f"{line}\n" for line in tab_lines(rows)))
        elif rows:
            width = shutil.get_terminal_size().columns
            head, *lines = aligned_lines(columns, rows, width)
            self._write(
                "".join(f"{line}\n" for line in [self._bold(head), *(_placed(line, width) for line in lines)])
            )

    def time(self, instant: Instant | None) -> str:
        """A time in a table: short and local for people, ISO 8601 in UTC elsewhere; empty where there is none."""
        from neptune_inbox.presentation.json import iso
        from neptune_inbox.presentation.times import moment

        if instant is None or not self.is_terminal:
            return iso(instant) or ""
        return moment(instant, int(time() * 1000))

    def growing_table(self, columns: Sequence[Column]) -> Callable[[Sequence[Sequence[str]]], None]:
        """What writes rows that come a few at a time to a terminal, aligned under a single header line."""
        from neptune_inbox.presentation.table import GrowingTable

        table = GrowingTable(columns)

        def write(rows: Sequence[Sequence[str]]) -> None:
            width = shutil.get_terminal_size().columns
            self._write("".join(f"{_placed(line, width)}\n" for line in table.lines(rows, width)))

        return write

    async def until_unread(self) -> None:
        """Wait until nobody reads the data any more: the pipe that it goes to was closed."""
        import asyncio

        while True:
            if self._is_out_closed or _has_no_reader(self._out):
                self.abandon()
                return
            await asyncio.sleep(LOOK_EVERY)

    def record(self, *cells: str) -> None:
        """Write one row that has no names: aligned by nothing on a terminal, tab-separated elsewhere."""
        from neptune_inbox.presentation.table import GAP, tab_lines

        [line] = tab_lines([cells])
        self._write((line.replace("\t", GAP) if self.is_terminal else line) + "\n")

    def pairs(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Write labels and values, one pair a line."""
        from neptune_inbox.presentation.table import tab_lines

        found = list(pairs)
        if not self.is_terminal:
            self._write("".join(f"{line}\n" for line in tab_lines(found)))
            return
        width = max((len(label) for label, _ in found), default=0)
        for label, value in found:
            self.line(f"{label:<{width}}  {value}")

    def note(self, text: str) -> None:
        """Print a note on standard error, unless a program reads JSON here and no terminal is attached."""
        if not self.is_quiet and (self.can_ask or not self.is_json):
            self._tell(text)

    def error(self, error: InboxError) -> None:
        """Say what went wrong and what to do; one object for `--json`."""
        if self.is_json:
            self._tell(_json(error_object(error), is_compact=True))
            return
        self._tell(f"{error.sentence} {error.remedy}".strip())
        for name, words in (error.fields if isinstance(error, Invalid) else {}).items():
            if " ".join(words) not in error.sentence:
                self._tell(f"  {name}: {' '.join(words)}")

    def flush(self) -> None:
        """Hand over what is still held back; a reader that has gone is not an error, anything else is a `loss`."""
        for stream in (self._out, self._err):
            self.is_writing = stream is self._out
            try:
                stream.flush()
            except OSError as problem:
                self._give_up(stream, problem)
            finally:
                self.is_writing = False

    def _write(self, text: str) -> None:
        if self._is_out_closed:
            return
        self.is_writing = True
        try:
            self._out.write(text)
        except OSError as problem:
            self._give_up(self._out, problem)
        except UnicodeEncodeError:
            encoding = self._out.encoding or "ascii"
            self._out.write(text.encode(encoding, "backslashreplace").decode(encoding))
        finally:
            self.is_writing = False

    def abandon(self) -> None:
        """Write no more data: the reader does not take it, and the command was asked to stop."""
        self._give_up(self._out, BrokenPipeError())

    def _tell(self, text: str) -> None:
        # What was written before appears above it when both go to one terminal.
        self.flush()
        clean = clean_block(mask_sentence(text), limit=max(len(text), 1))
        encoding = self._err.encoding or "utf-8"
        try:
            self._err.write(clean.encode(encoding, "backslashreplace").decode(encoding) + "\n")
            self._err.flush()
        except OSError as problem:
            self._give_up(self._err, problem)

    def _give_up(self, stream: TextIO, problem: OSError) -> None:
        """Let what is still held back go nowhere, so that Python's own flush at exit does not fail again."""
        if stream is self._out:
            self._is_out_closed = True
            if not isinstance(problem, BrokenPipeError):
                self.loss = problem
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)

    @staticmethod
    def _bold(text: str) -> str:
        is_plain = bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM", "dumb") == "dumb"
        return text if is_plain else f"{BOLD}{text}{PLAIN}"


def _has_no_reader(stream: TextIO) -> bool:
    """Whether this is a pipe whose other end was closed; anything else is always read."""
    try:
        number = stream.fileno()
        if not stat.S_ISFIFO(os.fstat(number).st_mode) or not hasattr(select, "poll"):
            return False
    except (OSError, ValueError):
        return False
    pipe = select.poll()
    pipe.register(number, 0)
    return any(what & (select.POLLERR | select.POLLHUP) for _, what in pipe.poll(0))


def _placed(line: str, width: int) -> str:
    """A line of a table, each column in its cell; one that wraps, or on a dumb terminal, stays as it is."""
    if line.isascii():
        return line
    from neptune_inbox.presentation.islands import with_islands
    from neptune_inbox.text_graphemes import cells

    if cells(line) > width or os.environ.get("TERM", "dumb") == "dumb":
        return line
    return with_islands(line)


def error_object(error: InboxError) -> JsonObject:
    """An error with stable names, as `--json` prints it to standard error."""
    told: JsonObject = {
        "error": error.name,
        "sentence": error.sentence,
        "remedy": error.remedy,
        "exit_code": error.exit_code,
    }
    if isinstance(error, Invalid):
        told["fields"] = {name: list(words) for name, words in error.fields.items()}
    # What was done before it was cut short.
    told.update(getattr(error, "facts", {}))
    if isinstance(error, BadQuery):
        told["position"] = error.position
    return told


def _compact_lines(values: Sequence[JsonObject]) -> str:
    """Objects as JSON, each on a line of its own; all of a page together, which is several times as fast."""
    from msgspec.json import Encoder

    # What it leaves as it is stands inside strings alone.
    try:
        text = Encoder().encode_lines(values).decode()
    except UnicodeEncodeError:
        if len(values) == 1:
            return _COMPACT.encode(values[0]) + "\n"
        return "".join(_compact_lines([value]) for value in values)
    return text if _is_plain(text) else _escape(text)


def _escape(text: str) -> str:
    from neptune_inbox.code_words import HIDDEN

    # Of all that is not ASCII the most frequent, and quicker to find alone.
    text = text.replace(HIDDEN, json.dumps(HIDDEN)[1:-1])
    return text if _is_plain(text) else _NOT_PLAIN.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    return json.dumps(match[0])[1:-1]


def _is_plain(text: str) -> bool:
    return text.isascii() and "\x7f" not in text


def _json(value: JsonObject, is_compact: bool, indent: str = "") -> str:
    """ASCII JSON text: every control and non-ASCII character is escaped."""
    if is_compact:
        return _compact_lines([value])[:-1]
    text = json.dumps(value, indent=2, ensure_ascii=True)
    return indent + text.replace("\n", f"\n{indent}") if indent else text
