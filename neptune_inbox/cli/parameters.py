"""The kinds of values that options and arguments take; each is checked at its door (`doors`) while it is parsed."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

from neptune_inbox import doors
from neptune_inbox.errors import UsageProblem
from neptune_inbox.text import JSON_LIMIT, clean_line


class NotGiven(str):
    """The default of an option that nobody wrote: it passes no door."""


NOT_GIVEN = NotGiven()
STDIN = "-"
"""Means that values come from standard input."""


class Kind(click.ParamType):  # type: ignore[type-arg]
    """One kind of value; `read` gets the text and the name of the option, and answers the value."""

    def __init__(
        self, name: str, read: Callable[[str, str], Any], *, takes_stdin: bool = False, completes: str = ""
    ) -> None:
        self.name = name
        self._read = read
        self._takes_stdin = takes_stdin
        self._completes = completes

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem[str]]:
        """What the tab key offers; `completes` names a function of `completing`, which is imported for it alone."""
        if not self._completes:
            return []
        from neptune_inbox.cli import completion

        find = getattr(completion, self._completes)
        return [CompletionItem(each) for each in find(ctx, param, incomplete)]

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not isinstance(value, str) or isinstance(value, NotGiven) or (self._takes_stdin and value == STDIN):
            return value
        try:
            return self._read(value, label(param))
        except UsageProblem as problem:
            if ctx is not None:
                help = f"{problem.remedy} `{ctx.command_path} --help` shows how.".strip()
                raise problem.saying(remedy=help) from None
            raise


def label(param: click.Parameter | None) -> str:
    """How a person calls an option or argument: `--user`, `The user id`."""
    if isinstance(param, click.Option):
        return max(param.opts, key=len)
    name = str(param.metavar or param.name).strip("[].") if param else ""
    return f"The {name.lower().replace('_', ' ')}" if name else "The value"


def whole(low: int, high: int) -> Kind:
    """A whole number in these bounds."""
    return Kind("number", lambda text, what: doors.read_whole(text, what, low, high))


def number(low: float, high: float) -> Kind:
    """A number in these bounds, with decimals if wanted."""
    return Kind("number", lambda text, what: doors.read_number(text, what, low, high))


def _read_source(text: str, what: str) -> str:
    """JSON text, or where it is read from; it is read and checked when the command runs."""
    return doors.read_text(text, what, limit=JSON_LIMIT)


def _read_address(text: str, what: str) -> str:
    from neptune_inbox.api.base_url import check_base

    doors.read_name(text, what, limit=doors.ADDRESS_LIMIT)
    check_base(what, text)
    return text


def _read_file(text: str, what: str) -> Path:
    # isfile answers False for text that is not a path at all.
    if not os.path.isfile(text):
        raise UsageProblem(f"{what} {clean_line(text, 120)} is not a file.", "Name an existing file.")
    return Path(text)


def _read_target(text: str, what: str) -> Path:
    """A file that may be written: its folder is there, and it is not a folder itself."""
    doors.read_text(text, what)
    if not text.strip() or os.path.isdir(text) or not os.path.isdir(os.path.dirname(text) or "."):
        raise UsageProblem(
            f"{what} {clean_line(text, 120)} cannot be written as a file.", "Name a file in an existing folder."
        )
    return Path(text)


def _read_format(text: str, what: str) -> str:
    from neptune_inbox.presentation.status import format_problem

    words, remedy = format_problem(text)
    if words:
        raise UsageProblem(f"{what} {words}.", remedy)
    return text


ID = Kind("id", doors.read_id)
USER_ID = Kind("id", doors.read_id, completes="users")
USERS = Kind("id", doors.read_id, takes_stdin=True, completes="users")
WATCHED = Kind("id", doors.read_id, takes_stdin=True, completes="watched")
NOTIFICATIONS = Kind("id", doors.read_id, takes_stdin=True, completes="notifications")
MARKS = Kind("id", doors.read_id, takes_stdin=True, completes="marks")
RECEIPT = Kind("id", doors.read_id, completes="receipts")
NAME = Kind("name", doors.read_name)
PROFILE = Kind("name", doors.read_name, completes="profiles")
EVENT_TYPE = Kind("name", doors.read_name, completes="event_types")
HOOK = Kind("name", doors.read_name, completes="hooks")
QUERY = Kind("text", doors.read_text, completes="queries")
CONTACT = Kind("contact", doors.read_contact)
FILE = Kind("path", _read_file)
TARGET = Kind("path", _read_target)
ADDRESS = Kind("address", _read_address)
TEXT = Kind("text", doors.read_text)
LINE = Kind("line", doors.read_line)
JSON = Kind("json", _read_source)
FORMAT = Kind("format", _read_format, completes="status_names")
ROWS = whole(0, doors.MOST_ROWS)
"""A limit; 0 means that there is none."""


def ids(given: tuple[str, ...], what: str = "ID") -> tuple[str, ...]:
    """The ids given, without duplicates; `-` means those on standard input, one per line.

    Raises UsageProblem for an invalid id, and where standard input has none.
    """
    if STDIN not in given:
        return tuple(dict.fromkeys(given))
    lines = filter(None, map(str.strip, doors.read_stdin().splitlines()))
    read = [doors.read_id(line, f"{what} from standard input") for line in lines]
    found = tuple(dict.fromkeys([*(id for id in given if id != STDIN), *read]))
    if not found:
        raise UsageProblem("No ids came from standard input.", "Write one id per line.")
    return found
