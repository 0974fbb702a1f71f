"""One profile, opened: its files, its client, and everything of `sync` on top of them."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Protocol

from neptune_inbox import debug_trace
from neptune_inbox.credentials import Claims, claims
from neptune_inbox.credentials.tokens import TOKEN_VARIABLE
from neptune_inbox.credentials.vault import MEMORY
from neptune_inbox.errors import Refused, ServerTrouble, StoreProblem, TokenUnproven, Unreachable, no_token
from neptune_inbox.model import Mode, Profile, Token
from neptune_inbox.presentation.row_state import is_read_by_us
from neptune_inbox.store.lock import StoreLock
from neptune_inbox.store.triage import TriageStore
from neptune_inbox.sync.clock_watch import Standstill
from neptune_inbox.sync.customers.events import Events
from neptune_inbox.sync.customers.people import People
from neptune_inbox.sync.customers.watch_rule import WatchRule
from neptune_inbox.sync.customers.watch_source import WatchSource
from neptune_inbox.sync.events import Bus
from neptune_inbox.sync.evidence import EvidenceBook
from neptune_inbox.sync.fetch.effect import EffectCheck
from neptune_inbox.sync.fetch.fetcher import Fetcher
from neptune_inbox.sync.habits import Habits
from neptune_inbox.sync.handover import HandOvers
from neptune_inbox.sync.hooks.hooks import Hooks
from neptune_inbox.sync.hosts import Hosts
from neptune_inbox.sync.housekeeping import Housekeeping
from neptune_inbox.sync.inbox.inbox import Inbox
from neptune_inbox.sync.inbox.incidents import IncidentBook, Incidents
from neptune_inbox.sync.inbox.older_pages import OlderPages
from neptune_inbox.sync.insight import Insights
from neptune_inbox.sync.marking.audit import AuditLog
from neptune_inbox.sync.marking.marking import Marking
from neptune_inbox.sync.marking.posting import Posting
from neptune_inbox.sync.marking.sender import OutboxSender
from neptune_inbox.sync.other_instances import OtherInstances
from neptune_inbox.sync.polling.health import Health
from neptune_inbox.sync.polling.poller import Poller
from neptune_inbox.sync.polling.schedule import Schedule
from neptune_inbox.sync.session import Session, tenant_key
from neptune_inbox.sync.store_thread import StoreThread, on_thread
from neptune_inbox.sync.team.looks import LookBook
from neptune_inbox.sync.team.sharer import Sharer
from neptune_inbox.sync.team.team import TeamService
from neptune_inbox.sync.tenant_store import TenantStore
from neptune_inbox.sync.timeline.timelines import Timelines
from neptune_inbox.sync.triage import TriageService
from neptune_inbox.text import clean_line
from neptune_inbox.wiring.mode_watch import ModeWatch
from neptune_inbox.wiring.stores import Stores, local_user

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence
    from random import Random

    from neptune_inbox.api.client import Client
    from neptune_inbox.config import Settings
    from neptune_inbox.credentials import Vault
    from neptune_inbox.model import Now, Row
    from neptune_inbox.paths import Paths
    from neptune_inbox.store.tenant import TenantData
    from neptune_inbox.sync.polling.wakeable import Sleep
    from neptune_inbox.sync.team.sharer import Link
    from neptune_inbox.text import CleanText


class TeamOpener(Protocol):
    """The agent's name in the team, and how its facts are reached: `wiring.team.TeamAccess`."""

    @property
    def agent(self) -> CleanText: ...
    def open(self, of_tenant: str) -> Link: ...


class Surroundings(Protocol):
    """What a session is built from: the workspace's `Builder`."""

    pending_notices: tuple[str, ...]
    claimed_tenants: dict[str, str]

    @property
    def accepted_tokens(self) -> set[Token]: ...
    @property
    def settings(self) -> Settings: ...
    @property
    def vault(self) -> Vault: ...
    @property
    def paths(self) -> Paths | None: ...
    @property
    def now(self) -> Now: ...
    @property
    def steady(self) -> Now | None: ...
    @property
    def sleep(self) -> Sleep: ...
    @property
    def rng(self) -> Random: ...
    @property
    def new_id(self) -> Callable[[], str]: ...
    @property
    def companions(self) -> tuple[Callable[[], Coroutine[None, None, None]], ...]: ...
    def stores(self) -> Stores: ...
    @property
    def team_access(self) -> TeamOpener | None: ...
    def make_client(self, profile: Profile, token: Token | None) -> Client: ...
    def own_hosts(self, profile: Profile) -> tuple[str, ...]: ...


