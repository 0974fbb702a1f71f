"""Marking read for the customer, and taking it back: the verbs of the other person's plane."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

from neptune_inbox.errors import InboxError
from neptune_inbox.model import Key, Mode
from neptune_inbox.presentation import inbox_view as present
from neptune_inbox.presentation.sentences import plural
from neptune_inbox.presentation.team import claim_sentence, claimants
from neptune_inbox.presentation.verb_sentences import (
    AT_ONCE,
    all_shown_label,
    drop_risk,
    drop_sentence,
    held_sentence,
    left_alone_sentence,
    mark_question,
    not_loaded_sentence,
    pending_sentence,
    plan_words,
    send_sentence,
    server_all_question,
    server_all_risk,
    server_all_sentence,
    taken_back_sentence,
    unsent_sentence,
)
from neptune_inbox.sync.marking.marking import MarkAllPlan, mark_all_offer, only_unread
from neptune_inbox.sync.polling.health import State
from neptune_inbox.sync.verbs import others_on
from neptune_inbox.text_ids import quoted_id
from neptune_inbox.tui.actions.claims import ask_about_claims
from neptune_inbox.tui.actions.move import go_to_unread, look_for_unread
from neptune_inbox.tui.actions.voice import describe, voice
from neptune_inbox.tui.dialogs.base import Choice, ChoiceDialog, TypedDialog
from neptune_inbox.tui.inbox.status_message import About
from neptune_inbox.tui.messages import SignInAgain

if TYPE_CHECKING:
    from neptune_inbox.tui.inbox.screen import InboxScreen
    from neptune_inbox.tui.inbox.target import ActionTarget


def mark(inbox: InboxScreen) -> Awaitable[None]:
    """Hold a mark for the selection, or for the row under the cursor, which then may go on to the next unread."""
    aim = inbox.list.target("mark.row")
    goes_on = inbox.workspace.settings.ui.mark_goes_on and aim.selected == frozenset()
    asks = inbox.session.profile.mode is Mode.ASK or aim.fold is not None
    if goes_on and not asks:
        # With the key itself: a row that is marked with the next one is the next one.
        goes_on = go_to_unread(inbox, 1) is None
    return _mark(inbox, aim, goes_on=goes_on)


async def _mark(inbox: InboxScreen, aim: ActionTarget, *, goes_on: bool) -> None:
    targets = await inbox.targets(aim)
    rows = only_unread(targets)
    if not rows:
        inbox.say("Nothing here is unread for the customer." if targets else "There is nothing to mark.")
        return
    inbox.session.marking.check_allowed()
    known = await ask_about_claims(inbox, rows)
    if known is None or not await may_send(inbox, mark_question(describe(inbox, rows))):
        return
    await hold(inbox, [row.key for row in rows], describe(inbox, rows), known=known)
    inbox.select(frozenset())
    if goes_on:
        await look_for_unread(inbox, 1)


async def hold(inbox: InboxScreen, keys: Sequence[Key], label: str, left_alone: int = 0, *, known: str = "") -> None:
    """Put the marks on disk, then show them; `known` is whose claim was shown before."""
    receipt = await inbox.session.marking.hold(keys, label=label, left_alone=left_alone, known=known)
    inbox.acts.note_marks(receipt.id, label)
    words = held_sentence(receipt, inbox.session.undo_ms / 1000, voice(inbox))
    until = min((mark.due_at for mark in receipt.marks if mark.receipt_id == receipt.id), default=None)
    inbox.say(words, about=About.MARKS, until=until if inbox.session.undo_ms else None)


async def may_send(inbox: InboxScreen, question: str) -> bool:
    """In mode `ask` each send is confirmed; the environment is named in words."""
    was_asking = inbox.session.profile.mode is Mode.ASK
    must_ask, profile = await inbox.session.must_ask(), inbox.session.profile
    if profile != inbox.view.profile:
        # The settings were changed meanwhile.
        inbox.drawing.change(profile=profile)
    if not must_ask:
        return True
    where = f"{profile.environment.upper() if profile.is_production else profile.environment} · {profile.shown_name}"
    hint = "The customer's bell shows it as read; it cannot be unread later."
    sheet = ChoiceDialog(
        question,
        [(where, "production" if profile.is_production else "dim")],
        [Choice("y", "y", "yes", "Yes, mark it read", hint), Choice("n", "n", "no", "No, leave it")],
        # A key that is pressed twice by mistake must not write there, nor one where no question was expected.
        default="no" if profile.is_production or not was_asking else "yes",
    )
    return await inbox.app.push_screen_wait(sheet) == "yes"


async def mark_all(inbox: InboxScreen, *, has_loaded: bool = False) -> None:
    """Open the sheet; what it marks is the list as it was when the key was pressed.

    With `has_loaded` it comes back by itself, after the rest was loaded: it shows another number than the agent saw,
    so nothing is chosen beforehand, and nothing typed meanwhile answers it.
    """
    inbox.session.marking.check_allowed()
    snapshot, scope = inbox.snapshot, inbox.scope
    plan = await inbox.session.marking.plan(snapshot, inbox.rows.rowids_in_sight())
    newer = await inbox.session.inbox.open_newer(scope, snapshot)
    since = len({*newer.ids} - inbox.state.older)
    others = await others_on(inbox.session, await inbox.session.marking.keys(plan))
    theirs = f"{claim_sentence(others, voice(inbox).name_title)}." if others else ""
    sheet = _sheet(inbox, plan, since, has_loaded=has_loaded, theirs=theirs)
    answer = await inbox.app.push_screen_wait(sheet)
    if answer == "shown":
        label = all_shown_label(plan)
        keys = await inbox.session.marking.keys(plan)
        await hold(inbox, keys, label, left_alone=since, known=claimants(others.claims.values()))
        inbox.select(frozenset())
    elif answer == "load":
        await inbox.older.load_all()
        await mark_all(inbox, has_loaded=True)
    elif answer == "server":
        await mark_everything(inbox, scope.user_id, since)


async def mark_everything(inbox: InboxScreen, user_id: str, unseen: int) -> None:
    """The API's own mark-all: only online, only one user, asked twice, never queued."""
    profile = inbox.session.profile
    lines = [(server_all_risk(unseen), "warn"), (AT_ONCE, "warn")]
    if profile.is_production:
        lines.insert(0, (f"PRODUCTION · {profile.shown_name}", "production"))
        agreed = await inbox.app.push_screen_wait(TypedDialog(server_all_question(user_id), lines, user_id))
    else:
        choices = [Choice("y", "y", "yes", "Yes, everything of this user"), Choice("n", "n", "no", "No, go back")]
        sheet = ChoiceDialog(server_all_question(user_id), lines, choices, default="no")
        agreed = await inbox.app.push_screen_wait(sheet) == "yes"
    if not agreed:
        return
    await inbox.session.marking.mark_everything_on_server(user_id)
    inbox.session.poller.refresh(user_id)
    inbox.say(server_all_sentence(user_id))


