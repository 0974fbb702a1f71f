"""A whole config.toml with one line of comment for each setting; `neptune-inbox config edit` begins with it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from msgspec import Struct

from neptune_inbox.config.declared import Declared, Kind, declared
from neptune_inbox.config.settings import Settings

_HEAD: Final = (
    "# The settings of neptune-inbox. Each value below is the default; a setting without a line has it too.\n"
    "# A line that begins with # and no space is an example: remove the # to use it, in its [table] as well.\n"
    "# `neptune-inbox config check` says what is wrong here; `config show` says which values apply.\n"
)
_BARE_KEY: Final = re.compile(r"[\w-]+")


class _Entry(Struct, frozen=True):
    key: str
    value: str
    comment: str = ""
    is_example: bool = False
    shown_as: str = ""
    """Its name in a list of settings where that is not the key: what users name themselves is in capitals."""


class _Section(Struct, frozen=True):
    """A table of the file, or what precedes the first one."""

    header: str
    prefix: str
    entries: tuple[_Entry, ...]
    comment: str = ""
    is_example: bool = False


def template(kind: Kind = Settings) -> str:
    """The text of a file that sets every setting to its default."""
    blocks = [_HEAD]
    for section in _sections(kind):
        lines = [f"# {section.comment}"] if section.comment else []
        if section.header:
            lines.append(f"{'#' if section.is_example else ''}[{section.header}]")
        for entry in section.entries:
            lines += [f"# {entry.comment}"] if entry.comment else []
            lines.append(f"{'#' if entry.is_example else ''}{entry.key} = {entry.value}")
        blocks.append("".join(f"{line}\n" for line in lines))
    return "\n".join(blocks)


def setting_rows(kind: Kind = Settings) -> list[tuple[str, str, str]]:
    """Name, example and comment of each setting; what the user names himself is written in capitals."""
    return [
        (f"{section.prefix}{entry.shown_as or entry.key}", entry.value, entry.comment or section.comment)
        for section in _sections(kind)
        for entry in section.entries
    ]


def _sections(kind: Kind) -> Iterator[_Section]:
    for setting in declared(kind):
        if setting.is_group:
            yield _Section(setting.name, f"{setting.name}.", _entries(setting.type))
        elif "entry" in setting.extra:
            header = f"{setting.name}.{setting.extra['named']}"
            entries = _entries(setting.extra["entry"])
            yield _Section(header, f"{setting.name}.NAME.", entries, setting.meta.description or "", is_example=True)
        elif setting.type is dict and setting.meta.examples:
            yield _named(setting)
        elif setting.meta.description:
            yield _Section("", "", (_entry(setting),))


def _named(setting: Declared) -> _Section:
    """A table whose keys the user chooses."""
    shown_as = setting.extra.get("key", "NAME")
    [example] = setting.meta.examples or [{}]
    entries = tuple(_Entry(_key(key), _toml(value), "", True, shown_as) for key, value in example.items())
    return _Section(setting.name, f"{setting.name}.", entries, setting.meta.description or "")


def _entries(kind: Kind) -> tuple[_Entry, ...]:
    return tuple(_entry(setting) for setting in declared(kind))


def _entry(setting: Declared) -> _Entry:
    examples = setting.meta.examples
    value = examples[0] if examples else setting.default
    return _Entry(_key(setting.name), _toml(value), setting.meta.description or "", bool(examples))


def _key(name: str) -> str:
    return name if _BARE_KEY.fullmatch(name) else _toml(name)


def _toml(value: Any) -> str:
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, str) and '"' in value and "'" not in value:
        return f"'{value}'"
    return json.dumps(value, ensure_ascii=False)
