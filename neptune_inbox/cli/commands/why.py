"""`why`: the evidence of a notification, for people, for programs, and to hand over."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from neptune_inbox.cli import fetching
from neptune_inbox.cli.claims import read_news
from neptune_inbox.cli.context import Cli, SignIn
from neptune_inbox.cli.naming import find_anywhere
from neptune_inbox.cli.new_file import write_new
from neptune_inbox.cli.options import command, user_option
from neptune_inbox.cli.parameters import NOTIFICATIONS, STDIN, TARGET
from neptune_inbox.cli.parameters import ids as read_ids
from neptune_inbox.errors import NotFound, UsageProblem
from neptune_inbox.model import Filter, Row
from neptune_inbox.presentation.json import evidence_json
from neptune_inbox.presentation.labels import codes_note
from neptune_inbox.presentation.sentences import evidence_text

if TYPE_CHECKING:
    from neptune_inbox.sync.evidence import Evidence
    from neptune_inbox.sync.session import Session

ENDINGS = {".md": "md", ".markdown": "md", ".html": "html", ".htm": "html"}
"""What a file is written as, by the end of its name."""


@command("why")
@click.argument("id", type=NOTIFICATIONS, metavar="ID")
@user_option()
@click.option("--cached", is_flag=True, help="Show what is known here, without making a request.")
@click.option("--md", "is_md", is_flag=True, help="Print a page in Markdown, to hand over.")
@click.option("--html", "is_html", is_flag=True, help="Print the page as one HTML file that loads nothing.")
@click.option("--contacts", is_flag=True, help="Show contacts on the page; otherwise they are hidden.")
@click.option(
    "--output",
    "-o",
    "file",
    type=TARGET,
    metavar="FILE",
    help="The file to write the page to; it must not exist yet.",
)
def why(
    cli: Cli, id: str, user: str, cached: bool, is_md: bool, is_html: bool, contacts: bool, file: Path | None
) -> None:
    """Show the evidence of one notification.

    It shows when the notification was created, first seen and read, by whom, and what was done from here. `-` as ID
    reads ids from standard input; --json then prints an array. A page gives the source of each statement.
    """
    form = _form(cli, file, is_md=is_md, is_html=is_html, contacts=contacts)
    named = read_ids((id,))

    async def work(session: Session) -> list[Evidence]:
        if not cached:
            await read_news(session, cli.output)
        return [await _evidence(session, row, cached) for row in await _rows_named(session, named, user, cached)]

    found = cli.run(work, SignIn.UNUSED if cached else SignIn.NEEDED)
    if masked := sum(evidence.notification.hides_codes for evidence in found):
        cli.output.note(codes_note(masked))
    if form:
        _hand_over(cli, found, form, file, contacts=contacts)
    elif not cli.output.is_json:
        cli.output.line("\n\n".join(evidence_text(evidence) for evidence in found))
    elif id == STDIN:
        cli.output.values(evidence_json(evidence) for evidence in found)
    else:
        cli.output.value(evidence_json(found[0]))


def _form(cli: Cli, file: Path | None, *, is_md: bool, is_html: bool, contacts: bool) -> str:
    """`md`, `html`, or empty where no page is asked for. Raises UsageProblem for what does not go together."""
    form = "md" if is_md else "html" if is_html else ENDINGS.get(file.suffix.lower(), "") if file else ""
    if is_md + is_html + cli.output.is_json > 1 or (form and cli.output.is_json):
        raise UsageProblem("Only one of --md, --html and --json can be printed.", "Leave out the others.")
    if file is not None and not form:
        raise UsageProblem(
            "It is not clear which format to write.", "Add --md or --html, or give the file such an ending."
        )
    if contacts and not form:
        raise UsageProblem(
            "--contacts applies to a page.", "Add --md or --html; elsewhere contacts are always shown."
        )
    return form


def _hand_over(cli: Cli, found: Sequence[Evidence], form: str, file: Path | None, *, contacts: bool) -> None:
    from neptune_inbox.presentation.evidence_page import evidence_page
    from neptune_inbox.presentation.printed_page import to_html, to_markdown

    page = evidence_page(found, cli.profile, found[0].gathered_at, shows_contacts=contacts)
    text = to_html(page) if form == "html" else to_markdown(page)
    if file is None:
        cli.output.raw(text)
    else:
        write_new(file, text.encode("utf-8", "replace"))
        cli.output.line(str(file))


async def _rows_named(session: Session, ids: Sequence[str], user: str, cached: bool) -> list[Row]:
    if user and not cached:
        await fetching.refresh(session, user, Filter.ALL)
    rows = await find_anywhere(session, user, ids, online=not cached)
    if not user and not cached:
        for owner in dict.fromkeys(row.user_id for row in rows):
            await fetching.refresh(session, owner, Filter.ALL)
    return list({row.key: row for row in rows}.values())


async def _evidence(session: Session, row: Row, cached: bool) -> Evidence:
    if not cached:
        await session.people.refresh_contact(row.user_id)
    evidence = await session.evidence.of(row.key)
    if evidence is None:
        raise NotFound(f"The notification {row.id} is no longer in the cache.", "Try again.")
    return evidence
