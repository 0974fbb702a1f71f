"""A page to read: evidence, a receipt, the journal, the raw payload. Scrolls, copies as text or as JSON."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from neptune_inbox.presentation.keymap import Where
from neptune_inbox.presentation.theme import Role, Surface
from neptune_inbox.tui.dialogs.base import Dialog, line
from neptune_inbox.tui.themes import rich_style
from neptune_inbox.tui.widgets.key_line import KeyLine

LABEL_WIDTH = 12
PAGE = 10
"""Lines."""


class DocumentDialog(Dialog[str]):
    """Pairs of a label and a text, and a block below them; with `can_retry` one key answers `retry`."""

    where = Where.DOCUMENT

    def __init__(
        self,
        title: str,
        pairs: Sequence[tuple[str, str]],
        *,
        block: str = "",
        as_text: str = "",
        as_json: str = "",
        can_retry: bool = False,
    ) -> None:
        super().__init__()
        self._title = title
        self._pairs = pairs
        self._block = block
        self._copies = {"text": as_text, "json": as_json}
        self._can_retry = can_retry

    def compose(self) -> ComposeResult:
        retry = ("document.retry",) if self._can_retry else ()
        with Vertical(classes="sheet paper"):
            yield line(self._title, "sheet-title")
            with VerticalScroll(can_focus=True, classes="paper-body"):
                yield Static(self._content(), markup=False)
                if self._block:
                    yield line(self._block, "paper-block")
            yield KeyLine(self.key_line("document.copy_text", "document.copy_json", *retry, "dialog.back"))

    def on_mount(self) -> None:
        body = self.query_one(VerticalScroll)
        body.focus()
        self.call_after_refresh(self.fit_to, body)

    def action_page_down(self) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=PAGE, animate=False)

    def action_page_up(self) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=-PAGE, animate=False)

    def action_first(self) -> None:
        self.query_one(VerticalScroll).scroll_home(animate=False)

    def action_last(self) -> None:
        self.query_one(VerticalScroll).scroll_end(animate=False)

    def action_retry(self) -> None:
        if self._can_retry:
            self.dismiss("retry")

    def action_copy_text(self) -> None:
        self._copy("text")

    def action_copy_json(self) -> None:
        self._copy("json")

    def _copy(self, form: str) -> None:
        text = self._copies[form]
        self.app.copy_to_clipboard(text)
        words = "as JSON" if form == "json" else "as text"
        self.query_one(".sheet-title", Static).update(
            Content(f"{self._title}   copied {words}, {len(text):,} characters")
        )

    def _content(self) -> Table:
        """The pairs in two columns, so that a long text continues below itself and not below its label."""
        dim = rich_style(Role.LABEL, self.app.theme, Surface.TOP, has_colour=not self.app.no_color)
        table = Table.grid(padding=(0, 2, 0, 0))
        table.add_column(no_wrap=True, min_width=LABEL_WIDTH, max_width=2 * LABEL_WIDTH)
        table.add_column(overflow="fold")
        last = ""
        for label, text in self._pairs:
            table.add_row(Text(label if label != last else "", dim), Text(text))
            last = label
        return table
