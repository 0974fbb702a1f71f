"""The marks that are not settled: what waits, what is on its way, what was refused and why."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from neptune_inbox.errors import InboxError
from neptune_inbox.model import Key, Mark, MarkState
from neptune_inbox.sync.facts import Fact, MarksChanged
from neptune_inbox.sync.wording import STATE_WORDS, local, plural
from neptune_inbox.tui.screens.sheet import Sheet, line
from neptune_inbox.tui.spans import column, fit
from neptune_inbox.tui.widgets.key_line import KeyLine
from neptune_inbox.tui.words import age

if TYPE_CHECKING:
    from neptune_inbox.sync.session import Session

SHOWN = 500
"""Marks in the list, at most; the verbs for all act on every one."""
USER_WIDTH, TITLE_WIDTH = 12, 32
SIGNS = {MarkState.HELD: "◷", MarkState.SENDING: "↑", MarkState.FAILED: "!"}


class OutboxSheet(Sheet[Key]):
    """A list of marks; answers with the notification to go to."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "move(1)", show=False),
        Binding("k", "move(-1)", show=False),
        Binding("t", "act('retry')", show=False),
        Binding("T", "act('retry_all')", show=False),
        Binding("x", "act('drop')", show=False),
        Binding("X", "act('drop_all')", show=False),
        Binding("dollar_sign", "act('send')", show=False),
        Binding("q", "back", show=False),
    ]

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._marks: list[Mark] = []
        self._titles: dict[Key, str] = {}
        self._stop_listening: Callable[[], None] = lambda: None

    def compose(self) -> ComposeResult:
        with Vertical(classes="sheet paper"):
            yield line("Outbox", "sheet-title")
            yield OptionList(classes="sheet-choices")
            yield line("", "sheet-line detail")
            yield line("", "sheet-problem")
            yield KeyLine("⏎ go to it  t try again  T all  x drop  X all  $ send now  esc back")

    def on_mount(self) -> None:
        self._stop_listening = self._session.bus.listen(self._hear)
        self.query_one(OptionList).focus()
        self._reload()

    def on_unmount(self) -> None:
        self._stop_listening()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(self._marks[event.option_index].key)

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Tell all about the one that is highlighted, as its line may be cut."""
        event.stop()
        if event.option_index < len(self._marks):
            mark = self._marks[event.option_index]
            words = f"{mark.user_id}  {mark.id}  {STATE_WORDS[mark.state]}, made {local(mark.made_at)}"
            self._tell(".detail", f"{words}\n{mark.error}" if mark.error else words)

    def action_move(self, step: int) -> None:
        choices = self.query_one(OptionList)
        (choices.action_cursor_down if step > 0 else choices.action_cursor_up)()

    @work(group="outbox")
    async def action_act(self, what: str) -> None:
        here = self.query_one(OptionList).highlighted
        one = [self._marks[here].key] if here is not None else []
        marking = self._session.marking
        try:
            if what == "send":
                words = f"Sending {plural(await marking.send_now(), 'mark')} now."
            elif what.startswith("retry"):
                words = f"Trying {plural(await marking.retry(None if what == 'retry_all' else one), 'mark')} again."
            else:
                count = await marking.drop(None if what == "drop_all" else one)
                words = f"Dropped {plural(count, 'mark')}; unread for the customer."
        except InboxError as error:
            words = str(error)
        self._tell(".sheet-problem", words)

    def _tell(self, where: str, words: str) -> None:
        self.query_one(where, Static).update(Content(words))

    def _hear(self, fact: Fact) -> None:
        if isinstance(fact, MarksChanged):
            self._reload()

    @work(group="outbox-reload", exclusive=True)
    async def _reload(self) -> None:
        marks = await self._session.marking.unsettled()
        for mark in marks[:SHOWN]:
            if mark.key not in self._titles:
                row = await self._session.inbox.row(mark.key)
                self._titles[mark.key] = row.title if row else mark.id
        if not self.is_open:
            return
        self._marks = marks
        choices = self.query_one(OptionList)
        here = choices.highlighted or 0
        choices.clear_options()
        choices.add_options(Option(self._prompt(mark)) for mark in marks[:SHOWN])
        if marks:
            choices.highlighted = min(here, choices.option_count - 1)
        failed = sum(mark.state is MarkState.FAILED for mark in marks)
        more = f"; the first {SHOWN} are shown" if len(marks) > SHOWN else ""
        title = (
            f"{len(marks) - failed:,} waiting, {failed:,} refused{more}" if marks else "empty, everything is settled"
        )
        self._tell(".sheet-title", f"Outbox: {title}")
        if not marks:
            self._tell(".detail", "")

    def _prompt(self, mark: Mark) -> Content:
        now = self._session.now()
        words = f"{STATE_WORDS[mark.state]}: {mark.error}" if mark.error else STATE_WORDS[mark.state]
        return Content.assemble(
            (f" {SIGNS.get(mark.state, ' ')} {age(mark.made_at, now)}  ", "bold"),
            f"{fit(column(mark.user_id), USER_WIDTH)}  {fit(column(self._titles[mark.key]), TITLE_WIDTH)}  ",
            (words, "$error" if mark.state is MarkState.FAILED else "$text-muted"),
        )
