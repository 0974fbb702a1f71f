"""`handover`: one page for the next shift, from what is on this machine."""

from __future__ import annotations

import click

from neptune_inbox.cli.claims import read_news
from neptune_inbox.cli.context import Cli, SignIn
from neptune_inbox.cli.fetching import users_in_scope
from neptune_inbox.cli.options import command, user_option
from neptune_inbox.cli.parameters import TEXT
from neptune_inbox.errors import UsageProblem
from neptune_inbox.presentation.handover import handover_page, to_object
from neptune_inbox.presentation.printed_page import to_html, to_markdown
from neptune_inbox.sync.handover import HandOver
from neptune_inbox.sync.inbox.times import parse_past
from neptune_inbox.sync.session import Session


@command("handover")
@user_option(is_multiple=True)
@click.option(
    "--since",
    type=TEXT,
    default="8h",
    show_default=True,
    metavar="WHEN",
    help="A time span such as 8h, back from now, or a date.",
)
@click.option("--md", "is_md", is_flag=True, help="Print Markdown; the default.")
@click.option("--html", "is_html", is_flag=True, help="Print one HTML file without scripts or external resources.")
def handover(cli: Cli, users: tuple[str, ...], since: str, is_md: bool, is_html: bool) -> None:
    """Print one page for the next shift: claims, notes, refused marks, incidents, and what stayed unread.

    It is made from what was seen here, without a request to the service. Claims and notes need a team.
    """
    if is_html + is_md + cli.output.is_json > 1:
        raise UsageProblem("--md, --html and --json do not go together.", "Choose one of them.")

    async def work(session: Session) -> HandOver:
        scope = await users_in_scope(session, users)
        start = parse_past(since, session.now())
        await read_news(session, cli.output)
        return await session.handovers.since(scope, start)

    page = cli.run(work, SignIn.UNUSED)
    if cli.output.is_json:
        cli.output.value(to_object(page))
    else:
        printed = handover_page(page)
        cli.output.raw(to_html(printed) if is_html else to_markdown(printed))
