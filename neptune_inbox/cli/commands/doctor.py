"""`doctor`: one line for each thing that may be wrong, each with what to do about it. It writes nothing."""

from __future__ import annotations

import asyncio
import os
import shlex
import shutil
import sys
import time
from collections.abc import AsyncIterator
from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

from neptune_inbox.cli.context import Cli
from neptune_inbox.cli.options import command
from neptune_inbox.errors import InboxError, KeyringProblem, NotFound, NotNeptune, Unreachable, Untrusted
from neptune_inbox.model import Instant, JsonObject, Profile
from neptune_inbox.model.hooks import HookState
from neptune_inbox.paths import Paths
from neptune_inbox.presentation.hooks import hook_words
from neptune_inbox.presentation.polling import holder_sentence
from neptune_inbox.presentation.remedies import at_a_shell
from neptune_inbox.presentation.sentences import damaged_journal_sentence, plural
from neptune_inbox.presentation.table import Column
from neptune_inbox.presentation.team import sharing_words, waiting_words
from neptune_inbox.presentation.times import local
from neptune_inbox.presentation.watch_rule import rule_sentence, trouble_sentences
from neptune_inbox.sync.customers.watch_source import REMEDY
from neptune_inbox.sync.team.sharer import SharingState

if TYPE_CHECKING:
    from neptune_inbox.store.watch_rule import RuleState
    from neptune_inbox.sync.session import Session
    from neptune_inbox.sync.team.team import TeamService

SKEW = 60_000
"""Milliseconds that this clock may differ from the server's before tokens and ages are judged wrongly."""
SOON = 7 * 86_400_000
"""Milliseconds before its end from which on a token is worth a warning."""
SMALLEST = (60, 15)
TEAM_PATIENCE = 5.0
"""Seconds."""


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
    details: JsonObject = {}
    """Further details for `--json`."""


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
        damaged = await session.evidence.damaged_lines()
        if damaged:
            yield Finding(Level.WARN, "files", damaged_journal_sentence(damaged))
        if not (session.notices or damaged):
            yield Finding(Level.OK, "files", _sizes(Paths.find()))
        yield await _outbox(session)
        for state in await session.hooks.states():
            yield _hook(state)
        yield await _polling(session)
        if session.watch_rule is not None:
            yield _watch_list(await session.watch_rule.state(), session.now())
        if session.team is not None:
            yield await _team(session.team)
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
            if finding.what == "network" and finding.level is Level.FAIL:
                return
        async for finding in _answers(session):
            yield finding
    finally:
        await session.close()


def _settings(cli: Cli, paths: Paths) -> Finding:
    from neptune_inbox.cli.commands.setup import check_settings

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


def _hook(state: HookState) -> Finding:
    words = f"{state.name}: {hook_words(state)}"
    if not state.failures:
        return Finding(Level.OK, "hook", words)
    name = shlex.quote(state.name)
    remedy = f"`neptune-inbox hooks test {name}` runs it once."
    if state.refuses_one:
        remedy += f" `neptune-inbox hooks skip {name}` leaves out what it refuses."
    return Finding(Level.WARN, "hook", words, remedy)


async def _polling(session: Session) -> Finding:
    process = await session.poller.holder()
    return Finding(Level.OK, "polling", holder_sentence(process), details={"pid": process or None})


def _watch_list(state: RuleState, now: Instant) -> Finding:
    words = rule_sentence(state, now)
    if troubles := trouble_sentences(state):
        return Finding(Level.WARN, "watch list", f"{words} {' '.join(troubles)}", REMEDY)
    return Finding(Level.OK, "watch list", words)


async def _team(team: TeamService) -> Finding:
    await team.share(TEAM_PATIENCE)
    sharing, waiting = team.sharing(), await team.waiting()
    if sharing.problem is not None:
        return _failure("team", sharing.problem)
    words = " ".join(filter(None, [sharing_words(sharing), waiting_words(waiting)]))
    return Finding(Level.OK if sharing.state is SharingState.SHARING else Level.WARN, "team", words)


def _token(session: Session) -> Finding:
    source = f"from {session.token_source}"
    if session.claims is None:
        return Finding(
            Level.WARN,
            "token",
            f"{source}; it is not a JWT, as every Neptune token is; the server may answer such a token with 500",
            "Copy the whole token from the Neptune dashboard under Team, then run `neptune-inbox login`.",
        )
    expires_at = session.claims.expires_at
    if expires_at is None:
        return Finding(Level.OK, "token", f"{source}; does not expire")
    words = f"{source}; valid until {local(expires_at)}"
    if expires_at - session.now() < SOON:
        return Finding(Level.WARN, "token", words, "Create a new one soon in the Neptune dashboard under Team.")
    return Finding(Level.OK, "token", words)


