"""Form, difference, write: how everything that is changed by hand gets to the service. No action is here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from msgspec.structs import replace

from neptune_inbox.errors import InboxError, Invalid, UsageProblem
from neptune_inbox.sync.drafts import difference
from neptune_inbox.text import clean_line
from neptune_inbox.tui.screens.difference import Difference
from neptune_inbox.tui.screens.form import Field, Form

if TYPE_CHECKING:
    from neptune_inbox.tui.screens.inbox import InboxScreen


class Change(NamedTuple):
    """What a form's values would change: the text before and after, and the write; `warning` says what looks odd."""

    before: str
    after: str
    write: Callable[[], Awaitable[object]]
    warning: str = ""


Draft: TypeAlias = Callable[[Mapping[str, str]], Change]


async def ask_and_write(inbox: InboxScreen, title: str, fields: Sequence[Field], draft: Draft) -> bool:
    """Form, difference, write; trouble leads back into the form, and the server's words stand beside their fields."""
    errors: Mapping[str, Sequence[str]] = {}
    problem = ""
    while True:
        values = await inbox.app.push_screen_wait(Form(title, fields, errors=errors, problem=problem))
        if values is None:
            return False
        fields = [replace(field, value=values[field.name]) for field in fields]
        change = draft(values)
        errors, problem = {}, ""
        if change.before == change.after:
            problem = "Nothing differs from what is there."
        elif await agrees(inbox, title, change.before, change.after, change.warning):
            try:
                await change.write()
            except Invalid as error:
                errors, problem = error.fields, error.sentence
            except InboxError as error:
                problem = str(error)
            else:
                return True


async def agrees(inbox: InboxScreen, title: str, before: str, after: str, warning: str = "") -> bool:
    """Show the difference and ask."""
    sheet = Difference(title, difference(before, after), inbox.session.profile, warning=warning)
    return await inbox.app.push_screen_wait(sheet) is True


def short(text: str) -> str:
    """An id as it fits into a sentence; ids may have any length."""
    return clean_line(text, 40)


def must_be_there(text: str) -> None:
    """The check of a field that has to be filled in. Raises UsageProblem."""
    if not text.strip():
        raise UsageProblem("This cannot be empty.")
