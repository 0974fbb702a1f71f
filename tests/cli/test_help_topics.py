"""What `help TOPIC` and the man pages explain is what the program does, and reads well on any width."""

from __future__ import annotations

import re
import shutil
import subprocess

import click
import pytest

from neptune_inbox.cli.main import command_names, root
from neptune_inbox.cli.topics import topics
from neptune_inbox.cli.topics.blocks import Kind, as_text
from neptune_inbox.cli.topics.man import pages
from neptune_inbox.config import setting_rows
from neptune_inbox.presentation.keymap import ACTIONS, shown_keys
from neptune_inbox.sync.inbox.query import EXAMPLES, parse_query
from tests.builders import NOON
from tests.cli.shell import Shell

TEXTS = [name for name in topics.NAMES if name != "json"]


class TestHelp:
    def test_it_lists_the_topics_with_what_each_is_about(self, shell: Shell) -> None:
        shown = shell("help")
        assert [cells[0] for cells in shown.cells] == list(topics.NAMES)
        assert all(len(cells[1]) > 15 for cells in shown.cells)

    @pytest.mark.parametrize("topic", TEXTS)
    def test_every_topic_is_explained_and_plain_in_a_pipe(self, shell: Shell, topic: str) -> None:
        shown = shell("help", topic)
        assert (shown.code, shown.err) == (0, "")
        assert len(shown.out.splitlines()) > 5
        assert "\x1b" not in shown.out
        assert "**" not in shown.out

    def test_a_topic_that_does_not_exist_is_answered_with_what_was_meant(self, shell: Shell) -> None:
        shown = shell("help", "exit-code")
        assert shown.code == 2
        assert "Did you mean `exit-codes`?" in shown.err

    @pytest.mark.parametrize("topic", TEXTS)
    @pytest.mark.parametrize("width", [40, 80, 200])
    def test_what_can_be_wrapped_fits_the_terminal(self, topic: str, width: int) -> None:
        for block in topics.blocks(topic):
            if block.kind in (Kind.TEXT, Kind.ITEM):
                longest = max(map(len, re.split(r"\s", block.text))) + 2
                lines = as_text([block], width).splitlines()
                assert max(map(len, lines)) <= max(min(width, 100), longest), lines

    def test_every_key_and_action_is_there(self, shell: Shell) -> None:
        told = shell("help", "keys").out
        for action in ACTIONS:
            assert not action.keys or (action.id in told and shown_keys(action) in told), action.id

    def test_every_setting_is_there(self, shell: Shell) -> None:
        told = shell("help", "config").out
        assert [name for name, _, _ in setting_rows() if name not in told] == []

    def test_every_command_is_there(self, shell: Shell) -> None:
        told = shell("help", "commands").out
        assert [name for name in command_names() if f"\n  {name}" not in told] == []

    def test_every_example_of_a_search_is_understood(self, shell: Shell) -> None:
        told = shell("help", "search").out
        for example in EXAMPLES.values():
            assert example in told
        assert parse_query("event:payment_* is:unread since:2d -is:done", NOON)


class TestManPages:
    def test_the_program_each_command_and_the_settings_have_one(self) -> None:
        names = {f"neptune-inbox-{name}.1" for name in command_names()}
        assert set(pages()) == {"neptune-inbox.1", "neptune-inbox-config.5", *names}

    def test_a_page_says_all_that_help_says(self) -> None:
        found = pages()
        with click.Context(root, info_name="neptune-inbox") as ctx:
            for name in command_names():
                command = root.get_command(ctx, name)
                assert command is not None
                shown = _words(found[f"neptune-inbox-{name}.1"])
                with click.Context(command, info_name=name, parent=ctx) as inner:
                    for param in command.get_params(inner):
                        record = (param.get_help_record(inner) if isinstance(param, click.Option) else None) or ()
                        assert all(_words(part.replace("`", "")) in shown for part in record), record
                for paragraph in (command.help or "").split("\n\n"):
                    assert _words(paragraph.replace("`", "")) in shown, (name, paragraph)

    @pytest.mark.slow
    @pytest.mark.skipif(shutil.which("groff") is None, reason="groff is not installed here")
    def test_every_page_is_sound_for_groff(self) -> None:
        for name, text in pages().items():
            command = ["groff", "-man", "-K", "utf8", "-ww", "-z"]
            done = subprocess.run(command, input=text.encode(), capture_output=True, check=True, timeout=60)
            assert done.stderr == b"", name


def _words(text: str) -> str:
    """The words alone: without the marks of roff, and in one line."""
    plain = re.sub(r"\\f[BR]|\\&", "", text).replace("\\-", "-").replace("\\(dq", '"').replace("\\e", "\\")
    return " ".join(plain.split())
