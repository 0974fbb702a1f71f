"""Reads the source of the product for the guards: modules, functions, and what is handed to widgets as text."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "neptune_inbox"
Function = ast.FunctionDef | ast.AsyncFunctionDef

DOORS = {"Static", "Label", "Option", "Selection", "Button", "notify", "update"}
"""What takes text in Textual and reads markup in it unless told not to."""
SHOWN_ATTRIBUTES = {"border_title", "border_subtitle", "tooltip"}
SAFE_MAKERS = {"Content", "Text", "styled", "assemble", "from_text"}
TEXT_METHODS = {"format", "join", "replace", "strip"}
TEXT_TYPES = {"str", "CleanText"}


@dataclass(frozen=True)
class Module:
    """One file of the product."""

    path: Path

    @property
    def name(self) -> str:
        """Its path below the root of the repository."""
        return str(self.path.relative_to(ROOT))

    @cached_property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @property
    def length(self) -> int:
        return len(self.text.splitlines())

    def functions(self) -> Iterator[Function]:
        """All of them, methods and nested ones too."""
        return (node for node in ast.walk(self.tree) if isinstance(node, Function))

    def where(self, node: ast.stmt | ast.expr | ast.excepthandler) -> str:
        return f"{self.name}:{node.lineno}"


def modules(folder: Path = PACKAGE) -> list[Module]:
    return [Module(path) for path in sorted(folder.rglob("*.py"))]


def files_of_the_repository() -> list[str]:
    """What git keeps or would keep, as paths below the root."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return [name for name in listed.stdout.splitlines() if (ROOT / name).exists()]


def swallowing_handlers(module: Module) -> Iterator[ast.ExceptHandler]:
    """The handlers that catch everything without a comment that says why, and those that do nothing at all."""
    lines = module.text.splitlines()
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.ExceptHandler):
            continue
        is_wide = node.type is None or _names(node.type) & {"Exception", "BaseException"}
        reraises = any(isinstance(inner, ast.Raise) for inner in ast.walk(node))
        is_empty = all(isinstance(inner, ast.Pass) or _is_ellipsis(inner) for inner in node.body)
        has_reason = "#" in lines[node.lineno - 1] or "#" in lines[node.body[0].lineno - 2]
        if (is_wide and not reraises and not has_reason) or is_empty:
            yield node


def text_at_doors(module: Module) -> Iterator[ast.expr]:
    """What is handed to a widget as plain text that is no literal: a title of a customer would be read as markup."""
    returns = {function.name: _name(function.returns) for function in module.functions()}
    scopes: list[ast.AST] = [module.tree, *module.functions()]
    for scope in scopes:
        known = _annotated_text(scope) if isinstance(scope, Function) else set()
        for node in _own_nodes(scope):
            for handed in _handed_over(node):
                if _is_text(handed, known, returns):
                    yield handed


def _handed_over(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.Call) and _called(node) in DOORS:
        is_told = any(word.arg == "markup" and _is_false(word.value) for word in node.keywords)
        named = [word.value for word in node.keywords if word.arg in ("content", "prompt", "message", "title")]
        return [] if is_told else [*node.args[:1], *named]
    if isinstance(node, ast.Assign):
        targets = [target for target in node.targets if isinstance(target, ast.Attribute)]
        return [node.value] if any(target.attr in SHOWN_ATTRIBUTES for target in targets) else []
    return []


def _is_text(node: ast.expr, known: set[str], returns: dict[str, str]) -> bool:
    match node:
        case ast.JoinedStr():
            return True
        case ast.BinOp():
            return any(_is_literal_text(side) or _is_text(side, known, returns) for side in (node.left, node.right))
        case ast.IfExp():
            return _is_text(node.body, known, returns) or _is_text(node.orelse, known, returns)
        case ast.Name():
            return node.id in known
        case ast.Call(func=ast.Attribute() as method):
            of = method.value
            if method.attr in TEXT_METHODS:
                return _is_literal_text(of) or _is_text(of, known, returns)
            return method.attr not in SAFE_MAKERS and returns.get(method.attr) in TEXT_TYPES
        case ast.Call():
            called = _called(node)
            return called == "str" or returns.get(called) in TEXT_TYPES
        case _:
            return False


def _annotated_text(function: Function) -> set[str]:
    """The parameters and variables of a function that are said to be plain text."""
    arguments = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    found = {argument.arg for argument in arguments if _name(argument.annotation) in TEXT_TYPES}
    for node in _own_nodes(function):
        if (
            isinstance(node, ast.AnnAssign)
            and isinstance(node.target, ast.Name)
            and _name(node.annotation) in TEXT_TYPES
        ):
            found.add(node.target.id)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.JoinedStr):
            found.update(target.id for target in node.targets if isinstance(target, ast.Name))
    return found


def _own_nodes(scope: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a function or module, without those of the functions inside it."""
    for child in ast.iter_child_nodes(scope):
        if not isinstance(child, Function):
            yield child
            yield from _own_nodes(child)


def _called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else _name(node.func)


def _name(node: ast.expr | None) -> str:
    return node.id if isinstance(node, ast.Name) else ""


def _names(node: ast.expr) -> set[str]:
    return {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}


def _is_literal_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _is_false(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is False


def _is_ellipsis(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and node.value.value is ...
