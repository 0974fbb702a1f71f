"""Runs many command lines of the real program in one process tree: each in a fork of its own, as a shell would.

Loading the program once instead of fifty times is all that it saves. A line of JSON on the standard input is one
argument list; `[exit N]` follows what it printed.
"""

from __future__ import annotations

import json
import os
import sys

from neptune_inbox import __main__, wiring  # noqa: F401 - loaded once, for all forks
from neptune_inbox.api import client, transport  # noqa: F401
from neptune_inbox.cli import main as commands  # noqa: F401


def run_all(path: str) -> None:
    """Run what the file holds, line by line."""
    with open(path, encoding="utf-8") as file:
        lines = [json.loads(line) for line in file]
    for arguments in lines:
        pid = os.fork()
        if pid == 0:
            sys.exit(__main__.run(arguments, is_process=True))
        _, status = os.waitpid(pid, 0)
        print(f"[exit {os.waitstatus_to_exitcode(status)}]", flush=True)


if __name__ == "__main__":
    run_all(sys.argv[1])
