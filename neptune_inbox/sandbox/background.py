"""The sandbox on a real loopback socket, in a thread: for tests of clients that need one."""

from __future__ import annotations

from threading import Thread
from types import TracebackType

from starlette.types import ASGIApp

from neptune_inbox.sandbox.serve import Tls, base_url, build_server, listen

PATIENCE = 10.0
"""Seconds that a server may take to end."""


class BackgroundServer:
    """Serves `app` on a free port while it is entered; `base_url` has no path. Early connections wait."""

    def __init__(self, app: ASGIApp, *, tls: Tls | None = None) -> None:
        self._server = build_server(app, tls)
        self._listener = listen(0)
        self._thread = Thread(target=self._server.run, kwargs={"sockets": [self._listener]}, daemon=True)
        self.base_url = base_url(self._listener, tls)

    def __enter__(self) -> BackgroundServer:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.should_exit = True
        self._server.force_exit = True
        self._thread.join(timeout=PATIENCE)
        self._listener.close()
        assert not self._thread.is_alive(), "the server did not stop"
