"""Where words go: data to standard output, notes, questions and errors to standard error, each cleaned once more.

It must not import click: the door to the TUI prints its errors through it.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, TextIO

from neptune_inbox.errors import BadQuery, InboxError, Invalid
from neptune_inbox.text import clean_block

if TYPE_CHECKING:
    from neptune_inbox.cli.table import Column
    from neptune_inbox.model import JsonObject

INTERRUPTED = 130
"""What a shell expects of a program that ctrl+c ended."""
BOLD, PLAIN = "\x1b[1m", "\x1b[0m"


class Shape(StrEnum):
    """How data is written."""

    TEXT = "text"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"


class Output:
    """One command's standard output and standard error."""

    def __init__(self, shape: Shape = Shape.TEXT, *, out: TextIO | None = None, err: TextIO | None = None) -> None:
        self.shape = shape
        self._out = out or sys.stdout
        self._err = err or sys.stderr
        self._is_out_closed = False
        self.loss: OSError | None = None
        """Why data could not be written, where somebody wanted it."""

    @property
    def is_json(self) -> bool:
        """Whether a program reads this, so that errors are objects too."""
        return self.shape in (Shape.JSON, Shape.JSONL)

    @property
    def is_terminal(self) -> bool:
        return self._out.isatty()

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

    def values(self, values: Iterable[JsonObject]) -> None:
        """Write objects as one array, or one by line for `--jsonl`."""
        if self.shape is Shape.JSONL:
            for value in values:
                self._write(_json(value, is_compact=True) + "\n")
            return
        parts = [_json(value, is_compact=False) for value in values]
        inside = ",\n".join(parts).replace("\n", "\n  ")
        self._write(f"[\n  {inside}\n]\n" if parts else "[]\n")

    def table(self, columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> None:
        """Write rows: aligned under names on a terminal, tab-separated elsewhere, or as CSV."""
        from neptune_inbox.cli.table import aligned_lines, csv_text, tab_lines

        if self.shape is Shape.CSV:
            self._write(csv_text(columns, rows))
        elif not self.is_terminal:
            self._write("".join(f"{line}\n" for line in tab_lines(rows)))
        elif rows:
            head, *lines = aligned_lines(columns, rows, shutil.get_terminal_size().columns)
            self._write("".join(f"{line}\n" for line in [self._bold(head), *lines]))

    def record(self, *cells: str) -> None:
        """Write one row that has no names: aligned by nothing on a terminal, tab-separated elsewhere."""
        from neptune_inbox.cli.table import GAP, tab_lines

        [line] = tab_lines([cells])
        self._write((line.replace("\t", GAP) if self.is_terminal else line) + "\n")

    def pairs(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Write labels and values, one pair a line."""
        from neptune_inbox.cli.table import tab_lines

        found = list(pairs)
        if not self.is_terminal:
            self._write("".join(f"{line}\n" for line in tab_lines(found)))
            return
        width = max((len(label) for label, _ in found), default=0)
        for label, value in found:
            self.line(f"{label:<{width}}  {value}")

    def note(self, text: str) -> None:
        """Say something beside the data."""
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
        """Hand over what is still held back; a reader that has gone is no error, any other trouble is a `loss`."""
        for stream in (self._out, self._err):
            try:
                stream.flush()
            except OSError as problem:
                self._give_up(stream, problem)

    def _write(self, text: str) -> None:
        if self._is_out_closed:
            return
        try:
            self._out.write(text)
        except OSError as problem:
            self._give_up(self._out, problem)
        except UnicodeEncodeError:
            encoding = self._out.encoding or "ascii"
            self._out.write(text.encode(encoding, "backslashreplace").decode(encoding))

    def _tell(self, text: str) -> None:
        # What was written before stands above it when both go to one terminal.
        self.flush()
        clean = clean_block(text, limit=max(len(text), 1))
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
    if isinstance(error, BadQuery):
        told["position"] = error.position
    return told


def _json(value: JsonObject, is_compact: bool) -> str:
    """ASCII JSON text: every control and non-ASCII character is escaped."""
    if is_compact:
        return json.dumps(value, separators=(",", ":"), ensure_ascii=True)
    return json.dumps(value, indent=2, ensure_ascii=True)
