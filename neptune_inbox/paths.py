"""Where things live: one folder each for config, state and cache.

Apart, because the first paint needs it before anything else: on Linux the XDG rules are followed by hand, and
platformdirs is imported only elsewhere. Both answers are the same (tested).
"""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from neptune_inbox.errors import ConfigProblem, DiskFull, StoreProblem

APP: Final = "neptune-inbox"
HOME_VARIABLE: Final = "NEPTUNE_INBOX_HOME"


@dataclass(frozen=True, slots=True)
class Paths:
    """The three folders, and the names of the files in them; nothing is made before `create`."""

    config: Path
    state: Path
    cache: Path

    @classmethod
    def find(cls, env: Mapping[str, str] | None = None) -> Paths:
        """The user's own folders; `NEPTUNE_INBOX_HOME` moves all three under it. Raises ConfigProblem."""
        env = os.environ if env is None else env
        if moved := env.get(HOME_VARIABLE, ""):
            return cls.under(_expand(moved))
        home = env.get("HOME", "")
        if sys.platform == "linux" and os.path.isabs(home) and "ANDROID_DATA" not in env:
            return cls(
                _xdg(env, "XDG_CONFIG_HOME", home, ".config"),
                _xdg(env, "XDG_STATE_HOME", home, ".local/state"),
                _xdg(env, "XDG_CACHE_HOME", home, ".cache"),
            )
        return _ask_platformdirs()

    @classmethod
    def under(cls, root: Path) -> Paths:
        """All three folders inside one: for `NEPTUNE_INBOX_HOME`, the demo and tests."""
        return cls(root / "config", root / "state", root / "cache")

    @property
    def config_file(self) -> Path:
        return self.config / "config.toml"

    @property
    def state_db(self) -> Path:
        return self.state / "state.db"

    @property
    def journal(self) -> Path:
        return self.state / "journal.jsonl"

    @property
    def log(self) -> Path:
        return self.state / "neptune-inbox.log"

    @property
    def tour_note(self) -> Path:
        """There when the tour of the demo has ended."""
        return self.state / "tour-ended"

    @property
    def lock(self) -> Path:
        """Held by the one process that polls and sends."""
        return self.state / "neptune-inbox.lock"

    @property
    def cache_db(self) -> Path:
        return self.cache / "cache.db"

    @property
    def folders(self) -> tuple[Path, ...]:
        """The three folders, and the one that holds them where they are kept together."""
        home = self.config.parent
        is_one = home == self.state.parent == self.cache.parent
        return (*((home,) if is_one else ()), self.config, self.state, self.cache)

    def refuse_foreign(self) -> None:
        """Raise ConfigProblem for a folder of another user: whoever owns it may put anything there."""
        if sys.platform == "win32":
            return
        for folder in self.folders:
            with suppress(OSError):
                found = folder.stat()
                # What all may share, such as /tmp, keeps files of others from being moved.
                is_shared = folder not in (self.config, self.state, self.cache) and found.st_mode & stat.S_ISVTX
                if found.st_uid != os.geteuid() and not is_shared:
                    raise ConfigProblem(
                        f"The folder {folder} belongs to another user, so nothing in it is used.",
                        f"Take it over with chown, or set {HOME_VARIABLE} to a folder that is yours.",
                    )

    def close_open_folders(self) -> tuple[Path, ...]:
        """Close our own folders that others may write to; the answer is which these were."""
        closed = []
        for folder in self.folders if sys.platform != "win32" else ():
            with suppress(OSError):
                found = folder.stat()
                is_open = found.st_mode & 0o022 and not found.st_mode & stat.S_ISVTX
                if is_open and found.st_uid == os.geteuid():
                    folder.chmod(0o700)
                    closed.append(folder)
        return tuple(closed)

    def create(self) -> Paths:
        """Make the folders, for the owner alone (0700); ours that are open are closed. Raises StoreProblem."""
        for folder in (self.config, self.state, self.cache):
            try:
                make_private(folder)
            except OSError as problem:
                kind = DiskFull if problem.errno in (errno.ENOSPC, errno.EDQUOT) else StoreProblem
                why = problem.strerror or type(problem).__name__
                raise kind(
                    f"The folder {folder} cannot be created: {why}.",
                    "" if kind is DiskFull else f"Make it writable, or set {HOME_VARIABLE} to a folder that is.",
                ) from None
        return self


def make_private(folder: Path) -> None:
    """Make a folder and its missing parents 0700; one that is open to others is closed. Raises OSError."""
    missing = [parent for parent in (folder, *folder.parents) if not parent.exists()]
    for parent in reversed(missing):
        parent.mkdir(mode=0o700, exist_ok=True)
    if sys.platform != "win32":
        found = folder.stat()
        if found.st_mode & 0o077 and found.st_uid == os.geteuid():
            folder.chmod(0o700)


def _expand(folder: str) -> Path:
    try:
        return Path(folder).expanduser().absolute()
    except RuntimeError:
        raise ConfigProblem(
            f"{HOME_VARIABLE} names a home folder that does not exist: {folder}.", "Name a full path."
        ) from None


def _xdg(env: Mapping[str, str], variable: str, home: str, fallback: str) -> Path:
    # The XDG specification has relative paths ignored.
    named = env.get(variable, "")
    return Path(named if os.path.isabs(named) else os.path.join(home, fallback), APP)


def _ask_platformdirs() -> Paths:
    from platformdirs import PlatformDirs

    folders = PlatformDirs(APP, appauthor=False)
    try:
        return Paths(folders.user_config_path, folders.user_state_path, folders.user_cache_path)
    except RuntimeError:
        raise ConfigProblem(
            "Your home folder cannot be found.", f"Set HOME, or {HOME_VARIABLE} to a folder."
        ) from None
