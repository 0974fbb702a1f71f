"""The verbs that are about rows and are declared whole, in `--plain`: read the numbers, act, and say the outcome."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from neptune_inbox.cli.plain.claims import ask_about_claims
from neptune_inbox.cli.plain.text import first_numbers, not_lines, plain_voice, split_numbers
from neptune_inbox.presentation.action import Action, Asked, PlainWord, Question
from neptune_inbox.sync.verbs import Request

if TYPE_CHECKING:
    from collections.abc import Sequence

    from neptune_inbox.cli.plain.inbox import PlainInbox, PlainVerb
    from neptune_inbox.model import Row


def make_verb(action: Action, word: PlainWord) -> PlainVerb:
    """What one word of a declared verb does."""
    question = None if word.is_off else action.asks

    async def run(inbox: PlainInbox, text: str) -> None:
        # What follows the numbers of a note may begin with a number of its own.
        split = first_numbers if question and question.kind is Asked.TEXT else split_numbers
        numbers, rest = split(text)
        if rest and question is None:
            raise not_lines(word.words[0], rest)
        rows = await inbox.targets(numbers)
        if not rows:
            return
        if question and not rest:
            rest = await _ask(inbox, question, rows)
            if not rest:
                inbox.console.say(question.unchanged)
                return
        known = await ask_about_claims(inbox, [row.key for row in rows]) if action.id == "mine.done" else ""
        if known is None:
            return
        voice = plain_voice(numbers or str(inbox.current))
        before = {row.key: row.triage for row in rows}
        outcome = await action.find_use_case()(inbox.session, rows, Request(rest, word.is_off, known))
        await inbox.acts.note_outcome(outcome, before, partial(action.find_taken_back(), outcome, voice))
        inbox.console.say(action.find_sentence()(outcome, voice))

    return run


async def _ask(inbox: PlainInbox, question: Question, rows: Sequence[Row]) -> str:
    if question.kind is Asked.TEXT and (kept := [row.triage.note for row in rows if row.triage.note]):
        inbox.console.say(f"Noted: {'; '.join(dict.fromkeys(kept))}")
    return await inbox.console.ask(question.question) or ""
