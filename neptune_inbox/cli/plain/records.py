"""What can be read up, in `--plain`: evidence, outbox, receipts, journal, figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from neptune_inbox.cli.plain.browse import WHOLE
from neptune_inbox.cli.plain.marking import may_send
from neptune_inbox.cli.plain.speech import spoken_ids
from neptune_inbox.cli.plain.text import (
    evidence_sentences,
    insight_line,
    journal_words,
    mark_words,
    not_lines,
    split_numbers,
    take_numbers,
)
from neptune_inbox.errors import UsageProblem
from neptune_inbox.model import STUCK, Mark
from neptune_inbox.presentation.sentences import (
    NOTHING_WRITTEN,
    evidence_lines,
    outcome_words,
    plural,
    receipt_sum,
)
from neptune_inbox.presentation.times import DAY, ago
from neptune_inbox.presentation.verb_sentences import (
    NOTHING_TO_RETRY,
    drop_risk,
    drop_sentence,
    next_id_sentence,
    retry_sentence,
)
from neptune_inbox.sync.marking.marking import resumable
from neptune_inbox.text import clean_line

if TYPE_CHECKING:
    from neptune_inbox.cli.plain.inbox import PlainInbox, PlainVerb

JOURNAL_LINES, RECEIPTS, MOST_LINES = 20, 20, 10_000
DAYS, MOST_DAYS = 30, 3_650


async def evidence(inbox: PlainInbox, text: str) -> None:
    """Everything known about one notification, the raw row at the end."""
    numbers, rest = split_numbers(text)
    if rest.lower() not in ("", WHOLE):
        raise not_lines("why", rest, "why 3, or why 3 whole")
    number, row = await inbox.target(numbers)
    found = await inbox.session.evidence.of(row.key)
    if found is None:
        raise UsageProblem("This notification is no longer kept here.", "refresh prints the list again.")
    raw = found.notification.raw
    inbox.console.say_all(evidence_sentences(evidence_lines(found), raw, number, is_whole=rest.lower() == WHOLE))


async def outbox(inbox: PlainInbox, _: str) -> None:
    """What is not settled, numbered."""
    inbox.marks = tuple(await inbox.session.marking.unsettled())
    for number, mark in enumerate(inbox.marks, 1):
        row = await inbox.session.inbox.row(mark.key)
        title = row.title if row else mark.id
        state = _mark_state(mark, inbox.now)
        inbox.console.say(f"Mark {number}, {state}. {spoken_ids(f'{mark.user_id}: {title}')}")
    if inbox.marks:
        inbox.console.say(
            "retry and drop apply to all of them, or to some, such as retry 1 2; send sends what is held."
        )
    else:
        inbox.console.say("The outbox is empty: everything is settled.")


async def retry(inbox: PlainInbox, text: str) -> None:
    """Send refused marks again, all or those with these numbers."""
    inbox.session.marking.check_allowed()
    failed = [mark for mark in await _marks(inbox, "retry", text) if mark.state in STUCK]
    if not failed:
        inbox.console.say(NOTHING_TO_RETRY)
    elif await may_send(inbox, f"Send {plural(len(failed), 'mark')} again?"):
        for mark in failed:
            inbox.notices.expect(mark.receipt_id)
        count = await inbox.session.marking.retry([mark.key for mark in failed])
        inbox.console.say(retry_sentence(count))


async def retry_by_next_id(inbox: PlainInbox, text: str) -> None:
    """Send stuck marks again under the next ids of their rows, all or those with these numbers."""
    inbox.session.marking.check_allowed()
    stuck = [mark for mark in await _marks(inbox, "next id", text) if mark.state in STUCK]
    if not stuck:
        inbox.console.say(NOTHING_TO_RETRY)
    elif await may_send(inbox, f"Send {plural(len(stuck), 'mark')} again with another id?"):
        for mark in stuck:
            inbox.notices.expect(mark.receipt_id)
        count = await inbox.session.marking.try_next_id([mark.key for mark in stuck])
        inbox.console.say(next_id_sentence(count, len(stuck) - count))


async def drop(inbox: PlainInbox, text: str) -> None:
    """Give up marks that are not sent, all or those with these numbers."""
    marks = await _marks(inbox, "drop", text)
    if not marks:
        inbox.console.say("There is nothing to drop.")
    elif await inbox.console.agrees(f"Drop {plural(len(marks), 'mark')}? {drop_risk(marks)}"):
        inbox.console.say(drop_sentence(await inbox.session.marking.drop([mark.key for mark in marks])))
    else:
        inbox.console.say("Nothing was dropped.")


async def _marks(inbox: PlainInbox, command: str, text: str) -> list[Mark]:
    """The marks of the outbox with these numbers, or all. Raises UsageProblem."""
    numbers, rest = split_numbers(text)
    if rest:
        raise not_lines(command, rest, f"{command}, or {command} 1 2, by their numbers in outbox")
    printed = dict(enumerate(inbox.marks, 1))
    if numbers:
        return [printed[number] for number in take_numbers(numbers, printed, "Mark", "outbox")]
    return await inbox.session.marking.unsettled()


def _mark_state(mark: Mark, now: int) -> str:
    return outcome_words(mark) if mark.state in STUCK else mark_words(mark, now)


async def receipts(inbox: PlainInbox, text: str) -> None:
    """The newest acts of marking; with a number, every outcome of one."""
    _check_number("receipt", text)
    if text:
        printed = dict(enumerate(inbox.receipts, 1))
        [number] = take_numbers(text, printed, "Receipt", "receipts")
        receipt = await inbox.session.marking.receipt(printed[number].id) or printed[number]
        inbox.console.say(f"{spoken_ids(receipt.label)}: {receipt_sum(receipt)}.")
        for mark in receipt.marks:
            field = f", posted as {spoken_ids(mark.posted.field)}" if mark.posted and mark.posted.field else ""
            inbox.console.say(f"{spoken_ids(f'{mark.user_id}, {mark.id}')}{field}, {outcome_words(mark)}")
        if failed := resumable(receipt):
            inbox.console.say(f"retry tries {plural(len(failed), 'mark')} again.")
        return
    inbox.receipts = tuple(await inbox.session.marking.receipts(RECEIPTS))
    for number, receipt in enumerate(inbox.receipts, 1):
        when = ago(receipt.made_at, inbox.now)
        inbox.console.say(f"Receipt {number}, {when}: {receipt.label}: {receipt_sum(receipt)}.")
    inbox.console.say(
        "receipt 1 reads one." if inbox.receipts else "Nothing was marked yet: mark 3 marks, mark all marks all."
    )


async def journal(inbox: PlainInbox, text: str) -> None:
    """The newest writes that we caused, newest first; one user's while one is on screen."""
    _check_number("journal", text)
    limit = min(int(text or JOURNAL_LINES), MOST_LINES)
    entries = await inbox.session.evidence.entries(user_id=inbox.scope.user_id or None, limit=limit)
    inbox.console.say_all([journal_words(entry, inbox.now) for entry in reversed(entries)])
    if not entries:
        inbox.console.say(NOTHING_WRITTEN)


