"""Where values from outside enter: ids, names, text, numbers, times and JSON are checked here, once, for every face.

The command line, plain mode, the screens, config.toml and the environment variables all ask these functions, so that
what one of them refuses no other lets through. Each returns the value as it may be used and raises UsageProblem.
"""

from __future__ import annotations

import json
import math
import re
import sys
from collections.abc import Callable
from typing import Any, Final
from unicodedata import category
from urllib.parse import unquote

from neptune_inbox.errors import UsageProblem, refuse_token
from neptune_inbox.text import JSON_LIMIT, clean_line

ID_LIMIT: Final = 512
NAME_LIMIT: Final = 100
AGENT_LIMIT: Final = 32
EXAMPLE_DSN: Final = "postgresql://inbox@db.acme.example/inbox"
PASSWORDS: Final = ("password", "sslpassword", "oauth_client_secret")
ADDRESS_LIMIT: Final = 2_048
TEXT_LIMIT: Final = 65_536
STDIN_LIMIT: Final = 16 * 1_048_576
JSON_LEVELS: Final = 100
BLANKS: Final = "\u115f\u1160\u2800\u3164\uffa0"
"""Drawn as nothing, though they count as letters or signs."""
MOST_ROWS: Final = 1_000_000_000
"""The most that a limit may name; SQLite and every list can count so far."""
FIRST_MOMENT: Final = 0
"""1970-01-01T00:00:00Z, in milliseconds."""
LAST_MOMENT: Final = 253_370_764_799_999
"""The last millisecond of the year 9998 in UTC: in every time zone it lies in a year that can be shown."""

UNITS: Final = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
"""Seconds."""

_SPAN = re.compile(r"(\d{1,4})\s*([smhdw])")
_WHOLE = re.compile(r"-?[0-9]{1,18}")
_NUMBER = re.compile(r"-?[0-9]{1,18}(?:\.[0-9]{0,18})?")


def is_id(text: str) -> bool:
    """Whether a text can be the id of a customer or a notification: not blank, printable, at most 512 characters."""
    return not is_blank(text) and text.isprintable() and len(text) <= ID_LIMIT


def is_blank(text: str) -> bool:
    """Whether nothing of a text can be seen: it is empty, or blanks, fillers and marks without a letter."""
    return all(each.isspace() or each in BLANKS or category(each) in ("Mn", "Me") for each in text)


def read_id(text: str, what: str) -> str:
    """An id, exactly as it is written; `what` names the place it was written in."""
    refuse_token(what, read_text(text, what, limit=ID_LIMIT))
    if is_blank(text):
        raise UsageProblem(f"{what} is empty.", "Write an id; an empty one could mean every user.")
    _refuse_unprintable(text, what)
    return text


def read_name(text: str, what: str, *, limit: int = NAME_LIMIT) -> str:
    """The name of a profile, environment, view, tag or type: printable, not blank, without blanks around it."""
    name = read_text(text, what, limit=limit).strip()
    refuse_token(what, name)
    if is_blank(name):
        raise UsageProblem(f"{what} is empty.", "Write a name, or leave it out.")
    _refuse_unprintable(name, what)
    return name


def optional_name(text: str, what: str) -> str:
    """A short name that may be left empty."""
    return read_name(text, what, limit=AGENT_LIMIT) if text.strip() else ""


def read_dsn(text: str, what: str) -> str:
    """The address of a PostgreSQL database as a URI, or empty. One with a password is refused."""
    dsn = text.strip()
    if not dsn:
        return ""
    _refuse_unprintable(dsn, what)
    if not dsn.startswith(("postgresql://", "postgres://")):
        raise UsageProblem(f"{what} is not the address of a PostgreSQL database.", f'Write "{EXAMPLE_DSN}".')
    # As libpq reads it: the login ends at the last @ before the path, and a parameter may hold a password too.
    login, has_login, _ = re.split("[/?]", dsn.partition("://")[2], maxsplit=1)[0].rpartition("@")
    parameters = re.split("[?&]", dsn.lower())[1:]
    if (has_login and ":" in login) or any(unquote(each).startswith(PASSWORDS) for each in parameters):
        raise UsageProblem(
            f"{what} holds a password, so it was not used.",
            "Remove it, and store it with `neptune-inbox team password`, in PGPASSWORD or in ~/.pgpass.",
        )
    return dsn


