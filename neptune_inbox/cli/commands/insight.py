"""`insight`: how soon notifications are read, by kind; what nobody reads. From the cache alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from neptune_inbox.cli.claims import read_news
from neptune_inbox.cli.context import Cli, SignIn
from neptune_inbox.cli.fetching import users_in_scope
from neptune_inbox.cli.options import command, user_option
from neptune_inbox.cli.output import Shape
from neptune_inbox.cli.parameters import whole
from neptune_inbox.cli.schemas import INSIGHT_EVENT
from neptune_inbox.presentation.insight import (
    columns_on_screen,
    columns_whole,
    events_json,
    insight_json,
    summary_lines,
)
from neptune_inbox.presentation.table import Column
from neptune_inbox.sync.insight import Insight

if TYPE_CHECKING:
    from neptune_inbox.sync.session import Session

COLUMNS = (
    Column("event_type", gives=1),
    *(
        Column(name, is_right=True)
        for name in ("count", "read", "unread_after_1_day", "median_s", "p90_s", "at_most")
    ),
)
"""The names that `sync.insight.to_csv` gives them."""
ON_SCREEN = (
    Column("event", gives=1),
    *(Column(name, is_right=True) for name in ("count", "read", "never", "median", "p90")),
)


@command("insight", shapes=(Shape.JSON, Shape.CSV))
@user_option(is_multiple=True)
@click.option("--days", type=whole(1, 3_650), default=30, show_default=True, help="How many days to look back.")
def insight(cli: Cli, users: tuple[str, ...], days: int) -> None:
    """Show how soon each kind of event is read, and which are never read.

    The figures are based on what was seen here, without a request; reads we caused are left out. In pipes, CSV and
    JSON, times are in seconds; at_most marks those known only to lie between two polls.
    """

    async def work(session: Session) -> tuple[list[str], Insight]:
        scope = await users_in_scope(session, users)
        await read_news(session, cli.output)
        return scope, await session.insights.over(scope, days)

    scope, found = cli.run(work, SignIn.UNUSED)
    if cli.output.is_json:
        cli.output.value(insight_json(scope, found))
        return
    if cli.output.shape is Shape.CSV:
        cli.output.values(events_json(found), record=INSIGHT_EVENT)
        return
    if cli.output.is_terminal:
        cli.output.table(ON_SCREEN, [columns_on_screen(event) for event in found.events])
    else:
        cli.output.table(COLUMNS, [columns_whole(event) for event in found.events])
    for note in summary_lines(found):
        cli.output.note(note)
