"""A stranger reads README alone up to the first mark over HTTP; tests/bench/first_hour.py installs as well."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from tests.bench.first_hour import ROOT, TOOLS, clean_path, walk

pytestmark = pytest.mark.slow


@pytest.mark.skipif(not all(map(shutil.which, ("bash", *TOOLS))), reason=f"bash, {', '.join(TOOLS)} are wanted")
def test_readme_alone_leads_to_the_first_mark_that_the_server_confirms(tmp_path: Path) -> None:
    home = tmp_path / "home"
    folder = home / "neptune-inbox"
    folder.mkdir(parents=True)
    shutil.copy(ROOT / "README.md", folder)
    (folder / ".venv").symlink_to(sys.prefix)
    transcript = tmp_path / "transcript.txt"
    walk(home, folder, clean_path(tmp_path / "bin", Path(sys.executable)), transcript, is_installed=True)
    told = transcript.read_text(encoding="utf-8")
    assert "typed:\n    neptune-inbox --user u-1" in told
    assert "POST /app_notifications/{environment}/read 200" in (folder / "sandbox.log").read_text(encoding="utf-8")
