from __future__ import annotations

import gzip
import json
import logging
import socket
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator

import httpx
import pytest

from neptune_inbox import errors
from neptune_inbox.api.transport import ApiResponse, Transport
from neptune_inbox.model import JsonValue, Mode, Token
from tests.unit.api_helpers import API, CANARY, EDGE, NOW, QUICK, Handler, RequestRecorder, over, show_everything


async def get(http: httpx.AsyncBaseTransport | Handler | None) -> ApiResponse:
    return await over(http).call("GET", "api", ("environments",), is_write=False, subject="the environments")


async def post(http: httpx.AsyncBaseTransport | Handler | None) -> ApiResponse:
    return await over(http).call("POST", "api", ("x",), body={"id": "n-1"}, is_write=True, subject="notification n-1")


def answering(status: int, value: JsonValue = None, **headers: str) -> Handler:
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return lambda request: httpx.Response(status, json=value, headers=named)


def raising(error: Exception) -> Handler:
    def handler(request: httpx.Request) -> httpx.Response:
        raise error

    return handler


# What is sent


async def test_a_read_carries_the_token_and_asks_for_json() -> None:
    seen = RequestRecorder([])
    await get(seen)
    assert str(seen.request.url) == f"{API}/environments"
    assert seen.request.headers["authorization"] == f"Bearer {CANARY}"
    assert seen.request.headers["accept"] == "application/json"
    assert seen.request.headers["accept-encoding"] == "gzip"
    assert seen.request.headers["user-agent"].startswith("neptune-inbox/")
    assert "content-type" not in seen.request.headers


async def test_a_delete_may_carry_a_body() -> None:
    seen = RequestRecorder()
    await over(seen).call(
        "DELETE", "api", ("dev", "users", "1", "contacts_info"), body={"type": "email"}, is_write=True
    )
    assert seen.request.method == "DELETE"
    assert seen.body == {"type": "email"}
    assert seen.request.headers["content-type"] == "application/json"


async def test_the_edge_gets_the_token_in_the_body_and_no_authorization() -> None:
    seen = RequestRecorder({"ok": True})
    body: dict[str, JsonValue] = {"environment": "dev", "api_token": "••••", "event_type": "x"}
    await over(seen).call("POST", "edge", ("events", "ingest"), body=body, is_write=True)
    assert str(seen.request.url) == f"{EDGE}/events/ingest"
    assert "authorization" not in seen.request.headers
    assert seen.body == {"environment": "dev", "api_token": CANARY, "event_type": "x"}
    assert body["api_token"] == "••••"


async def test_a_new_token_is_used_from_the_next_request_on() -> None:
    seen = RequestRecorder()
    transport = over(seen)
    await transport.call("GET", "api", ("a",), is_write=False)
    transport.use_token(Token("another-token"))
    await transport.call("GET", "api", ("a",), is_write=False)
    assert seen.request.headers["authorization"] == "Bearer another-token"


async def test_cookies_are_never_kept() -> None:
    seen = RequestRecorder([], headers={"set-cookie": "session=1; Path=/"})
    transport = over(seen)
    for _ in range(2):
        await transport.call("GET", "api", ("environments",), is_write=False)
    assert "cookie" not in seen.request.headers


# What is refused before anything is sent


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "HEAD", "get", "GET "])
@pytest.mark.parametrize("is_write", [True, False])
async def test_observe_sends_nothing_but_reads(method: str, is_write: bool) -> None:
    seen = RequestRecorder()
    transport = over(seen, mode=Mode.OBSERVE)
    with pytest.raises(errors.ObserveOnly, match="notification n-1"):
        await transport.call(method, "api", ("x",), is_write=is_write, subject="notification n-1")
    assert seen.requests == []
    await transport.call("GET", "api", ("x",), is_write=False)
    assert len(seen.requests) == 1


async def test_observe_refuses_even_a_read_that_is_called_a_write() -> None:
    with pytest.raises(errors.ObserveOnly):
        await over(RequestRecorder(), mode=Mode.OBSERVE).call("GET", "api", ("x",), is_write=True)


async def test_without_a_token_nothing_is_sent() -> None:
    seen = RequestRecorder()
    with pytest.raises(errors.NotSignedIn):
        await over(seen, token=None).call("GET", "api", ("x",), is_write=False)
    assert seen.requests == []


@pytest.mark.parametrize(
    "token", [f"{CANARY}\n", f" {CANARY}", "CANARY ü0123456789", "CANARY", "x" * 4_097, "a b c d"]
)
async def test_a_token_that_is_none_is_refused_before_it_is_sent(token: str) -> None:
    seen = RequestRecorder()
    with pytest.raises(errors.TokenMalformed) as caught:
        await over(seen, token=token).call("GET", "api", ("x",), is_write=False)
    assert seen.requests == []
    assert token.strip() not in str(caught.value)


