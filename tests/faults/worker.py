"""One life of the product without a screen: a session on real files and a real socket that follows a plan.

Each step is told on the standard output before it begins and after it ended, as JSON lines written at once, so that
what was acknowledged is known whenever the process is killed. `python -m tests.faults.worker` is the nursery: it has
everything imported, reads lives from its standard input and forks one process for each.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import select
import signal
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

# Imported before the fork, so that a life does not pay for it.
import httpx  # noqa: F401
import msgspec  # noqa: F401
import truststore  # noqa: F401

from neptune_inbox import config
from neptune_inbox.api.body import Limits
from neptune_inbox.api.transport import Transport
from neptune_inbox.credentials import Vault
from neptune_inbox.errors import InboxError
from neptune_inbox.model import Filter, Key, Token
from neptune_inbox.paths import Paths
from neptune_inbox.sync.events import Fact, Troubled
from neptune_inbox.sync.session import Session
from neptune_inbox.wiring import Builder
from tests.faults.boundaries import Boundaries

HASTY = Limits(connect=0.2, read=0.15, write=0.2, pool=0.2, total=0.3)
"""Seconds of real time: nobody waits 20 s for a server that answers in 2 ms or never."""
PATIENCE = 25.0
"""Real seconds after which what is not settled counts as stuck."""

Tell = Callable[[dict[str, Any]], None]
_write = os.write


@dataclass(frozen=True)
class Life:
    """What one process is to do, and how it is to end."""

    home: str
    """NEPTUNE_INBOX_HOME."""
    token: str
    plan: list[dict[str, Any]]
    told: str
    """The file that its standard output goes to; the standard error goes beside it."""
    epoch: int
    """When the faster clock and the real one showed the same, in milliseconds."""
    speed: float
    seed: int = 0
    kill_at: int | str | None = None
    """The boundary to die at."""
    kill_after: float | None = None
    """Real seconds after which it is killed."""
    is_hasty: bool = True
    """Give up as soon as bad weather needs; where every answer comes, a busy machine may take its time."""


@dataclass
class Clock:
    """Time that runs `speed` times as fast, the same for every process that is told the same epoch."""

    epoch: int
    speed: float

    def now(self) -> int:
        real = time.time_ns() // 1_000_000
        return self.epoch + int((real - self.epoch) * self.speed)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self.speed)


@dataclass
class Steps:
    """The steps of a plan, done in one session."""

    session: Session
    clock: Clock
    troubles: list[str] = field(default_factory=list)

    async def do(self, step: dict[str, Any]) -> dict[str, Any]:
        result: dict[str, Any] = await getattr(self, step["do"])(step)
        return result

    async def hold(self, step: dict[str, Any]) -> dict[str, Any]:
        keys = [Key(user_id, id) for user_id, id in step["keys"]]
        receipt = await self.session.marking.hold(keys, label="a plan")
        return {"ids": [mark.id for mark in receipt.marks], "receipt": receipt.id}

    async def undo(self, step: dict[str, Any]) -> dict[str, Any]:
        undone = await self.session.marking.undo()
        return {"ids": [mark.id for mark in undone.undone] if undone else []}

    async def send_now(self, step: dict[str, Any]) -> dict[str, Any]:
        return {"count": await self.session.marking.send_now()}

    async def pause(self, step: dict[str, Any]) -> dict[str, Any]:
        await self.clock.sleep(step["seconds"])
        return {}

    async def poll(self, step: dict[str, Any]) -> dict[str, Any]:
        try:
            await self.session.inbox.refresh(step["user"], Filter.UNREAD)
        except InboxError as error:
            return {"error": error.name}
        return {}

    async def hand_over(self, step: dict[str, Any]) -> dict[str, Any]:
        """Run the hooks for all that waits."""
        await self.session.hooks.flush()
        return {"waiting": [state.waiting for state in await self.session.hooks.states()]}

    async def settle(self, step: dict[str, Any]) -> dict[str, Any]:
        """Wait until nothing is held or on its way, or patience ends."""
        changed = asyncio.Event()
        stop = self.session.bus.listen(lambda fact: changed.set())
        deadline = time.monotonic() + PATIENCE
        try:
            while True:
                changed.clear()
                counts = await self.session.marking.counts()
                left = counts.held + counts.sending
                if not left or time.monotonic() > deadline:
                    return {"left": left, "failed": counts.failed}
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(changed.wait(), 0.2)
        finally:
            stop()

    async def states(self, step: dict[str, Any]) -> dict[str, Any]:
        """How every mark that was ever made stands, by receipt."""
        receipts = await self.session.marking.receipts(1_000_000)
        own = [(each, mark) for each in receipts for mark in each.marks if mark.receipt_id == each.id]
        return {"marks": [(each.id, mark.id, str(mark.state)) for each, mark in own]}

    def listen(self, fact: Fact) -> None:
        if isinstance(fact, Troubled):
            self.troubles.append(str(fact.error))


async def live(life: Life, tell: Tell) -> None:
    """Open the inbox as the product does, follow the plan while the sender runs, and close in good order."""
    clock = Clock(life.epoch, life.speed)
    paths = Paths.find({"NEPTUNE_INBOX_HOME": life.home})
    vault = Vault(env_token=Token(life.token))
    rng = Random(life.seed)
    builder = Builder(config.load(paths), vault, paths, now=clock.now, sleep=clock.sleep, rng=rng)
    session = await open_signed_in(builder, tell)
    steps = Steps(session, clock)
    session.bus.listen(steps.listen)
    sender = asyncio.create_task(session.sender.run())
    for number, step in enumerate(life.plan):
        tell({"begin": number, "do": step["do"]})
        tell({"end": number, **await steps.do(step)})
    sender.cancel()
    await asyncio.gather(sender, return_exceptions=True)
    await session.close()
    tell({"troubles": steps.troubles})


async def open_signed_in(builder: Builder, tell: Tell) -> Session:
    """A session with its token, opened anew where the token says that its rows live elsewhere."""
    workspace = builder.workspace()
    profile = workspace.profile(None)
    for _ in range(2):
        session = await workspace.open(profile)
        tell({"notices": list(session.notices)})
        if await session.sign_in():
            return session
        await session.close()
    raise AssertionError("the token's place changed twice")


def spend(life: Life) -> None:
    """One life, from birth to its end or its killing."""

    def tell(line: dict[str, Any]) -> None:
        _write(1, json.dumps(line).encode() + b"\n")

    boundaries = Boundaries(life.kill_at, lambda name: tell({"killed": name}))
    boundaries.install()
    if life.is_hasty:
        vars(Transport)["__init__"].__kwdefaults__["limits"] = HASTY
    asyncio.run(live(life, tell))
    tell({"over": True, "boundaries": boundaries.crossed})


def give_birth(life: Life) -> int:
    """Fork a process for a life; the answer is its id."""
    pid = os.fork()
    if pid:
        return pid
    try:
        for number, path in ((1, Path(life.told)), (2, Path(life.told).with_suffix(".err"))):
            os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), number)
        spend(life)
    except BaseException:  # noqa: BLE001 - the forked process must never return into the nursery's loop
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(70)
    os._exit(0)


def tend() -> None:
    """Read lives from the standard input, one a line; answer each with how it ended."""
    for line in sys.stdin:
        life = Life(**json.loads(line))
        pid = give_birth(life)
        handle = os.pidfd_open(pid)
        is_over = select.select([handle], [], [], life.kill_after)[0]
        if not is_over:
            os.kill(pid, signal.SIGKILL)
        os.close(handle)
        _, status = os.waitpid(pid, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    tend()
