"""Files of ours are our own: no link is followed, nothing of another user is trusted, nothing stays open to all."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from neptune_inbox import wiring
from neptune_inbox.config import load
from neptune_inbox.errors import ConfigProblem, StoreProblem
from neptune_inbox.model import JournalEntry
from neptune_inbox.paths import Paths
from neptune_inbox.startup.crash import leave_report
from neptune_inbox.store.journal.journal import Journal
from neptune_inbox.store.lock import StoreLock
from neptune_inbox.store.outbox.schema import open_state

LINE = JournalEntry(at=1, actor="ann", profile="acme", tenant="p", environment="dev", verb="mark", outcome="held")
OPENERS: dict[str, Callable[[Path], object]] = {
    "lock": lambda path: StoreLock(path).acquire(),
    "journal": lambda path: Journal(path, actor="ann").append([LINE]),
    "journal, read": lambda path: Journal(path, actor="ann").read(),
    "state.db": lambda path: open_state(path, lambda: 0),
}
only_root = pytest.mark.skipif(sys.platform == "win32" or os.geteuid() != 0, reason="only root can give a file away")


@pytest.mark.parametrize("name", OPENERS)
def test_a_link_is_refused_and_what_it_leads_to_is_not_touched(name: str, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("of somebody")
    (tmp_path / "link").symlink_to(precious)
    with pytest.raises(StoreProblem, match="is a symbolic link, so it was not touched"):
        OPENERS[name](tmp_path / "link")
    assert precious.read_text() == "of somebody"


@pytest.mark.parametrize("name", OPENERS)
def test_a_link_that_leads_nowhere_is_refused_and_stays(name: str, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "away")
    with pytest.raises(StoreProblem, match="is a symbolic link, so it was not touched"):
        OPENERS[name](tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert not (tmp_path / "away").exists()


@pytest.mark.parametrize("name", OPENERS)
def test_a_pipe_is_refused_and_not_waited_for(name: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(StoreProblem, match="is not a regular file"):
        OPENERS[name](tmp_path / "pipe")


@only_root
@pytest.mark.parametrize("name", OPENERS)
def test_a_file_of_another_user_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / "theirs").write_text("of somebody")
    os.chown(tmp_path / "theirs", 12_345, 12_345)
    with pytest.raises(StoreProblem, match="belongs to another user"):
        OPENERS[name](tmp_path / "theirs")
    assert (tmp_path / "theirs").read_text() == "of somebody"


def test_a_file_that_others_may_read_is_closed_to_them(tmp_path: Path) -> None:
    (tmp_path / "journal").touch(0o666)
    (tmp_path / "journal").chmod(0o666)
    Journal(tmp_path / "journal", actor="ann").append([LINE])
    assert (tmp_path / "journal").stat().st_mode & 0o777 == 0o600


@only_root
@pytest.mark.parametrize("folder", ["", "config", "state", "cache"])
def test_a_home_of_another_user_is_refused_with_what_to_do(folder: str, tmp_path: Path) -> None:
    paths = Paths.under(tmp_path / "home").create()
    os.chown(tmp_path / "home" / folder, 12_345, 12_345)
    with pytest.raises(ConfigProblem, match="belongs to another user, so nothing in it is used") as caught:
        wiring.load_workspace(paths=paths, environ={})
    assert "chown" in caught.value.remedy


async def test_folders_of_ours_that_stand_open_are_closed_and_that_is_told(tmp_path: Path) -> None:
    paths = Paths.under(tmp_path / "home").create()
    for folder in paths.folders:
        folder.chmod(0o777)
    environ = {"NEPTUNE_ENV": "dev", "NEPTUNE_API_BASE": "http://127.0.0.1:9"}
    workspace = wiring.load_workspace(paths=paths, environ=environ)
    session = await workspace.open(workspace.profile(None))
    await session.close()
    told = [notice for notice in session.notices if "was open to other users" in notice]
    assert len(told) == len(paths.folders) == 4
    assert {folder.stat().st_mode & 0o777 for folder in paths.folders} == {0o700}


@pytest.mark.parametrize("mode", [0o602, 0o666, 0o777])
def test_settings_that_everyone_may_write_are_not_used(mode: int, tmp_path: Path) -> None:
    paths = Paths.under(tmp_path).create()
    paths.config_file.write_text('[profiles.a]\nenvironment = "dev"\napi_base = "https://x.example"\n')
    paths.config_file.chmod(mode)
    with pytest.raises(ConfigProblem, match="anyone may write to it"):
        load(paths)


def test_without_a_journal_nothing_is_written() -> None:
    with pytest.raises(StoreProblem, match="a write needs its line in the journal"):
        Journal(None, actor="ann", refusal="The folder cannot be written.").append([LINE])


@pytest.mark.parametrize("suffix", ["-wal", "-shm", "-journal"])
def test_what_sqlite_keeps_beside_a_store_is_ours_as_well(suffix: str, tmp_path: Path) -> None:
    store, precious = tmp_path / "state.db", tmp_path / "precious"
    open_state(store, lambda: 0).close()
    precious.write_text("of somebody")
    beside = tmp_path / f"state.db{suffix}"
    beside.unlink(missing_ok=True)
    beside.symlink_to(precious)
    with pytest.raises(StoreProblem, match="is a symbolic link, so it was not touched"):
        open_state(store, lambda: 0)
    assert precious.read_text() == "of somebody"
    beside.unlink()
    open_state(store, lambda: 0).close()


@pytest.mark.parametrize("kind", ["link", "pipe"])
def test_the_log_of_a_crash_is_ours_or_not_written(kind: str, tmp_path: Path) -> None:
    log, precious = tmp_path / "log", tmp_path / "precious"
    precious.write_text("of somebody")
    if kind == "link":
        log.symlink_to(precious)
    else:
        os.mkfifo(log)
    assert "could not be written" in leave_report(RuntimeError("odd"), log)
    assert precious.read_text() == "of somebody"
    log.unlink()
    log.write_text("before\n")
    log.chmod(0o666)
    leave_report(RuntimeError("odd"), log)
    assert log.read_text().startswith("before\n")
    assert log.stat().st_mode & 0o777 == 0o600
