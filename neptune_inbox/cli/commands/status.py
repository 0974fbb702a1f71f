"""`status`: one line for a bar or a prompt, from the cache alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from neptune_inbox.cli.context import Cli, SignIn
from neptune_inbox.cli.options import command
from neptune_inbox.cli.parameters import FORMAT
from neptune_inbox.model import EVERYONE, Filter
from neptune_inbox.presentation.json import iso
from neptune_inbox.presentation.labels import NOBODY_WATCHED
from neptune_inbox.presentation.status import USUAL, Status, fill

if TYPE_CHECKING:
    from neptune_inbox.model import Counts
    from neptune_inbox.sync.session import Session

TO_DO = "-is:pending"
"""The notifications that are unread and not put away, as lists show them anyway."""


@command("status")
@click.option(
    "--format",
    "form",
    type=FORMAT,
    default=USUAL,
    show_default=True,
    metavar="TEXT",
    help="What to print: text with names in braces; `help bars` lists them.",
)
def status(cli: Cli, form: str) -> None:
    """Print one line for a bar or a prompt.

    It reads the cache alone: no request is made, no token is read, and it is quick enough to run every second. A
    number followed by `+` may be higher, as not everything was counted or loaded.
    """
    found = cli.run(_status, SignIn.UNUSED)
    if not found[0].customers:
        cli.output.note(NOBODY_WATCHED)
    if cli.output.is_json:
        cli.output.value(found[0].record(iso))
    else:
        cli.output.raw(fill(form, found[0].words(found[1])) + "\n")


async def _status(session: Session) -> tuple[Status, int]:
    overview = await session.inbox.overview(EVERYONE)
    users = overview.users
    rows = await session.inbox.open_users(users, Filter.UNREAD, TO_DO)
    last = await session.inbox.page(rows, len(rows) - 1, len(rows)) if len(rows) else []
    outbox = await session.marking.counts()
    found = Status(
        session.profile.name,
        [_unread(overview.counts.get(user)) for user in users],
        [overview.fresh_of(user).fetched_at for user in users],
        todo=len(rows),
        oldest=last[0].created_at if last else None,
        is_whole=overview.coverage(Filter.UNREAD).is_complete,
        pending=outbox.held + outbox.sending,
        refused=outbox.failed,
    )
    return found, session.now()


def _unread(counts: Counts | None) -> int | None:
    return counts.unread if counts is not None else None
