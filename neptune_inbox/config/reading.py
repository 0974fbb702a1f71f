"""config.toml into `Settings`. A file that could be changed by others is refused where it names commands."""

from __future__ import annotations

import os
import re
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from neptune_inbox.config.profiles import DEFAULT_API_BASE, default_mode, edge_base_for, unknown_profile
from neptune_inbox.config.settings import (
    COLOURS,
    COLUMNS,
    PREVIEWS,
    THEMES,
    TIME_FORMATS,
    NotifySettings,
    PollingSettings,
    Settings,
    StoreSettings,
    Template,
    UiSettings,
)
from neptune_inbox.config.table import Source, Table
from neptune_inbox.errors import ConfigProblem
from neptune_inbox.model import Mode, Profile
from neptune_inbox.paths import Paths

if TYPE_CHECKING:
    from os import stat_result

_LARGEST: Final = 1_048_576
_HOURS = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d-(?:[01]\d|2[0-3]):[0-5]\d")


def load(paths: Paths) -> Settings:
    """The user's settings; the defaults where there is no file. Raises ConfigProblem."""
    path = paths.config_file
    try:
        with path.open("rb") as file:
            found, raw = os.fstat(file.fileno()), file.read(_LARGEST + 1)
    except FileNotFoundError:
        return Settings()
    except OSError as problem:
        why = problem.strerror or type(problem).__name__
        raise ConfigProblem(f"{path} cannot be read: {why}.", "Make it readable for you.") from None
    if len(raw) > _LARGEST:
        raise ConfigProblem(f"{path} is larger than 1 MiB.", "Move it away and start with a new one.")
    try:
        settings = parse(raw.decode("utf-8"), path)
    except UnicodeDecodeError:
        raise ConfigProblem(f"{path} is not UTF-8 text.", "Save it as UTF-8.") from None
    _refuse_foreign(path, found, settings)
    return settings


def parse(text: str, path: Path) -> Settings:
    """Settings from the text of a file; `path` is only named in errors. Raises ConfigProblem."""
    import tomllib

    try:
        values = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as problem:
        at = re.search(r"\(at line (\d+), column (\d+)\)", str(problem))
        place = f"{path}, line {at[1]}, column {at[2]}" if at else f"{path}"
        what = str(problem).partition(" (at ")[0]
        raise ConfigProblem(
            f"{place}: this is not TOML: {what}.", "Text stands in quotes, lists in brackets."
        ) from None
    top = Table(Source(path, text), values)
    profiles = {name: _profile(table) for name, table in _named_tables(top, "profiles")}
    settings = Settings(
        default_profile=_default_profile(top, profiles),
        profiles=profiles,
        ui=_ui(top.table("ui")),
        polling=_polling(top.table("polling")),
        notify=_notify(top.table("notify")),
        views=_views(top.table("views")),
        keys=_keys(top.table("keys")),
        key_places=_places(top.table("keys")),
        commands=_commands(top.table("commands")),
        templates={name: _template(table) for name, table in _named_tables(top, "templates")},
        store=_store(top.table("store")),
    )
    top.finish()
    return settings


def _named_tables(top: Table, key: str) -> list[tuple[str, Table]]:
    outer = top.table(key)
    return [(name, outer.table(name)) for name, _ in outer.items()]


def _default_profile(top: Table, profiles: dict[str, Profile]) -> str:
    name = top.text("default_profile", "")
    if name and name not in profiles:
        lost = unknown_profile(name, profiles)
        raise ConfigProblem(f"{top.source.where('default_profile')}: `default_profile`: {lost.sentence}", lost.remedy)
    return name or next(iter(profiles), "")


def _profile(table: Table) -> Profile:
    for key in table.values:
        if "token" in key.lower() and key != "token_command":
            raise table.problem(
                f"holds `{key}`, and a token never stands in a file",
                "Remove it, make a new token in the Neptune dashboard, and run `neptune-inbox login`.",
            )
    environment = table.needed_text("environment")
    api_base = table.text("api_base", DEFAULT_API_BASE)
    profile = Profile(
        name=table.path[-1],
        api_base=api_base,
        edge_base=table.text("edge_base", edge_base_for(api_base)),
        environment=environment,
        mode=Mode(table.choice("mode", default_mode(environment), [mode.value for mode in Mode])),
        colour=table.choice("colour", "", ("", *COLOURS)),
        users=table.words("users", ()),
        token_command=table.secret_words("token_command"),
    )
    table.finish()
    return profile


