"""The sandbox on a real loopback socket: for the tests that an in-process transport cannot stand for."""

from __future__ import annotations

from neptune_inbox.sandbox.background import BackgroundServer

__all__ = ["BackgroundServer"]
