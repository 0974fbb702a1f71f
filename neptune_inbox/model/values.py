"""Plain values that everything else is made of: instants, JSON, and the token in its box."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn, TypeAlias

Instant: TypeAlias = int


Now: TypeAlias = "Callable[[], Instant]"


JsonValue: TypeAlias = "bool | int | float | str | list[JsonValue] | dict[str, JsonValue] | None"


JsonObject: TypeAlias = "dict[str, JsonValue]"


SANDBOX_ISSUER = "neptune-inbox sandbox"
"""What the tokens of a sandbox say of who made them."""


class Token:
    """The API token in a box that shows it to nobody: no repr, no pickle, no comparison by value."""

    __slots__ = ("__value",)

    def __init__(self, value: str) -> None:
        self.__value = value

    def reveal(self) -> str:
        """The token itself; called only where the request is built and where the keyring is written."""
        return self.__value

    def __repr__(self) -> str:
        return "Token(••••)"

    __str__ = __repr__

    def __reduce__(self) -> NoReturn:
        raise TypeError("a token is never pickled")
