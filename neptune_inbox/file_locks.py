"""Locks on open files, which the system itself drops when their holder ends.

The one module that asks the system for them: where it has none, as on Windows, nothing is stored and one sentence
says so.
"""

from __future__ import annotations

from neptune_inbox.errors import UnsupportedSystem

try:
    import fcntl
except ImportError:
    HAS_LOCKS = False
else:
    HAS_LOCKS = True


def lock(file: int, *, is_shared: bool = False, waits: bool = True) -> None:
    """Lock an open file until it is closed.

    Raises OSError where another program holds it and `waits` is False, or where its file system has no locks;
    UnsupportedSystem where this system has none.
    """
    if not HAS_LOCKS:
        raise UnsupportedSystem(
            "This system has no file locks (the Python module fcntl is missing), and without them two programs could"
            " send the same mark."
        )
    fcntl.flock(file, (fcntl.LOCK_SH if is_shared else fcntl.LOCK_EX) | (0 if waits else fcntl.LOCK_NB))
