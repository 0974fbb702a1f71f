"""Years of journal: what is asked leads to a few blocks of it, whatever was cut off, renamed or lost before."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from neptune_inbox.model import JournalEntry
from neptune_inbox.store.database.database import Database
from neptune_inbox.store.journal import segments
from neptune_inbox.store.journal.index import JournalIndex, file_states
from neptune_inbox.store.journal.journal import Journal
from neptune_inbox.store.journal.segments import Segment
from neptune_inbox.store.outbox.schema import open_state
from tests.builders import FakeClock
from tests.unit.store_helpers import Office, raw

DAY = 86_400_000
NOVEMBER = 1_793_491_200_000
"""1 November 2026, in milliseconds."""
ENTRY = JournalEntry(
    at=NOVEMBER,
    actor="ann",
    profile="acme",
    tenant="p",
    environment="dev",
    verb="mark",
    outcome="held",
    user_id="u-1",
)
USERS = 7


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """A short journal with as many blocks as a long one."""
    for module in ("segments", "index"):
        monkeypatch.setattr(f"neptune_inbox.store.journal.{module}.BLOCK", 2_048)
    monkeypatch.setattr("neptune_inbox.store.outbox.recovery.BLOCK", 2_048)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = open_state(tmp_path / "state.db", FakeClock().now)
    yield database
    database.close()


@pytest.fixture
def journal(tmp_path: Path, database: Database) -> Journal:
    return Journal(tmp_path / "journal.jsonl", actor="ann", index=JournalIndex(database))


def entries(count: int, start: int = 0) -> list[JournalEntry]:
    """Marks of several users, a minute apart, each under an act of ten."""
    return [
        replace(ENTRY, at=NOVEMBER + n * 60_000, user_id=f"u-{n % USERS}", id=f"n-{n}", receipt_id=f"act-{n // 10}")
        for n in range(start, start + count)
    ]


def extend(journal: Journal) -> None:
    while journal.extend_index(60):
        pass


def count_read(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many bytes are read from the journal from now on."""
    sizes: list[int] = []
    read = Segment.read

    def noted(self: Segment, start: int, end: int) -> bytes:
        found = read(self, start, end)
        sizes.append(len(found))
        return found

    monkeypatch.setattr(Segment, "read", noted)
    return sizes


