"""What a customer's bell went through, to read over the list."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from neptune_inbox.presentation.json import to_json
from neptune_inbox.presentation.timeline import (
    NOTHING_KNOWN,
    axis_lines,
    axis_text,
    bell_json,
    bell_pairs,
    bell_sentences,
    bell_text,
    left_out,
    timeline_json,
)
from neptune_inbox.sync.timeline.axis import entries
from neptune_inbox.sync.timeline.history import History, as_of
from neptune_inbox.text_ids import quoted_id
from neptune_inbox.tui.actions.voice import no_user
from neptune_inbox.tui.dialogs.document import DocumentDialog
from neptune_inbox.tui.dialogs.timeline import TimelineDialog

if TYPE_CHECKING:
    from neptune_inbox.model import Instant
    from neptune_inbox.tui.inbox.screen import InboxScreen

WEEK = 7 * 86_400_000
"""Milliseconds that the sheet looks back."""
MOST_LINES = 500


async def timeline(inbox: InboxScreen) -> None:
    """The last week of the user of the row under the cursor, or of the one on screen, and their bell at a moment."""
    row = inbox.cursor_row
    user_id = inbox.scope.user_id or (row.user_id if row else "")
    if not user_id:
        inbox.say(no_user(inbox))
        return
    history = await inbox.session.timelines.of(user_id)
    # Thousands of entries are put into words, which may take longer than a frame.
    drawn = await asyncio.to_thread(_drawn, history)
    at = await inbox.app.push_screen_wait(drawn(None))
    while at is not None:
        await inbox.app.push_screen_wait(_bell(history, at))
        at = await inbox.app.push_screen_wait(drawn(at))


def _drawn(history: History) -> Callable[[Instant | None], TimelineDialog]:
    """Makes the sheet with the cursor on a moment."""
    since = history.at - WEEK
    found = entries(history, since)
    newest = found[-MOST_LINES:][::-1]
    return partial(
        TimelineDialog,
        f"Timeline of {quoted_id(history.user_id)}: the last 7 days, newest first",
        history,
        axis_lines(newest),
        [entry.moment(history.at) for entry in newest],
        as_text=axis_text(found),
        as_json=to_json(timeline_json(history.user_id, since, history.at, found)),
    )


def _bell(history: History, at: Instant) -> DocumentDialog:
    bell = as_of(history, at)
    first, *more = bell_sentences(bell)
    pairs = bell_pairs(bell)[:MOST_LINES]
    return DocumentDialog(
        first,
        pairs or [("", NOTHING_KNOWN)],
        block=" ".join(filter(None, [*more, left_out(len(bell.rows) - len(pairs))])),
        as_text=bell_text(bell),
        as_json=to_json(bell_json(bell, None)),
    )


VERBS = {"timeline": timeline}
