"""`timeline`: what a customer's bell went through, or held at a moment, from what was seen here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from neptune_inbox.cli.claims import read_news
from neptune_inbox.cli.context import Cli, SignIn
from neptune_inbox.cli.options import command, user_option
from neptune_inbox.cli.parameters import NOT_GIVEN, ROWS, TEXT
from neptune_inbox.presentation.labels import LIMIT
from neptune_inbox.presentation.table import Column
from neptune_inbox.presentation.timeline import (
    AXIS_COLUMNS,
    BELL_COLUMNS,
    HOW_TO_LOOK,
    axis_cells,
    axis_text,
    bell_cells,
    bell_json,
    bell_pairs,
    bell_sentences,
    never_looked,
    rest_of_bell,
    timeline_json,
)
from neptune_inbox.sync.inbox.times import parse_past
from neptune_inbox.sync.timeline.axis import entries
from neptune_inbox.sync.timeline.history import as_of, check_passed
from neptune_inbox.text_ids import quoted_id

if TYPE_CHECKING:
    from neptune_inbox.model import Instant
    from neptune_inbox.sync.session import Session
    from neptune_inbox.sync.timeline.history import History


@command("timeline")
@user_option(is_required=True)
@click.option(
    "--since",
    type=TEXT,
    default="7d",
    show_default=True,
    metavar="WHEN",
    help="The start: a time span such as 7d, back from now, a day or a date.",
)
@click.option(
    "--as-of",
    "as_of_when",
    type=TEXT,
    default=NOT_GIVEN,
    metavar="WHEN",
    help='Show what the bell held at this time: "tue 14:02", "2d".',
)
@click.option(
    "--limit",
    type=ROWS,
    default=LIMIT,
    show_default=True,
    help="The maximum number of rows with --as-of; 0 means all.",
)
def timeline(cli: Cli, user: str, since: str, as_of_when: str, limit: int) -> None:
    """Show the history of a customer's bell, oldest first.

    It shows what arrived, was read, was marked by us and noted, and when nobody is known to have looked. With
    --as-of, each row is unread, read or not known. It is made from what was seen here, without a request: what
    arrived and was read between two looks may be missing, and what the service has since removed is still shown.
    """

    is_as_of = as_of_when is not NOT_GIVEN

    async def work(session: Session) -> tuple[History, Instant]:
        when = parse_past(as_of_when if is_as_of else since, session.now())
        if is_as_of:
            check_passed(when, session.now())
        await read_news(session, cli.output)
        return await session.timelines.of(user), when

    history, when = cli.run(work, SignIn.UNUSED)
    if is_as_of:
        _print_bell(cli, history, when, limit or None)
    else:
        _print_axis(cli, history, when)


def _print_axis(cli: Cli, history: History, since: Instant) -> None:
    found = entries(history, since)
    if cli.output.is_json:
        cli.output.value(timeline_json(history.user_id, since, history.at, found))
    elif cli.output.is_terminal:
        cli.output.line(axis_text(found))
    else:
        cli.output.table([Column(name) for name in AXIS_COLUMNS], [axis_cells(entry) for entry in found])
    if history.looked_at is None:
        cli.output.note(f"{never_looked(quoted_id(history.user_id))} {HOW_TO_LOOK}")


def _print_bell(cli: Cli, history: History, at: Instant, limit: int | None) -> None:
    bell = as_of(history, at)
    if cli.output.is_json:
        cli.output.value(bell_json(bell, limit))
        return
    if cli.output.is_terminal:
        cli.output.pairs(bell_pairs(bell)[:limit])
    else:
        cli.output.table([Column(name) for name in BELL_COLUMNS], [bell_cells(each) for each in bell.rows[:limit]])
    for sentence in (*bell_sentences(bell), rest_of_bell(bell, limit)):
        if sentence:
            cli.output.note(sentence)
