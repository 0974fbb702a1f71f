"""Servers that want the client's memory, its time or its token, and a client of its own that is sent to them."""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import ssl
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import trustme

from tests.faults.pty_terminal import ROOT
from tests.unit.api_helpers import RawServer, Script, bomb, head, saying

MIB = 1024 * 1024
CANARY = "canary-0d1c2b3a49586776-8594a3b2c1d0e9f8"
GOOD = b'{"data":[{"id":"n-1","title":"Hello"}]}'


class Visit(NamedTuple):
    """What became of one visit."""

    error: str
    seconds: float
    growth: int
    """Bytes over what the idle client holds."""


async def _drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.05)


async def _flood(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(b" " * 0x10000)
        await writer.drain()


async def _flood_chunks(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(b"10000\r\n" + b" " * 0x10000 + b"\r\n")
        await writer.drain()


async def _flood_headers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    for number in range(10_000_000):
        writer.write(b"X-%d: %s\r\n" % (number, b"y" * 1000))
        await writer.drain()


async def _hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()


def _zipped(body: bytes) -> Script:
    return saying(head("Content-Encoding: gzip"), gzip.compress(body, 1))


def _wide(unit: bytes, size: int = 7 * MIB) -> bytes:
    return b'{"data":[' + unit * (size // len(unit)) + b"0]}"


def _text(text: str, size: int = 5 * MIB) -> bytes:
    return f'{{"data":[{{"id":"n-1","body":"{text}{"x" * size}"}}]}}'.encode()


SCRIPTS: dict[str, tuple[Script, str]] = {
    "endless, in chunks": (saying(head("Transfer-Encoding: chunked"), then=_flood_chunks), "not_neptune"),
    "endless, without a length": (saying(head(), then=_flood), "not_neptune"),
    "endless headers": (saying(b"HTTP/1.1 200 OK\r\n", then=_flood_headers), "not_neptune"),
    "bomb": (saying(head("Content-Encoding: gzip"), bomb(1)), "not_neptune"),
    "bomb in a bomb": (saying(head("Content-Encoding: gzip"), bomb(2)), "not_neptune"),
    "stacked gzip": (saying(head("Content-Encoding: gzip, gzip"), bomb(2)), "not_neptune"),
    "many values in a bomb": (_zipped(_wide(b"{},")), "not_neptune"),
    "many small lists": (saying(head(), _wide(b"[],", 4 * MIB)), "not_neptune"),
    "many keys": (saying(head(), _wide(b'{"a":0},', 4 * MIB)), "not_neptune"),
    "one long text": (saying(head(), _text("")), ""),
    "one emoji in a long text": (saying(head(), _text("\U0001f469", 2 * MIB)), ""),
    "a text that is too long for its emoji": (saying(head(), _text("\U0001f469")), "not_neptune"),
    "deep JSON": (saying(head(), b'{"data":' + b"[" * 2 * MIB), "not_neptune"),
    "a number without end": (saying(head(), b'{"data":[' + b"1" * 4 * MIB + b"]}"), "not_neptune"),
    "dripping body": (saying(head("Content-Length: 9999"), then=_drip), "timed_out"),
    "dripping head": (saying(b"HTTP/1.1 200 OK\r\nX: ", then=_drip), "timed_out"),
    "silence": (saying(then=_hang), "timed_out"),
    "cut": (saying(head("Content-Length: 400"), GOOD), "offline"),
    "cut without a length": (saying(head(), GOOD[:-5]), "not_neptune"),
    "gzip cut": (saying(head("Content-Encoding: gzip"), gzip.compress(GOOD)[:-8]), "not_neptune"),
    "wrong length": (saying(head(f"Content-Length: {len(GOOD) - 7}"), GOOD), "not_neptune"),
}
"""What each says, and what the client calls it; the long texts are honest, if big."""


@asynccontextmanager
async def visitor(**env: str) -> AsyncIterator[Callable[..., asyncio.Future[Visit]]]:
    """The production client as a child; what is given takes a base and a patience, and tells of the visit."""
    async with RawServer(saying(head(), GOOD)) as well:
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.faults.bodies_client", well.base),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env={"PATH": os.environ["PATH"], "NEPTUNE_TOKEN": CANARY, **env},
            cwd=ROOT,
        )
        assert child.stdin is not None
        assert child.stdout is not None
        told, asked = child.stdout, child.stdin

        async def visit(base: str, total: float) -> Visit:
            asked.write(json.dumps({"base": base, "total": total}).encode() + b"\n")
            return Visit(**json.loads(await told.readline()))

        try:
            yield lambda base, total=0.0: asyncio.ensure_future(visit(base, total))
        finally:
            asked.close()
            await child.wait()


class Certificates:
    """A CA that the visitor trusts, and certificates with one thing wrong with each."""

    def __init__(self, folder: Path) -> None:
        self._trusted, stranger = trustme.CA(), trustme.CA()
        self.file = folder / "ca.pem"
        self._trusted.cert_pem.write_to_path(str(self.file))
        today = datetime.now(UTC)
        day = timedelta(days=1)
        issue = self._trusted.issue_cert
        self.good = self._context(issue("localhost"))
        self.bad = {
            "unknown CA": self._context(stranger.issue_cert("localhost")),
            "another host": self._context(issue("evil.example")),
            "expired": self._context(issue("localhost", not_before=today - 9 * day, not_after=today - day)),
            "not yet valid": self._context(issue("localhost", not_before=today + day, not_after=today + 9 * day)),
            "of a CA below an unknown one": self._context(stranger.create_child_ca().issue_cert("localhost")),
            "old TLS": self._context(issue("localhost"), ssl.TLSVersion.TLSv1_1),
        }

    @staticmethod
    def _context(certificate: trustme.LeafCert, newest: ssl.TLSVersion | None = None) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(context)
        if newest is not None:
            context.set_ciphers("ALL:@SECLEVEL=0")
            context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, newest
        return context
