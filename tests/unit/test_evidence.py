"""Proof: when it was there, when it became read, by whom, and what we did."""

from __future__ import annotations

import pytest

from neptune_inbox.errors import InboxError
from neptune_inbox.model import Filter, JsonObject, Key, MarkState
from neptune_inbox.model.team import MAYBE, FactDetails, FactKind, TeamFact
from neptune_inbox.presentation.sentences import read_sentence, reader_words
from neptune_inbox.sandbox.faults import Kind
from neptune_inbox.sandbox.records import NotificationRecord
from neptune_inbox.sandbox.rows import notification_row
from neptune_inbox.sandbox.team import MemoryTeam, MemoryTeamAccess
from neptune_inbox.sync.evidence import Evidence, ReadBy
from neptune_inbox.sync.session import Session
from neptune_inbox.text import CleanText
from tests.builders import ENVIRONMENT, HOUR, Office, keys

RITAS = "00000000-0000-7000-8000-000000000001"


async def look(office: Office, session: Session, *, after: float = 10) -> int:
    """Poll once, some time later; when that was."""
    office.clock.advance(after)
    await session.inbox.refresh("u-1", Filter.UNREAD)
    return office.clock.now()


async def evidence(session: Session, id: str) -> Evidence:
    found = await session.evidence.of(Key("u-1", id))
    assert found is not None
    return found


@pytest.fixture
def no_read_times(monkeypatch: pytest.MonkeyPatch) -> None:
    """The service says that something was read, and not when."""

    def without_time(record: NotificationRecord) -> JsonObject:
        row = notification_row(record)
        if row.pop("read_at", None) is not None:
            row["is_read"] = True
        return row

    monkeypatch.setattr("neptune_inbox.sandbox.dialects.notification_row", without_time)


async def test_an_unread_one_was_read_by_nobody(office: Office, session: Session) -> None:
    (id,) = office.arrive(1)
    first = await look(office, session)
    proof = await evidence(session, id)
    assert (proof.read_by, proof.read_between) == (ReadBy.NOBODY, (None, None))
    assert proof.sighting is not None
    assert proof.sighting.first_seen_at == first
    last = await look(office, session)
    proof = await evidence(session, id)
    assert proof.sighting is not None
    assert proof.sighting.last_seen_unread_at == last


async def test_the_servers_own_time_decides_when_it_was_read(office: Office, session: Session) -> None:
    (id,) = office.arrive(1)
    await look(office, session)
    office.clock.advance(60)
    office.read_elsewhere(id)
    read_at = office.clock.now()
    await look(office, session)
    proof = await evidence(session, id)
    assert (proof.read_by, proof.read_between) == (ReadBy.NOT_US, (read_at, read_at))


@pytest.mark.usefixtures("no_read_times")
async def test_a_colleague_who_looked_in_between_narrows_when_it_was_read(office: Office) -> None:
    team = MemoryTeam(office.clock.now)
    office.builder.team_access = MemoryTeamAccess(team, "omar")
    session = await office.open()
    assert session.team is not None
    (id,) = office.arrive(1)
    await look(office, session)
    seen_by_rita = office.clock.now() + 1_000_000
    office.clock.advance(1_500)
    office.read_elsewhere(id)
    read = await look(office, session, after=1_500)
    assert "none of us is known to have looked" in read_sentence(await evidence(session, id))

    details = FactDetails(read_after=seen_by_rita, read_before=seen_by_rita + 60_000)
    fact = TeamFact(RITAS, FactKind.SEEN, "u-1", id, CleanText("rita"), office.clock.now(), details=details)
    team.add([fact], office.clock.now())
    assert await session.team.share(20)
    proof = await evidence(session, id)
    assert proof.read_between == (seen_by_rita, seen_by_rita + 60_000)
    assert seen_by_rita + 60_000 < read
    assert "nobody" not in read_sentence(proof)
    # What Omar's own looks showed was told to the team as well.
    assert [fact.details.read_before for fact in team.behind(0, 9) if fact.agent == "omar"][-1] == read
    await session.close()


@pytest.mark.usefixtures("no_read_times")
async def test_without_a_time_it_was_read_between_two_looks(office: Office, session: Session) -> None:
    (id,) = office.arrive(1)
    await look(office, session)
    unread = await look(office, session)
    office.clock.advance(60)
    office.read_elsewhere(id)
    read = await look(office, session)
    proof = await evidence(session, id)
    assert (proof.read_by, proof.read_between) == (ReadBy.NOT_US, (unread, read))


@pytest.mark.usefixtures("no_read_times")
async def test_what_was_read_when_we_first_saw_it(office: Office, session: Session) -> None:
    (id,) = office.arrive(1, is_read=True)
    created = office.clock.now()
    seen = await look(office, session)
    proof = await evidence(session, id)
    assert (proof.read_by, proof.read_between) == (ReadBy.NOT_US, (created, seen))


