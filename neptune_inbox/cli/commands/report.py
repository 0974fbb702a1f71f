"""`report`: what a bug report needs in one file, redacted, shown before it is written."""

from __future__ import annotations

import asyncio
import io
import json
import os
import re
import zipfile
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from msgspec import Struct, to_builtins

from neptune_inbox.cli.context import Cli, SignIn
from neptune_inbox.cli.facts import version_facts
from neptune_inbox.cli.new_file import write_new
from neptune_inbox.cli.options import command, yes_option
from neptune_inbox.cli.parameters import TARGET
from neptune_inbox.errors import InboxError, UsageProblem
from neptune_inbox.masking import MASK, mask
from neptune_inbox.model import JsonObject
from neptune_inbox.own_files import open_own
from neptune_inbox.paths import Paths
from neptune_inbox.text import clean_block

LOG_LINES = 400
HIDDEN_SETTINGS = ("users", "token_command", "commands", "views", "templates", "hooks", "watch", "dsn")
"""Settings that name customers, programs and hosts: only their number is reported."""


class BundleFile(Struct, frozen=True):
    """One file of the bundle."""

    name: str
    holds: str
    text: str

    @property
    def size(self) -> int:
        return len(self.text.encode())


@command("report")
@click.option("--output", "-o", "file", type=TARGET, metavar="FILE", help="The file to write; it must not exist yet.")
@click.option("--show", is_flag=True, help="Print everything it would contain, and write nothing.")
@yes_option()
def report(cli: Cli, file: Path | None, show: bool, yes: bool) -> None:
    """Put what a bug report needs into one redacted zip file, after showing it.

    It contains versions, what `doctor` finds, the settings without names, the newest lines of the log and the sizes
    of the files, but no tokens, customers, notifications or notes. Nothing is sent anywhere; you attach it yourself.
    """
    parts = _parts(cli)
    if show and cli.output.is_json:
        cli.output.value({"file": None, "parts": [{**_part_json(part), "text": part.text} for part in parts]})
        return
    if show:
        cli.output.line("\n".join(f"==> {part.name}: {part.holds}\n{part.text}" for part in parts))
        return
    target = file or Path(f"neptune-inbox-report-{datetime.now(UTC):%Y%m%d-%H%M%S}.zip")
    for part in parts:
        cli.output.note(f"{part.name:<14} {part.size:>7,} bytes  {part.holds}")
    cli.output.note("`neptune-inbox report --show` prints all of it.")
    if not yes:
        if not cli.output.can_ask:
            raise UsageProblem(
                "Nobody is here to agree to writing the report.", "Add --yes, or --show to read it first."
            )
        if not click.confirm(f"Write {target}?", err=True):
            cli.output.note("Nothing was written.")
            return
    _write(target, parts)
    if cli.output.is_json:
        cli.output.value({"file": str(target), "parts": [_part_json(part) for part in parts]})
    else:
        cli.output.line(str(target))


def _part_json(part: BundleFile) -> JsonObject:
    return {"name": part.name, "bytes": part.size, "holds": part.holds}


def _write(target: Path, parts: Iterable[BundleFile]) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as bundle:
        for part in parts:
            bundle.writestr(part.name, part.text)
    write_new(target, packed.getvalue())


def _parts(cli: Cli) -> list[BundleFile]:
    hide = _hider(cli)
    parts = [
        BundleFile("version.txt", "versions and the terminal", _lines(version_facts())),
        BundleFile("doctor.txt", "what `neptune-inbox doctor` finds", _doctor(cli)),
        BundleFile("settings.json", "the settings, without names", _settings(cli)),
        BundleFile("files.txt", "the sizes of the files on this machine", _sizes()),
        BundleFile("log.txt", f"the last {LOG_LINES} lines of the log", _log()),
    ]
    parts = [BundleFile(part.name, part.holds, hide(part.text)) for part in parts]
    manifest = "\n".join(f"{part.name}\t{part.size} bytes\t{part.holds}" for part in parts)
    return [BundleFile("manifest.txt", "what the other files contain", manifest), *parts]


def _hider(cli: Cli) -> Callable[[str], str]:
    """Takes out of a text what looks like a secret, the home folder, and the hosts and customers of the settings."""
    secrets = {os.path.expanduser("~"): "~"}
    try:
        for profile in cli.workspace.settings.profiles.values():
            secrets |= {user: "CUSTOMER" for user in profile.users if user}
            secrets |= dict.fromkeys(profile.trusted_hosts, "HOST")
        for user in cli.run(lambda session: session.inbox.watched(), SignIn.UNUSED):
            secrets[user] = "CUSTOMER"
    except InboxError:
        # Without settings or a profile nobody is named either; the part of `doctor` says what is wrong.
        return _hiding(secrets)
    return _hiding(secrets)


def _hiding(secrets: Mapping[str, str]) -> Callable[[str], str]:

    def hide(text: str) -> str:
        for secret in sorted(secrets, key=len, reverse=True):
            text = re.sub(rf"(?<!\w){re.escape(secret)}(?!\w)", secrets[secret], text)
        return mask(clean_block(text, limit=max(1, len(text))))

    return hide


def _doctor(cli: Cli) -> str:
    from neptune_inbox.cli.commands.doctor import examine

    findings = asyncio.run(examine(cli))
    return _lines((f"{each.level.value} {each.what}", f"{each.found} {each.remedy}".strip()) for each in findings)


def _settings(cli: Cli) -> str:
    try:
        settings = cli.workspace.settings
    except InboxError as error:
        return f"They cannot be read: {error.sentence}"
    return json.dumps(_redacted(to_builtins(settings)), indent=2, ensure_ascii=False)


def _redacted(value: Any, name: str = "") -> Any:
    if name in HIDDEN_SETTINGS and value:
        return f"{len(value)} of them" if isinstance(value, dict | list) else MASK
    if isinstance(value, dict):
        return {key: _redacted(inner, key) for key, inner in value.items()}
    return value


def _sizes() -> str:
    paths = Paths.find()
    files = (paths.config_file, paths.state_db, paths.journal, paths.cache_db, paths.log)
    return _lines((file.name, f"{file.stat().st_size:,} bytes" if file.exists() else "not there") for file in files)


def _log() -> str:
    log = Paths.find().log
    if not log.exists():
        return "There is no log: nothing has gone wrong so far."
    with open(open_own(log, os.O_RDONLY), encoding="utf-8", errors="replace") as stream:
        return "".join(stream.readlines()[-LOG_LINES:])


def _lines(pairs: Iterable[tuple[str, str]]) -> str:
    return "\n".join(f"{name}: {value}" for name, value in pairs)
