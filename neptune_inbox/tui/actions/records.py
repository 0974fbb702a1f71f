"""What can be read up: evidence, outbox, receipts, journal, help."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from neptune_inbox.model import MarkState, Receipt
from neptune_inbox.presentation import sentences
from neptune_inbox.presentation.action import EVERYWHERE
from neptune_inbox.presentation.json import evidence_json, journal_json, receipt_json, to_json
from neptune_inbox.presentation.keymap import where_pressed
from neptune_inbox.presentation.preview import pretty_start
from neptune_inbox.presentation.times import local, moment
from neptune_inbox.presentation.verb_sentences import retry_sentence
from neptune_inbox.sync.marking.marking import resumable
from neptune_inbox.text_ids import quoted_id
from neptune_inbox.tui.bindings import live_actions
from neptune_inbox.tui.dialogs.document import DocumentDialog
from neptune_inbox.tui.dialogs.help import HelpDialog
from neptune_inbox.tui.dialogs.outbox import OutboxDialog
from neptune_inbox.tui.dialogs.picker import Item, Picker

if TYPE_CHECKING:
    from neptune_inbox.tui.inbox.screen import InboxScreen

JOURNAL_LINES = 500


async def evidence(inbox: InboxScreen) -> None:
    """Everything known about the notification under the cursor."""
    row = inbox.cursor_row
    found = await inbox.session.evidence.of(row.key) if row else None
    if found is None:
        inbox.say("There is no notification under the cursor.")
        return
    paper = DocumentDialog(
        "Evidence: did they get it, did they see it, and when",
        sentences.evidence_lines(found),
        block="Raw, as the server sent it\n" + pretty_start(found.notification.raw),
        # The whole raw row is laid out for it, which may take longer than a frame.
        as_text=await asyncio.to_thread(sentences.evidence_text, found),
        as_json=await asyncio.to_thread(lambda: to_json(evidence_json(found))),
    )
    await inbox.app.push_screen_wait(paper)


async def receipts(inbox: InboxScreen) -> None:
    """Choose one of the acts of marking, and read what became of each id."""
    known, now = await inbox.session.marking.receipts(), inbox.session.now()
    items = [
        Item(receipt.id, receipt.label, f"{moment(receipt.made_at, now)}   {sentences.receipt_sum(receipt)}")
        for receipt in known
    ]
    answer = await inbox.app.push_screen_wait(
        Picker(
            "Receipts",
            items,
            empty=f"Nothing was marked yet: {inbox.key('mark.row')} marks, {inbox.key('mark.all')} marks all.",
        )
    )
    receipt = await inbox.session.marking.receipt(answer) if answer else None
    if receipt is not None:
        await show_receipt(inbox, receipt)


async def show_receipt(inbox: InboxScreen, receipt: Receipt) -> None:
    """One receipt, each id with its outcome; what failed can be tried again from it."""
    failed = resumable(receipt)
    pairs = [
        ("Asked", receipt.label),
        ("When", local(receipt.made_at)),
        ("Place", sentences.profile_sentence(inbox.session.profile)),
        ("Outcome", sentences.receipt_sum(receipt)),
    ]
    order = {
        MarkState.FAILED: 0,
        MarkState.CONTRADICTED: 1,
        MarkState.SENDING: 2,
        MarkState.HELD: 3,
        MarkState.UNDONE: 4,
        MarkState.DROPPED: 5,
        MarkState.ACCEPTED: 6,
        MarkState.CONFIRMED: 7,
    }
    for mark in sorted(receipt.marks, key=lambda mark: order[mark.state]):
        about = (mark.user_id, mark.id, sentences.posted_words(mark), mark.error)
        pairs.append((sentences.mark_state_words(mark), "  ".join(filter(None, about))))
    paper = DocumentDialog(
        "Receipt",
        pairs,
        as_text=sentences.receipt_text(receipt, inbox.session.profile),
        as_json=to_json(receipt_json(receipt, inbox.session.profile)),
        can_retry=bool(failed),
    )
    if await inbox.app.push_screen_wait(paper) == "retry":
        count = await inbox.session.marking.retry(failed)
        inbox.say(retry_sentence(count))


async def outbox(inbox: InboxScreen) -> None:
    """What is not settled: send, try again, drop."""
    target = await inbox.app.push_screen_wait(OutboxDialog(inbox.session))
    if target is not None:
        await inbox.list.go_to(target)


async def journal(inbox: InboxScreen) -> None:
    """Every write that we caused, newest first; one user's when one is on screen."""
    user_id = inbox.scope.user_id or None
    entries = await inbox.session.evidence.entries(user_id=user_id, limit=JOURNAL_LINES)
    entries.reverse()
    whose = f" of {quoted_id(user_id)}" if user_id else ""
    paper = DocumentDialog(
        f"Journal{whose}: every write we made, newest first",
        [(sentences.journal_outcome(entry), sentences.journal_sentence(entry)) for entry in entries]
        or [("", sentences.NOTHING_WRITTEN)],
        as_text="\n".join(sentences.journal_sentence(entry) for entry in entries),
        as_json=to_json([journal_json(entry) for entry in entries]),
    )
    await inbox.app.push_screen_wait(paper)


async def show_help(inbox: InboxScreen) -> None:
    """Every key; what is chosen is run, or, if it is a key of a dialog, where it can be pressed is said."""
    actions = live_actions(inbox.app)
    answer = await inbox.app.push_screen_wait(HelpDialog(actions))
    if not answer:
        return
    chosen = next(action for action in actions if action.id == answer)
    if chosen.where & EVERYWHERE:
        await inbox.run_verb(answer)
    else:
        inbox.say(where_pressed(chosen))


VERBS = {
    "evidence": evidence,
    "receipts": receipts,
    "outbox": outbox,
    "journal": journal,
    "help": show_help,
}
