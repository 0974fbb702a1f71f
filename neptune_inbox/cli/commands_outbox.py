"""What was done from here and what is still to be sent: `undo`, `outbox`, `receipts`, `journal`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from neptune_inbox.cli.asking import confirm
from neptune_inbox.cli.commands_marking import outcome
from neptune_inbox.cli.context import Cli, SignIn
from neptune_inbox.cli.settling import exit_code
from neptune_inbox.cli.table import Column
from neptune_inbox.cli.verbs import LISTS, TABLES, user_option, verb, yes_option
from neptune_inbox.errors import NotFound, Refused, UsageProblem
from neptune_inbox.model import Key, Mark, MarkState
from neptune_inbox.sync.wording import (
    iso,
    journal_json,
    journal_sentence,
    mark_json,
    plural,
    receipt_json,
    receipt_sum,
    receipt_text,
)

if TYPE_CHECKING:
    from neptune_inbox.sync.session import Session

MARKS = (
    Column("outcome", gives=2),
    Column("made_at"),
    Column("due_at"),
    Column("user", gives=1),
    Column("id"),
    Column("receipt", gives=3),
)
RECEIPTS = (Column("receipt"), Column("made_at"), Column("asked", gives=1), Column("outcome", gives=2))


@verb("undo")
@click.argument("receipt_id", required=False, metavar="[RECEIPT]")
def undo(cli: Cli, receipt_id: str | None) -> int:
    """Take back what was marked last and is not sent yet.

    The newest act of marking, or the named one, is taken back as one.
    What was sent cannot be taken back: the service has no mark-as-unread.
    """
    undone = cli.run(lambda session: session.marking.undo(receipt_id), SignIn.UNUSED)
    if undone is None:
        raise NotFound("There is nothing to take back.", "`neptune-inbox receipts` shows what was done.")
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
        sent = plural(len(undone.too_late), "mark is", "marks are")
        cli.output.note(f"{undone.receipt.label}: {sent} sent already and cannot be taken back.")
    return 0 if undone.undone else Refused.exit_code


@verb("outbox", shapes=TABLES)
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--retry", is_flag=True, help="Try the refused marks again.")
@click.option("--drop", is_flag=True, help="Give up what was not sent: it will never be.")
@click.option("--send", is_flag=True, help="Send what is held now, without its undo window.")
@yes_option()
def outbox(cli: Cli, ids: tuple[str, ...], retry: bool, drop: bool, send: bool, yes: bool) -> int:
    """Show what waits or was refused; retry, drop or send it.

    With IDs, --retry and --drop take these alone.
    """
    if retry + drop + send > 1:
        raise UsageProblem("--retry, --drop and --send do not go together.", "Do one after the other.")
    if ids and not (retry or drop):
        raise UsageProblem("IDs go with --retry or --drop.", "Add one of them.")
    if drop:
        return cli.run(lambda session: _drop(cli, session, ids, is_agreed=yes), SignIn.UNUSED)
    if retry or send:
        return cli.run(lambda session: _send(cli, session, ids, is_retry=retry, is_agreed=yes))
    _print_marks(cli, cli.run(lambda session: session.marking.unsettled(), SignIn.UNUSED))
    return 0


@verb("receipts", shapes=TABLES)
@click.argument("receipt_id", required=False, metavar="[RECEIPT]")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, help="The most receipts.")
def receipts(cli: Cli, receipt_id: str | None, limit: int) -> None:
    """Show the newest acts of marking, or every outcome of one."""
    if receipt_id is not None:
        receipt = cli.run(lambda session: session.marking.receipt(receipt_id), SignIn.UNUSED)
        if receipt is None:
            raise NotFound(
                f"There is no receipt {receipt_id} here.", "`neptune-inbox receipts` shows those there are."
            )
        if cli.output.is_json:
            cli.output.value(receipt_json(receipt))
        else:
            cli.output.line(receipt_text(receipt))
        return
    found = cli.run(lambda session: session.marking.receipts(limit), SignIn.UNUSED)
    if cli.output.is_json:
        cli.output.values(receipt_json(receipt) for receipt in found)
        return
    cli.output.table(
        RECEIPTS, [[receipt.id, iso(receipt.made_at) or "", receipt.label, receipt_sum(receipt)] for receipt in found]
    )
    if not found:
        cli.output.note("Nothing was marked from here yet.")


@verb("journal", shapes=LISTS)
@user_option()
@click.option("--limit", type=click.IntRange(0), default=100, show_default=True, help="The newest lines; 0 is all.")
def journal(cli: Cli, user: str, limit: int) -> None:
    """Show every write caused from here, oldest first.

    Who, when, what, and what became of it.
    """
    entries = cli.run(
        lambda session: session.evidence.entries(user_id=user or None, limit=limit or None), SignIn.UNUSED
    )
    if cli.output.is_json:
        cli.output.values(journal_json(entry) for entry in entries)
        return
    for entry in entries:
        cli.output.line(journal_sentence(entry))
    if not entries:
        cli.output.note("The journal is empty.")


async def _drop(cli: Cli, session: Session, ids: Sequence[str], *, is_agreed: bool) -> int:
    marks = [mark for mark in _chosen(await session.marking.unsettled(), ids) if mark.state is not MarkState.SENDING]
    if not marks:
        cli.output.note("The outbox holds nothing that could be dropped.")
        return 0
    question = f"Drop {plural(len(marks), 'mark')}? They will never be sent."
    confirm(cli.output, session.profile, question, is_agreed=is_agreed)
    count = await session.marking.drop([mark.key for mark in marks])
    cli.output.note(f"{plural(count, 'mark')} dropped.")
    return 0


async def _send(cli: Cli, session: Session, ids: Sequence[str], *, is_retry: bool, is_agreed: bool) -> int:
    session.marking.check_allowed()
    wanted = (MarkState.FAILED,) if is_retry else (MarkState.HELD, MarkState.SENDING)
    marks = [mark for mark in _chosen(await session.marking.unsettled(), ids) if mark.state in wanted]
    if not marks:
        cli.output.note("Nothing was refused." if is_retry else "Nothing is waiting.")
        return 0
    question = f"Send {plural(len(marks), 'mark')} in {session.profile.environment}? It cannot be taken back."
    confirm(cli.output, session.profile, question, is_agreed=is_agreed)
    if is_retry:
        await session.marking.retry([mark.key for mark in marks])
    else:
        await session.marking.send_now()
    await session.courier.flush()
    settled = await _standing(session, marks)
    _print_marks(cli, settled)
    return exit_code(session, cli.output, settled)


def _chosen(marks: Sequence[Mark], ids: Sequence[str]) -> list[Mark]:
    unknown = set(ids) - {mark.id for mark in marks}
    if unknown:
        raise NotFound(
            f"The outbox holds no {', '.join(sorted(unknown))}.", "`neptune-inbox outbox` shows what it holds."
        )
    return [mark for mark in marks if not ids or mark.id in ids]


async def _standing(session: Session, marks: Sequence[Mark]) -> list[Mark]:
    """The same marks as they stand now."""
    now: dict[Key, Mark] = {}
    for receipt_id in dict.fromkeys(mark.receipt_id for mark in marks):
        receipt = await session.marking.receipt(receipt_id)
        now |= {mark.key: mark for mark in receipt.marks} if receipt else {}
    return [now.get(mark.key, mark) for mark in marks]


def _print_marks(cli: Cli, marks: Sequence[Mark]) -> None:
    if cli.output.is_json:
        cli.output.values(mark_json(mark) for mark in marks)
        return
    cli.output.table(
        MARKS,
        [
            [outcome(mark), iso(mark.made_at) or "", iso(mark.due_at) or "", mark.user_id, mark.id, mark.receipt_id]
            for mark in marks
        ],
    )
    if not marks:
        cli.output.note("The outbox is empty.")
