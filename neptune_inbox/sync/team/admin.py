"""What the team's database needs once, from whoever runs it: its tables, and a password that is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from neptune_inbox.model import Token
from neptune_inbox.text import CleanText

if TYPE_CHECKING:
    from neptune_inbox.postgres.setup import SetupPlan


class TeamAdmin(Protocol):
    """How the team's database is set up; every call raises TeamProblem and ConfigProblem."""

    @property
    def agent(self) -> CleanText: ...
    @property
    def name(self) -> str:
        """The database and its host, for sentences."""

    @property
    def role(self) -> str:
        """The role that the agents connect as."""

    async def plan(self, owner: str, password: Token | None) -> SetupPlan:
        """What is to be run; `owner` connects in place of the agents' role, where one is named."""

    async def run(self, plan: SetupPlan, owner: str, password: Token | None) -> None: ...
    async def save_password(self, password: Token) -> str:
        """Try a password, keep it in the keyring, and say where it is."""
