"""A walk through the real program, past every screen and every sheet, with hostile text in all that they show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.faults.pty_machine import INSULT, USER, Machine
from tests.faults.pty_terminal import Terminal

ESC = "\x1b"
ESCAPE = "\x1b[27u"
"""The escape key as the keyboard protocol tells it: a bare ESC may be taken for the start of the next key."""
PREVIEW = 0.15
"""Seconds; the preview is filled a little after the cursor rests."""
PAGE_DOWN = "\x1b[6~"
ROW_SHEETS = {"i": "Evidence", "c": "Note on", "b": "Snooze", "M": "Mark all read", "P": "u-1", "C": "Send an event"}
"""What is opened over each row, and what then stands there."""
PAGES = {
    "O": "Outbox",
    "T": "Receipts",
    "L": "every write",
    "I": "last 30 days",
    "E": "Profiles",
    "f": "Saved views",
    "?": "Help",
    ":": "Palette",
    "@": "Go to user",
    "|": "Pipe to",
}
PASTED_INTO = {"/": "", "@": "Go to user", ":": "Palette", "c": "Note on", "bc": "comes back", "C": "Send an event"}
MORE_CONFIG = (
    '[commands]\ncat = "cat"\n[notify]\ndesktop = true\n'
    '[views]\n"x]0;PWNED[/]" = "is:unread"\n"[@click=app.quit]v[/]" = "[/ 5m"\n'
)
"""What a copied configuration may hold."""


@dataclass
class Tour:
    """One walk; `stops` is what was shown, by name."""

    terminal: Terminal
    machine: Machine
    stops: set[str] = field(default_factory=set)
    shown: int = 0
    """How many times a payload was drawn on a screen of its own."""

    def begin(self) -> None:
        """Wait until the first page stands there and its newest row is in the preview."""
        self.terminal.shows("fresh")
        self.terminal.shows(" 1 of ")
        self.terminal.press("g")

    def see_rows(self, rows: int, *, every: int = 1) -> None:
        """Go down row by row; over every n-th a sheet is opened and it is clicked, 1 opens every sheet over each.

        Beyond 1, three of four rows are passed before its preview is drawn.
        """
        sheets = list(ROW_SHEETS)
        for number in range(1, rows + 1):
            self.shown += 1
            if every == 1 or number % 4 == 0:
                self.terminal.settle(PREVIEW)
                self.shown += 1
            if number % every == 0:
                self._look_closer(number, sheets if every == 1 else [sheets[number // every % len(sheets)]])
            self.terminal.type("j")
            if number < rows:
                self.terminal.shows(f" {number + 1} of {rows}")
        self.terminal.draw_anew()

    def act(self, rows: int) -> None:
        """Mark all that is shown; half of it is refused in hostile words, which stand on rows and in the status."""
        self.terminal.press("g")
        self.terminal.press("am", "pending")
        self.terminal.type("$")
        self.terminal.until(lambda: self.machine.writes == rows, "marks sent")
        self.terminal.settle(0.3)
        self.stops.add("status line with a refusal")

    def see_pages(self) -> None:
        """Every page and sheet that is not about one row, from its top to its end."""
        for key, words in PAGES.items():
            self.terminal.press(key, words)
            self.stops.add(words)
            self.terminal.press(PAGE_DOWN * 2)
            self.terminal.press(PAGE_DOWN * 3)
            if key == "T":
                self.terminal.press("\r")
                self.stops.add("a receipt")
                self._back()
            self._back()

    def see_people(self, users: Sequence[str]) -> None:
        """Customers with hostile names: in the sidebar, in their own list, and on their own page."""
        for _ in users:
            self.terminal.press("J")
            self._open("P", "")
            self.shown += 2
        self.stops.add("Person")

    def paste(self, payloads: Sequence[str]) -> None:
        """Paste payloads into every line that takes text."""
        for key, words in PASTED_INTO.items():
            for payload in payloads:
                self.terminal.press(key, words)
                self.terminal.press(f"{ESC}[200~{payload.replace(ESC, '')}{INSULT.replace(ESC, '')}{ESC}[201~")
                if key == "c":
                    self.terminal.press("\r")
                self._back()
                self.shown += 1
            self.stops.add(f"pasted into {key}")

    def sign_in(self, payloads: Sequence[str]) -> None:
        """The screen to sign in, with payloads in its fields and a refusal under them."""
        self.terminal.press("E", "Profiles")
        self.terminal.press("Sign in to another")
        self.terminal.press("\r", "Sign in to Neptune")
        for payload in payloads[:6]:
            self.terminal.press(f"{ESC}[200~{payload.replace(ESC, '')}{ESC}[201~\t")
        self.terminal.press("\x13")  # ctrl+s
        self.terminal.settle(0.2)
        self.stops.add("Sign in")
        self._back()

    def leave(self) -> int:
        """Quit; the exit code."""
        for _ in range(3):
            self._back()
        self.terminal.type("q")
        return self.terminal.ends(10)

    def arrive(self) -> None:
        """Something comes while it is looked at: banner, bell, desktop notice, title."""
        self.machine.sandbox_state.add_notification("dev", USER, INSULT, body=INSULT, event_type=INSULT[:40])
        self.terminal.type("r")
        # It is another customer's than the one in sight, who is asked about every half minute.
        self.terminal.until(lambda: b"\x1b]9;" in self.terminal.raw, "a desktop notice", 90)
        self.stops.add("desktop notice")

    def _open(self, key: str, words: str) -> None:
        self.terminal.type(key)
        if words:
            self.terminal.shows(words)
        self.terminal.settle(0.04)
        self.stops.add(words or f"key {key}")
        self._back()

    def _look_closer(self, number: int, sheets: Sequence[str]) -> None:
        for key in sheets:
            self._open(key, ROW_SHEETS[key])
        self._click(number)
        self._open("o", "")
        self.terminal.press("yY")
        self.shown += len(sheets) + 1

    def _back(self) -> None:
        self.terminal.press(ESCAPE)

    def _click(self, number: int) -> None:
        """Click all over the preview, and then the row again."""
        columns, lines = self.terminal.screen.columns, self.terminal.screen.lines
        for y in range(lines * 2 // 3, lines - 1, 2):
            self.terminal.click(columns // 4 + 2, y)
        # The list stands still until the cursor is at its last line.
        top, last = 3, lines * 2 // 3 - 3
        self.terminal.click(columns - 12, min(top + number - 1, last))
        self.terminal.settle()
