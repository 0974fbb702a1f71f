"""Splits a text into what distinguishes codes from other numbers: numbers, classified words, sentence ends."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from msgspec import Struct

from neptune_inbox.code_words import (
    CODE,
    END,
    LINE,
    LINK,
    MONEY_JOINED,
    NEUTRAL,
    NUMBER,
    OTHER,
    PLAIN,
    QUALIFIERS,
    QUALIFIERS_BEHIND,
    SMALL_WORDS,
    UNIT,
    UNITS_JOINED,
    Kind,
    kind_of,
)


class Token(Struct, gc=False):
    """A piece of a text."""

    kind: Kind
    start: int
    end: int
    text: str


_W = r"\dA-Za-z_\u00c0-\u024f\u0370-\u052f\u1e00-\u1fff"
"""Characters that a code does not touch; in scripts without spaces, letters may surround it."""
_LETTER = r"A-Za-z\u00c0-\u024f\u0370-\u052f\u1e00-\u1fff"
_BLANK = r" \u00a0\u2007\u2009\u202f"
_SIGN = r"[$€£¥₹₽₩₺₴₫฿]"
_ADDRESSES_AND_IDS: Final = rf"""
    [\da-fA-F]{{8}}(?:-[\da-fA-F]{{4}}){{3}}-[\da-fA-F]{{12}}
  | (?i:https?://|www\.)[^\s<>"')\]]+
  | [\w.+-]+@[\w-]+\.[\w.-]+
  | (?:[xX]{{2,}})[ -]?\d{{2,4}}(?!\d)
  | (?=[A-Za-z]*\d)(?<![{_W}])[\dA-Za-z]{{11,}}
"""
_NUMBERS: Final = rf"""
    (?:19|20)\d\d-\d\d-\d\d(?:[T ]\d\d:\d\d[\d:.+Z-]*)?
  | \d{{1,2}}(?P<dot>[./-])\d{{1,2}}(?P=dot)(?:19|20)\d\d(?!\d)
  | (?:19|20)\d\d/\d{{1,2}}/\d{{1,2}}(?!\d)
  | (?:19|20)\d\d[ ]?[-–/][ ]?(?:(?:19|20)\d\d|\d\d|\d{{5,}})(?![\d-])
  | \d{{1,2}}[./]\d{{1,2}}[./]\d\d(?!\d)
  | \d{{1,2}}:\d\d(?::\d\d)?(?:[.,]\d+)?(?!\d)
  | (?<![{_W}])\d[\d.,'’{_BLANK}]*[{_BLANK}]?(?:{_SIGN}|%)
  | (?<!\d)\d{{1,3}}(?:[.,'’{_BLANK}]\d{{3}})+[.,]\d{{1,2}}(?!\d)
  | (?<!\d)\d{{1,3}}(?:[.,'’]\d{{3}})+(?!\d)
  | \d+(?:\.\d+){{2,}}
  | (?<!\d)\d+[.,]\d{{1,3}}(?!\d)
  | (?<![\d-])\d{{3}}[-. ]\d{{3}}[-. ]\d{{4}}(?![-\d])
  | (?:\d{{4}}[ -]?){{3}}\d{{4}}(?!\d)
"""
_SIGNED: Final = rf"""
    {_SIGN}[{_BLANK}]?\d[\d.,'’{_BLANK}]*
  | \+\d[\d()/.{_BLANK}-]{{5,}}\d
  | \(\d{{2,5}}\)[{_BLANK}]?\d[\d{_BLANK}-]{{4,}}\d
  | (?:\*{{4}}|[•·]{{2,}})[ -]?\d{{2,4}}(?!\d)
"""
_SKIPPED: Final = rf"(?=\w)(?:{_ADDRESSES_AND_IDS}|(?=\d)(?:{_NUMBERS}))|(?=[$€£¥₹₽₩₺₴₫฿+(*•·])(?:{_SIGNED})"
"""What is never a code, whatever surrounds it: ids, addresses, dates, times, amounts, telephone and card numbers."""
_SEPARATOR = rf"(?:[{_BLANK}·]|[{_BLANK}]?[-‐‑–][{_BLANK}]?|\*\*?[{_BLANK}]\*\*?)"
_NUMBER: Final = rf"""
    (?:[A-Z]{{1,2}}-)?\d{{5,8}}
  | \d(?:[{_BLANK}|*_\ufe0f\u20e3-]{{1,5}}\d){{3,9}}
  | \d\d(?P<two>{_SEPARATOR})\d\d(?:(?P=two)\d\d){{1,3}}
  | \d{{3}}(?P<three>{_SEPARATOR})\d{{3}}(?:(?P=three)\d{{3}})?
  | \d{{4}}{_SEPARATOR}\d{{4}}
  | \d{{4,10}}
  | (?=[A-Za-z-]*\d)[A-Z\d]{{3,5}}(?:-[A-Z\d]{{3,5}}){{1,2}}
  | (?=[A-Za-z]*\d)(?=\d*[A-Za-z])[A-Za-z\d]{{4,10}}
"""
_MARKS = (
    r"\u0300-\u036f\u0590-\u05c7\u0610-\u065f\u0670\u0900-\u0dff\u0e00-\u0eff\u1000-\u109f\u1200-\u137f\u1780-\u17d3"
)
_WORD = (
    rf"(?i:2fa|one[- ]time)(?![{_W}])|[{_LETTER}][{_LETTER}\u0300-\u036f]*"
    rf"|[^\W\d_{_LETTER}](?:[^\W\d_{_LETTER}]|[{_MARKS}])*"
)
_SIGNS = {"own": CODE, "end": END, "line": LINE}
_LONGEST_ABBREVIATION = 4
_MOST_COUNTED = 5
"""Most digits of a number that may count minutes or people."""
_DIGIT = re.compile(r"\d")
_SHORTEST_KEPT = 8
"""Characters of a line that is looked up sooner than looked through."""


def tokens_of(text: str, own_words: str = "") -> list[Token]:
    """The tokens of a text, in order; `own_words` matches further words that mean `code`."""
    if own_words:
        return _scanned(text, own_words)
    # No token goes beyond a line, nor does what follows a line matter to those in it.
    tokens, start, unseen = list[Token](), 0, 0
    for line in text.split("\n"):
        end = start + len(line) + 1
        if len(line) >= _SHORTEST_KEPT and end <= len(text) and not _DIGIT.search(line):
            tokens += _scanned(text, start=unseen, end=start)
            tokens += [Token(each.kind, each.start + start, each.end + start, each.text) for each in _line(line)]
            unseen = end
        start = end
    tokens += _scanned(text, start=unseen, end=len(text))
    return tokens


@lru_cache(maxsize=1_024)
def _line(line: str) -> list[Token]:
    """The tokens of a line without a digit: most of what is sent is made from few templates."""
    return _scanned(line + "\n")


def _scanned(text: str, own_words: str = "", *, start: int = 0, end: int = 1 << 62) -> list[Token]:
    """The tokens of a text from the start of a line to the end of another."""
    tokens = list[Token]()
    for match in _scanner(own_words).finditer(text, start, min(end, len(text))):
        name = match.lastgroup
        if name == "word" or name == "run":
            word, at = match[name], match.start()
            if tokens and tokens[-1].kind is NUMBER:
                tokens.append(_word_behind(tokens[-1], word, at))
            else:
                tokens.append(Token(kind_of(word), at, at + len(word), word))
        elif name == "number" or name == "tag":
            tokens += _numbers(match, is_tag=name == "tag")
        elif name is not None and name in _SIGNS and not _is_abbreviation(tokens, match):
            tokens.append(Token(_SIGNS[name], *match.span(), match[0]))
    for index, token in enumerate(tokens):
        if token.kind is CODE and token.text.lower() in NEUTRAL and _is_qualified(tokens, index):
            token.kind = OTHER
    return tokens


def _numbers(match: re.Match[str], *, is_tag: bool) -> list[Token]:
    """The tokens of a number; `OTP-1234` is a word and a number, `INV-1234` is plain text."""
    prefix, sign, number = match[0].partition("-")
    if sign and prefix.isalpha() and len(prefix) > 2 and kind_of(prefix) is CODE:
        middle = match.start() + len(prefix)
        return [
            Token(CODE, match.start(), middle, prefix),
            Token(NUMBER, middle + 1, match.end(), number),
        ]
    return [Token(PLAIN if is_tag else NUMBER, *match.span(), match[0])]


def _is_abbreviation(tokens: list[Token], match: re.Match[str]) -> bool:
    """Whether a full stop belongs to a word before a number: Nr. 10023, Ref. 10023."""
    last = tokens[-1] if tokens else None
    return (
        match[0] == "."
        and last is not None
        and last.end == match.start()
        and last.kind in (LINK, OTHER)
        and len(last.text) <= _LONGEST_ABBREVIATION
    )


def _word_behind(number: Token, word: str, start: int) -> Token:
    """A word after a number: in scripts without spaces it may begin with a unit."""
    kind = kind_of(word)
    if start - number.end <= 1:
        is_short = sum(map(str.isdigit, number.text)) <= _MOST_COUNTED
        if word.startswith(UNITS_JOINED if is_short else MONEY_JOINED):
            kind = UNIT
    return Token(kind, start, start + len(word), word)


def _is_qualified(tokens: list[Token], index: int) -> bool:
    """Whether a word next to `code` shows that it is not secret, as in `postal code`."""
    before = tokens[index - 1] if index else None
    if before is not None and before.text.lower() in QUALIFIERS and tokens[index].start - before.end <= 1:
        return True
    behind = [each.text.lower() for each in tokens[index + 1 : index + 3]]
    if behind and behind[0] in SMALL_WORDS:
        behind = behind[1:]
    return bool(behind) and behind[0] in QUALIFIERS_BEHIND


@lru_cache(maxsize=8)
def _scanner(own_words: str) -> re.Pattern[str]:
    own = rf"(?P<own>(?<![{_W}])(?i:{own_words})(?![{_W}]))|" if own_words else ""
    return re.compile(
        # Most of a text is plain words: they are tried first, and include the spaces after them.
        rf"{own}(?P<word>[{_LETTER}]+)(?=[ ,\n]|[.:!?]\s)[ ,]*|(?P<skipped>{_SKIPPED})"
        rf"|(?<![{_W}])(?:(?P<number>{_NUMBER})(?![{_W}@])|(?P<tag>[A-Za-z]{{3,}}-\d[\w-]*))"
        rf"|(?P<run>{_WORD})|(?P<end>[.!?;]+(?=[\s\"'”»)*_]|$)|[。！？；]+)|(?P<line>\n)",
        re.VERBOSE,
    )
