"""Fourteen customers, each of whom writes in a script of their own, and a walk through every page that shows them."""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby, zip_longest
from pathlib import Path
from typing import NamedTuple

from neptune_inbox.presentation.bidi import LRM
from neptune_inbox.text_graphemes import is_new_picture
from tests.faults.pty_machine import ENVIRONMENT, Machine
from tests.faults.pty_terminal import PROGRAM, Terminal
from tests.faults.scripts_screens import Show, Shown
from tests.scripts_corpus import TITLES

BESIDE, BELOW, TALL = (170, 46), (140, 46), (150, 120)
"""Terminals with the preview at the right of the list, and under it, and for all that a shell prints."""
CUSTOMERS = {script: f"u-{number:02}" for number, script in enumerate(TITLES, 1)}
NAMES = {script: " ".join(title.split()[-2:]) for script, title in TITLES.items()}
STARTS = tuple(" ".join(title.split()[:2]) for title in TITLES.values())
"""What is seen of each title where there is not room for all of it."""
INCIDENT = "सेवा बाधित — சேவை தடைபட்டது"
"""What came to five of them within minutes."""
ROWS = len(TITLES) + 5
PATIENCE = 20.0
"""Seconds that a page may take to show what it should; what is missing then is what the tests tell."""
ESCAPE = "\x1b[27u"
MINUTE = 60_000


class Page(NamedTuple):
    """What was written since the page before, and what has to be seen now: each text at least so often."""

    name: str
    raw: bytes
    shows: dict[str, int]
    size: tuple[int, int]
    has_columns: bool = True
    """Whether anything is aligned behind a text; sentences are not."""


@contextmanager
def customers_of_scripts(folder: Path) -> Iterator[Machine]:
    """One notification for each customer; its title, its body, its payload and their name are in their script.

    Nothing is sent while the walk lasts, so that all of it is in the outbox.
    """
    machine = Machine(folder, undo_seconds=60)
    state = machine.sandbox_state
    for number, (script, title) in enumerate(TITLES.items()):
        state.create_user(ENVIRONMENT, CUSTOMERS[script], {"name": NAMES[script]})
        state.add_notification(
            ENVIRONMENT,
            CUSTOMERS[script],
            title,
            body=f"{title}\n\n**{title}** {title}",
            data={"title": title},
            event_type="payment_failed",
            created_at=state.now() - MINUTE * 40 * (len(TITLES) - number),
        )
    for number, user in enumerate(list(CUSTOMERS.values())[:5]):
        at = state.now() - MINUTE * (700 + number)
        state.add_notification(ENVIRONMENT, user, INCIDENT, event_type="service_down", created_at=at)
    with machine:
        machine.configure(machine.base_url.removesuffix("/neptune"), users=[*CUSTOMERS.values()])
        yield machine


