"""`incidents`: what came to several watched customers at once, from what was seen here; no request."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from neptune_inbox.cli.context import Cli, SignIn
from neptune_inbox.cli.fetching import watched_users
from neptune_inbox.cli.options import LISTS, command
from neptune_inbox.cli.parameters import TEXT
from neptune_inbox.presentation.incidents import (
    columns_on_screen,
    columns_whole,
    incidents_json,
    no_incident_sentence,
    watched_sentence,
)
from neptune_inbox.presentation.table import Column
from neptune_inbox.presentation.times import local
from neptune_inbox.sync.inbox.times import parse_past

if TYPE_CHECKING:
    from neptune_inbox.model import Instant
    from neptune_inbox.sync.inbox.incidents import IncidentReport
    from neptune_inbox.sync.session import Session

ON_SCREEN = (
    Column("event", gives=1),
    Column("customers"),
    Column("within", is_right=True),
    Column("since"),
    *(Column(name, is_right=True) for name in ("count", "read", "by us")),
    Column("title", gives=2),
)
IN_PIPES = tuple(
    Column(name)
    for name in ("event_type", "customers", "watched", "count", "read", "read_by_us", "since", "until", "title")
)


@command("incidents", shapes=LISTS)
@click.option(
    "--since",
    type=TEXT,
    default="24h",
    show_default=True,
    metavar="WHEN",
    help="Only incidents that continued after this: a time span or a date.",
)
def incidents(cli: Cli, since: str) -> None:
    """Show what reached several watched customers at once.

    An incident has one event type and one title apart from its numbers, each at most 15 minutes after the one before;
    [incidents] in the settings says how many customers and how long. Incidents are found in what was seen here,
    without a request.
    """

    async def work(session: Session) -> tuple[IncidentReport, Instant, Instant]:
        scope = await watched_users(session)
        now = session.now()
        start = parse_past(since, now)
        return await session.incidents.since(scope, start), start, now

    report, start, now = cli.run(work, SignIn.UNUSED)
    if cli.output.is_json:
        cli.output.values(incidents_json(report.incidents, report.watched))
        return
    if cli.output.is_terminal:
        cli.output.table(ON_SCREEN, [columns_on_screen(each, report.watched, now) for each in report.incidents])
    else:
        cli.output.table(IN_PIPES, [columns_whole(each, report.watched) for each in report.incidents])
    if not report.incidents:
        cli.output.note(no_incident_sentence(local(start), cli.workspace.settings.incidents.grouping))
    cli.output.note(watched_sentence(report))
