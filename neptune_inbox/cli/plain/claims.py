"""Saying whose claim it is before somebody else acts, in `--plain`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from neptune_inbox.cli.plain.text import plain_voice
from neptune_inbox.presentation.team import claim_sentence, claimants
from neptune_inbox.sync.verbs import others_on

if TYPE_CHECKING:
    from collections.abc import Sequence

    from neptune_inbox.cli.plain.inbox import PlainInbox
    from neptune_inbox.model import Key

LEFT = "Left as it was."


async def ask_about_claims(inbox: PlainInbox, keys: Sequence[Key]) -> str | None:
    """Say who else is on these, and ask; returns their names if the agent goes on, empty for nobody, None to leave
    it."""
    others = await others_on(inbox.session, keys)
    if not others:
        return ""
    if not await inbox.console.agrees(f"{claim_sentence(others, plain_voice().name_title)}. Go on anyway?"):
        inbox.console.say(LEFT)
        return None
    return claimants(others.claims.values())