@pytest.mark.parametrize("count", [200, 4_000])
def test_evidence_of_one_notification_reads_a_few_blocks_of_however_long_a_journal(
    journal: Journal, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal.append(entries(count))
    extend(journal)
    sizes = count_read(monkeypatch)

    assert [entry.id for entry in journal.read(user_id=f"u-{99 % USERS}", id="n-99")] == ["n-99"]
    assert sum(sizes) < 5 * 2_048 + 2 * 1_024, "one block, what is not indexed, and the two ends that tell the file"


@pytest.mark.parametrize("is_indexed", [False, True])
def test_the_same_is_found_with_an_index_and_without_one(journal: Journal, tmp_path: Path, is_indexed: bool) -> None:
    written = entries(300)
    journal.append(written)
    if is_indexed:
        extend(journal)
    journal.append([replace(ENTRY, at=NOVEMBER + DAY, id="late", user_id="u-3")])
    plain = Journal(tmp_path / "journal.jsonl", actor="ann")

    for question in ({}, {"user_id": "u-3"}, {"id": "n-17"}, {"since": NOVEMBER + 250 * 60_000}, {"user_id": "x"}):
        for limit in (None, 0, 1, 7, 1_000):
            assert journal.read(**question, limit=limit) == plain.read(**question, limit=limit), (question, limit)
    assert [entry.id for entry in journal.read(user_id="u-3", limit=2)] == ["n-297", "late"]
    assert len(journal.read()) == 301


def test_the_newest_lines_are_read_from_the_end(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segments, "PIECE", 4_096)
    journal.append(entries(4_000))
    sizes = count_read(monkeypatch)

    assert [entry.id for entry in journal.read(limit=3)] == ["n-3997", "n-3998", "n-3999"]
    assert sum(sizes) < 10 * 4_096


def test_a_new_month_begins_a_new_file_and_all_of_them_are_read(journal: Journal, tmp_path: Path) -> None:
    journal.append(entries(20))
    journal.append([replace(ENTRY, at=NOVEMBER + 40 * DAY, id="december")])
    journal.append([replace(ENTRY, at=NOVEMBER + 41 * DAY, id="december 2")])

    assert sorted(file.name for file in tmp_path.glob("journal*")) == ["journal-2026-11-001.jsonl", "journal.jsonl"]
    assert [entry.id for entry in journal.read()][-3:] == ["n-19", "december", "december 2"]
    assert [entry.id for entry in journal.read(limit=3)] == ["n-19", "december", "december 2"]


def test_a_file_that_is_full_is_closed_too_and_what_was_indexed_stays_so(
    journal: Journal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segments, "LARGEST", 10_000)
    for start in range(0, 200, 20):
        journal.append(entries(20, start))
        extend(journal)
    assert len(list(tmp_path.glob("journal-2026-11-0*.jsonl"))) > 2
    assert [entry.id for entry in journal.read()] == [f"n-{n}" for n in range(200)]
    sizes = count_read(monkeypatch)
    assert [entry.id for entry in journal.read(id="n-5")] == ["n-5"]
    assert sum(sizes) < 30_000


def test_what_an_older_version_appends_to_a_closed_file_is_picked_up(journal: Journal, tmp_path: Path) -> None:
    journal.append(entries(100))
    extend(journal)
    journal.append([replace(ENTRY, at=NOVEMBER + 40 * DAY, id="december")])
    late = Journal(tmp_path / "elsewhere.jsonl", actor="bob")
    late.append([replace(ENTRY, id="by an older version")])
    with (tmp_path / "journal-2026-11-001.jsonl").open("ab") as file:
        file.write((tmp_path / "elsewhere.jsonl").read_bytes())

    assert [entry.id for entry in journal.read(id="by an older version")] == ["by an older version"]


def test_an_index_that_does_not_fit_the_file_is_not_believed(journal: Journal, tmp_path: Path) -> None:
    file = tmp_path / "journal.jsonl"
    journal.append(entries(100))
    extend(journal)
    os.truncate(file, file.read_bytes().index(b"n-60"))
    journal.append([replace(ENTRY, id=f"instead-{n}") for n in range(100)])

    assert [entry.id for entry in journal.read(id="instead-3")] == ["instead-3"]
    extend(journal)
    assert [entry.id for entry in journal.read(id="instead-3")] == ["instead-3"]
    assert journal.read(id="n-90") == []


def test_a_line_that_is_damaged_after_it_was_indexed_costs_itself_alone(journal: Journal, tmp_path: Path) -> None:
    file = tmp_path / "journal.jsonl"
    journal.append(entries(100))
    extend(journal)
    content = bytearray(file.read_bytes())
    content[content.rindex(b"\n", 0, content.index(b'"n-50"')) + 1] ^= 0x80
    file.write_bytes(content)

    assert [entry.id for entry in journal.read()] == [f"n-{n}" for n in range(100) if n != 50]
    assert [entry.id for entry in journal.read(id="n-51")] == ["n-51"]


def test_a_lost_index_is_made_again_and_one_of_lost_files_is_forgotten(
    journal: Journal, database: Database, tmp_path: Path
) -> None:
    journal.append(entries(100))
    extend(journal)
    database.write(lambda connection: connection.execute("DELETE FROM journal_file"))
    assert [entry.id for entry in journal.read(id="n-5")] == ["n-5"]
    extend(journal)
    assert [entry.id for entry in journal.read(id="n-5")] == ["n-5"]
    (tmp_path / "journal.jsonl").unlink()
    journal.append(entries(100, 500))
    extend(journal)
    with database.reading() as connection:
        assert len(file_states(connection)) == 1
    assert journal.read(id="n-5") == []


def test_a_start_reads_only_what_came_since_the_outbox_was_in_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = Office(tmp_path)
    for number in range(100):
        office.hold(f"n-{number}", snapshot=0)
    office.send()
    assert office.reopen() == 0
    office.hold("last")
    sizes = count_read(monkeypatch)

    assert office.reopen() == 0
    assert sum(sizes) < 40_000 < (tmp_path / "journal.jsonl").stat().st_size
    assert office.pending() == ["last"]
    office.database.close()


def test_an_outbox_that_is_lost_after_years_comes_back_from_all_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segments, "LARGEST", 10_000)
    office = Office(tmp_path)
    office.hold("early", snapshot=10**9)
    for number in range(60):
        office.hold(f"n-{number}", snapshot=0)
    office.send()
    assert office.reopen() == 0
    office.database.close()
    office.state_file.unlink()

    assert office.reopen() == 1
    assert office.pending() == ["early"]
    office.database.close()


def test_a_repaired_outbox_is_brought_in_line_with_the_whole_journal(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.hold(*(f"n-{number}" for number in range(60)), snapshot=10**9)
    assert office.reopen() == 0
    office.database.close()
    with raw(office.state_file) as connection:
        connection.execute("DROP TRIGGER mark_sealed")
        connection.execute("UPDATE mark SET user_id = 'x' WHERE id = 'n-7'")
    connection.close()

    office.open()
    assert office.database.quarantined is not None
    office.database.close()
    office.open()
    assert office.refill() == 1, "also where it was ended between the repair and the look into the journal"
    assert len(office.pending()) == 60
    office.database.close()


@pytest.mark.parametrize("harm", ["UPDATE journal_file SET settled = settled + 1024", "DELETE FROM journal_file"])
def test_a_damaged_place_in_the_journal_has_all_of_it_read(tmp_path: Path, harm: str) -> None:
    office = Office(tmp_path)
    office.hold(*(f"n-{number}" for number in range(60)), snapshot=10**9)
    assert office.reopen() == 0
    office.database.write(lambda connection: connection.execute(harm))
    office.database.write(lambda connection: connection.execute("DELETE FROM mark WHERE id = 'n-3'"))

    assert office.reopen() == 1
    office.database.close()
