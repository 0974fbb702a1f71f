"""Questions before a write: asked on a terminal, refused where nobody can answer, skipped with `--yes`."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import click

from neptune_inbox.cli.output import Output
from neptune_inbox.errors import InboxError, UsageProblem
from neptune_inbox.model import Mode, Profile


class Declined(InboxError):
    """The user was asked and did not agree; nothing was written."""


def confirm(output: Output, profile: Profile, question: str, *, is_agreed: bool, must_ask: bool = False) -> None:
    """Ask before a write unless it was agreed to; raises Declined.

    Where nobody can answer it goes on in mode act and raises UsageProblem in mode ask, or wherever `must_ask` is set.
    """
    if is_agreed:
        return
    if output.can_ask:
        with _interruptible():
            has_agreed = click.confirm(question, err=True)
        if not has_agreed:
            raise Declined("Nothing was changed.")
    elif must_ask or profile.mode is Mode.ASK:
        raise _nobody(profile)


def confirm_by_name(output: Output, profile: Profile, question: str, name: str, *, is_agreed: bool) -> None:
    """Have a name typed before a write that cannot be taken back; raises Declined or UsageProblem."""
    if is_agreed:
        return
    if not output.can_ask:
        raise _nobody(profile)
    with _interruptible():
        typed = click.prompt(f"{question}\nType {name} to go on", err=True, default="", show_default=False)
    if typed.strip() != name:
        raise Declined(f"That is not {name}: nothing was changed.")


@contextmanager
def _interruptible() -> Iterator[None]:
    """Let ctrl+c end a question at once: asyncio's own handler would wait until the question is answered."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _nobody(profile: Profile) -> UsageProblem:
    return UsageProblem(
        f"`{profile.name}` ({profile.environment}) asks before this is written, and nobody is here to answer.",
        "Add --yes to agree, or --dry-run to see what it would do.",
    )
