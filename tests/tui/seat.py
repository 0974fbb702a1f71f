"""A seat before the list: its rows, its lines on the screen, and hands on the mouse."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import NamedTuple

from textual.pilot import Pilot

from neptune_inbox.model import Key, Row
from neptune_inbox.tui.widgets.row_list import RowList
from tests.tui.face import FaceApp, row

HEIGHT = 11
"""Rows that a terminal of 100 × 24 shows."""


def plain(count: int, start: int = 0) -> list[Row]:
    return [row(number) for number in range(start, start + count)]


def key(number: int) -> Key:
    return Key("u-4711", f"n-{number}")


class Seat(NamedTuple):
    """The face with some rows, its list, and hands on the mouse."""

    app: FaceApp
    rows: RowList
    pilot: Pilot[None]


@asynccontextmanager
async def inbox(shown: Iterable[Row], size: tuple[int, int] = (100, 24)) -> AsyncIterator[Seat]:
    app = FaceApp(list(shown))
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        yield Seat(app, app.main_view.rows, pilot)


def watch_lines(rows: RowList) -> list[int]:
    """The lines that are repainted from now on."""
    repainted: list[int] = []
    keep = rows.refresh_line

    def refresh_line(y: int) -> None:
        repainted.append(y)
        keep(y)

    setattr(rows, "refresh_line", refresh_line)  # noqa: B010 - mypy knows methods, not stand-ins for them
    return repainted


def heard(app: FaceApp, kind: type) -> list[Key]:
    return [message.key for message in app.heard if isinstance(message, kind)]  # type: ignore[attr-defined]


def list_lines(app: FaceApp) -> list[str]:
    """The lines of the list on the screen."""
    region = app.main_view.rows.region
    return [line[region.x : region.right] for line in app.screen_lines()[region.y : region.bottom]]
