"""Validation the way the service does it: every field that is wrong is named in one answer."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from math import isfinite
from typing import NoReturn, TypeVar

import msgspec

from neptune_inbox.errors import Invalid
from neptune_inbox.model import JsonObject, JsonValue
from neptune_inbox.sandbox.responses import HttpRefusal

T = TypeVar("T")

JSON = "application/json"
DEEPEST = 40
"""How far a body may nest."""
WHOLE_NUMBER = re.compile(r"[0-9]{1,10}")


class Fields:
    """Reads fields out of a query or a body and gathers what is wrong with them; `finish` raises it."""

    def __init__(self, source: Mapping[str, JsonValue]) -> None:
        self.source = source
        self._errors: dict[str, list[str]] = {}

    def refuse(self, name: str, words: str) -> None:
        """Says what is wrong with a field."""
        self._errors.setdefault(name, []).append(words)

    def finish(self) -> None:
        """Raises Invalid when any field was wrong."""
        if self._errors:
            count = sum(map(len, self._errors.values()))
            fields = {name: tuple(words) for name, words in self._errors.items()}
            raise Invalid(f"Validation failed. {count} error(s)", fields=fields)

    def text(self, name: str, *, is_required: bool = True) -> str:
        """A string that is not empty; a whole number is taken as its digits, as ids may be sent so."""
        value = self.source.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if value is None or value == "":
            if is_required:
                self.refuse(name, f"The {name} field is required.")
            return ""
        if not isinstance(value, str):
            self.refuse(name, f"The {name} must be a string.")
            return ""
        return value

    def one_of(self, name: str, allowed: Sequence[str], default: str | None = None) -> str:
        """One of the values allowed; required when there is no default."""
        value = self.source.get(name)
        if value in (None, "") and default is not None:
            return default
        if value in (None, ""):
            self.refuse(name, f"The {name} field is required.")
        elif value not in allowed:
            self.refuse(name, f"The selected {name} is invalid.")
        else:
            return str(value)
        return allowed[0]

    def whole(self, name: str, default: int) -> int:
        """A whole number from 1; out of a query it is text."""
        value = self.source.get(name)
        if value is None:
            return default
        if not isinstance(value, str) or not WHOLE_NUMBER.fullmatch(value) or int(value) < 1:
            self.refuse(name, f"The {name} must be a positive integer.")
            return default
        return int(value)

    def seconds(self, name: str) -> int | None:
        """Unix seconds as a number or its digits, or None where they are not given."""
        value = self.source.get(name)
        if isinstance(value, str) and WHOLE_NUMBER.fullmatch(value):
            value = int(value)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 10**10:
            self.refuse(name, f"The {name} must be unix seconds.")
            return None
        return value

    def mapping(self, name: str) -> JsonObject | None:
        """A JSON object, or None where it is not given; PHP writes an empty one as `[]`."""
        value = self.source.get(name)
        if value == []:
            return {}
        if value is None or isinstance(value, dict):
            return value
        self.refuse(name, f"The {name} must be an object.")
        return None

    def objects(self, name: str) -> list[JsonObject]:
        """A list of JSON objects, empty where it is not given."""
        value = self.source.get(name)
        if isinstance(value, list) and all(isinstance(each, dict) for each in value):
            return [each for each in value if isinstance(each, dict)]
        if value is not None:
            self.refuse(name, f"The {name} must be an array of objects.")
        return []

    def flag(self, name: str) -> bool:
        """True or false, as such or as text; false where it is not given."""
        value = self.source.get(name)
        if value not in (None, "", False, True, "false", "true", "0", "1"):
            self.refuse(name, f"The {name} must be true or false.")
        return value in (True, "true", "1")

    def words(self, name: str) -> tuple[str, ...]:
        """A list of strings, empty where it is not given."""
        value = self.source.get(name)
        if isinstance(value, list) and all(isinstance(each, str) for each in value):
            return tuple(str(each) for each in value)
        if value is not None:
            self.refuse(name, f"The {name} must be an array of strings.")
        return ()


def convert(value: object, shape: type[T]) -> T:
    """Decoded JSON as a struct; raises msgspec.ValidationError, for half a surrogate pair too."""
    try:
        return msgspec.convert(value, shape)
    except UnicodeEncodeError:
        raise msgspec.ValidationError("A text holds half a surrogate pair") from None


def read_body(raw: bytes, content_type: str | None = JSON) -> JsonObject:
    """A request's body as a JSON object, empty where there is none; raises HttpRefusal, or Invalid for other JSON."""
    if not raw.strip():
        return {}
    if (content_type or "").partition(";")[0].strip().lower() != JSON:
        words = f"Unsupported Media Type: {content_type}" if content_type else "Unsupported Media Type"
        raise HttpRefusal(415, {"message": words})
    try:
        value = json.loads(raw.decode("utf-8"), parse_constant=_refuse_constant, parse_float=_number)
    except (ValueError, RecursionError):
        raise HttpRefusal(400, {"message": "The body is not valid JSON"}) from None
    if not isinstance(value, dict):
        raise Invalid("Validation failed. 1 error(s)", fields={"body": ("The body must be a JSON object.",)})
    if _depth(value) > DEEPEST:
        raise Invalid("Validation failed. 1 error(s)", fields={"body": ("The body is nested too deeply.",)})
    return value


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _number(digits: str) -> float:
    """A number with a point or an exponent; `2.0` is 2, as in JavaScript. `1e999` is beyond what can be answered."""
    value = float(digits)
    if not isfinite(value):
        raise ValueError("out of range")
    return int(value) if value.is_integer() else value


def _depth(value: JsonValue) -> int:
    """How far a value nests; level by level, as recursion is what it guards."""
    depth, level = 0, [value]
    while level:
        level = [inner for each in level for inner in _children(each)]
        depth += 1
    return depth


def _children(value: JsonValue) -> list[JsonValue]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []
