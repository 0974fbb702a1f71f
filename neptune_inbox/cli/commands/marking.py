"""`mark`: read for the customer. What is marked is shown and agreed to before, and listed one by one after."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click
from msgspec import Struct
from msgspec.structs import replace

from neptune_inbox.cli import fetching
from neptune_inbox.cli.claims import claim_words, find_others
from neptune_inbox.cli.commands.inbox import KINDS
from neptune_inbox.cli.confirm import check_consent, confirm, confirm_by_name, name_place
from neptune_inbox.cli.context import Cli, SignIn
from neptune_inbox.cli.interruption import START_AGAIN, Account, account_of_marks, account_of_write
from neptune_inbox.cli.naming import find, find_by_path, is_path
from neptune_inbox.cli.options import command, dry_run_option, user_option, yes_option
from neptune_inbox.cli.parameters import NOT_GIVEN, NOTIFICATIONS, QUERY, ROWS
from neptune_inbox.cli.parameters import ids as read_ids
from neptune_inbox.cli.wait import exit_code, wait
from neptune_inbox.errors import Unreachable, UsageProblem
from neptune_inbox.model import UNDER_WAY, Filter, JsonObject, JsonValue, Key, Mark, MarkState, Receipt, Row
from neptune_inbox.presentation.json import iso, place_json, receipt_json
from neptune_inbox.presentation.labels import LIMIT
from neptune_inbox.presentation.sentences import outcome_words, plural, receipt_sum
from neptune_inbox.presentation.table import Column
from neptune_inbox.presentation.team import claimants
from neptune_inbox.presentation.times import table_age
from neptune_inbox.text_ids import quoted_id

if TYPE_CHECKING:
    from neptune_inbox.sync.session import Session
    from neptune_inbox.sync.verbs import Others

COLUMNS = (Column("outcome", gives=1), Column("id"), Column("title", gives=2))
NOTHING_MARKED = Account("nothing was marked.", START_AGAIN)
NO_WAY_BACK = "It cannot be taken back."


class Plan(Struct, frozen=True):
    """What a mark would do, before it is done."""

    user: str
    """Empty where the customer of each was written with its id."""
    rows: tuple[Row, ...]
    """Unread for the customer: these are marked."""
    already_read: tuple[Row, ...]
    pending: tuple[Row, ...]
    """Being marked already."""
    label: str

    @property
    def whose(self) -> str:
        """The customer, or how many there are."""
        owners = list(dict.fromkeys(row.user_id for row in (*self.rows, *self.already_read, *self.pending)))
        return self.user or (owners[0] if len(owners) == 1 else plural(len(owners), "customer"))

    def name(self, key: Key) -> str:
        """The id of one, with the customer where that is how it was written."""
        return key.id if self.user else f"{key.user_id}/{key.id}"

    @property
    def waiting(self) -> tuple[Row, ...]:
        """The marks of an earlier act that are not sent yet."""
        return tuple(filter(_is_under_way, self.pending))


class MarkRequest(Struct, frozen=True):
    """What was asked for."""

    user: str
    ids: tuple[str, ...]
    is_shown: bool
    kind: Filter
    query: str
    limit: int
    is_cached: bool
    is_agreed: bool
    is_dry_run: bool


@command("mark")
@click.argument("ids", type=NOTIFICATIONS, nargs=-1, metavar="[ID]...")
@user_option(help="The customer; not needed where each ID is written as USER/ID.")
@click.option("--shown", is_flag=True, help="Mark exactly the rows that `list` shows with the same options.")
@click.option("--server-all", is_flag=True, help="Mark everything of the user on the server, seen or not.")
@click.option("--type", "kind", type=KINDS, default=Filter.UNREAD.value, help="With --shown: which of them to mark.")
@click.option("--query", "-q", type=QUERY, default=NOT_GIVEN, metavar="Q", help="With --shown: the query.")
@click.option(
    "--limit", type=ROWS, default=LIMIT, show_default=True, help="With --shown: the maximum number of rows."
)
@click.option("--cached", is_flag=True, help="With --shown: the rows last seen, and nothing that arrived since.")
@dry_run_option()
@yes_option()
def mark(
    cli: Cli,
    ids: tuple[str, ...],
    user: str,
    shown: bool,
    server_all: bool,
    kind: str,
    query: str,
    limit: int,
    cached: bool,
    dry_run: bool,
    yes: bool,
) -> int:
    """Mark notifications read for the customer.

    Name them by ID (`-` reads the ids from standard input), or use --shown with a query, or --server-all. They go
    into the outbox and are sent at once. There is no way back: the service has no mark-as-unread.
    """
    if bool(ids) + shown + server_all != 1:
        raise UsageProblem(
            "Say what to mark in one way.",
            "Name ids, or use --shown, or --server-all; `neptune-inbox mark --help` shows how.",
        )
    if shown and query is not NOT_GIVEN and not query.strip():
        raise UsageProblem("--query is empty, which would mark every row.", "Leave it out to mark all that is shown.")
    if not shown and (query or cached):
        raise UsageProblem("--query and --cached go with --shown.", "Add --shown, or leave them out.")
    check_consent(cli, is_agreed=yes or dry_run)
    named = read_ids(ids)
    if not user and not (named and all(map(is_path, named))):
        raise UsageProblem("No customer was given.", "Add --user USER_ID, or write each id as USER/ID.")
    if server_all:
        return cli.run(lambda session: _mark_server_all(cli, session, user, is_agreed=yes, is_dry_run=dry_run))
    wish = MarkRequest(user, named, shown, Filter(kind), query, limit, cached, yes, dry_run)
    return cli.run(lambda session: _mark(cli, session, wish), SignIn.UNUSED if dry_run and cached else SignIn.NEEDED)


async def _mark(cli: Cli, session: Session, wish: MarkRequest) -> int:
    if not wish.is_dry_run:
        session.marking.check_allowed()
        cli.nothing_done = NOTHING_MARKED
    plan = await _plan(session, wish)
    for row in plan.already_read:
        cli.output.note(f"{quoted_id(row.id)} is read already.")
    for row in plan.pending:
        if row not in plan.waiting:
            cli.output.note(f"{quoted_id(row.id)} was marked already: accepted, not yet confirmed.")
    if plan.waiting:
        cli.output.note(f"{plural(len(plan.waiting), 'mark waits', 'marks wait')} in the outbox from earlier.")
    if wish.is_dry_run:
        await _tell_claims(cli, session, [row.key for row in plan.rows])
        _print_plan(cli, session, plan)
        return 0
    keys = [row.key for row in (*plan.rows, *plan.waiting)]
    if not keys:
        if cli.output.is_json:
            cli.output.value(
                {"receipt_id": None, "made_at": None, "label": plan.label, "marks": [], **_rest(session, plan)}
            )
        cli.output.note("There was nothing left to mark.")
        return 0
    if cli.output.can_ask and not wish.is_agreed:
        _show(cli, session, plan)
    others = await _tell_claims(cli, session, [row.key for row in plan.rows])
    confirm(cli.output, session.profile, _question(session, plan), is_agreed=wish.is_agreed)
    cli.account = lambda session: account_of_marks(session, keys)
    receipt = None
    if plan.rows:
        receipt = await session.marking.hold(
            [row.key for row in plan.rows], label=plan.label, is_due_now=True, known=claimants(others.claims.values())
        )
    marks = await wait(session, keys)
    _print_outcomes(cli, session, plan, receipt, marks)
    return exit_code(session, cli.output, marks)


async def _plan(session: Session, wish: MarkRequest) -> Plan:
    if wish.is_shown:
        look = fetching.read if wish.is_cached else fetching.fetch
        listing = await look(session, [wish.user], wish.kind, wish.query, wish.limit or None)
        earlier = [] if wish.query else await _under_way(session, wish.user, listing.rows)
        rows: Sequence[Row] = (*listing.rows, *earlier)
        shown = len(listing.rows)
        of = f" of {listing.total:,}" if listing.total > shown else ""
        label = f"{shown:,}{of} shown of {quoted_id(wish.user)}" + (f", {wish.query}" if wish.query else "")
    else:
        found = await _find(session, wish)
        if any(row.mark is not None and row.mark.state is MarkState.ACCEPTED for row in found):
            # Whether it had an effect is for the customer's list to say.
            for user in dict.fromkeys(row.user_id for row in found):
                await fetching.refresh(session, user, Filter.UNREAD)
            found = await _find(session, wish)
        rows = list({row.key: row for row in found}.values())
        label = ""
    unread = tuple(row for row in rows if row.counts_as_unread)
    read = tuple(row for row in rows if row.is_read and not _is_under_way(row))
    pending = tuple(row for row in rows if _is_under_way(row) or not (row.is_read or row.counts_as_unread))
    plan = Plan(wish.user, unread, read, pending, label)
    return plan if label else replace(plan, label=f"{len(rows):,} of {plan.whose}, named one by one")


def _is_under_way(row: Row) -> bool:
    return row.mark is not None and row.mark.state in UNDER_WAY


async def _under_way(session: Session, user: str, rows: Sequence[Row]) -> list[Row]:
    """The rows of a customer that an earlier act is still to mark and that are not among these.

    A request whose answer was lost may have made them read; they are sent together with the others.
    """
    keys = {mark.key for mark in await session.marking.unsettled() if mark.key.user_id == user}
    found = [await session.inbox.row(key) for key in keys - {row.key for row in rows}]
    return [row for row in found if row is not None and _is_under_way(row)]


async def _find(session: Session, wish: MarkRequest) -> list[Row]:
    return await (find(session, wish.user, wish.ids) if wish.user else find_by_path(session, wish.ids))


async def _mark_server_all(cli: Cli, session: Session, user: str, *, is_agreed: bool, is_dry_run: bool) -> int:
    profile, output = session.profile, cli.output
    risk = (
        f"This marks everything of {quoted_id(user)} in {profile.environment} as read: also what you never saw, and"
        f" what arrives at this very moment. {NO_WAY_BACK}"
    )
    if is_dry_run:
        await _tell_claims(cli, session, [Key(user, "")])
        await fetching.refresh(session, user, Filter.UNREAD)
        counts = (await session.inbox.overview(user)).counts.get(user)
        told: JsonObject = {"dry_run": True, "server_all": True, "user_id": user}
        told |= {"unread": counts.unread if counts else None, "place": place_json(profile)}
        if output.is_json:
            output.value(told)
        else:
            output.record("would mark everything", user, f"{told['unread']} unread now")
        output.note(f"{risk} Nothing was written.")
        name_place(output, profile)
        return 0
    session.marking.check_allowed()
    await _tell_claims(cli, session, [Key(user, "")])
    cli.nothing_done = NOTHING_MARKED
    if profile.is_production:
        confirm_by_name(output, profile, risk, user, is_agreed=is_agreed)
    else:
        confirm(output, profile, f"{risk} Go on?", is_agreed=is_agreed)
    again = (
        f"Running the same command again repeats the request; `neptune-inbox count --user {shlex.quote(user)}` shows"
        " what is unread."
    )
    cli.account = lambda session: account_of_write(session, f"Marking everything of {quoted_id(user)}", again)
    await session.marking.mark_everything_on_server(user)
    if output.is_json:
        output.value(
            {
                "server_all": True,
                "user_id": user,
                "state": "sent",
                "at": iso(session.now()),
                "place": place_json(profile),
            }
        )
    else:
        output.record("sent", "everything", user)
    try:
        await fetching.refresh(session, user, Filter.UNREAD)
    except Unreachable:
        output.note("It was sent; the list here shows it after the next refresh.")
    return 0


async def _tell_claims(cli: Cli, session: Session, keys: Sequence[Key]) -> Others:
    """Say whose claims these are, before anything is asked or marked."""
    others = await find_others(session, keys)
    if others:
        cli.output.note(f"{claim_words(others)}.")
    return others


def _question(session: Session, plan: Plan) -> str:
    count, waiting = len(plan.rows) + len(plan.waiting), len(plan.waiting)
    before = f" ({waiting:,} of them {'waits' if waiting == 1 else 'wait'} in the outbox from earlier)"
    what = plural(count, "notification") + (before if waiting else "")
    return f"Mark {what} of {plan.whose} read for them in {session.profile.environment}? {NO_WAY_BACK}"


def _show(cli: Cli, session: Session, plan: Plan) -> None:
    now = session.now()
    for row in (*plan.rows, *plan.waiting):
        owner = "" if plan.user else f"{row.user_id}  "
        cli.output.note(f"  {table_age(row.created_at, now):>4}  {owner}{row.event_type}  {row.title}")


def _print_plan(cli: Cli, session: Session, plan: Plan) -> None:
    if cli.output.is_json:
        cli.output.value(
            {
                "dry_run": True,
                "user_id": plan.user or None,
                "would_mark": [_row_json(r) for r in plan.rows],
                **_rest(session, plan),
            }
        )
    else:
        cli.output.table(COLUMNS, [["would mark", plan.name(row.key), row.title] for row in plan.rows])
    cli.output.note(f"{plural(len(plan.rows), 'notification')} would be marked read. Nothing was written.")
    name_place(cli.output, session.profile)


def _print_outcomes(cli: Cli, session: Session, plan: Plan, receipt: Receipt | None, marks: Sequence[Mark]) -> None:
    """What became of every mark that was asked for, those of an earlier act among them."""
    # A receipt of nobody's, where there was nothing but what waited before.
    told = Receipt(receipt.id if receipt else "", receipt.made_at if receipt else 0, plan.label, tuple(marks))
    if cli.output.is_json:
        own = {} if receipt else {"receipt_id": None, "made_at": None}
        cli.output.value({**receipt_json(told, session.profile), **own, **_rest(session, plan)})
        return
    titles = {row.key: row.title for row in (*plan.rows, *plan.waiting)}
    cli.output.table(COLUMNS, [[outcome(mark), plan.name(mark.key), titles.get(mark.key, "")] for mark in marks])
    cli.output.note(f"{receipt_sum(told)} ({receipt.id})." if receipt else f"{receipt_sum(told)}.")


def outcome(mark: Mark) -> str:
    """What became of one mark, in words."""
    if mark.state in UNDER_WAY:
        return f"waiting: {mark.error}" if mark.error else "waiting"
    return outcome_words(mark)


def _row_json(row: Row) -> JsonValue:
    return {
        "id": row.id,
        "user_id": row.user_id,
        "title": row.title,
        "event_type": row.event_type,
        "created_at": iso(row.created_at),
    }


def _rest(session: Session, plan: Plan) -> JsonObject:
    return {
        "already_read": [row.id for row in plan.already_read],
        "already_pending": [row.id for row in plan.pending],
        "place": place_json(session.profile),
    }
