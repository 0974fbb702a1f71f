"""One profile, opened: its files, its client, and everything of `sync` on top of them."""

from __future__ import annotations

import getpass
from contextlib import suppress
from typing import TYPE_CHECKING

from neptune_inbox.credentials import Claims, claims
from neptune_inbox.errors import NotSignedIn, StoreProblem
from neptune_inbox.model import Instant, Profile, Token
from neptune_inbox.store.cache import Cache
from neptune_inbox.store.database import Database
from neptune_inbox.store.desk import Desk
from neptune_inbox.store.journal import Journal
from neptune_inbox.store.lock import StoreLock
from neptune_inbox.store.outbox import Outbox
from neptune_inbox.store.schema_cache import open_cache
from neptune_inbox.store.schema_state import open_state
from neptune_inbox.sync.courier import Courier
from neptune_inbox.sync.disk import Disk
from neptune_inbox.sync.events import Events
from neptune_inbox.sync.evidence import EvidenceBook
from neptune_inbox.sync.facts import Bus
from neptune_inbox.sync.fetch import Fetcher
from neptune_inbox.sync.health import Health
from neptune_inbox.sync.inbox import Inbox
from neptune_inbox.sync.insight import Insights
from neptune_inbox.sync.marking import Marking
from neptune_inbox.sync.mine import MyPlane
from neptune_inbox.sync.people import People
from neptune_inbox.sync.poller import Poller
from neptune_inbox.sync.record import Recorder
from neptune_inbox.sync.schedule import Schedule
from neptune_inbox.sync.session import Session, place_key
from neptune_inbox.sync.wording import plural

if TYPE_CHECKING:
    from neptune_inbox.wiring.builder import Builder

DAY = 86_400_000


class Stores:
    """The files of one machine's user, opened; all profiles share them."""

    def __init__(self, builder: Builder) -> None:
        paths, now = builder.paths, builder.now
        if paths is not None:
            # Where the home cannot be written, the stores live in memory and say so.
            with suppress(StoreProblem):
                paths.create()
        self.cache_file: Database = open_cache(paths.cache_db if paths else None, now)
        self.state_file: Database = open_state(paths.state_db if paths else None, now)
        # What cannot be kept anyway must not fail for want of a journal.
        keeps_journal = paths is not None and not self.state_file.is_memory
        self.journal = Journal(paths.journal if paths and keeps_journal else None, actor=_actor())
        self.cache = Cache(self.cache_file, now)
        self.desk = Desk(self.state_file, now)
        self.outbox = Outbox(self.state_file, self.journal, now)

    def notices(self) -> tuple[str, ...]:
        """What the user must be told about the files; marks that were lost come back from the journal first."""
        notices = [file.problem for file in (self.cache_file, self.state_file) if file.problem]
        refilled = self.outbox.refill(self.journal.unsettled())
        if self.state_file.quarantined is not None:
            notices.append(f"state.db was damaged and set aside as {self.state_file.quarantined.name}.")
        if self.cache_file.quarantined is not None:
            notices.append("The cache was damaged and is fetched anew.")
        if refilled:
            notices.append(f"{plural(refilled, 'unsettled mark')} came back from the journal.")
        return tuple(notices)

    def tidy(self, place: str, keep_days: int, now: Instant) -> None:
        """Forget what was read long ago, at most once a day; what I put a star or a note on stays."""
        if now - int(self.cache.recall(f"tidied {place}") or 0) < DAY:
            return
        keep = self.desk.keys_where(place, "starred") | self.desk.keys_where(place, "noted")
        self.cache.prune(place, now - keep_days * DAY, keep)
        self.cache.remember(f"tidied {place}", str(now))

    def close(self) -> None:
        """Close the files; what is only in memory lives on, for the next session of this process."""
        # Damage or a full disk found only now is for the next start to mend.
        with suppress(StoreProblem):
            self.cache.checkpoint()
        # Without a state on disk these same stores are used again (`Builder.stores`).
        if not self.state_file.is_memory:
            self.cache_file.close()
            self.state_file.close()


