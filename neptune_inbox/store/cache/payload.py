"""Whether a payload holds a value under a name: what `data.order:A-77` asks of a row."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from fnmatch import translate
from functools import lru_cache

from msgspec import Struct

from neptune_inbox.model import Clause
from neptune_inbox.store.cache.merge import SHORTEST, match_expression

_RUN = re.compile(rf"[ !#-)+->@-\[\]-~]{{{SHORTEST},}}")
"""ASCII that is the same in JSON text as in the value; neither of the two signs of a glob is among it."""
_NAME = re.compile(r"[\w-]+", re.ASCII)
_UNTYPED = re.compile(r"[\s\":(),.]|[^\w\s-]")
SAMPLED = 500
"""Rows whose payloads are looked through for names."""
MOST_NAMES = 200
LONGEST_WHOLE = 15
"""Digits of a whole number up to which JSON writes all of them."""


class _Wanted(Struct, frozen=True):
    """What is looked for, ready to be compared; case is ignored."""

    names: tuple[re.Pattern[str], ...]
    value: re.Pattern[str]
    number: float | None


def payload_holds(data: str, path: str, value: str) -> bool:
    """Whether a payload has a value under these names, at any depth and in any list; `*` and `?` are globs.

    Text that is not JSON holds nothing.
    """
    try:
        payload = json.loads(data)
    except (ValueError, RecursionError):
        return False
    wanted = _wanted(path, value)
    return any(_is_value(found, wanted) for found in _named(payload, wanted.names))


def payload_expression(clause: Clause) -> str:
    """What the full-text index finds every such payload by, and others as well; empty where it cannot help."""
    parts = _RUN.findall(clause.value) if _number(clause.value) is None else []
    if re.fullmatch(rf"[1-9]\d{{{SHORTEST - 1},{LONGEST_WHOLE - 1}}}", clause.value):
        parts = [clause.value]
    if not parts:
        name = clause.path.rpartition(".")[2]
        parts = [f'"{name}":'] if _NAME.fullmatch(name) else []
    return f"data : ({match_expression(parts)})" if parts else ""


def names_in(payloads: Iterable[str]) -> list[str]:
    """The names that lead to values in these payloads, joined by dots, those that most of them have first."""
    counted: Counter[str] = Counter()
    for data in payloads:
        with suppress(ValueError, RecursionError):
            names: dict[str, None] = {}
            waiting: list[tuple[str, object]] = [("", json.loads(data))]
            while waiting and len(names) < MOST_NAMES:
                outer, value = waiting.pop()
                if isinstance(value, list):
                    waiting += [(outer, inner) for inner in value]
                elif isinstance(value, dict):
                    waiting += [(f"{outer}.{_typed(name)}" if outer else _typed(name), value[name]) for name in value]
                elif outer:
                    names[outer] = None
            counted.update(names.keys())
    return [name for name, _ in counted.most_common(MOST_NAMES)]


def _typed(name: str) -> str:
    """A name as it can be typed in a query: a glob for what would end it there."""
    return _UNTYPED.sub("?", name) or "?"


def is_found_by_name(clause: Clause) -> bool:
    """Whether `payload_expression` finds nothing else: every quotation mark within a value is escaped in JSON."""
    return clause.value == "*" and _NAME.fullmatch(clause.path) is not None


@lru_cache(64)
def _wanted(path: str, value: str) -> _Wanted:
    return _Wanted(tuple(map(_glob, path.split("."))), _glob(value), _number(value))


def _glob(text: str) -> re.Pattern[str]:
    return re.compile(translate(text.lower().replace("[", "[[]")))


def _number(text: str) -> float | None:
    with suppress(ValueError):
        return float(text)
    return None


def _named(payload: object, wanted: Sequence[re.Pattern[str]]) -> Iterator[object]:
    """The values that these names lead to, and the items of those that are lists."""
    *outer, last = wanted
    waiting: list[tuple[tuple[str, ...], object]] = [((), payload)]
    while waiting:
        names, value = waiting.pop()
        if isinstance(value, list):
            waiting += [(names, inner) for inner in value]
            continue
        if not isinstance(value, dict):
            continue
        for name, inner in value.items():
            if last.match(name.lower()) and _ends_with(names, outer):
                yield from _items(inner)
            if isinstance(inner, dict | list):
                waiting.append(((*names, name), inner))


def _ends_with(names: Sequence[str], wanted: Sequence[re.Pattern[str]]) -> bool:
    last = names[len(names) - len(wanted) :]
    return len(names) >= len(wanted) and all(
        pattern.match(name.lower()) for pattern, name in zip(wanted, last, strict=True)
    )


def _items(value: object) -> Iterator[object]:
    waiting = [value]
    while waiting:
        yield (found := waiting.pop())
        if isinstance(found, list):
            waiting += found


def _is_value(found: object, wanted: _Wanted) -> bool:
    if isinstance(found, int | float) and not isinstance(found, bool) and wanted.number is not None:
        with suppress(OverflowError):
            if float(found) == wanted.number:
                return True
    text = "" if isinstance(found, dict | list) else found if isinstance(found, str) else json.dumps(found)
    return wanted.value.match(text.lower()) is not None
