"""A terminal in memory that measures as real ones were measured (tests/data/widths.txt), in either of their two ways.

pyte alone stops drawing at a mark that it cannot compose, and forgets a saved cursor once it was restored.
"""

from __future__ import annotations

import unicodedata

import pyte
from pyte import modes


class ModelScreen(pyte.Screen):
    """As xterm, VTE and tmux measure: each character by itself, a spacing mark one cell."""

    draws_clusters = False
    """As kitty and ghostty measure: a mark belongs to the letter before it and takes no cell."""

    joins = False
    """As tmux: whatever comes behind a joiner stands in the cell before."""

    def draw(self, data: str) -> None:
        before = ""
        for char in data:
            width = 0 if self.joins and before == "\u200d" else self._width(char)
            before = char
            if width == 0:
                self._add(char)
                continue
            if self.cursor.x + width > self.columns:
                if modes.DECAWM in self.mode:
                    self.carriage_return()
                    self.linefeed()
                else:
                    self.cursor.x = self.columns - width
            line = self.buffer[self.cursor.y]
            line[self.cursor.x] = self.cursor.attrs._replace(data=char)
            for x in range(self.cursor.x + 1, self.cursor.x + width):
                line[x] = self.cursor.attrs._replace(data="")
            self.cursor.x += width
        self.dirty.add(self.cursor.y)

    def restore_cursor(self) -> None:
        """A saved cursor may be restored more than once; pyte takes it from a stack."""
        saved = self.savepoints[-1] if self.savepoints else None
        super().restore_cursor()
        if saved is not None:
            self.savepoints.append(saved._replace(cursor=_copied(saved.cursor)))

    def save_cursor(self) -> None:
        super().save_cursor()
        self.savepoints[:-1] = []

    def _add(self, char: str) -> None:
        """Put a mark on what stands before the cursor."""
        line = self.buffer[self.cursor.y]
        x = self.cursor.x - 1
        while x > 0 and not line[x].data:
            x -= 1
        if x >= 0 and (unicodedata.category(char)[0] != "C" or char in "\u200c\u200d"):
            line[x] = line[x]._replace(data=unicodedata.normalize("NFC", line[x].data + char))

    def _width(self, char: str) -> int:
        category = unicodedata.category(char)
        if category in ("Mn", "Me", "Cf", "Cc") or "\u1160" <= char <= "\u11ff":
            return 0
        if category == "Mc" or char in "\u0e33\u0eb3":
            return 0 if self.draws_clusters else 1
        if category == "Cn":
            return 2 if self.draws_clusters else 1
        return 2 if unicodedata.east_asian_width(char) in "WF" else 1


class JoiningScreen(ModelScreen):
    """tmux."""

    joins = True


class ClusterScreen(ModelScreen):
    """A terminal that draws clusters."""

    draws_clusters = True


def _copied(cursor: pyte.screens.Cursor) -> pyte.screens.Cursor:
    copy = pyte.screens.Cursor(cursor.x, cursor.y, cursor.attrs)
    copy.hidden = cursor.hidden
    return copy
