"""The proxy of the machine is read as curl reads it, and its password is shown to nobody."""

from __future__ import annotations

import asyncio
import base64

import httpx
import pytest

from neptune_inbox import errors
from neptune_inbox.api.base_url import check_base
from neptune_inbox.api.http_client import open_client
from neptune_inbox.api.network_errors import of_exception
from neptune_inbox.api.proxies import is_exempt, parse_proxy, route_of
from neptune_inbox.masking import child_environment, know_proxies, mask, mask_sentence
from neptune_inbox.presentation.lines import TopFacts, top_line
from tests.builders import MINUTE, NOON
from tests.tui.styled_text import text
from tests.unit.api_helpers import API, QUICK, RawServer, over, show_everything

FAR = "https://api.teurons.com/neptune"
NAMES = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy")


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("no_proxy", "base", "exempt"),
    [
        ("localhost,[::1]", FAR, False),
        ("localhost,[::1]", "https://[::1]:8443", True),
        ("::1", "https://[::1]:8443", True),
        ("[::1]:8443", "https://[::1]:8443", True),
        ("[::1]:99", "https://[::1]:8443", False),
        ("fe80::/10", "https://[fe80::1]", True),
        ("[fe80::]/10", "https://[fe80::1]", True),
        ("fe80::/10", "https://[fc00::1]", False),
        ("fe80::1%eth0", "https://[fe80::1]", True),
        ("fe80::/10", FAR, False),
        ("10.0.0.0/8", "https://10.1.2.3", True),
        ("10.1.2.3/8", "https://10.9.9.9", True),
        ("10.0.0.0/99", "https://10.1.2.3", False),
        ("10.0.0.0/8", "https://[::1]", False),
        ("127.0.0.1", "https://127.0.0.1:8443", True),
        ("127.0.0.1:8443", "https://127.0.0.1:8443", True),
        ("127.0.0.1:1", "https://127.0.0.1:8443", False),
        ("teurons.com", FAR, True),
        (".teurons.com", FAR, True),
        ("*.teurons.com", FAR, True),
        ("*teurons.com", FAR, True),
        ("TEURONS.COM", FAR, True),
        ("teurons.com.", FAR, True),
        ("api.teurons.com:443", FAR, True),
        ("api.teurons.com:444", FAR, False),
        ("urons.com", FAR, False),
        ("https://api.teurons.com", FAR, True),
        ("a.example b.example, teurons.com", FAR, True),
        ("*", FAR, True),
        ("a.example,*", FAR, True),
        ("bücher.example", "https://xn--bcher-kva.example", True),
        ("", FAR, False),
        (",, ,", FAR, False),
        ("[", FAR, False),
        ("[::1", FAR, False),
        ("http://[", FAR, False),
        ("a:b:c", FAR, False),
        (":", FAR, False),
        ("%%%", FAR, False),
        ("ü" * 80, FAR, False),
        ("\x1b[2J", FAR, False),
    ],
)
def test_what_no_proxy_names_is_reached_directly(no_proxy: str, base: str, exempt: bool) -> None:
    address = check_base("api_base", base)
    assert is_exempt(address, no_proxy) is exempt
    route = route_of(address, {"https": "proxy.example:3128", "no": no_proxy})
    assert (route is None) is exempt


