"""Stories of bodies that were made to take long: while they are fetched, decoded and drawn, every key is heard."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from neptune_inbox.model import Filter
from neptune_inbox.text import body_to_markdown
from neptune_inbox.tui.inbox import preview_controller
from tests.speed import effort_of, units
from tests.tui.driver import Inbox, inbox_of
from tests.tui.service import Service
from tests.unit.test_text import BOMBS

pytestmark = pytest.mark.slow

MARKDOWN_BOMBS = {
    "brackets": "[" * 30_000,
    "stars and lines": "*_" * 30_000,
    "a table": "|a" * 20 + "\n" + "|-" * 20 + "\n" + ("|a" * 20 + "\n") * 1_000,
    "many paragraphs": "x\n\n" * 20_000,
    "many rules": "---\n" * 16_000,
    "much code": "```python\n" + "def a(): pass\n" * 4_600,
    "deep quotes": ">" * 20_000,
}
"""What Markdown's own parser and drawing take longest for."""
ALL = {**BOMBS, **MARKDOWN_BOMBS}
FRAME = 6.0
"""Units of work (tests/speed.py) that the event loop may do in one go, about a tenth of a second."""
MOST_DECODING = 30
TRIES = 8
"""A pause of the garbage collector falls into one try or the other; a bomb's own into each."""
PAGE = 12
"""Bombs that one answer has room for."""


class Heartbeat:
    """How long at most the event loop heard nobody, in processor time of its thread: other programs do not count."""

    def __init__(self) -> None:
        self.longest = 0.0

    async def beat(self) -> None:
        last = time.thread_time()
        while True:
            await asyncio.sleep(0.001)
            now = time.thread_time()
            self.longest, last = max(self.longest, now - last), now


@contextmanager
def listening() -> Iterator[Heartbeat]:
    heart = Heartbeat()
    task = asyncio.ensure_future(heart.beat())
    try:
        yield heart
    finally:
        task.cancel()


def title_in_preview(inbox: Inbox) -> str:
    facts = inbox.screen.preview.facts
    return facts.title if facts else ""


async def look_at_next(inbox: Inbox, key: str) -> float:
    """Go on by one row until its body stands there; the most work in between during which nobody was heard."""
    before = title_in_preview(inbox)
    with listening() as heart:
        inbox._send(key)
        await inbox.until(lambda: title_in_preview(inbox) != before)
        await inbox.until(lambda: inbox.screen.preview.is_drawn)
    return units(heart.longest)


async def gap_of(inbox: Inbox) -> float:
    gaps: list[float] = []
    for _ in range(TRIES):
        gaps.append(await look_at_next(inbox, "j"))
        if gaps[-1] < FRAME:
            break
        await look_at_next(inbox, "k")
    else:
        await look_at_next(inbox, "j")
    return min(gaps)


async def test_no_body_keeps_a_key_waiting_for_a_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preview_controller, "PREVIEW_PAUSE", 0.001)
    decoding = {name: effort_of(body_to_markdown, body) for name, body in ALL.items()}
    drawing: dict[str, float] = {}
    gc.freeze()
    try:
        names = list(ALL)
        for start in range(0, len(names), PAGE):
            drawing |= await _visit(names[start : start + PAGE])
    finally:
        gc.unfreeze()
    assert len(drawing) == len(ALL) >= 30
    slowest, longest = max(decoding, key=decoding.__getitem__), max(drawing, key=drawing.__getitem__)
    print(
        f"\n{len(ALL)} bombs: decoded in {decoding[slowest]:.1f} units of work at most ({slowest}), "
        f"no key waited for more than {drawing[longest]:.1f} ({longest})"
    )
    assert decoding[slowest] < MOST_DECODING
    assert drawing[longest] < FRAME


async def _visit(names: list[str]) -> dict[str, float]:
    """Walk over these bodies; how long nobody was heard at each."""
    service = Service()
    for name in ("the last", *names, "the first"):
        service.sandbox_state.add_notification("staging", "u-1", name, body=ALL.get(name, "An ordinary one."))
    async with inbox_of(service, kind=Filter.ALL) as inbox:
        await inbox.until(lambda: inbox.screen.preview.facts and inbox.screen.preview.is_drawn)
        found = {}
        for _ in names:
            gap = await gap_of(inbox)
            found[title_in_preview(inbox)] = gap
    assert set(found) == set(names)
    return found


async def test_a_long_body_is_read_to_where_it_is_cut_and_says_so() -> None:
    service = Service()
    service.has(1, body="Dear Rajiv, " + "this goes on. " * 1_000 + "The end.")
    async with inbox_of(service) as inbox:
        await inbox.until(lambda: inbox.screen.preview.facts and inbox.screen.preview.is_drawn)
        assert "Dear Rajiv, this goes on." in " ".join(inbox.text().split())
        inbox.screen.preview.scroll_end(animate=False, immediate=True)
        await inbox.sees("… cut here; i, then Y, copies all 14,023 characters")
