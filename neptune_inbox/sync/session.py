"""The bundle that a front end receives: one profile, opened; every verb hangs on it."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from neptune_inbox.errors import InboxError, TokenExpired
from neptune_inbox.model import EVERYONE, Filter, Instant, Now, Profile, Token
from neptune_inbox.sync.when import from_instant

if TYPE_CHECKING:
    from neptune_inbox.api.client import Client
    from neptune_inbox.credentials import Claims
    from neptune_inbox.sync.courier import Courier
    from neptune_inbox.sync.disk import Disk
    from neptune_inbox.sync.events import Events
    from neptune_inbox.sync.evidence import EvidenceBook
    from neptune_inbox.sync.facts import Bus
    from neptune_inbox.sync.health import Health
    from neptune_inbox.sync.inbox import Inbox
    from neptune_inbox.sync.insight import Insights
    from neptune_inbox.sync.marking import Marking
    from neptune_inbox.sync.mine import MyPlane
    from neptune_inbox.sync.people import People
    from neptune_inbox.sync.poller import Poller


def place_key(profile: Profile, team: str) -> str:
    """What rows are bound to: base, environment and team, so that another team's token never drains them."""
    text = "\n".join((profile.api_base.rstrip("/").lower(), profile.environment, team))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def check_expiry(claims: Claims | None, now: Instant) -> None:
    """Raise TokenExpired where the token's own claims say that it is over, before any request is made."""
    if claims is not None and claims.is_expired(now) and claims.expires_at is not None:
        when = from_instant(claims.expires_at)
        raise TokenExpired(f"The token expired on {when.day} {when:%B %Y, %H:%M}.")


@dataclass(slots=True)
class Session:
    """One opened profile. `close` it when done; nothing in it is shared with another session."""

    profile: Profile
    place: str
    bus: Bus
    health: Health
    inbox: Inbox
    marking: Marking
    mine: MyPlane
    people: People
    events: Events
    evidence: EvidenceBook
    insights: Insights
    poller: Poller
    courier: Courier
    now: Now
    undo_ms: int
    background: tuple[Callable[[], Coroutine[None, None, None]], ...] = ()
    """What runs as long as the session is shown: polling, sending, and in the demo the arrivals."""
    notices: tuple[str, ...] = ()
    """What the user must be told about the local files: quarantined, in memory only, restored marks."""
    claims: Claims | None = None
    token_source: str = ""
    """Where the token came from, in words."""
    _client: Client = field(kw_only=True)
    _disk: Disk = field(kw_only=True)
    _read_token: Callable[[], Awaitable[tuple[Token, Claims | None, str]]] = field(kw_only=True)
    _remember_team: Callable[[str], bool] = field(kw_only=True)
    _close_stores: Callable[[], None] = field(kw_only=True)

    async def sign_in(self) -> bool:
        """Read the token and use it; False where it is another team's, so the profile must be opened anew.

        Raises SignInProblem, and lets `health` know: reading stays possible.
        """
        if not self.token_source:
            self._client.expect_token()
        try:
            token, claims, source = await self._read_token()
            check_expiry(claims, self.now())
        except InboxError as error:
            self.health.note_failure(error)
            self._client.use_token(None)
            raise
        if not self._remember_team(claims.team if claims else ""):
            return False
        self.use(token, claims, source)
        return True

    def use(self, token: Token, claims: Claims | None, source: str) -> None:
        """Use this token from now on."""
        self._client.use_token(token)
        self.claims, self.token_source = claims, source
        self.health.note_new_token()
        self.poller.wake()
        self.courier.poke()

    async def look_at(self, user_id: str, kind: Filter) -> None:
        """The agent looks at this user (or everyone) and kind: poll them first."""
        self.poller.watch(tuple(await self.inbox.watched()))
        self.poller.look_at(user_id, kind)

    async def catch_up(self, user_id: str = EVERYONE, kind: Filter = Filter.UNREAD) -> None:
        """Fetch the named user, or every watched one, once; for the command line. Raises what the client raises."""
        users = [user_id] if user_id else await self.inbox.watched()
        for user in users:
            await self.inbox.refresh(user, kind)

    async def server_time(self) -> Instant | None:
        """What the server's clock says; None where it does not tell. Raises what the client raises."""
        return await self._client.server_time()

    async def close(self) -> None:
        """Close the connection and the files; held marks stay in the outbox."""
        await self._client.aclose()
        await self._disk.run(self._close_stores)
        self._disk.close()
