"""What is on a terminal, cell by cell, so that only what differs from it is written.

Textual writes whole regions and whole frames, with the full look before every span; over a slow line a dialog takes
seconds so. Here everything that leaves is read into a picture of the screen, and what leaves in its place is the
difference between that picture and what was written before: the cells that changed, with a change of look where the
look changes. Frames that come faster than the line takes them become one.

A text whose cells terminals measure or order differently (islands.py, bidi.py) is one unit: it is written whole or
not at all. Right-to-left text is closed where whoever wrote it did so, and where it ends at a gap or a border, as a
dialog may cut it off there; not where a sentence goes on in another look. Neither textual nor rich is imported.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final, NamedTuple

from neptune_inbox.presentation.bidi import LRM, closed, is_right_to_left
from neptune_inbox.presentation.islands import with_islands
from neptune_inbox.presentation.look import PLAIN, Look, after, change
from neptune_inbox.text_graphemes import cells, clusters

SYNC_START, SYNC_END = "\x1b[?2026h", "\x1b[?2026l"
_WORTH_A_MOVE: Final = 6
"""Unchanged cells that are written again, because moving over them takes as many bytes."""
_WORTH_SORTING: Final = 12
"""Pieces; fewer of them are written as they come."""
_ISLAND = re.compile("\x1b7 *\x1b8([^\x1b]*)\x1b8\x1b\\[\\d+C")
_TOKEN = re.compile(
    r"\x1b\[([\d;]*)m([^\x00-\x1f\x7f]*)"
    r"|\x1b\[(\d+);(\d+)H([^\x00-\x1f\x7f]*)"
    r"|([^\x00-\x1f\x7f]+)"
    r"|(\r?\n)|(\x1b\[\?2026[hl])"
    r"|(\x1b\[\?(?:7|25|10[01]\d|2004|2048)[hl]|\x1b\[\?\d+\$p|\x1b\[[<>]\d*u|\x1b\[2[23];0t|\x1b\[c|\x07"
    r"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\))"
    r"|(\x1b\[[0-?]*[ -/]*[@-~]|\x1b[ -/]*[0-~]|[\x00-\x1f\x7f])"
)
_LOOK, _PLACE_TEXT, _TEXT, _LINE, _SYNC, _ELSEWHERE = 2, 5, 6, 7, 8, 9
_EASY = (
    " -~\u00a0-\u02ff\u0370-\u0482\u048a-\u052f\u1e00-\u1fff\u2010-\u2027\u2030-\u205e\u2070-\u209c\u20a0-\u20c0"
    "\u2100-\u27bf\u2800-\u28ff\u3001-\u3029\u3030-\u3096\u309b-\u9fff\uac00-\ud7a3\uff01-\uff9d\uffe0-\uffe6"
)
"""Characters that every terminal draws in cells of their own."""
_PHRASE = re.compile(f"[^ \u2500-\u259f]*[^{_EASY}](?:[^ \u2500-\u259f]| (?![ \u2500-\u259f]|$))*")
"""Words of which some are not easy, up to a gap or a border."""
_BORDER_OR_GAP = re.compile("[ …\u2500-\u259f]")


class _Row(NamedTuple):
    """One line: the text that begins in each cell (empty where it began before), None where nothing is known."""

    texts: list[str | None]
    looks: list[Look]

    @classmethod
    def unknown(cls, width: int) -> _Row:
        return cls([None] * width, [PLAIN] * width)


class TerminalCells:
    """The screen as it is to be, and as it was last written; for one thread."""

    def __init__(self, size: Callable[[], tuple[int, int]]) -> None:
        """`size` gives the current columns and lines of the terminal."""
        self._size_now = size
        self._size = size()
        self._wanted: list[_Row] = []
        self._shown: list[_Row] = []
        self._touched: set[int] = set()
        self._right_to_left: set[int] = set()
        """The lines that may hold such text."""
        self._out: list[str] = []
        self._has_sync = False
        # Where the next text of what is fed goes, and its look.
        self._y, self._x = 0, 0
        self._look = PLAIN
        # Where the terminal itself is; None where that is not known.
        self._at: tuple[int, int] | None = None
        self._pen: Look | None = None
        self._clear()

    def adopt(self, text: str) -> None:
        """Take it that this text was written to the terminal already."""
        self.feed(text)
        self._shown = [_Row([*self._texts_of(y)], [*row.looks]) for y, row in enumerate(self._wanted)]
        self._touched.clear()
        self._out.clear()

    def forget(self) -> None:
        """Take nothing for granted that is on the terminal: all of it is written again."""
        self._at = self._pen = None
        self._shown = [_Row.unknown(self._size[0]) for _ in range(self._size[1])]
        self._touched.update(range(self._size[1]))

    def feed(self, text: str) -> None:
        """Take in what a program writes."""
        if "\x1b7" in text:
            text = _ISLAND.sub(r"\1", text)
        for token in _TOKEN.finditer(text):
            kind = token.lastindex
            if kind == _LOOK:
                self._look = after(self._look, token[1])
                self._put(token[2])
            elif kind == _PLACE_TEXT:
                self._y, self._x = int(token[3]) - 1, int(token[4]) - 1
                self._put(token[5])
            elif kind == _TEXT:
                self._put(token[6])
            elif kind == _LINE:
                self._y, self._x = self._y + 1, 0
            elif kind == _SYNC:
                self._has_sync = True
            elif kind == _ELSEWHERE:
                self._out.append(token[0])
            else:
                # It may change any cell; what was fed before it belongs to the screen before it.
                self._out += [self._difference(), token[0]]
                self._clear()

    def changes(self) -> str:
        """What has to be written so that the terminal shows all that was fed."""
        size = self._size_now()
        if size != self._size:
            self._resize(size)
        if self._touched:
            self._out.append(self._difference())
        text = "".join(self._out)
        self._out.clear()
        return text

    def _clear(self) -> None:
        width, height = self._size
        self._wanted = [_Row.unknown(width) for _ in range(height)]
        self._shown = [_Row.unknown(width) for _ in range(height)]
        self._touched.clear()
        self._right_to_left.clear()
        self._at = self._pen = None

    def _resize(self, size: tuple[int, int]) -> None:
        """The terminal may have moved what was on it; what fits is written again."""
        before, self._size = self._wanted, size
        self._wanted = [_Row.unknown(size[0]) for _ in range(size[1])]
        for new, old in zip(self._wanted, before, strict=False):
            fits = min(size[0], len(old.texts))
            while fits and fits < len(old.texts) and old.texts[fits] == "":
                fits -= 1
            new.texts[:fits], new.looks[:fits] = old.texts[:fits], old.looks[:fits]
        self.forget()

    def _put(self, text: str) -> None:
        y, x = self._y, self._x
        if not text or not (0 <= y < self._size[1] and x < self._size[0]):
            return
        row = self._wanted[y]
        put: str | list[str] = text
        if not text.isascii():
            put = _units(text)
            if is_right_to_left(text):
                self._right_to_left.add(y)
        end = x + len(put)
        self._x = end
        if end > self._size[0]:
            # A terminal that does not wrap keeps writing to its last cell, which Textual never asks for.
            put, end = _cut(put, self._size[0] - x), self._size[0]
        _part(row, x)
        if end < self._size[0]:
            _part(row, end)
        row.texts[x:end] = put
        row.looks[x:end] = [self._look] * len(put)
        self._touched.add(y)

    def _difference(self) -> str:
        """The cells that differ, and the cursor where it was put last."""
        pieces: list[_Piece] = []
        for y in sorted(self._touched):
            wanted, shown = self._wanted[y]._replace(texts=self._texts_of(y)), self._shown[y]
            if wanted.texts != shown.texts or wanted.looks != shown.looks:
                _add_pieces(pieces, y, wanted, shown)
                shown.texts[:], shown.looks[:] = wanted.texts, wanted.looks
        self._touched.clear()
        out = self._written(pieces)
        if (self._y, self._x) != self._at and out:
            out.append(f"\x1b[{self._y + 1};{self._x + 1}H")
            self._at = (self._y, self._x)
        if not out:
            return ""
        # Whatever ends the program, the shell's text is in its own colours.
        out.append(change(self._pen, PLAIN))
        self._pen = PLAIN
        return "".join([SYNC_START, *out, SYNC_END] if self._has_sync else out)

    def _texts_of(self, y: int) -> list[str | None]:
        """The texts of a line that is wanted, as they are to be written."""
        texts = self._wanted[y].texts
        return _all_closed(texts) if y in self._right_to_left else texts

    def _written(self, pieces: list[_Piece]) -> list[str]:
        """The pieces line by line, or look by look where moves are shorter than changes of the look."""
        start = self._at, self._pen
        out = self._write(pieces)
        if len(pieces) >= _WORTH_SORTING:
            there = self._at, self._pen
            self._at, self._pen = start
            by_look = self._write(_by_look(pieces))
            if sum(map(len, by_look)) < sum(map(len, out)):
                return by_look
            self._at, self._pen = there
        return out

    def _write(self, pieces: list[_Piece]) -> list[str]:
        out: list[str] = []
        width = self._size[0]
        for piece in pieces:
            if self._at != (piece.y, piece.x):
                out.append(f"\x1b[{piece.y + 1};{piece.x + 1}H")
            look, last = piece.look, self._pen
            if look is not last and not (piece.is_blank and last is not None and last.blank is look.blank):
                out.append(change(last, look))
                self._pen = look
            out.append(piece.text)
            self._at = (piece.y, piece.end) if piece.end < width else None
        return out


def _cut(put: str | list[str], width: int) -> str | list[str]:
    """The first cells of what is put, blanks where a unit is cut."""
    kept = put[:width]
    if isinstance(kept, str) or put[width] != "":
        return kept
    start = width - 1
    while start >= 0 and kept[start] == "":
        start -= 1
    start = max(start, 0)
    return [*kept[:start], *" " * (width - start)]


class _Piece:
    """Cells of one line that follow each other and are written in one look."""

    __slots__ = ("end", "is_blank", "is_tied", "look", "text", "x", "y")

    def __init__(self, y: int, x: int, look: Look, *, is_tied: bool) -> None:
        self.y = y
        self.x = self.end = x
        self.look = look
        self.text = ""
        self.is_blank = True
        self.is_tied = is_tied
        """Whether it has to be written directly behind the one before it."""

    def takes(self, text: str, look: Look) -> bool:
        """Whether a text of this look can follow in it."""
        if look is self.look or (text == " " and look.blank is self.look.blank):
            return True
        if self.is_blank and self.look.blank is look.blank:
            self.look = look
            return True
        return False

    def add(self, text: str, end: int) -> None:
        self.text += text
        self.end = end
        self.is_blank = self.is_blank and text == " "


def _by_look(pieces: list[_Piece]) -> list[_Piece]:
    """The pieces of one look behind each other, the looks in the order in which they come."""
    groups: dict[Look, list[_Piece]] = {}
    group: list[_Piece] = []
    for piece in pieces:
        if not piece.is_tied:
            group = groups.setdefault(piece.look, [])
        group.append(piece)
    return [piece for group in groups.values() for piece in group]


def _add_pieces(pieces: list[_Piece], y: int, wanted: _Row, shown: _Row) -> None:
    """Add what differs in one line."""
    texts, looks = wanted
    old_texts, old_looks = shown
    x, width = 0, len(texts)
    forced = -1
    last: _Piece | None = None
    while x < width:
        text, look = texts[x], looks[x]
        if x != forced and text == old_texts[x]:
            was = old_looks[x]
            if look is was or (text == " " and look.blank is was.blank):
                x += 1
                continue
        if text is None:
            x += 1
            continue
        if text == "":
            # A unit is written from its start.
            while texts[x] == "":
                x -= 1
            text, look = texts[x] or " ", looks[x]
        end = x + 1
        while end < width and texts[end] == "":
            end += 1
        if last is not None and last.end != x:
            _bridge(last, x, wanted)
        if last is None or last.end != x or not last.takes(text, look):
            last = _Piece(y, x, look, is_tied=x == forced)
            pieces.append(last)
        last.add(text if len(text) == end - x == 1 else with_islands(text), end)
        if LRM in text:
            # xterm.js puts it into the next cell.
            forced = end
        x = end


def _bridge(piece: _Piece, x: int, row: _Row) -> None:
    """Write the unchanged cells up to another one once more, where a move over them takes as many bytes."""
    start = piece.end
    if not 0 < x - start <= _WORTH_A_MOVE:
        return
    between = row.texts[start:x]
    is_same = all(
        text is not None
        and len(text) == 1
        and text.isascii()
        and (look is piece.look or (text == " " and look.blank is piece.look.blank))
        for text, look in zip(between, row.looks[start:x], strict=True)
    )
    if is_same:
        piece.add("".join(map(str, between)), x)


def _part(row: _Row, at: int) -> None:
    """Have a unit begin in this cell: one that began before it is cut in two, blanks where a cluster is on both."""
    if row.texts[at] != "":
        return
    start = at
    while row.texts[start] == "":
        start -= 1
    end = at
    while end < len(row.texts) and row.texts[end] == "":
        end += 1
    left, right, used = "", "", start
    for cluster in clusters(row.texts[start] or ""):
        width = cells(cluster)
        if used + width <= at:
            left += cluster
        elif used >= at:
            right += cluster
        else:
            left += " " * (at - used)
            right += " " * (used + width - at)
        used += width
    row.texts[start:end] = [*_units(left), *_units(right)]


def _all_closed(texts: list[str | None]) -> list[str | None]:
    """The line with our mark behind each right-to-left text that does not go on beside it."""
    found = [*texts]
    for start, text in enumerate(texts):
        if text and not text.isascii() and LRM not in text and is_right_to_left(text):
            end = start + 1
            while end < len(texts) and texts[end] == "":
                end += 1
            if not _goes_on(texts[end : end + 2]):
                found[start] = closed(text)
    return found


def _goes_on(beside: list[str | None]) -> bool:
    """Whether the next two cells hold more of a sentence, at most a blank away."""
    if beside[:1] == [" "]:
        beside = beside[1:]
    return bool(beside and beside[0] and _BORDER_OR_GAP.match(beside[0]) is None)


@lru_cache(4096)
def _units(text: str) -> list[str]:
    """What begins in each cell of a text, right-to-left text with our mark if it had it; must not be changed."""
    found: list[str] = []
    *ended, rest = text.split(LRM)
    for part in ended:
        found += _parted(part)
        last = len(found) - 1
        while last > 0 and not found[last]:
            last -= 1
        if found and is_right_to_left(found[last]):
            found[last] += LRM
    return found + _parted(rest)


def _parted(text: str) -> list[str]:
    """Units and easy characters, one for each cell."""
    found: list[str] = []
    place = 0
    for phrase in _PHRASE.finditer(text):
        found += _easy_units(text[place : phrase.start()])
        width = cells(phrase[0])
        found += [phrase[0], *[""] * (width - 1)] if width else []
        place = phrase.end()
    return found + _easy_units(text[place:])


def _easy_units(text: str) -> list[str]:
    found: list[str] = []
    for char in text:
        found += (char,) if cells(char) == 1 else (char, "")
    return found
