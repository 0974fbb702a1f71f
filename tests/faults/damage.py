"""Files that come to harm in many ways, each opened by a whole session: does it start, what is lost, what is told."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from neptune_inbox.errors import HostNotTrusted, StoreProblem
from neptune_inbox.model import EVERYONE, Filter
from neptune_inbox.paths import Paths
from neptune_inbox.sync.inbox.inbox import Scope
from neptune_inbox.sync.session import Session
from tests.builders import Office, keys
from tests.unit.test_store_damage import HARMS, Harm, change_a_word

SENT, UNDONE, WAITING, SHOWN = 20, 10, 30, 40
ALL = Scope(EVERYONE, Filter.ALL)
STORES = ("state.db", "cache.db")


@dataclass
class Tally:
    """What became of the damaged files."""

    ways: int = 0
    started: int = 0
    set_aside: int = 0
    told_in_use: int = 0
    """Damage that no look at the start finds: told when it was met, mended at the next start."""
    asked: int = 0
    """Starts that asked for an agreement, as the host that the token was given for was damaged."""
    marks_lost: int = 0
    sent_wrongly: int = 0
    rows_missing: int = 0
    """Rows that were not on the screen again after one look at the server."""
    broken: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"{self.ways} damaged files: started {self.started}, {self.set_aside} set aside, "
            f"{self.told_in_use} told in use, {self.asked} asked about a host; "
            f"{self.marks_lost} unsettled marks lost, {self.sent_wrongly} sent that were not to be, "
            f"{self.rows_missing} rows missing"
        )

    @property
    def is_broken(self) -> bool:
        return self.started != self.ways or bool(self.marks_lost or self.sent_wrongly or self.rows_missing)


class Workday:
    """A home after a day's work, copied and harmed anew each time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.office = Office(folder=folder / "whole")
        self.waiting: list[str] = []
        self.settled: list[str] = []

    async def work(self) -> None:
        """Fetch, mark and send, mark and undo, mark and wait; then quit."""
        office = self.office
        session = await office.open()
        office.arrive(SHOWN)
        sent, undone, self.waiting = office.arrive(SENT), office.arrive(UNDONE), office.arrive(WAITING)
        await session.inbox.refresh("u-1", Filter.ALL)
        while (await session.inbox.load_older("u-1", Filter.ALL)).new:
            pass
        await session.marking.hold(keys(sent), label="sent", is_due_now=True)
        await session.sender.flush()
        await session.marking.hold(keys(undone), label="undone")
        await session.marking.undo()
        await session.marking.hold(keys(self.waiting), label="waiting")
        await session.close()
        assert sorted(office.marked) == sorted(sent)
        self.settled = [*sent, *undone]
        office.sandbox_state.writes.clear()

    async def suffer(self, store: str, count: int, seed: int, tally: Tally) -> None:
        """So many times: harm a copy, start, look, and check what came back."""
        harms = [harm for harm in HARMS if store == "state.db" or harm is not change_a_word]
        for number in range(count):
            rng = Random(f"{store} {seed} {number}")
            await self._suffer_once(store, harms[number % len(harms)], rng, tally)

    async def _suffer_once(self, store: str, harm: Harm, rng: Random, tally: Tally) -> None:
        home = self.folder / "harmed"
        shutil.copytree(self.folder / "whole", home)
        try:
            paths = Paths.under(home)
            file = paths.state_db if store == "state.db" else paths.cache_db
            content = bytearray(file.read_bytes())
            harm(content, rng)
            file.write_bytes(content)
            self.office.builder.paths = paths
            tally.ways += 1
            await self._start(tally)
            tally.set_aside += bool(list(file.parent.glob(f"{file.name}.bad-*")))
        finally:
            shutil.rmtree(home)

    async def _start(self, tally: Tally) -> None:
        """Start, look, fetch and look again; what is told in use must be mended at the next start."""
        told = 0
        while True:
            session = await self._open(tally)
            try:
                await session.inbox.rows(await session.inbox.open(ALL))
                await self._check_marks(session, tally)
                await self._check_rows(session, tally)
            except StoreProblem as problem:
                told += 1
                if "start neptune-inbox again" not in problem.remedy or told > 1:
                    raise
                tally.told_in_use += 1
            else:
                break
            finally:
                await session.close()
        tally.started += 1

    async def _open(self, tally: Tally) -> Session:
        """A session; where a remembered host is damaged, one after the agent agreed to it as `login` does."""
        office = self.office
        requests = office.requests
        try:
            return await office.open()
        except HostNotTrusted as problem:
            refusal = problem
        assert refusal.exit_code == 3
        assert "`neptune-inbox login`" in refusal.remedy
        assert office.requests == requests, "the token went to a host that is not the one that was remembered"
        tally.asked += 1
        session = await office.open(is_signed_in=False)
        await self._check_marks(session, tally)
        await session.close()
        token = await office.builder.vault.read(office.profile)
        assert token is not None
        await office.builder.agree_to_hosts(office.profile, token)
        return await office.open()

    async def _check_marks(self, session: Session, tally: Tally) -> None:
        back = {mark.id for mark in await session.marking.unsettled()}
        tally.marks_lost += len(set(self.waiting) - back)
        tally.sent_wrongly += len(back & set(self.settled))

    async def _check_rows(self, session: Session, tally: Tally) -> None:
        await session.inbox.refresh("u-1", Filter.ALL)
        while (await session.inbox.load_older("u-1", Filter.ALL)).new:
            pass
        snapshot = await session.inbox.open(ALL)
        shown = {row.id for row in await session.inbox.rows(snapshot)}
        known = {row.uuid for row in self.office.sandbox_state.notifications("staging", "u-1", Filter.ALL)}
        tally.rows_missing += len(known - shown)


async def ruin(folder: Path, ways: int, seed: int) -> dict[str, Tally]:
    """Harm each of the two stores in so many ways; the tallies by store."""
    workday = Workday(folder)
    await workday.work()
    tallies = {store: Tally() for store in STORES}
    for store, tally in tallies.items():
        await workday.suffer(store, ways, seed, tally)
    return tallies
