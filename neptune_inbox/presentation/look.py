"""The look of a terminal's cell, as in SGR (ECMA-48): read from its parameters, and written as a change."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

_ON: Final = frozenset("1234579")
_OFF: Final = {"22": "12", "23": "3", "24": "4", "25": "5", "27": "7", "29": "9"}
_SWITCHES_OFF: Final = {"1": "22", "2": "22", "3": "23", "4": "24", "5": "25", "7": "27", "9": "29"}
_SEEN_ON_BLANKS: Final = frozenset("479")


class Look:
    """Attributes and colours of a cell; two that are equal are one object, so that they are compared by identity."""

    __slots__ = ("attributes", "bg", "blank", "fg")

    def __init__(self, attributes: frozenset[str], fg: str, bg: str) -> None:
        self.attributes = attributes
        self.fg = fg
        """SGR parameters, empty for the terminal's own."""
        self.bg = bg
        self.blank: Look = self
        """How a blank looks in it: without the colour of a text, unless that shows."""


@lru_cache(4096)
def look(attributes: frozenset[str], fg: str, bg: str) -> Look:
    """The one look of these attributes (SGR numbers) and colours."""
    made = Look(attributes, fg, bg)
    seen = attributes & _SEEN_ON_BLANKS
    if not seen and (attributes or fg):
        made.blank = look(frozenset(), "", bg)
    return made


PLAIN: Final = look(frozenset(), "", "")
"""After a reset."""


@lru_cache(4096)
def after(before: Look, parameters: str) -> Look:
    """The look behind one SGR sequence."""
    attributes, fg, bg = set(before.attributes), before.fg, before.bg
    parts = iter(parameters.split(";"))
    for part in parts:
        if part in ("", "0"):
            attributes, fg, bg = set(), "", ""
        elif part in _ON:
            attributes.add(part)
        elif part in _OFF:
            attributes -= set(_OFF[part])
        elif part in ("38", "48"):
            kind = next(parts, "")
            colour = ";".join((part, kind, *(next(parts, "") for _ in range(3 if kind == "2" else 1))))
            fg, bg = (colour, bg) if part == "38" else (fg, colour)
        elif part == "39":
            fg = ""
        elif part == "49":
            bg = ""
        elif part[0] in "39" and len(part) == 2:
            fg = part
        else:
            bg = part
    return look(frozenset(attributes), fg, bg)


@lru_cache(4096)
def change(before: Look | None, to: Look) -> str:
    """The shortest SGR sequence from one look (None: any) to another; empty where they are the same."""
    if before is to:
        return ""
    whole = ";".join(filter(None, ("0", *sorted(to.attributes), to.fg, to.bg)))
    if before is None:
        return f"\x1b[{whole}m"
    gone = before.attributes - to.attributes
    off = dict.fromkeys(_SWITCHES_OFF[each] for each in sorted(gone))
    # Bold and dim go together.
    on = [each for each in sorted(to.attributes) if each not in before.attributes or _SWITCHES_OFF[each] in off]
    colours = [
        becomes or default
        for was, becomes, default in ((before.fg, to.fg, "39"), (before.bg, to.bg, "49"))
        if was != becomes
    ]
    step = ";".join((*off, *on, *colours))
    return f"\x1b[{min(step, whole, key=len)}m"