async def test_what_we_marked_was_read_by_us_and_every_step_is_there(office: Office, session: Session) -> None:
    (id,) = office.arrive(1)
    await look(office, session)
    await session.marking.hold(keys([id]), label="1 shown")
    await session.marking.undo()
    await session.marking.hold(keys([id]), label="1 shown")
    office.clock.advance(5)
    await session.sender.flush()
    await session.triage.note(Key("u-1", id), "called back")
    await look(office, session)
    proof = await evidence(session, id)
    assert proof.read_by is ReadBy.US
    assert [mark.state for mark in proof.marks] == [MarkState.UNDONE, MarkState.CONFIRMED]
    assert [entry.outcome for entry in proof.journal] == ["held", "undone", "held", "accepted", "confirmed"]
    assert proof.triage.note == "called back"


async def test_who_was_first_decides(office: Office, session: Session) -> None:
    (id,) = office.arrive(1)
    await look(office, session)
    office.clock.advance(60)
    office.read_elsewhere(id)
    office.clock.advance(60)
    await session.marking.hold(keys([id]), label="1 shown")
    office.clock.advance(5)
    await session.sender.flush()
    await look(office, session)
    await session.inbox.refresh("u-1", Filter.ALL)
    assert (await evidence(session, id)).read_by is ReadBy.NOT_US


async def test_a_mark_that_was_refused_read_nothing(office: Office, session: Session) -> None:
    (id,) = office.arrive(1)
    await look(office, session)
    await session.marking.hold(keys([id]), label="1 shown")
    office.faults.set(Kind.FORBIDDEN, method="POST")
    office.clock.advance(5)
    await session.sender.flush()
    assert (await evidence(session, id)).read_by is ReadBy.NOBODY
    office.read_elsewhere(id)
    await look(office, session)
    assert (await evidence(session, id)).read_by is ReadBy.NOT_US


async def try_in_vain(office: Office, session: Session, id: str, kind: Kind) -> None:
    """Mark, and have every answer get lost for a while."""
    await look(office, session)
    await session.marking.hold(keys([id]), label="1 shown")
    office.faults.set(kind, method="POST")
    for _ in range(2):
        office.clock.advance(60)
        await session.sender.send_due()


@pytest.mark.parametrize("is_dropped", [False, True])
async def test_a_read_that_a_lost_answer_may_have_caused_is_perhaps_ours(
    office: Office, session: Session, is_dropped: bool
) -> None:
    (id,) = office.arrive(1)
    await try_in_vain(office, session, id, Kind.RESET_AFTER)
    if is_dropped:
        assert len((await session.marking.drop()).marks) == 1
    await look(office, session)
    proof = await evidence(session, id)
    assert proof.read_by is ReadBy.PERHAPS_US
    assert read_sentence(proof).endswith(", perhaps by us: tried 2 times, outcome unknown")
    (told,) = (await session.timelines.of("u-1")).rows
    assert reader_words(told) == "perhaps by us: tried 2 times, outcome unknown"


@pytest.mark.parametrize(
    ("kind", "read_by"), [(Kind.RESET_AFTER, ReadBy.PERHAPS_US), (Kind.FORBIDDEN, ReadBy.NOT_US)]
)
async def test_marking_everything_without_an_answer_is_perhaps_ours_and_refused_it_is_not(
    office: Office, session: Session, kind: Kind, read_by: ReadBy
) -> None:
    (id,) = office.arrive(1)
    await look(office, session)
    office.faults.set(kind, method="POST")
    with pytest.raises(InboxError):
        await session.marking.mark_everything_on_server("u-1")
    office.read_elsewhere(id)
    await look(office, session)

    proof = await evidence(session, id)
    (told,) = (await session.timelines.of("u-1")).rows
    assert proof.read_by is read_by
    assert reader_words(told) == reader_words(proof)
    if read_by is ReadBy.PERHAPS_US:
        assert read_sentence(proof).endswith(", perhaps by us: tried 1 time, outcome unknown")
    (later,) = office.arrive(1, every=120, is_read=True)
    await session.inbox.refresh("u-1", Filter.ALL)
    assert (await evidence(session, later)).read_by is ReadBy.NOT_US, "it came after that"


async def test_what_a_colleague_had_marked_without_an_answer_is_perhaps_ours() -> None:
    office = Office()
    team = MemoryTeam(office.clock.now)
    office.builder.team_access = MemoryTeamAccess(team, "omar")
    session = await office.open()
    assert session.team is not None
    (id,) = office.arrive(1)
    await look(office, session)
    details = FactDetails(outcome=MAYBE)
    team.add(
        [TeamFact(RITAS, FactKind.MARKED, "u-1", "", CleanText("rita"), office.clock.now(), details=details)],
        office.clock.now(),
    )
    office.clock.advance(1)
    office.read_elsewhere(id)
    await look(office, session)
    assert await session.team.share(20)
    proof = await evidence(session, id)
    assert proof.read_by is ReadBy.PERHAPS_US
    assert proof.unknown_tries == 1
    await session.close()