def _ui(table: Table) -> UiSettings:
    default = UiSettings()
    settings = UiSettings(
        theme=table.choice("theme", default.theme, THEMES),
        undo_seconds=table.number("undo_seconds", default.undo_seconds, 0, 3_600),
        columns=table.words("columns", default.columns, COLUMNS),
        preview=table.choice("preview", default.preview, PREVIEWS),
        time_format=table.choice("time_format", default.time_format, TIME_FORMATS),
    )
    table.finish()
    return settings


def _polling(table: Table) -> PollingSettings:
    default = PollingSettings()
    settings = PollingSettings(
        requests_per_minute=table.whole("requests_per_minute", default.requests_per_minute, 1, 600),
        unfocused_factor=table.number("unfocused_factor", default.unfocused_factor, 1, 100),
    )
    table.finish()
    return settings


def _notify(table: Table) -> NotifySettings:
    default = NotifySettings()
    quiet = table.text("quiet", default.quiet)
    if quiet and not _HOURS.fullmatch(quiet):
        raise table.problem("must have `quiet` as two times of day", 'Write it like quiet = "22:00-07:00".')
    settings = NotifySettings(
        title=table.flag("title", default.title),
        bell=table.flag("bell", default.bell),
        desktop=table.flag("desktop", default.desktop),
        quiet=quiet,
    )
    table.finish()
    return settings


def _template(table: Table) -> Template:
    template = Template(table.needed_text("event_type"), table.text("data", "{}"))
    table.finish()
    return template


def _store(table: Table) -> StoreSettings:
    settings = StoreSettings(keep_days=table.whole("keep_days", StoreSettings().keep_days, 1, 3_650))
    table.finish()
    return settings


def _views(table: Table) -> dict[str, str]:
    """`[views.NAME] query = "…"`, or in short `[views] NAME = "…"`."""
    return {name: _one(table, name, value, "query") for name, value in table.items()}


def _one(table: Table, name: str, value: Any, key: str) -> str:
    if not isinstance(value, dict):
        return table.text(name, "")
    inner = table.table(name)
    text = inner.needed_text(key)
    inner.finish()
    return text


def _keys(table: Table) -> dict[str, str | tuple[str, ...]]:
    flat: dict[str, str | tuple[str, ...]] = {}
    for name, value in table.items():
        if isinstance(value, dict):
            # TOML reads the dot of an action id such as `preview.down` as a table.
            flat.update({f"{name}.{rest}": keys for rest, keys in _keys(table.table(name)).items()})
        else:
            flat[name] = table.words(name, ()) if isinstance(value, list) else table.text(name, "")
    return flat


def _places(table: Table) -> dict[str, str]:
    """Where each of the keys is written."""
    found = {}
    for name, value in table.items():
        if isinstance(value, dict):
            found.update({f"{name}.{rest}": place for rest, place in _places(table.table(name)).items()})
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
        words = _command(inner, "run", inner.values.get("run", []))
        inner.finish()
        return words
    if isinstance(value, str):
        try:
            value = shlex.split(value)
        except ValueError:
            raise table.problem(
                f"has `{name}` with a quote that is not closed", "Close it, or write a list."
            ) from None
        table.values = {**table.values, name: value}
    words = table.secret_words(name)
    if not words:
        raise table.problem(f"has no command in `{name}`", 'Write it like run = ["jq", "."].')
    return words


def _refuse_foreign(path: Path, found: stat_result, settings: Settings) -> None:
    names_commands = bool(settings.commands) or any(profile.token_command for profile in settings.profiles.values())
    if not names_commands or sys.platform == "win32":
        return
    if found.st_mode & stat.S_IWOTH:
        raise ConfigProblem(f"{path} names commands, and everyone may write to it.", f"Run `chmod 600 {path}`.")
    if found.st_uid not in (os.geteuid(), 0):
        raise ConfigProblem(f"{path} names commands, and belongs to another user.", "Make a copy that is yours.")
