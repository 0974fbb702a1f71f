"""What a write would change, line by line, before it is written."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.events import Key
from textual.widgets import Static

from neptune_inbox.model import Profile
from neptune_inbox.presentation.keymap import Where
from neptune_inbox.tui.bindings import live_key
from neptune_inbox.tui.dialogs.base import UNWRITTEN, Dialog, line
from neptune_inbox.tui.widgets.key_line import KeyLine

TONES = {"-": "$error", "+": "$success", " ": "$text-muted", "": "$foreground"}
"""By the sign of a line; a text that is not a difference has none."""


class DiffDialog(Dialog[bool]):
    """Shows lines with their signs and asks whether to write; the place is named in words."""

    where = Where.DIFF

    def __init__(
        self,
        title: str,
        lines: Sequence[tuple[str, str]],
        profile: Profile,
        *,
        warning: str = "",
        confirm_label: str = "write it",
    ) -> None:
        super().__init__()
        self._title = title
        self._lines = lines
        self._profile = profile
        self._warning = warning
        self._deed = confirm_label

    def compose(self) -> ComposeResult:
        with Vertical(classes="sheet form"):
            yield line(self._title, "sheet-title")
            yield line(
                profile_label(self._profile),
                f"sheet-line profile {'production' if self._profile.is_production else 'dim'}",
            )
            with VerticalScroll(classes="form-body"):
                shown = [
                    Content.styled(f"{sign} {text}" if sign else text, TONES[sign]) for sign, text in self._lines
                ]
                yield Static(Content("\n").join(shown))
            with Vertical(classes="sheet-foot"):
                yield line(self._warning, "sheet-problem warn")
                keys = self.key_line("diff.agree", "dialog.back", agree=self._deed, back=UNWRITTEN)
                yield KeyLine(keys)

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()

    def action_agree(self) -> None:
        self.dismiss(True)

    def on_key(self, event: Key) -> None:
        """Say which key writes: enter, pressed once too often in the form before, must not."""
        if event.key == "enter":
            agree = live_key(self.app, "diff.agree")
            self.query_one(".sheet-problem", Static).update(
                Content(f"Press {agree} to {self._deed}; enter writes nothing.")
            )


def profile_label(profile: Profile) -> str:
    """Where something would be written: the environment in words, production in capitals."""
    environment = profile.environment.upper() if profile.is_production else profile.environment
    return f"{environment} · {profile.shown_name} · {profile.mode}"