@pytest.mark.parametrize("kind", [Kind.FORBIDDEN, Kind.THROTTLED], ids=["refused", "throttled"])
async def test_a_mark_that_was_surely_not_taken_and_then_given_up_read_nothing(
    office: Office, session: Session, kind: Kind
) -> None:
    (id,) = office.arrive(1)
    await try_in_vain(office, session, id, kind)
    assert len((await session.marking.drop()).marks) == 1
    office.read_elsewhere(id)
    await look(office, session)
    proof = await evidence(session, id)
    assert (proof.read_by, proof.unknown_tries) == (ReadBy.NOT_US, 0)
    assert proof.marks[0].attempts


async def test_one_lost_answer_among_refusals_leaves_the_doubt(office: Office, session: Session) -> None:
    (id,) = office.arrive(1)
    await try_in_vain(office, session, id, Kind.RESET_AFTER)
    office.faults.set(Kind.FORBIDDEN, method="POST")
    office.clock.advance(300)
    await session.sender.send_due()
    await look(office, session)
    proof = await evidence(session, id)
    assert (proof.read_by, proof.unknown_tries) == (ReadBy.PERHAPS_US, 2)


async def test_what_was_read_before_we_tried_is_not_ours(office: Office, session: Session) -> None:
    (id,) = office.arrive(1)
    await look(office, session)
    office.read_elsewhere(id)
    office.clock.advance(60)
    await session.marking.hold(keys([id]), label="1 shown")
    office.faults.set(Kind.RESET_BEFORE, method="POST")
    office.clock.advance(60)
    await session.sender.send_due()
    await look(office, session)
    await session.inbox.refresh("u-1", Filter.ALL)
    assert (await evidence(session, id)).read_by is ReadBy.NOT_US


async def test_a_mark_without_effect_that_was_dropped_may_have_had_one_late(office: Office, session: Session) -> None:
    (id,) = office.arrive(1)
    await look(office, session)
    await session.marking.hold(keys([id]), label="1 shown")
    office.faults.set(Kind.EMPTY, method="POST")
    office.clock.advance(5)
    await session.sender.flush()
    await look(office, session)
    assert len((await session.marking.drop()).marks) == 1
    office.read_elsewhere(id)
    await look(office, session)
    assert (await evidence(session, id)).read_by is ReadBy.UNSURE


@pytest.mark.parametrize("has_times", [True, False])
async def test_everything_on_the_server_that_we_marked_was_read_by_us(
    office: Office, session: Session, has_times: bool, request: pytest.FixtureRequest
) -> None:
    if not has_times:
        request.getfixturevalue("no_read_times")
    before, ours = office.arrive(2)
    await look(office, session)
    office.read_elsewhere(before)
    await look(office, session)
    office.clock.advance(10)
    await session.marking.mark_everything_on_server("u-1")
    office.clock.advance(10)
    (after,) = office.arrive(1)
    office.read_elsewhere(after)
    await look(office, session)
    await session.inbox.refresh("u-1", Filter.ALL)
    assert (await evidence(session, before)).read_by is ReadBy.NOT_US
    assert (await evidence(session, ours)).read_by is ReadBy.US
    assert (await evidence(session, after)).read_by is ReadBy.NOT_US


async def test_what_is_not_cached_has_no_evidence(session: Session) -> None:
    assert await session.evidence.of(Key("u-1", "unheard of")) is None


async def test_the_journal_of_all_and_of_one_customer(office: Office, session: Session) -> None:
    for user_id in ("u-1", "u-2"):
        (id,) = office.arrive(1, user_id)
        await session.marking.hold([Key(user_id, id)], label="1 shown")
    assert [entry.user_id for entry in await session.evidence.entries()] == ["u-1", "u-2"]
    assert [entry.user_id for entry in await session.evidence.entries(user_id="u-2")] == ["u-2"]
    assert [entry.user_id for entry in await session.evidence.entries(limit=1)] == ["u-2"]


async def test_a_notification_says_all_that_the_server_said(office: Office, session: Session) -> None:
    made = office.sandbox_state.add_notification(
        ENVIRONMENT,
        "u-1",
        "Card declined",
        body="Card **4242**",
        event_type="payment_failed",
        link="https://acme.example/cards",
        data={"card": "4242"},
        created_at=office.clock.now() - HOUR,
    )
    await look(office, session)
    whole = (await evidence(session, made.uuid)).notification
    assert (whole.title, whole.body, whole.link) == ("Card declined", "Card **4242**", "https://acme.example/cards")
    assert '"card"' in whole.data
    assert made.uuid in whole.raw
