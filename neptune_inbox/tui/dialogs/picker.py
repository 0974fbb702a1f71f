"""Choosing one of many by typing a part of it: users, profiles, views, themes, receipts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from typing import NamedTuple

from msgspec import Struct
from rich.cells import cell_len
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.fuzzy import Matcher
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from neptune_inbox.errors import InboxError
from neptune_inbox.presentation.keymap import Where
from neptune_inbox.tui.background import run_in_background
from neptune_inbox.tui.dialogs.base import WAYS_OUT, has_gone, line
from neptune_inbox.tui.dialogs.filter import FilterDialog
from neptune_inbox.tui.widgets.choice_list import ChoiceList
from neptune_inbox.tui.widgets.key_line import KeyLine
from neptune_inbox.tui.widgets.text_fields import TextField

ASKING = "Asking the server for more …"
AROUND = 7
"""Lines of a picker besides its list."""
LEAST = 4
"""Lines of its list at least: a picker with nothing to choose from says why, in up to two lines."""
SHOWN = 1_000
"""Items that are drawn at most; typing narrows all of them."""
WIDEST = 28
"""Cells up to which labels are made equally wide, so that the details after them align."""


class Item(Struct, frozen=True):
    """One thing to choose: its value, its label, and the dim detail next to it."""

    value: str
    label: str
    detail: str = ""


class ItemPage(NamedTuple):
    """Some more items; with `told` no others are asked for until somebody goes down beyond the end."""

    items: Sequence[Item]
    told: str = ""


class Picker(FilterDialog):
    """A line to type in over a list that narrows; enter takes the highlighted one.

    `more` may bring further items later, page by page, or more about those that are there; what was typed goes on
    being used, and the highlight stays on what it was on.
    `free` makes the typed text itself an answer, for things that the list does not know.
    """

    where = Where.PICKER

    def __init__(
        self,
        title: str,
        items: Sequence[Item],
        *,
        empty: str = "Nothing to choose from.",
        free: str = "",
        more: Callable[[], AsyncIterator[ItemPage]] | None = None,
    ) -> None:
        super().__init__()
        self._title = title
        self._items = list({item.value: item for item in items}.values())
        self._empty = empty
        self._free = free
        self._more = more
        self._wanted = asyncio.Event()
        self._wanted.set()

    def compose(self) -> ComposeResult:
        with Vertical(classes="sheet tall"):
            yield line(self._title, "sheet-title")
            yield TextField(placeholder="type a part of it", classes="sheet-input")
            yield ChoiceList(classes="sheet-choices")
            yield line("", "sheet-problem")
            yield KeyLine(self.key_line(*WAYS_OUT), classes="where-narrow")

    def on_mount(self) -> None:
        self.narrow("")
        if self._more is None:
            # As high as it has to be, and no lower while the list narrows.
            lines = max(LEAST, len(self._items) + bool(self._free))
            self.query_one(".sheet").styles.height = min(24, lines + AROUND)
        self.query_one(Input).focus()
        if self._more is not None:
            run_in_background(self, "picker", self._load_more, is_latest_only=True)

    def action_next(self) -> None:
        choices = self.query_one(OptionList)
        if choices.highlighted in (None, choices.option_count - 1) and not self._wanted.is_set():
            self._wanted.set()
        else:
            super().action_next()

    def narrow(self, typed: str, *, is_kept: bool = False) -> None:
        choices = self.query_one(OptionList)
        before = choices.highlighted_option.id if is_kept and choices.highlighted_option else None
        choices.clear_options()
        matcher = Matcher(typed)
        scored = [(matcher.match(f"{item.label} {item.detail}") if typed else 1.0, item) for item in self._items]
        found = [item for score, item in sorted(scored, key=lambda pair: -pair[0]) if score > 0]
        # Letters strewn over a long text match nearly anything: they count only where nothing holds the word itself.
        exact = [item for item in found if typed.lower() in f"{item.label} {item.detail}".lower()]
        found = exact or found
        width = min(WIDEST, max((cell_len(item.label) for item in found[:SHOWN] if item.detail), default=0))
        options = [Option(_prompt(item, width), id=item.value) for item in found[:SHOWN]]
        # What is typed as an answer of its own gives way to what is found meanwhile.
        kept = next((index for index, item in enumerate(found[:SHOWN]) if item.value == before), 0)
        if typed and self._free and all(item.value != typed for item in found):
            options.append(Option(Content(f"{self._free} {typed}"), id=typed))
        choices.add_options(options)
        choices.highlighted = kept if options else None
        self._say("" if options else self._empty)

    async def _load_more(self) -> None:
        if self._more is None:
            return
        try:
            self._say(ASKING)
            async for items, told in self._more():
                self._take(items)
                if told:
                    self._say(told)
                    self._wanted.clear()
                    await self._wanted.wait()
                self._say(ASKING)
        except InboxError as error:
            self._say(error.sentence)
        else:
            self._say("" if self._items else self._empty)

    def _take(self, items: Sequence[Item]) -> None:
        """Append items; those already there are updated in place."""
        fresh = {item.value: item for item in items}
        self._items = [fresh.pop(item.value, item) for item in self._items] + list(fresh.values())
        if has_gone(self):
            return
        self.narrow(self.query_one(Input).value.strip(), is_kept=True)

    def _say(self, text: str) -> None:
        if not has_gone(self):
            self.query_one(".sheet-problem", Static).update(Content(text))


def _prompt(item: Item, width: int) -> Content:
    if not item.detail:
        return Content(f" {item.label}")
    gap = " " * (max(0, width - cell_len(item.label)) + 3)
    return Content.assemble(f" {item.label}", (f"{gap}{item.detail}", "$text-muted"))
