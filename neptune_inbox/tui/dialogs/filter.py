"""A line to type in over a list that narrows: what the pickers and the help have in common."""

from __future__ import annotations

from textual.widgets import Input, OptionList

from neptune_inbox.tui.dialogs.base import Dialog


class FilterDialog(Dialog[str]):
    """Its answer is the id of the chosen line; `narrow` draws what fits what is typed."""

    def narrow(self, typed: str) -> None:
        """Show the choices that fit."""
        raise NotImplementedError

    def action_next(self) -> None:
        self.query_one(OptionList).action_cursor_down()

    def action_previous(self) -> None:
        self.query_one(OptionList).action_cursor_up()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.narrow(event.value.strip())

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        choices = self.query_one(OptionList)
        if choices.highlighted is not None:
            self.dismiss(choices.get_option_at_index(choices.highlighted).id)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(event.option_id)
