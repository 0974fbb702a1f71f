"""One notification in full: who and what above, the body as Markdown, the link's host, then evidence and payload."""

from __future__ import annotations

from collections.abc import Callable

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from neptune_inbox.presentation.panes import PreviewFacts, link_line, preview_head
from neptune_inbox.presentation.styled import StyledLine, column, harmless
from neptune_inbox.tui.widgets.body import Body
from neptune_inbox.tui.widgets.lines import SpanLine

HEAD_LINES = 3


class Preview(VerticalScroll, can_focus=True):
    """The notification under the cursor, or nothing."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._facts: PreviewFacts | None = None
        self._head = [SpanLine() for _ in range(HEAD_LINES)]
        self._body = Body()
        self._link = SpanLine()
        self._rest = Static("", markup=False, classes="preview-rest")

    @property
    def is_drawn(self) -> bool:
        """Whether the body is shown as well: a long one follows a moment after the rest."""
        return self._body.is_drawn

    @property
    def facts(self) -> PreviewFacts | None:
        """What it shows; set it with `show`."""
        return self._facts

    def compose(self) -> ComposeResult:
        yield from self._head
        yield self._body
        yield self._link
        yield self._rest

    def on_mount(self) -> None:
        self.app.theme_changed_signal.subscribe(self, lambda _theme: self._body.refresh(layout=True))
        self._draw_all()

    def show(self, facts: PreviewFacts | None) -> None:
        """Tell about this notification; it starts at its top unless it is the same one with other facts."""
        before, self._facts = self._facts, facts
        if facts == before or not self.is_mounted:
            return
        is_same = (
            before is not None and facts is not None and before.body == facts.body and before.title == facts.title
        )
        self._draw_all()
        if not is_same:
            self.scroll_home(animate=False, immediate=True)

    def scroll_lines(self, lines: int) -> None:
        """Scroll by lines, down where positive."""
        self.scroll_to(y=self.scroll_offset.y + lines, animate=False, immediate=True)

    def page(self, direction: int) -> None:
        """Scroll by a page, with one line in common."""
        self.scroll_lines(direction * max(1, self.size.height - 1))

    def _draw_all(self) -> None:
        facts = self._facts
        for number, line in enumerate(self._head):
            line.tell(_head_line(facts, number))
        link = facts is not None and bool(facts.link_host)
        self._link.display = link
        self._link.tell(lambda width: (link_line(facts, width) if facts else None) or StyledLine(()))
        self._body.show(facts.body if facts else "")
        self._rest.update(_rest(facts))


def harmless_block(text: str) -> str:
    """Text of several lines past the last gate, its line breaks kept."""
    return "\n".join(harmless(line) for line in text.split("\n"))


def _head_line(facts: PreviewFacts | None, number: int) -> Callable[[int], StyledLine]:
    return lambda width: preview_head(facts, width)[number] if facts else StyledLine(())


def _rest(facts: PreviewFacts | None) -> Content:
    """Evidence and payload."""
    if facts is None:
        return Content("")
    parts: list[Content | str | tuple[str, str]] = []
    for label, words in facts.evidence:
        parts += [(f"{column(label)}  ", "$text-muted"), f"{column(words)}\n"]
    if facts.payload:
        parts += ["\n" if parts else "", ("payload\n", "$text-muted"), harmless_block(facts.payload)]
    return Content.assemble(*parts)
