"""What arrives reaches each hook at least once and in order, whatever happens in between: lives against a model."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

import pytest
from msgspec.structs import replace

from neptune_inbox.config import Hook
from neptune_inbox.errors import HookFailed, InboxError
from neptune_inbox.model import Filter
from neptune_inbox.sandbox.faults import Kind
from neptune_inbox.sync.events import Fact, Troubled
from neptune_inbox.sync.hooks import hooks
from neptune_inbox.sync.programs import Ended
from neptune_inbox.sync.session import Session
from tests.builders import ENVIRONMENT, HOUR, SECOND, Office

USERS = ("u-1", "u-2", "u-3")
PAGER = Hook(command=("pager",), batch="0s")
CARDS = Hook(command=("cards",), query="event:card_*", batch="0s")
SEEDS = range(12)
ACTS = 60


class Runs:
    """Stands in for the commands: what each was handed, and how it ends."""

    def __init__(self) -> None:
        self.handed: defaultdict[str, list[list[tuple[str, str]]]] = defaultdict(list)
        """Of each command that ended with 0: customers and ids, by run."""
        self.tried: defaultdict[str, int] = defaultdict(int)
        self.ends = Ended(0)
        self.refuses = set[str]()
        """Ids that no command takes, nor what is handed over with them."""
        self.sizes: list[int] = []
        """How many rows each run was handed."""

    async def __call__(self, words: Sequence[str], given: str, *, seconds: float, is_end_kept: bool) -> Ended:
        rows = [json.loads(line) for line in given.splitlines()]
        self.tried[words[0]] += 1
        self.sizes.append(len(rows))
        ends = self.ends if self.refuses.isdisjoint(row["id"] for row in rows) else Ended(65)
        if ends.code == 0:
            self.handed[words[0]].append([(row["user_id"], row["id"]) for row in rows])
        return ends

    def ids(self, command: str, user: str = "u-1") -> list[str]:
        return [id for run in self.handed[command] for owner, id in run if owner == user]


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> Runs:
    made = Runs()
    monkeypatch.setattr(hooks, "capture_program", made)
    return made


class Machine:
    """An office with hooks, whose program is started again and again."""

    def __init__(self, folder: Path, **named: Hook) -> None:
        self.office = Office(users=USERS, folder=folder, budget=600)
        self.office.builder.settings = replace(self.office.builder.settings, hooks=named)
        self.session: Session
        self.troubles: list[InboxError] = []
        self.at = self.office.clock.now() - HOUR

    async def start(self) -> None:
        self.session = await self.office.open()
        self.session.bus.listen(self._hear)

    async def restart(self) -> None:
        await self.session.close()
        await self.start()

    def _hear(self, fact: Fact) -> None:
        if isinstance(fact, Troubled):
            self.troubles.append(fact.error)

    def arrives(self, user: str = "u-1", count: int = 1, event_type: str = "card_declined") -> list[str]:
        """These come, a second apart."""
        ids = []
        for _ in range(count):
            self.at += SECOND
            record = self.office.sandbox_state.add_notification(
                ENVIRONMENT, user, "Arrived", event_type=event_type, created_at=self.at
            )
            ids.append(record.uuid)
        return ids

    async def look(self, user: str = "u-1", kind: Filter = Filter.UNREAD) -> None:
        self.office.clock.advance(31)
        try:
            await self.session.inbox.refresh(user, kind)
        except InboxError:
            return

    async def hand_over(self) -> None:
        self.office.clock.advance(600)
        await self.session.hooks.flush()


@pytest.mark.slow
async def test_whatever_happens_each_arrival_is_handed_over_in_order(tmp_path: Path, runs: Runs) -> None:
    for seed in SEEDS:
        await _live(tmp_path / str(seed), runs, Random(seed))


async def _live(folder: Path, runs: Runs, rng: Random) -> None:
    runs.handed.clear()
    machine = Machine(folder, pager=PAGER, cards=CARDS)
    before = {id for user in USERS for id in machine.arrives(user, rng.choice([0, 1, 70]))}
    wanted: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    await machine.start()
    for user in USERS:
        await machine.look(user)
    for _ in range(ACTS):
        user, dice = rng.choice(USERS), rng.random()
        if dice < 0.35:
            event = rng.choice(["card_declined", "welcome"])
            ids = machine.arrives(user, rng.choice([1, 1, 2, 5, 60]), event)
            wanted["pager", user] += ids
            wanted["cards", user] += ids if event == "card_declined" else []
        elif dice < 0.65:
            await machine.look(user, rng.choice([Filter.UNREAD, Filter.ALL]))
        elif dice < 0.72:
            machine.office.faults.set(Kind.BROKEN, times=rng.randint(1, 3))
            await machine.look(user)
            machine.office.faults.clear()
        elif dice < 0.80:
            await machine.restart()
        elif dice < 0.85:
            await machine.session.inbox.load_older(user, Filter.ALL)
        else:
            runs.ends = rng.choice([Ended(0), Ended(0), Ended(3), Ended(None, "It was stopped.")])
            await machine.hand_over()
    runs.ends = Ended(0)
    for user in USERS:
        await machine.look(user, Filter.ALL)
    await machine.hand_over()
    await machine.session.close()
    for (command, user), ids in wanted.items():
        got = runs.ids(command, user)
        assert got == ids, f"{command} of {user}: handed over {len(got)} of {len(ids)}, or in another order"
    assert not {id for each in runs.handed.values() for run in each for _, id in run} & before


@pytest.mark.slow
@pytest.mark.parametrize("there_before", [3, 0])
async def test_a_walk_that_is_killed_between_its_pages_leaves_nothing_out(
    tmp_path: Path, runs: Runs, there_before: int
) -> None:
    machine = Machine(tmp_path, pager=PAGER)
    machine.arrives("u-1", there_before)
    await machine.start()
    await machine.look()
    ids = machine.arrives("u-1", 120)
    fetcher = machine.session.inbox._fetcher
    pages, read_page = iter(range(9)), fetcher._page

    async def end(*args: Any, **kwargs: Any) -> Any:
        if next(pages):
            raise asyncio.CancelledError
        return await read_page(*args, **kwargs)

    fetcher._page = end  # type: ignore[method-assign]
    with pytest.raises(asyncio.CancelledError):
        await machine.session.inbox.refresh("u-1", Filter.UNREAD)
    await machine.restart()
    await machine.look()
    await machine.hand_over()
    assert runs.ids("pager") == ids
    await machine.session.close()


async def test_a_failure_is_told_once_and_again_when_one_is_refused_alone_and_tried_ever_later(
    tmp_path: Path, runs: Runs
) -> None:
    machine = Machine(tmp_path, pager=PAGER)
    await machine.start()
    await machine.look()
    [id] = machine.arrives()
    await machine.look()
    runs.ends = Ended(7, errors="no route\nto the pager\n")
    for _ in range(6):
        await machine.hand_over()
    error, alone = machine.troubles
    assert isinstance(error, HookFailed)
    assert error.sentence == "The hook `pager` failed: exit code 7. to the pager"
    assert alone.sentence.endswith(f"It refuses u-1/{id} on its own, and what arrives waits behind it.")
    [state] = await machine.session.hooks.states()
    assert (state.failures, state.exit_code, state.waiting) == (6, 7, 1)
    tried = runs.tried["pager"]
    await machine.session.hooks.flush()
    assert runs.tried["pager"] == tried, "it is left alone for a while"
    runs.ends = Ended(0)
    await machine.hand_over()
    assert runs.ids("pager") == [id]
    [state] = await machine.session.hooks.states()
    assert (state.failures, state.problem, state.waiting, state.handed) == (0, "", 0, 1)
    await machine.session.close()


@pytest.mark.slow
@pytest.mark.parametrize(("count", "place"), [(120, 77), (120, 0), (120, 119), (1, 0)])
async def test_what_is_always_refused_is_found_and_skipping_it_lets_the_others_through_in_order(
    tmp_path: Path, runs: Runs, count: int, place: int
) -> None:
    machine = Machine(tmp_path, pager=PAGER)
    await machine.start()
    await machine.look()
    ids = machine.arrives("u-1", count)
    await machine.look()
    runs.refuses = {ids[place]}
    for _ in range(12):
        await machine.hand_over()
    assert runs.ids("pager") == ids[:place], "all that came before it was taken, each once"
    errors = [error.sentence for error in machine.troubles]
    assert any(f"It refuses u-1/{ids[place]} on its own" in sentence for sentence in errors)
    assert machine.troubles[-1].remedy == "`neptune-inbox hooks skip pager` leaves it out."
    [state] = await machine.session.hooks.states()
    assert (state.waiting, state.refuses_one) == (count - place, True)
    refused = await machine.session.hooks.refused("pager")
    assert refused is not None
    assert (refused.row.id, refused.behind) == (ids[place], count - place - 1)
    await machine.session.hooks.skip(refused)
    assert await machine.session.hooks.refused("pager") is None, "the next was not refused yet"
    await machine.session.hooks.flush()
    assert runs.ids("pager") == ids[:place] + ids[place + 1 :]
    assert (await machine.session.hooks.states())[0].waiting == 0
    await machine.session.close()


async def test_an_outage_costs_one_run_at_a_time_and_its_end_is_noticed_at_once(tmp_path: Path, runs: Runs) -> None:
    machine = Machine(tmp_path, pager=PAGER)
    await machine.start()
    await machine.look()
    ids = machine.arrives("u-1", 120)
    await machine.look()
    runs.ends = Ended(1)
    for _ in range(6):
        await machine.hand_over()
    assert runs.sizes == [120, 120, 120, 1, 1, 1]
    runs.ends = Ended(0)
    await machine.hand_over()
    assert runs.ids("pager") == ids
    assert runs.sizes[6:] == [1, 2, 4, 8, 16, 32, 57]
    await machine.session.close()


@pytest.mark.slow
async def test_two_that_are_refused_are_found_one_after_the_other(tmp_path: Path, runs: Runs) -> None:
    machine = Machine(tmp_path, pager=PAGER, cards=CARDS)
    await machine.start()
    await machine.look()
    ids = machine.arrives("u-1", 60)
    await machine.look()
    runs.refuses = {ids[20], ids[40]}
    for _ in range(2):
        for _ in range(8):
            await machine.hand_over()
        refused = await machine.session.hooks.refused("pager")
        assert refused is not None
        assert refused.row.id in runs.refuses
        await machine.session.hooks.skip(refused)
    await machine.hand_over()
    assert runs.ids("pager") == [id for id in ids if id not in runs.refuses]
    assert runs.ids("cards") == ids[:20], "another hook is not skipped for"
    await machine.session.close()


async def test_only_one_program_runs_the_hooks(tmp_path: Path, runs: Runs) -> None:
    machine = Machine(tmp_path, pager=PAGER)
    await machine.start()
    await machine.look()
    await machine.session.hooks.flush()
    other = await machine.office.open()
    machine.arrives()
    await machine.look()
    await other.hooks.flush()
    assert runs.tried["pager"] == 0, "the first has the hooks"
    await machine.session.close()
    await other.hooks.flush()
    assert len(runs.ids("pager")) == 1, "and who remains takes over"
    await other.close()


async def test_without_a_hook_nothing_is_kept_of_arrivals(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    await machine.start()
    await machine.look()
    machine.arrives()
    await machine.look()
    await machine.session.close()
    machine.office.builder.settings = replace(machine.office.builder.settings, hooks={"pager": PAGER})
    await machine.start()
    [state] = await machine.session.hooks.states()
    assert state.waiting == 0
    await machine.session.close()
