"""Opening the inbox itself: paint what was on screen last, then bring everything else.

It must not import click, and nothing but the painter before the paint: a page stands there after some 25 ms.
"""

from __future__ import annotations

import gc
import os
import sys
import time

from neptune_inbox.cli.places import find_file, guess_profile, read_config

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from neptune_inbox.cli.output import Output
    from neptune_inbox.sync.workspace import Workspace
    from neptune_inbox.tui.prepaint import Painted

KINDS = ("all", "unread", "read")


def open_inbox(wish: Mapping[str, str], output: Output | None = None, *, is_process: bool = False) -> int:
    """Open the inbox in this terminal and stay until it is left; the answer is the exit code.

    A wish may hold `user`, `kind` and `profile`; any text for `demo` or `plain` turns it on. `is_process` says that
    this process does nothing else, so that what breaks or logs anywhere in it is caught.
    """
    kind = wish.get("kind") or "unread"
    if is_process and not wish.get("plain"):
        # Until the first list stands there: looking for garbage takes a sixth of the whole start, and finds none.
        gc.disable()
    is_possible = kind in KINDS and not (wish.get("demo") or wish.get("plain")) and _has_terminal()
    painted = _paint(wish, kind) if is_possible else None
    if is_process:
        from neptune_inbox.cli.aftermath import prepare

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


def _has_terminal() -> bool:
    # A stream that was closed before the start is None.
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout))


def _paint(wish: Mapping[str, str], kind: str) -> Painted | None:
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

    from neptune_inbox.tui.prepaint import paint

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
    from neptune_inbox.cli import plain
    from neptune_inbox.cli.output import INTERRUPTED, Output
    from neptune_inbox.cli.plain_talk import PlainOutput
    from neptune_inbox.cli.remedies import for_the_command_line
    from neptune_inbox.errors import InboxError
    from neptune_inbox.model import Filter

    try:
        _check_kind(kind)
        workspace = _load(wish)
        return plain.run(
            workspace,
            workspace.profile(wish.get("profile") or None),
            user_id=wish.get("user") or None,
            kind=Filter(kind),
            repeats=sys.stdin is None or not sys.stdin.isatty(),
            output=PlainOutput(),
        )
    except InboxError as error:
        (output or Output()).error(for_the_command_line(error))
        return error.exit_code
    except KeyboardInterrupt:
        return INTERRUPTED


def _check(wish: Mapping[str, str], kind: str) -> None:
    from neptune_inbox.errors import UsageProblem

    plain = f"`neptune-inbox{' demo' if wish.get('demo') else ''} --plain` talks line by line"
    if not _has_terminal():
        raise UsageProblem(
            "The inbox needs a terminal to draw in.", f"{plain}; in scripts use `neptune-inbox list` and the like."
        )
    if os.environ.get("TERM", "") in ("", "dumb"):
        raise UsageProblem(
            "This terminal cannot place a cursor (TERM says so).", f"{plain}; `neptune-inbox list` prints a list."
        )
    _check_kind(kind)


def _check_kind(kind: str) -> None:
    from neptune_inbox.errors import UsageProblem

    if kind not in KINDS:
        raise UsageProblem(f"There is no type `{kind}`.", f"Choose {', '.join(KINDS[:-1])} or {KINDS[-1]}.")


def _run(wish: Mapping[str, str], kind: str, painted: Painted | None) -> int:
    from neptune_inbox.cli.aftermath import forget_developers_tools
    from neptune_inbox.errors import NotSignedIn
    from neptune_inbox.model import Filter, Key

    workspace = _load(wish)
    try:
        profile = workspace.profile(wish.get("profile") or None)
    except NotSignedIn:
        # The inbox itself asks, on its own screen.
        profile = None
    # Before Textual is imported, as it reads them then.
    forget_developers_tools()
    from neptune_inbox.tui import app
    from neptune_inbox.tui.first_frame import ALONE, settle

    start = ALONE._replace(on_drawn=settle)
    if painted is not None:
        cursor, typed = painted.leave()
        start = start._replace(on_screen=painted.hand_over, cursor=Key(*cursor) if cursor else None, typed=typed)
    return app.run(
        workspace, profile, user_id=wish.get("user") or None, kind=Filter(kind), environ=os.environ, start=start
    )


def _load(wish: Mapping[str, str]) -> Workspace:
    from neptune_inbox import wiring

    return wiring.load_demo() if wish.get("demo") else wiring.load_workspace()
