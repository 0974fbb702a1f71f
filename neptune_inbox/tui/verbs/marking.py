"""Marking read for the customer, and taking it back: the verbs of the other person's plane."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from neptune_inbox.errors import InboxError
from neptune_inbox.model import EVERYONE, Key, Mode, Row
from neptune_inbox.sync.health import State
from neptune_inbox.sync.marking import MarkAllPlan
from neptune_inbox.sync.when import from_instant
from neptune_inbox.sync.wording import plural
from neptune_inbox.tui.screens.inbox_voice import About
from neptune_inbox.tui.screens.sheet import Choice, ChoiceSheet, TypedSheet
from neptune_inbox.tui.verbs.aiming import aimed

if TYPE_CHECKING:
    from neptune_inbox.tui.screens.aim import Aim
    from neptune_inbox.tui.screens.inbox import InboxScreen

TITLE_IN_SENTENCE = 36


def describe(rows: Sequence[Row]) -> str:
    """`“Your card was declined” of u-4711`, or `3 notifications of 2 users`."""
    users = {row.user_id for row in rows}
    whose = f"of {next(iter(users))}" if len(users) == 1 else f"of {len(users)} users"
    if len(rows) == 1:
        return f"“{shorten(rows[0].title)}” {whose}"
    return f"{plural(len(rows), 'notification')} {whose}"


def shorten(title: str) -> str:
    """A title as it fits into a sentence."""
    return title if len(title) <= TITLE_IN_SENTENCE else title[: TITLE_IN_SENTENCE - 1].rstrip() + "…"


@aimed
async def mark(inbox: InboxScreen, aim: Aim) -> None:
    """Hold a mark for the selection, or for the row under the cursor."""
    targets = await inbox.targets(aim)
    rows = [row for row in targets if row.counts_as_unread]
    if not rows:
        inbox.say("Nothing here is unread for the customer." if targets else "There is nothing to mark.")
        return
    inbox.session.marking.check_allowed()
    if not await may_send(inbox, f"Mark {describe(rows)} read for the customer?"):
        return
    await hold(inbox, [row.key for row in rows], describe(rows))
    inbox.select(frozenset())


async def hold(inbox: InboxScreen, keys: Sequence[Key], label: str, left_alone: int = 0) -> None:
    """Put the marks on disk, then show them."""
    await inbox.session.marking.hold(keys, label=label, left_alone=left_alone)
    seconds = inbox.session.undo_ms // 1000
    window = f"Sent in {seconds} s, {inbox.key('undo')} takes it back" if seconds else "Sent at once"
    # What matters first: the end may not fit.
    inbox.say(f"{window}: {label}.", about=About.MARKS)


async def may_send(inbox: InboxScreen, question: str) -> bool:
    """In mode `ask` each send is confirmed; the environment is named in words."""
    profile = inbox.session.profile
    if profile.mode is not Mode.ASK:
        return True
    where = f"{profile.environment.upper() if profile.is_production else profile.environment} · {profile.name}"
    hint = "The customer's bell shows it as read; it cannot be unread later."
    sheet = ChoiceSheet(
        question,
        [(where, "production" if profile.is_production else "dim")],
        [Choice("y", "y", "yes", "Yes, mark it read", hint), Choice("n", "n", "no", "No, leave it")],
        # A key that is pressed twice by mistake must not write there.
        default="no" if profile.is_production else "yes",
    )
    return await inbox.app.push_screen_wait(sheet) == "yes"


async def mark_all(inbox: InboxScreen) -> None:
    """Open the sheet; what it marks is the list as it stood when the key was pressed."""
    inbox.session.marking.check_allowed()
    window, scope = inbox.window, inbox.scope
    plan = await inbox.session.marking.plan(window)
    since = await inbox.session.inbox.open_newer(scope, window)
    answer = await inbox.app.push_screen_wait(_sheet(inbox, plan, len(since)))
    if answer == "shown":
        label = f"all {plural(len(plan.keys), 'shown notification')} of {_whose(plan)}"
        await hold(inbox, plan.keys, label, left_alone=len(since))
        inbox.select(frozenset())
    elif answer == "load":
        await load_rest(inbox)
        await mark_all(inbox)
    elif answer == "server":
        await mark_everything(inbox, scope.user_id, len(since))


async def load_rest(inbox: InboxScreen) -> None:
    """Load the older pages of the user on screen until all are here, telling how far it is; `esc` stops it."""
    scope = inbox.scope
    inbox.is_loading = True
    try:
        while inbox.is_loading:
            fetched = await inbox.session.inbox.load_older(scope.user_id, scope.kind)
            await inbox.fold_in()
            known, total = len(inbox.window), inbox.total(scope.kind)
            inbox.say(f"Loaded {known:,} of {total or known:,}; esc stops.")
            if not fetched.new or (total is not None and known >= total):
                break
    finally:
        inbox.is_loading = False


async def mark_everything(inbox: InboxScreen, user_id: str, unseen: int) -> None:
    """The API's own mark-all: only online, only one user, asked twice, never queued."""
    profile = inbox.session.profile
    risk = (
        f"This also marks what nobody has looked at: {unseen:,} unseen that we know of."
        if unseen
        else ("This also marks what nobody has looked at, whatever is on the server at that moment.")
    )
    lines = [(risk, "warn"), ("It is sent at once and cannot be taken back.", "warn")]
    if profile.is_production:
        lines.insert(0, (f"PRODUCTION · {profile.name}", "production"))
        agreed = await inbox.app.push_screen_wait(TypedSheet(f"Mark everything of {user_id} read?", lines, user_id))
    else:
        choices = [Choice("y", "y", "yes", "Yes, everything of this user"), Choice("n", "n", "no", "No, go back")]
        sheet = ChoiceSheet(f"Mark everything of {user_id} read?", lines, choices, default="no")
        agreed = await inbox.app.push_screen_wait(sheet) == "yes"
    if not agreed:
        return
    await inbox.session.marking.mark_everything_on_server(user_id)
    inbox.session.poller.refresh(user_id)
    inbox.say(f"Everything of {user_id} was marked read on the server. It cannot be taken back.")


