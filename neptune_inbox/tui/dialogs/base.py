"""The shared shape of everything that opens over the list: a sheet on a dimmed background.

`Dialog` asks a question and answers it with a plain value; `None` always means "back, nothing happened".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from textwrap import wrap
from typing import TypeVar

from msgspec import Struct
from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.containers import Vertical
from textual.content import Content
from textual.events import Click, Key
from textual.message import Message
from textual.screen import ModalScreen, Screen
from textual.widget import Widget
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from neptune_inbox.errors import InboxError
from neptune_inbox.presentation.keymap import Where, key_line
from neptune_inbox.presentation.remedies import in_the_app
from neptune_inbox.tui.bindings import bind_keys, live_actions, live_key
from neptune_inbox.tui.key_buffer import forget_keys, hold_keys, release_keys
from neptune_inbox.tui.widgets.choice_list import ChoiceList
from neptune_inbox.tui.widgets.key_line import KeyLine
from neptune_inbox.tui.widgets.text_fields import TextField

T = TypeVar("T")
WAYS_OUT = ("dialog.take", "dialog.back")
"""What can be clicked where a dialog covers everything, so there is nothing outside it to click."""
UNWRITTEN = "back, nothing is written"
PERHAPS_WRITTEN = "back"
"""What the way out of a form is called."""
WIDTH = 76
"""Cells of a sheet that asks, where there is room; the same as in sheets.tcss."""
LATE = (Input.Changed, Input.Submitted, OptionList.OptionHighlighted, OptionList.OptionSelected)


def line(text: str, classes: str = "") -> Static:
    """One line or paragraph of a sheet; text is never read as markup."""
    return Static(Content(text), classes=classes, markup=False)


def has_gone(screen: Screen[T]) -> bool:
    """Whether a screen is being taken away, or the app with it: an answer that comes now has nowhere to be shown.

    Its parts go one after the other, so that finding one of them says nothing about the next.
    """
    return not (screen.display and screen.is_attached)


class Dialog(ModalScreen[T | None]):
    """A question over the list; escape answers None."""

    where = Where.QUESTION
    """Under which name the action table has its keys."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (90, "-wide")]  # noqa: RUF012 - Textual says that it is no class variable
    VERTICAL_BREAKPOINTS = [(0, "-short"), (20, "-tall")]  # noqa: RUF012

    is_open = False
    """It can be answered: it is mounted, and was not answered yet."""
    opens_by_itself = False
    """No key asked for it, so that nothing typed before it was seen can be meant for it."""

    def on_mount(self) -> None:
        # Runs after the dialog's own `on_mount`, which asked for the focus.
        bind_keys(self, self.where, live_actions(self.app))
        self.is_open = True
        if self.opens_by_itself:
            forget_keys(self.app)
        release_keys(self.app)

    def key_line(self, *ids: str, **labels: str) -> str:
        """What the last line says of these keys; `labels`, by the last part of an id, replace those of the table."""
        own = {id: labels[name] for id in ids if (name := id.rpartition(".")[2]) in labels}
        return key_line(live_actions(self.app), ids, own)

    def action_back(self) -> None:
        self.dismiss(None)

    def action_close(self) -> None:
        self.action_back()

    def action_down(self) -> None:
        if isinstance(self.focused, OptionList):
            self.focused.action_cursor_down()
        elif self.focused is not None:
            self.focused.scroll_down(animate=False)

    def action_up(self) -> None:
        if isinstance(self.focused, OptionList):
            self.focused.action_cursor_up()
        elif self.focused is not None:
            self.focused.scroll_up(animate=False)

    async def action_take(self) -> None:
        """Answer with what the part that has the focus holds."""
        if isinstance(self.focused, Input):
            await self.focused.action_submit()
        elif isinstance(self.focused, OptionList):
            self.focused.action_select()

    def on_click(self, event: Click) -> None:
        """A click outside the sheet closes it, for anyone with only a mouse."""
        if self.get_widget_at(*event.screen_offset)[0] is self:
            self.action_back()

    def dismiss(self, result: T | None = None) -> AwaitComplete:
        """Answer, once: Textual would pop whatever is on top by then.

        An answer may open the next sheet, to which goes what is typed from now on.
        """
        if not self.is_open:
            return AwaitComplete()
        self.is_open = False
        if result is not None:
            hold_keys(self.app)
        return super().dismiss(result)

    def fit_to(self, body: Widget) -> None:
        """Make the sheet no taller than what is in this part of it needs."""
        spare = body.size.height - max((each.virtual_region_with_margin.bottom for each in body.children), default=0)
        if spare > 0:
            sheet = self.query_one(".sheet")
            sheet.styles.height = sheet.outer_size.height - spare

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return self.is_open and super().check_action(action, parameters)

    def check_message_enabled(self, message: Message) -> bool:
        # What its widgets still report after the answer came too late: they are on their way out.
        is_late = not self.is_open and isinstance(message, LATE)
        return not is_late and super().check_message_enabled(message)


