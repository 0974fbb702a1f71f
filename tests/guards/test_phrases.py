"""What people read is plain technical English: phrases that no native writer would choose are not in any string."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from tests.guards.reading import PACKAGE, Module, modules

_NOUNS = (
    "JSON|JWT|text|list|object|token|address|terminal|number|time|action|file|folder|regular|command|answer|option"
)
EVERYWHERE = re.compile(
    rf"\banew\b|\bcame about\b|\bnobody answers (?:at|on)\b|(?<!here )\b(?:is|are) no (?:{_NOUNS})\b", re.IGNORECASE
)
"""In strings and docstrings: say `again`, `timed out`, `connection refused by`, `is not valid JSON`."""
SHOWN = re.compile(rf"{EVERYWHERE.pattern}|\b(?:told|stands|stood|mend)\b|\bis none of\b", re.IGNORECASE)
"""In what is shown: say `sent` or `given`, `is` or `belongs`, `fix`, `is not one of`."""
PROSE = ("neptune_inbox/sandbox/templates.py",)
"""The made-up notifications of the sandbox."""


def texts(module: Module, *, is_shown: bool) -> Iterator[tuple[ast.expr, str]]:
    """The strings of a module: its docstrings, or all others."""
    documentation = {id(node.value) for node in module.nodes if isinstance(node, ast.Expr)}
    help_of_commands = {
        id(function.body[0].value)
        for function in module.functions()
        if function.decorator_list and isinstance(function.body[0], ast.Expr) and "/commands/" in module.name
    }
    for node in module.nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            is_read_by_users = id(node) not in documentation or id(node) in help_of_commands
            if is_read_by_users is is_shown:
                yield node, node.value


@pytest.mark.parametrize(("is_shown", "phrases"), [(True, SHOWN), (False, EVERYWHERE)], ids=["shown", "docstrings"])
def test_no_string_has_a_phrase_that_no_native_writer_would_choose(is_shown: bool, phrases: re.Pattern[str]) -> None:
    found = [
        f"{module.where(node)}: {match[0]}"
        for module in modules(PACKAGE)
        if module.name not in PROSE
        for node, text in texts(module, is_shown=is_shown)
        for match in phrases.finditer(text)
    ]
    assert found == []


@pytest.mark.parametrize("text", ["It is no JSON.", "The list is drawn anew.", "Nobody answers at x.", "not told"])
def test_the_guard_sees_such_a_phrase(text: str) -> None:
    assert SHOWN.search(text)


@pytest.mark.parametrize("text", ["There is no token for it.", "It is no longer kept.", "The connection timed out."])
def test_the_guard_lets_plain_english_pass(text: str) -> None:
    assert not SHOWN.search(text)