def _whose(plan: MarkAllPlan) -> str:
    return plan.users[0] if len(plan.users) == 1 else f"{len(plan.users)} users"


def _sheet(inbox: InboxScreen, plan: MarkAllPlan, since: int) -> ChoiceSheet:
    profile, scope = inbox.session.profile, inbox.scope
    count = len(plan.keys)
    environment = profile.environment.upper() if profile.is_production else profile.environment
    where = f"{environment} · {profile.name} · mode {profile.mode}"
    lines = [(where, "production" if profile.is_production else "dim")]
    if count:
        lines.append((f"Of {_whose(plan)}" + _range(plan), ""))
    if scope.query:
        lines.append((f"Only what matches  {scope.query}", ""))
    if inbox.selected:
        marks = f"{inbox.key('mark.row')} marks those"
        lines.append((f"All that is shown, not only the {len(inbox.selected):,} selected: {marks}.", "accent"))
    if plan.pending:
        lines.append((f"{plural(plan.pending, 'more is', 'more are')} being marked already.", "dim"))
    if since:
        lines.append((f"{plural(since, 'notification')} came since this list was drawn: left alone.", "accent"))
    choices = []
    if count:
        hint = f"Exactly these, under one receipt; {inbox.key('undo')} takes all of it back."
        choices.append(Choice("enter", "⏎", "shown", f"Mark the {plural(count, 'shown notification')} read", hint))
    total = inbox.total(scope.kind)
    loaded = len(inbox.window) + inbox.window.hidden + since
    if scope.user_id != EVERYONE and not scope.query and total is not None and total > loaded:
        lines.append((f"The server has {total:,}; {loaded:,} are loaded.", "warn"))
        choices.append(Choice("l", "l", "load", "Load the rest first, then ask again"))
    if scope.user_id != EVERYONE and inbox.session.health.state is State.ONLINE:
        hint = "The API's own mark-all: seen or not, at once, no taking back."
        choices.append(Choice("S", "S", "server", f"Everything of {scope.user_id} on the server", hint))
    choices.append(Choice("n", "esc", "no", "Leave it"))
    title = f"Mark all read: {plural(count, 'unread notification')}" if count else "Nothing in this list is unread"
    return ChoiceSheet(title, lines, choices, default="shown" if count else "no")


def _range(plan: MarkAllPlan) -> str:
    if plan.oldest is None or plan.newest is None:
        return ""
    return f", from {from_instant(plan.oldest):%d %b %H:%M} to {from_instant(plan.newest):%d %b %H:%M}"


async def undo(inbox: InboxScreen) -> None:
    """Take back the last act as one, and say what and how long was left."""
    undone = await inbox.session.marking.undo()
    if undone is None:
        inbox.say("There is nothing to take back.")
    elif not undone.undone:
        inbox.say(f"Already sent, cannot be taken back: {undone.receipt.label}.")
    else:
        left = undone.milliseconds_left / 1000
        words = f", {left:.0f} s before sending" if left > 0 else ", not sent yet"
        some = f" {plural(len(undone.too_late), 'was', 'were')} sent already." if undone.too_late else ""
        inbox.say(f"Taken back: {undone.receipt.label}{words}.{some}")


async def send_now(inbox: InboxScreen) -> None:
    """Let go of what is held; with refused marks, open the outbox."""
    counts = await inbox.session.marking.counts()
    if counts.failed and not counts.held:
        await inbox.run_verb("outbox")
        return
    count = await inbox.session.marking.send_now()
    inbox.say(f"Sending {plural(count, 'mark')} now." if count else "Nothing is waiting to be sent.")


async def quit_inbox(inbox: InboxScreen) -> None:
    """Leave; with marks still held, ask what becomes of them."""
    try:
        unsettled = await inbox.session.marking.unsettled()
    except InboxError:
        inbox.app.exit(0)
        return
    waiting = [mark for mark in unsettled if not mark.is_settled]
    if waiting and not inbox.workspace.is_demo:
        choices = [
            Choice("s", "s", "send", "Send now, then quit"),
            Choice("k", "k", "keep", "Keep for next time", "They stay in the outbox and are sent when you are back."),
            Choice("d", "d", "drop", "Drop them", "They stay unread for the customer."),
        ]
        title = f"{plural(len(waiting), 'mark is', 'marks are')} not sent yet"
        answer = await inbox.app.push_screen_wait(ChoiceSheet(title, [], choices))
        if answer is None:
            return
        if answer == "drop":
            await inbox.session.marking.drop([mark.key for mark in waiting])
        elif answer == "send":
            await inbox.session.marking.send_now()
            inbox.say("Sending …")
            await inbox.session.courier.flush()
    await inbox.remember()
    inbox.app.exit(0)


VERBS = {
    "mark.row": mark,
    "mark.all": mark_all,
    "undo": undo,
    "send.now": send_now,
    "quit": quit_inbox,
}
