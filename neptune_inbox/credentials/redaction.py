"""Keeps tokens from onlookers: in no core file, in no variable of the process. Words are masked by `masking`.

Apart from the box that holds a token (`model.Token`), because this is about the process and not about a value.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import Final

_SET_DUMPABLE: Final = 4
"""PR_SET_DUMPABLE of Linux's <sys/prctl.h>."""


def close_process(variable: str) -> None:
    """No core file and no debugger of the same user; what the kernel shows of an environment variable is crossed out.

    Python's own copy of the variable stays, for whoever takes the token out of it.
    """
    if sys.platform == "win32":
        return
    cross_out(variable)
    # Some builds of Python have neither module; there, only this is missing.
    with suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(ImportError, OSError, AttributeError):
        import ctypes

        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(_SET_DUMPABLE, 0, 0, 0, 0)


def cross_out(variable: str) -> None:
    """Cross out what the kernel shows of an environment variable; Python's own copy of it stays."""
    if variable not in os.environ or sys.platform == "win32":
        return
    # Some builds of Python have no ctypes.
    with suppress(ImportError, OSError, AttributeError):
        import ctypes

        libc = ctypes.CDLL(None)
        libc.getenv.restype = ctypes.c_void_p
        if pointer := libc.getenv(variable.encode()):
            ctypes.memset(pointer, ord("x"), len(os.environb[variable.encode()]))
