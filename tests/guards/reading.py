"""Reads the source of the product for the guards: modules, functions, and what is handed to widgets as text."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
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
        return str(self.path.relative_to(ROOT) if self.path.is_relative_to(ROOT) else self.path.name)

    @cached_property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @cached_property
    def nodes(self) -> list[ast.AST]:
        return list(ast.walk(self.tree))

    @property
    def length(self) -> int:
        return len(self.text.splitlines())

    def functions(self) -> Iterator[Function]:
        """All of them, methods and nested ones too."""
        return (node for node in self.nodes if isinstance(node, Function))

    def where(self, node: ast.stmt | ast.expr | ast.excepthandler) -> str:
        return f"{self.name}:{node.lineno}"


@cache
def module_at(path: Path) -> Module:
    """Read and parsed once for all guards; their `conftest.py` forgets it when the last of them is done."""
    return Module(path)


def modules(folder: Path = PACKAGE) -> list[Module]:
    return [module_at(path) for path in sorted(folder.rglob("*.py"))]


def files_of_the_repository() -> list[str]:
    """What git keeps or would keep, as paths below the root."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return [name for name in listed.stdout.splitlines() if (ROOT / name).exists()]


def swallowing_handlers(module: Module) -> Iterator[ast.ExceptHandler]:
    """The handlers that catch everything without a comment that says why, and those that do nothing at all."""
    lines = module.text.splitlines()
    for node in module.nodes:
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


def module_name(module: Module) -> str:
    """As it is imported: `neptune_inbox.sync.session`; a package by its own name."""
    return ".".join(module.path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports_between(found: list[Module]) -> dict[str, set[str]]:
    """Which of these modules names which other one: at its top, inside a function or for the type checker alone."""
    names = {module_name(module) for module in found}
    return {module_name(module): _imported(module, names) for module in found}


def _imported(module: Module, names: set[str]) -> set[str]:
    imported: set[str] = set()
    for node in module.nodes:
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                imported.add(whole if whole in names else node.module)
    return (imported & names) - {module_name(module)}


def cycles(graph: dict[str, set[str]]) -> list[list[str]]:
    """The groups of names each of which leads to every other one of its group."""
    reachable = {name: _reached(graph, name) for name in graph}
    groups = {
        tuple(sorted(other for other in reachable[name] if name in reachable[other]))
        for name in graph
        if name in reachable[name]
    }
    return [list(group) for group in sorted(groups)]


def _reached(graph: dict[str, set[str]], start: str) -> set[str]:
    seen: set[str] = set()
    waiting = list(graph[start])
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += graph[name]
    return seen


def methods_with_inherited(found: list[Module]) -> dict[str, int]:
    """How many methods an object of each class has of those that are written in these modules, by file and class.

    One that a class overrides counts once, and a property's setter counts beside it.
    """
    classes = {}
    by_name: dict[str, list[tuple[str, ast.ClassDef]]] = {}
    for module in found:
        for node in module.tree.body:
            if isinstance(node, ast.ClassDef):
                classes[f"{module.name} {node.name}"] = node
                by_name.setdefault(node.name, []).append((module.name, node))

    def written(node: ast.ClassDef, file: str, seen: frozenset[str] = frozenset()) -> set[str]:
        own = [each for each in node.body if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)]
        methods = {each.name + ("=" if _is_setter(each) else "") for each in own}
        for base in node.bases:
            name = _name(base.value if isinstance(base, ast.Subscript) else base)
            if name not in seen:
                parents = by_name.get(name, [])
                near = [parent for parent in parents if parent[0] == file] or parents
                for parent_file, parent in near:
                    methods |= written(parent, parent_file, seen | {node.name})
        return methods

    return {where: len(written(node, where.split(" ")[0])) for where, node in classes.items()}


def _is_setter(function: Function) -> bool:
    return any(isinstance(each, ast.Attribute) and each.attr == "setter" for each in function.decorator_list)
