"""A damaged `state.db`: with the journal intact every mark under way is back, and nothing settled is sent again."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from msgspec.structs import replace

from neptune_inbox.model import Key, MarkState
from neptune_inbox.store.database.repair import KEPT
from neptune_inbox.store.triage import TriageStore
from tests.builders import FakeClock
from tests.unit.store_helpers import TENANT, Office, keys, raw

pytestmark = pytest.mark.slow

WAITING = [f"waiting-{number}" for number in range(20)]
TRIED = [f"tried-{number}" for number in range(5)]
SENT = [f"sent-{number}" for number in range(20)]
UNDONE = [f"undone-{number}" for number in range(10)]

Harm = Callable[[bytearray, Random], None]


def flip_bits(content: bytearray, rng: Random) -> None:
    for _ in range(rng.choice([1, 1, 3, 30])):
        content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)


def flip_header(content: bytearray, rng: Random) -> None:
    content[rng.randrange(100)] ^= 1 << rng.randrange(8)


def zero_a_page(content: bytearray, rng: Random) -> None:
    start = 4096 * rng.randrange(len(content) // 4096)
    content[start : start + 4096] = bytes(4096)


def garble_a_stretch(content: bytearray, rng: Random) -> None:
    length = rng.choice([16, 200, 5000])
    start = rng.randrange(len(content) - length)
    content[start : start + length] = rng.randbytes(length)


def cut_off(content: bytearray, rng: Random) -> None:
    del content[rng.randrange(len(content)) :]


def change_a_word(content: bytearray, rng: Random) -> None:
    """The sort of damage that SQLite itself cannot see: another state, another id, in a well-formed row."""
    words = [(b"waiting-", b"waiving-"), (b"undone", b"undont"), (b"u-1", b"u-7"), (b"held", b"sent")]
    word, other = rng.choice([pair for pair in words if pair[0] in content])
    positions = [at for at in range(len(content)) if content.startswith(word, at)]
    at = rng.choice(positions)
    content[at : at + len(word)] = other


def empty(content: bytearray, rng: Random) -> None:
    content.clear()


def replace_by_text(content: bytearray, rng: Random) -> None:
    content[:] = b"<html>Sign in to the network</html>" * 300


HARMS: list[Harm] = [
    flip_bits,
    flip_header,
    zero_a_page,
    garble_a_stretch,
    cut_off,
    change_a_word,
    empty,
    replace_by_text,
]


@pytest.fixture(scope="module")
def workday(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, FakeClock]:
    """A folder as a busy day leaves it, closed in good order."""
    folder = tmp_path_factory.mktemp("workday")
    office = Office(folder)
    triage_store = TriageStore(office.database, TENANT, office.clock.now)
    triage_store.note(Key("u-1", "sent-0"), "called back")
    office.hold(*SENT)
    office.clock.advance(5)
    office.send()
    office.hold(*UNDONE)
    office.outbox.undo()
    office.hold(*TRIED)
    office.clock.advance(5)
    for mark in office.claim():
        office.postpone(mark, office.clock.now() + 600_000, "later")
    office.hold(*WAITING, snapshot=3_600_000)
    office.database.close()
    return folder, office.clock


def damaged_office(workday: tuple[Path, FakeClock], folder: Path, harm: Harm, seed: int) -> Office:
    source, clock = workday
    shutil.copytree(source, folder)
    content = bytearray((folder / "state.db").read_bytes())
    harm(content, Random(seed))
    (folder / "state.db").write_bytes(content)
    return Office(folder, clock)


@pytest.mark.parametrize("harm", HARMS, ids=lambda harm: harm.__name__)
def test_every_mark_under_way_is_back_and_nothing_settled_is(
    workday: tuple[Path, FakeClock], tmp_path: Path, harm: Harm
) -> None:
    for seed in range(20):
        office = damaged_office(workday, tmp_path / str(seed), harm, seed)
        office.refill()

        assert not office.database.is_memory, f"seed {seed}"
        assert sorted(office.pending()) == sorted(WAITING + TRIED), f"seed {seed}"
        undone = office.outbox.undo()
        assert undone is None or not {mark.id for mark in undone.undone} & set(TRIED), f"seed {seed}"
        office.clock.at += 86_400_000
        sent = office.send()
        assert not set(sent) & {*SENT, *UNDONE}, f"seed {seed}"
        office.clock.at -= 86_400_000
        office.database.close()


def test_an_emptied_file_is_noticed_set_aside_and_told(workday: tuple[Path, FakeClock], tmp_path: Path) -> None:
    office = damaged_office(workday, tmp_path / "home", empty, 0)

    assert office.database.quarantined is not None
    assert office.database.quarantined.name.startswith("state.db.bad-2026")
    assert office.refill() == len(WAITING + TRIED)


def test_what_can_still_be_read_is_brought_over_without_the_journal(
    workday: tuple[Path, FakeClock], tmp_path: Path
) -> None:
    office = damaged_office(workday, tmp_path / "home", change_a_word, 3)
    triage_store = TriageStore(office.database, TENANT, office.clock.now)

    assert office.database.quarantined is not None
    assert len(office.outbox.marks(unsettled_only=False)) >= len(WAITING + TRIED + SENT + UNDONE) - 1
    assert triage_store.triage(keys(["sent-0"]))[Key("u-1", "sent-0")].note == "called back"
    assert [receipt.label for receipt in office.outbox.receipts(10)] == [
        "20 shown",
        "5 shown",
        "10 shown",
        "20 shown",
    ]


def test_a_mark_that_was_changed_on_the_disk_is_never_sent(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.hold("a", "b")
    office.database.close()
    with raw(office.state_file) as connection:
        connection.execute("DROP TRIGGER mark_sealed")
        connection.execute("UPDATE mark SET id = 'x' WHERE id = 'a'")
    connection.close()

    office.open()
    office.refill()
    office.clock.advance(5)

    assert sorted(office.send()) == ["a", "b"]


def test_the_journal_overrules_a_rescued_row_that_is_older_than_the_truth(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.hold("undone")
    office.hold("sent")
    office.database.close()
    yesterday = office.state_file.read_bytes()
    office.open()
    office.clock.advance(1)
    office.outbox.undo("act-1")
    office.clock.advance(5)
    office.send()
    office.database.close()
    office.state_file.write_bytes(yesterday)

    assert office.reopen() == 0
    assert office.pending() == []
    history = [office.outbox.history(Key("u-1", id))[0].state for id in ("undone", "sent")]
    assert history == [MarkState.UNDONE, MarkState.ACCEPTED]


def test_the_journal_does_not_bring_back_what_the_outbox_knows_as_settled(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.hold("a")
    office.clock.advance(5)
    office.send()
    office.journal.append([replace(office.journal.read()[0], outcome="held")])

    assert office.refill() == 0
    assert office.pending() == []


def test_a_lost_file_comes_back_with_acts_that_can_be_told(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.hold("a", "b", snapshot=60_000)
    office.hold("c", snapshot=0)
    office.database.close()
    office.state_file.unlink()

    assert office.reopen() == 3
    newest = {mark.id: mark.attempts for mark in office.outbox.marks()}
    assert newest == {"a": 0, "b": 0, "c": 1}, "c was due, so it may have been tried"
    undone = office.outbox.undo()
    assert undone is not None
    assert (undone.receipt.label, len(undone.undone)) == ("2 shown", 2)


def test_three_damaged_files_are_kept_and_no_more(tmp_path: Path) -> None:
    office = Office(tmp_path)
    for _ in range(KEPT + 2):
        office.database.close()
        office.state_file.write_bytes(b"")
        office.clock.advance(1)
        office.open()

    assert len(list(tmp_path.glob("state.db.bad-*"))) == KEPT
    office.database.close()


def test_a_kill_between_setting_aside_and_renaming_loses_nothing(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.hold("a")
    office.database.close()
    office.state_file.rename(tmp_path / "state.db.rescued")

    office.open()

    assert office.pending() == ["a"]