class SessionParts:
    """What the parts of one session share."""

    def __init__(self, builder: Builder, profile: Profile) -> None:
        self.builder = builder
        self.profile = profile
        self.stores = builder.stores()
        self.site = "\n".join((profile.name, profile.api_base, profile.environment))
        self.notices = tuple(dict.fromkeys((*builder.untold, *self.stores.notices())))
        builder.untold = ()
        self.place = self.stores.desk.place_of(self.site) or place_key(profile, "")
        _watch_all(self.stores.desk, self.place, profile)
        self.disk, self.bus = Disk(), Bus()
        self.client = builder.make_client(profile, None)
        # What is in memory is nobody else's, so there is no one to lock out.
        paths = None if self.stores.state_file.is_memory else builder.paths
        self.lock = StoreLock(paths.lock.with_suffix(f".{self.place}.lock") if paths else None)
        self.health = Health(bus=self.bus, now=builder.now, rng=builder.rng)
        self.fetcher = Fetcher(
            client=self.client, cache=self.stores.cache, disk=self.disk, place=self.place, now=builder.now
        )
        self.recorder = Recorder(
            journal=self.stores.journal,
            disk=self.disk,
            profile=profile,
            place=self.place,
            actor=_actor(),
            now=builder.now,
        )

    def poller(self) -> Poller:
        builder, polling = self.builder, self.builder.settings.polling
        return Poller(
            fetcher=self.fetcher,
            schedule=Schedule(requests_per_minute=polling.requests_per_minute, rng=builder.rng),
            lock=self.lock,
            health=self.health,
            bus=self.bus,
            now=builder.now,
            sleep=builder.sleep,
            rng=builder.rng,
            unfocused_factor=polling.unfocused_factor,
        )

    def courier(self) -> Courier:
        builder = self.builder
        return Courier(
            client=self.client,
            outbox=self.stores.outbox,
            cache=self.stores.cache,
            disk=self.disk,
            lock=self.lock,
            health=self.health,
            bus=self.bus,
            profile=self.profile,
            place=self.place,
            owner=builder.new_id(),
            now=builder.now,
            sleep=builder.sleep,
            rng=builder.rng,
        )

    def marking(self, courier: Courier) -> Marking:
        return Marking(
            outbox=self.stores.outbox,
            client=self.client,
            courier=courier,
            health=self.health,
            recorder=self.recorder,
            disk=self.disk,
            bus=self.bus,
            profile=self.profile,
            place=self.place,
            undo_ms=self.undo_ms,
            now=self.builder.now,
            new_id=self.builder.new_id,
        )

    @property
    def undo_ms(self) -> int:
        return int(self.builder.settings.ui.undo_seconds * 1000)

    async def read_token(self) -> tuple[Token, Claims | None, str]:
        """The profile's token, what it says of itself, and where it came from. Raises SignInProblem."""
        token = await self.builder.vault.read(self.profile)
        if token is None:
            raise NotSignedIn(f"There is no token for `{self.profile.name}` yet.")
        return token, claims(token), self.builder.vault.source(self.profile)

    def remember_team(self, team: str) -> bool:
        """Keep which place this profile stands for; False where the session was opened on another one."""
        wanted = place_key(self.profile, team)
        self.stores.desk.remember_place(self.site, wanted)
        if wanted != self.place:
            _watch_all(self.stores.desk, wanted, self.profile)
            self.builder.untold = self.notices
        return wanted == self.place

    def close(self) -> None:
        self.lock.release()
        # At the end, when no list is on screen that a row could be missing from.
        with suppress(StoreProblem):
            self.stores.tidy(self.place, self.builder.settings.store.keep_days, self.builder.now())
        self.stores.close()


def build_session(builder: Builder, profile: Profile) -> Session:
    """A session that has not signed in yet. Raises StoreProblem, ConfigProblem."""
    parts = SessionParts(builder, profile)
    stores, disk, place, now = parts.stores, parts.disk, parts.place, builder.now
    client, recorder, cache = parts.client, parts.recorder, stores.cache
    outbox, desk, journal = stores.outbox, stores.desk, stores.journal
    poller, courier = parts.poller(), parts.courier()
    return Session(
        profile=profile,
        place=place,
        bus=parts.bus,
        health=parts.health,
        inbox=Inbox(cache=cache, outbox=outbox, desk=desk, disk=disk, fetcher=parts.fetcher, place=place, now=now),
        marking=parts.marking(courier),
        mine=MyPlane(desk=desk, disk=disk, bus=parts.bus, place=place),
        people=People(client=client, cache=cache, recorder=recorder, disk=disk, place=place, now=now),
        events=Events(client=client, fetcher=parts.fetcher, recorder=recorder, now=now, sleep=builder.sleep),
        evidence=EvidenceBook(
            cache=cache, outbox=outbox, desk=desk, journal=journal, disk=disk, place=place, now=now
        ),
        insights=Insights(cache=cache, outbox=outbox, disk=disk, place=place, now=now),
        poller=poller,
        courier=courier,
        now=now,
        undo_ms=parts.undo_ms,
        background=(poller.run, courier.run, *builder.companions),
        notices=parts.notices,
        _client=client,
        _disk=disk,
        _read_token=parts.read_token,
        _remember_team=parts.remember_team,
        _close_stores=parts.close,
    )


def _watch_all(desk: Desk, place: str, profile: Profile) -> None:
    """Watch the users that the profile names, unless the agent has chosen already."""
    if not desk.watched(place):
        for user_id in profile.users:
            desk.watch(place, user_id)


def _actor() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
