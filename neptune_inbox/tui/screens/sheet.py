"""The shared shape of everything that opens over the list: a sheet on a dimmed background.

`Sheet` asks a question and answers it with a plain value; `None` always means "back, nothing happened".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from textwrap import wrap
from typing import ClassVar, TypeVar

from msgspec import Struct
from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.events import Click, Key
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from neptune_inbox.tui.type_ahead import hold_keys, release_keys
from neptune_inbox.tui.widgets.key_line import KeyLine

T = TypeVar("T")
WAYS_OUT = "⏎ take it  esc back"
"""What can be clicked where a sheet covers everything, so that nothing beside it can."""
WIDTH = 76
"""Cells of a sheet that asks, where there is room; the same as in sheets.tcss."""
LATE = (Input.Changed, Input.Submitted, OptionList.OptionHighlighted, OptionList.OptionSelected)


def line(text: str, classes: str = "") -> Static:
    """One line or paragraph of a sheet; text is never read as markup."""
    return Static(Content(text), classes=classes, markup=False)


class Sheet(ModalScreen[T | None]):
    """A question over the list; escape answers None."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "back", "Back", show=False)]

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (90, "-wide")]  # noqa: RUF012 - Textual says that it is no class variable
    VERTICAL_BREAKPOINTS = [(0, "-short"), (20, "-tall")]  # noqa: RUF012

    is_open = False
    """It can be answered: it is mounted, and was not answered yet."""

    def on_mount(self) -> None:
        # Runs after the sheet's own `on_mount`, which asked for the focus.
        self.is_open = True
        release_keys(self.app)

    def action_back(self) -> None:
        self.dismiss(None)

    def on_click(self, event: Click) -> None:
        """A click beside the sheet is the way back of whoever has only a mouse."""
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

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return self.is_open and super().check_action(action, parameters)

    def check_message_enabled(self, message: Message) -> bool:
        # What its widgets still tell after the answer came too late: they are on their way out.
        is_late = not self.is_open and isinstance(message, LATE)
        return not is_late and super().check_message_enabled(message)


class Choice(Struct, frozen=True):
    """One possible answer: the key that gives it, the value, and what it means."""

    key: str
    shown_key: str
    value: str
    label: str
    hint: str = ""


class ChoiceSheet(Sheet[str]):
    """A title, a few lines, and choices by key; enter takes `default`, or the first choice."""

    def __init__(
        self, title: str, lines: Sequence[tuple[str, str]], choices: Sequence[Choice], *, default: str = ""
    ) -> None:
        super().__init__()
        self._title = title
        self._lines = lines
        self._choices = tuple(choices)
        self._default = default

    def compose(self) -> ComposeResult:
        with Vertical(classes="sheet"):
            yield line(self._title, "sheet-title")
            for text, tone in self._lines:
                yield line(text, f"sheet-line {tone}")
            yield OptionList(
                *(Option(self._prompt(choice), id=choice.value) for choice in self._choices), classes="sheet-choices"
            )

    def on_mount(self) -> None:
        choices = self.query_one(OptionList)
        if self._default:
            choices.highlighted = choices.get_option_index(self._default)
        choices.focus()

    def on_key(self, event: Key) -> None:
        """A choice's own key answers with it; enter is the list's, and takes the highlighted one."""
        for choice in self._choices:
            if self.is_open and event.key == choice.key != "enter":
                event.stop()
                self.dismiss(choice.value)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(event.option_id)

    def _prompt(self, choice: Choice) -> Content:
        head = Content.assemble((f" {choice.shown_key:<6}", "bold $accent"), choice.label)
        hint = wrap(choice.hint, max(20, min(WIDTH, self.app.size.width) - 14))
        return Content.assemble(head, *((f"\n       {row}", "$text-muted") for row in hint))


class TypedSheet(Sheet[bool]):
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
            yield line(f"Type {self._word} and press enter, or press esc.", "sheet-line dim")
            yield Input(classes="sheet-input")
            yield line("", "sheet-problem")

    def on_mount(self) -> None:
        self.query_one(Input).focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if event.value.strip() == self._word:
            self.dismiss(True)
        else:
            self.query_one(".sheet-problem", Static).update(Content("That is something else; nothing was done."))


class PromptSheet(Sheet[str]):
    """Asks for one line of text; `explain` says below the line what it would mean, or raises what is wrong.

    An empty line means `otherwise`, which stands dim in it.
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

    def compose(self) -> ComposeResult:
        with Vertical(classes="sheet"):
            yield line(self._title, "sheet-title")
            yield Input(self._value, placeholder=self._placeholder, classes="sheet-input")
            yield line(self._meaning(self._value)[0], "sheet-problem")
            if self._suggestions:
                yield line("for example  " + "   ".join(self._suggestions), "sheet-line dim")
            yield KeyLine(WAYS_OUT)

    def on_mount(self) -> None:
        self.query_one(Input).focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.query_one(".sheet-problem", Static).update(Content(self._meaning(event.value)[0]))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        meaning, is_good = self._meaning(event.value)
        if is_good:
            self.dismiss(event.value.strip() or self._otherwise)
        else:
            self.query_one(".sheet-problem", Static).update(Content(meaning))

    def _meaning(self, text: str) -> tuple[str, bool]:
        from neptune_inbox.errors import InboxError

        if not (wanted := text.strip() or self._otherwise):
            return "", True
        try:
            return self._explain(wanted), True
        except InboxError as error:
            return str(error), False
