"""Control of a running sandbox over HTTP, under `/_sandbox`: state, reset, seed, writes, arrivals, faults, clock.

Only this machine reaches it, with a token of its own, and no web page of another origin.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, TypeAlias

import msgspec
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from neptune_inbox.errors import InboxError, Invalid, UsageProblem
from neptune_inbox.model import JsonObject, JsonValue
from neptune_inbox.sandbox.fault_plans import describe_fault
from neptune_inbox.sandbox.neptune import Neptune
from neptune_inbox.sandbox.responses import AsciiJson, HttpRefusal, refusal
from neptune_inbox.sandbox.rows import iso
from neptune_inbox.sandbox.validation import convert, read_body

ROOT = "/_sandbox"

Act: TypeAlias = Callable[[Neptune, JsonObject], JsonValue]


class Arrival(Struct, forbid_unknown_fields=True):
    """What `arrive` takes."""

    user: str | None = None
    title: str = ""
    body: str = ""
    event_type: str = ""
    data: dict[str, Any] | None = None
    environment: str = ""
    count: int = 1


class ClockChange(Struct, forbid_unknown_fields=True):
    """What `clock` takes; `dump_inbox` is true for now, or a moment."""

    freeze: bool | str | float | None = None
    advance: str | float | None = None


class Reset(Struct, forbid_unknown_fields=True):
    """What `reset` takes."""

    empty: bool = False


def get_state(neptune: Neptune, body: JsonObject) -> JsonValue:
    return neptune.state()


def get_writes(neptune: Neptune, body: JsonObject) -> JsonValue:
    return [
        {
            "at": iso(each.at),
            "method": each.method,
            "path": each.path,
            "environment": each.environment,
            "user": each.user_id,
            "body": each.body,
            "status": each.status,
        }
        for each in neptune.writes
    ]


def get_faults(neptune: Neptune, body: JsonObject) -> JsonValue:
    return [describe_fault(each) for each in neptune.faults.active]


def post_reset(neptune: Neptune, body: JsonObject) -> JsonValue:
    neptune.reset(is_empty=_read(body, Reset).empty)
    return neptune.state()


def post_seed(neptune: Neptune, body: JsonObject) -> JsonValue:
    neptune.seed(body)
    return neptune.state()


def post_arrive(neptune: Neptune, body: JsonObject) -> JsonValue:
    wanted = _read(body, Arrival)
    made = neptune.arrive(
        wanted.user,
        title=wanted.title,
        body=wanted.body,
        event_type=wanted.event_type,
        data=wanted.data,
        environment=wanted.environment,
        count=wanted.count,
    )
    return [{"uuid": each.uuid, "user_id": each.user_id, "title": each.title} for each in made]


def post_faults(neptune: Neptune, body: JsonObject) -> JsonValue:
    return describe_fault(neptune.set_fault(body))


def delete_faults(neptune: Neptune, body: JsonObject) -> JsonValue:
    neptune.clear_faults()
    return []


def post_clock(neptune: Neptune, body: JsonObject) -> JsonValue:
    wanted = _read(body, ClockChange)
    now = neptune.set_clock(freeze=wanted.freeze, advance=wanted.advance)
    return {"now": iso(now), "is_frozen": neptune.clock.is_frozen}


ACTS: tuple[tuple[str, str, Act], ...] = (
    ("GET", "/state", get_state),
    ("GET", "/writes", get_writes),
    ("GET", "/faults", get_faults),
    ("POST", "/reset", post_reset),
    ("POST", "/seed", post_seed),
    ("POST", "/arrive", post_arrive),
    ("POST", "/faults", post_faults),
    ("DELETE", "/faults", delete_faults),
    ("POST", "/clock", post_clock),
)


def control_routes(neptune: Neptune, token: str) -> list[Route]:
    """The routes of ROOT; `token` is the one that opens them, not one of the API."""
    return [Route(ROOT + path, _endpoint(neptune, token, act), methods=[method]) for method, path, act in ACTS]


def is_same_origin(request: Request) -> bool:
    """Whether no web page of another origin sent this."""
    origin, site = request.headers.get("origin"), request.headers.get("sec-fetch-site", "none")
    ours = {f"{scheme}://{request.headers.get('host', '')}" for scheme in ("http", "https")}
    return site in ("none", "same-origin") and (origin is None or origin in ours)


def is_token(given: str, token: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), token.encode())


def _endpoint(neptune: Neptune, token: str, act: Act) -> Callable[[Request], Any]:
    async def serve(request: Request) -> Response:
        try:
            _let_in(request, token)
            raw = await request.body()
            body = read_body(raw, request.headers.get("content-type"))
            return AsciiJson(act(neptune, body))
        except UsageProblem as problem:
            return AsciiJson({"message": str(problem)}, HTTPStatus.UNPROCESSABLE_ENTITY)
        except InboxError as problem:
            status, told = refusal(problem)
            if isinstance(problem, Invalid):
                told = {**told, "message": f"{problem.sentence}: {json.dumps(told['errors'], ensure_ascii=False)}"}
            return AsciiJson(told, status)

    return serve


def _let_in(request: Request, token: str) -> None:
    if not is_same_origin(request):
        raise HttpRefusal(403, {"message": "Other origins cannot control the sandbox"})
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not is_token(given.strip(), token):
        raise HttpRefusal(401, {"message": "Send the control token that was printed at the start as a Bearer token"})


def _read(body: JsonObject, shape: type[Any]) -> Any:
    try:
        return convert(body, shape)
    except msgspec.ValidationError as problem:
        names = ", ".join(each.name for each in msgspec.structs.fields(shape))
        raise UsageProblem(f"This request is not valid: {problem}.", f"Valid fields: {names}.") from None
