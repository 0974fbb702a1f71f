"""Everything lives where the desktop says, and nobody else can look into it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from platformdirs import PlatformDirs

from neptune_inbox import paths as paths_module
from neptune_inbox.errors import ConfigProblem, DiskFull, StoreProblem
from neptune_inbox.paths import Paths

VARIABLES = ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "NEPTUNE_INBOX_HOME")


def mode_of(path: Path) -> int:
    return path.stat().st_mode & 0o777


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


@pytest.mark.parametrize(
    "env",
    [
        {"HOME": "/home/rajiv"},
        {
            "HOME": "/home/rajiv",
            "XDG_CONFIG_HOME": "/etc/mine",
            "XDG_STATE_HOME": "/var/mine",
            "XDG_CACHE_HOME": "/tmp/c",
        },
        {"HOME": "/home/rajiv", "XDG_CONFIG_HOME": "", "XDG_CACHE_HOME": "relative/cache"},
        {"HOME": "/home/rajiv/", "XDG_STATE_HOME": "/var/mine/"},
        {"HOME": "not/absolute"},
        {"HOME": ""},
        {},
    ],
)
def test_the_folders_are_those_that_platformdirs_names(bare: pytest.MonkeyPatch, env: dict[str, str]) -> None:
    for name, value in env.items():
        bare.setenv(name, value)
    theirs = PlatformDirs("neptune-inbox", appauthor=False)
    assert Paths.find() == Paths(theirs.user_config_path, theirs.user_state_path, theirs.user_cache_path)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux is worked out by hand")
def test_the_first_paint_does_not_pay_for_platformdirs() -> None:
    look = "import sys; from neptune_inbox.paths import Paths; Paths.find(); print('platformdirs' in sys.modules)"
    env = {**os.environ, "HOME": "/home/rajiv"}
    assert subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, env=env).stdout == "False\n"


def test_one_variable_moves_all_three() -> None:
    moved = Paths.find({"NEPTUNE_INBOX_HOME": "/srv/inbox", "HOME": "/home/rajiv", "XDG_CONFIG_HOME": "/etc/mine"})
    assert moved == Paths(Path("/srv/inbox/config"), Path("/srv/inbox/state"), Path("/srv/inbox/cache"))


def test_a_moved_home_may_be_relative_or_start_with_a_tilde(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert Paths.find({"NEPTUNE_INBOX_HOME": "~/mine"}).config == tmp_path / "mine" / "config"
    assert Paths.find({"NEPTUNE_INBOX_HOME": "mine"}).config == tmp_path / "mine" / "config"


def test_each_file_has_its_name(tmp_path: Path) -> None:
    paths = Paths.under(tmp_path)
    files = (paths.config_file, paths.state_db, paths.journal, paths.log, paths.lock, paths.cache_db)
    assert [str(file.relative_to(tmp_path)) for file in files] == [
        "config/config.toml",
        "state/state.db",
        "state/journal.jsonl",
        "state/neptune-inbox.log",
        "state/neptune-inbox.lock",
        "cache/cache.db",
    ]


def test_looking_for_the_folders_makes_none(tmp_path: Path) -> None:
    Paths.under(tmp_path / "new")
    assert list(tmp_path.iterdir()) == []


def test_new_folders_and_their_new_parents_are_for_the_owner_alone(tmp_path: Path) -> None:
    old_mask = os.umask(0)
    try:
        paths = Paths.under(tmp_path / "deep" / "down").create()
    finally:
        os.umask(old_mask)
    assert {mode_of(folder) for folder in (tmp_path / "deep", paths.config, paths.state, paths.cache)} == {0o700}
    assert paths.create() == paths, "a second start finds them"


def test_a_folder_that_stands_open_is_closed(tmp_path: Path) -> None:
    paths = Paths.under(tmp_path)
    paths.state.mkdir(mode=0o755)
    paths.state.chmod(0o777)
    assert mode_of(paths.create().state) == 0o700


def test_a_file_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreProblem) as caught:
        Paths.under(tmp_path / "file").create()
    assert str(tmp_path / "file" / "config") in caught.value.sentence
    assert "NEPTUNE_INBOX_HOME" in caught.value.remedy


def test_a_full_disk_is_called_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(paths_module, "make_private", refuse)
    with pytest.raises(DiskFull, match="No space left on device"):
        Paths.under(tmp_path).create()


def test_without_any_home_the_user_is_told_which_variable_helps(bare: pytest.MonkeyPatch) -> None:
    bare.setenv("HOME", "nowhere")
    bare.setattr("pwd.getpwuid", lambda _: (_ for _ in ()).throw(KeyError("no such user")))
    with pytest.raises(ConfigProblem) as caught:
        Paths.find()
    assert "NEPTUNE_INBOX_HOME" in caught.value.remedy


def test_a_moved_home_of_nobody_is_named() -> None:
    with pytest.raises(
        ConfigProblem, match="NEPTUNE_INBOX_HOME names a home folder that does not exist: ~nobody-at-all/x"
    ):
        Paths.find({"NEPTUNE_INBOX_HOME": "~nobody-at-all/x"})
