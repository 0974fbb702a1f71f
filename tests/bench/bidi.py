"""Right-to-left text in panes side by side, in windows of terminals that reorder it: pictures, and a check of them.

    python tests/bench/bidi.py FOLDER [--terminal xfce4-terminal --terminal konsole]

It needs Xvfb, ImageMagick, the terminals, and a font with Arabic and Hebrew. Each pane is looked at as it stands and
once more with the panes beside it wiped: not a pixel of it may differ, or text of one pane is drawn in another.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from neptune_inbox.presentation.layout import Layout
from screenshots.scripts import BODIES, PEOPLE, TEXTS
from tests.bench.windows import TERMINALS, Area, TerminalWindow, difference, differing_cells, display
from tests.faults.pty_machine import ENVIRONMENT, Machine
from tests.faults.pty_terminal import PROGRAM

SIZE = (160, 44)
BIDIRECTIONAL = ("xfce4-terminal", "konsole")
PANES = ("sidebar", "list", "preview")
MINUTE = 60_000
HEBREW = (
    ("payment_failed", "התשלום בכרטיס 6011 נדחה"),
    ("shipment_delayed", "ההזמנה A-40117 תתעכב 2 ימים"),
    ("welcome", "שָׁלוֹם עוֹלָם 123"),
)


@contextmanager
def right_to_left_world(folder: Path) -> Iterator[Machine]:
    """Customers with Arabic names, whose titles and bodies are Arabic and Hebrew."""
    people = PEOPLE["arabic"]
    machine = Machine(folder)
    state, now = machine.sandbox_state, machine.sandbox_state.now()
    for user_id, name in people:
        state.create_user(ENVIRONMENT, user_id, {"name": name})
    for number, (event_type, title) in enumerate((*TEXTS["arabic"], *HEBREW)):
        state.add_notification(
            ENVIRONMENT,
            people[number % len(people)][0],
            title,
            body=BODIES["arabic"],
            event_type=event_type,
            created_at=now - (number + 1) * 7 * MINUTE,
        )
    with machine:
        machine.configure(machine.base_url.removesuffix("/neptune"), users=[user_id for user_id, _ in people])
        yield machine


def wiped(columns: range) -> str:
    """What wipes these columns, from 0, of every line between the first and the last."""
    return "".join(f"\x1b[{y};{columns.start + 1}H\x1b[m{' ' * len(columns)}" for y in range(2, SIZE[1]))


def look(name: str, where: str, machine: Machine, folder: Path) -> Iterator[str]:
    """Take the pictures of one terminal; what is wrong in them."""
    terminal = TerminalWindow(name, where, [*PROGRAM], machine.env(COLORTERM="truecolor"), size=SIZE)
    try:
        terminal.settle(2.0)
        terminal.type("gjj")
        terminal.settle(2.0)
        terminal.hold()
        whole = terminal.picture(folder / f"{name}.png")
        terminal.print("\x1b[1;1H\x1b[41m \x1b[m")
        cell = difference(whole, terminal.picture(folder / f"{name}-cell.png"))
        layout = Layout.for_size(*SIZE)
        edges = (0, layout.rows.x, layout.preview.x, SIZE[0])
        for pane, (start, end) in zip(PANES, pairwise(edges), strict=True):
            terminal.draw_again()
            terminal.print(wiped(range(start)) + wiped(range(end, SIZE[0])))
            alone = terminal.picture(folder / f"{name}-{pane}.png")
            across, down = cell.width, cell.height
            area = Area(cell.x + start * across, cell.y + down, (end - start) * across, (SIZE[1] - 2) * down)
            found = differing_cells(whole, alone, area, cell)
            if not found.is_empty:
                yield f"{name}: the {pane} is drawn otherwise where nothing stands beside it, in these cells: {found}"
    finally:
        terminal.close()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="where the pictures go")
    parser.add_argument("--terminal", action="append", choices=TERMINALS, help="which ones")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    wrong = []
    with tempfile.TemporaryDirectory() as home, display() as where, right_to_left_world(Path(home)) as machine:
        for name in options.terminal or BIDIRECTIONAL:
            found = list(look(name, where, machine, options.folder))
            print("\n".join(found) or f"{name}: three panes, each as it is alone", flush=True)
            wrong += found
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
