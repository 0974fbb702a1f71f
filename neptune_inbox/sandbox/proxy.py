"""A proxy for the vendor's hosts alone, so that an SDK whose addresses are fixed reaches the sandbox unchanged.

It speaks CONNECT, and takes requests in absolute form as axios sends them. Certificates come from a CA that is made
for each start and trusted by nobody else; its key stays in this process. Needs the extra `sandbox`.
"""

from __future__ import annotations

import asyncio
import ssl
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from neptune_inbox.errors import UsageProblem
from neptune_inbox.sandbox.routes import ABSOLUTE_FORM, API_HOST, EDGE_HOST

VENDOR = (API_HOST, EDGE_HOST)
HTTPS_PORT = 443
LONGEST_HEAD = 65_536
PATIENCE = 30.0
"""Seconds that a client may take to say what it wants."""
CHUNK = 65_536


class Authority(NamedTuple):
    """What clients must trust, and what the sandbox shows them."""

    folder: Path
    certificate: Path
    """The CA's, in PEM form."""
    context: ssl.SSLContext
    """For a server addressed by the vendor's names."""

    def exports(self, proxy_url: str) -> dict[str, str]:
        """The variables by which Node, Python, Go, curl and PHP find the proxy and trust the CA."""
        ca = str(self.certificate)
        return {
            "HTTPS_PROXY": proxy_url,
            "NODE_EXTRA_CA_CERTS": ca,
            "SSL_CERT_FILE": ca,
            "CURL_CA_BUNDLE": ca,
            "PHP_INI_SCAN_DIR": f":{self.folder}",
        }


@contextmanager
def make_authority() -> Iterator[Authority]:
    """A CA with its files, which are removed at the end; raises UsageProblem where trustme is missing."""
    try:
        import trustme
    except ImportError:
        raise UsageProblem(
            "The proxy needs trustme, which is not installed.", "Run `pip install 'neptune-inbox[sandbox]'`."
        ) from None
    ca = trustme.CA(organization_name="neptune-inbox sandbox")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert(*VENDOR).configure_cert(context)
    with tempfile.TemporaryDirectory(prefix="neptune-sandbox-") as name:
        folder = Path(name)
        certificate = folder / "ca.pem"
        certificate.write_bytes(ca.cert_pem.bytes())
        (folder / "neptune-sandbox.ini").write_text(
            f'curl.cainfo = "{certificate}"\nopenssl.cafile = "{certificate}"\n', encoding="utf-8"
        )
        yield Authority(folder, certificate, context)


class Proxy:
    """Leads the vendor's names to two ports of this machine, and everything else nowhere."""

    def __init__(self, *, tls_port: int, plain_port: int) -> None:
        self._tls_port = tls_port
        self._plain_port = plain_port

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until either side ends it."""
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError):
            async with asyncio.timeout(PATIENCE):
                head = await reader.readuntil(b"\r\n\r\n")
            await self._lead(head, reader, writer)
        writer.close()

    async def _lead(self, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        method, _, rest = head.partition(b"\r\n")[0].partition(b" ")
        target = rest.rpartition(b" ")[0]
        if method == b"CONNECT":
            host, _, port = target.decode("latin-1").rpartition(":")
            if host.lower() not in VENDOR or port != str(HTTPS_PORT):
                await _refuse(writer, host or target.decode("latin-1"))
                return
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            await _join(self._tls_port, b"", reader, writer)
            return
        found = ABSOLUTE_FORM.match(target)
        host = found["authority"].decode("latin-1").lower().partition(":")[0] if found else ""
        if host in VENDOR:
            await _join(self._plain_port, head, reader, writer)
        else:
            await _refuse(writer, host or "this address")


async def _refuse(writer: asyncio.StreamWriter, host: str) -> None:
    words = "".join(sign for sign in host[:100] if sign.isprintable())
    text = f"The proxy of the Neptune sandbox leads to {' and '.join(VENDOR)} only, not to {words}.\n".encode()
    writer.write(
        b"HTTP/1.1 403 Forbidden\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n"
        b"Content-Length: %d\r\n\r\n" % len(text) + text
    )
    await writer.drain()


async def _join(port: int, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Both directions at once, until the server has said all."""
    inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", port)
    inner_writer.write(head)
    upwards = asyncio.ensure_future(_copy(reader, inner_writer))
    try:
        await _copy(inner_reader, writer)
    finally:
        upwards.cancel()
        inner_writer.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while chunk := await reader.read(CHUNK):
            writer.write(chunk)
            await writer.drain()
        writer.write_eof()
