"""What may follow in the search line: operators, events, customers, views and payload fields that fit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from neptune_inbox.sync.inbox.query import EXAMPLES, FLAGS, MEANINGS, TIMES

MOST = 40
"""Candidates that are worth going through with the arrows."""
SHORTEST_WORD = 2
"""Letters of a word from which on events, customers and views are offered for it."""
LONGEST_WORD = 300
SIZES = ("3", "5", "10", "50")
SPANS = ("1h", "today", "yesterday", "2d", "7d", "30d")

_OPEN = re.compile(r'[^\s()"]*(?:"[^"]*)?$')
_PLAIN = re.compile(r'[^\s()",]+')


class KnownWords(NamedTuple):
    """What can be offered: read once, when the line is opened."""

    events: tuple[str, ...] = ()
    users: tuple[tuple[str, str], ...] = ()
    """Ids and names."""
    views: tuple[tuple[str, str], ...] = ()
    """Names and queries."""
    fields: tuple[str, ...] = ()
    """Names in payloads, joined by dots."""
    recent: tuple[str, ...] = ()
    """Queries, the newest first."""
    agents: tuple[str, ...] = ()
    """Who is in the team."""


class Candidate(NamedTuple):
    """What could be taken: `text` in place of what is from `start` to `end` of the line."""

    text: str
    detail: str
    start: int
    end: int
    is_whole: bool = False
    """It is a whole query."""

    def applied(self, line: str) -> tuple[str, int]:
        """The line with it in place, and where the cursor is then."""
        return line[: self.start] + self.text + line[self.end :], self.start + len(self.text)


def candidates(line: str, cursor: int, known: KnownWords) -> list[Candidate]:
    """What fits what is typed up to the cursor, the likeliest first; an empty line is offered recent queries."""
    if not line.strip():
        recent = [Candidate(query, "recent", 0, len(line), is_whole=True) for query in known.recent]
        return (recent + [Candidate(text, detail, 0, len(line)) for text, detail in _operators("")])[:MOST]
    match = _OPEN.search(line, max(0, cursor - LONGEST_WORD), cursor)
    if match is None or (line[:cursor].count('"') % 2 and ":" not in match[0]):
        return []
    word = match[0]
    start = match.start() + word.startswith("-")
    word = word.removeprefix("-")
    field, colon, value = word.partition(":")
    if colon:
        item = value.rpartition(",")[2]
        begin, found = cursor - len(item), _values(field.lower(), item.lstrip('"').lower(), known)
        return [
            Candidate(quoted(text), detail, begin, cursor) for text, detail in islice(found, MOST) if text != item
        ]
    if not word or '"' in word:
        return []
    is_first = not line[:start].strip(" -(") and not line[cursor:].strip()
    found = _words(word.lower(), known, is_first=is_first)
    return [Candidate(text, detail, start, cursor) for text, detail in islice(found, MOST) if text != word]


def quoted(value: str) -> str:
    """A value as it is typed behind a colon."""
    value = value.replace('"', "?")
    return value if _PLAIN.fullmatch(value) else f'"{value}"'


def _operators(word: str) -> Iterator[tuple[str, str]]:
    for field, what in MEANINGS.items():
        text = "data." if "." in field else f"{field}:"
        if text.startswith(word):
            yield text, f"{what}, such as {EXAMPLES[field]}"


def _words(word: str, known: KnownWords, *, is_first: bool) -> Iterator[tuple[str, str]]:
    if word.startswith("data."):
        found = _fitting(((name, "") for name in known.fields), word.removeprefix("data."))
        yield from ((f"data.{name}:", detail) for name, detail in found)
        return
    yield from _operators(word)
    if len(word) < SHORTEST_WORD:
        return
    for field, flags in FLAGS.items():
        yield from ((f"{field}:{flag}", detail) for flag, detail in flags.items() if flag.startswith(word))
    for name, query in known.views:
        if word in name.lower():
            yield query if is_first else f"({query})", f"view {name}"
    for event in known.events:
        if word in event.lower():
            yield f"event:{quoted(event)}", ""
    for user, name in known.users:
        if word in f"{user} {name}".lower():
            yield f"user:{quoted(user)}", name
    for name in known.fields:
        if name.rpartition(".")[2].lower().startswith(word):
            yield f"data.{name}:", ""


def _values(field: str, value: str, known: KnownWords) -> Iterator[tuple[str, str]]:
    if field == "event":
        yield from _fitting(((event, "") for event in known.events), value)
    elif field == "user":
        yield from _fitting(known.users, value)
    elif field in FLAGS:
        yield from ((flag, detail) for flag, detail in FLAGS[field].items() if flag.startswith(value))
    elif field in ("by", "claimed"):
        yield from _fitting((("me", "myself"), *((agent, "") for agent in known.agents)), value)
    elif field == "incident":
        yield from ((number, "customers or more") for number in SIZES if number.startswith(value))
    elif field in TIMES:
        yield from ((span, "") for span in SPANS if span.startswith(value))


def _fitting(pairs: Iterable[tuple[str, str]], typed: str) -> Iterator[tuple[str, str]]:
    """Those that begin with what is typed, then those that hold it, in the text or in what is said of it."""
    later = []
    for text, detail in pairs:
        if text.lower().startswith(typed):
            yield text, detail
        elif typed in f"{text} {detail}".lower():
            later.append((text, detail))
    yield from later
