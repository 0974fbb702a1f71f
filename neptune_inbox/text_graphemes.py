"""How wide a text is in a terminal's cells, and where it may be cut: measured at the most, cut between clusters.

Seventeen terminals were asked (tests/data/widths.txt). They agree about nonspacing marks, and dispute the spacing
ones (category Mc) and sara am, which take a cell in most and none in those that draw clusters. Whoever counts too few
loses words at the right edge; whoever counts too many leaves a blank. So the larger width counts here, in the tables
of the command line and in Textual (`tui/rich_cells.py`), and what is disputed is written so that all end at one cell
(`presentation/islands.py`). wcwidth does not serve: it counts clusters in a third way (36 for the Hindi line that
takes 37 or 31), and its tables take longer to load than a first page to paint. `unicodedata` knows what clusters
need.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

ELLIPSIS = "…"
LONGEST_CLUSTER = 24
"""Characters; a longer one is not text, and is cut."""

_JOINER, _NON_JOINER = "\N{ZERO WIDTH JOINER}", "\N{ZERO WIDTH NON-JOINER}"
_ZERO_WIDTH = frozenset(("Mn", "Me", "Cf", "Cc"))
_SARA_AM = frozenset("\u0e33\u0eb3")
"""A mark and a letter in one: it belongs to the consonant before it, and takes a cell in all terminals but one."""
_PICTURE_VARIANT = "\ufe0f"
_STACKERS = frozenset("\u094d\u09cd\u0a4d\u0acd\u0b4d\u0c4d\u0ccd\u0d4d\u1039\u17d2\u1a60\u1b44\ua9c0")
"""Marks that draw the letter behind them together with the one before (UAX 29, GB9c, and the like in other scripts).

Not those of Tamil and Sinhala, which are seen.
"""
_DISPUTED = frozenset(
    (_JOINER, _NON_JOINER, "\N{LEFT-TO-RIGHT MARK}", _PICTURE_VARIANT, "\ufe0e", "\u20e3", *_SARA_AM)
)


class _Widths(dict[str, int]):
    """The width of each character, worked out when it is first met; at most 8,192 are kept."""

    def __missing__(self, char: str) -> int:
        width = _width(char)
        if len(self) < 8_192:
            self[char] = width
        return width


def _width(char: str) -> int:
    if char < "\u0300":
        return 1
    # Makes a picture of two cells of a sign of one, in those terminals that heed it.
    if char == _PICTURE_VARIANT:
        return 1
    category = unicodedata.category(char)
    if category in _ZERO_WIDTH or "\u1160" <= char <= "\u11ff" or "\ud7b0" <= char <= "\ud7ff":
        return 0
    if category == "Cn":
        return 2 if is_new_picture(char) else 1
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


_widths = _Widths()


def cells(text: str) -> int:
    """The width in terminal cells, at the most: 2 for wide characters and pictures, 0 for marks that take no room."""
    if text.isascii():
        return len(text)
    return sum(map(_widths.__getitem__, text))


def is_new_picture(char: str) -> bool:
    """Whether this Python has no name for it yet, where only pictures are added (UTS 51, Extended_Pictographic)."""
    is_there = "\U0001f000" <= char <= "\U0001faff" or "\U0001fc00" <= char <= "\U0001fffd"
    return is_there and unicodedata.category(char) == "Cn"


def is_disputed(char: str) -> bool:
    """Whether terminals disagree how far it moves the cursor.

    Pictures are among it: those that came after Unicode 6 take one cell in some, as in xterm.js, and two in others.
    """
    return char in _DISPUTED or unicodedata.category(char) == "Mc" or "\U0001f000" <= char <= "\U0001ffff"


def clusters(text: str) -> Iterator[str]:
    """What a reader takes for one character each, as UAX 29 divides text; nothing is left out."""
    start = flags = 0
    for place in range(1, len(text)):
        before, char = text[place - 1], text[place]
        flags = flags + 1 if _is_flag_letter(before) else 0
        is_one = _is_joined(before, char) or (flags % 2 == 1 and _is_flag_letter(char))
        if not is_one or place - start >= LONGEST_CLUSTER:
            yield text[start:place]
            start = place
    if text:
        yield text[start:]


def _is_joined(before: str, char: str) -> bool:
    """Whether no cluster ends between two characters, flags apart."""
    if char < "\u0300" and before < "\u0300":
        return False
    if char in _DISPUTED or unicodedata.category(char)[0] == "M" or "\U0001f3fb" <= char <= "\U0001f3ff":
        return True
    if before == _JOINER:
        return char > "\u00a8"
    if before in _STACKERS:
        return unicodedata.category(char) == "Lo"
    return _is_jamo_tail(char) or (_is_jamo_head(before) and (_is_jamo_head(char) or "가" <= char <= "힣"))


def _is_flag_letter(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def _is_jamo_head(char: str) -> bool:
    return "\u1100" <= char <= "\u115f" or "\ua960" <= char <= "\ua97c"


def _is_jamo_tail(char: str) -> bool:
    return "\u1160" <= char <= "\u11ff" or "\ud7b0" <= char <= "\ud7fb"


def crop(text: str, width: int) -> str:
    """The text cut to at most `width` cells, ending in `…` where something was cut, never inside a cluster."""
    if cells(text) <= width:
        return text
    if width <= 0:
        return ""
    return _start(text, width - 1).rstrip() + ELLIPSIS


def crop_middle(text: str, width: int) -> str:
    """As `crop`, but with its end kept: names of one family, such as event types, begin alike and end differently."""
    if cells(text) <= width:
        return text
    if width < 6:
        return crop(text, width)
    head = _start(text, (width - 1) * 2 // 5).rstrip()
    kept, room = [], width - 1 - cells(head)
    for cluster in reversed(list(clusters(text))):
        room -= cells(cluster)
        if room < 0:
            break
        kept.append(cluster)
    return head + ELLIPSIS + "".join(reversed(kept)).lstrip()


def _start(text: str, width: int) -> str:
    """As many whole clusters as fit into `width` cells."""
    used = end = 0
    for cluster in clusters(text):
        used += cells(cluster)
        if used > width:
            break
        end += len(cluster)
    return text[:end]
