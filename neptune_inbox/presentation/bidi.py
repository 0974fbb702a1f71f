"""Right-to-left text next to other text: a mark after it keeps each run in its own cells.

Logical order stays. Terminals that know the bidirectional algorithm reorder the text of a line themselves: they
take two runs of Arabic with only a border between them for one, so that a row shows another row's title, and digits
behind a run move into it. U+200E (LRM) behind each run ends that: seen in VTE and konsole. It has no width there, nor
in xterm and alacritty (one cell in mlterm and xterm.js, which an island gives back). Isolates (FSI, PDI) do not help.

Text from outside holds no such mark: it is cleaned away as it enters, and the last gate takes away any but ours.
"""

from __future__ import annotations

import re

LRM = "\N{LEFT-TO-RIGHT MARK}"
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]")


def is_right_to_left(text: str) -> bool:
    """Whether any of it is written from right to left."""
    return not text.isascii() and _RIGHT_TO_LEFT.search(text) is not None


def closed(text: str) -> str:
    """The text with the mark behind its last word, which keeps what follows from being drawn into it.

    Blanks and `…` come after the mark: xterm.js puts it into the next cell, where something must be written over it.
    """
    if not is_right_to_left(text):
        return text
    words = text.rstrip(" …")
    return f"{words}{LRM}{text[len(words) :]}"
