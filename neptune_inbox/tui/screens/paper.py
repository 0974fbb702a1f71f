"""A page to read: evidence, a receipt, the journal, the raw payload. Scrolls, copies as text or as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.events import Key
from textual.widgets import Static

from neptune_inbox.tui.screens.sheet import Sheet, line
from neptune_inbox.tui.theme import Ground, Meaning, rich_style
from neptune_inbox.tui.widgets.key_line import KeyLine

LABEL_WIDTH = 12


class Paper(Sheet[str]):
    """Pairs of a label and a text, and a block below them; `extra` keys answer with their value."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "scroll(1)", show=False),
        Binding("k,up", "scroll(-1)", show=False),
        Binding("ctrl+d,pagedown,space", "scroll(10)", show=False),
        Binding("ctrl+u,pageup", "scroll(-10)", show=False),
        Binding("g,home", "scroll(-100000)", show=False),
        Binding("G,end", "scroll(100000)", show=False),
        Binding("y", "copy('text')", show=False),
        Binding("Y", "copy('json')", show=False),
        Binding("q,i", "back", show=False),
    ]

    def __init__(
        self,
        title: str,
        pairs: Sequence[tuple[str, str]],
        *,
        block: str = "",
        as_text: str = "",
        as_json: str = "",
        extra: Sequence[tuple[str, str, str]] = (),
    ) -> None:
        super().__init__()
        self._title = title
        self._pairs = pairs
        self._block = block
        self._copies = {"text": as_text, "json": as_json}
        self._extra = extra

    def compose(self) -> ComposeResult:
        hints = [f"{key} {label}" for key, _, label in self._extra]
        with Vertical(classes="sheet paper"):
            yield line(self._title, "sheet-title")
            with VerticalScroll(can_focus=True, classes="paper-body"):
                yield Static(self._content(), markup=False)
                if self._block:
                    yield line(self._block, "paper-block")
            yield KeyLine("  ".join(["y copy", "Y copy as JSON", *hints, "esc back"]))

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()

    def action_scroll(self, lines: int) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)

    def on_key(self, event: Key) -> None:
        for key, value, _ in self._extra:
            if self.is_open and event.key == key:
                event.stop()
                self.dismiss(value)

    def action_copy(self, form: str) -> None:
        text = self._copies[form]
        self.app.copy_to_clipboard(text)
        words = "as JSON" if form == "json" else "as text"
        self.query_one(".sheet-title", Static).update(
            Content(f"{self._title}   copied {words}, {len(text):,} characters")
        )

    def _content(self) -> Table:
        """The pairs in two columns, so that a long text goes on below itself and not below its label."""
        dim = rich_style(Meaning.LABEL, self.app.theme, Ground.TOP, has_colour=not self.app.no_color)
        table = Table.grid(padding=(0, 2, 0, 0))
        table.add_column(no_wrap=True, min_width=LABEL_WIDTH, max_width=2 * LABEL_WIDTH)
        table.add_column(overflow="fold")
        last = ""
        for label, text in self._pairs:
            table.add_row(Text(label if label != last else "", dim), Text(text))
            last = label
        return table
