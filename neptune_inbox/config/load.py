"""config.toml into `Settings`. A file that could be changed by others is refused where it names commands."""

from __future__ import annotations

import os
import re
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from neptune_inbox import doors
from neptune_inbox.config.profiles import DEFAULT_API_BASE, default_mode, edge_base_for, unknown_profile
from neptune_inbox.config.settings import Hook, ProfileSettings, Settings, Template
from neptune_inbox.config.toml_table import Source, Table
from neptune_inbox.errors import ConfigProblem
from neptune_inbox.masking import looks_like_token
from neptune_inbox.model import Mode, Profile
from neptune_inbox.paths import Paths

if TYPE_CHECKING:
    from os import stat_result

_LARGEST: Final = 1_048_576


class _Query(Struct, frozen=True):
    """`[views.NAME]`."""

    query: str


def load(paths: Paths) -> Settings:
    """The user's settings; the defaults where there is no file. Raises ConfigProblem."""
    path = paths.config_file
    try:
        # A pipe without a writer would be waited for, for ever.
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
        with open(handle, "rb") as file:
            found = os.fstat(handle)
            if not stat.S_ISREG(found.st_mode):
                raise ConfigProblem(f"{path} is not a file.", "Put a file there, or remove it.")
            raw = file.read(_LARGEST + 1)
    except FileNotFoundError:
        return Settings()
    except OSError as problem:
        why = problem.strerror or type(problem).__name__
        raise ConfigProblem(f"{path} cannot be read: {why}.", "Make it readable for your user.") from None
    _refuse_foreign(path, found)
    if len(raw) > _LARGEST:
        raise ConfigProblem(f"{path} is larger than 1 MiB.", "Move it away and start with a new one.")
    try:
        settings = parse(raw.decode("utf-8-sig"), path)
    except UnicodeDecodeError:
        raise ConfigProblem(f"{path} is not UTF-8 text.", "Save it as UTF-8.") from None
    return settings


def parse(text: str, path: Path, kind: type[Settings] = Settings) -> Settings:
    """Settings from the text of a file; `path` is only named in errors. Raises ConfigProblem."""
    import tomllib

    try:
        values = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as problem:
        at = re.search(r"\(at line (\d+), column (\d+)\)", str(problem))
        position = f"{path}, line {at[1]}, column {at[2]}" if at else f"{path}"
        what = str(problem).partition(" (at ")[0]
        raise ConfigProblem(
            f"{position}: this is not TOML: {what}.", "Put text in quotes and lists in brackets."
        ) from None
    _refuse_token(text, path)
    top = Table(Source(path, text), values)
    profiles = {name: _profile(table) for name, table in _named_tables(top, "profiles")}
    special: dict[str, Any] = {
        "default_profile": _default_profile(top, profiles),
        "profiles": profiles,
        "views": _views(top.table("views")),
        "keys": _keys(top.table("keys")),
        "key_places": _positions(top.table("keys")),
        "commands": _commands(top.table("commands")),
        "templates": {name: table.read(Template) for name, table in _named_tables(top, "templates")},
        "hooks": {name: _hook(table) for name, table in _named_tables(top, "hooks")},
    }
    groups: dict[str, Any] = {
        name: top.table(name).read(type(group)) for name, group in _groups(kind).items() if name in top.values
    }
    top.asked += _groups(kind)
    top.finish()
    return kind(**special, **groups)


def _groups(kind: type[Settings]) -> dict[str, Struct]:
    """The tables of settings and their defaults; annotations are evaluated only for those that a file has."""
    defaults = kind()
    values = {name: getattr(defaults, name) for name in kind.__struct_fields__}
    return {name: value for name, value in values.items() if isinstance(value, Struct)}


NEW_TOKEN = "Remove it, make a new token in the Neptune dashboard, and run `neptune-inbox login`."


def _refuse_token(text: str, path: Path) -> None:
    """Raise ConfigProblem where something that looks like an API token is in the text of a file."""
    for number, line in enumerate(text.splitlines(), start=1):
        if looks_like_token(line):
            raise ConfigProblem(
                f"{path}, line {number}: this looks like an API token, and a token must not be in a file.",
                NEW_TOKEN,
            )


