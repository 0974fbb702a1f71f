"""The real program with one thing broken in it: `python -m tests.faults.pty_sabotage NAME ARGUMENTS…`.

What breaks holds the token in its message and in its variables, as a bug of ours or of a library might.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any, NoReturn

from neptune_inbox import __main__

SECRETS: list[str] = []
"""Filled by the program's own gate, so that this file holds no token either."""


def break_down(*_: Any, **__: Any) -> NoReturn:
    secret = SECRETS[-1]
    headers = {"Authorization": f"Bearer {secret}", "api_token": secret}
    raise RuntimeError(f"cannot send {secret} with {headers}")


async def break_down_soon(*_: Any, **__: Any) -> NoReturn:
    break_down()


def break_down_with_a_cause(*_: Any, **__: Any) -> NoReturn:
    try:
        break_down()
    except RuntimeError as cause:
        raise ValueError(f"no header can hold {SECRETS[-1]!r}\n\x1b]0;PWNED\x07") from cause


def break_down_beside(original: Callable[..., Any]) -> Callable[..., Any]:
    """In a thread, in a task that nobody awaits, in a finaliser, and into a library's log; else all goes well."""

    class Dying:
        def __del__(self) -> None:
            break_down()

    def go_on(*arguments: Any) -> Any:
        secret = SECRETS[-1]
        Dying()
        thread = threading.Thread(target=break_down)
        thread.start()
        thread.join()
        loop = asyncio.get_running_loop()
        loop.call_soon(break_down)
        loop.create_task(break_down_soon())  # noqa: RUF006 - nobody awaits it: that is the fault
        logging.getLogger("httpx").info("GET https://api.example/?token=%s", secret)
        logging.getLogger("some.library").error("sent Authorization: Bearer %s \x1b]0;PWNED\x07", secret)
        return original(*arguments)

    return go_on


def dump_core(*_: Any, **__: Any) -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def sabotage(name: str) -> None:
    """Put the break into the program."""
    from neptune_inbox.sync.marking.marking import Marking
    from neptune_inbox.sync.session import Session

    _listen_at_the_gate()
    positions: dict[str, tuple[type, str, Callable[..., Any]]] = {
        "a verb": (Marking, "hold", break_down_soon),
        "a verb with a cause": (Marking, "hold", break_down_with_a_cause),
        "signing in": (Session, "use", break_down),
        "signing in, with a cause": (Session, "use", break_down_with_a_cause),
        "beside": (Session, "use", break_down_beside(Session.use)),
        "core": (Session, "use", dump_core),
    }
    if name == "a worker":
        from neptune_inbox.sync.marking.sender import OutboxSender

        positions[name] = (OutboxSender, "run", break_down_soon)
    if name == "drawing":
        from neptune_inbox.tui.widgets.preview import Preview

        positions[name] = (Preview, "show", break_down)
    owner, method, broken = positions[name]
    if not hasattr(owner, method):
        raise AttributeError(f"{owner.__name__} has no {method} to be broken")
    setattr(owner, method, broken)


def _listen_at_the_gate() -> None:
    from neptune_inbox.model import Token

    begin = Token.__init__

    def begin_and_tell(self: Token, value: str) -> None:
        SECRETS.append(value)
        begin(self, value)

    Token.__init__ = begin_and_tell  # type: ignore[method-assign]


if __name__ == "__main__":
    sabotage(sys.argv[1])
    sys.exit(__main__.run(sys.argv[2:], is_process=True))
