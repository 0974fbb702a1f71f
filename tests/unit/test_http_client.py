from __future__ import annotations

import asyncio
import ssl

import httpx
import pytest
import trustme

from neptune_inbox import errors
from neptune_inbox.api.base_url import check_base
from neptune_inbox.api.body import Limits
from neptune_inbox.api.http_client import PinnedBearer, open_client
from neptune_inbox.api.transport import ApiResponse
from neptune_inbox.model import Token
from tests.unit.api_helpers import (
    API,
    CANARY,
    EDGE,
    QUICK,
    RawServer,
    RequestRecorder,
    Script,
    bomb,
    head,
    over,
    saying,
    show_everything,
)


async def ask(server: RawServer, method: str = "GET", limits: Limits = QUICK) -> ApiResponse:
    transport = over(None, api=server.base, limits=limits)
    try:
        return await transport.call(method, "api", ("environments",), is_write=method != "GET")
    finally:
        await transport.aclose()


async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.05)


async def flood(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(b"10000\r\n" + b" " * 0x10000 + b"\r\n")
        await writer.drain()


async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()


async def test_a_real_answer_comes_through() -> None:
    async with RawServer(saying(head("Content-Length: 11"), b'{"data":[]}')) as server:
        assert (await ask(server)).value == {"data": []}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("script", "kind", "words"),
    [
        (saying(head("Content-Length: 9999"), then=drip), errors.TimedOut, "longer than 0.4 seconds"),
        (saying(b"HTTP/1.1 200 OK\r\nX: ", then=drip), errors.TimedOut, "longer than"),
        (saying(then=hang), errors.TimedOut, "longer than"),
        (saying(head("Transfer-Encoding: chunked"), then=flood), errors.NotNeptune, "larger answer"),
        (saying(head("Content-Encoding: gzip"), bomb(1, 5_000_000)), errors.NotNeptune, "larger answer"),
        (saying(head("Content-Encoding: gzip, gzip"), bomb(2, 5_000_000)), errors.NotNeptune, "compressed"),
        (saying(head("Content-Length: 40"), b'{"data":['), errors.Offline, "Lost the connection"),
        (saying(head(), b'{"data":['), errors.NotNeptune, "cut off or broken"),
        (saying(b""), errors.Offline, "Lost the connection"),
        (saying(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"), errors.NotNeptune, "valid HTTP"),
        (saying(b"HTTP/1.1 200 OK\r\n" + b"X: " + b"y" * 200_000), errors.NotNeptune, "valid HTTP"),
        (saying(head("Location: /elsewhere", status="302 Found")), errors.NotNeptune, "redirects"),
        (saying(head("Content-Length: 0", status="500 \x1b]0;PWN\x07")), errors.InboxError, ""),
    ],
)
async def test_a_hostile_server_ends_in_a_named_error(
    script: Script, kind: type[errors.InboxError], words: str
) -> None:
    # Whoever is not slow on purpose may be slow on a busy machine, and is judged by what they say.
    total = 0.4 if kind is errors.TimedOut else 30.0
    limits = Limits(connect=30, read=30, write=30, pool=30, total=total, wire_bytes=300_000, decoded_bytes=1_000_000)
    async with RawServer(script) as server:
        with pytest.raises(kind) as caught:
            await ask(server, limits=limits)
    assert words in caught.value.sentence
    assert "CANARY" not in show_everything(caught.value)
    assert "\x1b" not in str(caught.value)


async def test_nobody_there_is_offline() -> None:
    async with RawServer(hang) as server:
        base = server.base
    with pytest.raises(errors.Offline, match="refused by"):
        await over(None, api=base, limits=QUICK).call("GET", "api", ("x",), is_write=False)


async def test_a_hung_server_is_left_when_a_read_takes_too_long() -> None:
    limits = Limits(read=0.1, total=5)
    async with RawServer(saying(head("Content-Length: 10"), then=hang)) as server:
        with pytest.raises(errors.TimedOut, match="middle of an exchange"):
            await ask(server, limits=limits)


async def test_a_call_that_is_cancelled_leaves_the_transport_usable() -> None:
    taken = asyncio.Event()

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        if taken.is_set():
            writer.write(head("Content-Length: 2") + b"{}")
        else:
            taken.set()
            await reader.read()

    async with RawServer(script) as server:
        transport = over(None, api=server.base, limits=QUICK)
        call = asyncio.create_task(transport.call("GET", "api", ("x",), is_write=False))
        await taken.wait()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        assert (await transport.call("GET", "api", ("x",), is_write=False)).value == {}
        await transport.aclose()


async def answer_requests(server: RawServer, per_connection: int) -> Script:
    """Answers that many requests on each connection, then takes one more and hangs up without a word."""

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in range(per_connection):
            await server.read_request(reader)
            writer.write(head("Content-Length: 2") + b"{}")
            await writer.drain()
        await server.read_request(reader)

    return script


async def dying_server(per_connection: int) -> RawServer:
    server = RawServer(hang)
    server._script = await answer_requests(server, per_connection)
    return server


async def test_one_connection_serves_request_after_request() -> None:
    async with await dying_server(per_connection=5) as server:
        transport = over(None, api=server.base, limits=QUICK)
        for _ in range(5):
            await transport.call("GET", "api", ("x",), is_write=False)
        await transport.aclose()
        assert server.connections == 1


async def test_a_read_over_a_dead_connection_is_sent_once_more() -> None:
    async with await dying_server(per_connection=1) as server:
        transport = over(None, api=server.base, limits=QUICK)
        for _ in range(2):
            assert (await transport.call("GET", "api", ("x",), is_write=False)).value == {}
        await transport.aclose()
        assert server.connections == 2
        assert server.received.count(b"GET /neptune/x") == 3


async def test_a_write_over_a_dead_connection_is_left_to_the_outbox() -> None:
    async with await dying_server(per_connection=1) as server:
        transport = over(None, api=server.base, limits=QUICK)
        await transport.call("GET", "api", ("x",), is_write=False)
        with pytest.raises(errors.Offline):
            await transport.call("DELETE", "api", ("x",), is_write=True)
        await transport.aclose()
        assert server.received.count(b"DELETE") == 1


async def test_a_read_over_a_new_connection_is_not_repeated() -> None:
    async with await dying_server(per_connection=0) as server:
        with pytest.raises(errors.Offline):
            await ask(server)
        assert server.connections == 1


async def test_a_certificate_that_nobody_signed_stops_everything() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("localhost", "127.0.0.1").configure_cert(context)
    received: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        received.append(await reader.read(100))
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    async with server:
        base = f"https://localhost:{server.sockets[0].getsockname()[1]}"
        with pytest.raises(errors.Untrusted, match="not trusted") as caught:
            await over(None, api=base, limits=QUICK).call("GET", "api", ("x",), is_write=False)
    assert caught.value.__context__ is None
    assert received == []


async def test_plain_text_where_tls_should_be_is_untrusted() -> None:
    async with RawServer(lambda reader, writer: _shout(writer)) as server:
        base = server.base.replace("http://", "https://")
        with pytest.raises(errors.Untrusted):
            await over(None, api=base, limits=QUICK).call("GET", "api", ("x",), is_write=False)


async def _shout(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    await writer.drain()


@pytest.mark.parametrize("proxy", ["nonsense://proxy.example", "socks5://me:CANARY@proxy.example:1080"])
async def test_proxy_settings_that_cannot_be_used_are_named(proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    with pytest.raises(errors.Offline, match="proxy settings") as caught:
        await over(None).call("GET", "api", ("x",), is_write=False)
    assert "CANARY" not in show_everything(caught.value)


async def test_a_proxy_is_used_for_https_and_its_refusal_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    refusal = b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"
    async with RawServer(saying(refusal)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.base)
        with pytest.raises(errors.Offline, match="proxy requires a sign-in"):
            await over(None, limits=QUICK).call("GET", "api", ("x",), is_write=False)
        assert proxy.connections == 1


async def test_this_machine_is_reached_without_the_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    async with RawServer(hang) as proxy, RawServer(saying(head("Content-Length: 2"), b"{}")) as server:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.base)
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        assert (await ask(server)).value == {}
        assert proxy.connections == 0


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/neptune/x",
        "https://api.example.test:8443/x",
        "http://api.example.test/x",
        "https://api.example.test.evil.example/x",
        EDGE,
    ],
)
def test_the_token_is_added_for_its_own_address_alone(url: str) -> None:
    request = httpx.Request("GET", url)
    with pytest.raises(errors.Untrusted):
        next(PinnedBearer(Token(CANARY), check_base("api_base", API)).auth_flow(request))
    assert "authorization" not in request.headers


@pytest.mark.parametrize(
    "url", ["https://evil.example/x", "http://api.example.test/x", "https://api.example.test:1/x"]
)
async def test_the_client_itself_goes_nowhere_else(url: str) -> None:
    seen = RequestRecorder()
    bases = (check_base("api_base", API), check_base("edge_base", EDGE))
    client = open_client(bases, httpx.MockTransport(seen), QUICK)
    with pytest.raises(errors.Untrusted):
        await client.get(url)
    assert seen.requests == []
    await client.aclose()


async def test_plain_http_has_nowhere_to_go_among_https_bases() -> None:
    client = open_client((check_base("api_base", API),), None, QUICK)
    client.event_hooks = {}
    with pytest.raises(errors.Untrusted, match="plain http"):
        await client.get("http://127.0.0.1:1/")
    await client.aclose()
