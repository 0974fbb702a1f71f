"""The real program with less patience for a keyring: `python -m tests.keyring.impatient ARGUMENTS…`, 2 s for 60."""

from __future__ import annotations

import sys

from neptune_inbox import __main__
from neptune_inbox.credentials import OsKeyring

PATIENCE = 2.0

if __name__ == "__main__":
    defaults = OsKeyring.__init__.__kwdefaults__
    assert defaults is not None
    defaults["patience"] = PATIENCE
    sys.exit(__main__.run(sys.argv[1:], is_process=True))
