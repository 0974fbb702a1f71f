from __future__ import annotations

import os
from pathlib import Path

import pytest

from neptune_inbox.errors import StoreProblem
from neptune_inbox.store.lock import StoreLock


def test_only_one_of_two_windows_sends_and_the_other_takes_over_when_it_goes(tmp_path: Path) -> None:
    first, second = StoreLock(tmp_path / "home" / "lock"), StoreLock(tmp_path / "home" / "lock")

    assert first.acquire()
    assert first.acquire(), "asking again for what one has is no failure"
    assert not second.acquire()
    first.release()
    assert second.acquire()
    assert (first.is_held, second.is_held) == (False, True)
    second.release()
    second.release()


def test_the_lock_of_a_program_that_died_is_free(tmp_path: Path) -> None:
    ready, tell = os.pipe()
    child = os.fork()
    if child == 0:
        StoreLock(tmp_path / "lock").acquire()
        os.write(tell, b".")
        os._exit(9)
    os.read(ready, 1)
    os.waitpid(child, 0)

    lock = StoreLock(tmp_path / "lock")

    assert lock.acquire()
    lock.release()


def test_in_memory_there_is_nobody_to_share_with() -> None:
    lock = StoreLock(None)

    assert lock.acquire()
    assert lock.is_held
    lock.release()


def test_a_folder_that_cannot_be_used_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    lock = StoreLock(tmp_path / "file" / "lock")

    with pytest.raises(StoreProblem, match="lock could not be used"):
        lock.acquire()
