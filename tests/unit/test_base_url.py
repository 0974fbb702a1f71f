from __future__ import annotations

from urllib.parse import parse_qs, unquote

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neptune_inbox.api.base_url import check_base, is_loopback
from neptune_inbox.errors import ConfigProblem, Invalid

BASE = check_base("api_base", "https://api.teurons.com/neptune/")


def arrived(segment: str) -> str:
    """What a server sees as the path after the base, still encoded, when httpx has sent the URL."""
    return httpx.URL(BASE.url((segment,))).raw_path.decode().removeprefix("/neptune/")


@pytest.mark.parametrize(
    "base", ["https://api.teurons.com/neptune", "https://API.teurons.com:8443", "https://[2001:db8::1]/n"]
)
def test_https_is_taken_anywhere(base: str) -> None:
    assert check_base("api_base", base).scheme == "https"


@pytest.mark.parametrize(
    "base", ["http://127.0.0.1:8000", "http://127.9.9.9/n", "http://[::1]:80", "http://localhost"]
)
def test_http_is_taken_on_this_machine(base: str) -> None:
    assert check_base("api_base", base).is_plain


@pytest.mark.parametrize(
    "base",
    [
        "http://api.teurons.com/neptune",
        "http://127.0.0.1.evil.example",
        "http://localhost.evil.example",
        "http://10.0.0.1",
        "http://0.0.0.0",
        "http://[::ffff:10.0.0.1]",
        "ftp://localhost",
        "file:///etc/passwd",
        "https://",
        "https:///neptune",
        "https://a..b",
        "api.teurons.com",
        "",
        "https://good.example\\@evil.example",
        "https://good.example/a b",
        "https://good.example/\x1b]0;x\x07",
        "https://host:99999",
        "https://host:x",
        "https://[::1",
        "https://host/?q=1",
        "https://host/#f",
        f"https://{'a' * 64}.example",
    ],
)
def test_any_other_base_is_refused_and_named(base: str) -> None:
    with pytest.raises(ConfigProblem, match="api_base") as caught:
        check_base("api_base", base)
    assert caught.value.remedy
    assert "\x1b" not in str(caught.value)


def test_a_password_in_a_base_is_refused_and_not_shown() -> None:
    with pytest.raises(ConfigProblem) as caught:
        check_base("edge_base", "https://me:hunter2@edge.example")
    assert "hunter2" not in str(caught.value)


def test_a_host_in_another_script_is_pinned_in_ascii() -> None:
    assert check_base("api_base", "https://bücher.example").host_port == "xn--bcher-kva.example"


def test_the_place_names_a_port_that_is_not_the_usual_one() -> None:
    assert check_base("b", "https://a.example:443").host_port == "a.example"
    assert check_base("b", "http://localhost:8080").host_port == "localhost:8080"
    assert check_base("b", "http://[::1]:9").host_port == "[::1]:9"


@pytest.mark.parametrize(
    "user_id", ["a/b c?d%", "ünï", "x" * 300, ".", "..", "...", "%2F", "%", "a#b", "u+1&=;@", "🎉"]
)
def test_an_id_arrives_as_it_is(user_id: str) -> None:
    raw = arrived(user_id)
    assert "/" not in raw
    assert "?" not in raw
    assert unquote(raw) == user_id


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=40))
def test_any_id_arrives_as_it_is(user_id: str) -> None:
    raw = arrived(user_id)
    assert "/" not in raw
    assert raw not in (".", "..")
    assert unquote(raw) == user_id


def test_dots_as_an_id_do_not_climb_out_of_the_path() -> None:
    assert httpx.URL(BASE.url(("staging", "users", ".."))).raw_path == b"/neptune/staging/users/%2E%2E"


@pytest.mark.parametrize("segment", ["", "a\ud800b"])
def test_an_id_that_cannot_be_sent_is_refused(segment: str) -> None:
    with pytest.raises(Invalid):
        BASE.url(("staging", "users", segment))


def test_parameters_arrive_as_they_are() -> None:
    params: dict[str, str | int] = {
        "user_id": "a&b=c d*ü%",
        "page": 2,
        "sort_column": "notification_deliveries*created_at",
    }
    query = httpx.URL(BASE.url(("app_notifications", "dev"), params)).query.decode()
    assert parse_qs(query) == {name: [str(value)] for name, value in params.items()}
    assert "sort_column=notification_deliveries*created_at" in query


def test_only_this_machine_is_loopback() -> None:
    assert is_loopback("127.0.0.53")
    assert not is_loopback("128.0.0.1")
    assert not is_loopback("127.1")
