"""What the inbox leaves behind of its screen, for the first paint of the next start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from neptune_inbox.tui import view as present
from neptune_inbox.tui.format_lines import HintFacts
from neptune_inbox.tui.keys import Where, hints, keys_of
from neptune_inbox.tui.screen_record import ScreenRecord, freeze_rows, freeze_screen

if TYPE_CHECKING:
    from neptune_inbox.tui.screens.inbox_state import InboxState
    from neptune_inbox.tui.widgets.stage import Stage


def freeze(inbox: InboxState, stage: Stage) -> str:
    """What is on this screen, as the text that the cache keeps; `stage` is how it is laid out."""
    view = inbox.view
    return freeze_screen(
        ScreenRecord(
            profile=inbox.session.profile.name,
            theme=inbox.workspace.settings.ui.theme,
            has_users=stage.has_users,
            has_preview=stage.has_preview,
            with_user=inbox.rows.with_user,
            style=inbox.rows.style,
            top=present.top_facts(view),
            bar=present.filter_facts(view),
            status=present.status_facts(view),
            sidebar=present.sidebar_facts(view, inbox.session.now()),
            hints=HintFacts(hints(inbox.actions, Where.LIST)),
            down=keys_of(inbox.actions, "move.down"),
            up=keys_of(inbox.actions, "move.up"),
            rows=freeze_rows(inbox.window.row(index) for index in range(len(inbox.window))),
            empty=present.emptiness(view),
        )
    )
