"""Every page of the inbox and every table of its commands in fourteen scripts, on terminals of both kinds.

    XTERM_JS=FOLDER python tests/bench/scripts.py

It needs tmux, and node with @xterm/headless and @xterm/addon-unicode-graphemes in FOLDER. A line for each terminal
says on how many pages something was lost or moved, and which; it ends with 1 where there are any.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.faults.scripts_screens import TERMINALS, why_not
from tests.faults.scripts_world import (
    BELOW,
    BESIDE,
    TALL,
    Page,
    PageTour,
    columns_moved,
    customers_of_scripts,
    grounds_broken,
    missing,
    shell_pages,
    shown_on,
)
from tests.scripts_corpus import TITLES


def walked() -> list[Page]:
    """Every page for every script, with the preview beside the list and below it, and what commands print."""
    pages = []
    for size in (BESIDE, BELOW):
        with tempfile.TemporaryDirectory() as home, customers_of_scripts(Path(home)) as machine:
            pages += PageTour(machine, size).run(TITLES)
            if size == BESIDE:
                pages += shell_pages(machine, TALL, TITLES)
    return pages


def main() -> int:
    pages = walked()
    apart = [shown for _, shown in shown_on(TERMINALS["apart"], pages)]
    wrong = 0
    for name, show in TERMINALS.items():
        if why := why_not(name):
            print(f"{name}: {why}")
            continue
        faults: list[str] = []
        for (page, shown), expected in zip(shown_on(show, pages), apart, strict=True):
            if lost := missing(shown.text, page.shows):
                faults.append(f"{page.name}: lost {lost}")
            if page.has_columns and (moved := columns_moved(shown, expected)):
                faults.append(f"{page.name}: moved {moved}")
            if broken := grounds_broken(shown, expected):
                faults.append(f"{page.name}: gap in the ground {broken}")
        texts = sum(sum(page.shows.values()) for page in pages)
        print(f"{name:10}{len(pages):4} pages, {texts:,} texts looked for, {len(faults)} faults", flush=True)
        print(*(f"  {fault}" for fault in faults), sep="\n", end="\n" if faults else "")
        wrong += len(faults)
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
