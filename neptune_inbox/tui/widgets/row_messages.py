"""What the list is handed, and what it tells the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from textual.message import Message

if TYPE_CHECKING:
    from neptune_inbox.model import Key, Row


class RowWindow(Protocol):
    """What the list shows: frozen, so that no position ever shifts."""

    def __len__(self) -> int: ...
    def row(self, index: int) -> Row: ...
    def index_of(self, key: Key) -> int | None: ...


class CursorMoved(Message):
    """The cursor is on another row."""

    def __init__(self, key: Key) -> None:
        super().__init__()
        self.key = key


class RowOpened(Message):
    """A row was double-clicked."""

    def __init__(self, key: Key) -> None:
        super().__init__()
        self.key = key


class RowToggled(Message):
    """A row's gutter was clicked, which selects or unselects it."""

    def __init__(self, key: Key) -> None:
        super().__init__()
        self.key = key
