"""What was done from here and what is still to be sent: `undo`, `outbox`, `receipts`, `journal`."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING

import click
from msgspec import Struct

from neptune_inbox import doors
from neptune_inbox.cli.commands.marking import outcome
from neptune_inbox.cli.confirm import check_consent, confirm
from neptune_inbox.cli.context import Cli, SignIn
from neptune_inbox.cli.interruption import START_AGAIN, Account, account_of_marks
from neptune_inbox.cli.naming import find_marks, find_receipt
from neptune_inbox.cli.options import LISTS, TABLES, command, user_option, yes_option
from neptune_inbox.cli.parameters import LINE, NOT_GIVEN, RECEIPT, ROWS, whole
from neptune_inbox.cli.parameters import MARKS as MARK_IDS
from neptune_inbox.cli.parameters import ids as read_ids
from neptune_inbox.cli.schemas import MARK
from neptune_inbox.cli.schemas import RECEIPT as RECEIPT_RECORD
from neptune_inbox.cli.wait import exit_code, wait
from neptune_inbox.errors import NotFound, Refused, UsageProblem
from neptune_inbox.model import STUCK, UNDER_WAY, Key, Mark, MarkState, Receipt
from neptune_inbox.presentation.json import journal_json, mark_json, receipt_json
from neptune_inbox.presentation.sentences import (
    damaged_journal_sentence,
    journal_sentence,
    plural,
    receipt_sum,
    receipt_text,
)
from neptune_inbox.presentation.table import Column
from neptune_inbox.presentation.verb_sentences import (
    NOTHING_TO_RETRY,
    NOTHING_TO_UNDO,
    drop_risk,
    drop_sentence,
    undo_sentence,
)
from neptune_inbox.store.journal.lines import Damaged
from neptune_inbox.sync.inbox.times import parse_past

if TYPE_CHECKING:
    from neptune_inbox.store.outbox.outbox import Undone
    from neptune_inbox.sync.session import Session

MARKS = (
    Column("outcome", gives=1),
    Column("made_at"),
    Column("due_at"),
    Column("user", gives=2),
    Column("id", gives=3),
    Column("receipt"),
)
RECEIPTS = (Column("receipt"), Column("made_at"), Column("asked", gives=2), Column("outcome", gives=1))
SHORT_ID = 8
"""Characters of a receipt's id on a terminal, which is enough to name it by."""


LOOK = "`neptune-inbox outbox` alone shows what it holds."


@command("undo")
@click.argument("receipt_id", type=RECEIPT, required=False, metavar="[RECEIPT]")
def undo(cli: Cli, receipt_id: str | None) -> int:
    """Take back the newest marks that are not sent yet.

    The newest act of marking, or the one named, is taken back as a whole. What was sent cannot be taken back: the
    service has no mark-as-unread.
    """

    async def work(session: Session) -> Undone | None:
        named = await find_receipt(session, receipt_id) if receipt_id else None
        return None if receipt_id and not named else await session.marking.undo(named)

    undone = cli.run(work, SignIn.UNUSED)
    if undone is None:
        raise NotFound(NOTHING_TO_UNDO, "`neptune-inbox receipts` shows what was done.")
    if cli.output.is_json:
        cli.output.value(
            {
                "receipt_id": undone.receipt.id,
                "undone": [mark_json(mark) for mark in undone.undone],
                "too_late": [mark_json(mark) for mark in undone.too_late],
            }
        )
    else:
        for mark in undone.undone:
            cli.output.record("taken back", mark.user_id, mark.id)
    if undone.too_late:
        cli.output.note(undo_sentence(undone))
    return 0 if undone.undone else Refused.exit_code


