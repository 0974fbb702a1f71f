"""The mode that config.toml gives a profile now: a change binds what is running before its next write."""

from __future__ import annotations

import os
from pathlib import Path

from neptune_inbox import config
from neptune_inbox.errors import ConfigProblem
from neptune_inbox.model import Mode, Profile
from neptune_inbox.paths import Paths

STRICTNESS = (Mode.ACT, Mode.ASK, Mode.OBSERVE)


class ModeWatch:
    """One profile's mode; the file is read again only where it differs from the last look. It blocks."""

    def __init__(self, paths: Paths | None, profile: Profile, written: Mode | None) -> None:
        """`None` as paths is a place without a file, where nothing changes.

        `written` is the mode that the file gave the profile when it was opened: where the profile has another, as
        variables moved it into production, the file can make it stricter only.
        """
        self._paths = paths
        self._name = profile.name
        self._opened = profile.mode
        self._is_as_written = profile.mode is written
        self._seen = _stamp(paths.config_file) if paths else None
        self._mode = profile.mode

    def mode(self) -> Mode:
        """The mode as it is now; a file that cannot be read, or without the profile, leaves it as it was."""
        if self._paths is not None and (stamp := _stamp(self._paths.config_file)) != self._seen:
            try:
                profile = config.load(self._paths).profiles.get(self._name)
            except ConfigProblem:
                return self._mode
            self._seen = stamp
            if profile is not None:
                choice = (profile.mode,) if self._is_as_written else (profile.mode, self._opened)
                self._mode = max(choice, key=STRICTNESS.index)
        return self._mode

    def may_write(self) -> bool:
        """Whether the file leaves writing to this profile."""
        return self.mode() is not Mode.OBSERVE


def _stamp(file: Path) -> tuple[int, int, int] | None:
    try:
        found = os.stat(file)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
