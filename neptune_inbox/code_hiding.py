"""Hides the codes of one notification wherever they occur in it, however they are written there."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, Final

from msgspec import Struct

from neptune_inbox.code_words import HIDDEN

ID_OR_INSTANT: Final = re.compile(
    r"[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}|(?:19|20)\d\d-\d\d-\d\d(?:[T ][\d:.+Z-]*)?", re.I
)
"""What a code happens to be part of there stays."""
_RUN, _BETWEEN = re.compile(r"[A-Za-z\d]+", re.A), re.compile(r"[^A-Za-z\d]+", re.A)
DIGIT: Final = re.compile(r"[\d①-⑨]")
"""Every code has one."""
_GAP = re.compile(r"[ \t\u00a0\u2007\u2009\u202f\u200b*_`|·\-‐‑–+\ufe0f\u20e3]{0,6}")
"""What may separate two parts of a code."""
_MARKUP = re.compile(r"<[^<>]*>|%20")
_NOTHING = "\x00"
"""Replaces markup: it is not part of any text."""
_FOREIGN_DIGIT, _WIDE_LETTER = re.compile(r"[^\D0-9]|[①-⑨]"), re.compile("[Ａ-Ｚａ-ｚ]")
_WIDE = {code: code - 0xFEE0 for code in (*range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}
_CAPITALS = bytes(range(256)).upper()
_NEITHER = bytes(code for code in range(128) if not chr(code).isalnum())
"""What is neither a letter nor a digit of ASCII."""


def folded(text: str) -> str:
    """The text with the digits of every script, and wide letters, as those of ASCII; nothing moves."""
    if text.isascii():
        return text
    # Looking at each character is slow, and these are rare.
    narrow = text.translate(_WIDE) if _WIDE_LETTER.search(text) else text
    return _FOREIGN_DIGIT.sub(lambda digit: str(unicodedata.digit(digit[0])), narrow)


class Codes(Struct, frozen=True):
    """The codes of one notification, each of capitals and digits alone; the longest first."""

    codes: tuple[str, ...]

    def hide(self, text: str) -> str:
        """The text without them, at the same length."""
        if not DIGIT.search(text):
            return text
        plain = folded(text)
        if _may_hold_markup(plain):
            plain = _MARKUP.sub(lambda markup: _NOTHING * len(markup[0]), plain)
        joined = _joined(plain)
        found = [code for code in self.codes if code in joined]
        if not found:
            return text
        whole = plain.upper()
        places = [
            where for code in found for where in _places(code, plain, whole, joined) if _is_whole(code, plain, where)
        ]
        kept = [match.span() for match in ID_OR_INSTANT.finditer(plain)] if places and "-" in plain else ()
        shown = list(text)
        for where in places:
            if not any(start <= where[0] < end for start, end in kept):
                for place in where:
                    shown[place] = HIDDEN
        return "".join(shown)

    def may_be_in_json(self, payload: str) -> bool:
        """Whether any of them may be in a JSON text: quick, and true where escapes or markup make it unsure."""
        if not DIGIT.search(payload):
            return False
        if "\\" in payload or _may_hold_markup(payload):
            return True
        joined = _joined(folded(payload))
        return any(code in joined for code in self.codes)

    def hide_value(self, value: Any) -> Any:
        """A value of JSON without them: a number in which one is becomes text."""
        if isinstance(value, str):
            return self.hide(value)
        if isinstance(value, dict):
            return {self.hide(name): self.hide_value(each) for name, each in value.items()}
        if isinstance(value, list):
            return [self.hide_value(each) for each in value]
        if isinstance(value, int | float) and not isinstance(value, bool):
            shown = self.hide(str(value))
            return value if shown == str(value) else shown
        return value


def _joined(plain: str) -> str:
    """The letters and digits of ASCII in a text alone, in capitals."""
    if plain.isascii():
        # Never a step in Python: this is done for every text of a notification with a code.
        return plain.encode().translate(_CAPITALS, _NEITHER).decode()
    return _BETWEEN.sub("", plain).upper()


def _may_hold_markup(text: str) -> bool:
    return "<" in text or "%20" in text


def _places(code: str, plain: str, whole: str, joined: str) -> Iterator[Sequence[int]]:
    """Where the characters of a code are; `whole` is the text in capitals, `joined` its letters and digits alone."""
    if len(whole) == len(plain) and joined.count(code) == whole.count(code):
        yield from (range(at, at + len(code)) for at in _occurrences(code, whole))
        return
    places = [place for run in _RUN.finditer(plain) for place in range(*run.span())]
    yield from (places[at : at + len(code)] for at in _occurrences(code, joined))


def _occurrences(code: str, text: str) -> Iterator[int]:
    at = text.find(code)
    while at >= 0:
        yield at
        at = text.find(code, at + 1)


def _is_whole(code: str, plain: str, where: Sequence[int]) -> bool:
    """Whether characters at these places are the code: no part of a longer number, with little between them."""
    first, last = where[0], where[-1]
    is_number = code.isdigit()
    if (first and _continues(plain[first - 1], is_number)) or _continues(plain[last + 1 : last + 2], is_number):
        return False
    return last - first == len(where) - 1 or all(
        behind == before + 1 or _GAP.fullmatch(plain[before + 1 : behind].replace(_NOTHING, ""))
        for before, behind in pairwise(where)
    )


def _continues(char: str, is_number: bool) -> bool:
    """Whether a character next to a code, or none at all, makes it a part of something longer."""
    return char.isdigit() or (not is_number and char.isalnum() and char.isascii())
