"""Finds one-time codes in text, in JSON and in addresses, by what surrounds them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise, takewhile
from typing import Any

from msgspec import Struct, field

from neptune_inbox.code_hiding import DIGIT, ID_OR_INSTANT, Codes, folded
from neptune_inbox.code_tokens import Token, tokens_of
from neptune_inbox.code_words import (
    BINDING,
    CANDIDATE,
    CODE,
    END,
    KEY_WORDS_OF_CODES,
    KEY_WORDS_OF_OTHERS,
    LINE,
    LINK,
    NUMBER,
    OTHER,
    PLAIN,
    SIGN_IN,
    SPAN,
    UNIT,
    Kind,
    kind_of,
    may_speak_of_code,
)

_BEFORE, _BEHIND, _ALONE = 80, 60, 160
"""Characters between a code and the word for it: before it, behind it, and either where it is alone on its line."""
_WORDS_BEFORE, _WORDS_BEHIND = 1, 3
"""The most other words between the two where only a word close by makes it a code: 2026, `ab12cd`."""
_LONGEST_NAME = 40
_MOST_PARTS = 12
"""Texts of a list that are read as one."""
_USED = frozenset(
    ("use", "using", "enter", "type", "with", "usa", "con", "introduce", "utilisez", "avec", "entrez", "mit")
)
"""Directly before a number: it is put in somewhere."""
_SPENT = frozenset(("use", "usa", "utilisez"))
_WORDS_TO_SIGN_IN = 7
"""The most words between a number and what it is used for."""
_MOST = 40
"""Codes that are looked for in the other parts of a notification."""
_YEAR = re.compile(r"(?:19|20)\d\d")
_UPPER_MIXED = re.compile(r"(?=\d*[A-Z])[A-Z\d-]{5,}")
_BARE = re.compile(
    r"[A-Za-z]{0,3}-?\d(?:[ -]?\d){3,9}"
    r"|(?=[A-Za-z-]*\d)(?=[\d-]*[A-Za-z])(?=[A-Za-z\d-]{4})[A-Za-z\d]{2,12}(?:-[A-Za-z\d]{2,6}){0,3}"
)
"""What is a code wherever something calls it one: at least four digits, or letters and a digit."""
_PLAIN_NUMBER = re.compile(r"\d{3}[ -]?\d{2,5}|[A-Z]{1,2}-\d{4,8}")
"""What is one also where nothing but the rest of the notification speaks of a code."""
_IN_ADDRESS = re.compile(
    r"(?:(?<=[?&;#/])|%3f|%26|%23|%2f)(?P<name>[A-Za-z][\w.-]{1,40}|2fa)(?:=|%3d|(?P<path>/))"
    r"(?=(?P<value>[\w.~+-]{4,200}))",
    re.I,
)
_ADDRESS = re.compile(r"(?:https?://|www\.)[^\s<>\"')\]]+", re.I)
_PARTS_OF_NAME = re.compile(r"2fa|[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[^\W\d_A-Za-z]+", re.I)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_NAMES = ("name", "key", "type", "label", "field", "variable")
_VALUES = frozenset(("value", "content", "text", "val", "data"))


class Finder(Struct):
    """Collects the codes of one notification, part by part."""

    is_named: bool
    """The event type says that numbers are codes."""
    own_words: str = ""
    """A pattern for further words next to which a number is a code."""
    found: set[str] = field(default_factory=set)
    is_spoken_of: bool = False
    """A text speaks of a code, whether one is in it or not."""
    _without_numbers: list[str] = field(default_factory=list)
    _bare: list[str] = field(default_factory=list)
    _seen: set[str] = field(default_factory=set)

    def scan(self, text: str) -> None:
        """Look at a text, each only once."""
        if text in self._seen or not text:
            return
        self._seen.add(text)
        if not CANDIDATE.search(text):
            self._without_numbers.append(text)
            return
        if not (self.is_named or self.own_words or may_speak_of_code(text)) or ID_OR_INSTANT.fullmatch(text):
            return
        plain = folded(text)
        self._scan_addresses(plain)
        tokens = tokens_of(plain, self.own_words)
        self.is_spoken_of |= _speaks_of_code(tokens)
        for index, token in enumerate(tokens):
            if token.kind is NUMBER and _is_code(plain, tokens, index, is_named=self.is_named):
                self._add(token.text)

    def scan_both(self, title: str, body: str) -> None:
        """Look at the two as one text, as one often speaks of what is in the other."""
        self.scan(f"{title}\n{body}")
        self._seen |= {title, body}

    def look_into(self, value: Any, kind: Kind = PLAIN) -> None:
        """Look at a value of JSON and all that is in it; `kind` is what the name before it says."""
        if isinstance(value, dict):
            self._look_into_names(value, kind)
        elif isinstance(value, list):
            if kind is not OTHER and 1 < len(value) <= _MOST_PARTS and all(isinstance(each, str) for each in value):
                # The parts of one text, as of a template: `["OTP", "482913"]`.
                self.scan(" ".join(value))
            for each in value:
                self.look_into(each, kind)
        elif isinstance(value, str):
            self._scan_value(value, kind)
        elif isinstance(value, int) and not isinstance(value, bool):
            is_likely = self.is_named and kind is PLAIN and 5 <= len(str(value)) <= 8
            if (kind is CODE or is_likely) and _BARE.fullmatch(str(value)):
                self._add(str(value))

    def codes(self) -> Codes | None:
        """All that was found; None where nothing was."""
        texts = self._without_numbers if self._bare else ()
        is_spoken_of = self.is_spoken_of or any(_speaks_of_code(tokens_of(text, self.own_words)) for text in texts)
        if is_spoken_of or self.is_named:
            for each in self._bare:
                self._add(each)
        found = sorted(self.found, key=lambda code: (-len(code), code))[:_MOST]
        return Codes(tuple(found)) if found else None

    def _look_into_names(self, value: dict[str, Any], kind: Kind) -> None:
        pair = PLAIN if _VALUES.isdisjoint(value) else _kind_of_pair(value)
        for name, each in value.items():
            inner = _kind_of_name(name)
            if inner is PLAIN:
                inner = pair if name in _VALUES and pair is not PLAIN else kind
            self.look_into(each, inner)

    def _scan_value(self, text: str, kind: Kind) -> None:
        if not DIGIT.search(text):
            return
        plain = folded(text).strip()
        if kind is CODE and _BARE.fullmatch(plain) and not ID_OR_INSTANT.fullmatch(plain):
            self._add(plain)
        elif kind is PLAIN and _PLAIN_NUMBER.fullmatch(plain):
            self._bare.append(plain)
        elif kind is not OTHER or not _BARE.fullmatch(plain):
            self.scan(text)

    def _scan_addresses(self, text: str) -> None:
        for address in _ADDRESS.finditer(text) if "//" in text or "www" in text else ():
            for match in _IN_ADDRESS.finditer(address[0]):
                value = match["value"].strip(".")
                is_code = _kind_of_name(match["name"]) is CODE and any(map(str.isdigit, value))
                is_secret = match["name"].lower() in KEY_WORDS_OF_CODES or match["path"] is not None
                if is_code and (_BARE.fullmatch(value) or not is_secret):
                    self._add(value)

    def _add(self, code: str) -> None:
        bare = "".join(filter(str.isalnum, code)).upper()
        self.found.add(bare)
        if prefix := re.match(r"[A-Z]{1,3}(?=\d{4,}$)", bare) if "-" in code else None:
            self.found.add(bare[prefix.end() :])


def _speaks_of_code(tokens: Sequence[Token]) -> bool:
    return any(token.kind is CODE for token in tokens)


def _is_code(text: str, tokens: Sequence[Token], index: int, *, is_named: bool) -> bool:
    """Whether a number is a code, by the words around it."""
    number = tokens[index]
    behind = tokens[index + 1] if index + 1 < len(tokens) else None
    if behind is not None and behind.kind is UNIT and behind.start - number.end <= 2:
        return False
    is_alone = _is_alone(text, number)
    before, is_close = _said_before(text, tokens, index, _ALONE if is_alone else _BEFORE)
    if before is OTHER:
        return False
    if text[: number.start].rstrip(" ").endswith(("#", "№")) and not is_close:
        return False
    said_behind, is_close_behind = _said_behind(tokens, index, is_alone=is_alone)
    said_behind = said_behind or _signs_in(tokens, index)
    is_close |= is_close_behind
    if _needs_close(number.text):
        is_year = bool(_YEAR.fullmatch(number.text))
        if is_year and index and tokens[index - 1].kind is SPAN:
            return False
        return is_close or (
            is_alone and (is_named or not is_year) and (is_named or said_behind or before is not None)
        )
    return is_named or before is CODE or said_behind


def _needs_close(number: str) -> bool:
    """Whether it is a year, a word with a digit or an id as well as a code."""
    if "".join(filter(str.isalnum, number)).isdigit():
        return _YEAR.fullmatch(number) is not None
    return not _UPPER_MIXED.fullmatch(number) or re.match(r"[A-Z]{3,}-", number) is not None


def _said_before(text: str, tokens: Sequence[Token], index: int, farthest: int) -> tuple[Kind | None, bool]:
    """What the nearest word before says that says anything, and whether it is close."""
    number = tokens[index]
    words, is_same_sentence, is_free = 0, True, True
    label: Token | None = None
    for token in reversed(tokens[:index]):
        if number.start - token.end > farthest:
            break
        if token.kind is CODE:
            if label is not None and not (is_same_sentence and is_free):
                break
            return CODE, is_same_sentence and is_free and words <= _WORDS_BEFORE
        if token.kind is OTHER and not words and is_same_sentence and is_free and label is None:
            label = token
            if not _binds(text[token.end : number.start]):
                break
        elif token.kind in (PLAIN, UNIT, OTHER):
            words += 1
        elif token.kind is NUMBER:
            is_free = False
        elif token.kind is END:
            is_same_sentence = False
    return (OTHER, False) if label is not None else (None, False)


def _binds(between: str) -> bool:
    """Whether `:`, `=` or `is` is between a word and a number, so that the word refers to the number."""
    return any(sign in between for sign in ":=：") or any(word in BINDING for word in between.lower().split())


def _said_behind(tokens: Sequence[Token], index: int, *, is_alone: bool) -> tuple[bool, bool]:
    """Whether a word for a code follows, and whether it is close."""
    number, words = tokens[index], 0
    is_close = True
    for token in tokens[index + 1 :]:
        if token.start - number.end > (_ALONE if is_alone else _BEHIND):
            break
        if token.kind is CODE:
            return True, is_close and words <= _WORDS_BEHIND
        if token.kind in (END, LINE):
            is_close = False
            if not is_alone:
                break
        words += token.kind is not LINK
    return False, False


def _signs_in(tokens: Sequence[Token], index: int) -> bool:
    """Whether the sentence says that somebody signs in, or proves who they are, with this number."""
    digits = "".join(filter(str.isalnum, tokens[index].text))
    if not index or tokens[index - 1].text.lower() not in _USED or not (digits.isdigit() and 4 <= len(digits) <= 8):
        return False
    if any(token.kind in (UNIT, OTHER) for token in tokens[index + 1 : index + 3]):
        return False
    behind = tokens[index + 1 : index + 2 + _WORDS_TO_SIGN_IN]
    before = reversed(tokens[max(0, index - 2 - _WORDS_TO_SIGN_IN) : index])
    if _names_sign_in(_sentence(behind)):
        return True
    # `Log in and use 20000 points` is about something else.
    return tokens[index - 1].text.lower() not in _SPENT and _names_sign_in(_sentence(before)[::-1])


def _sentence(tokens: Iterable[Token]) -> list[str]:
    """The words up to the end of a sentence or to another number."""
    return [each.text.lower() for each in takewhile(lambda token: token.kind not in (END, LINE, NUMBER), tokens)]


def _names_sign_in(words: Sequence[str]) -> bool:
    is_phrase = any(a in ("log", "sign") and b in ("in", "on") for a, b in pairwise(words))
    return is_phrase or not SIGN_IN.isdisjoint(words)


def _is_alone(text: str, number: Token) -> bool:
    before = text[text.rfind("\n", 0, number.start) + 1 : number.start]
    end = text.find("\n", number.end)
    behind = text[number.end : end if end >= 0 else len(text)]
    return not (before + behind).strip(" \t*_#>`|.:-")


def _kind_of_pair(value: dict[str, Any]) -> Kind:
    """What a name that is itself a value says about the value next to it: `{"name": "otp", "value": "1234"}`."""
    for each in _NAMES:
        name = value.get(each)
        if isinstance(name, str) and len(name) <= _LONGEST_NAME:
            return _kind_of_name(name)
    return PLAIN


@lru_cache(maxsize=4_096)
def _kind_of_name(name: str) -> Kind:
    """What the name of a value says about it."""
    words = [part.lower() for part in _PARTS_OF_NAME.findall(_CAMEL.sub("_", name.replace("-", "_")))]
    if words[-2:] == ["one", "time"] or (words[-3:-1] == ["one", "time"] and kind_of(words[-1]) is CODE):
        return CODE
    kinds = {kind_of(word) for word in words}
    if OTHER in kinds or any(word in KEY_WORDS_OF_OTHERS for word in words):
        return OTHER
    if CODE in kinds or any(word in KEY_WORDS_OF_CODES for word in words):
        return CODE
    return PLAIN
