"""What a write would change, line by line, before it is written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from neptune_inbox.model import Profile
from neptune_inbox.tui.screens.sheet import Sheet, line
from neptune_inbox.tui.widgets.key_line import KeyLine

TONES = {"-": "$error", "+": "$success", " ": "$text-muted", "": "$foreground"}
"""By the sign of a line; a text that is no difference has none."""


class Difference(Sheet[bool]):
    """Shows lines with their signs and asks whether to write; the place is named in words."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y,enter", "agree", show=False),
        Binding("n,q", "back", show=False),
        Binding("j,down", "scroll(1)", show=False),
        Binding("k,up", "scroll(-1)", show=False),
    ]

    def __init__(
        self,
        title: str,
        lines: Sequence[tuple[str, str]],
        profile: Profile,
        *,
        warning: str = "",
        deed: str = "write it",
    ) -> None:
        super().__init__()
        self._title = title
        self._lines = lines
        self._profile = profile
        self._warning = warning
        self._deed = deed

    def compose(self) -> ComposeResult:
        with Vertical(classes="sheet form"):
            yield line(self._title, "sheet-title")
            yield line(
                place_of(self._profile), f"sheet-line place {'production' if self._profile.is_production else 'dim'}"
            )
            with VerticalScroll(classes="form-body"):
                shown = [
                    Content.styled(f"{sign} {text}" if sign else text, TONES[sign]) for sign, text in self._lines
                ]
                yield Static(Content("\n").join(shown))
            with Vertical(classes="sheet-foot"):
                yield line(self._warning, "sheet-problem warn")
                yield KeyLine(f"y {self._deed}   esc back, nothing is written")

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()

    def action_agree(self) -> None:
        self.dismiss(True)

    def action_scroll(self, lines: int) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)


def place_of(profile: Profile) -> str:
    """Where something would be written: the environment in words, production in capitals."""
    environment = profile.environment.upper() if profile.is_production else profile.environment
    return f"{environment} · {profile.name} · {profile.mode}"
