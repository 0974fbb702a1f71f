"""A notification's body: Markdown by rich in the theme's colours, without anything that could be clicked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from neptune_inbox.presentation.theme import Role
from neptune_inbox.tui.themes import rich_style

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult
    from rich.style import Style

_STYLES = {
    "markdown.code": Role.EVENT_UNREAD,
    "markdown.code_block": Role.EVENT_UNREAD,
    "markdown.block_quote": Role.DIM,
    "markdown.list": Role.TEXT,
    "markdown.item.bullet": Role.ACCENT,
    "markdown.item.number": Role.ACCENT,
    "markdown.hr": Role.FAINT,
    "markdown.h1": Role.STRONG,
    "markdown.h1.border": Role.FAINT,
    "markdown.h2": Role.STRONG,
    "markdown.h3": Role.STRONG,
    "markdown.h4": Role.STRONG,
    "markdown.h5": Role.TEXT,
    "markdown.h6": Role.DIM,
    "markdown.link": Role.ACCENT,
    "markdown.link_url": Role.DIM,
    "markdown.table.border": Role.FAINT,
    "markdown.table.header": Role.STRONG,
}


class MarkdownBody:
    """A rich renderable; `rich.markdown` is loaded when the first body is drawn, not before."""

    def __init__(self, markdown: str, theme: str, *, has_colour: bool) -> None:
        self._markdown = markdown
        self._theme = theme
        self._has_colour = has_colour

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        from rich.markdown import Markdown
        from rich.theme import Theme

        # Links are never made clickable: a terminal would open any scheme (hostile.md 0.10).
        body = Markdown(self._markdown, hyperlinks=False, code_theme="ansi_dark", inline_code_theme=None)
        with console.use_theme(Theme(self._styles())):
            yield from list(console.render(body, options))

    def _styles(self) -> dict[str, Style]:
        return {name: rich_style(role, self._theme, has_colour=self._has_colour) for name, role in _STYLES.items()}
