"""Marking read for the customer, in `--plain`: hold, mark all, undo, send now, and what becomes of it at the end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from neptune_inbox.cli.plain_inbox import only_unread
from neptune_inbox.cli.plain_words import describe, place_words, split_numbers, unknown
from neptune_inbox.errors import InboxError
from neptune_inbox.model import EVERYONE, Key, Mode
from neptune_inbox.sync.health import State
from neptune_inbox.sync.marking import MarkAllPlan, plan_mark_all
from neptune_inbox.sync.when import from_instant
from neptune_inbox.sync.wording import plural

if TYPE_CHECKING:
    from neptune_inbox.cli.plain_inbox import PlainInbox, Verb

SETTLING = 10.0
"""Seconds that sending is waited for; what takes longer is told before a later prompt."""


async def mark(inbox: PlainInbox, text: str) -> None:
    """Hold a mark for these lines."""
    inbox.session.marking.check_allowed()
    numbers, rest = split_numbers(text)
    if rest:
        raise unknown(f"m {rest}")
    targets = await inbox.targets(numbers)
    rows = only_unread(targets)
    if len(rows) < len(targets):
        kept = plural(len(targets) - len(rows), "is read or being marked", "are read or being marked")
        inbox.talk.say(f"{kept} already.")
    if rows and await may_send(inbox, f"Mark {describe(rows)} read for the customer?"):
        await hold(inbox, [row.key for row in rows], describe(rows))


async def may_send(inbox: PlainInbox, question: str) -> bool:
    """In mode `ask` each send is agreed to; the environment is named in words."""
    profile = inbox.session.profile
    if profile.mode is not Mode.ASK or await inbox.talk.agrees(f"{place_words(profile)}. {question}"):
        return True
    inbox.talk.say("Nothing was marked.")
    return False


async def hold(inbox: PlainInbox, keys: Sequence[Key], label: str, left_alone: int = 0) -> None:
    """Put the marks on disk, then say so, once."""
    receipt = await inbox.session.marking.hold(keys, label=label, left_alone=left_alone)
    inbox.news.expect(receipt.id)
    seconds = inbox.session.undo_ms // 1000
    window = f"held, sent in {seconds} s; z takes it back" if seconds else "sent at once"
    inbox.talk.say(f"Marking {label}: {window}.")


async def mark_all(inbox: PlainInbox, _: str) -> None:
    """Say exactly which, and whose, then mark the answer."""
    marking, scope = inbox.session.marking, inbox.scope
    marking.check_allowed()
    rows = [row for key in inbox.numbers.values() if (row := await inbox.session.inbox.row(key)) is not None]
    printed, whole = plan_mark_all(rows), await marking.plan(inbox.window)
    since = await inbox.session.inbox.waiting(scope, inbox.window)
    choices = await _say_choices(inbox, printed, whole, since)
    answer = await inbox.talk.choose(f"{', '.join(choices[:-1])} or no?", choices) if len(choices) > 1 else "no"
    if answer in ("yes", "all"):
        plan = printed if answer == "yes" else whole
        label = f"all {plural(len(plan.keys), 'shown notification')} of {_whose(plan)}"
        await hold(inbox, plan.keys, label, left_alone=since)
    elif answer == "load":
        await _load_rest(inbox)
    elif answer == "server":
        await _mark_everything(inbox, scope.user_id, since)
    else:
        inbox.talk.say("Nothing was marked.")


async def _say_choices(inbox: PlainInbox, printed: MarkAllPlan, whole: MarkAllPlan, since: int) -> list[str]:
    """Say what can be marked; the answers that there are, `no` as the last."""
    talk, scope = inbox.talk, inbox.scope
    talk.say(f"Mark all read, in {place_words(inbox.session.profile)}.")
    choices = []
    if printed.keys:
        talk.say(f"yes marks the {_count(printed)} among the printed lines, of {_whose(printed)}{_range(printed)}.")
        choices.append("yes")
    else:
        talk.say("No printed line is unread.")
    if len(whole.keys) > len(printed.keys):
        talk.say(f"all marks the {_count(whole)} of the whole list, of {_whose(whole)}{_range(whole)}.")
        choices.append("all")
    if since:
        talk.say(f"{plural(since, 'notification')} came since this list was drawn: left alone.")
    total = (await inbox.session.inbox.overview(scope.user_id)).total(scope.kind, (scope.user_id,))[0]
    loaded = len(inbox.window) + inbox.window.hidden + since
    if scope.user_id != EVERYONE and not scope.query and total is not None and total > loaded:
        talk.say(f"load fetches the rest first: the server has {total:,}, here are {loaded:,}.")
        choices.append("load")
    if scope.user_id != EVERYONE and inbox.session.health.state is State.ONLINE:
        talk.say(f"server marks everything of {scope.user_id}, seen or not, at once; no taking back.")
        choices.append("server")
    return [*choices, "no"]


async def _load_rest(inbox: PlainInbox) -> None:
    """Load the older pages of the user on screen until all are here; ctrl+c stops it."""
    scope = inbox.scope
    while not inbox.stop.is_set():
        fetched = await inbox.session.inbox.load_older(scope.user_id, scope.kind)
        if not fetched.new:
            break
        inbox.talk.say(f"{plural(len(fetched.new), 'more was', 'more were')} loaded.")
    await inbox.fold_in()
    inbox.talk.say("M asks again, now with all that is loaded.")


async def _mark_everything(inbox: PlainInbox, user_id: str, unseen: int) -> None:
    """The API's own mark-all: only online, only one user, asked twice, never queued."""
    talk, profile = inbox.talk, inbox.session.profile
    seen = f"{unseen:,} unseen that we know of" if unseen else "whatever is on the server at that moment"
    talk.say(f"This also marks what nobody has looked at: {seen}. It is sent at once and cannot be taken back.")
    if profile.is_production:
        agreed = await talk.ask(f"{place_words(profile)}. Type {user_id} to go on: ") == user_id
    else:
        agreed = await talk.agrees(f"Mark everything of {user_id} read?")
    if not agreed:
        talk.say("Nothing was marked.")
        return
    await inbox.session.marking.mark_everything_on_server(user_id)
    inbox.session.poller.refresh(user_id)
    talk.say(f"Everything of {user_id} was marked read on the server. It cannot be taken back.")


