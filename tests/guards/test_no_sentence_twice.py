"""No sentence that a user reads is written twice: where two places say the same, they ask one for it."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator

import pytest

from tests.guards.reading import PACKAGE, Module, modules

SPOKEN = ("cli", "tui", "startup", "presentation", "sync", "api", "credentials", "config", "wiring", "model")
SPOKEN_FILES = ("errors.py", "doors.py", "text.py", "text_html.py", "masking.py", "store/database/errors.py")
ENOUGH = 22
"""Characters, beside what is filled in, from which on words are a sentence of their own."""
NO_SENTENCE = re.compile(r"^\s*(SELECT|INSERT|UPDATE|DELETE|CREATE|PRAGMA|WITH|DROP|ALTER) ")
"""SQL."""


def spoken_modules() -> list[Module]:
    return [
        module
        for module in modules()
        if (name := module.path.relative_to(PACKAGE)).parts[0] in SPOKEN or str(name) in SPOKEN_FILES
    ]


def sentences_of(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """Each sentence and where it is written; `{}` is for what is filled in. Docstrings are none."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return
    if isinstance(node, ast.Constant | ast.JoinedStr):
        words = _words(node)
        if _is_sentence(words):
            yield words, node
    for child in ast.iter_child_nodes(node):
        if not (isinstance(node, ast.JoinedStr) and isinstance(child, ast.Constant)):
            yield from sentences_of(child)


def _words(node: ast.Constant | ast.JoinedStr) -> str:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)


def _is_sentence(words: str) -> bool:
    said = words.replace("{}", "").strip()
    return len(said) >= ENOUGH and " " in said and not NO_SENTENCE.search(words)


def test_no_sentence_that_a_user_reads_is_written_twice() -> None:
    places: dict[str, list[str]] = defaultdict(list)
    for module in spoken_modules():
        for words, node in sentences_of(module.tree):
            places[words].append(module.where(node))
    assert {words: found for words, found in places.items() if len(found) > 1} == {}


def test_the_guard_reads_every_front_end_and_what_they_share() -> None:
    said = {words for module in spoken_modules() for words, _ in sentences_of(module.tree)}
    assert len(said) > 500
    assert "Nothing is waiting to be sent." in said
    assert "Everything of {} was marked read on the server. It cannot be taken back." in said


@pytest.mark.parametrize(
    "source",
    [
        'say("There is nothing to take back.")',
        'raise Problem(f"There is nothing to take back of {user}.")',
        'HINT = ("a", f"There is nothing to take back of {user}.")',
        'say("There is nothing " "to take back.")',
        "say(f\"{count} marks: {'There is nothing to take back.' if x else ''}\")",
    ],
)
def test_the_guard_sees_a_sentence(source: str) -> None:
    found = [words for words, _ in sentences_of(ast.parse(f"{source}\n{source}\n"))]
    assert len(found) == 2
    assert found[0] == found[1]


@pytest.mark.parametrize(
    "source",
    ['"""There is nothing to take back here."""', 'run("SELECT count(*) FROM notification")', 'say("too short")'],
)
def test_the_guard_leaves_alone_what_nobody_reads(source: str) -> None:
    assert list(sentences_of(ast.parse(source))) == []
