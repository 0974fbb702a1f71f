"""How a store opens, whatever it finds: older and newer files, damage, somebody else's, homes it cannot write."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from neptune_inbox.errors import NewerStore, StoreProblem
from neptune_inbox.store.cache.schema import open_cache
from neptune_inbox.store.database.database import Database
from neptune_inbox.store.database.open import Migration
from neptune_inbox.store.outbox.schema import open_state
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


def test_an_older_file_is_brought_up_to_date_after_a_copy_was_made(path: Path) -> None:
    database = opened(path, FIRST)
    put(database, "a")
    database.close()

    database = opened(path, FIRST, SECOND)
    with database.reading() as connection:
        assert connection.execute("SELECT name, size FROM thing").fetchall() == [("a", 7)]
    database.close()

    copy = path.with_name("state.db.before-2")
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    with raw(copy) as connection:
        assert connection.execute("SELECT * FROM thing").fetchall() == [("a",)]
        assert connection.execute("PRAGMA user_version").fetchone() == (1,)
    connection.close()


def test_a_step_that_fails_leaves_the_file_as_it_was(path: Path) -> None:
    database = opened(path, FIRST)
    put(database, "a")
    database.close()

    with pytest.raises(StoreProblem):
        opened(path, FIRST, (*SECOND, "CREATE TABLE other (x)"))

    database = opened(path, FIRST)
    assert names(database) == ["a"]
    assert database.quarantined is None
    database.close()


def test_a_newer_outbox_is_refused_and_left_alone(path: Path) -> None:
    opened(path, FIRST, SECOND).close()
    before = path.read_bytes()

    with pytest.raises(NewerStore, match="newer version"):
        opened(path, FIRST)
    assert path.read_bytes() == before


def test_a_newer_cache_is_set_aside_and_built_anew(path: Path) -> None:
    opened(path, FIRST, SECOND, is_precious=False).close()

    database = opened(path, FIRST, is_precious=False)

    assert database.quarantined is not None
    assert names(database) == []
    database.close()


@pytest.mark.parametrize("content", [b"", b"not a database, " * 500, b"SQLite format 3\0" + b"\xff" * 4000])
@pytest.mark.parametrize("is_precious", [True, False])
def test_a_file_that_is_no_store_is_set_aside(path: Path, content: bytes, is_precious: bool) -> None:
    path.parent.mkdir()
    path.write_bytes(content)

    database = opened(path, is_precious=is_precious)

    assert database.quarantined is not None
    assert database.quarantined.read_bytes() == content
    put(database, "works")
    database.close()


@pytest.mark.parametrize("is_precious", [True, False])
def test_a_file_whose_format_byte_says_read_only_is_set_aside_and_can_be_written_again(
    path: Path, is_precious: bool
) -> None:
    database = opened(path, is_precious=is_precious)
    put(database, "a")
    database.close()
    content = bytearray(path.read_bytes())
    content[18] ^= 1 << 6
    path.write_bytes(content)

    database = opened(path, is_precious=is_precious)

    assert database.quarantined is not None
    put(database, "b")
    assert names(database) == (["a", "b"] if is_precious else ["b"])
    database.close()


def test_somebody_elses_database_is_set_aside_not_used(path: Path) -> None:
    opened(path, application_id=78).close()

    database = opened(path)

    assert database.quarantined is not None
    database.close()


def test_a_store_whose_tables_are_gone_is_noticed(path: Path) -> None:
    opened(path).close()
    with raw(path) as connection:
        connection.execute("DROP TABLE sentinel")
    connection.close()

    database = opened(path)

    assert database.quarantined is not None
    database.close()


def test_damage_met_in_use_is_told_and_mended_at_the_next_start(path: Path) -> None:
    database = opened(path, is_precious=False)
    for number in range(2000):
        put(database, f"a rather long name for a thing {number}")
    database.close()
    content = bytearray(path.read_bytes())
    content[8192:] = b"\xaa" * (len(content) - 8192)

    database = opened(path, is_precious=False)
    path.write_bytes(content)
    with pytest.raises(StoreProblem, match="damaged") as caught:
        names(database)
    assert "start neptune-inbox again" in caught.value.remedy
    database.close()

    database = opened(path, is_precious=False)
    assert database.quarantined is not None
    assert names(database) == []
    database.close()
    assert opened(path, is_precious=False).quarantined is None


def test_a_home_that_cannot_be_written_gives_memory_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    database = opened(tmp_path / "file" / "state.db")

    assert database.is_memory
    assert "will be lost" in database.problem
    put(database, "a")
    assert names(database) == ["a"]
    database.close()


def test_a_folder_in_place_of_the_file_gives_memory(path: Path) -> None:
    path.mkdir(parents=True)

    database = opened(path)

    assert database.is_memory
    assert "state.db" in database.problem
    database.close()


@pytest.mark.parametrize("open_store", [open_state, open_cache])
def test_the_real_stores_open_sound_and_open_again(path: Path, open_store: object) -> None:
    assert callable(open_store)
    for _ in range(2):
        database = open_store(path, FakeClock().now)
        assert (database.quarantined, database.problem) == (None, "")
        with database.reading() as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        database.close()
