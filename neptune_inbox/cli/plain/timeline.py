"""What a customer's bell went through, or held at a moment, in `--plain`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from neptune_inbox.cli.plain.speech import spoken_ids
from neptune_inbox.presentation.sentences import plural
from neptune_inbox.presentation.timeline import NOTHING_KNOWN, WORDS, axis_lines, bell_sentences, why
from neptune_inbox.sync.inbox.times import parse_past
from neptune_inbox.sync.timeline.axis import entries
from neptune_inbox.sync.timeline.history import as_of, check_passed

if TYPE_CHECKING:
    from neptune_inbox.cli.plain.inbox import PlainInbox, PlainVerb
    from neptune_inbox.sync.timeline.history import BellRow

WEEK = 7 * 86_400_000
"""Milliseconds that the timeline looks back."""
MOST_LINES = 100


async def timeline(inbox: PlainInbox, text: str) -> None:
    """The last week of the user on screen, newest first; with a time, what their bell held then."""
    history = await inbox.session.timelines.of(await inbox.user())
    if text:
        at = parse_past(text, inbox.now)
        check_passed(at, inbox.now)
        bell = as_of(history, at)
        inbox.console.say_all([*bell_sentences(bell), *map(_row_words, bell.rows[:MOST_LINES])])
        _say_rest(inbox, len(bell.rows))
        return
    found = entries(history, history.at - WEEK)
    lines = []
    for line in axis_lines(found[::-1][:MOST_LINES]):
        if line.day:
            lines.append(f"{line.day}:")
        lines.append(f"{line.clock}, {line.kind}: {spoken_ids(line.text)}")
    inbox.console.say_all(lines or [NOTHING_KNOWN])
    _say_rest(inbox, len(found))


def _say_rest(inbox: PlainInbox, count: int) -> None:
    if count > MOST_LINES:
        inbox.console.say(f"{plural(count - MOST_LINES, 'older one', 'older ones')} left out.")


def _row_words(each: BellRow) -> str:
    reason = why(each)
    about = spoken_ids(": ".join(filter(None, (each.row.event_type, each.row.title))))
    return f"{WORDS[each.state]}{f', {reason}' if reason else ''}, {about}"


VERBS: dict[str, PlainVerb] = {"timeline": timeline}
