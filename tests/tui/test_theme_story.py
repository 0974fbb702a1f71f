"""The theme of the configuration is on the screen from the first frame on, also on what Textual draws itself."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from textual.color import Color

from neptune_inbox.presentation.theme import DARK, LIGHT
from neptune_inbox.tui.app import NeptuneInbox
from neptune_inbox.tui.themes import textual_theme
from neptune_inbox.wiring import load_demo


@pytest.mark.parametrize("theme", [DARK, LIGHT])
async def test_what_textual_draws_wears_the_theme_too(theme: str) -> None:
    workspace = load_demo()
    workspace.settings = replace(workspace.settings, ui=replace(workspace.settings.ui, theme=theme))
    app = NeptuneInbox(workspace, workspace.profile(None), environ={"COLORTERM": "truecolor"})
    async with app.run_test(size=(100, 30)):
        wanted = textual_theme(theme)
        assert app.screen.query_one("#search").styles.background == Color.parse(wanted.surface or "")
        assert app.screen.query_one(".preview-body").background_colors[1] == Color.parse(wanted.background or "")
