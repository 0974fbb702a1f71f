"""The journal: what we caused, in lines that survive torn ends, full disks and other writers."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from neptune_inbox.errors import DiskFull, StoreProblem
from neptune_inbox.model import JournalEntry
from neptune_inbox.store.journal import journal as journal_module
from neptune_inbox.store.journal import segments
from neptune_inbox.store.journal.journal import Journal
from neptune_inbox.store.journal.lines import Damaged, decoded
from neptune_inbox.store.journal.words import MarkId, MarkWords

ENTRY = JournalEntry(
    at=1_000,
    actor="",
    profile="acme",
    tenant="p",
    environment="production",
    verb="mark",
    outcome="held",
    user_id="u-1",
    id="a",
    receipt_id="act-1",
    detail="3 shown of u-1",
    due_at=6_000,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home" / "journal.jsonl"


@pytest.fixture
def journal(path: Path) -> Journal:
    return Journal(path, actor="ann")


def test_what_was_written_is_read_back_newest_last_and_signed(journal: Journal, path: Path) -> None:
    journal.append([ENTRY, replace(ENTRY, id="b", actor="bob")])
    journal.append([replace(ENTRY, outcome="sent", request_id="req-1", due_at=None)])

    entries = journal.read()

    assert [(entry.id, entry.outcome, entry.actor) for entry in entries] == [
        ("a", "held", "ann"),
        ("b", "held", "bob"),
        ("a", "sent", "ann"),
    ]
    assert entries[0] == replace(ENTRY, actor="ann")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_line_is_plain_ascii_json_without_empty_fields(journal: Journal, path: Path) -> None:
    journal.append([replace(ENTRY, detail="Grüße\n\x1b[31m", user_id="")])

    (line,) = path.read_bytes().splitlines()

    assert line.isascii()
    assert json.loads(line)["detail"] == "Grüße\n\x1b[31m"
    assert "user_id" not in json.loads(line)


def test_reading_can_be_narrowed_to_a_user_a_notification_and_the_newest(journal: Journal) -> None:
    journal.append([replace(ENTRY, user_id=f"u-{number % 2}", id=f"n-{number}") for number in range(10)])

    assert [entry.id for entry in journal.read(user_id="u-1", limit=2)] == ["n-7", "n-9"]
    assert [entry.id for entry in journal.read(id="n-4")] == ["n-4"]
    assert journal.read(user_id="nobody") == []


def test_nothing_was_done_yet_is_an_empty_journal(journal: Journal, path: Path) -> None:
    assert journal.read() == []
    assert journal.unsettled() == []
    journal.append([])
    assert not path.exists()


@pytest.mark.parametrize(
    "torn", [b'{"at": 1, "act', b"\0\0\0\0", b'{"at": 1}', b'{"at": "x"}\n', b"\xff\xfe\n", b"[]\n"]
)
def test_a_torn_or_odd_line_costs_itself_and_nothing_else(journal: Journal, path: Path, torn: bytes) -> None:
    journal.append([ENTRY])
    with path.open("ab") as file:
        file.write(torn)
    journal.append([replace(ENTRY, id="b")])

    assert [entry.id for entry in journal.read()] == ["a", "b"]


@given(cut=st.integers(min_value=0), extra=st.binary(max_size=30))
def test_wherever_the_last_line_is_torn_the_ones_before_it_stay(
    tmp_path_factory: pytest.TempPathFactory, cut: int, extra: bytes
) -> None:
    path = tmp_path_factory.mktemp("j") / "journal.jsonl"
    journal = Journal(path, actor="ann")
    journal.append([ENTRY])
    whole = path.stat().st_size
    journal.append([replace(ENTRY, id="b")])
    os.truncate(path, whole + cut % (path.stat().st_size - whole))
    with path.open("ab") as file:
        file.write(extra.replace(b"\n", b""))
    journal.append([replace(ENTRY, id="c")])

    ids = [entry.id for entry in journal.read()]

    assert ids[0] == "a"
    assert ids[-1] == "c"


def test_fields_of_a_newer_version_are_passed_over(journal: Journal, path: Path) -> None:
    journal.append([ENTRY])
    line = json.loads(path.read_text()) | {"mood": "calm", "id": "b"}
    with path.open("a") as file:
        file.write(json.dumps(line) + "\n")

    assert [entry.id for entry in journal.read()] == ["a", "b"]


@pytest.mark.parametrize("settling", ["undone", "sent", "accepted", "confirmed", "contradicted", "failed", "dropped"])
def test_a_held_mark_is_unsettled_until_one_of_four_things_happened(journal: Journal, settling: str) -> None:
    journal.append([ENTRY, replace(ENTRY, id="b")])
    journal.append([replace(ENTRY, outcome=settling, due_at=None)])

    assert [entry.id for entry in journal.unsettled()] == ["b"]
    words = MarkWords()
    journal.tell(words, {})
    assert words.settled()[MarkId("p", "u-1", "a", "act-1")].outcome == settling


def test_a_retry_opens_a_mark_again_with_its_first_words_and_its_new_time(journal: Journal) -> None:
    journal.append([ENTRY])
    journal.append([replace(ENTRY, at=7_000, outcome="failed", detail="404", due_at=None)])
    journal.append([replace(ENTRY, at=9_000, outcome="retried", detail="", due_at=9_000)])

    (entry,) = journal.unsettled()

    assert (entry.at, entry.detail) == (1_000, "3 shown of u-1")
    assert (entry.outcome, entry.due_at) == ("retried", 9_000)


def test_the_same_notification_in_two_acts_and_places_is_two_marks(journal: Journal) -> None:
    journal.append([ENTRY, replace(ENTRY, receipt_id="act-2"), replace(ENTRY, tenant="q")])
    journal.append([replace(ENTRY, outcome="undone")])

    assert [(entry.tenant, entry.receipt_id) for entry in journal.unsettled()] == [("p", "act-2"), ("q", "act-1")]


def test_other_writes_are_recorded_and_are_no_marks(journal: Journal) -> None:
    journal.append([replace(ENTRY, verb="user-create", outcome="trying"), replace(ENTRY, verb="user-create", id="x")])

    assert len(journal.read()) == 2
    assert journal.unsettled() == []


def test_lines_whose_change_failed_are_followed_by_their_reversals(journal: Journal) -> None:
    stretch = journal.append([ENTRY])
    journal.take_back(stretch, [replace(ENTRY, outcome="dropped")])

    assert [entry.outcome for entry in journal.read()] == ["held", "dropped"]
    assert journal.unsettled() == []


def _fill_the_disk(monkeypatch: pytest.MonkeyPatch, room: int) -> None:
    write = os.write

    def short_write(file: int, text: bytes) -> int:
        if room == 0:
            raise OSError(28, "No space left on device")
        return write(file, text[:room])

    monkeypatch.setattr(os, "write", short_write)


def test_without_room_for_the_reversals_the_lines_are_cut_off(
    journal: Journal, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal.append([ENTRY])
    stretch = journal.append([replace(ENTRY, id="b")])
    _fill_the_disk(monkeypatch, 0)
    journal.take_back(stretch, [replace(ENTRY, id="b", outcome="dropped")])

    assert [entry.id for entry in journal.read()] == ["a"]


def test_lines_that_others_followed_are_never_cut_off(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    stretch = journal.append([ENTRY])
    journal.append([replace(ENTRY, id="b")])
    _fill_the_disk(monkeypatch, 0)
    journal.take_back(stretch, [replace(ENTRY, outcome="dropped")])

    assert [entry.id for entry in journal.read()] == ["a", "b"]


@pytest.mark.parametrize("room", [0, 1, 40, 300])
def test_a_disk_that_takes_only_a_part_takes_nothing(
    journal: Journal, path: Path, monkeypatch: pytest.MonkeyPatch, room: int
) -> None:
    journal.append([ENTRY])
    before = path.read_bytes()
    _fill_the_disk(monkeypatch, room)

    with pytest.raises(DiskFull):
        journal.append([replace(ENTRY, id=f"n-{number}") for number in range(5)])

    assert path.read_bytes() == before


def test_a_folder_that_cannot_be_used_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    journal = Journal(tmp_path / "file" / "journal.jsonl", actor="ann")

    with pytest.raises(StoreProblem, match="could not be used"):
        journal.append([ENTRY])
    with pytest.raises(StoreProblem):
        journal.read()


def test_in_memory_it_is_the_same_and_leaves_no_trace(tmp_path: Path) -> None:
    journal = Journal(None, actor="ann")
    journal.append([ENTRY, replace(ENTRY, id="b")])
    journal.append([replace(ENTRY, outcome="sent")])

    assert [entry.id for entry in journal.unsettled()] == ["b"]
    assert [entry.actor for entry in journal.read(limit=1)] == ["ann"]
    assert list(tmp_path.iterdir()) == []


def count_decoded(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The lines that are taken apart from now on."""
    lines: list[bytes] = []

    def noted(given: Iterable[bytes], damaged: Damaged | None = None) -> Iterator[JournalEntry]:
        for line in given:
            lines.append(line)
            yield from decoded([line], damaged)

    monkeypatch.setattr(journal_module, "decoded", noted)
    return lines