@pytest.mark.parametrize(("api", "edge"), [("http://api.example", EDGE), (API, "http://edge.example")])
async def test_plain_http_to_another_machine_is_refused_at_the_start(api: str, edge: str) -> None:
    with pytest.raises(errors.ConfigProblem, match="plain http"):
        over(RequestRecorder(), api=api, edge=edge)


async def test_a_body_that_is_no_json_is_refused() -> None:
    seen = RequestRecorder()
    with pytest.raises(errors.Invalid):
        await over(seen).call("POST", "api", ("x",), body={"n": float("nan")}, is_write=True)
    assert seen.requests == []


async def test_an_id_that_is_too_long_for_an_address_is_refused() -> None:
    with pytest.raises(errors.Invalid):
        await over(RequestRecorder()).call("GET", "api", ("users", "x" * 70_000), is_write=False)


async def test_a_closed_transport_says_so() -> None:
    transport = over(RequestRecorder())
    await transport.call("GET", "api", ("x",), is_write=False)
    await transport.aclose()
    with pytest.raises(errors.Offline):
        await transport.call("GET", "api", ("x",), is_write=False)


# What counts as an answer


async def test_an_answer_has_its_value_and_its_evidence() -> None:
    headers = {"x-request-id": "req-7\x1b[31m", "date": "Sun, 06 Nov 1994 08:49:37 GMT"}
    answer = await get(RequestRecorder({"data": []}, headers=headers))
    assert answer.value == {"data": []}
    assert answer.request_id == "req-7\N{REPLACEMENT CHARACTER}[31m"
    assert answer.server_date == 784_111_777_000
    assert answer.size > 0


@pytest.mark.parametrize(
    "response",
    [
        httpx.Response(200),
        httpx.Response(201, content=b"", headers={"content-type": "application/json"}),
        httpx.Response(204),
        httpx.Response(202, content=b" \n", headers={"content-type": "application/json"}),
    ],
)
async def test_an_empty_success_is_a_success(response: httpx.Response) -> None:
    assert (await post(lambda request: response)).value is None


async def test_a_packed_answer_is_unpacked() -> None:
    class Packed(httpx.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            yield gzip.compress(b'{"data": [1]}')

    headers = {"content-type": "application/json", "content-encoding": "gzip"}
    assert (await get(lambda request: httpx.Response(200, stream=Packed(), headers=headers))).value == {"data": [1]}


@pytest.mark.parametrize(
    "response",
    [
        httpx.Response(200, html="<html>Please sign in to the hotel</html>"),
        httpx.Response(200, html=""),
        httpx.Response(200, text='{"data": []}'),
        httpx.Response(200, content=b'{"data": []}'),
        httpx.Response(200, content=b"<html>", headers={"content-type": "application/json"}),
        httpx.Response(200, content=b'{"a": "\xff"}', headers={"content-type": "application/json"}),
        httpx.Response(
            200, content="{}".encode("utf-16"), headers={"content-type": "application/json; charset=utf-16"}
        ),
        httpx.Response(404, html="<h1>nginx</h1>"),
        httpx.Response(401, html="<h1>proxy</h1>"),
        httpx.Response(403, html="<h1>blocked</h1>"),
        httpx.Response(422, content=b"{cut", headers={"content-type": "application/json"}),
    ],
)
async def test_what_is_not_neptune_has_its_own_name(response: httpx.Response) -> None:
    with pytest.raises(errors.NotNeptune, match=r"api\.example\.test"):
        await get(lambda request: response)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308, 304, 300])
async def test_a_redirect_is_never_followed(status: int) -> None:
    seen = RequestRecorder(status=status, headers={"location": "https://evil.example/sign-in"})
    with pytest.raises(errors.NotNeptune) as caught:
        await get(seen)
    assert len(seen.requests) == 1
    assert "evil.example" in caught.value.sentence


async def test_a_redirect_to_nonsense_is_no_crash() -> None:
    with pytest.raises(errors.NotNeptune) as caught:
        await get(RequestRecorder(status=302, headers={"location": "https://evil.example/\x1b[2J"}))
    assert "\x1b" not in str(caught.value)


# What the server refuses


