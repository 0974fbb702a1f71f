"""Services that answer differently, met from a shell: what is shown, what is told, and what is never claimed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from neptune_inbox.model import JsonValue
from neptune_inbox.sandbox.faults import Faults
from neptune_inbox.sandbox.state import SandboxState
from neptune_inbox.wiring.workspace import wall_clock
from tests.cli.shell import Shell
from tests.foreign_service import Service, Truth, Wrap, bare
from tests.socket_sandbox import BackgroundServer

USER = "u-1"


class Place:
    """A shell at a service that a test describes."""

    def __init__(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.service = Service([])
        self._parts = (tmp_path, monkeypatch, capsys)
        self._server = BackgroundServer(self.service.app())

    def __enter__(self) -> Place:
        home, monkeypatch, capsys = self._parts
        server = self._server.__enter__()
        self.shell = Shell(
            SandboxState(now=wall_clock, seed="cli"), Faults(), server.base_url, home / "home", monkeypatch, capsys
        )
        return self

    def __exit__(self, *problem: object) -> None:
        self._server.__exit__(None, None, None)


@pytest.fixture
def tenant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Place]:
    with Place(tmp_path, monkeypatch, capsys) as found:
        yield found


def row(number: int, *, is_read: bool = False, **said: JsonValue) -> Truth:
    return Truth({"uuid": f"n-{number}", "title": f"Title {number}", **said}, is_read, f"n-{number}")


@pytest.mark.slow
def test_the_list_of_read_ones_shows_what_is_read_under_another_name(tenant: Place) -> None:
    tenant.service.rows = [
        row(1),
        row(2, is_read=True, seen_at="2026-11-04"),
        row(3, is_read=True, acknowledged=True),
    ]
    counted = tenant.shell("count", "--user", USER, "--json").json
    assert [(each["all"], each["unread"], each["read"]) for each in counted] == [(3, 1, 2)]
    read = tenant.shell("list", "--user", USER, "--type", "read", "--json").json
    assert sorted(each["id"] for each in read) == ["n-2", "n-3"]


def test_rows_that_cannot_be_read_are_told_in_list_count_and_json(tenant: Place) -> None:
    tenant.service.rows = [row(1), Truth({"title": "no id"})]
    listed = tenant.shell("list", "--user", USER)
    assert "1 row of u-1 could not be read and is not shown." in listed.err
    assert tenant.shell("list", "--user", USER, "--json").json[0]["skipped"] == 1
    assert tenant.shell("count", "--user", USER, "--json").json[0]["skipped"] == 1
    assert "1 row of u-1 could not be read" in tenant.shell("count", "--user", USER).err


def test_rows_without_an_id_of_their_own_are_shown_and_named(tenant: Place) -> None:
    tenant.service.rows = [Truth({"uuid": "same", "title": f"Title {number}"}) for number in range(2)]
    listed = tenant.shell("list", "--user", USER)
    assert "Title 0" in listed.out
    assert "Title 1" in listed.out
    assert "2 notifications of u-1 cannot be marked: no id in the answer is their own." in listed.err


@pytest.mark.slow
@pytest.mark.parametrize("wrap", [bare])
def test_without_totals_count_reads_to_the_end_and_says_so(tenant: Place, wrap: Wrap) -> None:
    tenant.service.wrap = wrap
    tenant.service.rows = [
        row(number, is_read=number % 2 == 0, created_at=1_793_793_600 - number) for number in range(321)
    ]
    (counted,) = tenant.shell("count", "--user", USER, "--json").json
    assert (counted["all"], counted["unread"], counted["read"]) == (321, 160, 161)
    assert counted["counted_by"] == "reading"
    assert "were counted here" in tenant.shell("count", "--user", USER).err


def test_rows_without_an_id_of_their_own_are_not_marked_and_the_others_are(tenant: Place) -> None:
    same = [Truth({"uuid": "same", "title": f"Title {number}"}) for number in range(2)]
    tenant.service.rows = [*same, row(3)]
    tenant.service.rows[2].row["notification_uuid"] = "n-3"
    told = tenant.shell("mark", "--shown", "--user", USER, "--yes")
    assert told.code == 1
    assert sorted(line[0].partition(":")[0] for line in told.cells) == ["accepted", "refused", "refused"]
    assert "no id of its own" in told.out
    assert tenant.service.posted == ["n-3"]
    tenant.service.rows = same
    refused = tenant.shell("mark", "--shown", "--user", USER, "--yes")
    assert refused.code == 1
    assert "doctor" in refused.err
    assert tenant.service.posted == ["n-3"]


def test_a_mark_that_is_refused_is_tried_by_the_next_id_until_none_is_left(tenant: Place) -> None:
    ids: dict[str, JsonValue] = {"notification_uuid": "n-1", "uuid": "r-1", "delivery_uuid": "d-1"}
    tenant.service.rows = [Truth({"title": "Title 1", **ids}, posted_as="d-1")]
    assert tenant.shell("mark", "--shown", "--user", USER, "--yes").code == 1
    assert tenant.service.posted == ["n-1", "r-1"]
    assert tenant.shell("outbox", "--next-id").code == 2
    tried = tenant.shell("outbox", "--retry", "--next-id", "--yes")
    assert (tried.code, tried.cells[0][0]) == (0, "accepted")
    assert tenant.service.posted == ["n-1", "r-1", "d-1"]
    assert tenant.service.rows[0].is_read


def test_where_no_other_id_is_left_nothing_is_sent(tenant: Place) -> None:
    tenant.service.rows = [Truth({"title": "Title 1", "uuid": "r-1"})]
    assert tenant.shell("mark", "--shown", "--user", USER, "--yes").code == 1
    tried = tenant.shell("outbox", "--retry", "--next-id", "--yes")
    assert tried.code == 1
    assert "No other id of it is left to try: nothing was sent." in tried.err
    assert tenant.service.posted == ["r-1"]


def test_an_answer_that_is_not_understood_is_never_an_empty_inbox(tenant: Place) -> None:
    tenant.service.wrap = lambda rows, page, per_page, total: {"success": False, "data": []}
    listed = tenant.shell("list", "--user", USER)
    assert listed.code == 4
    assert "not a list of notifications" in listed.err


def test_users_that_cannot_be_shown_are_counted(tenant: Place) -> None:
    listed = tenant.shell("users", "list")
    assert "1 row of the answer names no user that can be shown." in listed.err


def test_an_event_has_a_message_id_and_a_duplicate_is_told(tenant: Place) -> None:
    tenant.service.ingested = {"is_duplicate": True}
    told = tenant.shell("event", "send", "otp", "--user", USER, "--yes", "--json").json
    assert told["is_duplicate"] is True
    assert len(told["message_id"]) == 36
    sent = tenant.shell("event", "send", "otp", "--user", USER, "--yes")
    assert f"The server has event {sent.cells[0][-1]} already" in sent.err


@pytest.mark.slow
def test_doctor_says_how_the_lists_answer(tenant: Place) -> None:
    tenant.shell("watch", USER)
    tenant.service.rows = [
        Truth(
            {
                "notification_deliveries*uuid": f"d-{number}",
                "notification_deliveries*notification_uuid": "template",
                "notifications*uuid": f"n-{number}",
                "notification_deliveries*created_at": 1_793_793_600 - number,
                "notification_deliveries*read_at": "2026-11-04T10:00:00Z" if number else None,
            },
            number > 0,
        )
        for number in range(3)
    ]
    said = [each for each in tenant.shell("doctor", "--json").json if each["what"] == "answers"]
    words = " ".join(each["found"] for each in said)
    assert "rows under `data`" in words
    assert "`notifications*uuid` is posted" in words
    assert "`notification_deliveries*notification_uuid` repeats" in words
    assert "`notification_deliveries*read_at` decides" in words
    assert "a total of 3" in words
    assert said[0]["details"]["posted_field"] == "notifications*uuid"
    assert not [each for each in tenant.service.requests if each.method != "GET"]


@pytest.mark.slow
def test_doctor_speaks_of_one_row_as_of_one(tenant: Place) -> None:
    tenant.service.rows = [row(1)]
    assert tenant.shell("watch", USER).code == 0
    said = " ".join(each["found"] for each in tenant.shell("doctor", "--json").json if each["what"] == "answers")
    assert "`unread` has 1 row, " in said
    assert "To mark a row, `uuid` is posted: the rows have no other id." in said


def test_doctor_says_what_it_could_not_read(tenant: Place) -> None:
    tenant.shell("watch", USER)
    tenant.service.wrap = lambda rows, page, per_page, total: {"inbox_rows": [{"uuid": "a"}]}
    said = [each for each in tenant.shell("doctor", "--json").json if each["what"] == "answers"]
    assert any("unknown name `inbox_rows`" in each["found"] for each in said)
    assert {each["level"] for each in said} == {"warn"}
