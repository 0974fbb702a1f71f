"""What can be read up: evidence, outbox, receipts, journal, help."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from neptune_inbox.model import MarkState, Receipt
from neptune_inbox.sync import wording
from neptune_inbox.sync.marking import resumable
from neptune_inbox.tui.reading import pretty_start
from neptune_inbox.tui.screens.help import HelpSheet
from neptune_inbox.tui.screens.outbox import OutboxSheet
from neptune_inbox.tui.screens.paper import Paper
from neptune_inbox.tui.screens.picker import Item, Picker
from neptune_inbox.tui.words import moment

if TYPE_CHECKING:
    from neptune_inbox.tui.screens.inbox import InboxScreen

JOURNAL_LINES = 500


async def evidence(inbox: InboxScreen) -> None:
    """Everything known about the notification under the cursor."""
    row = inbox.cursor_row
    found = await inbox.session.evidence.of(row.key) if row else None
    if found is None:
        inbox.say("There is no notification under the cursor.")
        return
    paper = Paper(
        "Evidence: did they get it, did they see it, and when",
        wording.evidence_lines(found),
        block="Raw, as the server sent it\n" + pretty_start(found.notification.raw),
        # The whole raw row is laid out for it, which may take longer than a frame.
        as_text=await asyncio.to_thread(wording.evidence_text, found),
        as_json=await asyncio.to_thread(lambda: wording.to_json(wording.evidence_json(found))),
    )
    await inbox.app.push_screen_wait(paper)


async def receipts(inbox: InboxScreen) -> None:
    """Choose one of the acts of marking, and read what became of each id."""
    known, now = await inbox.session.marking.receipts(), inbox.session.now()
    items = [
        Item(receipt.id, receipt.label, f"{moment(receipt.made_at, now)}   {wording.receipt_sum(receipt)}")
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
        ("When", wording.local(receipt.made_at)),
        ("Outcome", wording.receipt_sum(receipt)),
    ]
    order = {
        MarkState.FAILED: 0,
        MarkState.SENDING: 1,
        MarkState.HELD: 2,
        MarkState.UNDONE: 3,
        MarkState.DROPPED: 4,
        MarkState.SENT: 5,
    }
    for mark in sorted(receipt.marks, key=lambda mark: order[mark.state]):
        reason = f": {mark.error}" if mark.error else ""
        pairs.append((wording.STATE_WORDS[mark.state], f"{mark.user_id}  {mark.id}{reason}"))
    paper = Paper(
        "Receipt",
        pairs,
        as_text=wording.receipt_text(receipt),
        as_json=wording.to_json(wording.receipt_json(receipt)),
        extra=[("t", "retry", "try the refused ones again")] if failed else [],
    )
    if await inbox.app.push_screen_wait(paper) == "retry":
        count = await inbox.session.marking.retry(failed)
        inbox.say(f"Trying {wording.plural(count, 'mark')} again.")


async def outbox(inbox: InboxScreen) -> None:
    """What is not settled: send, try again, drop."""
    target = await inbox.app.push_screen_wait(OutboxSheet(inbox.session))
    if target is not None:
        await inbox.go_to(target)


async def journal(inbox: InboxScreen) -> None:
    """Every write that we caused, newest first; one user's when one is on screen."""
    user_id = inbox.scope.user_id or None
    entries = await inbox.session.evidence.entries(user_id=user_id, limit=JOURNAL_LINES)
    entries.reverse()
    whose = f" of {user_id}" if user_id else ""
    paper = Paper(
        f"Journal{whose}: every write that we caused, newest first",
        [(entry.outcome, wording.journal_sentence(entry)) for entry in entries] or [("", "Nothing was written yet.")],
        as_text="\n".join(wording.journal_sentence(entry) for entry in entries),
        as_json=wording.to_json([wording.journal_json(entry) for entry in entries]),
    )
    await inbox.app.push_screen_wait(paper)


async def show_help(inbox: InboxScreen) -> None:
    """Every key; what is chosen is run."""
    answer = await inbox.app.push_screen_wait(HelpSheet(inbox.actions))
    if answer:
        await inbox.run_verb(answer)


VERBS = {
    "evidence": evidence,
    "receipts": receipts,
    "outbox": outbox,
    "journal": journal,
    "help": show_help,
}
