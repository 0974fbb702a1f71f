"""Figures about what is on screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from neptune_inbox.tui.dialogs.insight import InsightDialog

if TYPE_CHECKING:
    from neptune_inbox.tui.inbox.screen import InboxScreen

FIRST_DAYS = 30


async def insight(inbox: InboxScreen) -> None:
    """How soon the notifications of the users on screen are read."""
    users = inbox.view.users
    whose = inbox.scope.user_id or "everyone watched"
    days: int | None = FIRST_DAYS
    while days is not None:
        found = await inbox.session.insights.over(users, days)
        days = await inbox.app.push_screen_wait(InsightDialog(found, whose))


VERBS = {"insight": insight}
