"""What every front end says of the outcome of a verb: each sentence once.

How a row, a user or another verb is named differs between them; that is their `Voice`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from neptune_inbox.model import Mark, MarkState, Receipt, Row
from neptune_inbox.presentation.sentences import plural
from neptune_inbox.presentation.times import date_text, return_time
from neptune_inbox.sync.marking.marking import Dropped, MarkAllPlan
from neptune_inbox.sync.verbs import Changed, Claimed, Snoozed, Unchanged, Watched
from neptune_inbox.text_ids import quoted_id

if TYPE_CHECKING:
    from neptune_inbox.store.outbox.undo import Undone
    from neptune_inbox.sync.act_history import TakenBack

STILL_THERE = "What was tried is still in the outbox."
NOTHING_TO_UNDO = "There is nothing to take back."
NOTHING_TO_RETRY = "Nothing was refused or without effect."
NOTHING_MARKED = "Nothing was marked."


class Voice(Struct, frozen=True):
    """How one front end names things in a sentence."""

    name_title: Callable[[str], str]
    """A title, in quotes and as long as fits."""
    name_user: Callable[[str], str]
    name_verb: Callable[[str], str]
    """How an action, by its id, is asked for: `z`, `undo`."""
    name_verb_on: Callable[[str], str]
    """The same, for what the sentence is about: `U on it`, `back 3`."""


def describe(rows: Sequence[Row], voice: Voice) -> str:
    """`“Your card was declined” of u-4711`, or `3 notifications of 2 users`."""
    users = {row.user_id for row in rows}
    whose = f"of {voice.name_user(next(iter(users)))}" if len(users) == 1 else f"of {len(users)} users"
    if len(rows) == 1:
        return f"{voice.name_title(rows[0].title)} {whose}"
    return f"{plural(len(rows), 'notification')} {whose}"


def done_sentence(outcome: Changed, voice: Voice) -> str:
    # What matters first: the end may not fit.
    back = f"{voice.name_verb_on('mine.back')} brings it back"
    if outcome.is_shared:
        return f"Handled, for the whole team. The customer sees no change; {back}: {describe(outcome.rows, voice)}."
    return f"Done for me. The customer sees no change; {back}: {describe(outcome.rows, voice)}."


def done_taken_back(outcome: Changed, voice: Voice) -> str:
    what = describe([row for row in outcome.rows if row.triage.done_at is None] or outcome.rows, voice)
    return _reopened(what) if outcome.is_shared else f"No longer done: {what}."


def back_sentence(outcome: Changed | Unchanged, voice: Voice) -> str:
    what = describe(outcome.rows, voice)
    if isinstance(outcome, Unchanged):
        return f"Already in my queue: {what}. Choose something done or snoozed."
    return _reopened(what) if outcome.is_shared else f"Back in my queue: {what}."


def back_taken_back(outcome: Changed, voice: Voice) -> str:
    again = "Handled again, for the whole team" if outcome.is_shared else "Out of my queue again"
    return f"{again}: {describe(outcome.rows, voice)}."


def _reopened(what: str) -> str:
    return f"Reopened, for the whole team: {what}."


def snooze_sentence(outcome: Snoozed, voice: Voice) -> str:
    return f"Snoozed until {return_time(outcome.until, outcome.at)}: {describe(outcome.rows, voice)}."


def snooze_taken_back(outcome: Snoozed, voice: Voice) -> str:
    was_snoozed = any((row.triage.snoozed_until or 0) > outcome.at for row in outcome.rows)
    return f"{'Snoozed as before' if was_snoozed else 'No longer snoozed'}: {describe(outcome.rows, voice)}."


def star_sentence(outcome: Changed, voice: Voice) -> str:
    return f"{'Star removed' if outcome.is_off else 'Starred'}: {describe(outcome.rows, voice)}."


def star_taken_back(outcome: Changed, voice: Voice) -> str:
    changed = [row for row in outcome.rows if row.triage.is_starred is outcome.is_off] or outcome.rows
    return f"{'Starred again' if outcome.is_off else 'No longer starred'}: {describe(changed, voice)}."


def note_sentence(outcome: Changed, voice: Voice) -> str:
    if outcome.is_shared:
        return f"Noted for the team: {describe(outcome.rows, voice)}."
    return f"{'Note removed' if outcome.is_off else 'Note kept'}: {describe(outcome.rows, voice)}."


def note_taken_back(outcome: Changed, voice: Voice) -> str:
    what = describe(outcome.rows, voice)
    if outcome.is_shared:
        return f"No longer noted for the team: {what}."
    was_noted = any(row.triage.note for row in outcome.rows)
    return f"{'Note as it was before' if was_noted else 'No longer noted'}: {what}."


def claim_sentence(outcome: Claimed, voice: Voice) -> str:
    what = _queues(outcome) or describe(outcome.rows, voice)
    if outcome.is_off:
        return f"Given back: {what}."
    also = f" {' and '.join(outcome.others)} had it before." if outcome.others else ""
    return f"You are on it: {what}.{also} {voice.name_verb_on('team.claim')} gives it back."


def claim_taken_back(outcome: Claimed, voice: Voice) -> str:
    what = _queues(outcome) or describe(outcome.changed, voice)
    return f"{'You are on it again' if outcome.is_off else 'You are no longer on it'}: {what}."


def _queues(outcome: Claimed) -> str:
    return f"the whole queue of {' and '.join(map(quoted_id, outcome.queues))}" if outcome.queues else ""


def watch_sentence(outcome: Watched, voice: Voice) -> str:
    user = quoted_id(outcome.user_id)
    if not outcome.is_watched:
        return f"No longer watching {user}; {voice.name_verb_on('user.watch')} watches again."
    already = f" already; {voice.name_verb_on('user.unwatch')} stops it" if outcome.was_watched else ""
    return f"Watching {user}{already}."


def watch_taken_back(outcome: Watched) -> str:
    user = quoted_id(outcome.user_id)
    return f"No longer watching {user}." if outcome.is_watched else f"Watching {user} again."


def mark_question(label: str) -> str:
    return f"Mark {label} read for the customer?"


def held_sentence(receipt: Receipt, seconds: float, voice: Voice) -> str:
    """What was held, and until when it can be taken back; `seconds` is how long that is."""
    # What matters first: the end may not fit.
    refused = receipt.count(MarkState.FAILED)
    without = f"Without an id of their own, {plural(refused, 'row')} cannot be marked. " if refused else ""
    when = (
        f"Held {seconds:g} s before sending, {voice.name_verb('undo')} takes it back" if seconds else "Sent at once"
    )
    return f"{without}{when}: {receipt.label}."


def too_late_sentence(sent: Sequence[str], tried: Sequence[str] = ()) -> str:
    """What is said of acts that cannot be taken back any more: `tried` may have been sent, and waits."""
    words = [f"Already sent, cannot be taken back: {', '.join(sent)}. The API has no mark-as-unread."] if sent else []
    if tried:
        words.append(f"Tried with unknown outcome, cannot be taken back: {', '.join(tried)}. {STILL_THERE}")
    return " ".join(words)


def undo_sentence(outcome: Undone | None) -> str:
    if outcome is None:
        return NOTHING_TO_UNDO
    label, tried = outcome.receipt.label, len(outcome.tried)
    sent = len(outcome.too_late) - tried
    if not outcome.undone and not (sent and tried):
        return too_late_sentence((), (label,)) if tried else too_late_sentence((label,))
    some = f" {plural(sent, 'was', 'were')} sent already." if sent else ""
    some += f" {plural(tried, 'was', 'were')} tried with unknown outcome. {STILL_THERE}" if tried else ""
    if not outcome.undone:
        return f"Nothing of it is taken back: {label}.{some}"
    left = outcome.milliseconds_left / 1000
    when = f", {left:.0f} s before sending" if left > 0 else ", not sent yet"
    part = f"{len(outcome.undone):,} of " if some else ""
    return f"Taken back: {part}{label}{when}.{some}"


def taken_back_sentence(outcome: TakenBack) -> str:
    """Which later acts were sent or tried already, and which act was taken back in their place."""
    is_undone = outcome.undone is not None and outcome.undone.undone
    if not outcome.said and not is_undone:
        return too_late_sentence(outcome.sent, outcome.tried) or undo_sentence(outcome.undone)
    words = outcome.said or undo_sentence(outcome.undone)
    if not outcome.sent and not outcome.tried:
        return words
    # What matters first: the end may not fit.
    late = [f"{_last(len(outcome.sent))} sent already"] if outcome.sent else []
    late += [f"{_last(len(outcome.tried))} tried with unknown outcome"] if outcome.tried else []
    names = [f"Sent: {', '.join(outcome.sent)}."] if outcome.sent else []
    names += [f"Tried: {', '.join(outcome.tried)}. {STILL_THERE}"] if outcome.tried else []
    first = " and ".join(late)
    return f"{first[0].upper()}{first[1:]}. Instead: {words[0].lower()}{words[1:]} {' '.join(names)}"


def _last(acts: int) -> str:
    return "what you marked last was" if acts == 1 else f"what you marked the last {acts:,} times was"


def send_sentence(count: int) -> str:
    """How many marks are being sent now."""
    return f"Sending {plural(count, 'mark')} now." if count else "Nothing is waiting to be sent."


def refused_sentence(count: int, voice: Voice) -> str:
    return f"{plural(count, 'mark was', 'marks were')} refused; {voice.name_verb('outbox')} lists them."


def retry_sentence(count: int) -> str:
    return f"Trying {plural(count, 'mark')} again."


def next_id_sentence(tried: int, left: int) -> str:
    """How many stuck marks are posted by the next id of their rows, and how many have none left."""
    parts = [f"Trying {plural(tried, 'mark')} with another id."] if tried else []
    if left:
        parts.append(f"{plural(left, 'mark has', 'marks have')} no other id left to try.")
    return " ".join(parts)


def drop_risk(marks: Sequence[Mark]) -> str:
    """What becomes of marks when they are dropped, before that is done."""
    tried, under_way = _tried(marks), sum(mark.state is MarkState.SENDING for mark in marks)
    given_up = len(marks) - tried - under_way
    stay = "the notification stays" if given_up == 1 else "the notifications stay"
    words = [f"{plural(given_up, 'is', 'are')} given up: {stay} unread for the customer."] if given_up else []
    words += [f"{_perhaps_read(tried)}."] if tried else []
    words += [_under_way(under_way)] if under_way else []
    return " ".join(words)


def drop_sentence(outcome: Dropped) -> str:
    """What was dropped, what of it may have been read, and what could not be."""
    count, tried = len(outcome.marks), _tried(outcome.marks)
    number = f"{count - tried:,} " if tried else ""
    unread = [f"{number}still unread for the customer"] if count > tried else []
    became = ", ".join([*unread, *([_perhaps_read(tried)] if tried else [])])
    words = [f"Dropped {plural(count, 'mark')}; {became}." if count else "No mark was dropped."]
    return " ".join([*words, *([_under_way(outcome.under_way)] if outcome.under_way else [])])


def unsent_sentence(marks: Sequence[Mark]) -> str:
    """How many marks wait, those apart that the server may have taken."""
    tried = sum(mark.unknown_tries > 0 for mark in marks)
    waiting = len(marks) - tried
    words = [f"{plural(waiting, 'mark is', 'marks are')} not sent yet"] if waiting else []
    words += [f"{plural(tried, 'mark was', 'marks were')} tried, outcome unknown"] if tried else []
    return ", ".join(words)


def _tried(marks: Sequence[Mark]) -> int:
    return sum(mark.unknown_tries > 0 and mark.state is not MarkState.SENDING for mark in marks)


def _perhaps_read(count: int) -> str:
    return f"{plural(count, 'was', 'were')} tried and may have been read there"


def _under_way(count: int) -> str:
    return f"{plural(count, 'is', 'are')} under way and {'stays' if count == 1 else 'stay'} in the outbox."


def not_loaded_sentence(total: int, loaded: int) -> str:
    return f"The server has {total:,}; {loaded:,} are loaded."


def pending_sentence(pending: int) -> str:
    return f"{plural(pending, 'more is', 'more are')} already being marked."


def left_alone_sentence(count: int) -> str:
    return f"{plural(count, 'notification')} arrived since this list was drawn: left alone."


AT_ONCE = "It is sent at once and cannot be taken back."


def server_all_risk(unseen: int) -> str:
    seen = f"{unseen:,} unseen that we know of" if unseen else "whatever is on the server at that moment"
    return f"This also marks what nobody has seen: {seen}."


def server_all_question(user_id: str) -> str:
    return f"Mark everything of {quoted_id(user_id)} read?"


def server_all_sentence(user_id: str) -> str:
    return f"Everything of {quoted_id(user_id)} was marked read on the server. It cannot be taken back."


def all_shown_label(plan: MarkAllPlan) -> str:
    """What a mark-all is called in its receipt."""
    return f"all {plural(plan.count, 'listed notification')} of {_whose(plan)}"


def plan_words(plan: MarkAllPlan) -> str:
    """Whose they are and the period: `u-4711, from 02 Nov 09:00 to 04 Nov 12:00`."""
    if plan.oldest is None or plan.newest is None:
        return _whose(plan)
    return f"{_whose(plan)}, from {date_text(plan.oldest, '%d %b %H:%M')} to {date_text(plan.newest, '%d %b %H:%M')}"


def _whose(plan: MarkAllPlan) -> str:
    return quoted_id(plan.users[0]) if len(plan.users) == 1 else f"{len(plan.users)} users"
