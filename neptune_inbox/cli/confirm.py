"""Questions before a write: asked on a terminal, refused where nobody can answer, skipped with `--yes`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from neptune_inbox.cli.interruption import Interrupted, raised
from neptune_inbox.cli.output import Output
from neptune_inbox.errors import InboxError, NotSignedIn, UsageProblem
from neptune_inbox.model import Mode, Profile
from neptune_inbox.presentation.sentences import profile_sentence

if TYPE_CHECKING:
    from neptune_inbox.cli.context import Cli


DRY_RUN = "--dry-run shows what it would do."


class Declined(InboxError):
    """The user was asked and did not agree; nothing was written."""


def check_consent(cli: Cli, *, is_agreed: bool, look: str = DRY_RUN) -> None:
    """Refuse a write that nobody can agree to, before anything is read or asked for. Raises UsageProblem.

    `look` says how to see what would be written.
    """
    if is_agreed or cli.output.can_ask:
        return
    try:
        profile = cli.profile
    except NotSignedIn:
        profile = None
    raise _nobody(profile, look)


def confirm(output: Output, profile: Profile, question: str, *, is_agreed: bool) -> None:
    """Name the place and ask before a write, unless it was agreed to.

    Raises Declined, and UsageProblem where nobody can answer, in every mode.
    """
    name_place(output, profile)
    if is_agreed:
        return
    if not output.can_ask:
        raise _nobody(profile)
    with _interruptible():
        has_agreed = click.confirm(question, err=True)
    if not has_agreed:
        raise Declined("Nothing was changed.")


def confirm_by_name(output: Output, profile: Profile, question: str, name: str, *, is_agreed: bool) -> None:
    """Have a name typed before a write that cannot be taken back; raises Declined or UsageProblem."""
    name_place(output, profile)
    if is_agreed:
        return
    if not output.can_ask:
        raise _nobody(profile)
    with _interruptible():
        typed = click.prompt(f"{question}\nType {name} to go on", err=True, default="", show_default=False)
    if typed.strip() != name:
        raise Declined(f"What you typed is not {name}: nothing was changed.")


def name_place(output: Output, profile: Profile) -> None:
    """Say where a write goes, or would go."""
    output.note(f"Place: {profile_sentence(profile)}.")


@contextmanager
def _interruptible() -> Iterator[None]:
    """Let a signal end a question at once, and ctrl+d decline it."""
    try:
        with raised():
            yield
    except Interrupted:
        # Below the question.
        click.echo(err=True)
        raise
    except click.Abort:
        click.echo(err=True)
        raise Declined("Nobody answered: nothing was changed.") from None


def _nobody(profile: Profile | None, look: str = DRY_RUN) -> UsageProblem:
    where = f" to {profile_sentence(profile)}" if profile else ""
    observes = profile is not None and profile.mode is Mode.OBSERVE
    return UsageProblem(
        f"A write{where} needs an answer first, and nobody is here to give it.",
        f"{'The profile only observes' if observes else 'Add --yes to agree'}; {look}",
    )