def _named_tables(top: Table, key: str) -> list[tuple[str, Table]]:
    outer = top.table(key)
    return [(name, outer.table(name)) for name, _ in outer.items()]


def _default_profile(top: Table, profiles: dict[str, Profile]) -> str:
    top.asked.append("default_profile")
    name = top.value("default_profile", str) if "default_profile" in top.values else ""
    if name and name not in profiles:
        lost = unknown_profile(name, profiles)
        raise ConfigProblem(f"{top.source.where('default_profile')}: `default_profile`: {lost.sentence}", lost.remedy)
    return name or next(iter(profiles), "")


def _profile(table: Table) -> Profile:
    for key in table.values:
        if "token" in key.lower() and key != "token_command":
            raise table.problem(
                f"holds `{key}`, and a token must not be in a file",
                NEW_TOKEN,
            )
    known = table.read(ProfileSettings)
    mode = known.mode or default_mode(known.environment, known.production)
    api_base = known.api_base or DEFAULT_API_BASE
    return Profile(
        name=table.path[-1],
        api_base=api_base,
        edge_base=known.edge_base or edge_base_for(api_base),
        environment=known.environment,
        mode=Mode(mode),
        colour=known.colour,
        users=known.users,
        token_command=known.token_command,
        production=known.production,
        trusted_hosts=known.trusted_hosts,
    )


def _hook(table: Table) -> Hook:
    doors.read_name(table.path[-1], "The name of a hook")
    return table.read(Hook)


def _views(table: Table) -> dict[str, str]:
    """`[views.NAME] query = "…"`, or in short `[views] NAME = "…"`."""
    return {name: _view(table, name, value) for name, value in table.items()}


def _view(table: Table, name: str, value: Any) -> str:
    if not isinstance(value, dict):
        return str(table.value(name, str))
    return table.table(name).read(_Query).query


def _keys(table: Table) -> dict[str, str | tuple[str, ...]]:
    flat: dict[str, str | tuple[str, ...]] = {}
    for name, value in table.items():
        if isinstance(value, dict):
            # TOML reads the dot of an action id such as `preview.down` as a table.
            flat.update({f"{name}.{rest}": keys for rest, keys in _keys(table.table(name)).items()})
        else:
            flat[name] = table.value(name, tuple if isinstance(value, list) else str)
    return flat


def _positions(table: Table) -> dict[str, str]:
    """Where each of the keys is written."""
    found = {}
    for name, value in table.items():
        if isinstance(value, dict):
            found.update({f"{name}.{rest}": position for rest, position in _positions(table.table(name)).items()})
        else:
            found[name] = table.source.where(*table.path, name)
    return found


def _commands(table: Table) -> dict[str, tuple[str, ...]]:
    """`[commands.NAME] run = ["jq", "."]`, or in short `[commands] NAME = "jq ."`; split here, never by a shell."""
    return {name: _command(table, name, value) for name, value in table.items()}


def _command(table: Table, name: str, value: Any) -> tuple[str, ...]:
    import shlex

    if isinstance(value, dict):
        inner = table.table(name)
        inner.asked.append("run")
        words = _command(inner, "run", inner.values.get("run", []))
        inner.finish()
        return words
    if isinstance(value, str):
        try:
            value = shlex.split(value)
        except ValueError:
            raise table.problem(f"has an unclosed quote in `{name}`", "Close it, or write a list.") from None
        table.values = {**table.values, name: value}
    words = table.secret_words(name)
    if not words:
        raise table.problem(f"has no command in `{name}`", 'Write it like run = ["jq", "."].')
    return words


def _refuse_foreign(path: Path, found: stat_result) -> None:
    """Raise ConfigProblem for a file that others can write: it says where the token goes, and names commands."""
    if sys.platform == "win32":
        return
    if found.st_mode & stat.S_IWOTH:
        raise ConfigProblem(f"{path} is not used: anyone may write to it.", f"Run `chmod 600 {path}`.")
    if found.st_uid not in (os.geteuid(), 0):
        raise ConfigProblem(f"{path} is not used: it belongs to another user.", "Make a copy that belongs to you.")