def _sheet(inbox: InboxScreen, plan: MarkAllPlan, since: int, *, has_loaded: bool, theirs: str) -> ChoiceDialog:
    profile, scope = inbox.session.profile, inbox.scope
    count = plan.count
    environment = profile.environment.upper() if profile.is_production else profile.environment
    where = f"{environment} · {profile.shown_name} · mode {profile.mode}"
    lines = [(where, "production" if profile.is_production else "dim")]
    if count:
        lines.append((f"Of {plan_words(plan)}", ""))
    if plan.in_sight < count:
        lines.append((f"{count:,} in this list, {plan.in_sight:,} on screen.", ""))
    if scope.query:
        lines.append((f"Only what matches  {scope.query}", ""))
    if inbox.selected:
        marks = f"{inbox.key('mark.row')} marks those"
        lines.append((f"All that is shown, not only the {len(inbox.selected):,} selected: {marks}.", "accent"))
    if theirs:
        lines.append((theirs, "warn"))
    if plan.pending:
        lines.append((pending_sentence(plan.pending), "dim"))
    if since:
        lines.append((left_alone_sentence(since), "accent"))
    choices = []
    default = None if has_loaded or profile.is_production else "shown"
    if count:
        hint = f"Exactly these, under one receipt; {inbox.key('undo')} takes all of it back."
        what = f"Mark the {plural(count, 'notification')} of this list read"
        choices.append(Choice("y", "⏎" if default else "y", "shown", what, hint))
    is_online = inbox.session.health.state is State.ONLINE
    offer = mark_all_offer(scope, inbox.snapshot, since, inbox.view.total(scope.kind), is_online=is_online)
    if offer.not_loaded:
        lines.append((not_loaded_sentence(*offer.not_loaded), "warn"))
        choices.append(Choice("l", "l", "load", "Load the rest first, then ask again"))
    elif not inbox.view.coverage.is_complete and present.fetched_users(inbox.view):
        words = present.coverage_words(inbox.view, inbox.session.now())
        lines.append((f"Not all of it is loaded: {words}.", "warn"))
    if offer.on_server:
        hint = "The API's own mark-all: seen or not, sent at once, cannot be taken back."
        choices.append(Choice("S", "S", "server", f"Everything of {quoted_id(scope.user_id)} on the server", hint))
    choices.append(Choice("n", "esc", "no", "Leave it"))
    title = f"Mark all read: {plural(count, 'unread notification')}" if count else _nothing_unread(inbox)
    return ChoiceDialog(title, lines, choices, default=default if count else "no", opens_by_itself=has_loaded)


