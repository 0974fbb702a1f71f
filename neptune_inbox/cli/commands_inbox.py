"""Looking from a shell: `list`, `count`, `why`. Nothing here writes to the server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from neptune_inbox.cli import fetching
from neptune_inbox.cli.context import Cli, SignIn
from neptune_inbox.cli.output import Shape
from neptune_inbox.cli.remedies import for_the_command_line
from neptune_inbox.cli.table import Column
from neptune_inbox.cli.verbs import TABLES, user_option, verb
from neptune_inbox.cli.words import LIMIT, age, cached_note, mine, rest_notes, short_id, theirs
from neptune_inbox.errors import NotFound, Unreachable
from neptune_inbox.model import Filter, JsonObject, Notification, Row
from neptune_inbox.sync.wording import evidence_json, evidence_text, iso, notification_json

if TYPE_CHECKING:
    from neptune_inbox.sync.session import Session

KINDS = click.Choice([kind.value for kind in Filter])
ON_SCREEN = (
    Column("state"),
    Column("age", is_right=True),
    Column("user", gives=1),
    Column("event", gives=2),
    Column("title", gives=3),
    Column("mine", gives=4),
    Column("id"),
)
IN_PIPES = tuple(Column(name) for name in ("state", "created_at", "user_id", "event_type", "title", "mine", "id"))


@verb("list", shapes=TABLES)
@user_option(is_multiple=True)
@click.option("--type", "kind", type=KINDS, default=Filter.UNREAD.value, show_default=True, help="Which of them.")
@click.option("--query", "-q", default="", metavar="Q", help='Such as "event:otp_* since:2d -is:done".')
@click.option(
    "--limit",
    type=click.IntRange(0),
    default=LIMIT,
    show_default=True,
    help="The most rows; as many pages are fetched as it takes. 0 is all of them.",
)
@click.option("--cached", is_flag=True, help="Show what was seen last, without any request.")
def list_notifications(cli: Cli, users: tuple[str, ...], kind: str, query: str, limit: int, cached: bool) -> None:
    """List notifications, newest first.

    On a terminal they are aligned and cropped; elsewhere each is one line of whole values with tabs between.
    """

    async def work(session: Session) -> tuple[fetching.Listing, list[JsonObject]]:
        scope = await fetching.users_in_scope(session, users)
        look = fetching.read if cached else fetching.fetch
        try:
            listing = await look(session, scope, Filter(kind), query, limit or None)
        except Unreachable as error:
            for_the_command_line(error).remedy += await _tell_cached(session, scope)
            raise
        if cached:
            fetched = [(user, fresh.fetched_at) for user, fresh in listing.freshness.items()]
            cli.output.note(cached_note(fetched, session.now()))
        if not cli.output.is_json:
            _print_rows(cli, listing.rows, session.now())
            return listing, []
        return listing, [await _whole(session, row) for row in listing.rows]

    listing, objects = cli.run(work, SignIn.UNUSED if cached else SignIn.NEEDED)
    if cli.output.is_json:
        cli.output.values(objects)
    for note in rest_notes(len(listing.rows), listing.total, listing.hidden):
        cli.output.note(note)


@verb("count", shapes=TABLES)
@user_option(is_multiple=True)
@click.option("--cached", is_flag=True, help="Show what was told last, without any request.")
def count(cli: Cli, users: tuple[str, ...], cached: bool) -> None:
    """Count notifications: all, unread and read."""

    async def work(session: Session) -> list[JsonObject]:
        told: list[JsonObject] = []
        for user in await fetching.users_in_scope(session, users):
            if not cached:
                await fetching.refresh(session, user, Filter.ALL)
            overview = await session.inbox.overview(user)
            counts, fresh = overview.counts.get(user), overview.freshness[user]
            numbers = {kind.value: counts.of(kind) if counts else None for kind in Filter}
            told.append({"user_id": user, **numbers, "fetched_at": iso(fresh.fetched_at)})
        return told

    told = cli.run(work, SignIn.UNUSED if cached else SignIn.NEEDED)
    if cli.output.is_json:
        cli.output.values(told)
        return
    columns = [Column("user", gives=1), *(Column(kind.value, is_right=True) for kind in Filter)]
    cli.output.table(columns, [[_shown(row[name]) for name in ("user_id", *Filter)] for row in told])


@verb("why")
@click.argument("id")
@user_option()
@click.option("--cached", is_flag=True, help="Tell what is known here, without any request.")
def why(cli: Cli, id: str, user: str, cached: bool) -> None:
    """Show the evidence of one notification.

    When it was created, first seen and read, by whom, and what was done from here.
    """

    async def work(session: Session) -> tuple[JsonObject, str]:
        if user:
            if not cached:
                await fetching.refresh(session, user, Filter.ALL)
            [row] = await fetching.find(session, user, [id], online=not cached)
        else:
            [row] = await fetching.find_anywhere(session, "", [id])
            if not cached:
                await fetching.refresh(session, row.user_id, Filter.ALL)
        if not cached:
            await session.people.look_up(row.user_id)
        evidence = await session.evidence.of(row.key)
        if evidence is None:
            raise NotFound(f"The notification {row.id} is not in the cache any more.", "Try again.")
        return evidence_json(evidence), evidence_text(evidence)

    as_json, as_text = cli.run(work, SignIn.UNUSED if cached else SignIn.NEEDED)
    if cli.output.is_json:
        cli.output.value(as_json)
    else:
        cli.output.line(as_text)


def _print_rows(cli: Cli, rows: tuple[Row, ...], now: int) -> None:
    if cli.output.shape is Shape.CSV or not cli.output.is_terminal:
        cli.output.table(IN_PIPES, [_cells(row, iso(row.created_at) or "", row.id, now) for row in rows])
    else:
        cli.output.table(ON_SCREEN, [_cells(row, age(row.created_at, now), short_id(row.id), now) for row in rows])


def _cells(row: Row, created: str, id: str, now: int) -> list[str]:
    known = row.mine
    state = theirs(row.is_read, row.mark.state if row.mark else None)
    my_words = mine(known.done_at, known.snoozed_until, known.is_starred, known.note, now)
    return [state, created, row.user_id, row.event_type, row.title, my_words, id]


async def _whole(session: Session, row: Row) -> JsonObject:
    notification = await session.inbox.notification(row.key)
    if notification is None:
        # It left the cache between two reads; the row still tells most of it.
        notification = Notification(
            id=row.id,
            user_id=row.user_id,
            title=row.title,
            event_type=row.event_type,
            created_at=row.created_at,
            is_read=row.is_read,
            read_at=row.read_at,
        )
    return notification_json(notification, row.mine)


async def _tell_cached(session: Session, users: list[str]) -> str:
    """What `--cached` would show, as the end of a remedy; empty where nothing was ever seen."""
    overviews = [(await session.inbox.overview(user)).freshness[user] for user in users]
    seen = [fresh.fetched_at for fresh in overviews if fresh.fetched_at is not None]
    if not seen:
        return ""
    return f" --cached shows what was seen {age(min(seen), session.now())} ago."


def _shown(value: object) -> str:
    return "" if value is None else str(value)
