"""Telling whose claim it is before somebody else acts, and the page for the next shift."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from neptune_inbox.model import Row
from neptune_inbox.presentation import verb_sentences as sentences
from neptune_inbox.presentation.lines import ALL_USERS
from neptune_inbox.presentation.team import claim_sentence, claimants
from neptune_inbox.sync.verbs import claim_queue, others_on, way_back
from neptune_inbox.tui.actions.voice import voice
from neptune_inbox.tui.dialogs.base import Choice, ChoiceDialog

if TYPE_CHECKING:
    from neptune_inbox.tui.inbox.screen import InboxScreen

SHIFT = 8 * 3_600_000
"""Milliseconds that the page for the next shift looks back."""


async def ask_about_claims(inbox: InboxScreen, rows: Sequence[Row]) -> str | None:
    """Say who else is on these, and ask; the names where the agent goes on, empty for nobody, None to leave it."""
    others = await others_on(inbox.session, [row.key for row in rows])
    if not others:
        return ""
    sheet = ChoiceDialog(
        f"{claim_sentence(others, voice(inbox).name_title)}.",
        [("What you do now comes on top of what they do.", "")],
        [
            Choice("y", "\u23ce", "yes", "Go on", "The team sees that you knew of the claim."),
            Choice("n", "esc", "no", "Leave it"),
        ],
        default="yes",
    )
    if await inbox.app.push_screen_wait(sheet) != "yes":
        return None
    return claimants(others.claims.values())


async def claim_customer(inbox: InboxScreen, user_id: str) -> None:
    """Take the whole queue of a customer, or give it back."""
    if user_id in ("", ALL_USERS):
        inbox.say("Choose a customer here first: a queue is claimed as a whole.")
        return
    outcome = await claim_queue(inbox.session, user_id)
    if (restore := way_back(inbox.session, outcome)) is not None:
        inbox.acts.note(sentences.claim_taken_back(outcome, voice(inbox)), restore)
    inbox.say(sentences.claim_sentence(outcome, voice(inbox)))


async def hand_over(inbox: InboxScreen) -> None:
    """Show the page for the next shift, to be read, copied or written to a file."""
    from neptune_inbox.presentation.handover import handover_page, pairs, to_object
    from neptune_inbox.presentation.json import to_json
    from neptune_inbox.presentation.printed_page import to_markdown
    from neptune_inbox.tui.dialogs.document import DocumentDialog

    users = await inbox.session.inbox.watched()
    page = await inbox.session.handovers.since(users, inbox.session.now() - SHIFT)
    dialog = DocumentDialog(
        "Hand-over: the last 8 hours",
        pairs(page),
        as_text=to_markdown(handover_page(page)),
        as_json=to_json(to_object(page)),
    )
    await inbox.app.push_screen_wait(dialog)


VERBS = {"team.handover": hand_over}
