"""The house stays in order: imports run downwards, files stay small, nothing is swallowed, no text becomes markup."""

from __future__ import annotations

import ast
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from tests.guards.reading import (
    PACKAGE,
    ROOT,
    Module,
    cycles,
    files_of_the_repository,
    imports_between,
    methods_with_inherited,
    modules,
    swallowing_handlers,
    text_at_doors,
)

LINES_OF_A_FILE = 500
LINES_OF_A_FUNCTION = 50
METHODS_OF_A_CLASS = 40
IN_THE_ROOT = {"pyproject.toml", "README.md", "screenshots", "tests", "neptune_inbox"}
CORE = (
    "presentation",
    "startup",
    "sync",
    "store",
    "api",
    "credentials",
    "config",
    "sandbox",
    "model",
    "paths",
    "text",
    "text_html",
    "errors",
)
FACES = ("textual", "rich", "click")


def module_of(tmp_path: Path, source: str) -> Module:
    path = tmp_path / "sample.py"
    path.write_text(source)
    return Module(path)


def test_imports_run_downwards() -> None:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-cache"]
    linted = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert linted.returncode == 0, linted.stdout + linted.stderr
    assert ", 0 broken." in linted.stdout


def test_the_core_loads_no_user_interface() -> None:
    """Every module of the core is imported in one fresh process."""
    wanted = [
        ".".join(module.path.relative_to(ROOT).with_suffix("").parts)
        for module in modules()
        if module.path.relative_to(PACKAGE).parts[0].removesuffix(".py") in CORE
        # uvicorn, which serves the sandbox on a socket, brings click along for a command line of its own.
        and module.name != "neptune_inbox/sandbox/serve.py"
    ]
    # httpx imports click and rich for its own command line wherever they are installed, so it is kept from that.
    code = "import importlib, sys\nsys.modules['httpx._main'] = None\n"
    code += f"for name in {wanted!r}: importlib.import_module(name)\n"
    code += f"print(sorted(set(sys.modules) & set({FACES!r})))"
    loaded = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "[]"


@pytest.mark.parametrize("part", ["sync.session", "store.cache.cache", "wiring"])
def test_what_the_first_paint_needs_loads_no_network(part: str) -> None:
    code = f"import sys, neptune_inbox.{part}\n"
    code += "print(sorted(set(sys.modules) & {'httpx', 'keyring', 'starlette', 'textual', 'nh3', 'click', 'rich'}))"
    loaded = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "[]"


def test_no_file_is_too_long_to_read() -> None:
    long = {module.name: module.length for module in modules() if module.length > LINES_OF_A_FILE}
    assert long == {}


def test_keys_become_bindings_in_one_place() -> None:
    """What is bound elsewhere could not be changed, and would be in no help."""
    for module in modules():
        if module.name != "neptune_inbox/tui/bindings.py":
            called = [node.func for node in module.nodes if isinstance(node, ast.Call)]
            names = {func.attr if isinstance(func, ast.Attribute) else ast.unparse(func) for func in called}
            assigned = {node.id for node in module.nodes if isinstance(node, ast.Name)}
            assert "Binding" not in names, module.name
            assert "BINDINGS" not in assigned, module.name


def test_every_dialog_does_what_its_keys_are_declared_to_do() -> None:
    from neptune_inbox.presentation.dialog_actions import DIALOG_ACTIONS
    from neptune_inbox.tui.app import NeptuneInbox
    from neptune_inbox.tui.dialogs.base import Dialog
    from neptune_inbox.tui.dialogs.sign_in import SignInScreen
    from neptune_inbox.tui.widgets.search import SearchLine

    for path in (PACKAGE / "tui" / "dialogs").glob("*.py"):
        import_module(f"neptune_inbox.tui.dialogs.{path.stem}")
    homes: dict[str, list[type]] = {"sign-in": [SignInScreen], "search": [SearchLine], "app": [NeptuneInbox]}
    kinds = Dialog.__subclasses__()
    for kind in kinds:
        kinds += kind.__subclasses__()
        if kind.__name__ != "FilterDialog":
            homes.setdefault(kind.where, []).append(kind)
    for action in DIALOG_ACTIONS:
        for where in action.where:
            for home in homes[where]:
                assert hasattr(home, f"action_{action.id.rpartition('.')[2]}"), f"{action.id} in {home.__name__}"


