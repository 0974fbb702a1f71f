"""Looking at a struct of settings: what each of its fields is, as its annotation declares it; pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from functools import lru_cache
from math import isfinite
from types import UnionType
from typing import Annotated, Any, Final, TypeAlias, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Meta, Struct

Kind: TypeAlias = "type[Struct]"
NO_META: Final = Meta()


def about(
    words: str,
    example: Any = None,
    *,
    one_of: Collection[str] = (),
    door: Callable[[str, str], str] | None = None,
    **rest: Any,
) -> Meta:
    """The annotation of a setting: the words about it, an example where the default is not shown, what it takes.

    `rest` is `is_secret` for an argument list that is never shown, `expected` for words in place of the usual ones
    behind `must be`, `entry` and `named` for a table of structs, `key` for how the names in a table are shown; and
    any bound of `msgspec.Meta`.
    """
    own: dict[str, Any] = {
        name: rest.pop(name) for name in ("is_secret", "expected", "entry", "named", "key") if name in rest
    }
    examples = None if example is None else [example]
    return Meta(description=words, examples=examples, extra={"options": tuple(one_of), "door": door, **own}, **rest)


class Declared(Struct, frozen=True):
    """One field of a struct of settings."""

    name: str
    type: Any
    """`str`, `bool`, `tuple`, a struct and so on, without what may be left out."""
    meta: Meta
    default: Any
    is_required: bool

    @property
    def options(self) -> tuple[str, ...]:
        return tuple(self.extra.get("options", ()))

    @property
    def extra(self) -> dict[str, Any]:
        return self.meta.extra or {}

    @property
    def is_group(self) -> bool:
        """Whether it is a table of settings with names of our own."""
        return isinstance(self.type, type) and issubclass(self.type, Struct)


@lru_cache
def declared(kind: Kind) -> tuple[Declared, ...]:
    """The fields of a struct in their order."""
    return tuple(_declared(kind))


def _declared(kind: Kind) -> Iterator[Declared]:
    hints = get_type_hints(kind, include_extras=True)
    for info in msgspec.structs.fields(kind):
        hint, meta = hints[info.name], NO_META
        if get_origin(hint) is Annotated:
            hint, meta = get_args(hint)
        if isinstance(hint, UnionType):
            hint = next(part for part in get_args(hint) if part is not type(None))
        default = info.default if info.default_factory is msgspec.NODEFAULT else info.default_factory()
        yield Declared(info.name, get_origin(hint) or hint, meta, default, info.required)


def is_valid(setting: Declared, value: Any) -> bool:
    """Whether a value that TOML can hold is one that the setting takes."""
    if setting.options:
        return value in setting.options or value == setting.default
    try:
        msgspec.convert(value, Annotated[setting.type, setting.meta])
    except msgspec.ValidationError:
        return False
    return (not isinstance(value, float) or isfinite(value)) and not (setting.is_required and not str(value).strip())


def expected(setting: Declared) -> str:
    """What a setting takes, behind `must be`."""
    meta = setting.meta
    if setting.options and setting.type is not tuple:
        return listed(setting.options)
    if words := setting.extra.get("expected"):
        return str(words)
    if setting.type in (int, float):
        return f"a {'whole ' if setting.type is int else ''}number from {meta.ge:g} to {meta.le:g}"
    if setting.type is str and setting.is_required:
        return "text that is not empty"
    return {bool: "true or false", tuple: "a list of words in quotes"}.get(setting.type, "text in quotes")


def listed(options: Collection[str]) -> str:
    """`age, user or title`."""
    *most, last = options
    return f"{', '.join(most)} or {last}" if most else last
