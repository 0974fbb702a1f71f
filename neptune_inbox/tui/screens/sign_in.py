"""First start and `login`: a profile and its token, tried against the API before anything is stored."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from msgspec.structs import replace
from textual import work
from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.suggester import SuggestFromList
from textual.widgets import Input, Static

from neptune_inbox.errors import (
    AccessDenied,
    InboxError,
    KeyringProblem,
    NotFound,
    TokenRefused,
    Unreachable,
    UsageProblem,
)
from neptune_inbox.model import Mode, Profile, looks_like_production
from neptune_inbox.sync.wording import plural
from neptune_inbox.tui.screens.sheet import line
from neptune_inbox.tui.type_ahead import release_keys
from neptune_inbox.tui.widgets.key_line import KeyLine

if TYPE_CHECKING:
    from neptune_inbox.sync.workspace import Checked, Workspace

FIELDS = (
    ("name", "Profile", "a name of your own for this place, such as acme-dev"),
    ("api_base", "API base", "the address of the API"),
    ("edge_base", "Edge base", "the address that takes events; leave it as it is unless you were told another"),
    ("environment", "Environment", "dev, staging, production: Neptune's own word"),
    ("mode", "Mode", "observe, ask or act; empty is act, and ask in production"),
    ("user", "First user", "a customer's user id to watch; more later with @ and w"),
    ("token", "API token", "from the Neptune dashboard, under Team; it is not shown"),
)
KEYS = "⏎ next   ctrl+s sign in   ctrl+l environments   esc back"


class SecretInput(Input):
    """A line that shows no character and gives none away: nothing can be copied or cut out of it."""

    def action_copy(self) -> None:
        self.app.bell()

    def action_cut(self) -> None:
        self.app.bell()


class SignInScreen(Screen["Profile | None"]):
    """Answers with the profile that was signed in to, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", show=False),
        Binding("ctrl+s", "submit", "Sign in", show=False),
        Binding("ctrl+l", "choose_environment", "Environments", show=False),
        Binding("ctrl+o", "use_once", "This session only", show=False),
        # At once, not by way of the field: a token that is typed next must never land in a line that shows it.
        Binding("down,tab", "app.focus_next", show=False, priority=True),
        Binding("up,shift+tab", "app.focus_previous", show=False, priority=True),
        Binding("enter", "next", show=False, priority=True),
    ]

    VERTICAL_BREAKPOINTS = [(0, "-short"), (22, "-tall")]  # noqa: RUF012 - Textual says that it is no class variable

    def __init__(self, workspace: Workspace, profile: Profile, reason: str = "") -> None:
        super().__init__()
        self._workspace = workspace
        self._profile = profile
        self._reason = reason
        self._checked: tuple[Profile, Checked] | None = None

    def compose(self) -> ComposeResult:
        values = {
            "name": self._profile.name,
            "api_base": self._profile.api_base,
            "edge_base": self._profile.edge_base,
            "environment": self._profile.environment,
            # Empty for a new place: what it means then depends on the environment.
            "mode": self._profile.mode.value if self._profile.name else "",
            "user": self._profile.users[0] if self._profile.users else "",
        }
        with VerticalScroll(id="sign-in", can_focus=False):
            yield line("Sign in to Neptune", "sheet-title")
            yield line(
                self._reason or "The token is tried first, then kept in this machine's keyring, and nowhere else.",
                "sheet-line dim",
            )
            for name, label, hint in FIELDS:
                with Horizontal(classes="field"):
                    yield line(label, "field-label")
                    if name == "token":
                        yield SecretInput(id=name, password=True, placeholder=hint)
                    else:
                        yield Input(values[name], id=name, placeholder=hint, suggester=_suggester(name))
            yield line("", "sheet-problem")
            yield KeyLine(KEYS)

    def on_mount(self) -> None:
        first = "token" if self._profile.environment and self._profile.users else "name"
        self.query_one(f"#{first}", Input).focus()

    def action_next(self) -> None:
        """Go to the next line, or sign in from the last one."""
        if self.focused is not None and self.focused.id == "token":
            self.action_submit()
        else:
            self.focus_next()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._checked = None

    def action_back(self) -> None:
        self.dismiss(None)

    def dismiss(self, result: Profile | None = None) -> AwaitComplete:
        """Answer, once: Textual would pop whatever is on top by then."""
        return super().dismiss(result) if self.is_active else AwaitComplete()

    @work(group="sign-in", exclusive=True)
    async def action_choose_environment(self) -> None:
        """Choose one of the environments that the pasted token may use."""
        from neptune_inbox.credentials import parse_pasted_token
        from neptune_inbox.tui.screens.picker import Item, Picker

        self._say("Asking for the environments of this token …", "")
        try:
            token = parse_pasted_token(self._value("token"))
            found = await self._workspace.environments(self._read(), token)
        except InboxError as error:
            self._say(_words(error), "error")
            return
        items = [Item(one.name, one.name, one.label) for one in found]
        answer = await self.app.push_screen_wait(
            Picker("Environments of this token", items, empty="This token lists no environment.")
        )
        release_keys(self.app)
        self._say("", "")
        if answer is not None:
            self.query_one("#environment", Input).value = answer
            if looks_like_production(answer):
                self.query_one("#mode", Input).value = Mode.ASK

    @work(group="sign-in", exclusive=True)
    async def action_submit(self) -> None:
        from neptune_inbox.credentials import parse_pasted_token

        if not self._value("token"):
            self._say("Paste the API token: it is made in the Neptune dashboard under Team.", "warn")
            self.query_one("#token", Input).focus()
            return
        if not self._value("environment"):
            self.action_choose_environment()
            return
        self._say("Trying it …", "")
        try:
            profile = self._read()
            token = parse_pasted_token(self._value("token"))
            checked = await self._workspace.check(profile, token, self._value("user"))
            self._checked = profile, checked
            where = await self._workspace.save(profile, token)
        except KeyringProblem as error:
            self._say(f"The token works, but it is not saved: {error} ctrl+o uses it for this session only.", "warn")
        except InboxError as error:
            self._say(_words(error), "error")
        else:
            unread = "" if checked.unread is None else f" {plural(checked.unread, 'unread notification')}."
            self._say(f"Saved in {where}, and read back.{unread}", "ok")
            self.dismiss(profile)

    @work(group="sign-in", exclusive=True)
    async def action_use_once(self) -> None:
        if self._checked is None:
            self._say("Sign in first: the token has not been tried.", "warn")
            return
        profile, checked = self._checked
        await self._workspace.use_once(profile, checked.token)
        self.dismiss(profile)

    def _read(self) -> Profile:
        environment = self._value("environment")
        mode = self._value("mode").lower() or (Mode.ASK if looks_like_production(environment) else Mode.ACT)
        if mode not in set(Mode):
            raise UsageProblem(f"There is no mode `{mode}`.", f"Choose one of {', '.join(Mode)}.")
        user = self._value("user")
        return replace(
            self._profile,
            name=self._value("name") or environment or "default",
            api_base=self._value("api_base"),
            edge_base=self._value("edge_base"),
            environment=environment,
            mode=Mode(mode),
            users=tuple(dict.fromkeys(filter(None, (user, *self._profile.users)))),
        )

    def _value(self, name: str) -> str:
        return self.query_one(f"#{name}", Input).value.strip()

    def _say(self, text: str, tone: str) -> None:
        place = self.query_one(".sheet-problem", Static)
        place.set_classes(f"sheet-problem {tone}")
        place.update(Content(text))
        self.call_after_refresh(place.scroll_visible, animate=False)


def _words(error: InboxError) -> str:
    """What went wrong and what to do, said to somebody who is signing in already."""
    if isinstance(error, TokenRefused):
        return f"{error.sentence} Make a new token in the Neptune dashboard under Team."
    if isinstance(error, AccessDenied | NotFound):
        return f"{error.sentence} Ask for access, or choose another: ctrl+l lists what this token may use."
    if error.remedy == Unreachable.default_remedy:
        return f"{error.sentence} ctrl+s tries again."
    return str(error)


def _suggester(name: str) -> SuggestFromList | None:
    words = {"environment": ("dev", "staging", "production"), "mode": tuple(Mode)}.get(name)
    return SuggestFromList(words, case_sensitive=False) if words else None
