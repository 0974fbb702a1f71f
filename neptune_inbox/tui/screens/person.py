"""One customer: who they are, and every way to reach them. Answers with what to do next; it writes nothing itself."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from neptune_inbox.model import ContactInfo, User
from neptune_inbox.sync.drafts import CONTACT_TYPES
from neptune_inbox.sync.wording import pretty
from neptune_inbox.tui.screens.sheet import Sheet, line

KEYS = "a add contact  ⏎ change  x delete  m edit meta  n new user  C test event  X delete user  r reload  esc back"


class PersonSheet(Sheet[tuple[str, int]]):
    """Answers with a verb and the index of the contact info it is about (-1 for none)."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "choose('add')", show=False),
        Binding("x", "choose('remove')", show=False),
        Binding("m", "choose('meta')", show=False),
        Binding("n", "choose('create')", show=False),
        Binding("C", "choose('event')", show=False),
        Binding("X", "choose('delete')", show=False),
        Binding("r", "choose('reload')", show=False),
        Binding("q", "back", show=False),
        Binding("j", "move(1)", show=False),
        Binding("k", "move(-1)", show=False),
    ]

    def __init__(self, user: User, said: str = "") -> None:
        super().__init__()
        self._user = user
        self._said = said

    def compose(self) -> ComposeResult:
        user = self._user
        with Vertical(classes="sheet paper"):
            yield line(f"{user.user_id}   {user.name}".strip(), "sheet-title")
            yield OptionList(*(Option(_prompt(contact)) for contact in user.contacts), classes="contacts")
            yield line(missing(user), "sheet-line warn")
            with VerticalScroll(classes="paper-body"):
                yield Static(Content.styled("meta", "$text-muted"))
                yield Static(Content(pretty(user.meta)))
            yield line(self._said, "sheet-problem ok")
            yield line(KEYS, "sheet-line dim")

    def on_mount(self) -> None:
        contacts = self.query_one(OptionList)
        contacts.display = bool(self._user.contacts)
        (contacts if self._user.contacts else self.query_one(VerticalScroll)).focus()
        if self._user.contacts:
            contacts.highlighted = 0

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(("change", event.option_index))

    def action_choose(self, verb: str) -> None:
        index = self.query_one(OptionList).highlighted
        self.dismiss((verb, -1 if index is None else index))

    def action_move(self, step: int) -> None:
        contacts = self.query_one(OptionList)
        (contacts.action_cursor_down if step > 0 else contacts.action_cursor_up)()


def missing(user: User) -> str:
    """Which of the known ways to reach a user are not there."""
    there = {contact.type for contact in user.contacts}
    absent = [kind for kind in CONTACT_TYPES if kind not in there]
    return f"Not on file: {', '.join(absent)}." if absent else ""


def _prompt(contact: ContactInfo) -> Content:
    rest = "  ".join(filter(None, (contact.filterable, contact.meta if contact.meta != "{}" else "")))
    return Content.assemble((f" {contact.type:<16}", "$text-muted"), contact.value, (f"   {rest}", "$text-muted"))
