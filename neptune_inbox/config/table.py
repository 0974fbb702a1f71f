"""Typed looks into a TOML table: a wrong value names the file, the line, the key, what is expected and what is near.

Apart, because it knows nothing of which settings there are.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, NoReturn

from msgspec import Struct, field

from neptune_inbox.errors import ConfigProblem
from neptune_inbox.text import clean_line

_HEADER = re.compile(r"\s*\[\[?([^\[\]]+)\]")
_ENTRY = re.compile(r"""\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=""")
_KEY_PART = re.compile(r"""[\w-]+|"[^"]*"|'[^']*'""")


class Source(Struct, frozen=True):
    """The file as it was read."""

    path: Path
    text: str

    def where(self, *key: str) -> str:
        """The file, and the line of a key or table where it can be told."""
        lines = self._lines_of(key)
        return f"{self.path}, line {lines[0]}" if lines else str(self.path)

    def _lines_of(self, wanted: tuple[str, ...]) -> list[int]:
        table: tuple[str, ...] = ()
        found: list[int] = []
        for number, line in enumerate(self.text.splitlines(), start=1):
            if header := _HEADER.match(line):
                key = table = _parts(header[1])
            elif entry := _ENTRY.match(line):
                key = (*table, *_parts(entry[1]))
            else:
                continue
            if key[: len(wanted)] == wanted:
                found.append(number)
        return found


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in _KEY_PART.findall(dotted))


class Table(Struct):
    """One table; it remembers what was asked for, so that `finish` can name what nobody knows."""

    source: Source
    values: dict[str, Any]
    path: tuple[str, ...] = ()
    asked: list[str] = field(default_factory=list)

    def text(self, key: str, default: str) -> str:
        value = self._get(key, default)
        return value if isinstance(value, str) else self._reject(key, "text in quotes")

    def needed_text(self, key: str) -> str:
        if key not in self.values:
            raise self.problem(f"has no `{key}`", "Add it.")
        value = self.text(key, "")
        return value if value.strip() else self._reject(key, "text that is not empty")

    def flag(self, key: str, default: bool) -> bool:
        value = self._get(key, default)
        return value if isinstance(value, bool) else self._reject(key, "true or false")

    def number(self, key: str, default: float, low: float, high: float) -> float:
        value = self._get(key, default)
        if isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high:
            return value
        return self._reject(key, f"a number from {low:g} to {high:g}")

    def whole(self, key: str, default: int, low: int, high: int) -> int:
        value = self._get(key, default)
        if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
            return value
        return self._reject(key, f"a whole number from {low} to {high}")

    def choice(self, key: str, default: str, options: Collection[str]) -> str:
        value = self._get(key, default)
        if isinstance(value, str) and value in options:
            return value
        return self._reject(key, _listed(options), options)

    def words(self, key: str, default: Collection[str], options: Collection[str] = ()) -> tuple[str, ...]:
        """A list of words; whole numbers count as words, because user ids may be numbers."""
        value = self._get(key, list(default))
        if not isinstance(value, list) or any(
            isinstance(word, bool) or not isinstance(word, str | int) for word in value
        ):
            return self._reject(key, "a list of words in quotes")
        words = tuple(dict.fromkeys(str(word) for word in value))
        for word in words:
            if options and word not in options:
                raise self._wrong(key, f"may hold {_listed(options)}, not {_shown(word)}", _nearest(word, options))
        return words

    def secret_words(self, key: str) -> tuple[str, ...]:
        """An argument list; its value is never shown."""
        value = self._get(key, [])
        if not isinstance(value, list) or not all(isinstance(word, str) and "\0" not in word for word in value):
            raise self._wrong(key, "must be a list of words", 'Write it like ["pass", "show", "neptune"].')
        if key in self.values and not (value and value[0]):
            raise self._wrong(key, "names no command", 'Write it like ["pass", "show", "neptune"].')
        return tuple(value)

    def table(self, key: str) -> Table:
        value = self._get(key, {})
        return Table(
            self.source, value if isinstance(value, dict) else self._reject(key, "a table"), (*self.path, key)
        )

    def items(self) -> Iterator[tuple[str, Any]]:
        """All entries, where the keys are names that the user chose."""
        self.asked.extend(self.values)
        return iter(self.values.items())

    def finish(self) -> None:
        """Raise ConfigProblem for the first key that no setting has."""
        for key in self.values:
            if key not in self.asked:
                raise self._wrong(key, "is not a setting", _nearest(key, self.asked))

    def problem(self, what: str, remedy: str) -> ConfigProblem:
        """An error about the table itself."""
        name = f"[{'.'.join(self.path)}] " if self.path else ""
        return ConfigProblem(clean_line(f"{self.source.where(*self.path)}: {name}{what}."), remedy)

    def _get(self, key: str, default: Any) -> Any:
        self.asked.append(key)
        return self.values.get(key, default)

    def _reject(self, key: str, expected: str, options: Collection[str] = ()) -> NoReturn:
        value = self.values[key]
        near = _nearest(value, options) if isinstance(value, str) and options else ""
        raise self._wrong(key, f"must be {expected}, not {_shown(value)}", near)

    def _wrong(self, key: str, what: str, remedy: str) -> ConfigProblem:
        path = (*self.path, key)
        return ConfigProblem(
            clean_line(f"{self.source.where(*path)}: `{'.'.join(path)}` {what}."),
            remedy or "Mend it, then try again.",
        )


def _listed(options: Collection[str]) -> str:
    *most, last = options
    return f"{', '.join(most)} or {last}" if most else last


def _nearest(word: str, options: Collection[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(word, options, 1, 0.5)
    return f"Did you mean `{near[0]}`?" if near else f"Known are {', '.join(dict.fromkeys(options))}."


def _shown(value: object) -> str:
    if isinstance(value, dict | list):
        return "a table" if isinstance(value, dict) else "a list"
    text = str(value).lower() if isinstance(value, bool) else f'"{value}"' if isinstance(value, str) else str(value)
    return text if len(text) <= 40 else f"{text[:39]}…"
