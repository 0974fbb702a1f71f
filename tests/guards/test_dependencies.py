"""What the program imports is what pyproject.toml declares, no more and no less."""

from __future__ import annotations

import ast
import sys
import tomllib
from importlib.metadata import packages_distributions

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.guards.reading import PACKAGE, ROOT, modules

LOADED_BY_OTHERS = {
    "httptools",  # uvicorn's fast parser, which it loads by itself
    "pytest-asyncio",
    "pytest-timeout",
    "pytest-xdist",
}
TOOLS = {"mypy", "ruff", "import-linter"}
HOST_OF_THE_PLUGIN = {"pytest"}
"""Loads `sandbox/pytest_plugin.py`; nothing else of the product imports it."""


def declared(*extras: str) -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    texts = [
        *project["dependencies"],
        *(text for extra in extras for text in project["optional-dependencies"][extra]),
    ]
    return {canonicalize_name(Requirement(text).name) for text in texts}


def imported(*folders: str) -> set[str]:
    """The distributions that modules below these folders import, also inside functions and for types only."""
    owners = packages_distributions()
    names = {
        name
        for folder in folders
        for module in modules(ROOT / folder)
        for node in module.nodes
        for name in _imported_by(node)
    }
    foreign = names - set(sys.stdlib_module_names) - {"neptune_inbox", "tests", "screenshots"}
    return {canonicalize_name(owner) for name in foreign for owner in owners.get(name, [name])}


def _imported_by(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [each.name.partition(".")[0] for each in node.names]
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        return [node.module.partition(".")[0]]
    return []


def test_the_program_imports_what_it_declares_and_declares_what_it_imports() -> None:
    assert imported(PACKAGE.name) - HOST_OF_THE_PLUGIN == declared("sandbox", "team") - LOADED_BY_OTHERS


def test_without_the_sandbox_extra_only_the_sandbox_lacks_anything() -> None:
    extra = declared("sandbox") - declared()
    importing = {
        module.name
        for module in modules()
        for node in module.nodes
        if extra & {canonicalize_name(name) for name in _imported_by(node)}
    }
    assert importing
    assert all(name.startswith("neptune_inbox/sandbox/") for name in importing)


def test_without_the_team_extra_only_the_reach_to_the_database_lacks_anything() -> None:
    importing = {module.name for module in modules() for node in module.nodes if "psycopg" in _imported_by(node)}
    assert importing
    assert all(name.startswith("neptune_inbox/postgres/") for name in importing)


def test_what_the_tests_import_is_declared_for_them() -> None:
    everything = declared("sandbox", "team", "dev")
    assert imported("tests", "screenshots") <= everything
    only_for_tests = declared("dev") - declared("sandbox", "team") - LOADED_BY_OTHERS - TOOLS
    assert only_for_tests - imported("tests", "screenshots") == set()
