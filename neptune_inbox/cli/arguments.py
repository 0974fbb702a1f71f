"""What arguments say: JSON objects given in place, from a file or from standard input, and `KEY=VALUE` pairs."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path

from neptune_inbox.errors import UsageProblem
from neptune_inbox.model import JsonObject, JsonValue


def json_object(text: str, option: str) -> JsonObject:
    """The object in `{…}`, `@FILE`, or `-` for standard input; raises UsageProblem."""
    example = f'Write {option} \'{{"name": "value"}}\', {option} @FILE, or {option} - for standard input.'
    try:
        found = json.loads(_source(text))
    except OSError as problem:
        raise UsageProblem(f"{text[1:]} cannot be read: {problem.strerror}.", example) from None
    except (ValueError, RecursionError) as problem:
        where = f": {problem.msg} at line {problem.lineno}" if isinstance(problem, json.JSONDecodeError) else ""
        raise UsageProblem(f"{option} is no JSON{where}.", example) from None
    if not isinstance(found, dict):
        raise UsageProblem(f"{option} is JSON, but not an object.", example)
    return found


def pairs(texts: Iterable[str], option: str) -> list[tuple[str, str]]:
    """The `KEY=VALUE` texts taken apart; raises UsageProblem."""
    found = []
    for text in texts:
        key, sign, value = text.partition("=")
        if not key or not sign:
            raise UsageProblem(f"{option} {text} is no pair.", f"Write {option} KEY=VALUE.")
        found.append((key, value))
    return found


def value_of(text: str) -> JsonValue:
    """`true`, `12`, `{"a":1}` as what they are in JSON, anything else as the text that it is."""
    try:
        value: JsonValue = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return value


def _source(text: str) -> str:
    if text == "-":
        return sys.stdin.read()
    return Path(text[1:]).read_text(encoding="utf-8") if text.startswith("@") else text
