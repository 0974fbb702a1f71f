"""A store in use: rights, transactions, two windows and two threads, values it cannot hold, a disk that is full."""

from __future__ import annotations

import sqlite3
import stat
import threading
from pathlib import Path

import pytest

from neptune_inbox.errors import DiskFull, StoreProblem
from neptune_inbox.store.database.database import Database
from neptune_inbox.store.database.open import Migration
from neptune_inbox.store.database.reserve import SIZE, ReservedSpace
from tests.builders import FakeClock
from tests.unit.store_helpers import raw

FIRST: Migration = ("CREATE TABLE thing (name TEXT NOT NULL UNIQUE)",)
SECOND: Migration = ("ALTER TABLE thing ADD COLUMN size INTEGER NOT NULL DEFAULT 7", "CREATE TABLE other (x)")
APPLICATION_ID = 77


def opened(path: Path | None, *migrations: Migration, is_precious: bool = True, application_id: int = 77) -> Database:
    return Database.open(
        path,
        migrations or (FIRST,),
        application_id=application_id,
        is_precious=is_precious,
        now=FakeClock().now,
    )


def put(database: Database, name: str) -> None:
    database.write(lambda connection: connection.execute("INSERT INTO thing (name) VALUES (?)", (name,)))


def names(database: Database) -> list[str]:
    with database.reading() as connection:
        return [name for (name,) in connection.execute("SELECT name FROM thing ORDER BY rowid")]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home" / "state.db"


def test_only_the_owner_may_read_any_of_its_files(path: Path) -> None:
    database = opened(path)
    put(database, "a")

    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}

    assert modes == dict.fromkeys(["state.db", "state.db-wal", "state.db-shm", "state.db.ballast"], 0o600)
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    database.close()


def test_a_search_that_takes_long_keeps_no_row_waiting(path: Path) -> None:
    database = opened(path)
    put(database, "a")
    found: list[list[str]] = []

    with database.searching() as search:
        assert search.execute("SELECT count(*) FROM thing").fetchone() == (1,)
        reader = threading.Thread(target=lambda: found.append(names(database)))
        reader.start()
        reader.join(5)
        put(database, "b")
        seen = search.execute("SELECT count(*) FROM thing").fetchone()

    assert found == [["a"]]
    assert seen == (1,), "what it reads does not change under it"
    with database.searching() as search:
        assert search.execute("SELECT count(*) FROM thing").fetchone() == (2,)
    database.close()


@pytest.mark.parametrize(("is_precious", "level"), [(True, 2), (False, 1)])
def test_a_precious_store_syncs_every_commit(path: Path, is_precious: bool, level: int) -> None:
    database = opened(path, is_precious=is_precious)

    with database.transaction() as connection:
        assert connection.execute("PRAGMA synchronous").fetchone() == (level,)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert (path.parent / "state.db.ballast").exists() == is_precious
    database.close()


def test_what_was_committed_is_there_at_the_next_start(path: Path) -> None:
    database = opened(path)
    put(database, "a")
    database.checkpoint()
    database.close()
    database.close()

    database = opened(path)
    assert names(database) == ["a"]
    assert (database.quarantined, database.problem, database.is_memory) == (None, "", False)
    database.close()


def test_a_transaction_is_all_or_nothing(path: Path) -> None:
    database = opened(path)

    def work(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO thing VALUES ('a')")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        database.write(work)

    assert names(database) == []
    put(database, "b")
    assert names(database) == ["b"]
    database.close()


def test_reading_does_not_wait_for_a_writer_and_sees_one_state(path: Path) -> None:
    database = opened(path)
    put(database, "a")

    with database.reading() as connection:
        before = connection.execute("SELECT count(*) FROM thing").fetchone()
        writer = threading.Thread(target=put, args=(database, "b"))
        writer.start()
        writer.join(5)
        assert not writer.is_alive()
        assert connection.execute("SELECT count(*) FROM thing").fetchone() == before
    assert names(database) == ["a", "b"]
    database.close()


def test_the_reader_cannot_write(path: Path) -> None:
    database = opened(path)

    with pytest.raises(StoreProblem), database.reading() as connection:
        connection.execute("INSERT INTO thing VALUES ('a')")
    database.close()


def test_two_windows_write_in_turn(path: Path) -> None:
    one, two = opened(path), opened(path)

    def put_many(database: Database, tag: str) -> None:
        for number in range(50):
            put(database, f"{tag}{number}")

    threads = [threading.Thread(target=put_many, args=args) for args in ((one, "a"), (two, "b"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(names(one)) == len(names(two)) == 100
    one.close()
    two.close()


def test_memory_is_shared_by_all_threads_and_leaves_no_trace(tmp_path: Path) -> None:
    database = opened(None)
    thread = threading.Thread(target=put, args=(database, "a"))
    thread.start()
    thread.join()

    with database.transaction(), database.reading() as connection:
        assert connection.execute("SELECT count(*) FROM thing").fetchone() == (1,)
    database.checkpoint()
    assert database.problem == ""
    database.close()


@pytest.mark.parametrize("value", ["\ud800", 2**63])
def test_a_value_that_cannot_be_stored_is_told_in_words(path: Path, value: object) -> None:
    database = opened(path)

    with pytest.raises(StoreProblem, match="cannot store this value"), database.transaction() as connection:
        connection.execute("INSERT INTO thing VALUES (?)", (value,))
    put(database, "a")
    database.close()


def test_after_closing_it_says_so_instead_of_crashing(path: Path) -> None:
    database = opened(path)
    database.close()

    with pytest.raises(StoreProblem):
        put(database, "a")


def test_a_file_that_another_program_keeps_for_itself_is_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("neptune_inbox.store.database.open.BUSY_SECONDS", 0.01)
    database = opened(path)
    with raw(path) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreProblem, match="locked by another program"):
            put(database, "a")
        other.execute("ROLLBACK")
    other.close()
    put(database, "a")
    database.close()


def test_the_spare_room_is_laid_once_and_given_back_once(tmp_path: Path) -> None:
    ballast = ReservedSpace(tmp_path / "ballast")
    ballast.allocate()
    ballast.allocate()

    assert (tmp_path / "ballast").stat().st_size == SIZE
    assert ballast.release()
    assert not ballast.release()
    assert not ReservedSpace(None).release()


def test_a_full_disk_is_tried_once_more_with_the_spare_room(path: Path) -> None:
    database = opened(path)
    attempts: list[bool] = []

    def work(connection: sqlite3.Connection) -> None:
        attempts.append((path.parent / "state.db.ballast").exists())
        raise DiskFull("The disk is full.")

    with pytest.raises(DiskFull):
        database.write(work)
    assert attempts == [True, False]
    with pytest.raises(DiskFull):
        database.write(work)
    assert attempts == [True, False, False]
    database.close()
