"""The whole program on a disk that is full, fills up or fails: it always starts, and it never says what is not so."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from neptune_inbox.model import Filter
from neptune_inbox.sandbox.hostile import HostileRow
from tests.faults.disk import KEEPS_TO_MODES, SmallDisk, failing, why_no_failing_call, why_no_small_disk
from tests.faults.pty_place import ENVIRONMENT, USER, Place
from tests.faults.pty_terminal import LIMIT, PROGRAM, Terminal

ROWS = 30
FEW = 8
"""So many marks a disk of one mebibyte has room for beside the cache."""
INBOX = (*PROGRAM, "--type", "all", "-u", USER)
TALL = (110, 70)
TITLES = [f"Card {number:02}" for number in range(ROWS)]
NOT_KEPT = "Changes will not survive"
NO_SMALL_DISK, NO_FAILING_CALL = why_no_small_disk(), why_no_failing_call()
on_a_small_disk = pytest.mark.skipif(bool(NO_SMALL_DISK), reason=NO_SMALL_DISK)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "inbox"


@pytest.fixture
def disk(home: Path) -> Iterator[SmallDisk]:
    with SmallDisk(home) as disk:
        yield disk


def place_at(folder: Path) -> Place:
    return Place(folder, [HostileRow(title, title) for title in TITLES], undo_seconds=600)


def run(place: Place, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*PROGRAM, *words], env=place.env(), capture_output=True, text=True, timeout=2 * LIMIT, check=False
    )


def waiting(place: Place) -> set[str]:
    """The titles of what the outbox on the disk holds."""
    shown = run(place, "outbox", "--json")
    assert shown.returncode == 0, shown.stderr
    titles = {row.uuid: row.title for row in place.world.notifications(ENVIRONMENT, USER, Filter.ALL)}
    return {titles[row["id"]] for row in json.loads(shown.stdout)}


def marked_on(terminal: Terminal) -> set[str]:
    """The titles of the rows that the screen calls pending."""
    rows = [line for line in terminal.text.splitlines() if "◷" in line]
    return {title for title in TITLES for row in rows if title in row}


def mark(terminal: Terminal, count: int) -> None:
    """Row by row, from the top."""
    for number in range(1, count + 1):
        terminal.press("m")
        terminal.press("j", f" {number + 1} of {ROWS}" if number < ROWS else "")


@on_a_small_disk
def test_a_first_start_on_a_full_disk_works_in_memory_and_says_so(disk: SmallDisk, tmp_path: Path) -> None:
    with place_at(tmp_path) as place:
        disk.fill()
        with Terminal(INBOX, place.env(), size=TALL) as terminal:
            terminal.shows(NOT_KEPT)
            terminal.shows(TITLES[0])
            terminal.press("m")
            assert marked_on(terminal) == {TITLES[-1]}
            assert b"broke" not in terminal.raw
            terminal.press("q")
            terminal.press("k")  # keep for later
            terminal.until(lambda: terminal.process.poll() is not None, "the end")
            assert terminal.is_restored
        disk.free()
        assert waiting(place) == set(), "it said that it would not survive"


@on_a_small_disk
def test_a_disk_that_fills_up_while_marks_are_made_makes_no_false_one(disk: SmallDisk, tmp_path: Path) -> None:
    with place_at(tmp_path) as place:
        with Terminal(INBOX, place.env(), size=TALL) as terminal:
            terminal.shows("fresh")
            terminal.shows(TITLES[0])
            taken = disk.fill()
            mark(terminal, ROWS)
            terminal.settle(0.3)
            marked = marked_on(terminal)
            said = b"NOT saved" in terminal.raw
            assert b"broke" not in terminal.raw
            terminal.process.kill()
            terminal.process.wait()
        disk.free()
        kept = waiting(place)
    print(
        f"\n{taken:,} bytes taken, {ROWS} marks tried: {len(marked)} shown as marked, "
        f"{len(marked - kept)} of them lost, {len(kept - marked)} kept that were not shown; told: {said}"
    )
    assert marked == kept
    assert said == (len(marked) < ROWS)


@on_a_small_disk
def test_a_start_on_a_disk_that_is_full_by_now_shows_and_keeps_what_waits(disk: SmallDisk, tmp_path: Path) -> None:
    newest = set(TITLES[-FEW:])
    with place_at(tmp_path) as place:
        with Terminal(INBOX, place.env(), size=TALL) as terminal:
            terminal.shows("fresh")
            mark(terminal, FEW)
            terminal.until(lambda: marked_on(terminal) == newest, "all of them marked")
            terminal.process.kill()
            terminal.process.wait()
        disk.fill()
        with Terminal(INBOX, place.env(), size=TALL) as terminal:
            terminal.until(lambda: TITLES[0] in terminal.text or NOT_KEPT in terminal.text, "a list, or why not")
            terminal.settle(0.5)
            is_in_memory = NOT_KEPT in terminal.text
            assert is_in_memory or marked_on(terminal) == newest, terminal.text
            assert b"broke" not in terminal.raw
            terminal.process.kill()
            terminal.process.wait()
        disk.free()
        assert waiting(place) == newest
    print(f"\n{FEW} marks waiting on a full disk: 0 lost, {'in memory, and told' if is_in_memory else 'all shown'}")


@pytest.mark.skipif(bool(NO_FAILING_CALL), reason=NO_FAILING_CALL)
@pytest.mark.parametrize("error", ["ENOSPC", "EIO"])
def test_whichever_call_fails_no_mark_is_said_to_be_kept_that_is_not(error: str, home: Path, tmp_path: Path) -> None:
    """What is marked waits for ten minutes; a new start looks for it."""
    tried, refused = 0, 0
    with place_at(tmp_path) as place:
        assert run(place, "list", "-u", USER, "--json").returncode == 0
        for at in (1, 2, 3, 4, 5, 6, 8, 10, 13, 17, 22, 30):
            before = waiting(place)
            told = talk(place, f"m {len(before) + 1}", before=failing(home, error=error, at=at))
            tried += 1
            refused += "NOT saved" in told
            is_claimed = "held, sent in" in told and NOT_KEPT not in told
            after = waiting(place)
            assert before <= after, "what was held before is held"
            assert len(after - before) == is_claimed, (at, told)
    print(f"\n{tried} runs in which a call failed with {error}: {refused} said NOT saved, 0 said to be kept and lost")
    assert 0 < refused < tried


def talk(place: Place, *lines: str, before: tuple[str, ...]) -> str:
    """What the program says line by line to these lines."""
    ended = subprocess.run(
        [*before, *PROGRAM, "--plain", "-u", USER],
        env=place.env(),
        input="".join(f"{line}\n" for line in lines),
        capture_output=True,
        text=True,
        timeout=2 * LIMIT,
        check=False,
    )
    told = ended.stdout + ended.stderr
    assert "Traceback" not in told
    assert "broke" not in told, told
    return told


@pytest.mark.skipif(bool(NO_SMALL_DISK), reason="only root can give up the right to pass over modes")
def test_a_home_that_may_only_be_read_is_worked_in_from_memory(home: Path, tmp_path: Path) -> None:
    with place_at(tmp_path) as place:
        (home / "state").mkdir()
        (home / "cache").mkdir()
        for folder in (home / "state", home / "cache", home):
            folder.chmod(0o500)
        with Terminal([*KEEPS_TO_MODES, *INBOX], place.env(), size=TALL) as terminal:
            terminal.shows(NOT_KEPT)
            terminal.shows(TITLES[0])
            terminal.press("m")
            assert marked_on(terminal) == {TITLES[-1]}
            terminal.type("$")
            terminal.until(lambda: place.writes == 1, "sending works all the same")
            terminal.settle(0.3)
            assert b"broke" not in terminal.raw
        assert not list((home / "state").iterdir())
