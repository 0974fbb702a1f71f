"""Hostile servers and the production client in a process of its own: what it costs, how long it takes, who hears."""

from __future__ import annotations

import asyncio
import ssl
import warnings
from pathlib import Path

import pytest

from tests.faults.bodies_servers import CANARY, GOOD, MIB, SCRIPTS, Certificates, visitor
from tests.unit.api_helpers import RawServer, head, saying

MOST_GROWTH = 40 * MIB
PATIENCE = 1.0
"""Seconds for the whole exchange; the product's own are 20, tried by `tests/bench/hostile.py`."""


async def measure(patience: float) -> tuple[float, float]:
    """Visit every hostile server; the most growth in MiB and the most seconds. Raises AssertionError."""
    growths, times = [], []
    async with visitor() as visit:
        for name, (script, error) in SCRIPTS.items():
            async with RawServer(script) as server:
                seen = await visit(server.base, patience)
            print(f"  {name}: {seen.error or 'taken'}, {seen.seconds:.2f} s, +{seen.growth / MIB:.1f} MiB")
            assert seen.error == error, name
            assert seen.growth <= MOST_GROWTH, f"{name}: {seen.growth / MIB:.1f} MiB"
            growths.append(seen.growth / MIB)
            times.append(seen.seconds)
    return max(growths), max(times)


async def test_no_server_takes_more_than_40_mib_and_each_is_given_up() -> None:
    print()
    growth, seconds = await measure(PATIENCE)
    print(f"{len(SCRIPTS)} hostile servers: at most +{growth:.1f} MiB and {seconds:.2f} s of {PATIENCE} s")


def _redirects(sink: str, secure_sink: str) -> list[tuple[str, str]]:
    targets = (sink, f"{sink}/app_notifications/dev", secure_sink, "/neptune/sink", sink.replace("http://", "//"))
    found = [(status, target) for status in ("301 Moved", "302 Found", "307 Temporary") for target in targets]
    return [*found, ("303 See Other", sink), ("308 Permanent", sink), ("300 Choices", sink)]


async def test_no_redirect_is_followed_and_the_token_goes_nowhere_else() -> None:
    async with visitor() as visit, RawServer(saying(head(), GOOD)) as sink:
        redirects = _redirects(sink.base, sink.base.replace("http://", "https://"))
        for status, target in redirects:
            async with RawServer(saying(head(f"Location: {target}", "Content-Length: 0", status=status))) as server:
                seen = await visit(server.base, PATIENCE)
                assert seen.error == "not_neptune", (status, target)
                assert server.connections == 1
        assert (sink.connections, sink.received) == (0, b"")
    print(f"\n{len(redirects)} redirects: 0 requests at the sink")


async def test_no_byte_of_a_request_reaches_an_unverified_peer(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        certificates = Certificates(tmp_path)
    async with visitor(SSL_CERT_FILE=str(certificates.file)) as visit:
        received, _ = await _serve_tls(certificates.good, visit)
        assert CANARY.encode() in received, "with a good certificate it works, so it is the certificate that decides"
        for name, context in certificates.bad.items():
            received, error = await _serve_tls(context, visit)
            assert (received, error) in ((b"", "untrusted"), (b"", "offline")), name
            print(f"\n  {name}: {error}", end="")
    print(f"\n{len(certificates.bad)} bad certificates: 0 bytes of a request sent")


async def _serve_tls(context: ssl.SSLContext, visit: object) -> tuple[bytes, str]:
    """What a TLS server with this certificate gets to read, and what the client calls it."""
    received: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        received.append(await reader.read(4096))
        writer.write(head() + GOOD)
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context)
    async with server:
        assert callable(visit)
        seen = await visit(f"https://localhost:{server.sockets[0].getsockname()[1]}/neptune", PATIENCE)
    return b"".join(received), str(seen.error)


@pytest.mark.parametrize("scheme", ["http://", "ftp://", "ws://"])
async def test_another_machine_is_never_asked_without_tls(scheme: str) -> None:
    from neptune_inbox.api.base_url import check_base
    from neptune_inbox.errors import ConfigProblem

    with pytest.raises(ConfigProblem):
        check_base("api_base", f"{scheme}api.example.test/neptune")
