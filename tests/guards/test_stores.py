"""The stores are opened for one tenant, and `sync` calls them through the object that owns their thread."""

from __future__ import annotations

import ast

from tests.guards.reading import PACKAGE, modules


def test_no_method_of_a_store_asks_which_tenant() -> None:
    asking = [
        f"{module.where(method)} {owner.name}.{method.name}"
        for module in modules(PACKAGE / "store")
        for owner in module.nodes
        if isinstance(owner, ast.ClassDef)
        for method in owner.body
        if isinstance(method, ast.FunctionDef) and method.name != "__init__"
        if {"tenant", "place"} & {each.arg for each in (*method.args.args, *method.args.kwonlyargs)}
    ]
    assert asking == []


def test_sync_hands_no_call_to_the_thread_by_itself() -> None:
    handing = [
        module.where(node)
        for module in modules(PACKAGE / "sync")
        if module.path.name != "store_thread.py"
        for node in module.nodes
        if isinstance(node, ast.Attribute) and node.attr in ("run", "read")
        if ast.unparse(node.value).endswith("thread")
    ]
    assert handing == []
