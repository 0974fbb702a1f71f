"""README is true: its commands, keys, search words, settings and pictures are those of the product."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from neptune_inbox import errors
from neptune_inbox.cli.main import COMMANDS, root
from neptune_inbox.config import TEMPLATE
from neptune_inbox.sync.query import EXAMPLES, FLAGS, parse_query
from neptune_inbox.tui.keys import ACTIONS, available, markdown_table
from neptune_inbox.tui.verbs import load_verbs
from tests.builders import NOON

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PRINTED = (
    "python3 -m venv .venv && .venv/bin/pip install --quiet . && .venv/bin/neptune-inbox demo",
    "uvx --from . neptune-inbox demo",
    "python3 -m venv .venv && .venv/bin/pip install --quiet -e '.[dev]' && .venv/bin/pytest",
    "uv run --extra dev pytest",
)


def between(name: str) -> str:
    """What stands between the markers of this name."""
    found = re.search(rf"<!-- {name} -->\n(.*?)<!-- /{name} -->", README, re.S)
    assert found, f"README has no <!-- {name} -->"
    return found[1]


def settings_table() -> str:
    """Every setting of the template of config.toml, with its own comment as README shows it."""
    lines = ["| setting | for example | |", "| --- | --- | --- |"]
    first = {name: (value, comment) for name, value, comment in reversed(list(settings()))}
    rows = dict.fromkeys(name for name, _, _ in settings())
    lines += [f"| `{name}` | `{first[name][0]}` | {first[name][1]} |" for name in rows]
    return "\n".join(lines) + "\n"


def settings() -> Iterator[tuple[str, str, str]]:
    """Name, value and comment of each setting; what the user names himself is written in capitals."""
    table = comment = ""
    for line in TEMPLATE.splitlines():
        if line.startswith("# "):
            comment = line[2:]
        elif header := re.fullmatch(r"#?\[([a-z]+)(\.[a-z]+)?\]", line):
            table = f"{header[1]}." + ("NAME." if header[2] else "")
        elif entry := re.fullmatch(r"#?(\"[\w.]+\"|\w+) = (.*)", line):
            key = "NAME" if table in ("views.", "commands.") else '"ACTION"' if table == "keys." else entry[1]
            yield f"{table}{key}", entry[2].replace("|", "\\|"), comment.replace("|", "\\|")
            comment = ""


def test_the_commands_stand_on_one_line_each_as_they_are_to_be_typed() -> None:
    lines = README.splitlines()
    assert [line for line in PRINTED if line not in lines] == []


def test_the_keys_are_those_of_the_action_table() -> None:
    assert between("keys") == markdown_table(available(ACTIONS, load_verbs()))


def test_every_setting_is_explained_in_the_words_of_the_template() -> None:
    assert between("settings") == settings_table()


def test_every_setting_of_the_template_was_found() -> None:
    uncommented = re.sub(r"^#(?=[\w\[\"])", "", TEMPLATE, flags=re.M)

    def count(table: dict[str, object]) -> int:
        return sum(count(value) if isinstance(value, dict) else 1 for value in table.values())

    own_names = len(tomllib.loads(uncommented)["views"]) - 1
    assert len({name for name, _, _ in settings()}) == count(tomllib.loads(uncommented)) - own_names


def test_every_word_of_the_query_language_is_there_and_every_example_is_understood() -> None:
    table = between("search")
    examples = [word for word in re.findall(r"`([^`]+)`", table) if ":" in word]
    words = {f"{field}:{flag}" for field, flags in FLAGS.items() for flag in flags}
    assert words <= set(examples)
    assert set(EXAMPLES) == {example.partition(":")[0] for example in examples}
    for example in (*examples, "event:payment_* is:unread since:2d -is:done", "event:payment_* since:2d"):
        assert example in README
        assert parse_query(example, NOON)


def test_every_command_is_named_and_no_other() -> None:
    named: set[str] = set()
    for row in between("commands").splitlines()[2:]:
        first, *more = re.findall(r"`([^`]+)`", row.split("|")[1])
        named |= {word for word in (first.split()[1:2] + more) if word.islower()}
    assert named == set(COMMANDS)


@pytest.mark.parametrize("name", ["users", "contacts", "event", "config"])
def test_every_part_of_a_command_is_named_with_it(name: str) -> None:
    context = click.Context(root)
    group = root.get_command(context, name)
    assert isinstance(group, click.Group)
    row = next(row for row in between("commands").splitlines() if f"neptune-inbox {name}" in row)
    assert [part for part in group.commands if not re.search(rf"\b{part}\b", row.split(name, 1)[1])] == []


def test_every_exit_code_has_its_line() -> None:
    codes = {
        each.exit_code for each in vars(errors).values() if isinstance(each, type) and hasattr(each, "exit_code")
    }
    assert codes == {1, 2, 3, 4, 5}
    assert all(re.search(rf"^\| {code} \| \w", README, re.M) for code in (0, *codes))


def test_the_pictures_that_it_names_are_there_and_none_is_forgotten() -> None:
    named = set(re.findall(r"\]\((screenshots/[^)]+)\)", README))
    assert named
    assert [name for name in named if not (ROOT / name).is_file()] == []
    kept = {f"screenshots/{path.name}" for path in (ROOT / "screenshots").glob("*.png")}
    assert named == {*kept, "screenshots/first-minute.svg"}


def test_every_file_that_it_names_is_there() -> None:
    ours = re.findall(r"`((?:tui|sync|store|api|cli|config)/[\w/]+\.py)`", README)
    assert ours
    assert [name for name in ours if not (ROOT / "neptune_inbox" / name).is_file()] == []
    others = re.findall(r"(?:screenshots|tests)/[\w/]+\.py", README)
    assert others
    assert [name for name in others if not (ROOT / name).is_file()] == []


def test_the_picture_stands_on_top() -> None:
    assert README.splitlines()[2].startswith("![")


def test_ci_runs_the_test_command_that_readme_prints() -> None:
    script = (ROOT / ".ci/run").read_text(encoding="utf-8")
    assert "README.md" in script
    pattern = re.search(r"grep -m1 '([^']+)' README\.md", script)
    assert pattern
    found = [line for line in README.splitlines() if re.search(pattern[1], line)]
    assert found == [PRINTED[2]]
