"""The sandbox over a real socket, as any Neptune SDK would reach it."""

from __future__ import annotations

import builtins
import json
import logging
import socket
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
import trustme

from neptune_inbox.errors import UsageProblem
from neptune_inbox.model import Token
from neptune_inbox.sandbox import serve as serving
from neptune_inbox.sandbox.records import ContactRecord
from neptune_inbox.sandbox.seed import seed_demo
from neptune_inbox.sandbox.serve import LoopbackOnly, Served, Tls, announce, build_server, listen, serve
from neptune_inbox.sandbox.server import create_app
from neptune_inbox.sandbox.state import SandboxState
from neptune_inbox.sandbox.tokens import sign_token
from tests.socket_sandbox import BackgroundServer

NOON = 1_795_000_000_000


@pytest.fixture
def sandbox_state() -> SandboxState:
    sandbox_state = SandboxState(now=lambda: NOON)
    seed_demo(sandbox_state, main="dev")
    return sandbox_state


def client(sandbox_state: SandboxState, verify: ssl.SSLContext | bool = True) -> httpx.Client:
    headers = {"authorization": f"Bearer {sign_token(sandbox_state).reveal()}"}
    return httpx.Client(headers=headers, trust_env=False, verify=verify)


def tenant(server: BackgroundServer) -> tuple[str, int]:
    host, port = server.base_url.removeprefix("http://").split(":")
    return host, int(port)


def exchange(
    server: BackgroundServer,
    sandbox_state: SandboxState,
    begin: bytes,
    body: bytes = b"",
    host: str = "api.teurons.com",
) -> bytes:
    """The whole answer to a request that no HTTP library would write."""
    with socket.create_connection(tenant(server), timeout=5) as raw:
        raw.sendall(
            begin
            + b" HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n" % host.encode()
            + b"Authorization: Bearer %s\r\n" % sign_token(sandbox_state).reveal().encode()
            + b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
            + body
        )
        return b"".join(iter(lambda: raw.recv(65536), b""))


def test_an_sdk_lists_marks_and_ingests_over_the_socket(sandbox_state: SandboxState) -> None:
    with BackgroundServer(create_app(sandbox_state)) as server, client(sandbox_state) as http:
        base = server.base_url + "/neptune"
        listed = http.get(f"{base}/app_notifications/dev?user_id=u-4711&type=all&per_page=100").json()
        assert listed["meta"]["total"] == 118
        unread = http.get(f"{base}/app_notifications/dev?user_id=u-4711").json()["data"][0]
        marked = http.post(f"{base}/app_notifications/dev/read", json={"type": "notification", "id": unread["uuid"]})
        assert marked.json()["count"] == 1
        assert http.get(f"{base}/dev/users/eu%2F4410?includes=contact_infos").json()["user_id"] == "eu/4410"
        contact = {"type": "email", "value": "lukasz@rowery.example"}
        assert http.request("DELETE", f"{base}/dev/users/eu%2F4410/contacts_info", json=contact).status_code == 200
        body = {
            "environment": "dev",
            "api_token": sign_token(sandbox_state).reveal(),
            "event_type": "welcome",
            "user_id": "u-1",
        }
        assert httpx.post(f"{base}/events/ingest", json=body, trust_env=False).status_code == 200
    assert [write.status for write in sandbox_state.writes] == [200, 200, 200]


def test_a_proxy_style_request_line_is_understood(sandbox_state: SandboxState) -> None:
    with BackgroundServer(create_app(sandbox_state)) as server:
        answer = exchange(server, sandbox_state, b"GET http://api.teurons.com/neptune/environments")
    assert answer.startswith(b"HTTP/1.1 200 OK")
    assert answer.lower().count(b"\r\ndate:") == 1


