"""`--plain` at a server that takes marks and does nothing, or whose rows have no id of their own."""

from __future__ import annotations

from collections.abc import Sequence

from neptune_inbox.model import JsonValue
from neptune_inbox.sandbox.faults import Kind
from tests.builders import Office
from tests.cli.plain_visitor import Visitor
from tests.foreign_service import Service, Truth


def at(rows: Sequence[Truth]) -> tuple[Office, Service]:
    """An office whose service has these rows of u-1."""
    office, service = Office(), Service(rows)
    office.builder.http = service.transport()
    return office, service


async def test_a_mark_without_effect_is_unread_after_every_look_and_after_a_restart(office: Office) -> None:
    fault = office.faults.set(Kind.EMPTY, method="POST")
    visitor = await Visitor(office).console(
        "mark 1",
        "send",
        lambda: office.clock.advance(60),
        "refresh",
        "list",
        "open 1",
        "why 1",
        "outbox",
        "receipt",
        "receipt 1",
        "all",
        "q",
    )
    assert "read by us" not in visitor.text
    assert "1. accepted, still unread there" in visitor.said("list")
    assert "Theirs: accepted, still unread there" in visitor.said("open 1")
    assert "Read: not read: " in visitor.said("why 1")
    assert visitor.said("outbox").startswith("Mark 1, accepted, still unread there")
    assert "1 contradicted" in visitor.said("receipt 1")
    assert "accepted, still unread there" in visitor.said("all")

    again = await Visitor(office).console(
        *("refresh", "why 1", "outbox"),
        lambda: office.faults.lift(fault),
        *("retry 1", "send", lambda: office.clock.advance(60), "refresh", "outbox", "q"),
    )
    assert "1. accepted, still unread there" in again.greeting + again.said("refresh")
    assert "Read: not read: " in again.said("why 1")
    assert again.said("outbox").startswith("Mark 1, accepted, still unread there")
    assert again.said("outbox", 1) == "The outbox is empty: everything is settled."
    assert "Confirmed: " in again.text


async def test_rows_without_an_id_of_their_own_are_refused_when_they_are_marked() -> None:
    same = [Truth({"uuid": "same", "title": f"Title {number}", "created_at": 1_793_793_000}) for number in range(2)]
    own: dict[str, JsonValue] = {"notification_uuid": "n-3", "uuid": "r-3", "title": "Title 3"}
    office, service = at([*same, Truth(own, posted_as="n-3")])
    visitor = await Visitor(office).console("mark 1-3", "send", "mark 1-3", "q")
    assert "Without an id of their own, 2 rows cannot be marked." in visitor.said("mark 1-3")
    assert "The row has no id of its own that could be named to the server" in visitor.said("mark 1-3", 1)
    assert service.posted == ["n-3"]


async def test_a_refused_mark_is_tried_by_the_next_id() -> None:
    ids: dict[str, JsonValue] = {"notification_uuid": "n-1", "uuid": "r-1", "delivery_uuid": "d-1"}
    office, service = at([Truth({"title": "Title 1", **ids}, posted_as="d-1")])
    visitor = await Visitor(office).console("mark 1", "send", "outbox", "next id 1", "send", "outbox", "next id", "q")
    assert "refused" in visitor.said("outbox")
    assert visitor.said("next id 1").startswith("Trying 1 mark with another id.")
    assert service.posted == ["n-1", "r-1", "d-1"]
    assert visitor.said("outbox", 1) == "The outbox is empty: everything is settled."
    assert visitor.said("next id") == "Nothing was refused or without effect."