def _proxy(profile: Profile) -> Finding | None:
    """The proxy that requests go through, without its credentials; None where they go directly."""
    from urllib.request import getproxies

    from neptune_inbox.api.base_url import check_base
    from neptune_inbox.api.proxies import route_of

    found = []
    for name, base in (("api_base", profile.api_base), ("edge_base", profile.edge_base)):
        try:
            route = route_of(check_base(name, base), getproxies())
        except InboxError as error:
            return _failure("proxy", error)
        if route is not None:
            found.append(f"{base} through {route.url}" + (" with a login" if route.user or route.password else ""))
    return Finding(Level.OK, "proxy", "; ".join(dict.fromkeys(found))) if found else None


async def _network(session: Session) -> AsyncIterator[Finding]:
    if (proxy := _proxy(session.profile)) is not None:
        yield proxy
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


async def _answers(session: Session) -> AsyncIterator[Finding]:
    """What the lists of one user look like: the first who is watched, or who is named in the profile."""
    user_id = next(iter([*await session.inbox.watched(), *session.profile.users, *await session.inbox.seen()]), "")
    if not user_id:
        yield Finding(
            Level.OK, "answers", "No user is watched, so no list was fetched.", "`neptune-inbox watch USER_ID` first."
        )
        return
    answers = await session.answers(user_id)
    for number, sentence in enumerate(answers.sentences):
        yield Finding(Level.OK, "answers", sentence, details=answers.facts if number == 0 else {})
    for problem in answers.problems:
        yield Finding(Level.WARN, "answers", problem, details={} if answers.sentences else answers.facts)


def _clock(server_time: Instant | None, before: Instant, after: Instant) -> Finding:
    if server_time is None:
        return Finding(Level.OK, "clock", "The server does not send the time.")
    # The server's date is in whole seconds, and was given at some moment between the two.
    ahead = before - server_time - 1000 if before > server_time + 1000 else min(0, after - server_time)
    if abs(ahead) <= SKEW:
        return Finding(Level.OK, "clock", "It agrees with the server's.")
    direction = "ahead of" if ahead > 0 else "behind"
    words = f"It is {abs(ahead) // 1000:,} s {direction} the server's."
    return Finding(
        Level.WARN, "clock", words, "Set this machine's clock: ages and the token's expiry are judged by it."
    )


async def _keyring(*, is_needed: bool) -> Finding:
    from neptune_inbox.credentials import OsKeyring

    try:
        report = await OsKeyring().probe()
    except KeyringProblem as error:
        if not is_needed:
            return Finding(Level.OK, "keyring", f"not needed here. {error.sentence}")
        return Finding(Level.WARN, "keyring", error.sentence, at_a_shell(error).remedy)
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
        return Finding(Level.WARN, "terminal", words, "The inbox needs a terminal; `list` and `mark` do not.")
    if encoding != "utf8":
        return Finding(Level.WARN, "terminal", words, "Set LANG to a UTF-8 locale such as C.UTF-8.")
    if columns < SMALLEST[0] or lines < SMALLEST[1]:
        return Finding(Level.WARN, "terminal", words, f"The inbox needs at least {SMALLEST[0]}×{SMALLEST[1]}.")
    return Finding(Level.OK, "terminal", words)


def _failure(what: str, error: InboxError) -> Finding:
    remedy = at_a_shell(error).remedy
    if error.has_usual_remedy and isinstance(error, Unreachable) and not isinstance(error, NotNeptune | Untrusted):
        # The usual remedy would send people here.
        remedy = "Check the network, a VPN or a proxy, and api_base in the settings."
    return Finding(Level.FAIL, what, error.sentence, remedy, error.exit_code)


COLUMNS = (Column("level"), Column("what"), Column("found"), Column("remedy"))
SIGNS = {Level.OK: "ok  ", Level.WARN: "warn", Level.FAIL: "FAIL"}


@command("doctor")
def doctor(cli: Cli) -> int:
    """Check what is wrong; each line names its remedy.

    It checks settings, files, outbox, hooks, polling, watch list, team, token, proxy, network, clock, environment,
    answers, keyring and terminal. For the answers it fetches one page of each list of the first watched user, to see
    how rows are identified, marked as read and paged. It writes nothing to the service. The exit code is that of the
    first failure.
    """
    findings = asyncio.run(examine(cli))
    if cli.output.is_json:
        cli.output.values(
            {"level": each.level.value, "what": each.what, "found": each.found, "remedy": each.remedy}
            | ({"details": each.details} if each.details else {})
            for each in findings
        )
    elif cli.output.is_terminal:
        for each in findings:
            cli.output.line(f"{SIGNS[each.level]}  {each.what:<11} {each.found}")
            if each.remedy:
                cli.output.line(f"{'':<18}→ {each.remedy}")
    else:
        cli.output.table(COLUMNS, [[each.level.value, each.what, each.found, each.remedy] for each in findings])
    return _worst(findings)


def _worst(findings: list[Finding]) -> int:
    """The exit code of the first failure: later failures may well be consequences of it."""
    return next((each.exit_code for each in findings if each.level is Level.FAIL), 0)