class PageTour:
    """Takes the way through the pages, and keeps what each of them made the program write."""

    def __init__(self, machine: Machine, size: tuple[int, int]) -> None:
        self._machine = machine
        self._size = size
        self.pages: list[Page] = []
        self._taken = 0

    def run(self, scripts: Collection[str], previews: Collection[str] = tuple(TITLES)) -> list[Page]:
        """Every page, those that show one customer for each of these scripts."""
        with Terminal([*PROGRAM], self._machine.env(COLORTERM="truecolor"), size=self._size) as terminal:
            self._terminal = terminal
            terminal.shows("fresh")
            while f" of {ROWS} ─" not in terminal.text:
                # The list holds still until it is asked to show what came.
                terminal.press("r")
                terminal.settle(0.5)
            terminal.press("g", f" 1 of {ROWS} ")
            self._keep("list", dict.fromkeys(TITLES.values(), 1))
            for number, script in enumerate(reversed(TITLES), 1):
                if number > 1:
                    terminal.press("j", f" {number} of ")
                if script in previews:
                    self._preview(script)
                if script in scripts:
                    self._sheets(script)
            for script in scripts:
                self._search(script)
            self._sheet("users", "@", "type a part", dict.fromkeys(NAMES.values(), 1))
            self._sheet("help", "?", "type to find an action", {})
            terminal.press("B", f" of {len(TITLES) + 1} ─")
            terminal.press("G", f" {len(TITLES) + 1} of ")
            self._keep("incidents", {})
            terminal.press("\r", "one incident")
            self._keep("incident", {INCIDENT: 5})
            terminal.press(ESCAPE)
            terminal.press("B", f" of {ROWS} ")
            terminal.press("a", f"{ROWS} selected")
            self._keep("selected", dict.fromkeys(STARTS, 1))
            terminal.press("m", "pending")
            self._keep("marking", {})
            self._sheet("outbox", "O", "Outbox:", dict.fromkeys(STARTS, 1))
        return self.pages

    def _preview(self, script: str) -> None:
        # In the list, three times in the body, in the payload; the head of the preview may be cut.
        self._keep(f"preview of {script}", {TITLES[script]: 5})

    def _sheets(self, script: str) -> None:
        title = TITLES[script]
        self._sheet(f"evidence of {script}", "i", "Evidence:", {title: 4})
        self._sheet(f"person of {script}", "P", "meta", {NAMES[script]: 2})
        self._sheet(f"timeline of {script}", "Z", "Timeline of", {title: 1})
        note = f"{title} #{len(title)}"
        self._terminal.press("c", "Note on")
        self._terminal.type(note)
        self._keep(f"note of {script}", {note: 1})
        self._terminal.press("\r")
        self._keep(f"noted for {script}", {title: 4})
        self._terminal.press("s")
        self._keep(f"status line about {script}", {f"“{' '.join(title.split()[:2])}": 1})

    def _search(self, script: str) -> None:
        self._terminal.press("/")
        self._terminal.type(f'"{TITLES[script]}"')
        # In the field and in the preview; the note takes of the room in its row.
        self._keep(f"search in {script}", {TITLES[script]: 6})
        self._terminal.type(ESCAPE)
        self._terminal.press(ESCAPE, f" of {ROWS} ")

    def _sheet(self, name: str, key: str, words: str, shows: dict[str, int]) -> None:
        self._terminal.press(key, words)
        self._keep(name, shows)
        self._leave(words)

    def _leave(self, words: str) -> None:
        self._terminal.press(ESCAPE)
        self._terminal.until(lambda: words not in self._terminal.text, f"no {words!r} any more")

    def _keep(self, name: str, shows: dict[str, int]) -> None:
        terminal = self._terminal
        ends = time.monotonic() + PATIENCE
        while missing(terminal.text, shows) and time.monotonic() < ends:
            terminal.settle(0.05, 0.2)
        terminal.settle(0.2)
        self.pages.append(Page(name, bytes(terminal.raw[self._taken :]), shows, self._size))
        self._taken = len(terminal.raw)


COMMANDS: tuple[tuple[str, dict[str, int]], ...] = (
    ("list", dict.fromkeys(TITLES.values(), 1)),
    ("list --cached --query is:unread", dict.fromkeys(TITLES.values(), 1)),
    ("users list", dict.fromkeys(NAMES.values(), 2)),
    ("outbox", {}),
    ("journal", {}),
    ("receipts", {}),
    ("incidents", {INCIDENT: 1}),
    ("insight", {}),
    ("handover --since 24h", {INCIDENT: 1}),
    ("status", {}),
)
"""What is asked at a shell, and what its answer shows."""
COMMANDS_OF_ONE: tuple[tuple[str, Callable[[str], dict[str, int]]], ...] = (
    ("why {id}", lambda script: {TITLES[script]: 1}),
    ("users get {user}", lambda script: {NAMES[script]: 1}),
    ("timeline --user {user}", lambda script: {TITLES[script]: 1}),
    ("timeline --user {user} --as-of 0m", lambda script: {TITLES[script]: 1}),
)
PLAIN = ("user {user}", "all", "1", "why 1", "person", "timeline", "outbox")
"""What is typed into `--plain` about one customer."""
_SIGNS = "●○◷◐✓★✎◆·…≡–▸¶└→↑⏎—"
_CLEAR = b"\x1b[0m\x1b[2J\x1b[H"


