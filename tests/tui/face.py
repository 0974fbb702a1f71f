"""A small app that stands the face up with made-up rows: for tests of widgets and of the first paint.

Run as a program it paints first and then opens, and tells a pipe what it has done (see test_first_paint.py).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path, PurePath
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.filter import LineFilter
from textual.message import Message

from neptune_inbox.model import Key, Mark, MarkState, Row, Triage
from neptune_inbox.presentation.keymap import ACTIONS, Where, hints
from neptune_inbox.presentation.lines import (
    FilterFacts,
    HintFacts,
    SidebarFacts,
    StatusFacts,
    TopFacts,
    ViewFacts,
    Watched,
)
from neptune_inbox.presentation.rows import ListStyle
from neptune_inbox.presentation.theme import ALL_THEMES, DARK, choose_theme
from neptune_inbox.startup.first_paint import paint
from neptune_inbox.startup.snapshot import ScreenSnapshot, dump_rows
from neptune_inbox.text import CleanText
from neptune_inbox.tui.themes import textual_theme
from neptune_inbox.tui.widgets.control_filter import ControlCharFilter
from neptune_inbox.tui.widgets.main_view import MainView

NOW = 1_793_793_600_000
SECOND, MINUTE, HOUR = 1_000, 60_000, 3_600_000
STYLES = Path(__file__).parents[2] / "neptune_inbox" / "tui" / "styles"
TITLES = (
    "Card ending 1881 was declined",
    "Your code is on its way",
    "Invoice #1002 is overdue",
    "配送が遅れています",
)

SIDE = SidebarFacts(
    (Watched("", 37), *(Watched(f"u-{number}", number) for number in range(30))), (ViewFacts("stuck", 3),), "u-20"
)


class FixedWindow:
    """A window over rows that are all there."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = list(rows)
        self._at = {row.key: index for index, row in enumerate(rows)}

    def __len__(self) -> int:
        return len(self.rows)

    def row(self, index: int) -> Row:
        return self.rows[index]

    def is_loaded(self, index: int) -> bool:
        return True

    def index_of(self, key: Key) -> int | None:
        return self._at.get(key)


def row(number: int = 0, *, title: str = "", user_id: str = "u-4711", is_read: bool = False, **more: object) -> Row:
    """A row, unread unless told otherwise; its id tells its number."""
    return Row(
        number + 1,
        user_id,
        f"n-{number}",
        CleanText(title or f"{TITLES[number % len(TITLES)]} {number}"),
        CleanText("payment_failed"),
        NOW - MINUTE * (number + 2),
        is_read,
        **more,  # type: ignore[arg-type]
    )


def mark(state: MarkState, *, due_in: int = 3 * SECOND, attempts: int = 0, error: str = "") -> Mark:
    """A mark that was made just now."""
    return Mark("u-4711", "n-0", state, NOW, NOW + due_in, attempts, error)


def rows(count: int) -> list[Row]:
    """Rows in every state that a row can be in, over and over."""
    kinds: tuple[dict[str, object], ...] = (
        {},
        {"is_read": True},
        {"mark": mark(MarkState.HELD)},
        {"mark": mark(MarkState.FAILED, error="There is no such notification.")},
        {"triage": Triage(done_at=NOW - HOUR)},
        {"triage": Triage(is_starred=True)},
        {"triage": Triage(snoozed_until=NOW + 2 * HOUR)},
        {"triage": Triage(note="they call back")},
        {"mark": mark(MarkState.ACCEPTED)},
        {"user_id": "42"},
    )
    return [row(number, **kinds[number % len(kinds)]) for number in range(count)]  # type: ignore[arg-type]


def record(count: int = 60, *, theme: str = DARK, environment: str = "production") -> ScreenSnapshot:
    """What the app would remember of these rows."""
    is_production = environment == "production"
    return ScreenSnapshot(
        "acme",
        theme,
        has_users=True,
        has_preview=True,
        with_user=True,
        style=ListStyle(),
        top=TopFacts(environment, "acme", "ask", is_production, NOW - 12 * SECOND, pending=2, next_due_at=NOW + 3000),
        bar=FilterFacts("unread", 1_243, 37, 1_206),
        status=StatusFacts(1, count, 1_243, NOW - HOUR),
        sidebar=SidebarFacts(
            (Watched("", 37), Watched("u-4711", 5), Watched("42", 12, is_stale=True)), (ViewFacts("stuck", 3),)
        ),
        hints=HintFacts(hints(ACTIONS, Where.LIST)),
        rows=dump_rows(rows(count)),
    )


class FaceApp(App[None]):
    """The stage with a window of rows, and every message that it sent up."""

    CSS_PATH: ClassVar[list[str | PurePath]] = [STYLES / "face.tcss"]
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, shown: Sequence[Row], facts: ScreenSnapshot | None = None) -> None:
        # Textual chooses the filter for NO_COLOR before a theme can be set.
        super().__init__(ansi_color=True if "NO_COLOR" in os.environ else None)
        self.facts = facts or record()
        self.main_view = MainView()
        self.main_view.has_users = self.facts.has_users
        self.snapshot = FixedWindow(shown)
        self.heard: list[Message] = []
        self._gate = ControlCharFilter()
        for name in ALL_THEMES:
            self.register_theme(textual_theme(name))
        self.theme = choose_theme(self.facts.theme, os.environ)

    def get_line_filters(self) -> Sequence[LineFilter]:
        return [*super().get_line_filters(), self._gate]

    def compose(self) -> ComposeResult:
        yield self.main_view

    def on_mount(self) -> None:
        facts, main_view = self.facts, self.main_view
        main_view.rows.show(self.snapshot, keep=False)
        main_view.draw(
            top=facts.top, bar=facts.bar, status=facts.status, sidebar=facts.sidebar, hints=facts.hints, now=NOW
        )
        main_view.rows.focus()

    def on_event_heard(self, message: Message) -> None:
        self.heard.append(message)

    on_cursor_moved = on_row_opened = on_row_toggled = on_action_chosen = on_event_heard

    def screen_lines(self) -> list[str]:
        """What stands on the screen, line by line, without colours."""
        return [strip.text for strip in self.screen._compositor.render_strips()]


def main(cache: str, told: int, go: int) -> None:
    """Paint, tell, wait for the word, then open; tell again when the first frame stands."""
    size = os.get_terminal_size(1)
    painted = paint(cache, size=(size.columns, size.lines), now=NOW, environ=os.environ)
    os.write(told, b"painted" if painted else b"nothing")
    os.read(go, 1)
    app = FaceApp(rows(60), record(theme=os.environ["FACE_THEME"]))
    app.call_later(app.call_after_refresh, app.set_timer, 0.3, lambda: os.write(told, b"framed"))
    try:
        if painted:
            painted.hand_over()
        app.run()
    finally:
        if painted:
            painted.restore()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
