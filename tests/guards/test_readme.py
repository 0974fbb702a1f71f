"""README is short and true: its commands, topics, pictures and files are those of the product."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from neptune_inbox import errors
from neptune_inbox.cli.main import command_names
from neptune_inbox.cli.topics import topics
from neptune_inbox.config import setting_rows, template
from neptune_inbox.sync.inbox.query import FLAGS, parse_query
from tests.builders import NOON

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
GALLERY = (ROOT / "screenshots/README.md").read_text(encoding="utf-8")
PACKAGE = ROOT / "neptune_inbox"
TOPICS = PACKAGE / "cli/topics"
ARCHITECTURE = (TOPICS / "architecture.md").read_text(encoding="utf-8")
MOST_WORDS = 1_400
MOST_LINES = 200
PRINTED = (
    "python3 -m venv .venv && .venv/bin/pip install --quiet . && .venv/bin/neptune-inbox demo",
    "uvx --from . neptune-inbox demo",
    "python3 -m venv .venv && .venv/bin/pip install --quiet -e '.[dev]' && .venv/bin/pytest",
    "uv run --extra dev pytest",
)


def test_it_is_read_in_a_few_minutes() -> None:
    assert len(README.split()) < MOST_WORDS
    assert len(README.splitlines()) < MOST_LINES


def test_its_first_lines_say_what_neptune_is_and_show_it_moving() -> None:
    start = README.splitlines()[:8]
    assert start[2].startswith("![")
    assert ".svg)" in start[2]
    assert "sends in-app notifications to a\ncompany's customers" in "\n".join(start)


def test_the_commands_are_on_one_line_each_as_they_are_to_be_typed() -> None:
    lines = README.splitlines()
    assert [line for line in PRINTED if line not in lines] == []


def test_it_names_every_topic_of_help_and_no_other() -> None:
    named = re.findall(r"`([a-z-]+)`", README.partition("lists the topics: ")[2].partition(". Each command")[0])
    assert named == list(topics.NAMES)


def test_each_topic_has_its_text_and_each_text_its_topic() -> None:
    assert {path.stem for path in TOPICS.glob("*.md")} == {*topics.NAMES} - {"json"}


def test_the_commands_that_it_names_are_there() -> None:
    named = set(re.findall(r"`neptune-inbox ([a-z]+)", README + ARCHITECTURE))
    assert named
    assert named <= set(command_names())


def test_every_setting_of_the_template_was_found() -> None:
    uncommented = re.sub(r"^#(?=[\w\[\"])", "", template(), flags=re.M)

    def count(table: dict[str, object]) -> int:
        return sum(count(value) if isinstance(value, dict) else 1 for value in table.values())

    own_names = len(tomllib.loads(uncommented)["views"]) - 1
    assert len({name for name, _, _ in setting_rows()}) == count(tomllib.loads(uncommented)) - own_names


def test_every_query_that_it_prints_is_understood() -> None:
    found = re.findall(r"`([a-z]+:[^`]+)`|--query '([^']+)'", README + (TOPICS / "search.md").read_text("utf-8"))
    queries = [quoted or typed for quoted, typed in found if (quoted or typed).partition(":")[0] in (*FLAGS, "event")]
    assert len(queries) >= 3
    assert all(parse_query(query, NOON) for query in queries)


def test_every_exit_code_is_explained() -> None:
    codes = {
        each.exit_code for each in vars(errors).values() if isinstance(each, type) and hasattr(each, "exit_code")
    }
    assert codes == {1, 2, 3, 4, 5}
    assert codes < {code for code, _ in topics.EXIT_CODES}


def test_the_pictures_that_are_named_are_there_and_none_is_forgotten() -> None:
    named = set(re.findall(r"\]\(screenshots/([^)]+\.(?:png|svg))\)", README)) | set(
        re.findall(r"\]\(([^)]+\.png)\)", GALLERY)
    )
    kept = {path.name for path in (ROOT / "screenshots").glob("*.png")}
    assert named == {*kept, "first-minute.svg"}


def test_every_file_that_is_named_is_there() -> None:
    ours = re.findall(r"`((?!tests|screenshots)[\w/]+\.py)`", ARCHITECTURE)
    assert ours
    assert [name for name in ours if not (PACKAGE / name).is_file()] == []
    others = re.findall(r"(?:screenshots|tests)/[\w/]+\.py", README + ARCHITECTURE)
    assert others
    assert [name for name in others if not (ROOT / name).is_file()] == []


def test_the_plan_names_every_room() -> None:
    rooms = {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert {room for room in rooms - {"__init__"} if not re.search(rf"\b{room}\b", ARCHITECTURE)} == set()


def test_ci_runs_the_test_command_that_readme_prints() -> None:
    script = (ROOT / ".ci/run").read_text(encoding="utf-8")
    assert "README.md" in script
    pattern = re.search(r"grep -m1 '([^']+)' README\.md", script)
    assert pattern
    found = [line for line in README.splitlines() if re.search(pattern[1], line)]
    assert found == [PRINTED[2]]