def shell_pages(machine: Machine, size: tuple[int, int], scripts: Iterable[str]) -> list[Page]:
    """What commands print on a terminal, each on a page of its own."""
    state = machine.sandbox_state
    asked = [(line, shows, True) for line, shows in COMMANDS]
    for script in scripts:
        user = CUSTOMERS[script]
        [row] = [each for each in state.notifications(ENVIRONMENT, user) if each.title == TITLES[script]]
        values = {"id": row.uuid, "user": user}
        asked += [(line.format(**values), shows(script), False) for line, shows in COMMANDS_OF_ONE]
    pages = []
    for line, shows, has_columns in asked:
        with Terminal([*PROGRAM, *line.split()], machine.env(PAGER="cat"), size=size) as terminal:
            terminal.ends()
            pages.append(Page(f"$ {line}", _CLEAR + bytes(terminal.raw), shows, size, has_columns))
    for script in scripts:
        with Terminal([*PROGRAM, "--plain"], machine.env(), size=size) as terminal:
            terminal.shows("> ")
            for line in PLAIN:
                terminal.press(f"{line.format(user=CUSTOMERS[script])}\r")
            terminal.type("quit\r")
            # What is not sent yet is asked about.
            terminal.until(lambda: terminal.process.poll() is not None or "stay?" in terminal.text, "an end")
            if terminal.process.poll() is None:
                terminal.type("keep\r")
            terminal.ends()
            shows = {TITLES[script]: 2, NAMES[script]: 4}
            pages.append(Page(f"--plain about {script}", _CLEAR + bytes(terminal.raw), shows, size, False))
    return pages


def shown_on(show: Show, pages: Sequence[Page]) -> list[tuple[Page, Shown]]:
    """What a terminal shows of each page; those of one size follow each other on one screen."""
    found: list[tuple[Page, Shown]] = []
    for size, group in groupby(pages, key=lambda page: page.size):
        some = list(group)
        found += zip(some, show([page.raw for page in some], size), strict=True)
    return found


def squeezed(text: str) -> str:
    """Without blanks and borders: words as they follow each other, wherever a line was wrapped.

    And without the newest pictures, which tmux does not draw at all.
    """
    kept = (char for char in text if not (char.isspace() or "\u2500" <= char <= "\u259f" or is_new_picture(char)))
    return unicodedata.normalize("NFC", "".join(kept)).replace(LRM, "")


def missing(text: str, shows: dict[str, int]) -> dict[str, int]:
    """How often each text is seen, of those that are not seen often enough."""
    panes = zip_longest(*(line.split("│") for line in text.splitlines()), fillvalue="")
    seen = squeezed("".join("".join(pane) for pane in panes))
    found = {words: seen.count(squeezed(words)) for words in shows}
    return {words: count for words, count in found.items() if count < shows[words]}


def columns_moved(shown: Shown, apart: Shown) -> list[str]:
    """The lines in which something that every terminal measures alike is not in the cell where it should be."""
    return [
        f"{y}: {''.join(line).rstrip()}"
        for y, (line, expected) in enumerate(zip(shown.texts, apart.texts, strict=True))
        if any(line[x] != expected[x] for x in _undisputed(expected))
    ]


def grounds_broken(shown: Shown, apart: Shown) -> list[str]:
    """The lines of which some cell is on another ground."""
    return [
        f"{y}: {''.join(shown.texts[y]).rstrip()}"
        for y, (line, expected) in enumerate(zip(shown.grounds, apart.grounds, strict=True))
        if line != expected
    ]


def _undisputed(line: list[str]) -> list[int]:
    """The cells before and behind phrases of other scripts, and behind the gap that follows one.

    A phrase ends at a gap or a border; where its last sign is within its own room is the terminal's.
    """
    cells: list[int] = []
    phrase: list[int] = []
    is_plain, is_behind = True, False
    for x, text in enumerate([*line, "│"]):
        is_gap = text == " " and (line[x - 1 : x] == [" "] or line[x + 1 : x + 2] == [" "])
        if is_gap or "\u2500" <= text[:1] <= "\u259f":
            cells += phrase if is_plain else []
            is_behind = not is_plain if phrase else is_behind and is_gap
            cells += [x] if x < len(line) and not is_behind else []
            phrase, is_plain = [], True
        else:
            phrase.append(x)
            is_plain = is_plain and text != "" and (text.isascii() or text in _SIGNS)
    return cells
