"""Keeps tokens from onlookers: masked in every word left behind, in no core file, in no variable of the process.

Apart from the box that holds a token (`model.Token`), because this is about the process and not about a value.
"""

from __future__ import annotations

import os
import re
import sys
from contextlib import suppress
from typing import Final

MASK: Final = "••••"
_SHAPES = re.compile(r"(?i)bearer\s+\S+|[\w-]{12,}\.[\w-]{12,}\.[\w-]{8,}|api_token\W+\S+")
_MOST_KNOWN: Final = 64
_SET_DUMPABLE: Final = 4
"""PR_SET_DUMPABLE of Linux's <sys/prctl.h>."""

_known: dict[str, None] = {}
"""Every token that passed the gate of this process, newest last."""


def know(secret: str) -> None:
    """From now on `mask` takes this text out, whatever it looks like."""
    _known.pop(secret, None)
    _known[secret] = None
    while len(_known) > _MOST_KNOWN:
        del _known[next(iter(_known))]


def mask(text: str) -> str:
    """The text without any token of this process, and without what looks like one."""
    for secret in _known:
        text = text.replace(secret, MASK)
    return _SHAPES.sub(MASK, text)


def close_process(variable: str) -> None:
    """No core file and no debugger of the same user; what the kernel shows of an environment variable is crossed out.

    Python's own copy of the variable stays, for whoever takes the token out of it.
    """
    if sys.platform == "win32":
        return
    import resource

    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Some builds of Python have no ctypes; there, only the two things below are missing.
    with suppress(ImportError, OSError, AttributeError):
        import ctypes

        libc = ctypes.CDLL(None)
        if sys.platform == "linux":
            libc.prctl(_SET_DUMPABLE, 0, 0, 0, 0)
        if variable in os.environ:
            libc.getenv.restype = ctypes.c_void_p
            place = libc.getenv(variable.encode())
            if place:
                ctypes.memset(place, ord("x"), len(os.environb[variable.encode()]))
