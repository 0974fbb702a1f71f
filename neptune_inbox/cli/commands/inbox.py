"""Looking from a shell: `list`, `count`. Nothing here writes to the server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import TYPE_CHECKING

import click
from msgspec.structs import replace

from neptune_inbox.cli import fetching
from neptune_inbox.cli.claims import read_news
from neptune_inbox.cli.context import Cli, SignIn
from neptune_inbox.cli.options import TABLES, command, user_option
from neptune_inbox.cli.output import Shape
from neptune_inbox.cli.parameters import NOT_GIVEN, QUERY, ROWS, TEXT
from neptune_inbox.cli.schemas import COUNTS, LISTED
from neptune_inbox.errors import Unreachable
from neptune_inbox.model import Filter, Freshness, JsonObject, Notification, Remark, Row, clauses_of
from neptune_inbox.notification_fields import Field, Kind, columns
from neptune_inbox.presentation.json import iso, json_fields, notification_json
from neptune_inbox.presentation.labels import (
    LIMIT,
    cached_note,
    codes_note,
    rest_notes,
    short_id,
    triage_label,
    types_note,
)
from neptune_inbox.presentation.remedies import at_a_shell
from neptune_inbox.presentation.row_state import label_of
from neptune_inbox.presentation.rows import extra_text
from neptune_inbox.presentation.sentences import oddity_sentences, unknown_user_sentence
from neptune_inbox.presentation.table import Column
from neptune_inbox.presentation.times import table_age
from neptune_inbox.sync.inbox.laid_over import is_of_team
from neptune_inbox.sync.inbox.list_snapshot import WholeRow
from neptune_inbox.sync.inbox.query import parse_query, parts_of_types
from neptune_inbox.text_ids import quoted_id

if TYPE_CHECKING:
    from neptune_inbox.sync.session import Session

KINDS = click.Choice([kind.value for kind in Filter])
ON_SCREEN = (
    Column("state"),
    *(Column(shape.name, field.kind is Kind.INSTANT, shape.gives) for field, shape in columns()),
    Column("mine", gives=4),
    Column("id"),
)
IN_PIPES = tuple(Column(name) for name in ("state", "created_at", "user_id", "event_type", "title", "mine", "id"))


@command("list", shapes=TABLES)
@user_option(is_multiple=True)
@click.option("--type", "kind", type=KINDS, default=Filter.UNREAD.value, show_default=True, help="Which to list.")
@click.option(
    "--query", "-q", type=QUERY, default="", metavar="Q", help='A query such as "event:otp_* since:2d -is:done".'
)
@click.option(
    "--limit",
    type=ROWS,
    default=LIMIT,
    show_default=True,
    help="The maximum number of rows; as many pages as needed are fetched. 0 means all.",
)
@click.option("--cached", is_flag=True, help="Show what was last seen, without making a request.")
@click.option(
    "--as-of",
    "as_of_when",
    type=TEXT,
    default=NOT_GIVEN,
    metavar="WHEN",
    help='What the bells held or may have held then: "tue 14:02". Uses what was seen here; makes no request.',
)
@click.option(
    "--follow", "-f", is_flag=True, help="List oldest first, then keep showing what arrives; ctrl+c ends it."
)
def list_notifications(
    cli: Cli, users: tuple[str, ...], kind: str, query: str, limit: int, cached: bool, as_of_when: str, follow: bool
) -> None:
    """List notifications, newest first.

    On a terminal they are aligned and cropped; elsewhere each is one line of complete values, separated by tabs. With
    --as-of each row is either certain or not known; rows that are not known are listed whatever --type says.
    """
    is_as_of = as_of_when is not NOT_GIVEN
    _check_options(cli, query=query, is_cached=cached, is_as_of=is_as_of, is_followed=follow)
    if is_as_of:
        from neptune_inbox.cli.commands.bells import list_as_of

        list_as_of(cli, users, Filter(kind), limit or None, as_of_when)
        return
    if follow:
        cli.run(lambda session: _follow(cli, session, users, Filter(kind), query, limit or None))
        return
    _list_once(cli, users, Filter(kind), query, limit or None, is_cached=cached)


def _list_once(
    cli: Cli, users: tuple[str, ...], kind: Filter, query: str, limit: int | None, *, is_cached: bool
) -> None:
    """Print what is there now, and what is to be said of it."""
    unknown: list[str] = []
    types: list[str] = []

    async def work(session: Session) -> fetching.ListSummary:
        if not (users or is_cached):
            await fetching.follow_watch_list(session, cli.output)
        if is_cached:
            session.inbox.lists.check_cache()
        scope = await fetching.users_in_scope(session, users)
        if any(map(is_of_team, clauses_of(parse_query(query, session.now())))) and not is_cached:
            await read_news(session, cli.output)
        asked = (session, scope, kind, query, limit)
        try:
            if cli.output.shape is Shape.JSONL and not is_cached:
                return await _print_objects(cli, session, scope, _whole(session, fetching.stream(*asked)), asked[2:4])
            if not is_cached:
                await fetching.load(*asked)
        except Unreachable as error:
            shown = at_a_shell(error)
            raise shown.saying(remedy=shown.remedy + await _tell_cached(session, scope)) from error
        if is_cached:
            fetched = [(user, fresh.fetched_at) for user, fresh in (await session.inbox.freshness(scope)).items()]
            cli.output.note(cached_note(fetched, session.now()))
        if cli.output.is_data:
            listing = await _print_objects(cli, session, scope, fetching.whole_pages(*asked), asked[2:4])
        else:
            listing = await _print_pages(cli, session, scope, fetching.pages(*asked), asked[2:4])
        if query and not listing.count:
            types.extend(parts_of_types(parse_query(query, session.now()), await session.inbox.event_types()))
        if not is_cached and not listing.count:
            unknown.extend(await fetching.unknown_users(session, scope))
        return listing

    listing = cli.run(work, SignIn.UNUSED if is_cached else SignIn.NEEDED)
    for user in unknown:
        cli.output.note(unknown_user_sentence(user))
    has_known_user = len(unknown) < len(listing.freshness)
    _note_rest(cli, listing, has_known_user=has_known_user, is_search=bool(query), is_cached=is_cached)
    if types:
        cli.output.note(types_note(types))


def _check_options(cli: Cli, *, query: str, is_cached: bool, is_as_of: bool, is_followed: bool) -> None:
    if is_as_of and (query or is_followed):
        other = "--query" if query else "--follow"
        raise click.UsageError(f"--as-of and {other} do not go together.")
    if is_followed and (is_cached or cli.output.shape in (Shape.JSON, Shape.CSV)):
        other = "--cached" if is_cached else f"--{cli.output.shape}"
        raise click.UsageError(f"--follow and {other} do not go together; --jsonl follows line by line.")


def _note_rest(
    cli: Cli, listing: fetching.ListSummary, *, has_known_user: bool, is_search: bool, is_cached: bool
) -> None:
    """What is not in the list, and what is odd about what is; nothing of it where nobody reads the list."""
    if cli.output.is_unread:
        return
    if has_known_user:
        told = (listing.count, listing.total, listing.hidden, listing.missing)
        for note in rest_notes(*told, is_search=is_search, is_cached=is_cached):
            cli.output.note(note)
    if listing.masked:
        cli.output.note(codes_note(listing.masked))
    for fresh in listing.freshness.values():
        for note in oddity_sentences(fresh):
            cli.output.note(note)


async def _follow(
    cli: Cli, session: Session, users: tuple[str, ...], kind: Filter, query: str, limit: int | None
) -> None:
    from neptune_inbox.cli.commands.following import Following, follow

    table = cli.output.growing_table(ON_SCREEN)

    async def show(rows: Sequence[Row]) -> None:
        if cli.output.is_data:
            freshness = await session.inbox.freshness(list({row.user_id for row in rows}))
            cli.output.values(await whole_objects(session, rows, freshness), record=LISTED)
        elif cli.output.is_terminal:
            table(await _on_screen_rows(session, rows))
        else:
            await _print_rows(cli, session, rows)
        cli.output.flush()

    if not users:
        await fetching.follow_watch_list(session, cli.output)
    await follow(Following(session, users, kind, query, show), session, cli.output, limit)


async def _print_pages(
    cli: Cli, session: Session, users: list[str], pages: AsyncIterator[list[Row]], asked: tuple[Filter, str]
) -> fetching.ListSummary:
    """Write each page as soon as it is known to come next; the answer is what the whole list is by then.

    On a terminal all rows are aligned with one another, so that nothing is written before the last is known.
    """
    aligned = list[Row]()
    count = masked = 0
    async for rows in pages:
        count += len(rows)
        masked += sum(row.hides_codes for row in rows)
        if cli.output.is_terminal:
            aligned += rows
        else:
            await _print_rows(cli, session, rows)
        cli.output.flush()
        if cli.output.is_unread:
            break
    if aligned:
        await _print_rows(cli, session, aligned)
    return replace(await fetching.summary(session, users, *asked, count), masked=masked)


async def _print_objects(
    cli: Cli, session: Session, users: list[str], pages: AsyncIterator[list[WholeRow]], asked: tuple[Filter, str]
) -> fetching.ListSummary:
    """Write each page of objects as soon as it is read; the answer is what the whole list is by then."""
    records = cli.output.records(LISTED)
    count = masked = 0
    async for rows in pages:
        count += len(rows)
        masked += sum(row.notification.hides_codes for row in rows)
        records.add(_objects(rows, await session.inbox.freshness(users)))
        cli.output.flush()
        if cli.output.is_unread:
            break
    records.end()
    return replace(await fetching.summary(session, users, *asked, count), masked=masked)


async def _whole(session: Session, pages: AsyncIterator[list[Row]]) -> AsyncIterator[list[WholeRow]]:
    """The whole notifications of these pages of rows."""
    async for rows in pages:
        yield await _still_known(session, rows)


@command("count", shapes=TABLES)
@user_option(is_multiple=True)
@click.option("--cached", is_flag=True, help="Show the last counts received, without making a request.")
def count(cli: Cli, users: tuple[str, ...], cached: bool) -> None:
    """Count notifications: all, unread and read."""

    notes: list[str] = []

    async def work(session: Session) -> list[JsonObject]:
        told: list[JsonObject] = []
        if not (users or cached):
            await fetching.follow_watch_list(session, cli.output)
        if cached:
            session.inbox.lists.check_cache()
        for user in await fetching.users_in_scope(session, users):
            if not cached:
                await fetching.refresh_counts(session, user)
            overview = await session.inbox.overview(user)
            counts, fresh = overview.counts.get(user), overview.fresh_of(user)
            numbers = {kind.value: counts.of(kind) if counts else None for kind in Filter}
            is_counted = bool({Remark.NO_TOTALS, Remark.TOTAL_TOO_LOW} & {*fresh.remarks})
            told.append(
                {
                    "user_id": user,
                    **numbers,
                    "skipped": fresh.skipped,
                    "counted_by": "reading" if is_counted else "server",
                    "fetched_at": iso(fresh.fetched_at),
                }
            )
            notes.extend(oddity_sentences(fresh))
            if fresh.fetched_at is None:
                notes.append(f"{quoted_id(user)} was never fetched, so nothing is known.")
            elif not cached and await fetching.unknown_users(session, [user]):
                notes.append(unknown_user_sentence(user))
            if is_counted:
                notes.append(f"The numbers of {quoted_id(user)} were counted here: the server sends no usable total.")
        return told

    told = cli.run(work, SignIn.UNUSED if cached else SignIn.NEEDED)
    if cli.output.is_data:
        cli.output.values(told, record=COUNTS)
        return
    shown = [Column("user", gives=1), *(Column(kind.value, is_right=True) for kind in Filter)]
    cli.output.table(shown, [[_shown(row[name]) for name in ("user_id", *Filter)] for row in told])
    for note in notes:
        cli.output.note(note)


async def _print_rows(cli: Cli, session: Session, rows: Sequence[Row]) -> None:
    if cli.output.is_terminal:
        cli.output.table(ON_SCREEN, await _on_screen_rows(session, rows))
    else:
        now = session.now()
        cli.output.table(IN_PIPES, [_in_pipes(row, now) for row in rows])


async def _on_screen_rows(session: Session, rows: Sequence[Row]) -> list[list[str]]:
    now = session.now()
    lengths = await session.inbox.shortest([row.key for row in rows])
    return [_on_screen(row, lengths[row.key], now) for row in rows]


def _on_screen(row: Row, id_length: int, now: int) -> list[str]:
    cells = [_cell(row, field, now) for field, _ in columns()]
    return [label_of(row), *cells, _mine(row, now), short_id(row.id, id_length)]


def _in_pipes(row: Row, now: int) -> list[str]:
    created = iso(row.created_at) or ""
    return [label_of(row), created, row.user_id, row.event_type, row.title, _mine(row, now), row.id]


def _cell(row: Row, field: Field, now: int) -> str:
    if not field.stored:
        return extra_text(field, row.extras.get(field.name), now)
    return table_age(row.created_at, now) if field.kind is Kind.INSTANT else str(getattr(row, field.name))


def _mine(row: Row, now: int) -> str:
    triage = row.triage
    return triage_label(triage.done_at, triage.snoozed_until, triage.is_starred, triage.note, now)


async def whole_objects(
    session: Session, rows: Sequence[Row], freshness: Mapping[str, Freshness]
) -> list[JsonObject]:
    """Each row as `list --json` prints it."""
    return _objects(await _still_known(session, rows), freshness)


async def _still_known(session: Session, rows: Sequence[Row]) -> list[WholeRow]:
    """The whole notifications of these rows; of one that left the cache since, what its row shows."""
    whole = {each.notification.key: each for each in await session.inbox.whole(rows)}
    return [whole.get(row.key) or WholeRow(_as_known(row), row.triage, row.mark) for row in rows]


def _objects(rows: Sequence[WholeRow], freshness: Mapping[str, Freshness]) -> list[JsonObject]:
    fields = json_fields()
    return [
        notification_json(notification, triage, mark, fields) | {"skipped": freshness[notification.user_id].skipped}
        for notification, triage, mark in rows
    ]


def _as_known(row: Row) -> Notification:
    """The notification as far as its row shows it, if it left the cache between two reads."""
    return Notification(
        id=row.id,
        user_id=row.user_id,
        title=row.title,
        event_type=row.event_type,
        created_at=row.created_at,
        is_read=row.is_read,
        read_at=row.read_at,
        extras=row.extras,
    )


async def _tell_cached(session: Session, users: list[str]) -> str:
    """What `--cached` would show, as the end of a remedy; empty where nothing was ever seen."""
    overviews = [(await session.inbox.overview(user)).fresh_of(user) for user in users]
    seen = [fresh.fetched_at for fresh in overviews if fresh.fetched_at is not None]
    if not seen:
        return ""
    return f" --cached shows what was seen {table_age(min(seen), session.now())} ago."


def _shown(value: object) -> str:
    return "" if value is None else str(value)
