"""Text that terminals measure differently, written so that the cursor of each ends in the same cell.

Terminals that draw clusters move one cell for a consonant with a spacing mark, the others two. A text that holds such
a mark becomes an island: blanks over all its cells at the most (so that no older text shows through, and the ground
has no gap), the text over them from its first cell, then the cursor put behind its last cell by counting. DECSC and
DECRC (`ESC 7`, `ESC 8`) and CUF do the same in all of the seventeen terminals asked, so nothing is probed for.

It works on text as it leaves, span by span in the pen and for all else in the driver, so it covers whatever is drawn;
what is an island already stays one. Neither textual nor rich is imported.
"""

from __future__ import annotations

import re

from neptune_inbox.text_graphemes import cells, is_disputed

_ESCAPE = (
    r"\x1b7 *\x1b8[^\x1b]*\x1b8\x1b\[\d+C"
    r"|\x1b\[[0-?]*[ -/]*[@-~]"
    r"|\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?"
    r"|\x1b[ -/]*[0-~]?"
)
_PIECE = re.compile(rf"({_ESCAPE}|[\x00-\x1f\x7f])")
_PERHAPS = re.compile(
    "[\u0900-\u109f\u1700-\u18af\u1900-\u1cff\u200c-\u200e\u20e3\u302e\u302f\ua800-\uabff\ufe0e\ufe0f"
    "\U00011000-\U00011fff\U00016f00-\U00016fff\U0001d165-\U0001d172\U0001f000-\U0001ffff]"
)
"""Where disputed characters are; most of what leaves holds none of these."""
_END = re.compile("(?<=…)| *(?:  |$|[\u2500-\u259f])")
"""Where a phrase ends that may be drawn as one: at a gap, before a border, and where a column was cut."""


def with_islands(text: str) -> str:
    """The same text for a terminal, its escape sequences untouched, with every disputed run as an island."""
    if text.isascii() or not _PERHAPS.search(text):
        return text
    pieces = _PIECE.split(text)
    # Every other piece is an escape sequence.
    pieces[::2] = [piece if piece.isascii() else _with_islands(piece) for piece in pieces[::2]]
    return "".join(pieces)


def _with_islands(run: str) -> str:
    """A run between two escapes, in which each phrase that holds something disputed is an island."""
    out: list[str] = []
    place = 0
    while place < len(run):
        disputed = next((at for at in range(place, len(run)) if is_disputed(run[at])), None)
        if disputed is None:
            break
        # What comes before is measured alike; behind it ends the column, or all that is written in this style.
        start = max(run.rfind(" ", place, disputed) + 1, place)
        end = _END.search(run, disputed)
        stop = end.start() if end else len(run)
        phrase = run[start:stop]
        width = cells(phrase)
        out.append(f"{run[place:start]}\x1b7{' ' * width}\x1b8{phrase}\x1b8\x1b[{width}C")
        place = stop
    return "".join(out) + run[place:]
