"""Form, difference, write: how everything that is changed by hand gets to the service. No action is here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, TypeVar

from neptune_inbox.errors import InboxError, Invalid
from neptune_inbox.presentation.remedies import in_a_dialog
from neptune_inbox.sync.customers.validation import difference
from neptune_inbox.text import clean_line
from neptune_inbox.tui.actions.drafts import DraftedForm
from neptune_inbox.tui.bindings import live_actions
from neptune_inbox.tui.dialogs.diff import DiffDialog
from neptune_inbox.tui.dialogs.form import Field
from neptune_inbox.tui.inbox.status_message import NEVER, About

if TYPE_CHECKING:
    from neptune_inbox.tui.inbox.screen import InboxScreen


T = TypeVar("T")
LOOK_FIRST = "Check the customer's record before you try again."


class Change(NamedTuple):
    """What a form's values would change: the text before and after, and the write; `warning` says what looks odd."""

    before: str
    after: str
    write: Callable[[], Awaitable[object]]
    warning: str = ""


Draft: TypeAlias = Callable[[Mapping[str, str]], Change]


async def ask_and_write(inbox: InboxScreen, title: str, fields: Sequence[Field], draft: Draft, name: str) -> bool:
    """Form, difference, write; an error leads back into the form, with the server's words next to their fields.

    What is left in the form is kept as a draft under this name.
    """
    form = DraftedForm(inbox, name, title, fields)
    errors: Mapping[str, Sequence[str]] = {}
    problem = ""
    while True:
        values = await form.ask(errors, problem)
        if values is None:
            return False
        change = draft(values)
        errors, problem = {}, ""
        if change.before == change.after:
            problem = "Nothing has been edited yet."
        elif await agrees(inbox, title, change.before, change.after, change.warning):
            try:
                await under_way(inbox, "Saving …", change.write())
            except Invalid as error:
                errors, problem = error.fields, error.sentence
            except InboxError as error:
                form.failed(error)
                problem = in_a_dialog(error, live_actions(inbox.app), "form.submit", LOOK_FIRST)
            else:
                await form.sent()
                return True


async def under_way(inbox: InboxScreen, words: str, write: Awaitable[T]) -> T:
    """Do a write, and say so for as long as it takes; raises what it raises."""
    inbox.say(words, about=About.WRITING, until=NEVER)
    try:
        return await write
    finally:
        inbox.messages.be_silent(About.WRITING)


async def agrees(inbox: InboxScreen, title: str, before: str, after: str, warning: str = "") -> bool:
    """Show the difference and ask."""
    sheet = DiffDialog(title, difference(before, after), inbox.session.profile, warning=warning)
    return await inbox.app.push_screen_wait(sheet) is True


def short(text: str) -> str:
    """An id as it fits into a sentence; ids may have any length."""
    return clean_line(text, 40)
