"""The app: themes, keys, the workers that poll and send, and which screen is on.

It owns every task that may write, so that no screen that is left can cut one off. What the screens show and what the
keys mean is not decided here.
"""

from __future__ import annotations

import gc
import signal
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment, Segments
from textual import on, work
from textual.events import Key
from textual.filter import LineFilter
from textual.widgets import Input

from neptune_inbox.errors import ConfigProblem, NotSignedIn, SignInProblem, StoreProblem
from neptune_inbox.model import EVERYONE, Filter, Profile
from neptune_inbox.presentation.keymap import Where, apply_keymap, for_team, key_label, keys_of
from neptune_inbox.presentation.remedies import in_the_app
from neptune_inbox.presentation.theme import ALL_THEMES, AUTO, TERMINAL, choose_theme, terminal_kind
from neptune_inbox.startup.crash import leave_report
from neptune_inbox.startup.handoff import NO_HANDOFF, StartupHandoff
from neptune_inbox.sync.events import Arrived, Fact
from neptune_inbox.sync.inbox.inbox import Scope
from neptune_inbox.sync.polling.health import State
from neptune_inbox.tui.actions import find_verb, load_verbs
from neptune_inbox.tui.background import run_in_background
from neptune_inbox.tui.bindings import bind_keys
from neptune_inbox.tui.inbox.screen import InboxScreen, keyed
from neptune_inbox.tui.key_buffer import TypeAheadApp
from neptune_inbox.tui.messages import (
    BackgroundKnown,
    ProfileChosen,
    SessionEvent,
    SignInAgain,
    SignInAsked,
    ThemeWanted,
    UnreadCounted,
)
from neptune_inbox.tui.notifier import Notifier
from neptune_inbox.tui.terminal_answers import QUESTION
from neptune_inbox.tui.themes import textual_theme
from neptune_inbox.tui.widgets.control_filter import ControlCharFilter

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.driver import Driver

    from neptune_inbox.sync.session import Session
    from neptune_inbox.sync.workspace import Workspace

STYLES = Path(__file__).parent / "styles"


