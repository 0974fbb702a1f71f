"""Files of ours are opened as our own or not at all: no link is followed, no file of another user is trusted."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from pathlib import Path

from neptune_inbox.errors import StoreProblem

_BY_ITSELF = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)


def open_own(path: Path, flags: int) -> int:
    """The descriptor of a regular file of this user, made for the owner alone (0600) and kept so.

    Raises StoreProblem for a link, for what is not a file, and for a file of somebody else; OSError for the rest.
    """
    try:
        file = os.open(path, (flags & ~os.O_TRUNC) | _BY_ITSELF, 0o600)
    except OSError as error:
        if error.errno not in (errno.ELOOP, errno.EMLINK, errno.ENXIO):
            raise
        raise _refused(path, "is a symbolic link" if path.is_symlink() else "is not a regular file") from None
    try:
        found = os.fstat(file)
        if not stat.S_ISREG(found.st_mode):
            raise _refused(path, "is not a regular file")
        if found.st_uid != os.geteuid():
            raise _refused(path, "belongs to another user")
        if found.st_mode & 0o077:
            with contextlib.suppress(OSError):
                os.fchmod(file, 0o600)
        if flags & os.O_TRUNC:
            os.ftruncate(file, 0)
    except BaseException:
        os.close(file)
        raise
    return file


def check_own(path: Path) -> None:
    """Raise StoreProblem where there is something else than a regular file of this user; nothing is opened.

    For files that another library opens: to close a second descriptor would drop its locks.
    """
    try:
        found = os.lstat(path)
    except OSError:
        return
    if stat.S_ISLNK(found.st_mode):
        raise _refused(path, "is a symbolic link")
    if not stat.S_ISREG(found.st_mode):
        raise _refused(path, "is not a regular file")
    if found.st_uid != os.geteuid():
        raise _refused(path, "belongs to another user")


def _refused(path: Path, why: str) -> StoreProblem:
    return StoreProblem(f"{path} {why}, so it was not touched.", "Move it away, then start again.")
