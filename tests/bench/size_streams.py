"""Commands that go through everything that is cached or recorded: when they begin, when they end, what they hold."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.bench.aims import Found, at_most, line
from tests.bench.fill import fill
from tests.bench.size_journal import MANY, environment
from tests.bench.size_journal import home as journal_home

ROWS = 1_000_000


class Run(NamedTuple):
    """One run of a command."""

    first: float
    """Seconds to the first byte."""
    whole: float
    """Seconds to the end."""
    memory: float
    """MiB at most."""
    lines: int


def home(rows: int = ROWS) -> Path:
    """A home with so many rows."""
    folder = Path(tempfile.gettempdir()) / "neptune-inbox-bench" / str(rows)
    fill(folder, rows)
    return folder


_LAUNCHER = """
import resource, subprocess, sys
code = subprocess.call(sys.argv[1:], stderr=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)
sys.exit(code)
"""
"""What a program holds at most begins with what held its parent when it was started: a small one starts it."""


def run(folder: Path, *arguments: str) -> Run:
    """Run a command whose output somebody reads as it comes."""
    began = time.monotonic()
    command = [sys.executable, "-S", "-c", _LAUNCHER, sys.executable, "-m", "neptune_inbox", *arguments]
    with subprocess.Popen(
        command, env=environment(folder), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        out = process.stdout.fileno()
        lines, first = 0, 0.0
        while block := os.read(out, 1 << 16):
            first = first or time.monotonic() - began
            lines += block.count(b"\n")
        kilobytes = int(process.stderr.read())
    assert process.returncode == 0, (arguments, process.returncode)
    return Run(first, time.monotonic() - began, kilobytes / 1024, lines)


@line("streams")
def streams() -> Iterator[Found]:
    rows, journal = home(), journal_home(MANY)
    for folder, at, seconds, is_stream, *arguments in (
        (rows, f"{ROWS:,} rows", 3, False, "count", "--cached"),
        (rows, f"{ROWS:,} rows", 5, False, "insight"),
        (rows, f"{ROWS:,} rows", 6, True, "list", "--cached", "--limit", "100000", "--jsonl"),
        (journal, f"{MANY:,} lines", 60, True, "journal", "--limit", "0"),
    ):
        found = run(folder, *arguments)
        name = " ".join(arguments)
        yield at_most(name, at, found.whole, seconds, "s")
        if is_stream:
            yield at_most(f"{name}: first line", at, found.first * 1000, 300, "ms")
        yield at_most(f"{name}: memory", at, found.memory, 120, "MiB")
