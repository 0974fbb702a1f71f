"""The theme of the configuration is on the screen from the first frame on, also on what Textual draws itself."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from textual.color import Color
from textual.widgets import OptionList

from neptune_inbox.config.settings import Settings, UiSettings
from neptune_inbox.presentation.theme import DARK, LIGHT, TERMINAL
from neptune_inbox.tui.app import NeptuneInbox
from neptune_inbox.tui.themes import textual_theme
from neptune_inbox.wiring import load_demo
from tests.tui.driver import inbox_of
from tests.tui.service import Service

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("theme", [DARK, LIGHT])
async def test_what_textual_draws_wears_the_theme_too(theme: str) -> None:
    workspace = load_demo()
    workspace.settings = replace(workspace.settings, ui=replace(workspace.settings.ui, theme=theme))
    app = NeptuneInbox(workspace, workspace.profile(None), environ={"COLORTERM": "truecolor"})
    async with app.run_test(size=(100, 30)):
        wanted = textual_theme(theme)
        assert app.screen.query_one("#search").styles.background == Color.parse(wanted.surface or "")
        assert app.screen.query_one(".preview-body").background_colors[1] == Color.parse(wanted.background or "")


@pytest.mark.parametrize("key", ["b", "?", ":", "f", "@", "O", "P"])
async def test_in_the_terminals_own_colours_the_highlight_of_a_sheet_is_reversed(key: str) -> None:
    service = Service(settings=Settings(ui=UiSettings(theme=TERMINAL), views={"cards": "card"}))
    service.has(2)
    async with inbox_of(service) as inbox:
        await inbox.press("m", "j")
        await inbox.press(key)

        def reversed_lines() -> int:
            # Looked up anew each time: what opens while the server is asked is replaced when it has answered.
            choices = inbox.app.screen.query_one(OptionList)
            lines = [choices.render_line(y) for y in range(choices.size.height)]
            return sum(any(part.style and part.style.reverse for part in line) for line in lines)

        await inbox.until(lambda: inbox.has_sheet and inbox.app.screen.query(OptionList))
        await inbox.until(lambda: 1 <= reversed_lines() <= 2)
