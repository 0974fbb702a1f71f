"""What `doctor` finds out, apart from how it is printed. Each step goes on where the one before failed."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import AsyncIterator
from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

from neptune_inbox.cli.context import Cli
from neptune_inbox.cli.remedies import for_the_command_line
from neptune_inbox.errors import InboxError, KeyringProblem, NotFound, NotNeptune, Unreachable, Untrusted
from neptune_inbox.model import Instant, Profile
from neptune_inbox.paths import Paths
from neptune_inbox.sync.wording import iso, plural

if TYPE_CHECKING:
    from neptune_inbox.sync.session import Session

SKEW = 60_000
"""Milliseconds that this clock may differ from the server's before tokens and ages are judged wrongly."""
SOON = 7 * 86_400_000
"""Milliseconds before its end from which on a token is worth a warning."""
SMALLEST = (60, 15)


class Level(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


class Finding(Struct, frozen=True):
    """One line of the diagnosis."""

    level: Level
    what: str
    found: str
    remedy: str = ""
    exit_code: int = 0


async def examine(cli: Cli) -> list[Finding]:
    """Everything that can be found out."""
    return [finding async for finding in _examine(cli)]


async def _examine(cli: Cli) -> AsyncIterator[Finding]:
    profile: Profile | None = None
    try:
        paths = Paths.find()
        yield _settings(cli, paths)
        profile = cli.profile
        yield Finding(
            Level.OK, "profile", f"{profile.name}: {profile.environment}, mode {profile.mode}, {profile.api_base}"
        )
    except InboxError as error:
        yield _failure("settings" if profile is None and error.exit_code == 2 else "profile", error)
    needs_keyring = profile is not None and not profile.token_command
    if profile is not None:
        async for finding in _examine_profile(cli, profile):
            needs_keyring &= not (finding.what == "token" and finding.found.startswith("from NEPTUNE_TOKEN"))
            yield finding
    yield await _keyring(is_needed=needs_keyring)
    yield _terminal()


async def _examine_profile(cli: Cli, profile: Profile) -> AsyncIterator[Finding]:
    try:
        session = await cli.workspace.open(profile)
    except InboxError as error:
        yield _failure("files", error)
        return
    try:
        for notice in session.notices:
            yield Finding(Level.WARN, "files", notice)
        if not session.notices:
            yield Finding(Level.OK, "files", _sizes(Paths.find()))
        yield await _outbox(session)
        try:
            if not await session.sign_in():
                await session.close()
                session = await cli.workspace.open(profile)
                await session.sign_in()
        except InboxError as error:
            yield _failure("token", error)
            return
        yield _token(session)
        async for finding in _network(session):
            yield finding
    finally:
        await session.close()


def _settings(cli: Cli, paths: Paths) -> Finding:
    from neptune_inbox.cli.commands_setup import check_settings

    problems = check_settings(cli.workspace.settings)
    if problems:
        return _failure("settings", problems[0])
    is_there = paths.config_file.exists()
    return Finding(
        Level.OK, "settings", str(paths.config_file) if is_there else f"{paths.config_file} (not there: defaults)"
    )


def _sizes(paths: Paths) -> str:
    files = [file for file in (paths.state_db, paths.cache_db, paths.journal) if file.exists()]
    total = sum(file.stat().st_size for file in files)
    return f"{', '.join(file.name for file in files)} are sound, {total / 1_048_576:.1f} MiB"


async def _outbox(session: Session) -> Finding:
    counts = await session.marking.counts()
    if counts.failed:
        words = f"{plural(counts.failed, 'mark was', 'marks were')} refused"
        return Finding(
            Level.WARN, "outbox", words, "`neptune-inbox outbox` shows why; --retry or --drop settles them."
        )
    if counts.held + counts.sending:
        waiting = plural(counts.held + counts.sending, "mark is", "marks are")
        return Finding(Level.WARN, "outbox", f"{waiting} waiting", "`neptune-inbox outbox --send` sends them.")
    return Finding(Level.OK, "outbox", "empty")


def _token(session: Session) -> Finding:
    source = f"from {session.token_source}"
    if session.claims is None:
        return Finding(Level.OK, "token", f"{source}; no JWT, so its end is not known")
    expires_at = session.claims.expires_at
    if expires_at is None:
        return Finding(Level.OK, "token", f"{source}; without an end")
    words = f"{source}; valid until {iso(expires_at)}"
    if expires_at - session.now() < SOON:
        return Finding(Level.WARN, "token", words, "Make a new one in the Neptune dashboard under Team soon.")
    return Finding(Level.OK, "token", words)


async def _network(session: Session) -> AsyncIterator[Finding]:
    started, sent_at = time.monotonic(), session.now()
    try:
        server_time = await session.server_time()
    except InboxError as error:
        yield _failure("network", error)
        return
    took = (time.monotonic() - started) * 1000
    yield Finding(Level.OK, "network", f"{session.profile.api_base} answered within {took:.0f} ms")
    yield _clock(server_time, sent_at, session.now())
    try:
        names = [each.name for each in await session.people.environments()]
    except InboxError as error:
        yield Finding(Level.WARN, "environment", f"The environments cannot be listed: {error.sentence}", error.remedy)
        return
    wanted = session.profile.environment
    if wanted in names:
        yield Finding(Level.OK, "environment", f"{wanted}, one of {', '.join(names)}")
    else:
        lost = NotFound(f"This team has no environment `{wanted}`.", f"It has {', '.join(names)}.")
        yield _failure("environment", lost)


def _clock(server_time: Instant | None, before: Instant, after: Instant) -> Finding:
    if server_time is None:
        return Finding(Level.OK, "clock", "The server does not tell the time.")
    # The server's date is in whole seconds, and was told somewhere between the two.
    ahead = before - server_time - 1000 if before > server_time + 1000 else min(0, after - server_time)
    if abs(ahead) <= SKEW:
        return Finding(Level.OK, "clock", "It agrees with the server's.")
    direction = "ahead of" if ahead > 0 else "behind"
    words = f"It is {abs(ahead) // 1000:,} s {direction} the server's."
    return Finding(
        Level.WARN, "clock", words, "Set this machine's clock: ages and the end of the token are judged by it."
    )


async def _keyring(*, is_needed: bool) -> Finding:
    from neptune_inbox.credentials import OsKeyring

    try:
        report = await OsKeyring().probe()
    except KeyringProblem as error:
        if not is_needed:
            return Finding(Level.OK, "keyring", f"not needed here. {error.sentence}")
        return Finding(Level.WARN, "keyring", error.sentence, for_the_command_line(error).remedy)
    if report.is_locked:
        remedy = "Unlock it." if is_needed else ""
        return Finding(Level.WARN, "keyring", f"{report.backend}, locked", remedy)
    return Finding(Level.OK, "keyring", report.backend)


def _terminal() -> Finding:
    columns, lines = shutil.get_terminal_size()
    term = os.environ.get("TERM", "")
    encoding = (sys.stdout.encoding or "").lower().replace("-", "")
    words = f"{term or 'TERM is not set'}, {columns}×{lines}, {sys.stdout.encoding}"
    if term in ("", "dumb"):
        return Finding(Level.WARN, "terminal", words, "The inbox needs a terminal; list and mark do not.")
    if encoding != "utf8":
        return Finding(Level.WARN, "terminal", words, "Set LANG to a UTF-8 locale such as C.UTF-8.")
    if columns < SMALLEST[0] or lines < SMALLEST[1]:
        return Finding(Level.WARN, "terminal", words, f"The inbox wants {SMALLEST[0]}×{SMALLEST[1]} at least.")
    return Finding(Level.OK, "terminal", words)


def _failure(what: str, error: InboxError) -> Finding:
    for_the_command_line(error)
    if isinstance(error, Unreachable) and not isinstance(error, NotNeptune | Untrusted):
        # The usual remedy would send people here.
        error.remedy = "Check the network, a VPN or a proxy, and api_base in the settings."
    return Finding(Level.FAIL, what, error.sentence, error.remedy, error.exit_code)
