"""What lies around a session: the profiles there are, opening one, and signing in to one.

Signing in tests the token against the API before anything is stored; "saved" is said only after it was read back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct

from neptune_inbox.errors import AccessDenied, NotFound, no_token
from neptune_inbox.model import Environment, Event, Filter, Now, Profile, Token
from neptune_inbox.sync.session import Session, check_expiry

if TYPE_CHECKING:
    from neptune_inbox.api.client import Client
    from neptune_inbox.config import Settings
    from neptune_inbox.credentials import Claims, Vault
    from neptune_inbox.store.tour_note import TourNote
    from neptune_inbox.sync.team.admin import TeamAdmin


class ProfileSaved(Struct, frozen=True):
    """A profile to keep in the configuration, as the default one."""

    profile: Profile


class ViewSaved(Struct, frozen=True):
    """A view to keep in the configuration."""

    name: str
    query: str


class ViewsArranged(Struct, frozen=True):
    """The views to keep in the configuration, in their order: the name until now and the new one of each."""

    views: tuple[tuple[str, str], ...]


class TemplateSaved(Struct, frozen=True):
    """An event to keep in the configuration as one to start from."""

    name: str
    event: Event


class ThemeChosen(Struct, frozen=True):
    """The theme to keep in the configuration."""

    theme: str


Change: TypeAlias = ProfileSaved | ViewSaved | ViewsArranged | TemplateSaved | ThemeChosen


class VerifiedToken(Struct, frozen=True):
    """A token that the API took."""

    token: Token
    claims: Claims | None
    environments: tuple[Environment, ...]
    """The environments of the team; empty where the token may not list them."""
    unread: int | None
    """How many unread notifications the first user has, if one was named."""


class Workspace:
    """Everything that a front end needs before and around a session."""

    def __init__(
        self,
        *,
        settings: Settings,
        vault: Vault,
        now: Now,
        open_session: Callable[[Profile], Awaitable[Session]],
        make_client: Callable[[Profile, Token], Client],
        change_settings: Callable[[Change], Settings],
        read_claims: Callable[[Token], Claims | None],
        find_profile: Callable[[Settings, str | None], Profile],
        agree_to_hosts: Callable[[Profile, Token], Awaitable[None]],
        blank_profile: Profile,
        log: Path | None = None,
        team: TeamAdmin | None = None,
        has_team: bool = False,
        is_demo: bool = False,
        shows_codes: bool = False,
        tour_note: TourNote | None = None,
    ) -> None:
        self.settings = settings
        self.is_demo = is_demo
        self.shows_codes = shows_codes
        """One-time codes are shown from the start, and not row by row."""
        self.has_tour = tour_note is not None and not tour_note.is_there()
        """Whether a tour is offered, or is being taken."""
        self._tour_note = tour_note
        self.team = team
        """How the team's database is set up; None where the agent works alone."""
        self.has_team = has_team
        """Whether what is done is shared with colleagues."""
        self.background = ("", "")
        """A kind of terminal, and the theme that suits what it answered about its ground."""
        self.log = log
        """Where a broken program leaves its report; None leaves none."""
        self._vault = vault
        self._now = now
        self._open_session = open_session
        self._make_client = make_client
        self._change_settings = change_settings
        self._read_claims = read_claims
        self._find_profile = find_profile
        self._agree_to_hosts = agree_to_hosts
        self._blank_profile = blank_profile

    @property
    def profiles(self) -> tuple[Profile, ...]:
        return tuple(self.settings.profiles.values())

    def profile(self, name: str | None) -> Profile:
        """The named or default profile, under the environment variables. Raises ConfigProblem, NotSignedIn."""
        return self._find_profile(self.settings, name)

    def blank_profile(self) -> Profile:
        """What a first sign-in starts from."""
        return self._blank_profile

    async def _change(self, change: Change) -> None:
        """Keep a change; writing and syncing a file is nothing for the screen's thread."""
        self.settings = await asyncio.to_thread(self._change_settings, change)

    async def add_view(self, name: str, query: str) -> None:
        """Keep a query as a view in the configuration. Raises ConfigProblem."""
        await self._change(ViewSaved(name, query))

    async def arrange_views(self, views: Sequence[tuple[str, str]]) -> None:
        """Keep these views in this order, each under its new name; others are deleted. Raises ConfigProblem."""
        await self._change(ViewsArranged(tuple(views)))

    async def add_template(self, name: str, event: Event) -> None:
        """Keep an event's type and data as a template in the configuration. Raises ConfigProblem."""
        await self._change(TemplateSaved(name, event))

    def end_tour(self) -> None:
        """End the tour, and do not offer it again."""
        if self._tour_note is not None and self.has_tour:
            asyncio.get_running_loop().run_in_executor(None, self._tour_note.write)
        self.has_tour = False

    async def set_theme(self, theme: str) -> None:
        """Keep the theme in the configuration. Raises ConfigProblem."""
        await self._change(ThemeChosen(theme))

    async def open(self, profile: Profile) -> Session:
        """Open a profile's files; no request, no token yet. Raises StoreProblem."""
        return await self._open_session(profile)

    async def check(self, profile: Profile, token: Token, first_user: str = "") -> VerifiedToken:
        """Try a token against the API: its claims, the environment, and the first user where one is named.

        Raises TokenExpired before any request, else what the client raises.
        """
        claims = self._read_claims(token)
        check_expiry(claims, self._now())
        client = self._make_client(profile, token)
        try:
            environments = await self._environments(client)
            if environments and profile.environment not in {known.name for known in environments}:
                names = ", ".join(known.name for known in environments)
                raise NotFound(
                    f"There is no environment `{profile.environment}` for this token.", f"It may use {names}."
                )
            page = await client.app_notifications(first_user or "neptune-inbox", Filter.UNREAD, per_page=1)
        except AccessDenied:
            raise AccessDenied(f"This token may not use the environment `{profile.environment}`.") from None
        finally:
            await client.aclose()
        return VerifiedToken(token, claims, environments, page.total if first_user else None)

    async def environments(self, profile: Profile, token: Token) -> tuple[Environment, ...]:
        """The environments that a token may use at a profile's API base. Raises what the client raises."""
        client = self._make_client(profile, token)
        try:
            return await client.environments()
        finally:
            await client.aclose()

    async def move(self, here: Profile, there: Profile) -> str:
        """Sign in to another environment with the token that is in use here; the answer says where it is kept.

        It is tried first: raises what `check` raises, NotSignedIn, and KeyringProblem.
        """
        token = await self._vault.read(here)
        if token is None:
            raise no_token(here.name)
        await self.check(there, token)
        where = await self._vault.share(here, there)
        await self._change(ProfileSaved(there))
        return where

    async def save(self, profile: Profile, token: Token) -> str:
        """Keep the profile and its token; the answer says where the token is kept now. Raises KeyringProblem."""
        where = await self._vault.save(profile, token)
        await self._agree_to_hosts(profile, token)
        await self._change(ProfileSaved(profile))
        return where

    async def use_once(self, profile: Profile, token: Token) -> str:
        """Keep the profile, and its token for this session only."""
        where = self._vault.hold(profile, token)
        await self._agree_to_hosts(profile, token)
        await self._change(ProfileSaved(profile))
        return where

    async def forget(self, profile: Profile) -> None:
        """Delete the token of a profile and prove that it is gone. Raises KeyringProblem."""
        await self._vault.forget(profile)

    @staticmethod
    async def _environments(client: Client) -> tuple[Environment, ...]:
        try:
            return await client.environments()
        except (AccessDenied, NotFound):
            # Listing environments is not needed to use one; the token may be limited to its own.
            return ()