@command("outbox", shapes=TABLES)
@click.argument("ids", type=MARK_IDS, nargs=-1, metavar="[ID]...")
@click.option("--retry", is_flag=True, help="Try again what was refused or had no effect.")
@click.option("--next-id", is_flag=True, help="With --retry: post the next id of each row instead of the same again.")
@click.option("--drop", is_flag=True, help="Give up what was not sent: it never will be.")
@click.option("--send", is_flag=True, help="Send what is held now, without its undo window.")
@yes_option()
def outbox(cli: Cli, ids: tuple[str, ...], retry: bool, next_id: bool, drop: bool, send: bool, yes: bool) -> int:
    """Show what is waiting, was refused or had no effect; retry, drop or send it.

    With IDs, --retry and --drop apply to these alone.
    """
    if retry + drop + send > 1:
        raise UsageProblem("--retry, --drop and --send do not go together.", "Use one after the other.")
    if next_id and not retry:
        raise UsageProblem("--next-id goes with --retry.", "Add --retry.")
    if ids and not (retry or drop):
        raise UsageProblem("IDs go with --retry or --drop.", "Add one of them.")
    check_consent(cli, is_agreed=yes or not (drop or retry or send), look=LOOK)
    ids = read_ids(ids)
    if drop:
        return cli.run(lambda session: _drop(cli, session, ids, is_agreed=yes), SignIn.UNUSED)
    if retry or send:
        how = Sending(is_retry=retry, is_by_next_id=next_id, is_agreed=yes)
        return cli.run(lambda session: _send(cli, session, ids, how))
    _print_marks(cli, cli.run(lambda session: session.marking.unsettled(), SignIn.UNUSED))
    return 0


@command("receipts", shapes=TABLES)
@click.argument("receipt_id", type=RECEIPT, required=False, metavar="[RECEIPT]")
@click.option(
    "--limit", type=whole(1, doors.MOST_ROWS), default=20, show_default=True, help="The maximum number of receipts."
)
def receipts(cli: Cli, receipt_id: str | None, limit: int) -> None:
    """Show the newest acts of marking, or every outcome of one."""
    if receipt_id is not None:

        async def work(session: Session) -> Receipt | None:
            named = await find_receipt(session, receipt_id)
            return await session.marking.receipt(named) if named else None

        receipt = cli.run(work, SignIn.UNUSED)
        if receipt is None:
            raise NotFound(f"There is no receipt {receipt_id} here.", "`neptune-inbox receipts` lists them.")
        if cli.output.is_json:
            cli.output.value(receipt_json(receipt, cli.profile))
        elif cli.output.is_data:
            cli.output.values([receipt_json(receipt, cli.profile)], record=RECEIPT_RECORD)
        else:
            cli.output.line(receipt_text(receipt, cli.profile))
        return
    found = cli.run(lambda session: session.marking.receipts(limit), SignIn.UNUSED)
    if cli.output.is_data:
        cli.output.values((receipt_json(receipt, cli.profile) for receipt in found), record=RECEIPT_RECORD)
        return
    cli.output.table(
        RECEIPTS,
        [
            [_receipt_name(cli, each.id), cli.output.time(each.made_at), each.label, receipt_sum(each)]
            for each in found
        ],
    )
    if not found:
        cli.output.note("Nothing has been marked from here yet.")


@command("journal", shapes=LISTS)
@user_option()
@click.option("--limit", type=ROWS, default=100, show_default=True, help="The number of newest lines; 0 means all.")
@click.option("--since", type=LINE, default=NOT_GIVEN, metavar="TIME", help='The start: "2d", "today", "2026-11-01".')
def journal(cli: Cli, user: str, limit: int, since: str) -> None:
    """Show every write made from here, oldest first.

    Each line says who wrote what, when, and what became of it.
    """

    damaged = Damaged()

    async def work(session: Session) -> bool:
        records, is_empty = cli.output.records(), True
        start = 0 if since is NOT_GIVEN else parse_past(since, session.now())
        found = session.evidence.pages(user_id=user or None, limit=limit or None, since=start, damaged=damaged)
        async with aclosing(found) as pages:
            async for page in pages:
                is_empty = False
                if cli.output.is_json:
                    records.add(journal_json(entry) for entry in page)
                else:
                    cli.output.line("\n".join(journal_sentence(entry) for entry in page))
                cli.output.flush()
                if cli.output.is_unread:
                    break
        if cli.output.is_json:
            records.end()
        return is_empty

    if cli.run(work, SignIn.UNUSED) and not cli.output.is_json:
        cli.output.note("No line of the journal matches." if user or since else "The journal is empty.")
    if damaged.count:
        cli.output.note(damaged_journal_sentence(damaged.count))


