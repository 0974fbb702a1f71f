"""What may be imported before something is seen: module by module for the first paint, packages for commands."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TELL = "import sys; print(*(m for m in sys.modules if m.partition('.')[0] not in sys.stdlib_module_names))"
OURS = "neptune_inbox"
BEFORE_THE_FIRST_PAINT = {
    OURS,
    *(
        f"{OURS}.{name}"
        for name in (
            "__main__",
            "cli",
            "cli.launch",
            "errors",
            "notification_fields",
            "paths",
            "presentation",
            "presentation.ansi",
            "presentation.layout",
            "presentation.lines",
            "presentation.palette",
            "presentation.palette_256",
            "presentation.roles",
            "presentation.panes",
            "presentation.row_state",
            "presentation.rows",
            "presentation.styled",
            "presentation.theme",
            "presentation.times",
            "startup",
            "startup.first_page",
            "startup.first_paint",
            "startup.key_loop",
            "startup.locate",
            "startup.snapshot",
            "sync",
            "text_graphemes",
            "tui",
            "presentation.bidi",
            "presentation.islands",
        )
    ),
}
"""All of ours; besides them, only the standard library."""
SLOW_PARTS_OF_PYTHON = {
    "asyncio",
    "dataclasses",
    "email",
    "inspect",
    "logging",
    "ssl",
    "urllib.request",
    "http.client",
}
COMMANDS = {
    ("--version",): set(),
    ("--help",): {"click", "msgspec"},
    ("list",): {"click", "msgspec"},
    ("list", "--cached"): {"click", "msgspec"},
    ("count",): {"click", "msgspec"},
    ("status",): {"click", "msgspec"},
}
"""What each may load besides the standard library and our own."""
BROUGHT_BY_OTHERS = {"__main__", "_distutils_hack", "typing_extensions", OURS}


def modules_after(code: str, home: Path, *arguments: str) -> set[str]:
    """What a fresh Python has imported once this has run."""
    env = {"PATH": os.environ["PATH"], "NEPTUNE_INBOX_HOME": str(home), "NEPTUNE_TOKEN": "x" * 20}
    env |= {"NEPTUNE_ENV": "dev", "NEPTUNE_API_BASE": "http://127.0.0.1:9/neptune"}
    command = [sys.executable, "-c", f"{code}\n{TELL}", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT, env=env)
    return set(done.stdout.splitlines()[-1].split())


def test_the_first_paint_loads_these_and_no_others(tmp_path: Path) -> None:
    code = "import neptune_inbox.__main__, neptune_inbox.cli.launch, neptune_inbox.startup.key_loop"
    code += ", neptune_inbox.startup.first_paint, sqlite3, termios"
    code += f"\nimport sys; assert not {SLOW_PARTS_OF_PYTHON!r} & set(sys.modules), sys.modules.keys()"
    loaded = modules_after(code, tmp_path)
    assert {
        name for name in loaded if name.partition(".")[0] not in BROUGHT_BY_OTHERS - {OURS}
    } <= BEFORE_THE_FIRST_PAINT


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_a_command_brings_only_what_it_needs(arguments: tuple[str, ...], tmp_path: Path) -> None:
    code = "import sys\nfrom neptune_inbox.__main__ import run\n"
    code += "try: run(sys.argv[1:])\nexcept SystemExit: pass"
    loaded = modules_after(code, tmp_path, *arguments)
    assert {name.partition(".")[0] for name in loaded} - BROUGHT_BY_OTHERS <= COMMANDS[arguments]
    assert not any(name.startswith(f"{OURS}.tui.") for name in loaded)


@pytest.mark.parametrize(
    "arguments", [("list", "--user", "u-1"), ("mark", "n-1", "--user", "u-1", "--yes")], ids=" ".join
)
def test_nothing_of_the_sandbox_is_loaded_by_the_inboxs_own_commands(
    arguments: tuple[str, ...], tmp_path: Path
) -> None:
    code = "import sys\nfrom neptune_inbox.__main__ import run\n"
    code += "try: run(sys.argv[1:])\nexcept SystemExit: pass"
    loaded = modules_after(code, tmp_path, *arguments)
    assert "httpx" in loaded, "it got as far as the network"
    assert not any(name.startswith(f"{OURS}.sandbox") for name in loaded)


def test_nothing_of_the_sandbox_is_loaded_by_the_inboxs_start(tmp_path: Path) -> None:
    wiring = [f"{OURS}.wiring.{file.stem}" for file in (ROOT / OURS / "wiring").glob("[a-z]*.py")]
    loaded = modules_after(f"import {', '.join([f'{OURS}.tui.app', *wiring])}", tmp_path)
    assert "textual" in loaded
    assert not any(name.startswith(f"{OURS}.sandbox") for name in loaded)
