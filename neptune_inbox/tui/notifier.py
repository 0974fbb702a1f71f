"""Announces arrivals outside the screen: terminal title, bell, desktop notification; never in quiet hours.

Announcements contain counts and user ids, no text of a notification: others can see a title bar and a desktop.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from neptune_inbox.masking import child_environment
from neptune_inbox.presentation.sentences import plural
from neptune_inbox.sync.inbox.times import from_instant
from neptune_inbox.text import clean_line
from neptune_inbox.text_ids import quoted_id

if TYPE_CHECKING:
    from neptune_inbox.config import NotifySettings
    from neptune_inbox.model import Instant

DESKTOP_EVERY = 60_000
"""Milliseconds between two desktop notifications, at least."""


class Notifier:
    """Speaks through the terminal and the desktop, as the configuration allows."""

    def __init__(self, settings: NotifySettings, *, write: Callable[[str], None], environ: Mapping[str, str]) -> None:
        self._settings = settings
        self._write = write
        self._environ = environ
        self._title = ""
        self._told_desktop_at: Instant | None = None
        self.children: list[subprocess.Popen[bytes]] = []
        """Programs that show a notification, until they have ended."""

    def show_unread(self, unread: int | None, profile: str) -> None:
        """Put the count of unread into the terminal's title; written only when it differs."""
        title = clean_line(f"({unread}) {profile} · neptune-inbox" if unread else f"{profile} · neptune-inbox", 80)
        if self._settings.title and title != self._title:
            self._title = title
            self._write(f"\x1b]2;{title}\x07")

    def clear(self) -> None:
        """Leave the terminal's title as an empty one, so that the shell's own comes back."""
        if self._title:
            self._write("\x1b]2;\x07")

    def announce(self, count: int, user_id: str, now: Instant) -> None:
        """Ring and notify about arrivals, unless it is quiet time."""
        if is_quiet(self._settings.quiet, now):
            return
        if self._settings.bell:
            self._write("\x07")
        if self._settings.desktop and (self._told_desktop_at is None or now - self._told_desktop_at >= DESKTOP_EVERY):
            self._told_desktop_at = now
            self._notify(clean_line(f"{plural(count, 'new notification')} of {quoted_id(user_id)}", 120))

    def _notify(self, text: str) -> None:
        program = shutil.which("notify-send")
        if program and "SSH_CONNECTION" not in self._environ:
            started = subprocess.Popen(
                [program, "--app-name=neptune-inbox", "neptune-inbox", text],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=child_environment(os.environ),
                start_new_session=True,
            )
            # Asked once more each time, so that none that has ended stays behind as a zombie.
            self.children = [child for child in (*self.children, started) if child.poll() is None]
        else:
            # OSC 9 (iTerm2, ConEmu, kitty, WezTerm) and OSC 777 (urxvt, foot, Ghostty) mean the same.
            self._write(f"\x1b]9;{text}\x07\x1b]777;notify;neptune-inbox;{text}\x07")


def is_quiet(hours: str, now: Instant) -> bool:
    """Whether the local time lies in hours such as `22:00-07:00`; empty hours are never."""
    if not hours:
        return False
    start, _, end = hours.partition("-")
    clock = from_instant(now).strftime("%H:%M")
    return start <= clock < end if start <= end else clock >= start or clock < end
