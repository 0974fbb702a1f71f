"""The same weather on a real socket: the app itself answers wrongly, late, or breaks off."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from neptune_inbox.sandbox.faults import Fault, Faults, Kind, fixed_response

MET = "neptune_inbox.weather_met"
"""Set in the scope of a request that came through FaultyTransport, so that it meets its weather once."""

BROKEN_OFF = frozenset({Kind.OFFLINE, Kind.TIMEOUT, Kind.RESET_BEFORE})


async def meet_weather(
    app: ASGIApp, faults: Faults, fault: Fault, scope: Scope, receive: Receive, send: Send
) -> None:
    """Answers one request under `fault`. A server closes the connection when an answer is not completed."""
    await faults.delay(fault)
    answer = fixed_response(fault)
    if answer is not None:
        length = (b"content-length", str(len(answer.body)).encode())
        await send({"type": "http.response.start", "status": answer.status, "headers": [*answer.headers, length]})
        await send({"type": "http.response.body", "body": answer.body})
        return
    if fault.kind in BROKEN_OFF:
        await _break_off(send)
        return
    held = _Held()
    await app(scope, receive, held.keep if fault.kind in HELD_BACK else send)
    if fault.kind is Kind.RESET_AFTER:
        await _break_off(send)
    elif fault.kind in HELD_BACK:
        await held.send_half(send, is_told=fault.kind is Kind.CUT)


HELD_BACK = frozenset({Kind.RESET_AFTER, Kind.CUT, Kind.CUT_QUIETLY})


async def _break_off(send: Send) -> None:
    """Starts an answer and never finishes it."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1")]})


class _Held:
    """An answer that is kept back, to be sent in part or not at all."""

    def __init__(self) -> None:
        self._start: Message = {}
        self._body = b""

    async def keep(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message
        else:
            self._body += message.get("body", b"")

    async def send_half(self, send: Send, *, is_told: bool) -> None:
        """Half of the body; `is_told` leaves the announced length as it was, so that the client notices."""
        half = self._body[: len(self._body) // 2]
        length = len(self._body) if is_told else len(half)
        headers = [pair for pair in self._start["headers"] if pair[0].lower() != b"content-length"]
        await send({**self._start, "headers": [*headers, (b"content-length", str(length).encode())]})
        await send({"type": "http.response.body", "body": half, "more_body": is_told})
