"""Marking read for the customer, in `--plain`: hold, mark all, undo, send now, and what becomes of it at the end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from neptune_inbox.cli.plain.claims import ask_about_claims
from neptune_inbox.cli.plain.text import describe, not_lines, plain_voice, profile_words, split_numbers
from neptune_inbox.errors import InboxError
from neptune_inbox.model import Key
from neptune_inbox.presentation.sentences import plural
from neptune_inbox.presentation.verb_sentences import (
    AT_ONCE,
    NOTHING_MARKED,
    all_shown_label,
    drop_risk,
    drop_sentence,
    held_sentence,
    left_alone_sentence,
    mark_question,
    not_loaded_sentence,
    plan_words,
    refused_sentence,
    send_sentence,
    server_all_question,
    server_all_risk,
    server_all_sentence,
    taken_back_sentence,
    unsent_sentence,
)
from neptune_inbox.sync.marking.marking import MarkAllPlan, mark_all_offer, only_unread, plan_mark_all
from neptune_inbox.sync.polling.health import State
from neptune_inbox.text_ids import quoted_id

if TYPE_CHECKING:
    from neptune_inbox.cli.plain.inbox import PlainInbox, PlainVerb

SETTLING = 10.0
"""Seconds to wait for sending; what takes longer is reported before a later prompt."""


async def mark(inbox: PlainInbox, text: str) -> None:
    """Hold a mark for these lines."""
    inbox.session.marking.check_allowed()
    numbers, rest = split_numbers(text)
    if rest:
        raise not_lines("mark", rest, "mark 3, mark 1 3-5, or mark all")
    targets = await inbox.targets(numbers)
    rows = only_unread(targets)
    if len(rows) < len(targets):
        kept = plural(len(targets) - len(rows), "is read or being marked", "are read or being marked")
        inbox.console.say(f"{kept} already.")
    known = await ask_about_claims(inbox, [row.key for row in rows])
    if rows and known is not None and await may_send(inbox, mark_question(describe(rows))):
        await hold(inbox, [row.key for row in rows], describe(rows), known=known)


async def may_send(inbox: PlainInbox, question: str) -> bool:
    """In mode `ask` each send is agreed to; the environment is named in words."""
    if not await inbox.session.must_ask():
        return True
    if await inbox.console.agrees(f"{profile_words(inbox.session.profile)}. {question}"):
        return True
    inbox.console.say(NOTHING_MARKED)
    return False


async def hold(inbox: PlainInbox, keys: Sequence[Key], label: str, left_alone: int = 0, *, known: str = "") -> None:
    """Put the marks on disk, then say so, once; `known` names whose claims were mentioned before."""
    receipt = await inbox.session.marking.hold(keys, label=label, left_alone=left_alone, known=known)
    inbox.notices.expect(receipt.id)
    inbox.acts.note_marks(receipt.id, label)
    inbox.console.say(held_sentence(receipt, inbox.session.undo_ms / 1000, plain_voice()))


async def mark_all(inbox: PlainInbox, _: str) -> None:
    """Say exactly which, and whose, then mark the answer."""
    marking, scope = inbox.session.marking, inbox.scope
    marking.check_allowed()
    inbox.check_listed()
    rows = [row for key in inbox.numbers.values() if (row := await inbox.session.inbox.row(key)) is not None]
    printed, whole = plan_mark_all(rows), await marking.plan(inbox.snapshot)
    since = await inbox.session.inbox.waiting(scope, inbox.snapshot)
    choices = await _say_choices(inbox, printed, whole, since)
    answer = (
        await inbox.console.choose(f"{', '.join(choices[:-1])} or no?", choices, "no") if len(choices) > 1 else "no"
    )
    if answer in ("yes", "all"):
        plan = printed if answer == "yes" else whole
        keys = await marking.keys(plan)
        known = await ask_about_claims(inbox, keys)
        if known is not None:
            await hold(inbox, keys, all_shown_label(plan), left_alone=since, known=known)
    elif answer == "load":
        await _load_rest(inbox)
    elif answer == "server":
        await _mark_everything(inbox, scope.user_id, since)
    else:
        inbox.console.say(NOTHING_MARKED)


async def _say_choices(inbox: PlainInbox, printed: MarkAllPlan, whole: MarkAllPlan, since: int) -> list[str]:
    """Say what can be marked; the answers that there are, `no` as the last."""
    console, scope = inbox.console, inbox.scope
    console.say(f"Mark all read, in {profile_words(inbox.session.profile)}.")
    choices = []
    if printed.count:
        console.say(f"yes marks the {_count(printed)} among the printed lines, of {plan_words(printed)}.")
        choices.append("yes")
    else:
        console.say("No printed line is unread.")
    if whole.count > printed.count:
        console.say(f"all marks the {_count(whole)} of the whole list, of {plan_words(whole)}.")
        choices.append("all")
    if since:
        console.say(left_alone_sentence(since))
    total = (await inbox.session.inbox.overview(scope.user_id)).total(scope.kind, (scope.user_id,))[0]
    is_online = inbox.session.health.state is State.ONLINE
    offer = mark_all_offer(scope, inbox.snapshot, since, total, is_online=is_online)
    if offer.not_loaded:
        console.say(f"load fetches the rest first. {not_loaded_sentence(*offer.not_loaded)}")
        choices.append("load")
    if offer.on_server:
        console.say(
            f"server marks everything of {quoted_id(scope.user_id)}, seen or not, at once; it cannot be taken back."
        )
        choices.append("server")
    return [*choices, "no"]


async def _load_rest(inbox: PlainInbox) -> None:
    """Load the older pages of the user on screen until all are here; ctrl+c stops it."""
    scope = inbox.scope
    while not inbox.stop.is_set():
        fetched = await inbox.session.inbox.load_older(scope.user_id, scope.kind)
        if not fetched.new:
            break
        inbox.console.say(f"{plural(len(fetched.new), 'more was', 'more were')} loaded.")
    await inbox.fold_in()
    inbox.console.say("mark all asks again, now with all that is loaded.")


async def _mark_everything(inbox: PlainInbox, user_id: str, unseen: int) -> None:
    """The API's own mark-all: only online, only one user, asked twice, never queued."""
    console, profile = inbox.console, inbox.session.profile
    console.say(f"{server_all_risk(unseen)} {AT_ONCE}")
    if profile.is_production:
        agreed = await console.ask(f"{profile_words(profile)}. Type {user_id} to go on: ") == user_id
    else:
        agreed = await console.agrees(server_all_question(user_id))
    if not agreed:
        console.say(NOTHING_MARKED)
        return
    await inbox.session.marking.mark_everything_on_server(user_id)
    inbox.session.poller.refresh(user_id)
    console.say(server_all_sentence(user_id))


