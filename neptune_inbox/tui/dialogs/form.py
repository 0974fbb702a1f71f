"""A form of a few fields: each is checked as it is typed, and what the server said is shown next to its field."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.suggester import SuggestFromList
from textual.widgets import Input, Static, TextArea

from neptune_inbox.errors import InboxError
from neptune_inbox.presentation.keymap import Where
from neptune_inbox.tui.dialogs.base import PERHAPS_WRITTEN, UNWRITTEN, Dialog, line
from neptune_inbox.tui.widgets.key_line import KeyLine
from neptune_inbox.tui.widgets.text_fields import TextBox, TextField


class Field(Struct, frozen=True):
    """One field: `check` raises what is wrong; `warn`, given the text of every field, only says what looks odd."""

    name: str
    label: str
    value: str = ""
    hint: str = ""
    is_block: bool = False
    """Several lines, for JSON."""
    suggestions: Sequence[str] = ()
    check: Callable[[str], object] = str
    warn: Callable[[Mapping[str, str]], str] = lambda values: ""


class FormDialog(Dialog[dict[str, str]]):
    """Answers with the text of each field by name, once every check passes.

    `errors` are the server's words by the name of the field that they are about, or of a part of it (`meta.name`).
    `typed` is what was typed before, in place of the fields' own values; `draft` says so. `is_unsure`: it may have
    been written already.
    """

    where = Where.FORM

    VERTICAL_BREAKPOINTS = [(0, "-short"), (20, "-low"), (30, "-tall")]  # noqa: RUF012 - as Textual has it

    def __init__(
        self,
        title: str,
        fields: Sequence[Field],
        *,
        errors: Mapping[str, Sequence[str]] | None = None,
        problem: str = "",
        typed: Mapping[str, str] | None = None,
        draft: str = "",
        is_unsure: bool = False,
    ) -> None:
        super().__init__()
        self._title = title
        self._fields = {field.name: field for field in fields}
        self._shown = {name: (typed or {}).get(name, field.value) for name, field in self._fields.items()}
        self._draft = draft
        self._way_back = PERHAPS_WRITTEN if is_unsure else UNWRITTEN
        self.unsent: dict[str, str] = {}
        """What was typed, where the form was left by the way back; empty where nothing was."""
        self._errors = _by_field(errors or {}, self._fields)
        self._problem = problem

    def compose(self) -> ComposeResult:
        with Vertical(classes="sheet form"):
            yield line(self._title, "sheet-title")
            with VerticalScroll(can_focus=False, classes="form-body"):
                for field in self._fields.values():
                    with Horizontal(classes="field block" if field.is_block else "field"):
                        yield line(field.label, "field-label")
                        yield _editor(field, self._shown[field.name])
                    yield Static(id=f"remark-{field.name}", classes="field-remark")
            with Vertical(classes="form-foot"):
                if self._draft:
                    yield line(self._draft, "sheet-line dim form-draft")
                yield line(self._told_below(), "sheet-problem error")
                yield KeyLine(self._keys(), id="form-keys")

    def on_mount(self) -> None:
        self._remark_all()
        wrong = next(iter(self._errors), "")
        first = wrong if wrong in self._fields else next(iter(self._fields), "")
        if first:
            self.query_one(f"#field-{first}").focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._look_at((event.input.id or "").removeprefix("field-"), event.value)

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        event.stop()
        self._look_at((event.text_area.id or "").removeprefix("field-"), event.text_area.text)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        can_run = {"next": isinstance(self.focused, Input), "drop": bool(self._draft)}.get(action, True)
        return can_run and super().check_action(action, parameters)

    def action_next(self) -> None:
        """Go to the next field, or on from the last one."""
        names = list(self._fields)
        if self.focused is not None and self.focused.id == f"field-{names[-1]}":
            self.action_submit()
        else:
            self.focus_next()

    def action_next_field(self) -> None:
        self.focus_next()

    def action_previous_field(self) -> None:
        self.focus_previous()

    def action_back(self) -> None:
        values = {name: self._text(name) for name in self._fields}
        if any(
            value.strip() != field.value.strip()
            for value, field in zip(values.values(), self._fields.values(), strict=True)
        ):
            self.unsent = values
        super().action_back()

    def action_drop(self) -> None:
        """Put every field back to what it holds without the draft."""
        for name, field in self._fields.items():
            editor = self.query_one(f"#field-{name}")
            if isinstance(editor, TextArea):
                editor.text = field.value
            elif isinstance(editor, Input):
                editor.value = field.value
        self._draft = ""
        self.query_one(".form-draft", Static).display = False
        self.query_one("#form-keys", KeyLine).tell(self._keys())
        self.refresh_bindings()

    def action_submit(self) -> None:
        values = {name: self._text(name) for name in self._fields}
        for name, value in values.items():
            try:
                self._fields[name].check(value)
            except InboxError as error:
                self._say(name, Content.styled(error.sentence, "$error"))
                self.query_one(f"#field-{name}").focus()
                return
        self.dismiss(values)

    def _keys(self) -> str:
        drop = ("form.drop",) if self._draft else ()
        return self.key_line("form.next", "form.submit", *drop, "dialog.back", back=self._way_back)

    def _told_below(self) -> str:
        """What is wrong; short where all of it is shown next to the fields."""
        has_place = bool(self._errors) and self._errors.keys() <= self._fields.keys()
        return "This was refused; see the messages next to the fields." if has_place else self._problem

    def _look_at(self, name: str, value: str) -> None:
        if name in self._fields and value != self._shown[name]:
            self._errors.pop(name, None)
        self._remark_all()

    def _remark_all(self) -> None:
        """The warnings of every field, as one may look odd next to the value of another."""
        values = {name: self._text(name) for name in self._fields}
        for field in self._fields.values():
            self._say(field.name, self._remark(field, values))

    def _remark(self, field: Field, values: Mapping[str, str]) -> Content:
        value = values[field.name]
        if said := self._errors.get(field.name):
            return Content.styled(" ".join(said), "$error")
        try:
            field.check(value)
        except InboxError as error:
            return Content.styled(error.sentence if value else "", "$warning")
        return Content.styled(field.warn(values) if value else "", "$warning")

    def _say(self, name: str, words: Content) -> None:
        remark = self.query_one(f"#remark-{name}", Static)
        remark.update(words)
        remark.set_class(not words.plain, "empty")

    def _text(self, name: str) -> str:
        editor = self.query_one(f"#field-{name}")
        return (
            editor.text if isinstance(editor, TextArea) else editor.value.strip() if isinstance(editor, Input) else ""
        )


def _by_field(errors: Mapping[str, Sequence[str]], fields: Mapping[str, Field]) -> dict[str, list[str]]:
    """The words about each field; those about a part of it (`contact_infos.0.value`) name the part."""
    told: dict[str, list[str]] = {}
    for name, words in errors.items():
        head, _, part = name.partition(".")
        if name in fields or head not in fields:
            told.setdefault(name, []).extend(words)
        else:
            told.setdefault(head, []).extend(f"{part}: {word}" for word in words)
    return told


def _editor(field: Field, value: str) -> Input | TextArea:
    id = f"field-{field.name}"
    if field.is_block:
        return TextBox(value, id=id, tab_behavior="focus", soft_wrap=True)
    suggester = SuggestFromList(field.suggestions, case_sensitive=False) if field.suggestions else None
    return TextField(value, placeholder=field.hint, id=id, suggester=suggester)
