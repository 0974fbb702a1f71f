"""One customer: who they are, and every way to reach them. Answers with what to do next; it writes nothing itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from textual import work
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from neptune_inbox.errors import InboxError, NotFound
from neptune_inbox.model import AddressChange, ContactInfo, User
from neptune_inbox.presentation.keymap import Where
from neptune_inbox.presentation.preview import pretty_start
from neptune_inbox.presentation.sentences import last_known_sentence, unfinished_sentence
from neptune_inbox.sync.customers.contact_status import ContactStatus
from neptune_inbox.tui.bindings import live_key
from neptune_inbox.tui.dialogs.base import Dialog, has_gone, line
from neptune_inbox.tui.widgets.choice_list import ChoiceList
from neptune_inbox.tui.widgets.key_line import KeyLine

FIRST_KEYS = ("user.change", "user.add", "user.remove", "user.edit", "user.copy", "dialog.back")
MORE_KEYS = ("user.meta", "user.create", "user.delete", "user.event", "user.reload")
HALF_DONE_KEYS = ("user.finish", "user.take_back")
"""Before the others, while a change of an address is half done."""
UNKNOWN = "unknown"
"""The verb of the answer where the service knows no such user."""


class PersonAction(NamedTuple):
    """What to do with which user and which contact info."""

    verb: str
    user: User
    contact: ContactInfo | None = None
    change: AddressChange | None = None
    """The one that is half done, where it is to be settled."""


class UserDialog(Dialog[PersonAction]):
    """Shows at once what is known, then what `load` brings; only then can something be changed."""

    where = Where.USER

    def __init__(
        self,
        known: ContactStatus,
        load: Callable[[], Awaitable[User]],
        explain: Callable[[InboxError], str],
        look_back: Callable[[User], Awaitable[AddressChange | None]],
        said: str = "",
        tone: str = "ok",
    ) -> None:
        super().__init__()
        self._user = known.user or User(known.user_id)
        self._load = load
        self._explain = explain
        self._look_back = look_back
        self._half_done: AddressChange | None = None
        self._said, self._tone = said, tone
        self._is_fresh = False
        self._is_known = known.user is not None
        self._knows_contacts = known.knows_contacts
        self._is_loading = False
        self._chosen = ""
        """What was chosen before the server had said who this is."""

    def compose(self) -> ComposeResult:
        with Vertical(classes="sheet form person"):
            yield line("", "sheet-title")
            yield ChoiceList(classes="contacts")
            yield line("", "sheet-line warn person-missing")
            yield line("", "sheet-line warn person-half-done")
            with VerticalScroll(classes="form-body"):
                yield line("", "person-meta")
            with Vertical(classes="sheet-foot"):
                yield line(self._said, f"sheet-problem {self._tone}")
                yield KeyLine(self._keys())

    def on_mount(self) -> None:
        self._draw()
        self.action_reload()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self._choose("change")

    def action_add(self) -> None:
        self._choose("add")

    def action_change(self) -> None:
        if self._user.contacts:
            self._choose("change")

    def action_remove(self) -> None:
        self._choose("remove")

    def action_meta(self) -> None:
        self._choose("meta")

    def action_create(self) -> None:
        self._choose("create")

    def action_delete(self) -> None:
        self._choose("delete")

    def action_event(self) -> None:
        self._choose("event")

    def _choose(self, verb: str) -> None:
        if not self._is_fresh:
            self._chosen = verb
            again = f"The server has not said who this is; {live_key(self.app, 'user.reload')} asks again."
            self._say("Asking the server …" if self._is_loading else again, "warn")
            return
        index = self.query_one(OptionList).highlighted
        contact = None if index is None else self._user.contacts[index]
        if verb in ("remove", "edit", "change") and contact is None:
            self._say("There is no contact info yet; a adds one.", "warn")
            return
        self.dismiss(PersonAction(verb, self._user, contact))

    def _keys(self, *, is_half_done: bool = False) -> str:
        lines = [HALF_DONE_KEYS] if is_half_done else []
        return "\n".join(self.key_line(*ids) for ids in (*lines, FIRST_KEYS, MORE_KEYS))

    def action_edit(self) -> None:
        self._choose("edit")

    def action_finish(self) -> None:
        self._settle("finish")

    def action_take_back(self) -> None:
        self._settle("take_back")

    def _settle(self, verb: str) -> None:
        if self._half_done is not None:
            self.dismiss(PersonAction(verb, self._user, change=self._half_done))

    def action_copy(self) -> None:
        """Copy who this is and how they can be reached, as text."""
        user = self._user
        contacts = [f"{contact.type} {contact.value}" for contact in user.contacts]
        text = "\n".join([f"{user.user_id} {user.name}".strip(), *contacts, user.meta])
        self.app.copy_to_clipboard(text)
        self._say(f"Copied, {len(text):,} characters.", "ok")

    @work(group="person", exclusive=True)
    async def action_reload(self) -> None:
        self._chosen = ""
        self._is_loading = True
        if not self._said:
            self._say("Asking the server …", "")
        try:
            self._user = await self._load()
            self._half_done = await self._look_back(self._user)
        except NotFound:
            self.dismiss(PersonAction(UNKNOWN, self._user))
        except InboxError as error:
            words = last_known_sentence(error.sentence) if self._is_known else self._explain(error)
            self._say(words, "warn")
        else:
            self._is_fresh = self._is_known = self._knows_contacts = True
            self._draw()
            self._say(self._said, self._tone)
            self._said = ""
            if self._chosen:
                self._choose(self._chosen)
        finally:
            self._is_loading = False

    def _draw(self) -> None:
        if has_gone(self):
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
        half_done = unfinished_sentence(self._half_done) if self._half_done is not None else ""
        self.query_one(".person-half-done", Static).update(Content(half_done))
        self.query_one(KeyLine).tell(self._keys(is_half_done=bool(half_done)))
        meta = Content.assemble(("meta\n", "$text-muted"), pretty_start(user.meta)) if self._is_known else Content("")
        self.query_one(".person-meta", Static).update(meta)

    def _say(self, text: str, tone: str) -> None:
        if has_gone(self):
            return
        problem = self.query_one(".sheet-problem", Static)
        problem.set_classes(f"sheet-problem {tone}")
        problem.update(Content(text))


def missing(user: User) -> str:
    """Which ways to reach a user whose contact infos are known are not there: `No push token, no email.`"""
    missing = ", ".join(ContactStatus(user.user_id, user, asked_at=0).missing)
    return f"{missing[:1].upper()}{missing[1:]}." if missing else ""


def _prompt(contact: ContactInfo) -> Content:
    rest = "  ".join(filter(None, (contact.filterable, contact.meta if contact.meta != "{}" else "")))
    return Content.assemble((f" {contact.type:<16}", "$text-muted"), contact.value, (f"   {rest}", "$text-muted"))