class SessionParts:
    """What the parts of one session share."""

    def __init__(self, builder: Surroundings, profile: Profile) -> None:
        self.builder = builder
        self.profile = profile
        self.stores = builder.stores()
        self.site = "\n".join((profile.name, profile.api_base, profile.environment))
        self.notices = tuple(dict.fromkeys((*builder.pending_notices, *self.stores.notices())))
        builder.pending_notices = ()
        bound = self.stores.profiles.tenant_of(self.site)
        self.tenant = builder.claimed_tenants.get(self.site) or bound or tenant_key(profile, "")
        data = self.stores.of(self.tenant)
        self._prepare(data)
        self._store, self.bus = TenantStore(data, StoreThread()), Bus()
        self.incidents = IncidentBook(data, builder.settings.incidents.grouping, is_read_by_us)
        self.owner = builder.new_id()
        self.client = builder.make_client(profile, None)
        # What is in memory is nobody else's, so there is no one to lock out.
        paths = None if self.stores.state_file.is_memory else builder.paths
        # Who only observes asks the server too, and must not keep anybody from sending.
        role = ".observing" if profile.mode is Mode.OBSERVE else ""
        self.lock = StoreLock(paths.lock.with_suffix(f".{self.tenant}{role}.lock") if paths else None)
        # Also who only observes runs hooks, so they have a lock of their own.
        self.hook_lock = StoreLock(paths.lock.with_suffix(f".{self.tenant}.hooks.lock") if paths else None)
        written = builder.settings.profiles.get(profile.name)
        self.mode_watch = ModeWatch(builder.paths, profile, written.mode if written else None)
        self.health = Health(bus=self.bus, now=builder.now, rng=builder.rng)
        self.posting = Posting(data)
        self.standstill = Standstill(builder.steady) if builder.steady else None
        self.effects = EffectCheck(store=self._store, bus=self.bus, now=builder.now)
        self.fetcher = Fetcher(
            store=self._store,
            client=self.client,
            effects=self.effects,
            now=builder.now,
            keep_days=builder.settings.store.keep_days,
        )
        self.audit_log = AuditLog(
            store=self._store,
            profile=profile,
            actor=local_user(),
            now=builder.now,
            may_write=self.mode_watch.may_write,
        )

    def _prepare(self, data: TenantData) -> None:
        """Record what the settings say of a tenant: its host, the first users to watch, and the hooks."""
        self.stores.journal.hosts[data.tenant] = self.profile.host
        _watch_all(data.triage, self.profile)
        # A disk that takes nothing now must not keep anybody from reading; a hook is registered the next time.
        with suppress(StoreProblem):
            data.hooks.register(tuple(self.builder.settings.hooks))

    def housekeeping(self) -> Housekeeping:
        builder = self.builder
        return Housekeeping(
            store=self._store.last,
            keep_days=builder.settings.store.keep_days,
            now=builder.now,
            sleep=builder.sleep,
            forgotten=self.fetcher.forget,
        )

    def hooks(self, inbox: Inbox) -> Hooks:
        async def write_lines(rows: Sequence[Row]) -> list[str]:
            # Few sessions hand anything over, and every start would pay for it.
            from neptune_inbox.presentation.json import json_lines

            return await json_lines(inbox, rows)

        builder = self.builder
        return Hooks(
            store=self._store,
            inbox=inbox,
            hooks=builder.settings.hooks,
            write_lines=write_lines,
            lock=self.hook_lock,
            bus=self.bus,
            now=builder.now,
            sleep=builder.sleep,
            rng=builder.rng,
        )

    def poller(self, team: TeamService | None) -> Poller:
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
            colleagues=team,
        )

    def sender(self) -> OutboxSender:
        builder = self.builder
        return OutboxSender(
            client=self.client,
            store=self._store,
            posting=self.posting,
            lock=self.lock,
            health=self.health,
            bus=self.bus,
            profile=self.profile,
            owner=self.owner,
            steady=builder.steady,
            standstill=self.standstill,
            now=builder.now,
            sleep=builder.sleep,
            rng=builder.rng,
            may_write=self.mode_watch.may_write,
        )

    def marking(self, sender: OutboxSender) -> Marking:
        return Marking(
            store=self._store.foreground,
            posting=self.posting,
            client=self.client,
            sender=sender,
            health=self.health,
            audit_log=self.audit_log,
            bus=self.bus,
            profile=self.profile,
            undo_ms=self.undo_ms,
            now=self.builder.now,
            new_id=self.builder.new_id,
        )

    def watch_rule(self, poller: Poller) -> WatchRule | None:
        watch = self.builder.settings.watch
        if not (watch.users_from or watch.users_file):
            return None
        return WatchRule(
            store=self._store,
            source=WatchSource(watch.users_from, watch.users_file),
            profile=self.profile.name,
            every_ms=watch.every_minutes * 60_000,
            poller=poller,
            bus=self.bus,
            now=self.builder.now,
            sleep=self.builder.sleep,
        )

    def others(
        self, *jobs: WatchRule | TeamService | LookBook | None
    ) -> tuple[Callable[[], Coroutine[None, None, None]], ...]:
        """What else runs besides polling and sending: those of these that exist, and what the builder adds."""
        instances = OtherInstances(store=self._store, bus=self.bus, sleep=self.builder.sleep)
        found = [job.run for job in (self.standstill, instances, *jobs) if job is not None]
        return (*found, *self.builder.companions)

    def team(self) -> TeamService | None:
        facts, access, builder = self._store.data.team, self.builder.team_access, self.builder
        if facts is None or access is None:
            return None

        def make_sharer() -> Sharer:
            return Sharer(
                store=facts,
                connect=lambda: access.open(self.tenant),
                instance=self.owner,
                now=builder.now,
                rng=builder.rng,
                changed=service.changed,
                looked=service.looked,
            )

        service = TeamService(
            store=self._store.foreground,
            facts=facts,
            make_sharer=make_sharer,
            bus=self.bus,
            sleep=builder.sleep,
            claim_ms=builder.settings.team.claim_minutes * 60_000,
        )
        service.looks = LookBook(
            store=self._store,
            facts=facts,
            fetcher=self.fetcher,
            bus=self.bus,
            now=builder.now,
            tell=service.tell_look,
            is_asking=lambda: self.lock.is_held,
        )
        return service

    def handovers(self, team: TeamService | None) -> HandOvers:
        return HandOvers(
            store=self._store,
            actor=clean_line(local_user()),
            now=self.builder.now,
            incidents=self.incidents,
            is_team_behind=self.is_behind(team),
        )

    @staticmethod
    def is_behind(team: TeamService | None) -> Callable[[], bool]:
        """Tells whether what colleagues did lately may be missing; never where the agent works alone."""
        return team.is_behind if team is not None else lambda: False

    @property
    def store(self) -> TenantStore:
        return self._store

    @property
    def undo_ms(self) -> int:
        return int(self.builder.settings.ui.undo_seconds * 1000)

    async def read_token(self) -> tuple[Token, Claims | None, str]:
        """The profile's token, what it says of itself, and where it came from.

        Raises SignInProblem, HostNotTrusted among them.
        """
        token = await self.builder.vault.read(self.profile)
        if token is None:
            raise no_token(self.profile.name)
        source = self.builder.vault.source(self.profile)
        place = {"environment": self.profile.environment, "mode": self.profile.mode, "api": self.profile.api_base}
        debug_trace.note("sign in", profile=self.profile.name, token_from=source, **place)
        await self._check_hosts(token, is_given_here=source in (TOKEN_VARIABLE, MEMORY))
        return token, claims(token), source

    @on_thread
    def read_mode(self) -> Mode:
        """What the settings let this profile do now."""
        return self.mode_watch.mode()

    @on_thread
    def _check_hosts(self, token: Token, *, is_given_here: bool) -> None:
        hosts = Hosts(self.stores.profiles, self.builder.own_hosts)
        hosts.check(self.profile, token, is_given_here=is_given_here)

    async def is_tenant_of(self, token: Token, claims: Claims | None, remedy: str, asks_first: bool) -> bool:
        """Whether this session was opened on the token's tenant; where not, the next one of this process will be.

        What a token says of itself leads away from a tenant that was remembered only if the server accepts it.
        Raises SignInProblem where it does not.
        """
        wanted = tenant_key(self.profile, claims.team if claims else "")
        bound = await self._bound()
        is_news = wanted not in (bound, self.tenant) if bound else asks_first
        if is_news and token not in self.builder.accepted_tokens:
            await self._prove(token, claims, remedy)
        self.builder.claimed_tenants[self.site] = wanted
        if token in self.builder.accepted_tokens:
            await self._bind(wanted)
        if wanted != self.tenant:
            self.builder.pending_notices = self.notices
        return wanted == self.tenant

    async def _prove(self, token: Token, claims: Claims | None, remedy: str) -> None:
        """Ask the server about a token. Where no answer comes it stays unproven, and nothing of it is remembered."""
        client = self.builder.make_client(self.profile, None)
        client.use_token(token, remedy=remedy)
        try:
            # Where no answer comes, the next request tells.
            with suppress(Unreachable):
                await client.server_time()
                self.builder.accepted_tokens.add(token)
        except (Refused, ServerTrouble) as error:
            # Neptune itself fails over what is not a JWT.
            if isinstance(error, Refused) or claims is None:
                raise TokenUnproven(f"The token of this profile was not accepted: {error.sentence}", remedy) from None
        finally:
            await client.aclose()

    async def note_accepted(self) -> None:
        """Remember this session's tenant as the profile's: the server took the token."""
        await self._bind(self.tenant)

    @on_thread
    def _bound(self) -> str | None:
        return self.stores.profiles.tenant_of(self.site)

    @on_thread
    def _bind(self, tenant: str) -> None:
        # A full disk must not keep anybody from reading; the next start remembers it.
        with suppress(StoreProblem):
            if self.stores.profiles.tenant_of(self.site) != tenant:
                self.stores.of(tenant).triage.bind(self.site)

    async def close(self) -> None:
        """Close the files, then end their thread."""
        try:
            # On a full disk the last looks are forgotten.
            with suppress(StoreProblem):
                await self.fetcher.flush()
        finally:
            await self._close()
            self._store.thread.close()

    @on_thread
    def _close(self) -> None:
        if self.lock.is_held:
            # What was cut off on its way is the next sender's, at once and not after the lease.
            with suppress(StoreProblem):
                self._store.data.outbox.release(self.owner)
        self.lock.close()
        self.hook_lock.close()
        self.stores.close()


