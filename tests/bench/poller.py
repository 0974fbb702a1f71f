"""What `poll` costs while nothing comes: CPU seconds within 30 s, memory, requests, and writes to its files.

    python tests/bench/poller.py

The sandbox runs as a process of its own behind a real socket, and so does the poller. Linux alone.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.bench.figures import Figure, figure, keep
from tests.bench.poll import USER, last_written, sandbox

PROGRAM = [sys.executable, "-m", "neptune_inbox"]
ROOT = Path(__file__).resolve().parents[2]
SETTLED = 40.0
"""Seconds: the first looks are over, and the next poll has come."""
SPAN = 30.0
WINDOWS = 3


def cpu_seconds(process: int) -> float:
    """What it has used, its threads included."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory(process: int) -> float:
    """MiB that it has in memory."""
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    found = re.search(r"VmRSS:\s+(\d+)", status)
    assert found is not None
    return int(found[1]) / 1024


def measure(folder: Path, environ: dict[str, str]) -> list[Figure]:
    env = {**os.environ, **environ}
    for arguments in (("watch", USER), ("poll", "--once"), ("poll", "--once")):
        subprocess.run([*PROGRAM, *arguments], env=env, cwd=ROOT, check=False, capture_output=True)
    quiet = subprocess.DEVNULL
    with subprocess.Popen([*PROGRAM, "poll"], env=env, cwd=ROOT, stdout=quiet, stderr=quiet) as poller:
        try:
            time.sleep(SETTLED)
            used, written = [], []
            for _ in range(WINDOWS):
                before, files = cpu_seconds(poller.pid), last_written(folder)
                time.sleep(SPAN)
                used.append(cpu_seconds(poller.pid) - before)
                written.append(float(last_written(folder) != files))
            held = memory(poller.pid)
        finally:
            poller.terminate()
    return [
        figure(f"CPU of an idle poller within {SPAN:.0f} s", used, "s"),
        figure("memory of an idle poller", [held] * 2, "MiB"),
        figure(f"files of the cache written within {SPAN:.0f} s", written, ""),
    ]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name, sandbox(Path(name)) as given:
        keep("poller", measure(Path(name), given))
