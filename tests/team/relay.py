"""What lies between an agent and the database: it passes bytes on, holds them back, or loses them without a word."""

from __future__ import annotations

import select
import socket
import threading
from contextlib import suppress
from enum import Enum
from types import TracebackType


class Weather(Enum):
    """What becomes of bytes, in both directions."""

    PASSING = "passing"
    HELD = "held"
    """They wait, as lost packets do that are sent again once the way is open."""
    LOST = "lost"
    """They are taken and never arrive; a connection that lost any stays dead, as after a router that forgot it."""


class Relay:
    """A listening port that stands for another one, while it is entered."""

    def __init__(self, port: int) -> None:
        self._there = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self.weather = Weather.PASSING
        self.lost = 0
        """How many bytes were taken and never passed on."""
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="relay", daemon=True)

    def __enter__(self) -> Relay:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_over.set()
        self._thread.join()

    def _run(self) -> None:
        pairs: dict[socket.socket, socket.socket] = {}
        dead: set[socket.socket] = set()
        with self._listener:
            while not self._is_over.is_set():
                # Held bytes stay where they are: nobody reads them.
                watched = [self._listener] if self.weather is Weather.HELD else [self._listener, *pairs]
                ready, _, _ = select.select(watched, [], [], 0.01)
                for one in ready:
                    if one is self._listener:
                        self._accept(pairs)
                    elif one in pairs and not self._pass(one, pairs[one], dead):
                        for end in (one, pairs.pop(one)):
                            pairs.pop(end, None)
                            end.close()
            for one in pairs:
                one.close()

    def _accept(self, pairs: dict[socket.socket, socket.socket]) -> None:
        near, _ = self._listener.accept()
        far = socket.create_connection(("127.0.0.1", self._there))
        pairs[near], pairs[far] = far, near

    def _pass(self, one: socket.socket, other: socket.socket, dead: set[socket.socket]) -> bool:
        """Do with what came what the weather does; False where the connection is over."""
        with suppress(OSError):
            data = one.recv(65_536)
            if data and (self.weather is Weather.LOST or one in dead):
                dead |= {one, other}
                self.lost += len(data)
                return True
            if data:
                other.sendall(data)
                return True
        return False
