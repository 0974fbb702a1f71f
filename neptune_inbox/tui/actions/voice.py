"""How the terminal inbox names a row, a user and a verb in a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from neptune_inbox.model import Row
from neptune_inbox.presentation import verb_sentences
from neptune_inbox.presentation.action_table import ACTIONS
from neptune_inbox.presentation.verb_sentences import Voice
from neptune_inbox.text_ids import quoted_id

if TYPE_CHECKING:
    from neptune_inbox.tui.inbox.screen import InboxScreen

TITLE_IN_SENTENCE = 36


def voice(inbox: InboxScreen) -> Voice:
    """Verbs are named by the user's own keys."""

    def name_verb(id: str) -> str:
        return inbox.key(ACTIONS.find(id).id)

    return Voice(_title, quoted_id, name_verb, lambda verb: f"{name_verb(verb)} on it")


def describe(inbox: InboxScreen, rows: Sequence[Row]) -> str:
    """`“Your card was declined” of u-4711`, or `3 notifications of 2 users`."""
    return verb_sentences.describe(rows, voice(inbox))


def _title(title: str) -> str:
    whole = title if len(title) <= TITLE_IN_SENTENCE else title[: TITLE_IN_SENTENCE - 1].rstrip() + "…"
    return f"“{whole}”"


def no_user(inbox: InboxScreen) -> str:
    """The sentence where a verb is about one user, and everyone is on screen."""
    return f"Go to a user first: {inbox.key('user.go')}"
