"""Reads what colleagues wrote before a command shows it, and names their claims before a command acts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from neptune_inbox.cli.naming import name_title
from neptune_inbox.presentation.sentences import TEAM_BEHIND
from neptune_inbox.presentation.team import claim_sentence
from neptune_inbox.sync.verbs import Others, others_on

if TYPE_CHECKING:
    from collections.abc import Sequence

    from neptune_inbox.cli.output import Output
    from neptune_inbox.model import Key
    from neptune_inbox.sync.session import Session

PATIENCE = 2.0
"""Seconds that a command waits for the team's database; what was read before has to do where that is not enough."""


async def read_news(session: Session, output: Output) -> None:
    """Read what colleagues wrote last; where their database is not reached in time, say that it may be missing."""
    if session.team is not None and not await session.team.share(PATIENCE):
        output.note(TEAM_BEHIND)


async def find_others(session: Session, keys: Sequence[Key]) -> Others:
    """The colleagues who are on these, as the team's database has them now; nobody where there is no team."""
    if session.team is not None:
        await session.team.share(PATIENCE)
    return await others_on(session, keys)


def claim_words(others: Others) -> str:
    """The words about them."""
    return claim_sentence(others, name_title)
