"""How fast the sandbox is, beside a bare starlette route in the same run, and whether events make it grow.

`python tests/bench/sandbox.py [seconds] [events]`; needs wrk. Both servers are uvicorn with httptools, in a process
of their own.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import NamedTuple

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from neptune_inbox.sandbox.neptune import Neptune
from neptune_inbox.sandbox.rows import notification_row
from neptune_inbox.sandbox.seed import seed_demo
from neptune_inbox.sandbox.serve import announce, serve
from neptune_inbox.sandbox.site import create_site

CONNECTIONS, THREADS = 20, 2
PAIRS = 5
"""How often the two are measured in turn, as a machine is not equally busy all the time."""
LIST = "/app_notifications/dev?user_id=u-4711&type=all"
SCRIPT = """
local thread_number = 0
function setup(thread) thread:set("id", thread_number); thread_number = thread_number + 1 end
function init(args) count = 0 end
function request()
  count = count + 1
  local user = "u-" .. (count %% 50)
  local body = string.format('{"event_type":"OrderPlaced","user_id":"%%s","data":{"order":%%d}}', user, count)
  return wrk.format("POST", "/neptune/dev/events", %s, body)
end
"""


class Measured(NamedTuple):
    """One run of wrk."""

    rate: float
    p99: str
    requests: int
    failed: int


def main(seconds: int, events: int) -> int:
    if shutil.which("wrk") is None:
        print("wrk is not installed here")
        return 1
    each = max(1, seconds // 2)
    with server("bare") as (_, bare_base, bare_token), server("sandbox") as (pid, base, token):
        pairs = [
            (measure(f"{bare_base}/list", bare_token, each), measure(f"{base}/neptune{LIST}", token, each))
            for _ in range(PAIRS)
        ]
        shares = [ours.rate / bare.rate for bare, ours in pairs]
        for bare, ours in pairs:
            print(
                f"bare starlette {bare.rate:,.0f}/s, p99 {bare.p99}; "
                f"sandbox list {ours.rate:,.0f}/s, p99 {ours.p99}: {ours.rate / bare.rate:.0%}"
            )
        print(f"median {median(shares):.0%} of bare starlette; the load of the machine is {os.getloadavg()[0]:.1f}")
        sent, rounds, memory = 0, [], []
        while sent < events:
            rounds.append(measure(f"{base}/neptune", token, each, is_event=True))
            sent += rounds[-1].requests
            memory.append(resident(pid))
            print(
                f"{sent:>9,} events: {rounds[-1].rate:,.0f}/s, p99 {rounds[-1].p99}, {memory[-1]:.1f} MB, "
                f"{rounds[-1].failed} failed"
            )
    half = len(rounds) // 2
    first, last = (median(milliseconds(one.p99) for one in some) for some in (rounds[:half], rounds[-half:]))
    print(f"memory from {memory[1]:.1f} to {memory[-1]:.1f} MB after the first round")
    print(f"p99 {first:.1f} ms in the first half, {last:.1f} ms in the second (medians)")
    return 0 if median(shares) >= 0.5 else 1


def milliseconds(text: str) -> float:
    """Of what wrk writes, such as `7.39ms`."""
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s)", text).groups()  # type: ignore[union-attr]
    return float(number) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[unit]


def measure(url: str, token: str, seconds: int, *, is_event: bool = False) -> Measured:
    headers = {"authorization": f"Bearer {token}"}
    command = ["wrk", "-c", str(CONNECTIONS), "-t", str(THREADS), "-d", f"{seconds}s", "--latency"]
    with tempfile.TemporaryDirectory() as folder:
        if is_event:
            script = Path(folder) / "events.lua"
            table = {**headers, "content-type": "application/json"}
            lua = "{" + ", ".join(f"[{json.dumps(name)}]={json.dumps(value)}" for name, value in table.items()) + "}"
            script.write_text(SCRIPT % lua)
            command += ["-s", str(script)]
        else:
            command += ["-H", f"Authorization: {headers['authorization']}"]
        told = subprocess.run([*command, url], capture_output=True, text=True, check=True).stdout
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", told)[1])  # type: ignore[index]
    count = int(re.search(r"(\d+) requests in", told)[1])  # type: ignore[index]
    failed = re.search(r"Non-2xx or 3xx responses: (\d+)", told)
    return Measured(rate, re.search(r"99%\s+(\S+)", told)[1], count, int(failed[1]) if failed else 0)  # type: ignore[index]


def resident(pid: int) -> float:
    """Megabytes that a process holds."""
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) / 1024 if found else 0.0


@contextmanager
def server(kind: str) -> Iterator[tuple[int, str, str]]:
    """A process that serves; its id, its address and the token that it lets in."""
    command = [sys.executable, __file__, "--serve", kind]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = dict(process.stdout.readline().strip().split("=", 1) for _ in range(4))
        try:
            yield process.pid, told["NEPTUNE_API_BASE"].removesuffix("/neptune"), told["NEPTUNE_TOKEN"]
        finally:
            process.terminate()


def run_server(kind: str) -> None:
    neptune = Neptune(fill=seed_demo)
    rows = neptune.sandbox_state.notifications("dev", "u-4711")[-10:]
    body = {"data": [notification_row(row) for row in rows], "meta": {"page": "1", "per_page": "10", "total": 118}}

    async def answer(request: Request) -> Response:
        return JSONResponse(body)

    app = create_site(neptune, "x") if kind == "sandbox" else Starlette(routes=[Route("/list", answer)])
    serve(app, port=0, on_ready=lambda served: print(announce(served.base_url, neptune.token), flush=True))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--serve"]:
        run_server(sys.argv[2])
    else:
        numbers = [int(each) for each in sys.argv[1:]]
        sys.exit(main(*(numbers + [6, 100_000][len(numbers) :])))
