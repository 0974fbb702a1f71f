"""What every command is handed: the chosen profile, the output, and a session for as long as its work takes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from neptune_inbox.cli.interruption import Account, Interrupted, heeded
from neptune_inbox.cli.output import Output
from neptune_inbox.errors import InboxError, StoreProblem, TokenExpired
from neptune_inbox.sync.marking.audit import UNKNOWN

if TYPE_CHECKING:
    from neptune_inbox.model import Profile
    from neptune_inbox.sync.session import Session
    from neptune_inbox.sync.workspace import Workspace

T = TypeVar("T")
SHARE_PATIENCE = 2.0
"""Seconds that a command waits until the team has what it did; later it is shared by whatever runs next."""


LAST_SECONDS = 0.8
"""How long a command may keep the local files in order after its work."""


class SignIn(StrEnum):
    """What a command needs the token for."""

    NEEDED = "needed"
    """To make requests."""
    FOR_ITS_PLACE = "for its place"
    """To know which team's rows it changes; an expired token is enough for that."""
    UNUSED = "unused"


class Cli:
    """One run of the command line."""

    def __init__(self, output: Output) -> None:
        self.output = output
        self.profile_name: str | None = None
        self.shows_codes = False
        """One-time codes are shown, whatever the settings say."""
        self.nothing_done: Account | None = None
        """What to say where a signal comes before anything was written; None for what only reads."""
        self.account: Callable[[Session], Awaitable[Account]] | None = None
        """Tells how far the command has come, once it writes."""
        self._workspace: Workspace | None = None
        self._is_tidying_due = False

    @property
    def workspace(self) -> Workspace:
        """The settings and profiles, read when first asked for. Raises ConfigProblem."""
        if self._workspace is None:
            from neptune_inbox import wiring

            self._workspace = wiring.load_workspace(shows_codes=self.shows_codes)
        return self._workspace

    @property
    def profile(self) -> Profile:
        """The profile that was named, or the default one. Raises UsageProblem or NotSignedIn."""
        return self.workspace.profile(self.profile_name)

    def run(self, work: Callable[[Session], Awaitable[T]], sign_in: SignIn = SignIn.NEEDED) -> T:
        """Do some work in a session; raises what it raises, and SignInProblem."""
        return asyncio.run(self._run(work, sign_in))

    async def _run(self, work: Callable[[Session], Awaitable[T]], sign_in: SignIn) -> T:
        with heeded(self.output) as cut:
            try:
                session = await self._open(sign_in)
                try:
                    answer = await work(session)
                    await self._share(session)
                    # As long as there is an account to give: a pipe that is full takes for ever.
                    self.output.flush()
                    self._is_tidying_due = await session.housekeeping.is_due()
                    return answer
                except (asyncio.CancelledError, Interrupted):
                    if self.account is not None:
                        self.nothing_done = await self.account(session)
                    raise
                except InboxError as error:
                    raise await self._accounted(session, error) from None
                finally:
                    await session.close()
            except (asyncio.CancelledError, Interrupted) as stop:
                raise cut.error(stop, self.nothing_done) from None

    async def _accounted(self, session: Session, error: InboxError) -> InboxError:
        """The error; where the service may have done what was asked for, it says so and how to find out."""
        if self.account is None or session.audit_log.last_outcome != UNKNOWN:
            return error
        try:
            told = await self.account(session)
        except StoreProblem:
            return error
        return error.saying(remedy=f"{told.sentence} {told.remedy}".strip())

    def tidy(self) -> None:
        """Keep the local files in order, for a second at most: for the end, when everything has been said."""
        if self._is_tidying_due:
            with suppress(InboxError, KeyboardInterrupt):
                asyncio.run(self._tidy())

    async def _tidy(self) -> None:
        session = await self.workspace.open(self.profile)
        try:
            await session.housekeeping.finish(LAST_SECONDS)
        finally:
            await session.close()

    async def _share(self, session: Session) -> None:
        """Have colleagues know of it before the command ends, where the team's database answers at once."""
        if session.team is not None and await session.team.waiting():
            await session.team.share(SHARE_PATIENCE)
            if waiting := await session.team.waiting():
                from neptune_inbox.presentation.team import sharing_words, waiting_words

                self.output.note(f"{waiting_words(waiting)}. {sharing_words(session.team.sharing())}")

    async def _open(self, sign_in: SignIn) -> Session:
        session = await self.workspace.open(self.profile)
        try:
            if sign_in is not SignIn.UNUSED and not await self._sign_in(session, sign_in):
                # The token is another team's than last time: rows of that team belong to another tenant.
                await session.close()
                session = await self.workspace.open(self.profile)
                await self._sign_in(session, sign_in)
        except BaseException:
            await session.close()
            raise
        for notice in session.notices:
            self.output.note(notice)
        return session

    @staticmethod
    async def _sign_in(session: Session, sign_in: SignIn) -> bool:
        try:
            return await session.sign_in(asks_first=sign_in is SignIn.FOR_ITS_PLACE)
        except TokenExpired:
            if sign_in is SignIn.NEEDED:
                raise
            return True
