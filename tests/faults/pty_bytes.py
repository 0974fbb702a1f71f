"""Judges what a program wrote to a terminal: every sequence must be one that the program has a reason to write.

An allow-list, so that nobody has to think of every payload. Colours by number, blinking and hidden text, and cursor
moves without a full address are not on it: the program never writes them, the payloads of `tests/hostile.py` do.
"""

from __future__ import annotations

import base64
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, field

from neptune_inbox.text_graphemes import cells, is_new_picture

_SEQUENCE = re.compile(
    rb"\x1b\[[0-?]*[ -/]*[@-~]"  # CSI
    rb"|\x1b[\]PX^_k][^\x1b\x07]*(?:\x07|\x1b\\)?"  # OSC, DCS, SOS, PM, APC, title: with their text
    rb"|\x1b.?"
    rb"|[\x00-\x1f\x7f]",
    re.DOTALL,
)
_COLOUR = rb"(?:[34]8;2;\d{1,3};\d{1,3};\d{1,3}|2?[2347]|[019]|39|49)"
_MODES = rb"(?:7|25|1000|1003|1004|1006|1015|1016|1049|2004|2026|2048)"
OURS = re.compile(
    rb"\x1b\[(?:%b(?:;%b)*)?m" % (_COLOUR, _COLOUR) + rb"|\x1b\[\d{1,3};\d{1,3}H"
    rb"|\x1b\[\?%b[hl]" % _MODES + rb"|\x1b\[\?(?:2026|2048)\$p"
    rb"|\x1b\[>1u|\x1b\[<u"
    rb"|\x1b\[2[23];0t|\x1b\]11;\?\x1b\\|\x1b\[c"
    rb"|\x1b\]22;[a-z]+\x07"
    rb"|[\r\n]"
)
"""True colours, addressed moves, the terminal's modes, the keyboard protocol, the kept title, the
question for the background, the pointer's shape, line ends."""
_TITLE = re.compile(rb"\x1b\]2;(.*)\x07", re.DOTALL)
_NOTICE = re.compile(rb"\x1b\](?:9|777;notify;neptune-inbox);(.*)\x07", re.DOTALL)
_CLIPBOARD = re.compile(rb"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07")
_FORBIDDEN = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))
_JOINERS = frozenset("\u200c\u200d")
"""Between two pictures and in words of some scripts they belong to the text (text.py)."""


_ISLAND = re.compile("\x1b7( *)\x1b8([^\x1b\x00-\x1f]*)\x1b8\x1b\\[(\\d+)C")
"""What terminals measure differently, over as many blanks as the cursor then goes on by (presentation/islands.py)."""
_OUR_MARK = re.compile("([\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc][^\x1b\u200e]*)\u200e")
"""The mark behind right-to-left text (presentation/bidi.py)."""


def _text_of_island(found: re.Match[str]) -> str:
    """The text alone where the island is one of ours: blanks, text and step are of one width."""
    return found[2] if len(found[1]) == int(found[3]) == cells(found[2]) else found[0]


@dataclass
class Findings:
    """What there was beside harmless text."""

    foreign: Counter[bytes] = field(default_factory=Counter)
    """Sequences and control characters that the program has no reason to write."""
    hidden: Counter[str] = field(default_factory=Counter)
    """Characters that cannot be seen, reorder text or mean nothing."""
    bells: int = 0
    titles: set[str] = field(default_factory=set)
    notices: set[str] = field(default_factory=set)
    """What the desktop was told."""
    copied: list[str] = field(default_factory=list)
    """What was put into the clipboard."""
    sequences: int = 0
    """How many were looked at."""

    @property
    def raw(self) -> int:
        """How many control bytes and hidden characters got through that should not have."""
        return self.foreign.total() + self.hidden.total()


def judge(raw: bytes) -> Findings:
    """Look at every byte of it."""
    found = Findings()
    raw = _OUR_MARK.sub("\\1", _ISLAND.sub(_text_of_island, raw.decode("utf-8", "surrogateescape"))).encode(
        "utf-8", "surrogateescape"
    )
    for match in _SEQUENCE.finditer(raw):
        found.sequences += 1
        _sort_in(match[0], found)
    text = _SEQUENCE.sub(b"", raw).decode("utf-8", "surrogateescape")
    for char in set(text):
        if unicodedata.category(char) in _FORBIDDEN and char not in _JOINERS and not is_new_picture(char):
            found.hidden[char] += text.count(char)
    return found


def _sort_in(sequence: bytes, found: Findings) -> None:
    if OURS.fullmatch(sequence):
        return
    if sequence == b"\x07":
        found.bells += 1
    elif title := _TITLE.fullmatch(sequence):
        found.titles.add(title[1].decode("utf-8", "replace"))
    elif notice := _NOTICE.fullmatch(sequence):
        found.notices.add(notice[1].decode("utf-8", "replace"))
    elif copied := _CLIPBOARD.fullmatch(sequence):
        found.copied.append(base64.b64decode(copied[1]).decode("utf-8", "replace"))
    else:
        found.foreign[sequence] += 1