def test_no_function_is_too_long_to_read() -> None:
    long = {
        f"{module.where(function)} {function.name}": lines
        for module in modules()
        for function in module.functions()
        if (lines := (function.end_lineno or 0) - function.lineno + 1) > LINES_OF_A_FUNCTION
    }
    assert long == {}


def test_no_object_has_too_many_methods_to_know_however_many_parents_they_are_written_in() -> None:
    gods = {where: count for where, count in methods_with_inherited(modules()).items() if count > METHODS_OF_A_CLASS}
    assert gods == {}


def test_a_chain_of_parents_hides_no_method(tmp_path: Path) -> None:
    lines = ["class A:\n    def one(self): ...\n    def two(self): ...\n"]
    lines += ["class B(A):\n    def two(self): ...\n    def three(self): ...\n", "class C(B[int], Other):\n    ...\n"]
    found = methods_with_inherited([module_of(tmp_path, "".join(lines))])
    assert list(found.values()) == [2, 3, 3]


def test_no_imports_lead_back_to_where_they_began() -> None:
    """Those inside functions and for the type checker count too: whoever reads a file needs what it names."""
    assert cycles(imports_between(modules())) == []


def test_a_cycle_is_seen_wherever_the_import_is_written() -> None:
    graph = {"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}, "e": set[str]()}
    assert cycles(graph) == [["a", "b", "c"]]


def test_every_module_says_what_lives_in_it() -> None:
    silent = [module.name for module in modules() if not ast.get_docstring(module.tree)]
    assert silent == []


def test_nothing_is_swallowed() -> None:
    swallowed = [module.where(handler) for module in modules() for handler in swallowing_handlers(module)]
    assert swallowed == []


def test_no_widget_is_handed_text_that_it_would_read_as_markup() -> None:
    handed = [module.where(text) for module in modules(PACKAGE / "tui") for text in text_at_doors(module)]
    assert handed == []


def test_the_root_holds_only_what_it_should() -> None:
    names = {name.partition("/")[0] for name in files_of_the_repository()}
    assert {name for name in names if not name.startswith(".")} <= IN_THE_ROOT
    assert {"pyproject.toml", "tests", "neptune_inbox"} <= names


@pytest.mark.parametrize(
    "source",
    [
        'Static(f"{title}")',
        'self.app.notify("Sent " + str(title))',
        'Option("%s" % title)',
        'Label("".join(parts))',
        'widget.update(f"{title}")',
        "def show(title: str) -> None:\n    Static(title)",
        'def show(title):\n    words = f"{title}"\n    Static(words)',
        "def words() -> str: ...\nStatic(words())",
        'widget.border_title = f"{title}"',
        'notify("Sent", title=f"{title}")',
        'Static(f"{title}" if title else "")',
    ],
)
def test_the_guard_against_markup_sees_text(tmp_path: Path, source: str) -> None:
    assert list(text_at_doors(module_of(tmp_path, source)))


@pytest.mark.parametrize(
    "source",
    [
        'Static("[b]ours[/b]")',
        'Static(Content(f"{title}"))',
        'Static(f"{title}", markup=False)',
        "def show(title: Content) -> None:\n    Static(title)",
        "names.update(more)",
        'Static(Content.styled(f"{title}", "bold"))',
    ],
)
def test_the_guard_against_markup_lets_content_pass(tmp_path: Path, source: str) -> None:
    assert not list(text_at_doors(module_of(tmp_path, source)))


@pytest.mark.parametrize(
    "body",
    ["except OSError: pass", "except: x = 1", "except Exception: x = 1", "except (OSError, BaseException): x = 1"],
)
def test_the_guard_against_swallowing_sees_it(tmp_path: Path, body: str) -> None:
    assert list(swallowing_handlers(module_of(tmp_path, f"try:\n    work()\n{body}\n")))


@pytest.mark.parametrize(
    "body",
    ["except OSError: x = 1", "except Exception:\n    raise", "except Exception:  # noqa: BLE001 - told\n    tell()"],
)
def test_the_guard_against_swallowing_lets_reasons_pass(tmp_path: Path, body: str) -> None:
    assert not list(swallowing_handlers(module_of(tmp_path, f"try:\n    work()\n{body}\n")))
