"""Where everything is on the inbox screen, for every size: the first paint and Textual both ask here."""

from __future__ import annotations

from typing import NamedTuple

SMALLEST_WIDTH, SMALLEST_HEIGHT = 20, 5
"""Below this nothing is painted before Textual."""

_SIDEBAR_WIDTHS = ((160, 28), (120, 24), (96, 19))
_SIDEBAR_HEIGHT = 16
_RULE_HEIGHT = 20
_FOLDED_HEIGHT = 18
_PREVIEW_HEIGHT = 20
_BESIDE_WIDTH = 150
"""From this width on the preview is at the right of the list, below that under it."""


class Box(NamedTuple):
    """A rectangle in cells; one without width or height is not shown."""

    x: int
    y: int
    width: int
    height: int

    @property
    def is_shown(self) -> bool:
        return self.width > 0 and self.height > 0


class Layout(NamedTuple):
    """The boxes of the inbox screen."""

    top: Box
    folded: Box
    """The watched users in one line, where there is no room for the sidebar."""
    sidebar: Box
    bar: Box
    """The filter bar."""
    rule: Box
    rows: Box
    status: Box
    preview: Box
    hints: Box

    @property
    def is_beside(self) -> bool:
        """Whether the preview is at the right of the list."""
        return self.rows.is_shown and self.preview.is_shown and self.preview.y == self.rows.y

    @classmethod
    def for_size(
        cls, width: int, height: int, *, has_users: bool = True, has_preview: bool = True, is_reading: bool = False
    ) -> Layout:
        """The layout of a terminal of this size; `has_users` when there is more than one user to choose from.

        The preview is to the right of a wide list, otherwise below it; where it does not fit it is left out,
        and while `is_reading` it covers the list.
        """
        side = next((size for least, size in _SIDEBAR_WIDTHS if width >= least), 0)
        if not has_users or height < _SIDEBAR_HEIGHT:
            side = 0
        y = 1
        is_folded = has_users and not side and height >= _FOLDED_HEIGHT
        folded = Box(0, y, width, int(is_folded))
        y += folded.height
        bar = Box(side, y, width - side, 1)
        rule = Box(side, y + 1, width - side, int(height >= _RULE_HEIGHT))
        top_of_rows = rule.y + rule.height
        bottom = height - 1
        room = max(0, bottom - top_of_rows - 1)
        rows, preview = _split(
            Box(side, top_of_rows, width - side, room),
            is_beside=has_preview and width >= _BESIDE_WIDTH and height >= _PREVIEW_HEIGHT,
            is_below=has_preview and height >= _PREVIEW_HEIGHT,
            is_over=is_reading,
        )
        status_y = preview.y - 1 if preview.y > top_of_rows else top_of_rows + room
        return cls(
            top=Box(0, 0, width, 1),
            folded=folded,
            sidebar=Box(0, 1, side, max(0, bottom - 1) if side else 0),
            bar=bar,
            rule=rule,
            rows=rows,
            status=Box(side, status_y, width - side, 1),
            preview=preview,
            hints=Box(0, bottom, width, 1),
        )


def _split(room: Box, *, is_beside: bool, is_below: bool, is_over: bool) -> tuple[Box, Box]:
    """The list and the preview in the room that they share with the status line, which is one line higher."""
    x, y, width, height = room
    if is_beside:
        right = width * 2 // 5
        return Box(x, y, width - right, height), Box(x + width - right, y, right, height)
    if is_below:
        below = height * 2 // 5 + 1
        return Box(x, y, width, height - below), Box(x, y + height - below + 1, width, below)
    if is_over:
        return Box(x, y, width, 0), room
    return room, Box(x, y, width, 0)
