"""What can be read up, in `--plain`: evidence, person, outbox, receipts, journal, figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from neptune_inbox.cli.plain_mark import may_send
from neptune_inbox.cli.plain_words import ago, insight_line, mark_words, take_numbers, unknown
from neptune_inbox.errors import InboxError, UsageProblem
from neptune_inbox.model import Mark, MarkState
from neptune_inbox.sync.marking import resumable
from neptune_inbox.sync.wording import (
    STATE_WORDS,
    evidence_text,
    journal_sentence,
    plural,
    pretty,
    receipt_sum,
    receipt_text,
)

if TYPE_CHECKING:
    from neptune_inbox.cli.plain_inbox import PlainInbox, Verb
    from neptune_inbox.model import User

JOURNAL_LINES, RECEIPTS = 20, 20
DAYS, MOST_DAYS = 30, 3_650


async def evidence(inbox: PlainInbox, numbers: str) -> None:
    """Everything known about one notification, the raw row at the end."""
    _, row = await inbox.target(numbers)
    found = await inbox.session.evidence.of(row.key)
    if found is None:
        raise UsageProblem("This notification is no longer kept here.", "r draws the list anew.")
    inbox.talk.say(evidence_text(found))


async def person(inbox: PlainInbox, text: str) -> None:
    """Who a user is, and every way to reach them."""
    user_id = text if text and not text.isdecimal() else await inbox.user(text)
    people = inbox.session.people
    try:
        user = await people.get(user_id)
    except InboxError as error:
        known = await people.known_user(user_id)
        if known is None:
            raise
        inbox.talk.say(f"{error.sentence} This is what was last known.")
        user = known
    inbox.talk.say_all(_person_lines(user))


def _person_lines(user: User) -> list[str]:
    lines = [f"User {user.user_id} {user.name}".strip()]
    lines += [f"{contact.type}: {contact.value}" for contact in user.contacts] or ["No contact infos."]
    lines += ["Meta:", *(f"  {line}" for line in pretty(user.meta).splitlines())]
    lines.append("`neptune-inbox users` and `neptune-inbox contacts` change them.")
    return lines


async def outbox(inbox: PlainInbox, text: str) -> None:
    """What is not settled; `retry` and `drop` act on it, or on the marks with these numbers."""
    word, _, numbers = text.partition(" ")
    if word in ("retry", "drop"):
        await _settle(inbox, word, numbers)
        return
    if text:
        raise unknown(f"O {text}")
    inbox.marks = tuple(await inbox.session.marking.unsettled())
    for number, mark in enumerate(inbox.marks, 1):
        row = await inbox.session.inbox.row(mark.key)
        title = row.title if row else mark.id
        inbox.talk.say(f"Mark {number}, {_mark_state(mark, inbox.now)}. {mark.user_id}: {title}")
    if inbox.marks:
        inbox.talk.say("O retry, O drop: all of them, or O retry 1 2; $ sends what is held.")
    else:
        inbox.talk.say("The outbox is empty: everything is settled.")


def _mark_state(mark: Mark, now: int) -> str:
    if mark.state is MarkState.FAILED:
        return f"{STATE_WORDS[mark.state]}: {mark.error}"
    return mark_words(mark, now)


async def _settle(inbox: PlainInbox, word: str, numbers: str) -> None:
    marking = inbox.session.marking
    printed = dict(enumerate(inbox.marks, 1))
    chosen = [printed[number] for number in take_numbers(numbers, printed, "Mark")] if numbers else []
    marks = chosen or await marking.unsettled()
    if word == "drop":
        if marks and await inbox.talk.agrees(f"Drop {plural(len(marks), 'mark')}? They stay unread."):
            count = await marking.drop([mark.key for mark in marks])
            inbox.talk.say(f"Dropped {plural(count, 'mark')}; unread for the customer.")
        return
    marking.check_allowed()
    failed = [mark for mark in marks if mark.state is MarkState.FAILED]
    if not failed:
        inbox.talk.say("Nothing was refused.")
    elif await may_send(inbox, f"Send {plural(len(failed), 'refused mark')} again?"):
        for mark in failed:
            inbox.news.expect(mark.receipt_id)
        count = await marking.retry([mark.key for mark in failed])
        inbox.talk.say(f"Trying {plural(count, 'mark')} again.")


async def receipts(inbox: PlainInbox, text: str) -> None:
    """The newest acts of marking; with a number, every outcome of one."""
    if text and not text.isdecimal():
        raise unknown(f"T {text}")
    if text:
        printed = dict(enumerate(inbox.receipts, 1))
        [number] = take_numbers(text, printed, "Receipt")
        receipt = await inbox.session.marking.receipt(printed[number].id) or printed[number]
        inbox.talk.say(receipt_text(receipt))
        if failed := resumable(receipt):
            inbox.talk.say(f"O retry tries {plural(len(failed), 'refused mark')} again.")
        return
    inbox.receipts = tuple(await inbox.session.marking.receipts(RECEIPTS))
    for number, receipt in enumerate(inbox.receipts, 1):
        when = ago(receipt.made_at, inbox.now)
        inbox.talk.say(f"Receipt {number}, {when}: {receipt.label}: {receipt_sum(receipt)}.")
    inbox.talk.say("T 1 reads one." if inbox.receipts else "Nothing was marked yet: m marks, M marks all.")


async def journal(inbox: PlainInbox, text: str) -> None:
    """The newest writes that we caused, newest first; one user's while one is on screen."""
    if text and not text.isdecimal():
        raise unknown(f"L {text}")
    limit = int(text or JOURNAL_LINES)
    entries = await inbox.session.evidence.entries(user_id=inbox.scope.user_id or None, limit=limit)
    inbox.talk.say_all([journal_sentence(entry) for entry in reversed(entries)])
    if not entries:
        inbox.talk.say("Nothing was written yet.")


async def insight(inbox: PlainInbox, text: str) -> None:
    """How soon each kind of event is read by the users on screen."""
    from neptune_inbox.cli.commands_insight import summary_lines

    if text and not text.isdecimal():
        raise unknown(f"I {text}")
    users = [inbox.scope.user_id] if inbox.scope.user_id else await inbox.session.inbox.watched()
    found = await inbox.session.insights.over(users, min(int(text or DAYS), MOST_DAYS))
    inbox.talk.say_all([*summary_lines(found), *map(insight_line, found.events)])


VERBS: dict[str, Verb] = {
    "evidence": evidence,
    "people": person,
    "outbox": outbox,
    "receipts": receipts,
    "journal": journal,
    "insight": insight,
}
