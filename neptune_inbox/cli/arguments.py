"""What arguments say: JSON objects given in place, from a file or from standard input, and `KEY=VALUE` pairs."""

from __future__ import annotations

import json
import os
import select
import stat
from collections.abc import Callable, Iterable
from io import BufferedReader

from neptune_inbox import doors
from neptune_inbox.errors import UsageProblem
from neptune_inbox.model import JsonObject, JsonValue
from neptune_inbox.text import JSON_LIMIT

PATIENCE = 10.0
"""Seconds to wait for a pipe that nobody writes to."""


def json_object(text: str, option: str) -> JsonObject:
    """The object in `{…}`, `@FILE`, or `-` for standard input, PHP's `[]` being empty; raises UsageProblem."""
    example = f'Write {option} \'{{"name": "value"}}\', {option} @FILE, or {option} - for standard input.'
    return doors.read_json_object(_source(text, option, example), option, example)


def pairs(
    texts: Iterable[str], option: str, read_key: Callable[[str, str], str] = doors.read_name
) -> list[tuple[str, str]]:
    """The `KEY=VALUE` texts taken apart; raises UsageProblem."""
    found = []
    for text in texts:
        key, sign, value = text.partition("=")
        if not key or not sign:
            raise UsageProblem(f"{option} {text} is not a pair.", f"Write {option} KEY=VALUE.")
        found.append((read_key(key, f"The name in {option}"), value))
    return found


def value_of(text: str, what: str) -> JsonValue:
    """`true`, `12`, `{"a":1}` as what they are in JSON, anything else as the text that it is. Raises UsageProblem.

    What is JSON but cannot be sent as it is written (a key twice, half a surrogate pair) is refused.
    """
    if text.strip() in ("NaN", "Infinity", "-Infinity"):
        return text
    is_json = True
    try:
        json.loads(text)
    except RecursionError:
        # It may be JSON, and its depth is named below.
        is_json = True
    except ValueError:
        is_json = False
    value: JsonValue = doors.read_json(text, what) if is_json else text
    return value


def server_value(text: str) -> JsonValue:
    """The JSON value of the service's text, with whatever oddities it contains; the text itself where it is not
    JSON."""
    try:
        value: JsonValue = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return value


def _source(text: str, option: str, example: str) -> str:
    if text == "-":
        return doors.read_stdin()
    if not text.startswith("@"):
        return text
    try:
        with open(os.open(text[1:], os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)), "rb") as file:
            _wait_for_writer(file, text[1:])
            raw = file.read(4 * JSON_LIMIT + 1)
    except (OSError, ValueError) as problem:
        why = getattr(problem, "strerror", None) or "this is not a path"
        raise UsageProblem(f"{text[1:]} cannot be read: {why}.", example) from None
    if len(raw) > 4 * JSON_LIMIT:
        raise UsageProblem(f"{text[1:]} is larger than {4 * JSON_LIMIT:,} bytes.", "Make it smaller.")
    return doors.decode(raw, text[1:])


def _wait_for_writer(file: BufferedReader, name: str) -> None:
    """Wait until somebody writes to a pipe, then read it to its end. Raises UsageProblem if nobody does."""
    if not stat.S_ISFIFO(os.fstat(file.fileno()).st_mode):
        return
    if not select.select([file], [], [], PATIENCE)[0]:
        raise UsageProblem(
            f"{name} is a pipe, and nothing was written to it.", "Name a file, or write to the pipe first."
        )
    os.set_blocking(file.fileno(), True)
