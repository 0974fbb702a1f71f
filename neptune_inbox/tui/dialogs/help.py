"""Every action with its keys, by group; what is chosen here is run."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from neptune_inbox.presentation.keymap import Action, Where, shown_keys
from neptune_inbox.tui.dialogs.base import WAYS_OUT, line
from neptune_inbox.tui.dialogs.filter import FilterDialog
from neptune_inbox.tui.widgets.choice_list import ChoiceList
from neptune_inbox.tui.widgets.key_line import KeyLine
from neptune_inbox.tui.widgets.text_fields import TextField


class HelpDialog(FilterDialog):
    """The action table to read, to search and to run from."""

    where = Where.HELP

    def __init__(self, actions: Sequence[Action], notes: Sequence[str] = ()) -> None:
        super().__init__()
        self._actions = actions
        self._notes = notes

    def compose(self) -> ComposeResult:
        with Vertical(classes="sheet paper"):
            yield line("Help: every key, and enter runs what is highlighted", "sheet-title")
            yield TextField(placeholder="type to find an action", classes="sheet-input")
            yield ChoiceList(classes="sheet-choices")
            for note in self._notes:
                yield line(note, "sheet-line dim")
            yield KeyLine(self.key_line(*WAYS_OUT), classes="where-narrow")

    def on_mount(self) -> None:
        self.narrow("")
        self.query_one(Input).focus()

    def action_page_down(self) -> None:
        self.query_one(OptionList).action_page_down()  # type: ignore[no-untyped-call]

    def action_page_up(self) -> None:
        self.query_one(OptionList).action_page_up()  # type: ignore[no-untyped-call]

    def narrow(self, typed: str) -> None:
        choices = self.query_one(OptionList)
        choices.clear_options()
        group = ""
        for action in self._actions:
            text = f"{action.group} {action.label} {action.help} {action.id} {shown_keys(action)}".lower()
            if not all(word in text for word in typed.lower().split()):
                continue
            if action.group != group:
                group = action.group
                choices.add_option(Option(Content.styled(group, "bold $text-muted"), disabled=True))
            choices.add_option(Option(_prompt(action), id=action.id))
        choices.action_first()


def _prompt(action: Action) -> Content:
    return Content.assemble(
        (f"  {shown_keys(action):<16}", "bold $accent"), f"{action.label:<28}", (action.help, "$text-muted")
    )
