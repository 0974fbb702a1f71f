"""Killed at any step, two programs at once, a disk that fills up: nothing that was said is lost."""

from __future__ import annotations

import os
import resource
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from neptune_inbox.errors import StoreProblem
from neptune_inbox.model import MarkState
from neptune_inbox.store.database.database import Database
from neptune_inbox.store.journal.journal import Journal
from tests.builders import profile
from tests.unit.store_helpers import Office, keys

pytestmark = pytest.mark.slow

KILLED = 9


def in_child(work: Callable[[], None]) -> int:
    """Start `work` in a process of its own; the answer is its id."""
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        work()
        status = 0
    finally:
        os._exit(status)


def ended(child: int) -> int:
    """How a child ended: 0 when it finished its work."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


class Witness:
    """What a program told its user, in a file that outlives it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.path.touch()

    def say(self, *words: str) -> None:
        with self.path.open("a") as file:
            file.write("".join(f"{word}\n" for word in words))

    def heard(self, verb: str) -> set[str]:
        words = self.path.read_text().split()
        return {word.partition(":")[2] for word in words if word.startswith(f"{verb}:")}


def a_working_day(office: Office, witness: Witness) -> None:
    """Hold, undo, send, refuse, retry and drop, and say each only after it was done."""
    office.hold("undone-1", "undone-2")
    witness.say("held:undone-1", "held:undone-2")
    witness.say("undoing:undone-1", "undoing:undone-2")
    office.outbox.undo()
    witness.say("undone:undone-1", "undone:undone-2")
    office.hold("sent", "refused", "put-off", snapshot=0)
    witness.say("held:sent", "held:refused", "held:put-off")
    sent, refused, put_off = office.claim()
    witness.say("requested:sent", "requested:refused", "requested:put-off")
    office.settle(sent, MarkState.ACCEPTED)
    witness.say("sent:sent")
    office.settle(refused, MarkState.FAILED, error="No such notification.")
    office.postpone(put_off, office.clock.now() + 1000, "later")
    office.outbox.retry()
    witness.say("retried:refused")
    office.hold("dropped")
    witness.say("held:dropped", "dropping:dropped")
    office.outbox.drop([mark.key for mark in office.outbox.marks() if mark.id == "dropped"])
    witness.say("dropped:dropped")
    office.hold("kept")
    witness.say("held:kept")


def kill_at(step: int) -> None:
    """Let this process die at the n-th of: about to tell the journal, journal told, about to commit, committed."""
    steps = iter(range(1, 1_000_000))

    def point() -> None:
        if next(steps) == step:
            os._exit(KILLED)

    append, write = Journal.append, Database.write

    def dying_append(self: Journal, entries: object) -> object:
        point()
        stretch = append(self, entries)  # type: ignore[arg-type]
        point()
        return stretch

    def dying_write(self: Database, work: Callable[..., object]) -> object:
        def dying_work(connection: object) -> object:
            result = work(connection)
            point()
            return result

        result = write(self, dying_work)
        point()
        return result

    Journal.append = dying_append  # type: ignore[method-assign, assignment]
    Database.write = dying_write  # type: ignore[method-assign, assignment]


def check_the_promise(office: Office, witness: Witness) -> None:
    history = {mark.id: mark for mark in office.outbox.marks(unsettled_only=False)}
    sent_later = set()
    office.clock.advance(3600)
    while some := office.send():
        sent_later.update(some)
    assert not sent_later & witness.heard("undone"), "undone means never sent"
    assert not sent_later & witness.heard("dropped")
    taken_back = witness.heard("undoing") | witness.heard("dropping")
    for id in witness.heard("held") - taken_back:
        assert id in history, "what was called marked is never forgotten"
        assert id in sent_later or history[id].state in (MarkState.ACCEPTED, MarkState.FAILED)
    for id in witness.heard("sent"):
        assert history[id].state is MarkState.ACCEPTED


@pytest.mark.parametrize("loses_the_file", [False, True], ids=["the file stays", "the file is lost"])
def test_killed_at_any_step_it_keeps_every_word(tmp_path: Path, loses_the_file: bool) -> None:
    step, status = 0, KILLED
    while status == KILLED:
        step += 1
        folder = tmp_path / str(step)
        folder.mkdir()
        witness = Witness(folder / "witness")

        def work(folder: Path = folder, witness: Witness = witness, step: int = step) -> None:
            kill_at(step)
            a_working_day(Office(folder), witness)

        status = ended(in_child(work))
        if loses_the_file:
            for file in folder.glob("state.db*"):
                file.unlink()
            _check_after_a_loss(Office(folder), witness)
            continue
        office = Office(folder)
        office.refill()
        check_the_promise(office, witness)
        office.database.close()
    assert status == 0
    assert step > 30


