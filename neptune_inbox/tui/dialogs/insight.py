"""How soon each kind of event is read, drawn in the terminal."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Sparkline, Static

from neptune_inbox.presentation.insight import left_out_sentence
from neptune_inbox.presentation.keymap import Where
from neptune_inbox.presentation.sentences import plural
from neptune_inbox.presentation.times import span
from neptune_inbox.sync.insight import EventInsight, Insight, to_csv
from neptune_inbox.tui.dialogs.base import Dialog, line
from neptune_inbox.tui.widgets.key_line import KeyLine

BAR = 40
"""Cells of the longest bar."""


class InsightDialog(Dialog[int]):
    """Answers with another number of days to look at."""

    where = Where.INSIGHT

    def __init__(self, insight: Insight, whose: str) -> None:
        super().__init__()
        self._insight = insight
        self._whose = whose

    def compose(self) -> ComposeResult:
        insight = self._insight
        with Vertical(classes="sheet paper"):
            yield line(f"Insight: {self._whose}, the last {insight.days} days", "sheet-title")
            yield line(summary(insight), "sheet-line dim")
            with VerticalScroll(classes="paper-body"):
                yield line("Unread by age", "insight-head")
                yield Static(_bars(insight.unread_by_age))
                yield line("Arrivals by hour of the day", "insight-head")
                yield Sparkline(insight.by_hour, classes="insight-hours")
                yield line(
                    "0                 6                 12                18                23", "sheet-line dim"
                )
                yield line("Time from created to read, by event", "insight-head")
                yield Static(_table(insight.events))
            days = ("insight.week", "insight.month", "insight.quarter")
            yield KeyLine(self.key_line(*days, "insight.copy", "dialog.back"))

    def on_mount(self) -> None:
        body = self.query_one(VerticalScroll)
        body.focus()
        self.call_after_refresh(self.fit_to, body)

    def action_week(self) -> None:
        self.dismiss(7)

    def action_month(self) -> None:
        self.dismiss(30)

    def action_quarter(self) -> None:
        self.dismiss(90)

    def action_copy(self) -> None:
        self.app.copy_to_clipboard(to_csv(self._insight))
        self.query_one(".sheet-title", Static).update(
            Content(f"Copied {plural(len(self._insight.events), 'line')} of CSV")
        )


def summary(insight: Insight) -> str:
    """What was counted, and what was left out."""
    words = f"{plural(insight.count, 'notification')} of {plural(insight.users, 'user')}, as far as they are cached."
    if insight.left_out:
        words += left_out_sentence(insight)
    return words


def _bars(counts: tuple[tuple[str, int], ...]) -> Content:
    most = max((count for _, count in counts), default=0) or 1
    return Content("\n").join(
        Content.assemble((f"{name:>10} ", "$text-muted"), (_bar(count / most), "$accent"), f" {count:,}")
        for name, count in counts
    )


def _bar(share: float) -> str:
    # Not as high as a line, so that bars below each other do not run together.
    return "▆" * max(round(share * BAR), share > 0)


def _table(events: tuple[EventInsight, ...]) -> Content:
    head = f"{'event':<26}{'count':>7}{'read':>7}{'never':>7}{'median':>9}{'p90':>9}"
    rows = [Content.styled(head, "$text-muted")]
    for event in events:
        times = "".join(f"{_time(time, event.is_at_most):>9}" for time in (event.median, event.p90))
        name = f"{event.event_type[:25]:<26}"
        rows.append(Content(f"{name}{event.count:>7,}{event.read:>7,}{event.never_read:>7,}{times}"))
    return Content("\n").join(rows) if events else Content("Nothing arrived in this time.")


def _time(time: int | None, is_at_most: bool) -> str:
    return "–" if time is None else f"{'≤' if is_at_most else ''}{span(time)}"