def _nothing_unread(inbox: InboxScreen) -> str:
    if not present.fetched_users(inbox.view):
        return "Nothing has been fetched yet"
    is_whole = inbox.view.coverage.is_complete or inbox.view.is_unknown_user
    return "Nothing in this list is unread" if is_whole else "Nothing that is loaded of this list is unread"


def undo(inbox: InboxScreen) -> Awaitable[None]:
    """Take back the last act as one; what was not sent when the key was pressed is not sent while the key waits."""
    return _undo(inbox, inbox.session.sender.stand_back())


async def _undo(inbox: InboxScreen, go_on: Callable[[], None]) -> None:
    """Take back, and say what."""
    try:
        words = taken_back_sentence(await inbox.acts.take_back())
    finally:
        go_on()
    inbox.say(words)
    await inbox.list.redraw_overview()


async def send_now(inbox: InboxScreen) -> None:
    """Let go of what is held; with refused marks, open the outbox."""
    counts = await inbox.session.marking.counts()
    if counts.failed and not counts.held:
        await inbox.run_verb("outbox")
        return
    under_way = await inbox.session.marking.send_now()
    inbox.post_message(SignInAgain())
    inbox.say(send_sentence(under_way))


async def quit_inbox(inbox: InboxScreen) -> None:
    """Leave; with marks still held, ask what becomes of them."""
    try:
        waiting = await inbox.session.marking.unsent()
    except InboxError:
        inbox.app.exit(0)
        return
    last_words = None
    if waiting and not inbox.workspace.is_demo:
        choices = [
            Choice("s", "s", "send", "Send now, then quit"),
            Choice("k", "k", "keep", "Keep for next time", "They stay in the outbox and are sent when you are back."),
            Choice("d", "d", "drop", "Drop them", drop_risk(waiting)),
        ]
        title = unsent_sentence(waiting)
        default = None if inbox.session.profile.is_production else "send"
        answer = await inbox.app.push_screen_wait(ChoiceDialog(title, [], choices, default=default))
        if answer is None:
            return
        if answer == "drop":
            dropped = await inbox.session.marking.drop([mark.key for mark in waiting])
            last_words = drop_sentence(dropped) if dropped.under_way else None
        elif answer == "send":
            await inbox.session.marking.send_now()
            inbox.say("Sending …")
            await inbox.session.sender.flush()
    await inbox.list.remember()
    inbox.app.exit(0, message=last_words)


VERBS = {
    "mark.row": mark,
    "mark.all": mark_all,
    "undo": undo,
    "send.now": send_now,
    "quit": quit_inbox,
}
