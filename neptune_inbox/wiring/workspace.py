"""What a workspace and its sessions are built from: settings, files, the token's sources, the network, the clock."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING
from uuid import uuid4

from msgspec.structs import replace

from neptune_inbox import config
from neptune_inbox.codes import NO_MASK
from neptune_inbox.config import Settings
from neptune_inbox.credentials import Vault, claims
from neptune_inbox.errors import NotSignedIn, StoreProblem
from neptune_inbox.model import Instant, Now, Profile, Token
from neptune_inbox.paths import Paths
from neptune_inbox.sync.workspace import (
    Change,
    ProfileSaved,
    TemplateSaved,
    ThemeChosen,
    ViewsArranged,
    ViewSaved,
    Workspace,
)

if TYPE_CHECKING:
    import httpx

    from neptune_inbox.api.client import Client
    from neptune_inbox.store.tour_note import TourNote
    from neptune_inbox.sync.polling.wakeable import Sleep
    from neptune_inbox.sync.session import Session
    from neptune_inbox.sync.team.admin import TeamAdmin
    from neptune_inbox.wiring.session import TeamOpener
    from neptune_inbox.wiring.stores import Stores

Work = Callable[[], Coroutine[None, None, None]]


def wall_clock() -> Instant:
    """Now, in milliseconds."""
    return time.time_ns() // 1_000_000


def boot_clock() -> Instant:
    """Milliseconds since the machine was started, its sleep included: nobody can set it."""
    clock = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    return time.clock_gettime_ns(clock) // 1_000_000


@dataclass(slots=True)
class Builder:
    """What sessions are built from; tests replace the clock, the sleep, the dice and the network."""

    settings: Settings
    vault: Vault
    paths: Paths | None
    """None keeps everything in memory."""
    environ: Mapping[str, str] = field(default_factory=dict)
    http: httpx.AsyncBaseTransport | None = None
    """Replaces the network: the sandbox's in-process transport."""
    now: Now = wall_clock
    steady: Now | None = None
    """A clock that nobody can set, to notice that `now` was; None with `wall_clock` is the machine's own."""
    sleep: Sleep = asyncio.sleep
    rng: Random = field(default_factory=Random)
    new_id: Callable[[], str] = lambda: uuid4().hex
    team_access: TeamOpener | None = None
    """How the team's facts are reached; None where the agent works alone."""
    team_admin: TeamAdmin | None = None
    """How the team's database is set up; None where there is none."""
    shows_codes: bool = False
    """One-time codes are shown, whatever the settings say."""
    companions: tuple[Work, ...] = ()
    """What else runs while a session is shown."""
    pending_notices: tuple[str, ...] = field(default=(), init=False)
    """What the next session has to report: about its profile, or about the one that it replaces."""
    claimed_tenants: dict[str, str] = field(default_factory=dict, init=False)
    """The tenant that the token in use says it is of, by profile and its address; accepted or not."""
    accepted_tokens: set[Token] = field(default_factory=set, init=False)
    """The tokens that the server accepted in this process before a session used them."""
    _in_memory: Stores | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        if self.steady is None and self.now is wall_clock:
            self.steady = boot_clock

    def workspace(self, *, is_demo: bool = False, tour_note: TourNote | None = None) -> Workspace:
        """Everything that a front end needs before and around a session."""
        return Workspace(
            settings=self.settings,
            vault=self.vault,
            now=self.now,
            open_session=self.open_session,
            make_client=self.make_client,
            change_settings=self.change_settings,
            read_claims=claims,
            find_profile=self._find_profile,
            agree_to_hosts=self.agree_to_hosts,
            blank_profile=self._blank_profile(),
            log=self.paths.log if self.paths else None,
            team=self.team_admin,
            has_team=self.team_access is not None,
            is_demo=is_demo,
            shows_codes=self.shows_codes,
            tour_note=tour_note,
        )

    def make_client(self, profile: Profile, token: Token | None) -> Client:
        """A client for a profile. Raises ConfigProblem for a base that is not https."""
        from neptune_inbox.api.client import Client
        from neptune_inbox.api.transport import Transport

        transport = Transport(
            api_base=profile.api_base,
            edge_base=profile.edge_base,
            token=None,
            mode=profile.mode,
            http=self.http,
            now=self.now,
            sleep=self.sleep,
            rng=self.rng,
        )

        async def note_accepted() -> None:
            if token is not None:
                self.accepted_tokens.add(token)

        transport.use_token(token, on_accepted=note_accepted)
        return Client(transport, profile.environment)

    def stores(self) -> Stores:
        """The opened files; where they are in memory, always the same ones. Raises StoreProblem."""
        from neptune_inbox.wiring.stores import Stores

        if self._in_memory is not None:
            return self._in_memory
        agent = self.team_access.agent if self.team_access else None
        codes = NO_MASK if self.shows_codes else self.settings.privacy.mask
        stores = Stores(self.paths, self.now, agent, codes)
        if stores.state_file.is_memory:
            self._in_memory = stores
        return stores

    def change_settings(self, change: Change) -> Settings:
        """Keep a change in config.toml (in the demo: in memory). Raises ConfigProblem."""
        if self.paths is None:
            self.settings = _changed(self.settings, change)
            return self.settings
        match change:
            case ProfileSaved(profile):
                config.set_profile(self.paths, profile)
                self.settings = config.set_default_profile(self.paths, profile.name)
            case ViewSaved(name, query):
                self.settings = config.add_view(self.paths, name, query)
            case ViewsArranged(views):
                self.settings = config.arrange_views(self.paths, views)
            case TemplateSaved(name, event):
                template = config.Template(event.event_type, event.data)
                self.settings = config.add_template(self.paths, name, template)
            case ThemeChosen(theme):
                self.settings = config.set_value(self.paths, "ui.theme", theme)
        return self.settings

    async def open_session(self, profile: Profile) -> Session:
        """Open a profile's files and build its session. Raises StoreProblem."""
        from neptune_inbox.wiring.session import build_session

        # Files are opened, migrated and mended here: no key waits for that.
        return await asyncio.to_thread(build_session, self, profile)

    def own_hosts(self, profile: Profile) -> tuple[str, ...]:
        """The hosts that were given together with a profile's own token: those configured with it."""
        from neptune_inbox.sync.hosts import hosts_of

        written = self.settings.profiles.get(profile.name)
        return hosts_of(written or replace(profile, edge_base=config.edge_base_for(profile.api_base)))

    async def agree_to_hosts(self, profile: Profile, token: Token) -> None:
        """Remember that a token was given for a profile's hosts by hand; what cannot be kept is asked again."""
        await asyncio.to_thread(self._agree, profile, token)

    def _agree(self, profile: Profile, token: Token) -> None:
        from neptune_inbox.sync.hosts import Hosts

        with suppress(StoreProblem):
            stores = self.stores()
            try:
                Hosts(stores.profiles, self.own_hosts).agree(profile, token)
            finally:
                stores.close()

    def _find_profile(self, settings: Settings, name: str | None) -> Profile:
        profile = config.profile_from(settings, name, self.environ)
        if overruled := config.overruled_sentence(settings, name, self.environ):
            self.pending_notices = (*self.pending_notices, overruled)
        return profile

    def _blank_profile(self) -> Profile:
        try:
            return config.profile_from(self.settings, None, self.environ)
        except NotSignedIn:
            api_base = self.environ.get("NEPTUNE_API_BASE", "") or config.DEFAULT_API_BASE
            edge_base = self.environ.get("NEPTUNE_EDGE_BASE", "") or config.edge_base_for(api_base)
            return Profile("", api_base, edge_base, self.environ.get("NEPTUNE_ENV", ""))


def _changed(settings: Settings, change: Change) -> Settings:
    match change:
        case ProfileSaved(profile):
            profiles = {**settings.profiles, profile.name: profile}
            return replace(settings, profiles=profiles, default_profile=profile.name)
        case ViewSaved(name, query):
            return replace(settings, views={**settings.views, name: query})
        case ViewsArranged(views):
            known = settings.views
            return replace(settings, views={new: known[old] for old, new in views if old in known})
        case TemplateSaved(name, event):
            template = config.Template(event.event_type, event.data)
            return replace(settings, templates={**settings.templates, name: template})
        case ThemeChosen(theme):
            return replace(settings, ui=replace(settings.ui, theme=theme))