def _too_long(what: str, limit: int, remedy: str) -> UsageProblem:
    return UsageProblem(f"{what} is longer than {limit:,} characters.", remedy)


def _too_deep(what: str, remedy: str) -> UsageProblem:
    return UsageProblem(f"{what} is nested more than {JSON_LEVELS} levels deep.", remedy)


def read_text(text: str, what: str, *, limit: int = TEXT_LIMIT) -> str:
    """Text of any kind, exactly as it is: valid Unicode without NUL, at most `limit` characters."""
    if len(text) > limit:
        raise _too_long(what, limit, "Shorten it.")
    if not is_unicode(text):
        raise UsageProblem(f"{what} is not valid Unicode text: {clean_line(text, 40)}.", "Write it in UTF-8.")
    if "\0" in text:
        raise UsageProblem(f"{what} contains a NUL character.", "Remove it.")
    return text


def read_line(text: str, what: str) -> str:
    """Text without line breaks and other control characters, such as a label that is shown on one line."""
    refuse_token(what, read_text(text, what))
    _refuse_unprintable(text, what)
    return text


def read_contact(text: str, what: str) -> str:
    """A contact value such as an address or a push token, exactly as it is: printable and not blank."""
    if is_blank(read_line(text, what)):
        raise UsageProblem(f"{what} is empty.", "Write the address, number or token itself.")
    return text


def optional(read: Callable[[str, str], str], what: str) -> Callable[[str], str]:
    """A check for a field that may stay empty."""
    return lambda text: read(text, what) if text else text


def needed(read: Callable[[str, str], str], what: str) -> Callable[[str], str]:
    """A check for a field that must be filled in."""
    return lambda text: read(text, what)


def is_unicode(text: str) -> bool:
    """Whether a text can be written as UTF-8: invalid bytes from a shell arrive as lone surrogates."""
    if text.isascii():
        return True
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def read_whole(text: str, what: str, low: int, high: int) -> int:
    """A whole number from `low` to `high`, written in ASCII digits."""
    word = text.strip()
    if _WHOLE.fullmatch(word) and low <= int(word) <= high:
        return int(word)
    raise UsageProblem(f"{what} {_quoted(text)}is not a whole number from {low:,} to {high:,}.", "Write digits only.")


def read_number(text: str, what: str, low: float, high: float) -> float:
    """A number from `low` to `high`, with decimals if wanted; no NaN, no infinity."""
    word = text.strip()
    if _NUMBER.fullmatch(word) and low <= float(word) <= high:
        return float(word)
    raise UsageProblem(f"{what} {_quoted(text)}is not a number from {low:g} to {high:g}.", "Write it like 2.5.")


def span_seconds(text: str) -> int | None:
    """The seconds in a duration such as `10s`, `5m`, `2h`, `3d` or `1w`; None for other text."""
    match = _SPAN.fullmatch(text)
    return int(match[1]) * UNITS[match[2]] if match else None


def read_hold(text: str, what: str) -> str:
    """A span up to an hour, which may be nothing, such as `0s` or `10s`."""
    return _span_within(text, what, 0)


def read_patience(text: str, what: str) -> str:
    """A span from a second to an hour."""
    return _span_within(text, what, 1)


def _span_within(text: str, what: str, least: int) -> str:
    word = text.strip().lower()
    seconds = span_seconds(word)
    if seconds is not None and least <= seconds <= UNITS["h"]:
        return word
    raise UsageProblem(f"{what} {_quoted(text)}is not a duration from {least}s to 1h.", "Write it like 30s or 5m.")


def is_moment(instant: int) -> bool:
    """Whether an instant (milliseconds since 1970) lies in a year that every time zone can show."""
    return FIRST_MOMENT <= instant <= LAST_MOMENT


