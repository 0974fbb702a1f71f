"""Opening the inbox itself: paint what was on screen last, then bring everything else.

It must not import click, and nothing but the painter before the paint: a page is there after some 25 ms.
"""

from __future__ import annotations

import gc
import os
import sys
import time

from neptune_inbox.startup.locate import find_file, guess_profile, read_config

try:
    import termios
except ImportError:
    termios = None  # type: ignore[assignment]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from neptune_inbox.cli.output import Output
    from neptune_inbox.startup.first_paint import FirstPaint
    from neptune_inbox.sync.workspace import Workspace

WITH_TEAM = "team"
"""The value of `demo` in a wish for a demo with a simulated colleague."""
KINDS = ("all", "unread", "read")


def open_inbox(wish: Mapping[str, str], output: Output | None = None, *, is_process: bool = False) -> int:
    """Open the inbox in this terminal and stay until it is left; the answer is the exit code.

    A wish may hold `user`, `kind` and `profile`; any text for `demo`, `plain` or `codes` turns it on. `is_process`
    says that this process does nothing else, so that what breaks or logs anywhere in it is caught.
    """
    kind = wish.get("kind") or "unread"
    if is_process and not wish.get("plain"):
        # Until the first list is there: looking for garbage takes a sixth of the whole start, and finds none.
        gc.disable()
    is_remembered = kind in KINDS and not (wish.get("demo") or wish.get("plain"))
    is_possible = is_remembered and termios is not None and _has_terminal()
    painted = _paint(wish, kind) if is_possible else None
    if is_process:
        from neptune_inbox.startup.process import prepare

        prepare(is_demo=bool(wish.get("demo")))
    if wish.get("plain"):
        return _open_plain(wish, kind, output)

    from neptune_inbox.cli.output import INTERRUPTED, Output
    from neptune_inbox.errors import InboxError

    try:
        try:
            _check(wish, kind)
            return _run(wish, kind, painted)
        finally:
            if painted is not None:
                painted.restore()
    except InboxError as error:
        (output or Output()).error(error)
        return error.exit_code
    except KeyboardInterrupt:
        return INTERRUPTED


def _is_served() -> bool:
    from neptune_inbox.startup.process import is_served

    return is_served()


def _has_terminal() -> bool:
    # A stream that was closed before the start is None.
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout))


def _paint(wish: Mapping[str, str], kind: str) -> FirstPaint | None:
    config, cache = read_config(os.environ), find_file("cache", "cache.db", os.environ)
    if config is None or cache is None:
        return None
    profile = wish.get("profile") or guess_profile(config, os.environ)
    try:
        size = os.get_terminal_size()
    except OSError:
        return None
    if profile is None:
        return None

    from neptune_inbox.startup.first_paint import paint

    return paint(
        cache,
        size=(size.columns, size.lines),
        now=time.time_ns() // 1_000_000,
        environ=os.environ,
        profile=profile,
        user_id=wish.get("user") or None,
        kind=kind,
    )


def _open_plain(wish: Mapping[str, str], kind: str, output: Output | None) -> int:
    """Talk line by line, in whatever this is: a terminal of any kind, or pipes."""
    from neptune_inbox.cli.output import INTERRUPTED, Output
    from neptune_inbox.cli.plain import session
    from neptune_inbox.cli.plain.console import PlainOutput
    from neptune_inbox.errors import InboxError
    from neptune_inbox.model import Filter
    from neptune_inbox.presentation.remedies import at_a_shell

    try:
        _check_kind(kind)
        _check_user(wish)
        workspace = _load(wish)
        return session.run(
            workspace,
            workspace.profile(wish.get("profile") or None),
            user_id=wish.get("user") or None,
            kind=Filter(kind),
            repeats=sys.stdin is None or not sys.stdin.isatty(),
            output=PlainOutput(),
        )
    except InboxError as error:
        (output or Output()).error(at_a_shell(error))
        return error.exit_code
    except KeyboardInterrupt:
        return INTERRUPTED


def _check(wish: Mapping[str, str], kind: str) -> None:
    from neptune_inbox.errors import UnsupportedSystem, UsageProblem

    if _is_served():
        _check_kind(kind)
        _check_user(wish)
        return
    session = f"`neptune-inbox{' demo' if wish.get('demo') else ''} --plain` works line by line"
    if not _has_terminal():
        raise UsageProblem(
            "The inbox needs a terminal to draw in.",
            f"{session}; in scripts use `neptune-inbox list` and similar commands.",
        )
    if termios is None:
        raise UnsupportedSystem(
            "This system has no terminal that the inbox can draw in (the Python module termios is missing).",
            f"{session}; the full inbox runs on Linux, macOS, and WSL on Windows.",
        )
    if os.environ.get("TERM", "") in ("", "dumb"):
        raise UsageProblem(
            "This terminal cannot place a cursor (TERM says so).", f"{session}; `neptune-inbox list` prints a list."
        )
    _check_kind(kind)
    _check_user(wish)


def _check_user(wish: Mapping[str, str]) -> None:
    from neptune_inbox import doors

    if user := wish.get("user"):
        doors.read_id(user, "--user")
    if profile := wish.get("profile"):
        doors.read_name(profile, "--profile")


def _check_kind(kind: str) -> None:
    from neptune_inbox.errors import UsageProblem

    if kind not in KINDS:
        raise UsageProblem(f"There is no type `{kind}`.", f"Choose {', '.join(KINDS[:-1])} or {KINDS[-1]}.")


def _run(wish: Mapping[str, str], kind: str, painted: FirstPaint | None) -> int:
    from neptune_inbox.errors import NotSignedIn
    from neptune_inbox.model import Filter, Key
    from neptune_inbox.startup.process import unset_debug_env

    workspace = _load(wish)
    try:
        profile = workspace.profile(wish.get("profile") or None)
    except NotSignedIn:
        # The inbox itself asks, on its own screen.
        profile = None
    # Before Textual is imported, as it reads them then.
    unset_debug_env()
    from neptune_inbox.startup.handoff import NO_HANDOFF, tune_runtime
    from neptune_inbox.tui import app

    start = NO_HANDOFF._replace(on_drawn=tune_runtime)
    if painted is not None:
        cursor, typed = painted.leave()
        start = start._replace(
            on_screen=painted.hand_over,
            cursor=Key(*cursor) if cursor else None,
            known_theme=painted.known_theme,
            painted=painted.written,
            typed=typed,
        )
    # A browser shows all colours, whatever the terminal of the server does.
    environ = {**os.environ, "COLORTERM": "truecolor"} if _is_served() else os.environ
    return app.run(
        workspace, profile, user_id=wish.get("user") or None, kind=Filter(kind), environ=environ, start=start
    )


def _load(wish: Mapping[str, str]) -> Workspace:
    from neptune_inbox import wiring

    shows_codes = bool(wish.get("codes"))
    if wish.get("demo"):
        return wiring.load_demo(with_team=wish["demo"] == WITH_TEAM, shows_codes=shows_codes)
    return wiring.load_workspace(shows_codes=shows_codes)
