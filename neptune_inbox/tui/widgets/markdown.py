"""A notification's body: Markdown by rich in the theme's colours, without anything that could be clicked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from neptune_inbox.tui.theme import Meaning, rich_style

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult
    from rich.style import Style

_STYLES = {
    "markdown.code": Meaning.EVENT_UNREAD,
    "markdown.code_block": Meaning.EVENT_UNREAD,
    "markdown.block_quote": Meaning.DIM,
    "markdown.list": Meaning.TEXT,
    "markdown.item.bullet": Meaning.ACCENT,
    "markdown.item.number": Meaning.ACCENT,
    "markdown.hr": Meaning.FAINT,
    "markdown.h1": Meaning.STRONG,
    "markdown.h1.border": Meaning.FAINT,
    "markdown.h2": Meaning.STRONG,
    "markdown.h3": Meaning.STRONG,
    "markdown.h4": Meaning.STRONG,
    "markdown.h5": Meaning.TEXT,
    "markdown.h6": Meaning.DIM,
    "markdown.link": Meaning.ACCENT,
    "markdown.link_url": Meaning.DIM,
    "markdown.table.border": Meaning.FAINT,
    "markdown.table.header": Meaning.STRONG,
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
        return {
            name: rich_style(meaning, self._theme, has_colour=self._has_colour) for name, meaning in _STYLES.items()
        }
