"""What an agent can do on the team's plane: take, give back, write; and how sharing it goes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING
from zlib import crc32

from neptune_inbox.errors import UsageProblem, refuse_token
from neptune_inbox.model import Instant, Key
from neptune_inbox.model.team import Claim, FactDetails, FactKind, Look, TeamFact, TeamState
from neptune_inbox.sync.events import Bus, Fact, MarksChanged, TeamChanged, TriageChanged
from neptune_inbox.sync.store_thread import on_thread, read_on_thread
from neptune_inbox.sync.team.sharer import Sharer, Sharing, SharingState

if TYPE_CHECKING:
    from neptune_inbox.store.team.facts import TeamStore
    from neptune_inbox.sync.polling.wakeable import Sleep
    from neptune_inbox.sync.team.looks import LookBook
    from neptune_inbox.sync.tenant_store import TenantStore

LOOK_EVERY = 10.0
"""Seconds between two looks at which claims have ended, and whether the database still answers."""
SPREAD = 0x9E3779B97F4A7C15
"""A factor that makes neighbouring numbers differ in every bit."""
NO_TEAM = "No team is set up here, so nobody else would see it."
HOW = "Set `dsn` under [team] in config.toml, then run `neptune-inbox team init`; see `neptune-inbox help team`."


class TeamService:
    """One tenant's team, as one of its agents has it. Every fact is on disk when a method returns."""

    def __init__(
        self,
        *,
        store: TenantStore,
        facts: TeamStore,
        make_sharer: Callable[[], Sharer],
        bus: Bus,
        sleep: Sleep,
        claim_ms: int,
    ) -> None:
        self._store = store
        self._facts = facts
        self._make_sharer = make_sharer
        self._bus = bus
        self._sleep = sleep
        self._claim_ms = claim_ms
        self.looks: LookBook | None = None
        """What is told of customers' lists, and compared."""
        self._ours: tuple[frozenset[str], dict[str, bool]] = (frozenset(), {})
        """Who was here, and for whom of them each user is, as far as it was asked."""
        self._renewed: dict[Key, Instant] = {}
        self._sharer: Sharer | None = None
        bus.listen(self._hear)
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def agent(self) -> str:
        """The agent's own name."""
        return self._facts.agent

    async def claim(self, keys: Sequence[Key], *, known: str = "") -> None:
        """Say that I am on these; a key without an id is a customer's whole queue.

        `known` is whose claim I was shown before.
        """
        await self._tell(FactKind.CLAIMED, keys, FactDetails(lasts=self._claim_ms, known=known))

    async def release(self, keys: Sequence[Key]) -> None:
        """Say that I am on these no longer."""
        await self._tell(FactKind.RELEASED, keys, FactDetails())

    async def note(self, keys: Sequence[Key], text: str) -> tuple[TeamFact, ...]:
        """Write a note on each of these, for everybody of the team. Raises TokenMisplaced, UsageProblem."""
        refuse_token("The note", text)
        if not text.strip():
            raise UsageProblem("The note is empty.", "Write something for the team to know.")
        return await self._tell(FactKind.NOTED, keys, FactDetails(text=text.strip()))

    async def withdraw(self, notes: Sequence[TeamFact]) -> None:
        """Take back notes of my own; the team has read them maybe, and sees them no longer."""
        for note in notes:
            await self._tell(FactKind.WITHDRAWN, [note.key], FactDetails(note=note.id))

    def due_renewal(self, claim: Claim, key: Key) -> Key | None:
        """What to claim again as a key is pressed on it: of mine, once a third of its time is over; no disk is read.

        It is answered once for each time at which the claim would end.
        """
        claimed = Key(key.user_id, "") if claim.is_of_queue else key
        left = claim.until - self._facts.team_now
        is_due = claim.is_mine and 0 < left < self._claim_ms * 2 // 3 and claim.until != self._renewed.get(claimed)
        if not is_due:
            return None
        self._renewed[claimed] = claim.until
        return claimed

    @read_on_thread
    def states(self, keys: Collection[Key]) -> dict[Key, TeamState]:
        """What the team shared about these; those without anything are left out."""
        return self._facts.states(keys)

    @read_on_thread
    def claims(self, keys: Collection[Key]) -> dict[Key, Claim]:
        """Who is on each of these, the claims of whole queues among them."""
        return self._facts.claims(keys)

    async def others(self, keys: Collection[Key]) -> dict[Key, Claim]:
        """Those of these that somebody else is on."""
        return {key: claim for key, claim in (await self.claims(keys)).items() if claim.agent != self.agent}

    @read_on_thread
    def waiting(self) -> int:
        """How many of our own facts are not shared yet."""
        return self._facts.count_waiting()

    async def unshared(self) -> int:
        """How many facts of ours wait for a database that is in trouble; 0 while it goes well."""
        return await self.waiting() if self.is_behind() else 0

    def sharing(self) -> Sharing:
        """How it is with the team's database."""
        return self._sharer.sharing() if self._sharer else Sharing()

    def is_behind(self) -> bool:
        """Whether colleagues may have done what is not known here: their database was not read just now."""
        return self.sharing().state is not SharingState.SHARING

    def is_away(self) -> bool:
        """Whether the database is in trouble, and not only about to answer."""
        return self.sharing().state in (SharingState.SLOW, SharingState.TROUBLED)

    def programs_here(self) -> int:
        """How many programs of the team run, this one among them: they share one budget of requests."""
        return len(self._sharer.programs_here) if self._sharer else 1

    def is_ours(self, user_id: str) -> bool:
        """Whether this program, of those that run, polls a user first."""
        if self._sharer is None:
            return True
        here = self._sharer.programs_here
        if here != self._ours[0]:
            self._ours = (here, {})
        known = self._ours[1]
        if user_id not in known:
            known[user_id] = first_of(here, user_id) == self._sharer.instance
        return known[user_id]

    def tell_look(self, look: Look, at: Instant) -> None:
        """Share with colleagues' programs what this one saw of a customer when it polled at `at`."""
        if self._sharer is not None:
            self._sharer.tell_look(look, at)

    def looked(self, looks: tuple[Look, ...]) -> None:
        """What the sharer's thread calls when colleagues' programs saw something."""
        loop, book = self._loop, self.looks
        if loop is not None and book is not None and not loop.is_closed():
            loop.call_soon_threadsafe(book.take, looks)

    async def run(self) -> None:
        """Share for as long as this is not cancelled; say which claims end by themselves, and what gets stuck."""
        self._start(stays=True, asks=True)
        was_away = False
        standing: set[Key] = set()
        while True:
            is_away = self.is_away()
            if is_away != was_away:
                self._bus.publish(TeamChanged(()))
            was_away = is_away
            now_standing = set(await self._claimed())
            if ended := standing - now_standing:
                self._bus.publish(TeamChanged(tuple(ended)))
            standing = now_standing
            await self._sleep(LOOK_EVERY)

    async def share(self, seconds: float) -> bool:
        """Share what waits and read what is new now, for so long at most; whether all of it was."""
        sharer = self._start()
        return await asyncio.to_thread(sharer.wait_shared, seconds)

    async def exchange(self, seconds: float) -> None:
        """Share, tell what was seen of customers since the last time, and hear what others saw; for so long at most.

        It is for a program that asks the service and soon ends. The first time there is nothing to tell.
        """
        sharer, book = self._start(asks=True), self.looks
        if book is not None:
            book.is_open = True
            await book.settle()
        await asyncio.to_thread(sharer.wait_shared, seconds)
        if book is not None:
            await book.settle()

    def try_now(self) -> None:
        """Do not wait for the next try."""
        if self._sharer is not None:
            self._sharer.wake()

    async def close(self) -> None:
        """End sharing; what is not shared is shared by the next start."""
        if self._sharer is not None:
            await asyncio.to_thread(self._sharer.stop)

    def changed(self, keys: tuple[Key, ...]) -> None:
        """What the sharer's thread calls when it read news; listeners hear of it on the event loop."""
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._bus.publish, TeamChanged(keys))

    def told(self, keys: Sequence[Key]) -> None:
        """Facts were saved here: let others have them."""
        self._bus.publish(TeamChanged(tuple(keys)))
        self.try_now()

    def _hear(self, fact: Fact) -> None:
        """Marks and triage become facts where they are saved: there may be some to share."""
        if isinstance(fact, MarksChanged | TriageChanged):
            self.try_now()

    async def _tell(self, kind: FactKind, keys: Sequence[Key], details: FactDetails) -> tuple[TeamFact, ...]:
        facts = await self._save(kind, tuple(keys), details)
        self.told(keys)
        return facts

    @read_on_thread
    def _claimed(self) -> dict[Key, Claim]:
        return self._facts.claimed()

    @on_thread
    def _save(self, kind: FactKind, keys: tuple[Key, ...], details: FactDetails) -> tuple[TeamFact, ...]:
        return self._facts.tell(kind, keys, details)

    def _start(self, *, stays: bool = False, asks: bool = False) -> Sharer:
        if self._sharer is None:
            self._loop = asyncio.get_running_loop()
            self._sharer = self._make_sharer()
            self._sharer.stays, self._sharer.asks = stays, asks
            self._sharer.start()
        self._sharer.stays |= stays
        self._sharer.asks |= asks
        return self._sharer


def first_of(programs: frozenset[str], user_id: str) -> str:
    """Which of these programs polls a user first: each has a share, and keeps it when another one starts or ends."""
    user = crc32(user_id.encode("utf-8", "replace"))
    return max(programs, key=lambda each: ((crc32(each.encode()) ^ user) * SPREAD >> 24 & 0xFFFFFFFF, each))


def no_team() -> UsageProblem:
    """The error where a verb of the team is used alone."""
    return UsageProblem(NO_TEAM, HOW)
