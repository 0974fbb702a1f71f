"""Fields to type into, in which the cursor goes by what a reader takes for one character, in every script.

Textual's own go by code points: the cursor stops within a letter, which terminals then draw in pieces.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import accumulate
from typing import Any

from rich.style import Style
from rich.text import Text
from textual.widgets import Input, TextArea

from neptune_inbox.text_graphemes import cells, clusters, is_new_picture

_INSEPARABLE = re.compile("[\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff\u20e3\ufe00-\ufe0f\U000e0100-\U000e01ef]")
"""Jamo, and what chooses the shape of the character before it: no reader takes these for a key of their own."""
_SEPARATORS = r"\s!-/:-@\[-`{-~"


class TextField(Input):
    """A line of text."""

    # `\w` holds no marks, so that a word of an Indic script would be many.
    _WORD_START = re.compile(rf"(?<=[{_SEPARATORS}])[^{_SEPARATORS}]")

    def action_cursor_left(self, select: bool = False) -> None:
        if select or self.selection.is_empty:
            self._move_to(_before(self.value, self.cursor_position), select)
        else:
            super().action_cursor_left(select)

    def action_cursor_right(self, select: bool = False) -> None:
        if select or (self.selection.is_empty and not self.cursor_at_end):
            self._move_to(_behind(self.value, self.cursor_position), select)
        else:
            # A suggestion may be accepted.
            super().action_cursor_right(select)

    def action_delete_left(self) -> None:
        if self.selection.is_empty:
            self.delete(_rubbed_out(self.value, self.cursor_position), self.cursor_position)
        else:
            self.delete_selection()

    def action_delete_right(self) -> None:
        if self.selection.is_empty:
            self.delete(self.cursor_position, _behind(self.value, self.cursor_position))
        else:
            self.delete_selection()

    @property
    def _value(self) -> Text:
        return _Whole.of(super()._value)

    def _cell_offset_to_index(self, offset: int) -> int:
        """Where a click on a cell puts the cursor: before the character that is drawn there."""
        used, place = 0, 0
        for cluster in clusters(self.value):
            used += cells(cluster)
            if used > offset + self.scroll_offset.x:
                break
            place += len(cluster)
        return place

    def _move_to(self, position: int, select: bool) -> None:
        start = self.selection.start if select else position
        self.selection = type(self.selection)(start, position)


class TextBox(TextArea):
    """Text of several lines."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._word_pattern = re.compile(
            rf"(?<=[{_SEPARATORS}])(?=[^{_SEPARATORS}])|(?<=[^{_SEPARATORS}])(?=[{_SEPARATORS}])"
        )

    def get_cursor_left_location(self) -> tuple[int, int]:
        row, column = self.cursor_location
        if column:
            return row, _before(self.document[row], column)
        return super().get_cursor_left_location()

    def get_cursor_right_location(self) -> tuple[int, int]:
        row, column = self.cursor_location
        if column < len(self.document[row]):
            return row, _behind(self.document[row], column)
        return super().get_cursor_right_location()

    def action_delete_left(self) -> None:
        row, column = self.cursor_location
        if self.selection.is_empty and column and not self.read_only:
            self._delete_via_keyboard((row, _rubbed_out(self.document[row], column)), (row, column))
        else:
            super().action_delete_left()

    def get_line(self, line_index: int) -> Text:
        return _Whole.of(super().get_line(line_index))


class _Whole(Text):
    """Text in which a look begins and ends with whole characters."""

    @classmethod
    def of(cls, text: Text) -> _Whole:
        """The same text."""
        whole = cls(no_wrap=True, overflow="ignore", end="")
        whole.append_text(text)
        return whole

    def stylize(self, style: str | Style, start: int = 0, end: int | None = None) -> None:
        if end is not None and 0 <= start < end <= len(self.plain):
            start, end = _before(self.plain, start + 1), _behind(self.plain, end - 1)
        super().stylize(style, start, end)


def _ends(text: str) -> list[int]:
    """Where each character ends."""
    return [0, *accumulate(map(len, clusters(text)))]


def _before(text: str, position: int) -> int:
    """The start of the character that is left of a position, or around it."""
    return max((end for end in _ends(text) if end < position), default=0)


def _behind(text: str, position: int) -> int:
    """The end of the character that is right of a position, or around it."""
    return min((end for end in _ends(text) if end > position), default=len(text))


def _rubbed_out(text: str, position: int) -> int:
    """From where backspace deletes: what was typed last of a letter, however it was spelt, and else all of it."""
    start = _before(text, position)
    return start if any(map(_is_inseparable, text[start:position])) else max(0, position - 1)


def _is_inseparable(char: str) -> bool:
    """Whether what this is a part of was typed as one: a picture, a flag, a syllable of jamo."""
    is_picture = unicodedata.category(char) == "So" or is_new_picture(char)
    return is_picture or _INSEPARABLE.match(char) is not None
