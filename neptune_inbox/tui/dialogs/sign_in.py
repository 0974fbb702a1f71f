"""First start and `login`: a profile and its token, tried against the API before anything is stored."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec.structs import replace
from textual import work
from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.suggester import SuggestFromList
from textual.widgets import Input, Static

from neptune_inbox.config import edge_base_for
from neptune_inbox.doors import read_id, read_name
from neptune_inbox.errors import (
    AccessDenied,
    InboxError,
    KeyringProblem,
    NotFound,
    TokenRefused,
    refuse_token,
)
from neptune_inbox.model import Mode, Profile, Token, looks_like_production, read_mode
from neptune_inbox.presentation.keymap import Where, key_line
from neptune_inbox.presentation.remedies import in_a_dialog
from neptune_inbox.presentation.sentences import plural
from neptune_inbox.sync.hosts import hosts_of, lookalike_words
from neptune_inbox.tui.bindings import bind_keys, live_actions, live_key
from neptune_inbox.tui.dialogs.base import has_gone, line
from neptune_inbox.tui.key_buffer import release_keys
from neptune_inbox.tui.widgets.key_line import KeyLine
from neptune_inbox.tui.widgets.text_fields import TextField

if TYPE_CHECKING:
    from neptune_inbox.sync.workspace import VerifiedToken, Workspace

FIELDS = (
    ("name", "Profile", "a name you choose for this login, such as acme-dev"),
    ("api_base", "API base", "the address of the API"),
    (
        "edge_base",
        "Edge base",
        "the address that events are sent to; leave it as it is unless you were given another",
    ),
    ("environment", "Environment", "dev, staging, production: as Neptune calls it"),
    ("mode", "Mode", "observe, ask or act; empty is act, and ask in production"),
    ("user", "First user", "a customer's user id to watch; more later with {user.go} and {user.watch}"),
    ("token", "API token", "from the Neptune dashboard, under Team; it is not shown"),
)
KEYS = ("form.next", "sign_in.submit", "sign_in.choose_environment", "dialog.back")


class SecretInput(Input):
    """A line that shows no character and gives none away: nothing can be copied or cut out of it."""

    def action_copy(self) -> None:
        self.app.bell()

    def action_cut(self) -> None:
        self.app.bell()


class SignInScreen(Screen["Profile | None"]):
    """Answers with the profile that was signed in to, or None."""

    VERTICAL_BREAKPOINTS = [(0, "-short"), (22, "-tall")]  # noqa: RUF012 - Textual says that it is no class variable

    def __init__(self, workspace: Workspace, profile: Profile, reason: str = "") -> None:
        super().__init__()
        self._workspace = workspace
        self._profile = profile
        self._reason = reason
        self._checked: tuple[Profile, VerifiedToken] | None = None
        self._edge_base = profile.edge_base
        """What the line of the edge holds as long as nobody typed into it."""
        self._agreed_to = ""
        """The base of an odd host that was warned about; the same again is an agreement."""

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
            for name, label, words in FIELDS:
                hint = self._with_keys(words)
                with Horizontal(classes="field"):
                    yield line(label, "field-label")
                    if name == "token":
                        yield SecretInput(id=name, password=True, placeholder=hint)
                    else:
                        yield TextField(values[name], id=name, placeholder=hint, suggester=_suggester(name))
            yield line("", "sheet-problem")
            yield KeyLine(key_line(live_actions(self.app), KEYS))

    def on_mount(self) -> None:
        bind_keys(self, Where.SIGN_IN, live_actions(self.app))
        first = "token" if self._profile.environment and self._profile.users else "name"
        self.query_one(f"#{first}", Input).focus()

    def action_next(self) -> None:
        """Go to the next line, or sign in from the last one."""
        if self.focused is not None and self.focused.id == "token":
            self.action_submit()
        else:
            self.focus_next()

    def action_next_field(self) -> None:
        self.focus_next()

    def action_previous_field(self) -> None:
        self.focus_previous()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._checked = None
        if event.input.id == "token":
            self._agreed_to = ""
        if event.input.id == "api_base" and event.value.strip() != self._profile.api_base:
            self._follow(edge_base_for(event.value.strip()))
        elif event.input.id == "api_base":
            self._follow(self._profile.edge_base)

    def _follow(self, edge_base: str) -> None:
        """Let the edge base follow the API base, unless another was typed."""
        edge = self.query_one("#edge_base", Input)
        if edge.value == self._edge_base:
            self._edge_base = edge.value = edge_base

    def action_back(self) -> None:
        self.dismiss(None)

    def dismiss(self, result: Profile | None = None) -> AwaitComplete:
        """Answer, once: Textual would pop whatever is on top by then."""
        return super().dismiss(result) if self.is_active else AwaitComplete()

    @work(group="sign-in", exclusive=True)
    async def action_choose_environment(self) -> None:
        """Choose one of the environments that the pasted token may use."""
        from neptune_inbox.credentials import parse_pasted_token
        from neptune_inbox.tui.dialogs.picker import Item, Picker

        self._say("Asking for the environments of this token …", "")
        try:
            token, profile = parse_pasted_token(self._value("token")), self._read()
            if self._must_warn(profile, token):
                return
            found = await self._workspace.environments(profile, token)
        except InboxError as error:
            self._say(self._explain(error), "error")
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
            self._say("Paste the API token: create it in the Neptune dashboard under Team.", "warn")
            self.query_one("#token", Input).focus()
            return
        if not self._value("environment"):
            self.action_choose_environment()
            return
        self._say("Trying it …", "")
        try:
            profile = self._read()
            token = parse_pasted_token(self._value("token"))
            if self._must_warn(profile, token):
                return
            checked = await self._workspace.check(profile, token, self._value("user"))
            self._checked = profile, checked
            where = await self._workspace.save(profile, token)
        except KeyringProblem as error:
            once = f"{self._key('use_once')} uses it for this session only."
            self._say(f"The token works, but it is not saved: {error} {once}", "warn")
        except InboxError as error:
            self._say(self._explain(error), "error")
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

    def _must_warn(self, profile: Profile, token: Token) -> bool:
        """Whether a host or token was warned about just now: nothing is sent before the agent asks for it again."""
        from neptune_inbox.credentials import unlike_a_token

        bases = f"{profile.api_base} {profile.edge_base}"
        warnings = [words for host in hosts_of(profile) if (words := lookalike_words(host))]
        warnings += filter(None, [unlike_a_token(token)])
        if not warnings or bases == self._agreed_to:
            return False
        self._agreed_to = bases
        again = f"{self._key('submit')} again sends the token there anyway."
        self._say(f"Nothing was sent. {'; '.join(warnings)}. {again}", "warn")
        return True

    def _read(self) -> Profile:
        for name, label, _ in FIELDS[:-1]:
            refuse_token(f"The line {label}", self._value(name))
        environment = self._value("environment")
        if environment:
            read_name(environment, "The environment")
        mode = read_mode(self._value("mode") or (Mode.ASK if looks_like_production(environment) else Mode.ACT))
        user = self._value("user")
        if user:
            read_id(user, "The user id")
        return replace(
            self._profile,
            name=read_name(self._value("name") or environment or "default", "The name"),
            api_base=self._value("api_base"),
            edge_base=self._value("edge_base"),
            environment=environment,
            mode=mode,
            production=self._profile.production if environment == self._profile.environment else None,
            users=tuple(dict.fromkeys(filter(None, (user, *self._profile.users)))),
        )

    def _with_keys(self, words: str) -> str:
        """A hint in which ids of actions are in braces, with their keys in place of those."""
        return re.sub(r"\{([\w.]+)\}", lambda named: live_key(self.app, named[1]), words)

    def _key(self, name: str) -> str:
        return live_key(self.app, f"sign_in.{name}")

    def _explain(self, error: InboxError) -> str:
        """What went wrong and what to do, said to somebody who is signing in already."""
        if isinstance(error, TokenRefused):
            return f"{error.sentence} Make a new token in the Neptune dashboard under Team."
        if isinstance(error, AccessDenied | NotFound):
            lists = f"{self._key('choose_environment')} lists what this token may use."
            return f"{error.sentence} Ask for access, or choose another: {lists}"
        return in_a_dialog(error, live_actions(self.app), "sign_in.submit")

    def _value(self, name: str) -> str:
        return self.query_one(f"#{name}", Input).value.strip()

    def _say(self, text: str, tone: str) -> None:
        if has_gone(self):
            return
        problem = self.query_one(".sheet-problem", Static)
        problem.set_classes(f"sheet-problem {tone}")
        problem.update(Content(text))
        self.call_after_refresh(problem.scroll_visible, animate=False)


def _suggester(name: str) -> SuggestFromList | None:
    words = {"environment": ("dev", "staging", "production"), "mode": tuple(Mode)}.get(name)
    return SuggestFromList(words, case_sensitive=False) if words else None
