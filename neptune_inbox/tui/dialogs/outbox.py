"""The marks that are not settled: what waits, what is on its way, what was refused and why."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from textual import work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from neptune_inbox.errors import InboxError
from neptune_inbox.model import STUCK, Key, Mark, MarkState
from neptune_inbox.presentation.keymap import Where
from neptune_inbox.presentation.remedies import in_the_app
from neptune_inbox.presentation.sentences import mark_state_words, outcome_words, plural, posted_words
from neptune_inbox.presentation.styled import column, fit
from neptune_inbox.presentation.times import age, local
from neptune_inbox.presentation.verb_sentences import (
    drop_risk,
    drop_sentence,
    next_id_sentence,
    retry_sentence,
    send_sentence,
)
from neptune_inbox.sync.events import Fact, MarksChanged, WrittenElsewhere
from neptune_inbox.tui.background import run_in_background
from neptune_inbox.tui.bindings import live_actions
from neptune_inbox.tui.dialogs.base import Choice, ChoiceDialog, Dialog, has_gone, line
from neptune_inbox.tui.widgets.choice_list import ChoiceList
from neptune_inbox.tui.widgets.key_line import KeyLine

if TYPE_CHECKING:
    from neptune_inbox.sync.session import Session

SHOWN = 500
"""Marks in the list, at most; the verbs for all act on every one."""
KEYS = (
    *("outbox.go", "outbox.retry", "outbox.retry_all", "outbox.next_id"),
    *("outbox.drop", "outbox.drop_all", "outbox.send", "dialog.back"),
)
NOTHING_UNSETTLED = "The outbox is empty: nothing to send, try again or drop."
USER_WIDTH, TITLE_WIDTH = 12, 32
SIGNS = {MarkState.HELD: "◷", MarkState.SENDING: "↑", MarkState.FAILED: "!", MarkState.CONTRADICTED: "●"}


class OutboxDialog(Dialog[Key]):
    """A list of marks; answers with the notification to go to."""

    where = Where.OUTBOX

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._marks: list[Mark] = []
        self._titles: dict[Key, str] = {}
        self._stop_listening: Callable[[], None] = lambda: None

    def compose(self) -> ComposeResult:
        with Vertical(classes="sheet paper"):
            yield line("Outbox", "sheet-title")
            yield ChoiceList(classes="sheet-choices")
            yield line("", "sheet-line detail")
            yield line("", "sheet-problem")
            yield KeyLine(self.key_line(*KEYS))

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
            words = f"{mark.user_id}  {mark.id}  {mark_state_words(mark)}, made {local(mark.made_at)}"
            more = "  ".join(filter(None, (posted_words(mark), mark.error)))
            self._tell(".detail", f"{words}\n{more}" if more else words)

    def action_go(self) -> None:
        self.query_one(OptionList).action_select()

    def action_retry(self) -> None:
        self._act("retry")

    def action_retry_all(self) -> None:
        self._act("retry_all")

    def action_next_id(self) -> None:
        self._act("next_id")

    def action_drop(self) -> None:
        self._act("drop")

    def action_drop_all(self) -> None:
        self._act("drop_all")

    def action_send(self) -> None:
        self._act("send")

    def _act(self, what: str) -> None:
        if not self._marks:
            self._tell(".sheet-problem", NOTHING_UNSETTLED)
            return
        here = self.query_one(OptionList).highlighted
        one = [self._marks[here]] if here is not None else []
        # Owned by the app: leaving the sheet must not end what its key began.
        run_in_background(self.app, "outbox", partial(self._do, what, one))

    async def _do(self, what: str, marks: list[Mark]) -> None:
        marking = self._session.marking
        one = [mark.key for mark in marks]
        try:
            if what == "send":
                words = send_sentence(await marking.send_now())
            elif what == "next_id":
                count = await marking.try_next_id(one)
                words = next_id_sentence(count, len(one) - count)
            elif what.startswith("retry"):
                words = retry_sentence(await marking.retry(None if what == "retry_all" else one))
            else:
                keys = None if what == "drop_all" else one
                if not await self._is_sure(self._marks if keys is None else marks):
                    return
                words = drop_sentence(await marking.drop(keys))
        except InboxError as error:
            words = in_the_app(error, live_actions(self.app))
        self._tell(".sheet-problem", words)

    async def _is_sure(self, marks: list[Mark]) -> bool:
        """Ask before marks are dropped: what was asked for them is not done then."""
        if not marks:
            return False
        lines = [(drop_risk(marks), "warn")]
        choices = [Choice("y", "y", "yes", "Yes, drop"), Choice("n", "n", "no", "No, leave it")]
        sheet = ChoiceDialog(f"Drop {plural(len(marks), 'mark')}?", lines, choices, default="no")
        return await self.app.push_screen_wait(sheet) == "yes"

    def _tell(self, where: str, words: str) -> None:
        if not has_gone(self):
            self.query_one(where, Static).update(Content(words))

    def _hear(self, fact: Fact) -> None:
        if isinstance(fact, MarksChanged | WrittenElsewhere):
            self._reload()

    @work(group="outbox-reload", exclusive=True)
    async def _reload(self) -> None:
        marks = await self._session.marking.unsettled()
        for mark in marks[:SHOWN]:
            if mark.key not in self._titles:
                row = await self._session.inbox.row(mark.key)
                self._titles[mark.key] = row.title if row else mark.id
        if has_gone(self):
            return
        choices = self.query_one(OptionList)
        here = choices.highlighted or 0
        if here < len(self._marks):
            # The highlight stays on its mark, wherever that is by now.
            on = self._marks[here].serial
            here = next((place for place, mark in enumerate(marks) if mark.serial == on), here)
        self._marks = marks
        choices.clear_options()
        choices.add_options(Option(self._prompt(mark)) for mark in marks[:SHOWN])
        if marks:
            choices.highlighted = min(here, choices.option_count - 1)
        failed = sum(mark.state is MarkState.FAILED for mark in marks)
        still = sum(mark.state is MarkState.CONTRADICTED for mark in marks)
        without = f", {still:,} accepted and still unread there" if still else ""
        more = f"; the first {SHOWN} are shown" if len(marks) > SHOWN else ""
        title = (
            f"{len(marks) - failed - still:,} waiting, {failed:,} refused{without}{more}"
            if marks
            else "empty, everything is settled"
        )
        self._tell(".sheet-title", f"Outbox: {title}")
        self.query_one(KeyLine).tell(self.key_line(*(KEYS if marks else ("dialog.back",))))
        if not marks:
            self._tell(".detail", "")

    def _prompt(self, mark: Mark) -> Content:
        now = self._session.now()
        words = outcome_words(mark)
        return Content.assemble(
            (f" {SIGNS.get(mark.state, ' ')} {age(mark.made_at, now)}  ", "bold"),
            f"{fit(column(mark.user_id), USER_WIDTH)}  {fit(column(self._titles[mark.key]), TITLE_WIDTH)}  ",
            (words, "$error" if mark.state in STUCK else "$text-muted"),
        )