@pytest.mark.parametrize("target", ["{id}", "http://api.teurons.com/neptune/dev/users/{id}"])
@pytest.mark.parametrize(
    ("id", "encoding"),
    [("a b c", "utf-8"), ("ünï", "latin-1"), ("ünï", "utf-8"), ("x" * 300, "utf-8"), ("東京", "utf-8")],
)
def test_ids_that_a_client_left_unescaped_are_those_that_were_meant(
    sandbox_state: SandboxState, target: str, id: str, encoding: str
) -> None:
    sandbox_state.create_user("dev", id, {})
    path = (target if target.startswith("http") else "/neptune/dev/users/" + target).format(id=id).encode(encoding)
    with BackgroundServer(create_app(sandbox_state)) as server:
        for body in (b'{"type":"email","value":"a@b.example"}', b""):
            method, tail = (b"DELETE", b"/contacts_info") if body else (b"GET", b"?includes=contact_infos")
            if body:
                sandbox_state.add_contact("dev", id, ContactRecord("email", "a@b.example", "", {}))
            answer = exchange(server, sandbox_state, method + b" " + path + tail, body)
            assert answer.startswith(b"HTTP/1.1 200 OK"), answer
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["user_id"] == id
    assert sandbox_state.user("dev", id).contacts == {}


def test_requests_that_come_in_crumbs_on_one_connection_are_all_answered(sandbox_state: SandboxState) -> None:
    sandbox_state.create_user("dev", "ünï", {})
    token = sign_token(sandbox_state).reveal().encode()
    head = b" HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Odd: a b c\xfc\r\nAuthorization: Bearer " + token + b"\r\n"
    body = b'{"meta":{"a b c":1}}'
    put = (
        b"PUT /dev/users/\xfcn\xef"
        + head
        + b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
        + body
    )
    last = b"GET /dev/users/\xfcn\xef" + head + b"Connection: close\r\n\r\n"
    with (
        BackgroundServer(create_app(sandbox_state)) as server,
        socket.create_connection(tenant(server), timeout=5) as raw,
    ):
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for crumb in range(0, len(put), 7):
            raw.sendall(put[crumb : crumb + 7])
        assert raw.recv(65536).startswith(b"HTTP/1.1 200 OK")
        raw.sendall(last)
        assert b"HTTP/1.1 200 OK" in b"".join(iter(lambda: raw.recv(65536), b""))
    assert sandbox_state.user("dev", "ünï").meta == {"a b c": 1}


def test_what_is_no_http_is_refused_and_a_line_without_an_end_is_not_kept(sandbox_state: SandboxState) -> None:
    with BackgroundServer(create_app(sandbox_state)) as server:
        for nonsense in (b"\r\n\x16\x03\x01 a b c\r\n\r\n", b"G" * 70_000):
            with socket.create_connection(tenant(server), timeout=5) as raw:
                raw.sendall(nonsense)
                assert raw.recv(65536).startswith(b"HTTP/1.1 400")


def test_it_speaks_https_with_a_given_certificate(sandbox_state: SandboxState, tmp_path: Path) -> None:
    authority = trustme.CA()
    issued = authority.issue_cert("127.0.0.1")
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    issued.cert_chain_pems[0].write_to_path(str(certificate))
    issued.private_key_pem.write_to_path(str(key))
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    with BackgroundServer(create_app(sandbox_state), tls=Tls(certificate, key)) as server:
        assert server.base_url.startswith("https://127.0.0.1:")
        with client(sandbox_state, verify=trusting) as http:
            assert http.get(server.base_url + "/environments").status_code == 200


def test_a_certificate_that_is_not_there_is_named_as_the_problem(sandbox_state: SandboxState, tmp_path: Path) -> None:
    with pytest.raises(UsageProblem, match="certificate or its key cannot be used"):
        build_server(create_app(sandbox_state), Tls(tmp_path / "no.pem", tmp_path / "no.key"))


