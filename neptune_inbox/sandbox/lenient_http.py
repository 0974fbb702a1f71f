"""How requests are read off the socket, before uvicorn takes them apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol as Protocol
else:
    # Whoever serves joins it with uvicorn's: the core must load without uvicorn.
    Protocol = object

LINE_END = b"\r\n"
LONGEST = 65_536
"""Bytes of a request line that are waited for."""


class LenientHttp(Protocol):
    """Takes targets with signs that should have been escaped: the vendor's Node SDK sends ids as they are."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._begun = b""
        """A request line whose end has not come yet."""
        self._is_inside = False

    def data_received(self, data: bytes) -> None:
        if not self._is_inside:
            data = self._begun + data
            self._begun = b""
            if LINE_END not in data and len(data) <= LONGEST:
                self._begun = data
                return
            data = escape_target(data)
        super().data_received(data)

    def on_message_begin(self) -> None:
        self._is_inside = True
        super().on_message_begin()

    def on_message_complete(self) -> None:
        self._is_inside = False
        super().on_message_complete()


def escape_target(request: bytes) -> bytes:
    """The request, its target percent-encoded where it has to be; Node writes `ü` as one byte, others as two."""
    line, end, rest = request.partition(LINE_END)
    method, _, more = line.partition(b" ")
    target, _, version = more.rpartition(b" ")
    if all(0x21 <= byte <= 0x7E for byte in target):
        return request
    try:
        text = target.decode()
    except UnicodeDecodeError:
        text = target.decode("latin-1")
    escaped = "".join(sign if "!" <= sign <= "~" else quote(sign) for sign in text)
    return b" ".join((method, escaped.encode(), version)) + end + rest
