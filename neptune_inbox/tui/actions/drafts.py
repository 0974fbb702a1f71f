"""What is typed into a form or a line and not sent: it is kept until it is sent or dropped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from neptune_inbox.errors import InboxError, StoreProblem, may_have_acted
from neptune_inbox.presentation.times import clock
from neptune_inbox.tui.dialogs.form import Field, FormDialog

if TYPE_CHECKING:
    from neptune_inbox.sync.habits import KeptDraft
    from neptune_inbox.tui.inbox.screen import InboxScreen


class Draft:
    """The draft under one name, of the profile on screen."""

    def __init__(self, inbox: InboxScreen, name: str) -> None:
        self._inbox = inbox
        self._name = name

    async def find(self) -> KeptDraft | None:
        """What was kept; None where there is nothing, or it cannot be read."""
        try:
            return await self._inbox.session.habits.draft(self._name)
        except StoreProblem:
            return None

    async def leave(self, values: Mapping[str, str], *, is_unsure: bool = False) -> None:
        """Keep what was typed, and say so; without values nothing is kept any longer.

        `is_unsure`: it may have been sent, as no answer came.
        """
        sent = "It may or may not have been sent" if is_unsure else "Not sent"
        habits = self._inbox.session.habits
        try:
            if not values:
                await habits.drop_draft(self._name)
            elif await habits.keep_draft(self._name, values):
                self._inbox.say(f"{sent}; what you typed is there when you open it again.")
            else:
                self._inbox.say(f"{sent}, and not kept: something in it looks like an API token.", level="warn")
        except StoreProblem as problem:
            self._inbox.say(problem.sentence, level="warn")


class DraftedForm:
    """A form that is asked until it is sent; what is left in it by the way back is kept as a draft."""

    def __init__(self, inbox: InboxScreen, name: str, title: str, fields: Sequence[Field]) -> None:
        self._inbox = inbox
        self._draft = Draft(inbox, name)
        self._title = title
        self._fields = fields
        self._typed: Mapping[str, str] | None = None
        self._is_unsure = False

    async def ask(
        self, errors: Mapping[str, Sequence[str]] | None = None, problem: str = ""
    ) -> dict[str, str] | None:
        """What is in the fields; None where the agent went back."""
        said = ""
        if self._typed is None and (kept := await self._draft.find()) is not None:
            self._typed, said = kept.values, draft_words(kept)
        form = FormDialog(
            self._title,
            self._fields,
            errors=errors,
            problem=problem,
            typed=self._typed,
            draft=said,
            is_unsure=self._is_unsure,
        )
        values = await self._inbox.app.push_screen_wait(form)
        if values is None:
            await self._draft.leave(form.unsent, is_unsure=self._is_unsure)
        else:
            self._typed = values
        return values

    def failed(self, error: InboxError) -> None:
        """Remember that it may have been sent, although no answer came."""
        self._is_unsure |= may_have_acted(error)

    async def sent(self) -> None:
        """It was sent: there is no draft any longer."""
        await self._draft.leave({})


def draft_words(draft: KeptDraft) -> str:
    """Says that what is in the fields is a draft."""
    return f"Your draft of {clock(draft.at)}, not sent yet."
