"""Puts the man pages and the completions of the shells into the wheel, made from the commands themselves."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

COMPLETIONS = {
    "bash": "share/bash-completion/completions/neptune-inbox",
    "zsh": "share/zsh/site-functions/_neptune-inbox",
    "fish": "share/fish/vendor_completions.d/neptune-inbox.fish",
}


class SharedFiles(BuildHookInterface[Any]):
    """What a package manager would install beside the program."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        sys.path.insert(0, self.root)
        from neptune_inbox.cli.commands.setup import script_for
        from neptune_inbox.cli.topics.man import pages

        folder = Path(tempfile.mkdtemp())
        texts = {f"share/man/man{name[-1]}/{name}": text for name, text in pages().items()}
        texts |= {place: script_for(shell) for shell, place in COMPLETIONS.items()}
        for place, text in texts.items():
            file = folder / place
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
            build_data["shared_data"][str(file)] = place