def read_json(text: str, what: str, example: str = "") -> Any:
    """A JSON value that arrives as it was written: no NaN or infinity, no key twice, no lone surrogate, no cut.

    `example` is the remedy. At most 262,144 characters and 100 levels.
    """
    if len(text) > JSON_LIMIT:
        raise _too_long(what, JSON_LIMIT, "Make it smaller.")
    refuse_token(what, text)
    text = text.removeprefix("\ufeff")
    try:
        value = json.loads(
            text, parse_constant=_refuse_constant, parse_float=_finite, object_pairs_hook=_without_doubles
        )
        written, escaped = json.dumps(value, ensure_ascii=False), json.dumps(value, separators=(",", ":"))
    except json.JSONDecodeError as problem:
        where = f"line {problem.lineno}, column {problem.colno}"
        raise UsageProblem(f"{what} is not valid JSON: {problem.msg} at {where}.", example) from None
    except UsageProblem as problem:
        raise UsageProblem(f"{what} is not JSON that can be sent: {problem.sentence}", example) from None
    except RecursionError:
        raise _too_deep(what, example) from None
    except ValueError:
        raise UsageProblem(f"{what} contains a number with too many digits.", example) from None
    if len(escaped) > JSON_LIMIT:
        raise _too_long(what, JSON_LIMIT, "Make it smaller.")
    if not is_unicode(written):
        raise UsageProblem(f"{what} contains half of a surrogate pair, which is not valid text.", example)
    if _levels(value) > JSON_LEVELS:
        raise _too_deep(what, example)
    return value


def read_json_object(text: str, what: str, example: str = "") -> dict[str, Any]:
    """A JSON object, with the same promises as `read_json`; PHP's empty list is an empty object."""
    value = read_json(text, what, example)
    if value == []:
        return {}
    if not isinstance(value, dict):
        raise UsageProblem(f"{what} is JSON, but not an object.", example)
    return value


def decode(raw: bytes, what: str) -> str:
    """Text from the bytes of a file or stream: UTF-8, where a byte order mark is not part of it."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageProblem(f"{what} is not UTF-8 text.", "Save it as UTF-8.") from None


def read_stdin(what: str = "Standard input") -> str:
    """Everything on standard input as text; at most 16 MiB."""
    stream = sys.stdin
    if stream is None:
        return ""
    binary = getattr(stream, "buffer", None)
    if binary is None:
        return read_text(stream.read(STDIN_LIMIT + 1), what, limit=STDIN_LIMIT)
    raw = binary.read(STDIN_LIMIT + 1)
    if len(raw) > STDIN_LIMIT:
        raise UsageProblem(f"{what} is larger than 16 MiB.", "Send less at once.")
    return decode(raw, what)


def _refuse_unprintable(text: str, what: str) -> None:
    if not text.isprintable():
        raise UsageProblem(
            f"{what} contains characters that cannot be shown: {clean_line(text, 60)}.", "Remove them."
        )


def _quoted(text: str) -> str:
    shown = clean_line(text, 40)
    return f"`{shown}{'…' if len(text) > 40 else ''}` " if shown else ""


def _refuse_constant(name: str) -> Any:
    raise UsageProblem(f"{name} is not valid JSON.")


def _finite(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise UsageProblem(f"the number {clean_line(digits, 20)} is too large.")
    if not value and digits.lower().partition("e")[0].strip("-0."):
        raise UsageProblem(f"the number {clean_line(digits, 20)} is too small: it would be sent as 0.")
    return value


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise UsageProblem(f"the name {json.dumps(clean_line(key, 40), ensure_ascii=False)} appears twice.")
        found[key] = value
    return found


def _levels(value: Any) -> int:
    """How deep lists and objects lie in each other; counted without recursion."""
    deepest, waiting = 0, [(value, 1)]
    while waiting:
        one, level = waiting.pop()
        if isinstance(one, dict | list):
            deepest = max(deepest, level)
            waiting += [(part, level + 1) for part in (one.values() if isinstance(one, dict) else one)]
    return deepest
