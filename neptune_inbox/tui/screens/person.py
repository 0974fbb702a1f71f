"""One customer: who they are, and every way to reach them. Answers with what to do next; it writes nothing itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import ClassVar, NamedTuple

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from neptune_inbox.errors import InboxError, NotFound
from neptune_inbox.model import ContactInfo, User
from neptune_inbox.sync.reach import Reach
from neptune_inbox.tui.reading import pretty_start
from neptune_inbox.tui.screens.sheet import Sheet, line
from neptune_inbox.tui.widgets.key_line import KeyLine

KEYS = "a add contact  ⏎ change  x delete  esc back\nm meta  n new user  X delete user  C event  r reload"
UNKNOWN = "unknown"
"""The verb of the answer where the service knows no such user."""


class Wanted(NamedTuple):
    """What to do with whom, and with which contact info."""

    verb: str
    user: User
    contact: ContactInfo | None = None


class PersonSheet(Sheet[Wanted]):
    """Shows at once what is known, then what `load` brings; only then can something be changed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "choose('add')", show=False),
        Binding("x", "choose('remove')", show=False),
        Binding("m", "choose('meta')", show=False),
        Binding("n", "choose('create')", show=False),
        Binding("C", "choose('event')", show=False),
        Binding("X", "choose('delete')", show=False),
        Binding("r", "reload", show=False),
        Binding("q", "back", show=False),
        Binding("j", "move(1)", show=False),
        Binding("k", "move(-1)", show=False),
    ]

    def __init__(self, known: Reach, load: Callable[[], Awaitable[User]], said: str = "", tone: str = "ok") -> None:
        super().__init__()
        self._user = known.user or User(known.user_id)
        self._load = load
        self._said, self._tone = said, tone
        self._is_fresh = False
        self._is_known = known.user is not None
        self._knows_contacts = known.knows_contacts
        self._is_loading = False
        self._chosen = ""
        """What was chosen before the server had told who this is."""

    def compose(self) -> ComposeResult:
        with Vertical(classes="sheet form"):
            yield line("", "sheet-title")
            yield OptionList(classes="contacts")
            yield line("", "sheet-line warn person-missing")
            with VerticalScroll(classes="form-body"):
                yield line("", "person-meta")
            with Vertical(classes="sheet-foot"):
                yield line(self._said, f"sheet-problem {self._tone}")
                yield KeyLine(KEYS)

    def on_mount(self) -> None:
        self._draw()
        self.action_reload()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.action_choose("change")

    def action_choose(self, verb: str) -> None:
        if not self._is_fresh:
            self._chosen = verb
            words = (
                "Asking the server …" if self._is_loading else "The server has not told who this is; r asks again."
            )
            self._say(words, "warn")
            return
        index = self.query_one(OptionList).highlighted
        contact = None if index is None else self._user.contacts[index]
        if verb == "remove" and contact is None:
            self._say("There is no contact info to delete.", "warn")
            return
        self.dismiss(Wanted(verb, self._user, contact))

    def action_move(self, step: int) -> None:
        contacts = self.query_one(OptionList)
        if contacts.option_count:
            (contacts.action_cursor_down if step > 0 else contacts.action_cursor_up)()
        else:
            self.query_one(VerticalScroll).scroll_relative(y=step, animate=False)

    @work(group="person", exclusive=True)
    async def action_reload(self) -> None:
        self._chosen = ""
        self._is_loading = True
        if not self._said:
            self._say("Asking the server …", "")
        try:
            self._user = await self._load()
        except NotFound:
            self.dismiss(Wanted(UNKNOWN, self._user))
        except InboxError as error:
            self._say(f"{error.sentence} This is what was last known." if self._is_known else str(error), "warn")
        else:
            self._is_fresh = self._is_known = self._knows_contacts = True
            self._draw()
            self._say(self._said, self._tone)
            self._said = ""
            if self._chosen:
                self.action_choose(self._chosen)
        finally:
            self._is_loading = False

    @property
    def _has_gone(self) -> bool:
        # The answer may come while the sheet is being taken away; its parts go first.
        return not self.query(".sheet-title")

    def _draw(self) -> None:
        if self._has_gone:
            return
        user = self._user
        self.query_one(".sheet-title", Static).update(Content(f"{user.user_id}   {user.name}".strip()))
        contacts = self.query_one(OptionList)
        before = contacts.highlighted
        contacts.clear_options()
        contacts.add_options([Option(_prompt(contact)) for contact in user.contacts])
        contacts.display = bool(user.contacts)
        if user.contacts:
            contacts.highlighted = min(before or 0, len(user.contacts) - 1)
        (contacts if user.contacts else self.query_one(VerticalScroll)).focus()
        self.query_one(".person-missing", Static).update(Content(missing(user) if self._knows_contacts else ""))
        meta = Content.assemble(("meta\n", "$text-muted"), pretty_start(user.meta)) if self._is_known else Content("")
        self.query_one(".person-meta", Static).update(meta)

    def _say(self, text: str, tone: str) -> None:
        if self._has_gone:
            return
        place = self.query_one(".sheet-problem", Static)
        place.set_classes(f"sheet-problem {tone}")
        place.update(Content(text))


def missing(user: User) -> str:
    """Which ways to reach a user whose contact infos are known are not there: `No push token, no email.`"""
    absences = ", ".join(Reach(user.user_id, user, asked_at=0).absences)
    return f"{absences[:1].upper()}{absences[1:]}." if absences else ""


def _prompt(contact: ContactInfo) -> Content:
    rest = "  ".join(filter(None, (contact.filterable, contact.meta if contact.meta != "{}" else "")))
    return Content.assemble((f" {contact.type:<16}", "$text-muted"), contact.value, (f"   {rest}", "$text-muted"))
