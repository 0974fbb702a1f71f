"""The whole program on a disk that is full, fills up or fails: it always starts, and it never says what is not so."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from neptune_inbox.model import Filter
from tests.faults.disk import KEEPS_TO_MODES, SmallDisk, failing, why_no_failing_call, why_no_small_disk
from tests.faults.pty_machine import ENVIRONMENT, USER, Machine
from tests.faults.pty_terminal import LIMIT, PROGRAM, Terminal
from tests.hostile import HostileRow

ROWS = 30
FEW = 8
"""So many marks a disk of one mebibyte has room for beside the cache."""
INBOX = (*PROGRAM, "--type", "all", "-u", USER)
TALL = (110, 70)
TITLES = [f"Card {number:02}" for number in range(ROWS)]
NOT_KEPT = "Changes will be lost"
NO_SMALL_DISK, NO_FAILING_CALL = why_no_small_disk(), why_no_failing_call()
on_a_small_disk = pytest.mark.skipif(bool(NO_SMALL_DISK), reason=NO_SMALL_DISK)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "inbox"


@pytest.fixture
def store_thread(home: Path) -> Iterator[SmallDisk]:
    with SmallDisk(home) as store_thread:
        yield store_thread


def machine_at(folder: Path) -> Machine:
    return Machine(folder, [HostileRow(title, title) for title in TITLES], undo_seconds=600)


def run(machine: Machine, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*PROGRAM, *words], env=machine.env(), capture_output=True, text=True, timeout=2 * LIMIT, check=False
    )


def waiting(machine: Machine) -> set[str]:
    """The titles of what the outbox on the disk holds."""
    shown = run(machine, "outbox", "--json")
    assert shown.returncode == 0, shown.stderr
    titles = {row.uuid: row.title for row in machine.sandbox_state.notifications(ENVIRONMENT, USER, Filter.ALL)}
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
def test_a_first_start_on_a_full_disk_shows_everything_from_memory_and_says_why_it_marks_nothing(
    store_thread: SmallDisk, tmp_path: Path
) -> None:
    with machine_at(tmp_path) as machine:
        store_thread.fill()
        with Terminal(INBOX, machine.env(), size=TALL) as terminal:
            terminal.shows(NOT_KEPT)
            terminal.shows(TITLES[0])
            terminal.press("m")
            terminal.shows("Nothing was changed or sent: a write needs its line in the journal")
            assert (marked_on(terminal), machine.writes) == (set(), 0)
            assert b"broke" not in terminal.raw
            terminal.press("q")
            terminal.until(lambda: terminal.process.poll() is not None, "the end")
            assert terminal.is_restored
        store_thread.free()
        assert waiting(machine) == set()


@on_a_small_disk
def test_a_disk_that_fills_up_while_marks_are_made_makes_no_false_one(
    store_thread: SmallDisk, tmp_path: Path
) -> None:
    with machine_at(tmp_path) as machine:
        with Terminal(INBOX, machine.env(), size=TALL) as terminal:
            terminal.shows("fresh")
            terminal.shows(TITLES[0])
            taken = store_thread.fill()
            mark(terminal, ROWS)
            terminal.settle(0.3)
            marked = marked_on(terminal)
            said = "NOT saved" in terminal.text
            assert b"broke" not in terminal.raw
            terminal.process.kill()
            terminal.process.wait()
        store_thread.free()
        kept = waiting(machine)
    print(
        f"\n{taken:,} bytes taken, {ROWS} marks tried: {len(marked)} shown as marked, "
        f"{len(marked - kept)} of them lost, {len(kept - marked)} kept that were not shown; told: {said}"
    )
    assert marked == kept
    assert said == (len(marked) < ROWS)


@on_a_small_disk
def test_a_start_on_a_disk_that_is_full_by_now_shows_and_keeps_what_waits(
    store_thread: SmallDisk, tmp_path: Path
) -> None:
    newest = set(TITLES[-FEW:])
    with machine_at(tmp_path) as machine:
        with Terminal(INBOX, machine.env(), size=TALL) as terminal:
            terminal.shows("fresh")
            mark(terminal, FEW)
            terminal.until(lambda: marked_on(terminal) == newest, "all of them marked")
            terminal.process.kill()
            terminal.process.wait()
        store_thread.fill()
        with Terminal(INBOX, machine.env(), size=TALL) as terminal:
            terminal.until(lambda: TITLES[0] in terminal.text or NOT_KEPT in terminal.text, "a list, or why not")
            terminal.settle(0.5)
            is_in_memory = NOT_KEPT in terminal.text
            assert is_in_memory or marked_on(terminal) == newest, terminal.text
            assert b"broke" not in terminal.raw
            terminal.process.kill()
            terminal.process.wait()
        store_thread.free()
        assert waiting(machine) == newest
    print(f"\n{FEW} marks waiting on a full disk: 0 lost, {'in memory, and told' if is_in_memory else 'all shown'}")


@pytest.mark.skipif(bool(NO_FAILING_CALL), reason=NO_FAILING_CALL)
@pytest.mark.parametrize("error", ["ENOSPC", "EIO"])
def test_whichever_call_fails_no_mark_is_said_to_be_kept_that_is_not(error: str, home: Path, tmp_path: Path) -> None:
    """What is marked waits for ten minutes; a new start looks for it."""
    tried, refused = 0, 0
    with machine_at(tmp_path) as machine:
        assert run(machine, "list", "-u", USER, "--json").returncode == 0
        for at in (1, 2, 3, 4, 5, 6, 8, 10, 13, 17, 22, 30):
            before = waiting(machine)
            told = console(machine, f"m {len(before) + 1}", before=failing(home, error=error, at=at))
            tried += 1
            refused += "NOT saved" in told
            is_claimed = "before sending, undo takes it back" in told and NOT_KEPT not in told
            after = waiting(machine)
            assert before <= after, "what was held before is held"
            assert len(after - before) == is_claimed, (at, told)
    print(f"\n{tried} runs in which a call failed with {error}: {refused} said NOT saved, 0 said to be kept and lost")
    assert 0 < refused < tried


def console(machine: Machine, *lines: str, before: tuple[str, ...]) -> str:
    """What the program says line by line to these lines."""
    ended = subprocess.run(
        [*before, *PROGRAM, "--plain", "-u", USER],
        env=machine.env(),
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
def test_in_a_home_that_may_only_be_read_everything_is_shown_and_nothing_written(home: Path, tmp_path: Path) -> None:
    with machine_at(tmp_path) as machine:
        (home / "state").mkdir()
        (home / "cache").mkdir()
        for folder in (home / "state", home / "cache", home):
            folder.chmod(0o500)
        with Terminal([*KEEPS_TO_MODES, *INBOX], machine.env(), size=TALL) as terminal:
            terminal.shows(NOT_KEPT)
            terminal.shows(TITLES[0])
            terminal.press("m")
            terminal.shows("Nothing was changed or sent")
            terminal.settle(0.3)
            assert (marked_on(terminal), machine.writes) == (set(), 0), "no write without its line in the journal"
            assert b"broke" not in terminal.raw
        assert not list((home / "state").iterdir())