@pytest.mark.parametrize(
    ("status", "value", "kind", "words"),
    [
        (401, {"error": "Unauthenticated"}, errors.TokenRefused, "Unauthenticated"),
        (403, {"message": "No Access"}, errors.AccessDenied, "notification n-1: No Access"),
        (403, {"message": "Invalid Token"}, errors.AccessDenied, "Invalid Token"),
        (404, {"message": "No such notification"}, errors.NotFound, "notification n-1: No such notification"),
        (410, None, errors.NotFound, "notification n-1"),
        (404, {"error": "Not Found"}, errors.NotFound, "does not know the address /neptune/x"),
        (400, {"message": "Bad id"}, errors.Invalid, "notification n-1: Bad id"),
        (409, {"error": {"message": "Busy"}}, errors.Refused, "(409): Busy"),
        (408, {}, errors.TimedOut, "gave up waiting"),
        (407, {}, errors.Offline, "proxy"),
        (429, {"message": "Slow down"}, errors.Throttled, "fewer requests: Slow down"),
        (500, {"message": "Something went wrong"}, errors.ServerTrouble, "(500): Something went wrong"),
        (502, None, errors.ServerTrouble, "(502)"),
    ],
)
async def test_every_refusal_speaks_with_the_servers_words(
    status: int, value: JsonValue, kind: type[errors.InboxError], words: str
) -> None:
    with pytest.raises(errors.InboxError) as caught:
        await post(answering(status, value))
    assert type(caught.value) is kind
    assert words in caught.value.sentence
    assert caught.value.sentence.endswith((".", "!", "/neptune/x"))


async def test_a_wrong_field_is_named() -> None:
    value: JsonValue = {
        "message": "Validation failed. 2 error(s)",
        "errorCode": "InputNotValid",
        "errors": {"user_id": ["is required", "is odd\x1b[31m"], "value": "is taken"},
    }
    with pytest.raises(errors.Invalid) as caught:
        await post(answering(422, value))
    assert caught.value.fields == {
        "user_id": ("is required", "is odd\N{REPLACEMENT CHARACTER}[31m"),
        "value": ("is taken",),
    }
    assert "Validation failed" in caught.value.sentence
    assert "value: is taken" in caught.value.sentence


@pytest.mark.parametrize(
    "faults",
    [
        [{"field": "a", "message": "bad"}, "odd", 7, {}],
        {"a": {"message": "bad"}},
        "text",
        7,
        [[[]]],
        {"a": [None, 3]},
    ],
)
async def test_odd_lists_of_faults_are_no_crash(faults: JsonValue) -> None:
    with pytest.raises(errors.Invalid):
        await post(answering(422, {"errors": faults}))


@pytest.mark.parametrize(
    ("header", "seconds"), [("30", 30.0), ("Sun, 27 Oct 2024 03:34:10 GMT", 50.0), ("99999", 3600.0), ("soon", None)]
)
@pytest.mark.parametrize("status", [429, 503])
async def test_the_server_says_when_to_come_back(status: int, header: str, seconds: float | None) -> None:
    assert NOW == 1_730_000_000_000  # Sun, 27 Oct 2024 03:33:20 GMT
    with pytest.raises(errors.Unreachable) as caught:
        await get(answering(status, {}, retry_after=header))
    assert caught.value.retry_after == seconds


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_a_gateway_in_trouble_may_speak_html(status: int) -> None:
    with pytest.raises(errors.Throttled if status == 429 else errors.ServerTrouble):
        await get(lambda request: httpx.Response(status, html="<h1>Oops</h1>", headers={"retry-after": "5"}))


# What goes wrong on the way


