"""The verbs that are about rows and are declared whole: collect the rows and an answer, act, and say the outcome."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from neptune_inbox.errors import UsageProblem
from neptune_inbox.model import Instant, Key, Row
from neptune_inbox.presentation.action import Action, Asked, Question
from neptune_inbox.presentation.times import return_time
from neptune_inbox.sync.inbox.times import from_instant, parse_future
from neptune_inbox.sync.verbs import PRIVATE, Request
from neptune_inbox.tui.actions.claims import ask_about_claims, claim_customer
from neptune_inbox.tui.actions.drafts import Draft, draft_words
from neptune_inbox.tui.actions.voice import describe, voice
from neptune_inbox.tui.dialogs.base import Choice, ChoiceDialog, PromptDialog

if TYPE_CHECKING:
    from neptune_inbox.tui.inbox.screen import InboxScreen
    from neptune_inbox.tui.inbox.target import ActionTarget

TEAM_NOTE = "Note on {rows}  (the team reads it; a leading ! keeps it private)"
NOTE = "note"
"""The one field of the draft of a note."""
CUSTOM = "custom"
"""Chosen in place of one of the usual answers."""


def make_verb(action: Action) -> Callable[[InboxScreen], Awaitable[None]]:
    """What the key of a declared verb does; what it acts on is decided when the key is pressed."""

    def press(inbox: InboxScreen) -> Awaitable[None]:
        if action.id == "team.claim" and inbox.sidebar.has_focus:
            return claim_customer(inbox, inbox.sidebar.highlighted_user)
        aim = inbox.list.target(action.id)
        if action.moves_on and aim.selected == frozenset() and aim.fold is None:
            inbox.rows.move(1)
        return _run(inbox, action, aim)

    return press


async def _run(inbox: InboxScreen, action: Action, aim: ActionTarget) -> None:
    rows = await inbox.targets(aim)
    if not rows:
        return
    known = await ask_about_claims(inbox, rows) if action.id == "mine.done" else ""
    text = await _answer(inbox, action.asks, rows) if action.asks else ""
    if text is None or known is None:
        return
    before = {row.key: row.triage for row in rows}
    outcome = await action.find_use_case()(inbox.session, rows, Request(text, known=known))
    await inbox.acts.note_outcome(outcome, before, partial(action.find_taken_back(), outcome, voice(inbox)))
    if action.ends_selection:
        inbox.select(frozenset())
    inbox.say(action.find_sentence()(outcome, voice(inbox)))


async def _answer(inbox: InboxScreen, question: Question, rows: Sequence[Row]) -> str | None:
    """What was typed; None where nothing is to be done."""
    title = question.title.format(rows=describe(inbox, rows))
    if question.kind is Asked.TEXT:
        notes = {row.triage.note for row in rows}
        note = notes.pop() if len(notes) == 1 else ""
        if inbox.session.team is not None:
            title, note = TEAM_NOTE.format(rows=describe(inbox, rows)), f"{PRIVATE} {note}" if note else ""
        return await _note(inbox, title, note, [row.key for row in rows])
    now = inbox.session.now
    if question.presets:
        choices = _preset_choices(question, now())
        answer = await inbox.app.push_screen_wait(ChoiceDialog(title, [], choices))
        if answer != CUSTOM:
            return answer or None

    def explain(text: str) -> str:
        return f"comes back {return_time(parse_future(text, now()), now(), '%A %d %B')}"

    sheet = PromptDialog(title, otherwise=question.placeholder, explain=explain, suggestions=question.suggestions)
    return await inbox.app.push_screen_wait(sheet) or None


async def _note(inbox: InboxScreen, title: str, note: str, keys: Sequence[Key]) -> str | None:
    """What the note shall say; what is left in the line by the way back is there the next time."""
    draft = Draft(inbox, f"note {' '.join(f'{key.user_id}/{key.id}' for key in keys)}")
    kept = await draft.find()
    text = note if kept is None else kept.values.get(NOTE, note)
    said = "" if kept is None else draft_words(kept)
    sheet = PromptDialog(title, value=text, explain=lambda typed: said if typed == text.strip() else "")
    answer = await inbox.app.push_screen_wait(sheet)
    is_left = answer is None and sheet.unsent not in ("", note)
    if is_left or kept is not None:
        await draft.leave({NOTE: sheet.unsent} if is_left else {})
    return answer


def _preset_choices(question: Question, now: Instant) -> list[Choice]:
    """The usual times that are still to come, each with the local time that it means, and the way to any other.

    The answer is the time that was shown, whatever the clock has passed meanwhile.
    """
    choices = []
    for preset in question.presets:
        with suppress(UsageProblem):
            until = parse_future(preset.text, now)
            label = f"{preset.label:<14}{return_time(until, now, '%A %d %B')}"
            choices.append(Choice(preset.key, preset.key, from_instant(until).isoformat(timespec="minutes"), label))
    choices.append(Choice("c", "c", CUSTOM, "custom", "any other time, in words"))
    choices.append(Choice("escape", "esc", "", "not now"))
    return choices
