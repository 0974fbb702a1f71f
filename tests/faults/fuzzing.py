"""Pages of rows that a server might send on its worst day, taken all the way from bytes to the terminal."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

import pyte
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from rich.segment import Segment

from neptune_inbox.api.body import decode
from neptune_inbox.api.decode_notifications import decode_page
from neptune_inbox.errors import NotNeptune
from neptune_inbox.model import Filter, Notification, Row, Search
from neptune_inbox.presentation.bidi import LRM, closed, is_right_to_left
from neptune_inbox.presentation.islands import with_islands
from neptune_inbox.presentation.json import notification_json
from neptune_inbox.presentation.preview import pretty_start
from neptune_inbox.presentation.rows import Columns, row_spans
from neptune_inbox.presentation.table import Column, aligned_lines, csv_text, tab_lines
from neptune_inbox.presentation.theme import DARK
from neptune_inbox.store.cache.cache import Cache
from neptune_inbox.store.cache.schema import open_cache
from neptune_inbox.text_graphemes import is_new_picture
from neptune_inbox.tui.widgets.body import DrawRequest, draw
from tests.builders import NOON, FakeClock, page
from tests.terminal_model import ModelScreen
from tests.unit.store_helpers import TENANT
from tests.unit.test_text import HOSTILE

PUT_IN = (b"[", b"{", b'"', b"\\u0000", b"\\ud800", b",", b"1e999", b"null", b"\xff", b"\x1b")
ROWS = 20
"""Fuzzed rows on a page; as many good ones as there are of these in five."""
GOOD = ROWS // 5
WIDTH = 100
COLUMNS = Columns.for_width(WIDTH, with_user=True)
TABLE = [Column(name) for name in ("id", "title", "event", "user")]
MARKUP = ("[@click=app.quit]x[/]", "[/", "[/bold]", "\\[b]", "[link=file:///bin/sh]x", "[bold red", "[[", "&#27;[31m")
NAMES = [
    *("uuid", "id", "notification_uuid", "title", "subject", "body", "content", "message", "text", "html", "type"),
    *("event_type", "slug", "created_at", "createdAt", "timestamp", "read_at", "readAt", "read", "is_read", "status"),
    *("link", "url", "action_url", "cta", "data", "payload", "meta", "notification", "notification_delivery"),
    *("event", "notification_deliveries*created_at", "notifications*uuid", "events*slug", "*", "a*b*title"),
]
PIECES = [*MARKUP, " ", "\n", "# ", "> ", "```", "|", "<p>", "<a href=", "*"]
TIMES = ["2024-11-01T09:00:00Z", "0000-00-00 00:00:00", "9999-12-31T23:59:59-23:00", "1730451600", "1e999"]
OUR_MARK = re.compile(
    "([\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff][^\u200e]*)"
    "(?<![ …])\u200e(?=[ …]*$|[ …]*  )"
)
"""Our mark in a table: behind the last word of a cell with right-to-left text in it (presentation/bidi.py)."""
TEXTS = st.one_of(
    HOSTILE,
    st.sampled_from(MARKUP),
    st.lists(st.sampled_from(PIECES), max_size=9).map("".join),
    st.sampled_from(TIMES),
)
LEAVES = st.one_of(
    TEXTS,
    st.none(),
    st.booleans(),
    st.integers(-(10**30), 10**30),
    st.floats(allow_nan=False, allow_infinity=False),
    st.just(1_730_451_600),
)
NAME = st.one_of(st.sampled_from(NAMES), st.text(max_size=8))
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAME, inner, max_size=4)),
    max_leaves=6,
)
IDENTIFIED = st.fixed_dictionaries(
    {"uuid": st.uuids().map(str), "title": TEXTS},
    optional={
        "body": TEXTS,
        "event_type": TEXTS,
        "link": TEXTS,
        "data": VALUES,
        "read_at": LEAVES,
        "created_at": LEAVES,
    },
)
"""Rows that must be shown, whatever else they say."""
FUZZED = st.one_of(IDENTIFIED, IDENTIFIED, st.dictionaries(NAME, VALUES, max_size=9), VALUES)
PAGES = st.tuples(st.lists(FUZZED, min_size=ROWS, max_size=ROWS), st.randoms(use_true_random=False))


@dataclass
class Tally:
    """What was tried, and what became of it."""

    rows: int = 0
    shown: int = 0
    """Rows that had an id and were taken through cache, list, preview and command line."""
    good: int = 0
    measured: int = 0
    """Rows whose width was measured on an emulated terminal."""
    mutated: int = 0
    refused: int = 0
    cells_out_of_place: int = 0


class Fuzz:
    """One run: pages go in, and whatever is not as it should be is kept in the tally."""

    def __init__(self, *, measured: int) -> None:
        """`measured`: so many rows are drawn on an emulated terminal as well."""
        self.tally = Tally()
        self._measured = measured
        self._screen = ModelScreen(WIDTH + 20, 2)
        self._stream = pyte.Stream(self._screen)

    def run(self, rows: int) -> None:
        """So many fuzzed rows, from bytes to the terminal; an uncaught exception ends it."""

        @settings(
            max_examples=-(-rows // ROWS),
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        )
        @given(PAGES)
        def pages(rows_in_order: tuple[list[Any], Random]) -> None:
            self.take(*rows_in_order)

        pages()

    def take(self, rows: list[Any], rng: Random) -> None:
        """One mixed page; raises AssertionError where a good row is lost or a character gets through."""
        good = [_good(number) for number in range(GOOD)]
        mixed = [*rows, *good]
        rng.shuffle(mixed)
        found = decode_page(decode(_bytes(mixed), "the test", 64), user_id="u-1")
        kept = {row.id: row for row in found.rows}
        for row in good:
            assert kept[row["uuid"]].title == row["title"], "a good row of a mixed page is lost"
        self.tally.rows += len(rows)
        self.tally.good += len(good)
        for shown in _through_the_cache(found.rows):
            self.show(*shown)

    def show(self, row: Row, notification: Notification) -> None:
        """Draw a row everywhere, and look at what would be written."""
        spans = row_spans(row, COLUMNS, NOON)
        text = "".join(part for part, _ in spans)
        body = draw(DrawRequest(notification.body, WIDTH, DARK, has_colour=True))
        cells = [row.id, row.title, row.event_type, row.user_id]
        lines = [text, *("".join(_without_our_marks(strip)) for strip in body)]
        lines += [*tab_lines([cells]), *(OUR_MARK.sub(r"\1", line) for line in aligned_lines(TABLE, [cells], WIDTH))]
        # What is beside our marks: none came from outside.
        lines += [*notification.body.split("\n"), *cells]
        lines += pretty_start(notification.data).split("\n")
        lines += csv_text([column.name for column in TABLE], [cells]).split("\n")
        bad = {char for line in lines for char in line.replace("\t", "").replace("\r", "") if not _is_harmless(char)}
        assert not bad, f"{bad!r} of {row.title!r}"
        assert not [
            segment
            for strip in body
            for segment in strip
            if segment.style and (segment.style.link or segment.style.meta)
        ]
        assert json.dumps(notification_json(notification, row.triage)).isascii()
        self.tally.shown += 1
        if self.tally.measured < self._measured:
            self._measure(text)

    def _measure(self, text: str) -> None:
        self._screen.reset()
        # As it leaves: what terminals measure differently is put into its cells there.
        self._stream.feed(with_islands(text))
        self.tally.measured += 1
        self.tally.cells_out_of_place += abs(self._screen.cursor.x - WIDTH)

    def mutate(self, count: int, seed: int) -> None:
        """So many sound answers with some bytes changed: each is a list or refused, and nothing else."""
        rng = Random(seed)
        sound = _bytes([_good(number) for number in range(3)])
        for _ in range(count):
            body = _mutated(bytearray(sound), rng)
            self.tally.mutated += 1
            try:
                decode_page(decode(body, "the test", 64), user_id="u-1")
            except NotNeptune:
                self.tally.refused += 1


def _good(number: int) -> dict[str, Any]:
    return {"uuid": f"good-{number}", "title": f"Card {number} declined", "created_at": "2024-11-01T09:00:00Z"}


def _bytes(rows: list[Any]) -> bytes:
    return json.dumps({"data": rows, "meta": {"total": len(rows), "page": 1}}).encode("ascii")


def _mutated(body: bytearray, rng: Random) -> bytes:
    for _ in range(rng.choice((1, 1, 2, 5, 20))):
        at = rng.randrange(len(body) or 1)
        match rng.randrange(5):
            case 0:
                body[at : at + 1] = rng.randbytes(1)
            case 1:
                del body[at : at + rng.randrange(1, 9)]
            case 2:
                body[at:at] = rng.choice(
                    (b"[", b"{", b'"', b"\\u0000", b"\\ud800", b",", b"1e999", b"null", b"\xff", b"\x1b")
                )
            case 3:
                del body[at:]
            case _:
                body[at:at] = body[max(0, at - 40) : at]
    return bytes(body)


def _through_the_cache(rows: tuple[Notification, ...]) -> list[tuple[Row, Notification]]:
    """The rows as a list gets them back."""
    cache = Cache(open_cache(None, FakeClock().now), TENANT, FakeClock().now)
    cache.merge("u-1", page(*rows), seen_at=NOON)
    found = []
    for row in cache.rows(cache.snapshot(Search(("u-1",), Filter.ALL))):
        notification = cache.notification(row.key)
        assert notification is not None
        found.append((row, notification))
    assert len(found) == len({row.id for row in rows}), "a row that was decoded is not in the cache"
    return found


def _without_our_marks(strip: Iterable[Segment]) -> Iterator[str]:
    """The texts of a line without the marks that are ours: behind right-to-left text, once, and by themselves."""
    before = ""
    for segment in strip:
        if segment.text == LRM and is_right_to_left(before):
            before = ""
            continue
        bare = segment.text.replace(LRM, "")
        before = "" if LRM in segment.text else bare
        yield bare if segment.text == closed(bare) else segment.text


def _is_harmless(char: str) -> bool:
    if char == "\u200d" or is_new_picture(char):
        return True
    return unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
