"""Facts that travel up the screen tree: past tense, one class each."""

from __future__ import annotations

from textual.message import Message

from neptune_inbox.model import Profile
from neptune_inbox.sync.facts import Fact


class FactTold(Message):
    """The session told something, on the event loop."""

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


class UnreadCounted(Message):
    """How many notifications in scope are unread, for the terminal's title."""

    def __init__(self, unread: int | None, place: str) -> None:
        super().__init__()
        self.unread = unread
        self.place = place