async def insight(inbox: PlainInbox, text: str) -> None:
    """How soon each kind of event is read by the users on screen."""
    from neptune_inbox.presentation.insight import summary_lines

    _check_number("insight", text)
    users = [inbox.scope.user_id] if inbox.scope.user_id else await inbox.session.inbox.watched()
    found = await inbox.session.insights.over(users, min(int(text or DAYS), MOST_DAYS))
    inbox.console.say_all([*summary_lines(found), *map(insight_line, found.events)])


async def incidents(inbox: PlainInbox, _: str) -> None:
    """What came to several watched customers in a day."""
    from neptune_inbox.presentation.incidents import incident_sentence, watched_sentence

    now = inbox.session.now()
    report = await inbox.session.incidents.since(await inbox.session.inbox.watched(), now - DAY)
    told = [incident_sentence(each, report.watched, now) for each in report.incidents]
    inbox.console.say_all([*(told or ["No incident in the last 24 hours."]), watched_sentence(report)])


def _check_number(command: str, text: str) -> None:
    if text and (not text.isdecimal() or len(text) > 9):
        raise UsageProblem(
            f"{command} takes one number, and {clean_line(text, 40)} is not one.", f"Say: {command} 7."
        )


VERBS: dict[str, PlainVerb] = {
    "evidence": evidence,
    "outbox": outbox,
    "outbox.retry": retry,
    "outbox.next_id": retry_by_next_id,
    "outbox.drop": drop,
    "receipts": receipts,
    "journal": journal,
    "insight": insight,
    "incidents": incidents,
}