class Choice(Struct, frozen=True):
    """One possible answer: the key that gives it, the value, and what it means."""

    key: str
    shown_key: str
    value: str
    label: str
    hint: str = ""


class ChoiceDialog(Dialog[str]):
    """A title, a few lines, and choices by key; enter takes `default` (empty: the first), or what the arrows went to.

    With None nothing is chosen until the agent does it.
    """

    def __init__(
        self,
        title: str,
        lines: Sequence[tuple[str, str]],
        choices: Sequence[Choice],
        *,
        default: str | None = "",
        opens_by_itself: bool = False,
    ) -> None:
        super().__init__()
        self.opens_by_itself = opens_by_itself
        self._title = title
        self._lines = lines
        self._choices = tuple(choices)
        self._default = default

    def compose(self) -> ComposeResult:
        with Vertical(classes="sheet"):
            yield line(self._title, "sheet-title")
            for text, tone in self._lines:
                yield line(text, f"sheet-line {tone}")
            yield ChoiceList(*(Option(self._prompt(choice)) for choice in self._choices), classes="sheet-choices")
            yield line("", "sheet-problem warn empty")

    def on_mount(self) -> None:
        choices = self.query_one(OptionList)
        if self._default is None:
            choices.highlighted = None
        elif self._default:
            choices.highlighted = [choice.value for choice in self._choices].index(self._default)
        choices.focus()

    def on_key(self, event: Key) -> None:
        """A choice's own key answers with it; enter is the list's, and takes the highlighted one."""
        if event.key == "enter" and self.query_one(OptionList).highlighted is None:
            keys = ", ".join(choice.shown_key for choice in self._choices)
            problem = self.query_one(".sheet-problem", Static)
            problem.update(Content(f"Nothing is chosen yet: press {keys}, or ↓."))
            problem.remove_class("empty")
        for choice in self._choices:
            if self.is_open and event.key == choice.key != "enter":
                event.stop()
                self.dismiss(choice.value)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(self._choices[event.option_index].value)

    def _prompt(self, choice: Choice) -> Content:
        head = Content.assemble((f" {choice.shown_key:<6}", "bold $accent"), choice.label)
        hint = wrap(choice.hint, max(20, min(WIDTH, self.app.size.width) - 14))
        return Content.assemble(head, *((f"\n       {row}", "$text-muted") for row in hint))


class TypedDialog(Dialog[bool]):
    """Asks for a word to be typed exactly before something that cannot be taken back."""

    def __init__(self, title: str, lines: Sequence[tuple[str, str]], word: str) -> None:
        super().__init__()
        self._title = title
        self._lines = lines
        self._word = word

    def compose(self) -> ComposeResult:
        with Vertical(classes="sheet"):
            yield line(self._title, "sheet-title")
            for text, tone in self._lines:
                yield line(text, f"sheet-line {tone}")
            back = live_key(self.app, "dialog.back")
            yield line(f"Type {self._word} and press enter, or press {back}.", "sheet-line dim")
            yield TextField(classes="sheet-input")
            yield line("", "sheet-problem")

    def on_mount(self) -> None:
        self.query_one(Input).focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if event.value.strip() == self._word:
            self.dismiss(True)
        else:
            self.query_one(".sheet-problem", Static).update(Content("That does not match; nothing was done."))


class PromptDialog(Dialog[str]):
    """Asks for one line of text; `explain` says below the line what it would mean, or raises what is wrong.

    An empty line means `otherwise`, which is dim in it.
    """

    def __init__(
        self,
        title: str,
        *,
        value: str = "",
        placeholder: str = "",
        otherwise: str = "",
        explain: Callable[[str], str] = lambda text: "",
        suggestions: Sequence[str] = (),
    ) -> None:
        super().__init__()
        self._title = title
        self._value = value
        self._placeholder = otherwise or placeholder
        self._otherwise = otherwise
        self._explain = explain
        self._suggestions = suggestions
        self.unsent = ""
        """What was typed, where the line was left by the way back."""

    def compose(self) -> ComposeResult:
        with Vertical(classes="sheet"):
            yield line(self._title, "sheet-title")
            yield TextField(self._value, placeholder=self._placeholder, classes="sheet-input")
            yield line(self._role(self._value)[0], "sheet-problem")
            if self._suggestions:
                yield line("for example  " + "   ".join(self._suggestions), "sheet-line dim")
            yield KeyLine(self.key_line(*WAYS_OUT, take="accept"))

    def on_mount(self) -> None:
        self.query_one(Input).focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.query_one(".sheet-problem", Static).update(Content(self._role(event.value)[0]))

    def action_back(self) -> None:
        self.unsent = self.query_one(Input).value.strip()
        super().action_back()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        role, is_good = self._role(event.value)
        if is_good:
            self.dismiss(event.value.strip() or self._otherwise)
        else:
            self.query_one(".sheet-problem", Static).update(Content(role))

    def _role(self, text: str) -> tuple[str, bool]:
        if not (wanted := text.strip() or self._otherwise):
            return "", True
        try:
            return self._explain(wanted), True
        except InboxError as error:
            return in_the_app(error, live_actions(self.app)), False