async def undo(inbox: PlainInbox, _: str) -> None:
    """Take back the last act as one, and say what and how long was left."""
    inbox.console.say(taken_back_sentence(await inbox.acts.take_back()))


async def send_now(inbox: PlainInbox, _: str) -> None:
    """Let go of what is held and wait for the outcome."""
    under_way = await inbox.session.marking.send_now()
    failed = 0 if under_way else (await inbox.session.marking.counts()).failed
    hint = f" {refused_sentence(failed, plain_voice())}" if failed else ""
    inbox.console.say(f"{send_sentence(under_way)}{hint}")
    if under_way:
        await inbox.notices.wait_for_marks(inbox.stop, SETTLING)


async def leave(inbox: PlainInbox, _: str) -> None:
    """Leave; with marks still held, ask what becomes of them."""
    try:
        waiting = await inbox.session.marking.unsent()
    except InboxError as error:
        inbox.console.complain(error)
        waiting = []
    answer: str | None = "keep"
    if waiting and not inbox.workspace.is_demo:
        inbox.console.say(f"{unsent_sentence(waiting)}.")
        inbox.console.say(
            "send sends them now, keep keeps them for next time, drop gives them up, stay does not quit."
        )
        inbox.console.say(f"With drop: {drop_risk(waiting)}")
        answer = await inbox.console.choose("send, keep, drop or stay?", ("send", "keep", "drop", "stay"), "stay")
    if answer == "stay":
        return
    if answer == "drop":
        inbox.console.say(drop_sentence(await inbox.session.marking.drop([mark.key for mark in waiting])))
    elif answer == "send":
        await send_now(inbox, "")
        await inbox.tell_news()
    inbox.is_over = True


def _count(plan: MarkAllPlan) -> str:
    pending = f" ({plan.pending:,} more being marked already)" if plan.pending else ""
    return f"{plan.count:,} unread{pending}"


VERBS: dict[str, PlainVerb] = {
    "mark.row": mark,
    "mark.all": mark_all,
    "undo": undo,
    "send.now": send_now,
    "quit": leave,
}
