"""A TOML table as a struct of settings: errors name the file, the line, the key, what is expected and what is near.

Which settings there are, and what each takes, is declared by the struct (`settings`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from msgspec import Struct, field

from neptune_inbox.config.declared import NO_META, Declared, declared, expected, is_valid, listed
from neptune_inbox.errors import ConfigProblem, UsageProblem
from neptune_inbox.text import clean_line

S = TypeVar("S", bound=Struct)

EXAMPLE_OF_WORDS = 'Write it like ["pass", "show", "neptune"].'
_HEADER = re.compile(r"\s*\[\[?([^\[\]]+)\]")
_ENTRY = re.compile(r"""\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=""")
_KEY_PART = re.compile(r"""[\w-]+|"[^"]*"|'[^']*'""")


class Source(Struct, frozen=True):
    """The file as it was read."""

    path: Path
    text: str

    def where(self, *key: str) -> str:
        """The file, and the line of a key or table where that is known."""
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

    def read(self, kind: type[S]) -> S:
        """The table as a struct of settings. Raises ConfigProblem for what it does not take."""
        values = {setting.name: self._read(setting) for setting in declared(kind) if self._has(setting)}
        self.finish()
        return kind(**values)

    def value(self, key: str, kind: Any) -> Any:
        """The value of a key whose name the user chose, of this type."""
        return self._read(Declared(key, kind, NO_META, None, is_required=False))

    def secret_words(self, key: str) -> tuple[str, ...]:
        """An argument list; its value is never shown."""
        value = self.values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(word, str) and "\0" not in word for word in value):
            raise self._wrong(key, "must be a list of words", EXAMPLE_OF_WORDS)
        if key in self.values and not (value and value[0]):
            raise self._wrong(key, "names no command", EXAMPLE_OF_WORDS)
        return tuple(value)

    def _has(self, setting: Declared) -> bool:
        self.asked.append(setting.name)
        if setting.is_required and setting.name not in self.values:
            raise self.problem(f"has no `{setting.name}`", "Add it.")
        return setting.name in self.values

    def _read(self, setting: Declared) -> Any:
        if setting.is_group:
            return self.table(setting.name).read(setting.type)
        if setting.extra.get("is_secret"):
            return self.secret_words(setting.name)
        value = self.values[setting.name]
        if setting.type is tuple:
            return self._words(setting, value)
        if not is_valid(setting, value):
            self._reject(setting.name, expected(setting), value, setting.options)
        return self._through(setting, value)

    def _words(self, setting: Declared, value: Any) -> tuple[str, ...]:
        """A list of words; whole numbers count as words, because user ids may be numbers."""
        if not isinstance(value, list) or any(
            isinstance(word, bool) or not isinstance(word, str | int) for word in value
        ):
            self._reject(setting.name, expected(setting), value)
        words = tuple(dict.fromkeys(str(word) for word in value))
        for word in words:
            if setting.options and word not in setting.options:
                what = f"may contain {listed(setting.options)}, not {_shown(word)}"
                raise self._wrong(setting.name, what, _nearest(word, setting.options))
        return tuple(self._through(setting, word) for word in words)

    def _through(self, setting: Declared, value: Any) -> Any:
        """The value as the door for such values lets it in."""
        door = setting.extra.get("door")
        if door is None:
            return value
        try:
            return door(value, f"`{'.'.join((*self.path, setting.name))}`")
        except UsageProblem as problem:
            where = self.source.where(*self.path, setting.name)
            raise ConfigProblem(clean_line(f"{where}: {problem.sentence}"), problem.remedy) from None

    def table(self, key: str) -> Table:
        self.asked.append(key)
        value = self.values.get(key, {})
        if not isinstance(value, dict):
            self._reject(key, "a table", value)
        return Table(self.source, value, (*self.path, key))

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

    def _reject(self, key: str, wanted: str, value: Any, options: Collection[str] = ()) -> NoReturn:
        near = _nearest(value, options) if isinstance(value, str) and options else ""
        raise self._wrong(key, f"must be {wanted}, not {_shown(value)}", near)

    def _wrong(self, key: str, what: str, remedy: str) -> ConfigProblem:
        path = (*self.path, key)
        return ConfigProblem(
            clean_line(f"{self.source.where(*path)}: `{'.'.join(path)}` {what}."),
            remedy or "Fix it, then try again.",
        )


def _nearest(word: str, options: Collection[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(word, options, 1, 0.5)
    return f"Did you mean `{near[0]}`?" if near else f"Known are {', '.join(dict.fromkeys(options))}."


def _shown(value: object) -> str:
    if isinstance(value, dict | list):
        return "a table" if isinstance(value, dict) else "a list"
    text = str(value).lower() if isinstance(value, bool) else f'"{value}"' if isinstance(value, str) else str(value)
    return text if len(text) <= 40 else f"{text[:39]}…"
