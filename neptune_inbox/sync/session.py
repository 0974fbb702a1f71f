"""The bundle that a front end receives: one profile, opened; every verb hangs on it."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from msgspec.structs import replace

from neptune_inbox import debug_trace
from neptune_inbox.errors import InboxError, TokenExpired
from neptune_inbox.model import Filter, Instant, Mode, Now, Profile, Token
from neptune_inbox.sync.inbox.times import from_instant

if TYPE_CHECKING:
    from neptune_inbox.api.answers import Answers
    from neptune_inbox.api.client import Client
    from neptune_inbox.credentials import Claims
    from neptune_inbox.sync.customers.events import Events
    from neptune_inbox.sync.customers.people import People
    from neptune_inbox.sync.customers.watch_rule import WatchRule
    from neptune_inbox.sync.events import Bus
    from neptune_inbox.sync.evidence import EvidenceBook
    from neptune_inbox.sync.habits import Habits
    from neptune_inbox.sync.handover import HandOvers
    from neptune_inbox.sync.hooks.hooks import Hooks
    from neptune_inbox.sync.housekeeping import Housekeeping
    from neptune_inbox.sync.inbox.inbox import Inbox
    from neptune_inbox.sync.inbox.incidents import Incidents
    from neptune_inbox.sync.inbox.older_pages import OlderPages
    from neptune_inbox.sync.insight import Insights
    from neptune_inbox.sync.marking.audit import AuditLog
    from neptune_inbox.sync.marking.marking import Marking
    from neptune_inbox.sync.marking.sender import OutboxSender
    from neptune_inbox.sync.polling.health import Health
    from neptune_inbox.sync.polling.poller import Poller
    from neptune_inbox.sync.team.team import TeamService
    from neptune_inbox.sync.timeline.timelines import Timelines
    from neptune_inbox.sync.triage import TriageService


def tenant_key(profile: Profile, team: str) -> str:
    """What rows are bound to: base, environment and team, so that another team's token never drains them."""
    text = "\n".join((profile.api_base.rstrip("/").lower(), profile.environment, team))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


REMEDIES = {
    "NEPTUNE_TOKEN": ("It comes from NEPTUNE_TOKEN: set a valid one, or unset it and run `neptune-inbox login`."),
    "token_command": "It comes from token_command of this profile: let that print a valid token.",
}
"""What to do about a refused token, by its source; one from elsewhere is replaced by signing in."""


def check_expiry(claims: Claims | None, now: Instant, remedy: str = "") -> None:
    """Raise TokenExpired where the token's own claims say that it is over, before any request is made."""
    if claims is not None and claims.is_expired(now) and claims.expires_at is not None:
        when = from_instant(claims.expires_at)
        raise TokenExpired(f"The token expired on {when.day} {when:%B %Y, %H:%M}.", remedy)


@dataclass(slots=True)
class Session:
    """One opened profile. `close` it when done; nothing in it is shared with another session."""

    profile: Profile
    tenant: str
    bus: Bus
    health: Health
    inbox: Inbox
    older_pages: OlderPages
    marking: Marking
    triage: TriageService
    habits: Habits
    people: People
    events: Events
    evidence: EvidenceBook
    insights: Insights
    timelines: Timelines
    incidents: Incidents
    housekeeping: Housekeeping
    hooks: Hooks
    handovers: HandOvers
    poller: Poller
    sender: OutboxSender
    audit_log: AuditLog
    now: Now
    undo_ms: int
    watch_rule: WatchRule | None = None
    """None where no list says who is watched."""
    team: TeamService | None = None
    """None where the agent works alone."""
    background: tuple[Callable[[], Coroutine[None, None, None]], ...] = ()
    """What runs as long as the session is shown: polling, sending, and in the demo the arrivals."""
    notices: tuple[str, ...] = ()
    """What the user must know about the local files: quarantined, in memory only, restored marks."""
    claims: Claims | None = None
    token_source: str = ""
    """Where the token came from, in words."""
    _client: Client = field(kw_only=True)
    _read_token: Callable[[], Awaitable[tuple[Token, Claims | None, str]]] = field(kw_only=True)
    _read_mode: Callable[[], Awaitable[Mode]] = field(kw_only=True)
    _is_tenant_of: Callable[[Token, Claims | None, str, bool], Awaitable[bool]] = field(kw_only=True)
    _note_accepted: Callable[[], Awaitable[None]] = field(kw_only=True)
    _close_stores: Callable[[], Awaitable[None]] = field(kw_only=True)

    @property
    def is_at_sandbox(self) -> bool:
        """Whether a sandbox of ours is asked over HTTP: by its token and its base, known once signed in."""
        is_plain = self.profile.api_base.startswith("http://")
        return is_plain and self.claims is not None and self.claims.is_of_sandbox

    async def sign_in(self, *, asks_first: bool = False) -> bool:
        """Read the token and use it; False where it is another team's, so the profile must be opened again.

        What a token says of its team counts once the server has accepted it: only then is it remembered. With
        `asks_first` the server is asked at once, where it never accepted this team's: no other request will follow.
        Raises SignInProblem, and lets `health` know: reading stays possible.
        """
        if not self.token_source:
            self._client.expect_token()
        try:
            token, claims, source = await self._read_token()
            remedy = REMEDIES.get(source, "")
            check_expiry(claims, self.now(), remedy)
            is_same_tenant = await self._is_tenant_of(token, claims, remedy, asks_first)
        except InboxError as error:
            self.health.note_no_token(error)
            self._client.use_token(None)
            raise
        if not is_same_tenant:
            return False
        self.use(token, claims, source)
        return True

    def use(self, token: Token, claims: Claims | None, source: str) -> None:
        """Use this token from now on."""
        self._client.use_token(token, remedy=REMEDIES.get(source, ""), on_accepted=self._note_accepted)
        self.claims, self.token_source = claims, source
        self.health.note_new_token()
        self.poller.wake()
        self.sender.wake()

    async def must_ask(self) -> bool:
        """Whether each mark is to be confirmed, by the settings as they are now."""
        mode = await self._read_mode()
        if mode is not self.profile.mode:
            debug_trace.note("mode changed", profile=self.profile.name, mode=mode)
            self.profile = replace(self.profile, mode=mode)
        return mode is Mode.ASK

    async def set_visible(self, user_id: str, kind: Filter) -> None:
        """The agent looks at this user (or everyone) and kind: poll them first."""
        self.poller.watch(tuple(await self.inbox.watched()))
        self.poller.set_visible(user_id, kind)

    async def server_time(self) -> Instant | None:
        """What the server's clock says; None where it does not say. Raises what the client raises."""
        return await self._client.server_time()

    async def answers(self, user_id: str) -> Answers:
        """What one page of each list of a user looks like, for `doctor`; what cannot be read is named in it."""
        from neptune_inbox.api.answers import look_at_answers

        return await look_at_answers(self._client, user_id, await self.marking.learned_field())

    async def close(self) -> None:
        """Close the connection and the files; held marks stay in the outbox."""
        await self._client.aclose()
        if self.team is not None:
            await self.team.close()
        await self._close_stores()