class NeptuneInbox(TypeAheadApp[int]):
    """The terminal inbox."""

    TITLE = "neptune-inbox"
    CSS_PATH: ClassVar[list[str | PurePath]] = sorted(STYLES.glob("*.tcss"))
    ENABLE_COMMAND_PALETTE = False

    def __init__(
        self,
        workspace: Workspace,
        profile: Profile | None,
        *,
        user_id: str | None = None,
        kind: Filter = Filter.UNREAD,
        environ: Mapping[str, str],
        start: StartupHandoff = NO_HANDOFF,
    ) -> None:
        # Before the theme: without colour Textual would turn blanks black.
        actions = apply_keymap(workspace.settings.keys, workspace.settings.key_places)
        if workspace.has_team:
            actions = for_team(actions)
        super().__init__(actions, ansi_color=True if "NO_COLOR" in environ else None)
        # What is to be said is said in the status line; without the widgets for both the first list is laid out once.
        self._disable_tooltips = self._disable_notifications = True
        self.workspace = workspace
        self.session: Session | None = None
        self._gate = ControlCharFilter()
        self._notifier = Notifier(workspace.settings.notify, write=self._write_to_terminal, environ=environ)
        self._profile = profile
        self._user_id = user_id
        self._kind = kind
        self._environ = environ
        self._begin = start
        # Before the stylesheets are read, so that they are read once.
        for name in ALL_THEMES:
            self.register_theme(textual_theme(name))
        if start.known_theme:
            workspace.background = (terminal_kind(environ), start.known_theme)
        self._choose_first_theme(choose_theme(workspace.settings.ui.theme, environ, start.known_theme))
        bind_keys(self, Where.APP, actions)

    def _choose_first_theme(self, name: str) -> None:
        """Set the theme as if it had always been this one: a change would have all stylesheets read twice."""
        if name == TERMINAL:
            self.theme = name
            return
        self.set_reactive(NeptuneInbox.theme, name)
        is_dark = self.current_theme.dark
        for class_name, is_on in ((f"-theme-{name}", True), ("-dark-mode", is_dark), ("-light-mode", not is_dark)):
            self.set_class(is_on, class_name, update=False)
        self.stylesheet.set_variables(self.get_css_variables())

    def get_driver_class(self) -> type[Driver]:
        usual = super().get_driver_class()
        if usual.__name__ == "WebDriver":
            from neptune_inbox.tui.served_driver import ServedDriver

            return ServedDriver
        if usual.__name__ != "LinuxDriver":
            return usual
        from neptune_inbox.tui.driver import TerminalDriver

        return TerminalDriver

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """What our sheets name beyond Textual's own variables, for themes that leave it open."""
        return {
            "production": "ansi_red", "production-text": "ansi_white", "production-text-style": "bold",
            "faint": "ansi_bright_black", "key": "ansi_default",
        }  # fmt: skip

    def get_line_filters(self) -> Sequence[LineFilter]:
        """The last gate: whatever got this far, no control character of a customer's text reaches the terminal."""
        return [*super().get_line_filters(), self._gate]

    async def on_mount(self) -> None:
        self._heed_signals()
        self._begin.on_screen()
        self.hold_typed(self._begin.typed)
        if self._profile is None:
            self.ask_sign_in(self.workspace.blank_profile(), "")
        else:
            await self.open_profile(self._profile)

    async def open_profile(self, profile: Profile) -> None:
        """Show a profile's inbox from the cache, then sign in, poll and send."""
        begin, self._begin = self._begin, NO_HANDOFF
        if self.session is not None:
            self.hold_keys()
        await self._close_session()
        self.session = session = await self.workspace.open(profile)
        session.bus.listen(self._pass_on)
        watched = await session.inbox.watched()
        user_id = self._user_id
        if user_id is None:
            user_id = watched[0] if len(watched) == 1 else EVERYONE
        self._user_id = None
        scope = Scope(user_id, self._kind)
        screen = keyed(self.actions)(
            self.workspace,
            session,
            actions=self.actions,
            find_verb=find_verb,
            scope=scope,
            cursor=begin.cursor,
        )
        await screen.prepare()
        await self.push_screen(screen)
        self.release_keys()
        self.call_after_refresh(self._start, session, scope, begin)

    async def _start(self, session: Session, scope: Scope, begin: StartupHandoff) -> None:
        """What the first frame must not wait for: the token, the connection, polling and sending."""
        begin.on_drawn()
        await session.set_visible(scope.user_id, scope.kind)
        run_in_background(self, "sign-in", partial(self._sign_in, session))
        for task in session.background:
            run_in_background(self, "session", task)
        self.call_later(load_verbs)

    async def _sign_in(self, session: Session) -> None:
        try:
            is_same_team = await session.sign_in()
        except NotSignedIn as error:
            self.ask_sign_in(session.profile, error.sentence)
        except (SignInProblem, StoreProblem) as error:
            self._say(in_the_app(error, self.actions), "error")
        else:
            if not is_same_team:
                # What the agent is in the middle of comes first; what is typed from then on is for the new list.
                for screen in self.screen_stack:
                    if isinstance(screen, InboxScreen):
                        await screen.queue.until_idle()
                self.hold_keys()
                # Not from here: opening again ends this very worker.
                self.call_later(self._open_again, session)
            elif session.is_at_sandbox:
                for screen in self.screen_stack:
                    if isinstance(screen, InboxScreen):
                        screen.drawing.change(is_demo=True)

    async def _open_again(self, session: Session) -> None:
        """Open this inbox again, showing the same user, unless another profile was chosen meanwhile."""
        if self.session is not session:
            return
        for screen in self.screen_stack:
            if isinstance(screen, InboxScreen):
                self._user_id = screen.scope.user_id
        try:
            await self.open_profile(session.profile)
        except StoreProblem:
            # The inbox was left meanwhile, and its files are closed.
            if self.session is not None:
                raise

    def _pass_on(self, fact: Fact) -> None:
        if isinstance(fact, Arrived) and fact.arrived and self.session is not None:
            self._notifier.announce(len(fact.arrived), fact.user_id, self.session.now())
        for screen in self.screen_stack:
            if isinstance(screen, InboxScreen):
                screen.post_message(SessionEvent(fact))

    def _say(self, sentence: str, level: str = "ok") -> None:
        for screen in self.screen_stack:
            if isinstance(screen, InboxScreen):
                screen.say(sentence, level)

    def on_app_focus(self) -> None:
        # Textual tells only the app that the terminal got or lost the focus.
        if self.session is not None:
            self.session.poller.set_focus(True)

    def on_app_blur(self) -> None:
        if self.session is not None:
            self.session.poller.set_focus(False)

    def ends_typing(self, key: Key) -> bool:
        is_searching = isinstance(self.screen, InboxScreen) and isinstance(self.focused, Input)
        ends = ("enter", *keys_of(self.actions, "search.close"))
        return is_searching and key.key in ends and not self.is_holding

    def keys_are_actions(self) -> bool:
        return isinstance(self.screen, InboxScreen) and not isinstance(self.focused, Input)

    async def action_quit(self) -> None:
        """Textual's own way out (ctrl+q): it closes what is open, and asks as `q` does."""
        if self.session is None:
            self.exit(0)
            return
        if not isinstance(self.screen, InboxScreen):
            await self.run_action("screen.back")
        for screen in self.screen_stack:
            if isinstance(screen, InboxScreen):
                screen.action_run("quit")

    def action_help_quit(self) -> None:
        """What ctrl+c says where nothing is selected to be copied."""
        self._say(f"{key_label(self.actions, 'quit')} leaves; it asks about what was not sent.")

    def action_suspend(self) -> None:
        """Go back to the shell; where a text area has the keys, this one is its undo."""
        self.action_suspend_process()

    @on(UnreadCounted)
    def _unread_counted(self, event: UnreadCounted) -> None:
        self._notifier.show_unread(event.unread, event.profile)

    def _write_to_terminal(self, text: str) -> None:
        # Textual has no call for titles and notifications; its clipboard goes the same way.
        if self._driver is not None and not self.is_headless:
            self._driver.write(text)

    @property
    def asks_for_background(self) -> bool:
        """Whether the terminal's ground decides anything."""
        return self.workspace.settings.ui.theme == AUTO and self.theme != TERMINAL

    @property
    def painted(self) -> str:
        """What is on the terminal already."""
        return self._begin.painted

    @on(BackgroundKnown)
    def _background_known(self, event: BackgroundKnown) -> None:
        self.workspace.background = (terminal_kind(self._environ), event.theme)
        self._put_on(self.workspace.settings.ui.theme)

    @on(ThemeWanted)
    def _theme_wanted(self, event: ThemeWanted) -> None:
        if event.theme == AUTO:
            self._write_to_terminal(QUESTION)
        self._put_on(event.theme)

    def _put_on(self, theme: str) -> None:
        self.theme = choose_theme(theme, self._environ, self.workspace.background[1])

    @on(ProfileChosen)
    async def _profile_chosen(self, event: ProfileChosen) -> None:
        await self.open_profile(event.profile)

    @on(SignInAsked)
    def _sign_in_asked(self, event: SignInAsked) -> None:
        self.ask_sign_in(event.profile, "")

    @on(SignInAgain)
    def _sign_in_again(self) -> None:
        if self.session is not None and self.session.health.state is State.SIGNED_OUT:
            run_in_background(self, "sign-in", partial(self._sign_in, self.session), is_latest_only=True)

    @work(group="ask", exclusive=True)
    async def ask_sign_in(self, profile: Profile, reason: str) -> None:
        """Sign in on a screen of its own, then show that profile; without one there is nothing to show."""
        from neptune_inbox.tui.dialogs.sign_in import SignInScreen

        signed_in = await self.push_screen_wait(SignInScreen(self.workspace, profile, reason))
        if signed_in is not None:
            await self.open_profile(signed_in)
        elif self.session is None:
            self.exit(0, message="Not signed in. `neptune-inbox demo` shows the inbox without an account.")

    async def _close_session(self) -> None:
        self.workers.cancel_group(self, "session")
        self.workers.cancel_group(self, "sign-in")
        self.workers.cancel_group(self, "verbs")
        session, self.session = self.session, None
        if session is None:
            return
        while len(self.screen_stack) > 1:
            await self.pop_screen()
        await session.close()

    async def on_unmount(self) -> None:
        self._notifier.clear()
        if self.session is not None:
            self.workers.cancel_all()
            session, self.session = self.session, None
            await session.close()

    def _fatal_error(self) -> None:
        """Leave a report of our own: Textual's shows local variables, and those can hold a customer's text."""
        error = self._exception
        # The first is the one to report; Textual would mention its developer tools below several.
        if error is not None and not self._exit_renderables:
            self._exit_renderables.append(Segments([Segment(leave_report(error, self.workspace.log) + "\n")]))
        self._close_messages_no_wait()

    def _heed_signals(self) -> None:
        import asyncio

        for name, code in (("SIGTERM", 143), ("SIGHUP", 129), ("SIGINT", 130), ("SIGQUIT", 131)):
            number = getattr(signal, name, None)
            if number is not None and sys.platform != "win32":
                asyncio.get_running_loop().add_signal_handler(number, self.exit, code, code)


def run(
    workspace: Workspace,
    profile: Profile | None,
    *,
    user_id: str | None = None,
    kind: Filter = Filter.UNREAD,
    environ: Mapping[str, str],
    start: StartupHandoff = NO_HANDOFF,
) -> int:
    """Open the inbox and stay until it is left; the answer is the exit code."""
    try:
        app = NeptuneInbox(workspace, profile, user_id=user_id, kind=kind, environ=environ, start=start)
    except ConfigProblem as problem:
        sys.stderr.write(f"neptune-inbox: {problem}\n")
        return problem.exit_code
    # What was imported is never garbage; looked through again and again it would cost a key more than a frame.
    gc.freeze()
    result = app.run()
    return result if isinstance(result, int) else app.return_code or 0