@pytest.mark.parametrize("no_proxy", ["localhost,[::1]", "fe80::/10", "[", "http://[", "a:b:c", "%%%", "[::1]:x"])
async def test_no_entry_of_it_keeps_anybody_from_connecting(no_proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", no_proxy)
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    client = open_client((check_base("api_base", API),), None, QUICK)
    await client.aclose()


@pytest.mark.parametrize(
    ("text", "url", "user", "password"),
    [
        ("http://me:pa#ss@proxy.example:3128", "http://proxy.example:3128", "me", "pa#ss"),
        ("http://me:p@ss@proxy.example:3128", "http://proxy.example:3128", "me", "p@ss"),
        ("http://me:p%23s@proxy.example:3128", "http://proxy.example:3128", "me", "p#s"),
        ("http://me:100%@proxy.example:3128/", "http://proxy.example:3128", "me", "100%"),
        ("http://me:a/b?c@proxy.example", "http://proxy.example:80", "me", "a/b?c"),
        ("http://me:a:b@[::1]:3128", "http://[::1]:3128", "me", "a:b"),
        ("http://me@proxy.example:1", "http://proxy.example:1", "me", ""),
        ("proxy.example:3128", "http://proxy.example:3128", "", ""),
        ("https://proxy.example", "https://proxy.example:443", "", ""),
    ],
)
def test_a_password_may_hold_any_character(text: str, url: str, user: str, password: str) -> None:
    route = parse_proxy(text)
    assert (route.url, route.user, route.password) == (url, user, password)
    if password:
        assert password not in f"{route} {route!r}"


@pytest.mark.parametrize(
    "text",
    [
        *("nonsense://me:CANARY#@x", "http://me:CANARY@", "http://me:CANARY#x", "http://me:CANARY@x:99999"),
        *("http://me:CANARY@x:0", "http://", "://", "http://me:CANARY@a b:1", "http://me:CANARY@x:port"),
    ],
)
async def test_one_that_nobody_could_use_is_told_without_its_password(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", text)
    with pytest.raises(errors.Offline, match="proxy settings") as caught:
        await over(None).call("GET", "api", ("x",), is_write=False)
    assert "CANARY" not in show_everything(caught.value)


@pytest.mark.parametrize(
    ("proxy", "words"),
    [
        ("http://me:CANARY@127.0.0.1:9", "Proxy refused the connection: 127.0.0.1:9."),
        ("me:CANARY@proxy.invalid:3128", "Proxy not found: proxy.invalid:3128."),
    ],
)
async def test_a_proxy_that_is_not_there_is_named_and_not_the_host_behind_it(
    proxy: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    with pytest.raises(errors.Offline) as caught:
        await over(None, limits=QUICK).call("GET", "api", ("x",), is_write=False)
    assert caught.value.sentence == words
    assert "HTTPS_PROXY" in caught.value.remedy
    assert "CANARY" not in show_everything(caught.value)


async def test_a_proxy_gets_its_password_as_it_is_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[bytes] = []

    async def proxy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()

    async with RawServer(proxy) as server:
        monkeypatch.setenv("https_proxy", f"http://me:CAN#AR@Y%25@{server.base.removeprefix('http://')}")
        with pytest.raises(errors.Offline, match="proxy refused the request") as caught:
            await over(None, limits=QUICK).call("GET", "api", ("x",), is_write=False)
    assert f"Proxy-Authorization: Basic {base64.b64encode(b'me:CAN#AR@Y%').decode()}".encode() in heard[0]
    assert b"CONNECT api.example.test:443" in heard[0]
    assert "CAN#AR" not in show_everything(caught.value)


def test_a_proxys_password_is_masked_and_not_handed_to_children() -> None:
    proxy = "http://me:hush#hu%73h@proxy.example:3128"
    environ = {"HTTPS_PROXY": proxy, "NEPTUNE_TOKEN": "x" * 9, "NEPTUNE_ENV": "dev", "PATH": "/bin"}
    know_proxies(environ)
    for words in (f"no way to {proxy}", "Invalid port: 'hush#hu%73h'", "it was hush#hush"):
        assert "hush" not in mask(words)
        assert "hush" not in mask_sentence(words)
    assert child_environment(environ) == {"HTTPS_PROXY": "http://proxy.example:3128", "PATH": "/bin"}
    assert child_environment(environ, keeps_proxies=True) == {"HTTPS_PROXY": proxy, "PATH": "/bin"}


@pytest.mark.parametrize(
    "error",
    [httpx.ConnectError("x"), httpx.ConnectTimeout("x"), httpx.ReadTimeout("x"), httpx.ProxyError("503 x")],
    ids=lambda error: type(error).__name__,
)
def test_the_header_of_a_narrow_screen_still_says_that_it_is_the_proxy(error: httpx.HTTPError) -> None:
    told = of_exception(error, "api.neptune.example:443", "proxy.example:3128")
    facts = TopFacts("dev", "acme", "act", problem=told.sentence, fetched_at=NOON - 9 * MINUTE)
    assert "proxy" in text(top_line(facts, 80, NOON)).lower()