def test_without_uvicorn_the_command_to_install_it_is_named(
    sandbox_state: SandboxState, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = builtins.__import__

    def absent(name: str, *args: Any, **kwargs: Any) -> Any:
        if name in ("uvicorn", "httptools"):
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", absent)
    with pytest.raises(UsageProblem) as problem:
        build_server(create_app(sandbox_state))
    assert problem.value.remedy == "Run `pip install 'neptune-inbox[sandbox]'`."


@pytest.mark.parametrize("port", [70_000, -1])
def test_a_port_that_is_none_is_refused(port: int) -> None:
    with pytest.raises(UsageProblem, match=f"Port {port} of 127.0.0.1 cannot be used"):
        listen(port)


def test_a_taken_port_is_refused_before_anything_is_announced(sandbox_state: SandboxState) -> None:
    announced: list[Served] = []
    with listen(0) as taken, pytest.raises(UsageProblem, match="cannot be used"):
        serve(create_app(sandbox_state), port=taken.getsockname()[1], on_ready=announced.append)
    assert announced == []


def test_it_listens_on_loopback_only() -> None:
    with listen(0) as listener:
        assert listener.getsockname()[0] == "127.0.0.1"


def test_serving_announces_where_and_ends_quietly_on_an_interrupt(
    sandbox_state: SandboxState, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Interrupted:
        def run(self, sockets: list[socket.socket]) -> None:
            assert sockets[0].getsockname()[1] == int(announced[0].base_url.rpartition(":")[2])
            raise KeyboardInterrupt

    announced: list[Served] = []
    monkeypatch.setattr(serving, "build_server", lambda app, tls, admission: Interrupted())
    serve(create_app(sandbox_state), port=0, on_ready=announced.append)
    assert announced[0].base_url.startswith("http://127.0.0.1:")


def test_the_announcement_is_what_a_shell_needs() -> None:
    assert announce("http://127.0.0.1:8088", Token("a.b.c")).splitlines() == [
        "NEPTUNE_API_BASE=http://127.0.0.1:8088/neptune",
        "NEPTUNE_EDGE_BASE=http://127.0.0.1:8088/neptune",
        "NEPTUNE_ENV=dev",
        "NEPTUNE_TOKEN=a.b.c",
    ]


@pytest.mark.parametrize(
    ("client_host", "status"),
    [("127.0.0.1", 200), ("127.0.3.4", 200), ("::1", 200), ("192.168.0.7", 421), ("testclient", 421), (None, 421)],
)
async def test_other_machines_are_refused(sandbox_state: SandboxState, client_host: str | None, status: int) -> None:
    guarded = LoopbackOnly(create_app(sandbox_state))
    at: Callable[[Any], Any] = lambda scope: {**scope, "client": (client_host, 1) if client_host else None}  # noqa: E731

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await guarded(at(scope), receive, send)

    headers = {"authorization": f"Bearer {sign_token(sandbox_state).reveal()}"}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), headers=headers) as http:
        assert (await http.get("http://127.0.0.1/environments")).status_code == status


@pytest.mark.slow
@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8000", 200),
        ("LOCALHOST", 200),
        ("neptune.localhost:8000", 200),
        ("[::1]:8000", 200),
        ("api.teurons.com", 200),
        ("edge.teurons.com", 404),
        ("a-page.example", 421),
        ("127.0.0.1.a-page.example:8000", 421),
        ("192.168.0.7", 421),
    ],
)
def test_a_web_page_whose_name_leads_to_this_machine_is_refused(
    sandbox_state: SandboxState, host: str, status: int
) -> None:
    with BackgroundServer(create_app(sandbox_state)) as server, client(sandbox_state) as http:
        answer = http.get(server.base_url + "/environments", headers={"host": host})
        assert answer.status_code == status
        elsewhere = exchange(
            server, sandbox_state, b"GET http://" + host.encode() + b"/neptune/environments", host=host
        )
        assert elsewhere.startswith(b"HTTP/1.1 %d" % status)


def test_the_access_log_names_no_user_and_no_token(
    sandbox_state: SandboxState, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    with BackgroundServer(create_app(sandbox_state)) as server, client(sandbox_state) as http:
        http.get(server.base_url + "/app_notifications/dev?user_id=u-4711")
        http.get(server.base_url + "/dev/users/u-4711")
        body = {"environment": "dev", "api_token": sign_token(sandbox_state).reveal(), "event_type": "welcome"}
        http.post(server.base_url + "/events/ingest", json=body)
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("neptune_inbox")]
    assert ours == [
        "sandbox-000001 GET /app_notifications/{environment} 200",
        "sandbox-000002 GET /{environment}/users/{user_id} 200",
        "sandbox-000003 POST /events/ingest 200",
    ]
    served = [record.getMessage() for record in caplog.records if not record.name.startswith("http")]
    assert not [line for line in served if "eyJ" in line or "u-4711" in line]
