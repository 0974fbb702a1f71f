"""What every command is handed: the chosen profile, the output, and a session for as long as its work takes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from neptune_inbox.cli.output import Output
from neptune_inbox.errors import TokenExpired

if TYPE_CHECKING:
    from neptune_inbox.model import Profile
    from neptune_inbox.sync.session import Session
    from neptune_inbox.sync.workspace import Workspace

T = TypeVar("T")


class SignIn(StrEnum):
    """What a command needs the token for."""

    NEEDED = "needed"
    """To make requests."""
    FOR_ITS_PLACE = "for its place"
    """To know which team's rows it changes; an expired one tells that too."""
    UNUSED = "unused"


class Cli:
    """One run of the command line."""

    def __init__(self, output: Output) -> None:
        self.output = output
        self.profile_name: str | None = None
        self._workspace: Workspace | None = None

    @property
    def workspace(self) -> Workspace:
        """The settings and profiles, read when first asked for. Raises ConfigProblem."""
        if self._workspace is None:
            from neptune_inbox import wiring

            self._workspace = wiring.load_workspace()
        return self._workspace

    @property
    def profile(self) -> Profile:
        """The profile that was named, or the default one. Raises UsageProblem or NotSignedIn."""
        return self.workspace.profile(self.profile_name)

    def run(self, work: Callable[[Session], Awaitable[T]], sign_in: SignIn = SignIn.NEEDED) -> T:
        """Do some work in a session; raises what it raises, and SignInProblem."""
        return asyncio.run(self._run(work, sign_in))

    async def _run(self, work: Callable[[Session], Awaitable[T]], sign_in: SignIn) -> T:
        session = await self._open(sign_in)
        try:
            return await work(session)
        finally:
            await session.close()

    async def _open(self, sign_in: SignIn) -> Session:
        session = await self.workspace.open(self.profile)
        try:
            if sign_in is not SignIn.UNUSED and not await self._sign_in(session, sign_in):
                # The token is another team's than last time: rows of that team live in another place.
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
            return await session.sign_in()
        except TokenExpired:
            if sign_in is SignIn.NEEDED:
                raise
            return True
