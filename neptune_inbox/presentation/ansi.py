"""Tagged text as escape codes (ECMA-48, SGR), for all that is written past Textual: first page, and frame of a key.

They come from the same looks as the widgets' styles. Neither textual nor rich is imported.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from neptune_inbox.presentation.bidi import closed
from neptune_inbox.presentation.islands import with_islands
from neptune_inbox.presentation.styled import Span, harmless
from neptune_inbox.presentation.theme import Depth, Role, Surface, TextStyle, text_style

Run: TypeAlias = "tuple[Iterable[Span], Surface]"
"""Spans, and their background."""

_OFF = {"1": "22", "2": "22", "3": "23", "4": "24", "7": "27"}
"""What switches an attribute off; bold and dim go together."""


class StyleKey(NamedTuple):
    """What a text means, and its background."""

    role: Role
    surface: Surface


class AnsiWriter:
    """Writes spans in one theme for one kind of terminal, in as few bytes as it takes."""

    def __init__(self, theme: str, depth: Depth) -> None:
        self._theme = theme
        self._depth = depth
        self._changes: dict[tuple[Role, Surface, Role, Surface], tuple[str, bool]] = {}

    def write(self, runs: Iterable[Run]) -> str:
        """The runs one behind the other; how the terminal writes before them does not matter."""
        out: list[str] = []
        before: StyleKey | None = None
        for spans, surface in runs:
            for text, role in spans:
                if not text:
                    continue
                if before is None:
                    before = StyleKey(role, surface)
                    out.append(code(self._text_style(before), self._depth))
                elif before[0] is not role or before[1] is not surface:
                    change, is_blank_same = self._change(before[0], before[1], role, surface)
                    if not (is_blank_same and text.isspace()):
                        before = StyleKey(role, surface)
                        out.append(change)
                out.append(with_islands(closed(harmless(text))))
        return "".join(out)

    def _change(self, role: Role, surface: Surface, to_role: Role, to_surface: Surface) -> tuple[str, bool]:
        """The code from one role to another, and whether a blank looks the same in both."""
        change_key = (role, surface, to_role, to_surface)
        known = self._changes.get(change_key)
        if known is None:
            old, new = self._text_style(StyleKey(role, surface)), self._text_style(StyleKey(to_role, to_surface))
            is_blank_same = old.bg == new.bg and not any(it.underline or it.reverse for it in (old, new))
            known = self._changes[change_key] = change_code(old, new, self._depth), is_blank_same
        return known

    def _text_style(self, role: StyleKey) -> TextStyle:
        return text_style(role.role, self._theme, role.surface, has_colour=self._depth is not Depth.NONE)


@lru_cache(8)
def ansi_writer(theme: str, depth: Depth) -> AnsiWriter:
    """The pen of a theme, which remembers what it wrote before."""
    return AnsiWriter(theme, depth)


@lru_cache(1024)
def code(it: TextStyle, depth: Depth) -> str:
    """The escape sequence that switches to a look, starting from nothing (`0;`)."""
    colours = (_colour_code(it.fg, 38, depth), _colour_code(it.bg, 48, depth))
    return f"\x1b[{';'.join(['0', *_attributes(it), *filter(None, colours)])}m"


def change_code(old: TextStyle, new: TextStyle, depth: Depth) -> str:
    """The escape sequence from one look to another: only what differs, unless all of the new is shorter."""
    off = [_OFF[each] for each in _attributes(old) if each not in _attributes(new)]
    on = [each for each in _attributes(new) if each not in _attributes(old) or _OFF[each] in off]
    codes = [*dict.fromkeys(off), *on]
    for plane, was, becomes in ((38, old.fg, new.fg), (48, old.bg, new.bg)):
        if was != becomes:
            # 39 and 49 are the terminal's own colours.
            codes.append(_colour_code(becomes, plane, depth) or str(plane + 1))
    return min(f"\x1b[{';'.join(codes)}m", code(new, depth), key=len) if codes else ""


def _attributes(it: TextStyle) -> list[str]:
    """SGR parameters for everything besides colour."""
    pairs = zip("12347", (it.bold, it.dim, it.italic, it.underline, it.reverse), strict=True)
    return [code for code, is_on in pairs if is_on]


def _colour_code(colour: str, plane: int, depth: Depth) -> str:
    """SGR parameters for one colour; `plane` is 38 for the text and 48 for the ground."""
    if not colour:
        return ""
    if not colour.startswith("#"):
        number = int(colour)
        return str(plane - 8 + number if number < 8 else plane + 52 + number - 8)
    red, green, blue = rgb(colour)
    if depth is Depth.TRUE:
        return f"{plane};2;{red};{green};{blue}"
    return f"{plane};5;{palette_number(red, green, blue)}"


def rgb(colour: str) -> tuple[int, int, int]:
    """The three parts, 0 to 255, of `#rrggbb`."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def palette_number(red: int, green: int, blue: int) -> int:
    """The nearest of the 256 colours, by the same rule as rich, so that both painters agree."""
    high, low = max(red, green, blue) / 255, min(red, green, blue) / 255
    light, spread = (high + low) / 2, high - low
    saturation = spread and spread / (high + low if light <= 0.5 else 2 - high - low)
    if saturation < 0.15:
        grey = round(light * 25)
        return {0: 16, 25: 231}.get(grey, 231 + grey)
    steps = [round(part / 95 if part < 95 else 1 + (part - 95) / 40) for part in (red, green, blue)]
    return 16 + 36 * steps[0] + 6 * steps[1] + steps[2]
