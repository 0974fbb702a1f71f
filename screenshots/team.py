"""The colleagues of whoever is in the pictures: what they are on, and what they wrote."""

from __future__ import annotations

from neptune_inbox.model.team import FactDetails, FactKind, TeamFact
from neptune_inbox.sandbox.team import MemoryTeam, MemoryTeamAccess
from neptune_inbox.text import clean_line
from screenshots.studio import Studio

MINUTE = 60_000
INVOICE, PARCEL = "Invoice #1002 is overdue", "Order A-39870 was delivered 📦"
FACTS = (
    ("noor", FactKind.NOTED, INVOICE, 20, "Called: the card was replaced on Friday."),
    ("rita", FactKind.CLAIMED, INVOICE, 6, ""),
    ("rita", FactKind.NOTED, INVOICE, 5, "With billing; they charge it again today."),
    ("noor", FactKind.CLAIMED, PARCEL, 3, ""),
)
"""Who did what with which notification, how many minutes ago, and what they wrote."""


def join(studio: Studio) -> None:
    """Let the agent be omar, in a team in memory."""
    studio.team = MemoryTeam(studio.clock.now)
    studio.builder.team_access = MemoryTeamAccess(studio.team, "omar")


def be_busy(studio: Studio) -> None:
    """Let rita and noor do what they did."""
    assert studio.team is not None
    now = studio.clock.now()
    for number, (agent, kind, title, minutes, text) in enumerate(FACTS):
        user_id, uuid = studio.row(title)
        at = now - minutes * MINUTE
        fact_id = f"00000000-0000-7000-8000-{number:012x}"
        fact = TeamFact(fact_id, kind, user_id, uuid, clean_line(agent), at, None, FactDetails(text=text))
        studio.team.add([fact], at)