async def _drop(cli: Cli, session: Session, ids: Sequence[str], *, is_agreed: bool) -> int:
    session.marking.check_allowed()
    marks = await find_marks(session, await session.marking.unsettled(), ids)
    marks = [mark for mark in marks if mark.state is not MarkState.SENDING]
    if not marks:
        if cli.output.is_data:
            _print_marks(cli, [])
        cli.output.note("The outbox holds nothing that could be dropped.")
        return 0
    question = f"Drop {plural(len(marks), 'mark')}? {drop_risk(marks)}"
    cli.nothing_done = Account("nothing was dropped.", START_AGAIN)
    confirm(cli.output, session.profile, question, is_agreed=is_agreed)
    dropped = await session.marking.drop([mark.key for mark in marks])
    if cli.output.is_data:
        _print_marks(cli, await _standing(session, marks))
    cli.output.note(drop_sentence(dropped))
    return 0


class Sending(Struct, frozen=True):
    """What is sent, and how."""

    is_retry: bool
    """What is stuck, not what waits."""
    is_by_next_id: bool
    is_agreed: bool


async def _send(cli: Cli, session: Session, ids: Sequence[str], how: Sending) -> int:
    session.marking.check_allowed()
    wanted = STUCK if how.is_retry else UNDER_WAY
    marks = await find_marks(session, await session.marking.unsettled(), ids)
    marks = [mark for mark in marks if mark.state in wanted]
    if not marks:
        if cli.output.is_data:
            _print_marks(cli, [])
        cli.output.note(NOTHING_TO_RETRY if how.is_retry else "Nothing is waiting.")
        return 0
    question = f"Send {plural(len(marks), 'mark')} in {session.profile.environment}? It cannot be taken back."
    cli.nothing_done = Account("nothing was sent.", START_AGAIN)
    confirm(cli.output, session.profile, question, is_agreed=how.is_agreed)
    keys = [mark.key for mark in marks]
    cli.account = lambda session: account_of_marks(session, keys)
    if how.is_by_next_id:
        await _try_next_id(cli, session, keys)
    elif how.is_retry:
        await session.marking.retry(keys)
    else:
        await session.marking.send_now()
    settled = await wait(session, keys)
    _print_marks(cli, settled)
    return exit_code(session, cli.output, settled)


async def _try_next_id(cli: Cli, session: Session, keys: Sequence[Key]) -> None:
    """Hold marks again under the next ids of their rows. Raises Refused where none of them has another."""
    count = await session.marking.try_next_id(keys)
    if not count:
        raise Refused(
            f"No other id of {'it' if len(keys) == 1 else 'these'} is left to try: nothing was sent.",
            "`neptune-inbox doctor` says which ids the rows of this server have.",
        )
    if left := len(keys) - count:
        cli.output.note(f"{plural(left, 'mark has', 'marks have')} no other id left to try and stay as they are.")


async def _standing(session: Session, marks: Sequence[Mark]) -> list[Mark]:
    """The same marks as they are now."""
    now: dict[Key, Mark] = {}
    for receipt_id in dict.fromkeys(mark.receipt_id for mark in marks):
        receipt = await session.marking.receipt(receipt_id)
        now |= {mark.key: mark for mark in receipt.marks} if receipt else {}
    return [now.get(mark.key, mark) for mark in marks]


def _receipt_name(cli: Cli, id: str) -> str:
    """The id of a receipt, as much of it as a person needs."""
    return id[:SHORT_ID] if cli.output.is_terminal else id


def _print_marks(cli: Cli, marks: Sequence[Mark]) -> None:
    if cli.output.is_data:
        cli.output.values((mark_json(mark) for mark in marks), record=MARK)
        return
    cli.output.table(
        MARKS,
        [
            [
                outcome(mark),
                cli.output.time(mark.made_at),
                cli.output.time(mark.due_at),
                mark.user_id,
                mark.id,
                _receipt_name(cli, mark.receipt_id),
            ]
            for mark in marks
        ],
    )
    if not marks:
        cli.output.note("The outbox is empty.")
