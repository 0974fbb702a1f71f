"""What a customer's bell went through, to read over the list."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from neptune_inbox.presentation.json import to_json
from neptune_inbox.presentation.timeline import NOTHING_KNOWN, axis_pairs, axis_text, timeline_json
from neptune_inbox.sync.timeline.axis import entries
from neptune_inbox.tui.actions.voice import no_user
from neptune_inbox.tui.dialogs.document import DocumentDialog

if TYPE_CHECKING:
    from neptune_inbox.tui.inbox.screen import InboxScreen

WEEK = 7 * 86_400_000
"""Milliseconds that the sheet looks back."""
MOST_LINES = 500


async def timeline(inbox: InboxScreen) -> None:
    """The last week of the user of the row under the cursor, or of the one on screen; newest first."""
    row = inbox.cursor_row
    user_id = inbox.scope.user_id or (row.user_id if row else "")
    if not user_id:
        inbox.say(no_user(inbox))
        return
    history = await inbox.session.timelines.of(user_id)
    since = history.at - WEEK

    def drawn() -> DocumentDialog:
        found = entries(history, since)
        newest = found[-MOST_LINES:][::-1]
        return DocumentDialog(
            f"Timeline of {user_id}: the last 7 days, newest first",
            axis_pairs(newest) or [("", NOTHING_KNOWN)],
            as_text=axis_text(found),
            as_json=to_json(timeline_json(user_id, since, history.at, found)),
        )

    # Thousands of entries are put into words, which may take longer than a frame.
    await inbox.app.push_screen_wait(await asyncio.to_thread(drawn))


VERBS = {"timeline": timeline}