def _check_after_a_loss(office: Office, witness: Witness) -> None:
    office.refill()
    undone = office.outbox.undo()
    assert undone is None or not {mark.id for mark in undone.undone} & witness.heard("requested")
    came_back = set(office.pending()) | ({mark.id for mark in undone.undone} if undone else set())
    settled = {entry.id for entry in office.journal.read() if entry.outcome in ("accepted", "failed")}
    taken_back = witness.heard("undoing") | witness.heard("dropping")
    assert witness.heard("held") - taken_back <= came_back | settled
    assert not came_back & (witness.heard("undone") | witness.heard("dropped") | witness.heard("sent"))
    office.database.close()


def test_killed_at_random_nothing_that_was_called_marked_is_lost(tmp_path: Path) -> None:
    witness_of = Witness(tmp_path / "witness")
    for kill in range(15):
        told, tell = os.pipe()

        def work(kill: int = kill, tell: int = tell) -> None:
            office = Office(tmp_path)
            for number in range(1_000_000):
                id = f"k{kill}-{number}"
                office.acts = 1_000_000 * kill + number
                office.hold(id)
                witness_of.say(f"held:{id}")
                if number % 3 == 0:
                    witness_of.say(f"undoing:{id}")
                    office.outbox.undo()
                    witness_of.say(f"undone:{id}")
                os.write(tell, b".")

        child = in_child(work)
        os.close(tell)
        heard = b""
        while len(heard) < 5 + kill:
            heard += os.read(told, 1)
        os.kill(child, signal.SIGKILL)
        assert ended(child) == -signal.SIGKILL
        os.close(told)
    office = Office(tmp_path)
    office.refill()
    pending = set(office.pending())
    assert witness_of.heard("held") - witness_of.heard("undoing") <= pending
    assert not witness_of.heard("undone") & pending
    office.database.close()


def test_two_programs_never_claim_the_same_mark(tmp_path: Path) -> None:
    office = Office(tmp_path)
    ids = {f"n-{number}" for number in range(150)}
    office.hold(*ids, snapshot=0)
    office.database.close()

    def work(name: str) -> None:
        triage = Office(tmp_path)
        witness = Witness(tmp_path / name)
        while marks := triage.claim(owner=name, limit=2):
            witness.say(*(f"claimed:{mark.id}" for mark in marks))

    children = [in_child(lambda name=name: work(name)) for name in ("one", "two")]  # type: ignore[misc]
    assert [ended(child) for child in children] == [0, 0]
    one, two = Witness(tmp_path / "one").heard("claimed"), Witness(tmp_path / "two").heard("claimed")
    assert one | two == ids
    assert not one & two


def test_two_programs_hold_at_the_same_time_without_an_error(tmp_path: Path) -> None:
    def work(name: str) -> None:
        triage = Office(tmp_path)
        for number in range(40):
            triage.outbox.hold(
                profile(), keys([f"{name}-{number}"]), due_at=1, label="", receipt_id=f"{name}-{number}"
            )

    children = [in_child(lambda name=name: work(name)) for name in ("one", "two")]  # type: ignore[misc]
    assert [ended(child) for child in children] == [0, 0]
    office = Office(tmp_path)
    assert len(office.pending()) == 80
    assert len(office.journal.unsettled()) == 80
    office.database.close()


def test_wherever_the_disk_fills_up_nothing_is_called_marked_that_is_not(tmp_path: Path) -> None:
    """The kernel refuses every byte beyond a limit that is moved along in small steps."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    refused = 0
    for room in range(0, 60_000, 1500):
        folder = tmp_path / str(room)
        folder.mkdir()
        office = Office(folder)
        office.hold("before")
        marked = {"before"}
        sizes = [file.stat().st_size for file in folder.glob("*") if not file.name.endswith(".ballast")]
        limit = min(sizes) + room
        for number in range(12):
            ids = [f"n{number}-{extra}" for extra in range(8)]
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
            try:
                office.hold(*ids)
                marked.update(ids)
            except StoreProblem:
                refused += 1
            finally:
                resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
            assert set(office.pending()) == marked
        office.reopen()
        assert set(office.pending()) == marked, "what was called not saved does not come back"
        office.database.close()
    assert refused > 50
