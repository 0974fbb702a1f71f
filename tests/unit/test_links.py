"""A link is opened only when it goes where it says it goes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neptune_inbox.errors import UsageProblem
from neptune_inbox.text import check_link

REFUSED = [
    "",
    "acme.example",
    "//acme.example",
    "http://acme.example",
    "HTTP://acme.example",
    "ftp://acme.example",
    "file:///bin/sh",
    "file://acme.example/x",
    "javascript:alert(1)",
    "data:text/html,x",
    "vbscript:x",
    "mailto:help@acme.example",
    "smb://evil/share",
    "ssh://-oProxyCommand=id/x",
    "--renderer-cmd-prefix=/bin/sh",
    "-https://acme.example",
    "https:",
    "https://",
    "https:///etc/passwd",
    "https:acme.example",
    "https://user@acme.example",
    "https://user:secret@acme.example",
    "https://acme.example@evil.example",
    "https://acme.example\\@evil.example",
    "https:\\\\acme.example",
    "https://acme.example/ --flag",
    " https://acme.example",
    "https://acme.example\n",
    "https://acme.example/\x1b]52;c;AA\x07",
    "https://acme.example/\x00",
    "https://acme.example/\u202egnp.exe",
    "https://acme.example/\u200b",
    "https://acme\u3000.example",
    "https://acme.example/%action",
    "https://acme.example:99999/",
    "https://acme.example:x/",
    "https://[::1",
    "https://ac%6de.example/",
    "https://a..example/",
    "https://-acme.example/",
    "https://acme.example;id/",
    "https://$(id)/",
    "https://acme.example/" + "x" * 2_048,
]


@pytest.mark.parametrize("url", REFUSED)
def test_a_hostile_link_is_refused(url: str) -> None:
    with pytest.raises(UsageProblem, match="This link is not opened"):
        check_link(url)


@pytest.mark.parametrize(
    ("url", "opened", "host"),
    [
        ("https://acme.example", "https://acme.example/", "acme.example"),
        ("HTTPS://ACME.example/In?a=1&b=%20#top", "https://acme.example/In?a=1&b=%20#top", "acme.example"),
        ("https://acme.example:8443/x", "https://acme.example:8443/x", "acme.example"),
        ("https://acme.example/café'\"`", "https://acme.example/caf%C3%A9'%22%60", "acme.example"),
    ],
)
def test_an_honest_link_is_opened_as_plain_ascii(url: str, opened: str, host: str) -> None:
    link = check_link(url)
    assert (link.url, link.host, link.is_suspicious) == (opened, host, False)


def test_the_host_is_shown_with_its_port() -> None:
    assert check_link("https://acme.example:8443/").shown_host == "acme.example:8443"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://аcme.example/", "xn--cme-5cd.example"),
        ("https://münchen.example/", "xn--mnchen-3ya.example"),
        ("https://xn--cme-5cd.example/", "xn--cme-5cd.example"),
        ("https://ａcme.example/", "acme.example"),
        ("https://127.0.0.1/", "127.0.0.1"),
        ("https://[::1]/", "[::1]"),
        ("https://2130706433/", "2130706433"),
    ],
)
def test_a_host_in_disguise_is_shown_plainly_and_marked(url: str, shown: str) -> None:
    link = check_link(url)
    assert (link.shown_host, link.is_suspicious) == (shown, True)


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=40), st.text(max_size=40).map("https://a.example/".__add__)))
def test_what_is_let_through_is_one_safe_argument(url: str) -> None:
    try:
        link = check_link(url)
    except UsageProblem:
        return
    assert link.url.startswith("https://")
    assert link.url.isascii()
    assert link.url.isprintable()
    assert not set(link.url) & set(' \\"<>`')
    assert check_link(link.url).url == link.url
