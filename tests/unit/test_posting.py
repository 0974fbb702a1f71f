"""Which id is posted for a row: the first of its own, corrected once where it is refused or without effect."""

from __future__ import annotations

import httpx
import pytest

from neptune_inbox.errors import Refused
from neptune_inbox.model import Candidate, Filter, Key, Mark, MarkState, Posted
from neptune_inbox.presentation.json import evidence_json
from neptune_inbox.presentation.sentences import receipt_text
from neptune_inbox.sandbox.dialects import make_dialect
from neptune_inbox.store.outbox.settling import learn_field
from neptune_inbox.sync.marking.posting import NO_ID, choose
from neptune_inbox.sync.session import Session
from tests.builders import Office, keys
from tests.unit.sender_setup import send_all

DELIVERY = "notification_deliveries*uuid"
THREE = [Candidate("a", "1"), Candidate("b", "2"), Candidate("c", "3")]


class TakesAnything(httpx.AsyncBaseTransport):
    """Stands before a server and answers 200 to every mark, whether it knows the id or not."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await self._inner.handle_async_request(request)
        if request.method == "POST" and response.status_code == 404:
            return httpx.Response(200, json={"message": "ok"}, request=request)
        return response


def joined_office(*, takes_anything: bool = False) -> Office:
    """A server whose rows join deliveries with notifications, and whose `/read` takes the delivery's id alone."""
    office = Office(dialect=make_dialect("nobejs", row_order="a", mark_by="delivery"))
    if takes_anything:
        assert office.builder.http is not None
        office.builder.http = TakesAnything(office.builder.http)
    return office


async def marked(office: Office, session: Session, count: int = 1) -> tuple[Mark, ...]:
    """So many rows are marked and sent; the marks as they stand then, newest row first."""
    office.arrive(count)
    await session.inbox.refresh("u-1", Filter.UNREAD)
    rows = office.stores.of(session.tenant).cache.unread_keys("u-1")[:count]
    await session.marking.hold(rows, label=f"{count} shown", is_due_now=True)
    await send_all(office, session)
    return (await session.marking.receipts())[0].marks


def posts(office: Office) -> int:
    return sum(count for asked, count in office.faults.requests.items() if "POST" in asked)


async def look(office: Office, session: Session) -> None:
    office.clock.advance(1)
    await session.inbox.refresh("u-1", Filter.UNREAD)


@pytest.mark.parametrize(
    ("learned", "failed", "expected"),
    [("", (), "a"), ("c", (), "c"), ("no longer there", (), "a"), ("a", ("a",), "b"), ("", ("a", "b", "c"), None)],
)
def test_what_was_learned_goes_first_and_what_failed_is_left_out(
    learned: str, failed: tuple[str, ...], expected: str | None
) -> None:
    chosen = choose(THREE, learned, failed)
    assert (chosen.field if chosen else None) == expected


async def test_an_id_that_is_not_found_is_followed_by_the_next_and_the_field_is_learned() -> None:
    office = joined_office()
    session = await office.open()
    (mark,) = await marked(office, session)
    assert mark.state is MarkState.ACCEPTED
    assert mark.posted is not None
    assert mark.posted.field == DELIVERY
    assert office.stores.of(session.tenant).outbox.posted_field() == DELIVERY
    lines = await session.evidence.entries()
    assert [line.outcome for line in lines] == ["held", "retried", "accepted"]
    assert lines[-1].field == DELIVERY
    assert DELIVERY in receipt_text((await session.marking.receipts())[0], session.profile)
    before = posts(office)
    (second,) = await marked(office, session)
    assert second.posted is not None
    assert second.posted.field == DELIVERY
    assert posts(office) - before == 1, "it is right at once"
    await session.close()


async def test_an_id_without_effect_is_followed_by_the_next_and_then_confirmed() -> None:
    office = joined_office(takes_anything=True)
    session = await office.open()
    (mark,) = await marked(office, session)
    assert mark.state is MarkState.ACCEPTED
    await look(office, session)
    await send_all(office, session)
    await look(office, session)
    evidence = await session.evidence.of(mark.key)
    assert evidence is not None
    assert evidence.notification.is_read
    assert [line.outcome for line in evidence.journal] == [
        *("held", "accepted", "contradicted", "retried", "accepted", "confirmed"),
    ]
    assert f"`{DELIVERY}` is posted here from now on" in evidence.journal[-1].detail
    told = evidence_json(evidence)["mark"]
    assert isinstance(told, dict)
    assert isinstance(told["posted"], dict)
    assert (told["state"], told["posted"]["field"]) == ("confirmed", DELIVERY)
    assert office.stores.of(session.tenant).outbox.posted_field() == DELIVERY
    await session.close()


async def test_where_no_id_has_an_effect_it_is_tried_once_more_and_then_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    office = joined_office(takes_anything=True)
    monkeypatch.setattr(office.sandbox_state, "mark_read", lambda environment, uuid: None)
    session = await office.open()
    (mark,) = await marked(office, session)
    for _ in range(4):
        await look(office, session)
        await send_all(office, session)
    (left,) = await session.marking.unsettled()
    assert (left.key, left.state) == (mark.key, MarkState.CONTRADICTED)
    assert len(left.failed_fields) == 1
    outcomes = [line.outcome for line in await session.evidence.entries()]
    assert outcomes.count("accepted") == 2
    assert office.stores.of(session.tenant).outbox.posted_field() == ""
    await session.close()


async def test_a_row_without_an_id_of_its_own_is_refused_before_anything_is_posted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    office = Office()
    session = await office.open()
    ids = office.arrive(2)
    await session.inbox.refresh("u-1", Filter.UNREAD)
    cache = office.stores.of(session.tenant).cache
    real = cache.candidates(keys(ids))
    monkeypatch.setattr(cache, "candidates", lambda keys: dict.fromkeys(keys, ()))
    with pytest.raises(Refused, match="no id of its own"):
        await session.marking.hold(keys(ids), label="2 shown")
    assert await session.marking.receipts() == []
    one = {Key("u-1", ids[0]): real[Key("u-1", ids[0])], Key("u-1", ids[1]): ()}
    monkeypatch.setattr(cache, "candidates", lambda keys: {key: one[key] for key in keys})
    receipt = await session.marking.hold(keys(ids), label="2 shown", is_due_now=True)
    await send_all(office, session)
    assert office.marked == ids[:1]
    refused = [mark for mark in receipt.marks if mark.state is MarkState.FAILED]
    assert [(mark.id, mark.error) for mark in refused] == [(ids[1], NO_ID)]
    await session.close()


async def test_what_is_posted_survives_the_loss_of_the_cache() -> None:
    office = joined_office()
    session = await office.open()
    office.arrive(2)
    await session.inbox.refresh("u-1", Filter.UNREAD)
    office.stores.state_file.write(
        lambda connection: learn_field(connection, session.tenant, DELIVERY, "It worked before.", office.clock.now())
    )
    key, _ = office.stores.of(session.tenant).cache.unread_keys("u-1")
    (mark,) = (await session.marking.hold([key], label="1 shown")).marks
    assert isinstance(mark.target, Posted)
    assert mark.posted is None, "nothing was posted yet"
    assert (mark.target.field, mark.target.id == key.id) == (DELIVERY, False)
    office.stores.cache_file.write(lambda connection: connection.execute("DELETE FROM notification"))
    assert office.stores.of(session.tenant).cache.candidates([key]) == {}
    office.clock.advance(6)
    await send_all(office, session)
    assert office.marked == [mark.target.id]
    await session.close()