@pytest.mark.parametrize("count", [100, 5_000])
def test_what_is_asked_of_one_notification_takes_only_its_own_lines_apart(
    journal: Journal, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = 'ü "quoted" \\ 2'
    journal.append([replace(ENTRY, id=f"n-{number}") for number in range(count)])
    journal.append([replace(ENTRY, id=odd), replace(ENTRY, id=odd, outcome="sent"), replace(ENTRY, id=f"{odd}1")])
    lines = count_decoded(monkeypatch)
    assert [entry.outcome for entry in journal.read(user_id="u-1", id=odd)] == ["held", "sent"]
    assert len(lines) == 2


def test_a_rare_verb_is_looked_for_only_in_what_came_since(
    journal: Journal, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segments, "PIECE", 100)
    assert journal.of_verb("mark-server-all") == ()
    journal.append([ENTRY, replace(ENTRY, verb="mark-server-all", outcome="sent", at=7)])
    lines = count_decoded(monkeypatch)
    assert [entry.at for entry in journal.of_verb("mark-server-all")] == [7]
    journal.append([ENTRY] * 50)
    assert [entry.at for entry in journal.of_verb("mark-server-all")] == [7]
    with path.open("ab") as torn:
        torn.write(b'{"at":9,"verb":"mark-server-all","half')
    assert len(journal.of_verb("mark-server-all")) == 1
    journal.append([replace(ENTRY, verb="mark-server-all", outcome="sent", at=8)])
    assert [entry.at for entry in journal.of_verb("mark-server-all")] == [7, 8]
    assert len(lines) == 3, "the torn line was looked at once, when it was whole"
    path.unlink()
    assert journal.of_verb("mark-server-all") == ()
    journal.append([replace(ENTRY, verb="mark-server-all", outcome="sent", at=10)])
    assert [entry.at for entry in journal.of_verb("mark-server-all")] == [10]
