"""Facts that travel up the screen tree: past tense, one class each."""

from __future__ import annotations

from textual.message import Message

from neptune_inbox.model import Profile
from neptune_inbox.sync.events import Fact


class SessionEvent(Message):
    """The session published something, on the event loop."""

    def __init__(self, fact: Fact) -> None:
        super().__init__()
        self.fact = fact


class ProfileChosen(Message):
    """The agent wants to look at another profile."""

    def __init__(self, profile: Profile) -> None:
        super().__init__()
        self.profile = profile


class SignInAsked(Message):
    """The agent wants to give a profile a token, or to make a new profile like it."""

    def __init__(self, profile: Profile) -> None:
        super().__init__()
        self.profile = profile


class ThemeWanted(Message):
    """A theme is to be put on."""

    def __init__(self, theme: str) -> None:
        super().__init__()
        self.theme = theme


class BackgroundKnown(Message):
    """The terminal reported its background colour."""

    def __init__(self, theme: str) -> None:
        super().__init__()
        self.theme = theme
        """The theme that suits it."""


class SignInAgain(Message):
    """The agent wants the server asked although the token was refused: it may be another one by now."""


class UnreadCounted(Message):
    """How many notifications in scope are unread, for the terminal's title."""

    def __init__(self, unread: int | None, profile: str) -> None:
        super().__init__()
        self.unread = unread
        self.profile = profile