async def undo(inbox: PlainInbox, _: str) -> None:
    """Take back the last act as one, and say what and how long was left."""
    undone = await inbox.session.marking.undo()
    if undone is None:
        inbox.talk.say("There is nothing to take back.")
    elif not undone.undone:
        label = undone.receipt.label
        inbox.talk.say(f"Already sent, cannot be taken back: {label}. The API has no mark-as-unread.")
    else:
        left = undone.milliseconds_left / 1000
        words = f", {left:.0f} s before sending" if left > 0 else ", not sent yet"
        some = f" {plural(len(undone.too_late), 'was', 'were')} sent already." if undone.too_late else ""
        inbox.talk.say(f"Taken back: {undone.receipt.label}{words}.{some}")


async def send_now(inbox: PlainInbox, _: str) -> None:
    """Let go of what is held and wait for the outcome."""
    counts = await inbox.session.marking.counts()
    count = await inbox.session.marking.send_now()
    if not count:
        refused = (
            f" {plural(counts.failed, 'mark was', 'marks were')} refused; O lists them." if counts.failed else ""
        )
        inbox.talk.say(f"Nothing is waiting to be sent.{refused}")
        return
    inbox.talk.say(f"Sending {plural(count, 'mark')} now.")
    await inbox.news.wait_for_marks(inbox.stop, SETTLING)


async def leave(inbox: PlainInbox, _: str) -> None:
    """Leave; with marks still held, ask what becomes of them."""
    try:
        waiting = [mark for mark in await inbox.session.marking.unsettled() if not mark.is_settled]
    except InboxError as error:
        inbox.talk.complain(error)
        waiting = []
    answer: str | None = "keep"
    if waiting and not inbox.workspace.is_demo:
        inbox.talk.say(f"{plural(len(waiting), 'mark is', 'marks are')} not sent yet.")
        inbox.talk.say("send sends now, keep keeps for next time, drop leaves unread, stay goes on here.")
        answer = await inbox.talk.choose("send, keep, drop or stay?", ("send", "keep", "drop", "stay"))
    if answer == "stay":
        return
    if answer == "drop":
        count = await inbox.session.marking.drop([mark.key for mark in waiting])
        inbox.talk.say(f"Dropped {plural(count, 'mark')}; unread for the customer.")
    elif answer == "send":
        await send_now(inbox, "")
        await inbox.tell_news()
    inbox.is_over = True


def _whose(plan: MarkAllPlan) -> str:
    return plan.users[0] if len(plan.users) == 1 else f"{len(plan.users)} users"


def _count(plan: MarkAllPlan) -> str:
    pending = f" ({plan.pending:,} more being marked already)" if plan.pending else ""
    return f"{len(plan.keys):,} unread{pending}"


def _range(plan: MarkAllPlan) -> str:
    if plan.oldest is None or plan.newest is None:
        return ""
    return f", from {from_instant(plan.oldest):%d %b %H:%M} to {from_instant(plan.newest):%d %b %H:%M}"


VERBS: dict[str, Verb] = {
    "mark.row": mark,
    "mark.all": mark_all,
    "undo": undo,
    "send.now": send_now,
    "quit": leave,
}
