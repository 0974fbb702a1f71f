"""httpx without its command line, which would bring rich and pygments for nothing into the memory of a poller."""

from __future__ import annotations

import sys

# httpx takes a missing command line as one that is not installed.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]

import httpx  # noqa: E402

__all__ = ["httpx"]
