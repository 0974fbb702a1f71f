"""Changes to config.toml: comments stay, and a result that was checked replaces the file at once or not at all."""

from __future__ import annotations

import errno
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from neptune_inbox.config.load import load, parse
from neptune_inbox.config.profiles import edge_base_for, unknown_profile
from neptune_inbox.config.settings import Settings, Template
from neptune_inbox.errors import ConfigProblem, DiskFull
from neptune_inbox.model import Profile
from neptune_inbox.paths import Paths, make_private

if TYPE_CHECKING:
    from tomlkit import TOMLDocument

Value: TypeAlias = "str | int | float | bool | Sequence[str]"


def set_profile(paths: Paths, profile: Profile) -> Settings:
    """Add or change a profile, with all that is set in it. Raises ConfigProblem."""
    document = _read(paths)
    edge_base = "" if profile.edge_base == edge_base_for(profile.api_base) else profile.edge_base
    values: dict[str, Value | None] = {
        "api_base": profile.api_base,
        "edge_base": edge_base,
        "environment": profile.environment,
        "mode": profile.mode.value,
        "colour": profile.colour,
        "users": list(profile.users),
        "token_command": list(profile.token_command),
        "production": profile.production,
        "trusted_hosts": list(profile.trusted_hosts),
    }
    table = _table(document, ("profiles", profile.name))
    for key, value in values.items():
        if value or value is False:
            table[key] = value
        else:
            table.pop(key, None)
    return _write(paths, document)


def set_default_profile(paths: Paths, name: str) -> Settings:
    """Choose the profile that is used where none is named. Raises ConfigProblem for an unknown one."""
    known = load(paths).profiles
    if name not in known:
        raise unknown_profile(name, known)
    return set_value(paths, "default_profile", name)


def add_view(paths: Paths, name: str, query: str) -> Settings:
    """Keep a query under a name, in place of one that had it. Raises ConfigProblem."""
    document = _read(paths)
    views = _table(document, ("views",))
    if isinstance(views.get(name), dict):
        views[name]["query"] = query
    else:
        views[name] = query
    return _write(paths, document)


def arrange_views(paths: Paths, views: Sequence[tuple[str, str]]) -> Settings:
    """Keep these views in this order, each under its new name: pairs of the name until now and the new one.

    A view that is left out is deleted. Raises ConfigProblem.
    """
    import tomlkit

    document = _read(paths)
    table = _table(document, ("views",))
    kept = [(new, table[old]) for old, new in views if old in table]
    for name in list(table):
        del table[name]
    has_tables = any(isinstance(query, dict) for _, query in kept)
    for name, query in kept:
        if has_tables and not isinstance(query, dict):
            # In TOML values precede tables, so only tables can be in any order.
            table[name] = tomlkit.table().append("query", query)
        else:
            table[name] = query
    return _write(paths, document)


def add_template(paths: Paths, name: str, template: Template) -> Settings:
    """Keep an event under a name, in place of one that had it. Raises ConfigProblem."""
    document = _read(paths)
    kept = _table(document, ("templates", name))
    kept["event_type"], kept["data"] = template.event_type, template.data
    return _write(paths, document)


def set_value(paths: Paths, dotted: str, value: Value) -> Settings:
    """Set one setting, such as `ui.theme`. Raises ConfigProblem for an unknown key or a value it does not take."""
    document = _read(paths)
    *outer, key = dotted.split(".")
    _table(document, outer)[key] = value if isinstance(value, str | int | float) else list(value)
    return _write(paths, document)


def _read(paths: Paths) -> TOMLDocument:
    import tomlkit

    load(paths)  # A file that is wrong already is mended by its owner, not written over.
    try:
        return tomlkit.parse(paths.config_file.read_text("utf-8-sig"))
    except FileNotFoundError:
        return tomlkit.parse("# Settings of neptune-inbox; `neptune-inbox config` prints them all with comments.\n")


def _table(document: TOMLDocument, path: Sequence[str]) -> Any:
    """The table at a path, made where it is missing; new outer tables get no header of their own."""
    import tomlkit

    table: Any = document
    for depth, name in enumerate(path, start=1):
        if name not in table:
            # At the top, a bare key after a table would belong to that table: tomlkit puts tables last.
            table[name] = tomlkit.table(is_super_table=depth < len(path))
        table = table[name]
        if not isinstance(table, dict):
            raise ConfigProblem(f"`{'.'.join(path[:depth])}` holds a value, not settings.", "Name another key.")
    return table


def _write(paths: Paths, document: TOMLDocument) -> Settings:
    import tomlkit

    # A link, as dotfile managers make them, stays a link.
    target = Path(os.path.realpath(paths.config_file))
    text = tomlkit.dumps(document)
    settings = parse(text, paths.config_file)
    try:
        make_private(paths.config)
        _replace(target, text)
    except OSError as problem:
        kind = DiskFull if problem.errno in (errno.ENOSPC, errno.EDQUOT) else ConfigProblem
        why = problem.strerror or type(problem).__name__
        raise kind(f"{target} cannot be written: {why}.", "Make its folder writable for you.") from None
    return settings


def _replace(target: Path, text: str) -> None:
    import tempfile

    handle, name = tempfile.mkstemp(prefix=".config-", suffix=".toml", dir=target.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, target)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise
