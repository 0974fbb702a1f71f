"""Every command in README's code blocks runs as it is printed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pexpect
import pytest

from neptune_inbox import __version__
from neptune_inbox.sandbox.seed import seed_demo
from neptune_inbox.sandbox.server import create_app
from neptune_inbox.sandbox.state import SandboxState
from neptune_inbox.sandbox.tokens import sign_token
from tests.socket_sandbox import BackgroundServer

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```sh\n(.*?)```", README, re.S)
COMMANDS = [line for block in BLOCKS for line in block.splitlines() if line]
FOR_THE_INBOX = [line for line in COMMANDS if line.startswith("neptune-inbox ")]
ON_A_FRESH_MACHINE = [line for line in COMMANDS if line.endswith("demo")]
FOR_THE_TESTS = [line for line in COMMANDS if line.endswith("pytest")]
LIMIT = 240


def test_no_command_is_left_out() -> None:
    assert len(FOR_THE_INBOX) >= 2
    assert {*FOR_THE_INBOX, *ON_A_FRESH_MACHINE, *FOR_THE_TESTS} == set(COMMANDS)


@pytest.mark.parametrize("line", FOR_THE_INBOX)
def test_a_command_for_scripts_runs(line: str, tmp_path: Path) -> None:
    sandbox_state = SandboxState(now=lambda: time.time_ns() // 1_000_000, seed="demo")
    seed_demo(sandbox_state, main="staging")
    with BackgroundServer(create_app(sandbox_state)) as server:
        env = {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "NEPTUNE_INBOX_HOME": str(tmp_path),
            "NEPTUNE_TOKEN": sign_token(sandbox_state).reveal(),
            "NEPTUNE_ENV": "staging",
            "NEPTUNE_API_BASE": f"{server.base_url}/neptune",
        }
        done = subprocess.run(["sh", "-c", line], env=env, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert "payment" in done.stdout or "nothing" in (done.stdout + done.stderr).lower()


def copy_of_the_repository(folder: Path) -> Path:
    """What a clone would hold, changes that are not committed yet included."""
    names = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    for name in names:
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    return folder


def test_pipx_installs_it_for_good(tmp_path: Path) -> None:
    assert "`pipx install .`" in README
    if shutil.which("pipx") is None:
        pytest.skip("pipx is not installed here")
    here, programs = copy_of_the_repository(tmp_path / "neptune-inbox"), tmp_path / "bin"
    env = {**os.environ, "HOME": str(tmp_path), "PIPX_HOME": str(tmp_path / "pipx"), "PIPX_BIN_DIR": str(programs)}
    done = subprocess.run(["pipx", "install", "."], cwd=here, env=env, capture_output=True, text=True, check=False)
    if done.returncode and "CI" not in os.environ:
        pytest.skip("the packages cannot be had here: no package registry is reached")
    assert done.returncode == 0, done.stderr
    told = subprocess.run([programs / "neptune-inbox", "--version"], capture_output=True, text=True, check=True)
    assert told.stdout == f"neptune-inbox {__version__}\n"


@pytest.mark.parametrize("line", ON_A_FRESH_MACHINE)
def test_a_fresh_machine_gets_to_the_first_notification(line: str, tmp_path: Path) -> None:
    tool = line.split()[0]
    if shutil.which(tool) is None:
        pytest.skip(f"{tool} is not installed here")
    here = copy_of_the_repository(tmp_path / "neptune-inbox")
    env = {**os.environ, "HOME": str(tmp_path), "TERM": "xterm-256color", "PIP_ROOT_USER_ACTION": "ignore"}
    child = pexpect.spawn("sh", ["-c", line], cwd=str(here), env=env, dimensions=(40, 120), timeout=LIMIT)
    try:
        found = child.expect(["Card ending 4242", "ERROR", "error:", pexpect.EOF])
        if found and "CI" not in os.environ:
            pytest.skip("the packages cannot be had here: no package registry is reached")
        assert found == 0, child.before
        child.send("q")
        child.expect(pexpect.EOF)
    finally:
        child.close(force=True)
    assert child.exitstatus == 0
    assert not (tmp_path / ".config").exists(), "the demo leaves no trace"
