"""A customer's axis, newest first: the cursor is on a moment, and the head says what the bell held then."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from neptune_inbox.presentation.keymap import Where
from neptune_inbox.presentation.timeline import NOTHING_KNOWN, AxisLine, bell_sentences
from neptune_inbox.sync.timeline.history import History, as_of
from neptune_inbox.tui.dialogs.base import Dialog, line
from neptune_inbox.tui.widgets.choice_list import ChoiceList
from neptune_inbox.tui.widgets.key_line import KeyLine

if TYPE_CHECKING:
    from neptune_inbox.model import Instant

CLOCK_WIDTH = 10


class TimelineDialog(Dialog["Instant"]):
    """Answers with the moment whose bell is asked for."""

    where = Where.TIMELINE

    def __init__(
        self,
        title: str,
        history: History,
        lines: Sequence[AxisLine],
        moments: Sequence[Instant],
        at: Instant | None,
        *,
        as_text: str,
        as_json: str,
    ) -> None:
        """`moments` are those of the lines; the cursor starts at `at`, else where it was last looked."""
        super().__init__()
        self._title = title
        self._history = history
        self._lines = lines
        self._moments = moments
        self._at = at
        self._copies = {"text": as_text, "JSON": as_json}

    def compose(self) -> ComposeResult:
        with Vertical(classes="sheet paper"):
            yield line(self._title, "sheet-title")
            yield line("" if self._lines else NOTHING_KNOWN, "bell-then")
            yield ChoiceList(*self._options(), classes="axis")
            keys = ("timeline.take",) if self._lines else ()
            yield KeyLine(self.key_line(*keys, "document.copy_text", "document.copy_json", "dialog.back"))

    def on_mount(self) -> None:
        axis = self.query_one(OptionList)
        axis.focus()
        if self._lines:
            start = self._start()
            axis.highlighted = axis.get_option_index(str(start))
            self._tell(start)
        self.call_after_refresh(self._fit)

    def _start(self) -> int:
        """The line of the chosen moment, else the newest of what is known: since the last look nothing is."""
        if self._at in self._moments:
            return self._moments.index(self._at)
        looked_at = self._history.looked_at
        known = (place for place, at in enumerate(self._moments) if looked_at is None or at <= looked_at)
        return next(known, 0)

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self._tell(int(event.option_id or 0))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(self._moments[int(event.option_id or 0)])

    def action_page_down(self) -> None:
        self.query_one(OptionList).action_page_down()  # type: ignore[no-untyped-call]

    def action_page_up(self) -> None:
        self.query_one(OptionList).action_page_up()  # type: ignore[no-untyped-call]

    def action_first(self) -> None:
        self.query_one(OptionList).action_first()

    def action_last(self) -> None:
        self.query_one(OptionList).action_last()

    def action_copy_text(self) -> None:
        self._copy("text")

    def action_copy_json(self) -> None:
        self._copy("JSON")

    def _copy(self, form: str) -> None:
        text = self._copies[form]
        self.app.copy_to_clipboard(text)
        words = f"{self._title}   copied as {form}, {len(text):,} characters"
        self.query_one(".sheet-title", Static).update(Content(words))

    def _tell(self, place: int) -> None:
        """Say what the bell held at a line."""
        sentences = bell_sentences(as_of(self._history, self._moments[place]))
        self.query_one(".bell-then", Static).update(Content(" ".join(sentences)))

    def _fit(self) -> None:
        """Make the sheet no taller than the axis needs."""
        axis, sheet = self.query_one(OptionList), self.query_one(".sheet")
        spare = axis.size.height - axis.virtual_size.height
        if spare > 0:
            sheet.styles.height = sheet.outer_size.height - spare

    def _options(self) -> list[Option]:
        found = []
        for place, each in enumerate(self._lines):
            if each.day:
                found.append(Option(Content.styled(each.day, "$text-muted"), disabled=True))
            clock = (f"  {each.clock:<{CLOCK_WIDTH}}", "$text-muted")
            found.append(Option(Content.assemble(clock, each.words), id=str(place)))
        return found