def caused_by(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


def untrusted() -> ssl.SSLCertVerificationError:
    problem = ssl.SSLCertVerificationError(1, "[SSL: CERTIFICATE_VERIFY_FAILED]")
    problem.verify_message = "self-signed certificate"
    return problem


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (httpx.ConnectTimeout("x"), errors.TimedOut, "Timed out"),
        (httpx.ReadTimeout("x"), errors.TimedOut, "middle of an exchange"),
        (httpx.WriteTimeout("x"), errors.TimedOut, "middle of an exchange"),
        (httpx.PoolTimeout("x"), errors.TimedOut, "Too many requests"),
        (httpx.ConnectError("x"), errors.Offline, "No connection"),
        (caused_by(httpx.ConnectError("x"), socket.gaierror(-2, "x")), errors.Offline, "not found"),
        (caused_by(httpx.ConnectError("x"), ConnectionRefusedError()), errors.Offline, "refused by"),
        (
            caused_by(httpx.ConnectError("x"), ExceptionGroup("x", [ConnectionRefusedError()])),
            errors.Offline,
            "refused by",
        ),
        (caused_by(httpx.ConnectError("x"), untrusted()), errors.Untrusted, "self-signed certificate"),
        (caused_by(httpx.ConnectError("x"), ssl.SSLError(1, "WRONG_VERSION")), errors.Untrusted, "negotiated"),
        (caused_by(httpx.ConnectError("x"), ssl.SSLEOFError(8, "EOF")), errors.Offline, "Lost the connection"),
        (httpx.ReadError("x"), errors.Offline, "Lost the connection"),
        (httpx.WriteError("x"), errors.Offline, "Lost the connection"),
        (httpx.CloseError("x"), errors.Offline, "Lost the connection"),
        (ConnectionResetError(), errors.Offline, "Lost the connection"),
        (
            httpx.RemoteProtocolError("Server disconnected without sending a response."),
            errors.Offline,
            "Lost the connection",
        ),
        (httpx.RemoteProtocolError("illegal status line"), errors.NotNeptune, "valid HTTP"),
        (httpx.ProxyError("407 Proxy Authentication Required"), errors.Offline, "proxy requires a sign-in"),
        (httpx.ProxyError("502 Bad \x1b[31mGateway"), errors.Offline, "(502)"),
        (httpx.StreamClosed(), errors.Offline, "Lost the connection"),
        (httpx.UnsupportedProtocol("x"), errors.Invalid, "cannot be sent"),
        (httpx.LocalProtocolError(f"Illegal header value b'Bearer {CANARY}'"), errors.Invalid, "cannot be sent"),
        (UnicodeEncodeError("ascii", CANARY, 0, 1, "x"), errors.Invalid, "cannot be sent"),
    ],
)
async def test_every_fault_on_the_way_has_a_name(error: Exception, kind: type[errors.InboxError], words: str) -> None:
    with pytest.raises(errors.InboxError) as caught:
        await get(raising(error))
    assert type(caught.value) is kind
    assert words in caught.value.sentence
    assert caught.value.remedy
    assert caught.value.__context__ is None


async def test_a_write_is_sent_once_whatever_happens() -> None:
    sent: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        raise httpx.ReadError("reset")

    with pytest.raises(errors.Offline):
        await post(handler)
    assert len(sent) == 1


async def test_an_endless_body_is_cut_off() -> None:
    class Endless(httpx.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            while True:
                yield b" " * 65_536

    response = httpx.Response(200, stream=Endless(), headers={"content-type": "application/json"})
    with pytest.raises(errors.NotNeptune, match="larger answer"):
        await over(lambda request: response, limits=QUICK).call("GET", "api", ("x",), is_write=False)


# Where the token must not be


def forced_faults() -> list[Handler]:
    echo: JsonValue = {"message": f"bad token {CANARY}", "errors": {CANARY: [f"is {CANARY}"]}}
    leaks: list[Exception] = [
        httpx.LocalProtocolError(f"Illegal header value b'Bearer {CANARY}'"),
        UnicodeEncodeError("ascii", CANARY, 0, 1, "x"),
        httpx.ProxyError(f"407 {CANARY}"),
        httpx.RemoteProtocolError(f"closed {CANARY}"),
        httpx.ConnectError(CANARY),
        OSError(CANARY),
    ]
    statuses = (302, 400, 401, 403, 404, 409, 422, 429, 500, 503)
    return [raising(leak) for leak in leaks] + [
        answering(status, echo, location=f"https://evil/{CANARY}") for status in statuses
    ]


@pytest.mark.parametrize("handler", forced_faults())
@pytest.mark.parametrize("base", ["api", "edge"])
async def test_no_fault_shows_the_token(handler: Handler, base: str) -> None:
    with pytest.raises(errors.InboxError) as caught:
        await over(handler).call(
            "POST", "edge" if base == "edge" else "api", ("x",), body={"api_token": "••••"}, is_write=True
        )
    assert "CANARY" not in show_everything(caught.value)


async def test_a_success_that_echoes_the_token_is_masked() -> None:
    answer = await get(RequestRecorder({"you_sent": [f"Bearer {CANARY}"]}, headers={"x-request-id": CANARY}))
    assert answer.value == {"you_sent": ["Bearer ••••"]}
    assert "CANARY" not in answer.request_id


async def test_nothing_about_a_request_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        await over(RequestRecorder([])).call("GET", "api", ("x",), params={"user_id": "u-4711"}, is_write=False)
    assert "u-4711" not in caplog.text
    assert "CANARY" not in caplog.text


def test_a_transport_shows_no_token() -> None:
    transport: Transport = over(RequestRecorder())
    assert "CANARY" not in json.dumps({name: repr(value) for name, value in vars(transport).items()})


def test_httpx_is_not_imported_before_the_first_request() -> None:
    code = "import sys, neptune_inbox.api.client; sys.exit('httpx' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