def build_session(builder: Surroundings, profile: Profile) -> Session:
    """A session that has not signed in yet. Raises StoreProblem, ConfigProblem."""
    parts = SessionParts(builder, profile)
    store, front, now = parts.store, parts.store.foreground, builder.now
    client, audit_log, team = parts.client, parts.audit_log, parts.team()
    poller, sender = parts.poller(team), parts.sender()
    watch_rule, housekeeping = parts.watch_rule(poller), parts.housekeeping()
    inbox = Inbox(store=front, fetcher=parts.fetcher, now=now, incidents=parts.incidents)
    hooks = parts.hooks(Inbox(store=store, fetcher=parts.fetcher, now=now, incidents=parts.incidents))
    return Session(
        profile=profile,
        tenant=parts.tenant,
        bus=parts.bus,
        health=parts.health,
        inbox=inbox,
        older_pages=OlderPages(inbox=inbox, poller=poller, now=now, sleep=builder.sleep),
        marking=parts.marking(sender),
        triage=TriageService(store=front, bus=parts.bus),
        habits=Habits(store=front, profile=profile.name, now=now),
        people=People(store=store, client=client, audit_log=audit_log, now=now),
        events=Events(client=client, fetcher=parts.fetcher, audit_log=audit_log, now=now, sleep=builder.sleep),
        evidence=EvidenceBook(store=front, now=now, is_team_behind=parts.is_behind(team)),
        insights=Insights(store=store, now=now),
        timelines=Timelines(store=front, fetcher=parts.fetcher, now=now),
        incidents=Incidents(store=front, book=parts.incidents),
        housekeeping=housekeeping,
        hooks=hooks,
        handovers=parts.handovers(team),
        poller=poller,
        sender=sender,
        audit_log=audit_log,
        now=now,
        undo_ms=parts.undo_ms,
        watch_rule=watch_rule,
        team=team,
        background=(
            poller.run,
            sender.run,
            housekeeping.run,
            *((hooks.run,) if hooks.names else ()),
            *parts.others(watch_rule, team, team.looks if team is not None else None),
        ),
        notices=parts.notices,
        _client=client,
        _read_token=parts.read_token,
        _read_mode=parts.read_mode,
        _is_tenant_of=parts.is_tenant_of,
        _note_accepted=parts.note_accepted,
        _close_stores=parts.close,
    )


def _watch_all(triage: TriageStore, profile: Profile) -> None:
    """Watch the users that the profile names, unless the agent has chosen already."""
    if not triage.watched():
        for user_id in profile.users:
            triage.watch(user_id)
