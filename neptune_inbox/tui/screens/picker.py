"""Choosing one of many by typing a part of it: users, profiles, views, themes, receipts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import ClassVar

from msgspec import Struct
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.fuzzy import Matcher
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from neptune_inbox.errors import InboxError
from neptune_inbox.tui.screens.sheet import WAYS_OUT, Sheet, line
from neptune_inbox.tui.widgets.key_line import KeyLine


class Item(Struct, frozen=True):
    """One thing to choose: what is answered, what is shown, and what stands dim beside it."""

    value: str
    label: str
    detail: str = ""


class Picker(Sheet[str]):
    """A line to type in over a list that narrows; enter takes the highlighted one.

    `more` may bring further items later (a request to the server); what was typed goes on being used.
    `free` makes the typed text itself an answer, for things that the list does not know.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,ctrl+n", "step(1)", show=False),
        Binding("up,ctrl+p", "step(-1)", show=False),
    ]

    def __init__(
        self,
        title: str,
        items: Sequence[Item],
        *,
        empty: str = "Nothing to choose from.",
        free: str = "",
        more: Callable[[], Awaitable[Sequence[Item]]] | None = None,
    ) -> None:
        super().__init__()
        self._title = title
        self._items = list(items)
        self._empty = empty
        self._free = free
        self._more = more

    def compose(self) -> ComposeResult:
        with Vertical(classes="sheet tall"):
            yield line(self._title, "sheet-title")
            yield Input(placeholder="type a part of it", classes="sheet-input")
            yield OptionList(classes="sheet-choices")
            yield line("", "sheet-problem")
            yield KeyLine(WAYS_OUT, classes="where-narrow")

    def on_mount(self) -> None:
        self._narrow("")
        self.query_one(Input).focus()
        if self._more is not None:
            self.run_worker(self._load_more(), group="picker", exclusive=True)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._narrow(event.value.strip())

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        choices = self.query_one(OptionList)
        if choices.highlighted is not None:
            self.dismiss(choices.get_option_at_index(choices.highlighted).id)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(event.option_id)

    def action_step(self, step: int) -> None:
        choices = self.query_one(OptionList)
        (choices.action_cursor_down if step > 0 else choices.action_cursor_up)()

    def _narrow(self, typed: str) -> None:
        choices = self.query_one(OptionList)
        choices.clear_options()
        matcher = Matcher(typed)
        scored = [(matcher.match(f"{item.label} {item.detail}") if typed else 1.0, item) for item in self._items]
        found = [item for score, item in sorted(scored, key=lambda pair: -pair[0]) if score > 0]
        # Letters strewn over a long text match nearly anything: they count only where nothing holds the word itself.
        exact = [item for item in found if typed.lower() in f"{item.label} {item.detail}".lower()]
        found = exact or found
        options = [Option(_prompt(item), id=item.value) for item in found[:200]]
        if typed and self._free and all(item.value != typed for item in found):
            options.append(Option(Content(f"{self._free} {typed}"), id=typed))
        choices.add_options(options)
        choices.highlighted = 0 if options else None
        self._say("" if options else self._empty)

    async def _load_more(self) -> None:
        if self._more is None:
            return
        self._say("Asking the server for more …")
        try:
            more = await self._more()
        except InboxError as error:
            self._say(error.sentence)
            return
        # The same thing may be known better now: a watched user has a name.
        told = {item.value: item for item in more}
        self._items = [told.pop(item.value, item) for item in self._items] + list(told.values())
        self._narrow(self.query_one(Input).value.strip())

    def _say(self, text: str) -> None:
        self.query_one(".sheet-problem", Static).update(Content(text))


def _prompt(item: Item) -> Content:
    return (
        Content.assemble(f" {item.label}", (f"   {item.detail}", "$text-muted"))
        if item.detail
        else Content(f" {item.label}")
    )
