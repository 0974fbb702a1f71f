"""The line in which a query is typed; a word that cannot be understood is underlined."""

from __future__ import annotations

import re

from rich.highlighter import Highlighter
from rich.style import Style
from rich.text import Text

from neptune_inbox.errors import BadQuery
from neptune_inbox.model import Instant
from neptune_inbox.presentation.keymap import Where
from neptune_inbox.presentation.theme import Role, Surface
from neptune_inbox.sync.inbox.query import parse_query
from neptune_inbox.tui.bindings import bind_keys, live_actions
from neptune_inbox.tui.themes import rich_style
from neptune_inbox.tui.widgets.text_fields import TextField

_WORD = re.compile(r'[^\s"]*("[^"]*"?)?')
_UNDERLINED = Style(underline=True)


class SearchLine(TextField):
    """A query."""

    def __init__(self, *, id: str) -> None:
        super().__init__(
            id=id,
            placeholder="words  is:unread  event:otp_*  user:42  since:2d  has:link  -not",
            highlighter=_Underline(self),
        )
        self.wrong: tuple[int, int] | None = None
        """The start and end of what cannot be understood."""

    def on_mount(self) -> None:
        bind_keys(self, Where.SEARCH, live_actions(self.app))

    async def action_close(self) -> None:
        """Leave the line, whatever key the user gave to going back in the list."""
        await self.run_action("screen.run('back')")

    async def action_take(self) -> None:
        """Take what is offered above the line."""
        await self.run_action("screen.take_suggestion")

    async def action_farther(self) -> None:
        await self.run_action("screen.suggestion(1)")

    async def action_nearer(self) -> None:
        await self.run_action("screen.suggestion(-1)")

    def check(self, now: Instant) -> BadQuery | None:
        """Underline what cannot be understood, and say why; None where all of it can be."""
        try:
            parse_query(self.value, now)
        except BadQuery as problem:
            word = _WORD.match(self.value, problem.position)
            self.wrong = (problem.position, word.end() if word else len(self.value))
            return problem
        self.wrong = None
        return None


class _Underline(Highlighter):
    def __init__(self, line: SearchLine) -> None:
        self._line = line

    def highlight(self, text: Text) -> None:
        if self._line.wrong is not None:
            app = self._line.app
            style = rich_style(Role.ERROR, app.theme, Surface.PAGE, has_colour=not app.no_color)
            text.stylize(Style(color=style.color, bold=True) + _UNDERLINED, *self._line.wrong)
