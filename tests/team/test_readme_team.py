"""README's section "With a team" works as it is printed, on a real PostgreSQL."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path

from tests.cli.conftest import shell
from tests.cli.shell import Shell
from tests.team.cluster import OWNER, TeamDatabase
from tests.team.test_commands import seat

__all__ = ["shell"]
README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
SECTION = README.partition("\n## With a team\n")[2].partition("\n## ")[0]


def test_from_team_init_to_the_first_claim_and_the_hand_over(shell: Shell, empty_database: TeamDatabase) -> None:
    printed = re.search(r"```toml\n(.*?)```", SECTION, re.S)
    assert printed is not None
    settings = tomllib.loads(printed[1])["team"]
    rita = seat(shell, settings["agent"], empty_database.dsn())
    row = shell.tell("Card ending 4242 was declined")
    rita("list")

    block = re.search(r"```bash\n(.*?)```", SECTION, re.S)
    assert block is not None
    install, *lines = block[1].splitlines()
    assert install == "pip install '.[team]'"
    told = []
    for line in lines:
        program, *words = shlex.split(line.replace("3f2a9c41", row[:8]).replace("--as owner", f"--as {OWNER}"))
        assert program == "neptune-inbox"
        shown = rita(*words, answers="yes\n")
        assert shown.code == 0, (line, shown.err)
        told.append(shown.out)
    assert "CREATE TABLE neptune_inbox.fact" in told[0]
    assert f"{settings['agent']} (you)" in told[1]
    assert "Card ending 4242 was declined" in told[3]
    assert settings["agent"] in told[3]
