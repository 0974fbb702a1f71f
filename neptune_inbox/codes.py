"""One-time codes in what customers were sent: found by the words around them or by the event type, and masked."""

from __future__ import annotations

import json
import re
from fnmatch import fnmatch
from functools import lru_cache
from typing import Any, Final

from msgspec import Struct

WORDS: Final = (
    *("code", "otp", "pin", "tan", "passcode", "password", "one-time", "verification", "verify", "2fa"),
    *("código", "codigo", "codice", "kod", "kode", "код", "验证码", "驗證碼", "認証", "コード", "인증번호"),
)
EVENTS: Final = ("*otp*", "*2fa*", "*mfa*", "*verif*", "*one_time*", "*passcode*", "*login_code*")
_HIDDEN: Final = "•"
_NEAR: Final = 60
"""Characters between a code and the word that tells what it is."""
_DIGITS: Final = r"\d(?:[ -]?\d){3,9}"
_CODE = re.compile(
    rf"(?<![\w#€$£.,:/-])(?:[A-Z]-)?(?:{_DIGITS}|(?=[A-Z]*\d)(?=\d*[A-Z])[A-Z\d]{{5,10}})(?![\w%]|[.,:/-]\d)"
)
_DIGIT = re.compile(r"\d")
_DATE = re.compile(r"(?:19|20)\d\d-\d\d-\d\d")


class CodeMask(Struct, frozen=True):
    """What hides one-time codes; without `events` and `words` it hides nothing."""

    events: tuple[str, ...] = EVENTS
    words: tuple[str, ...] = WORDS

    def text(self, text: str, event_type: str) -> str:
        """The text with every code in it hidden, at the same length."""
        if not _CODE.search(text):
            return text
        is_named = self._is_event(event_type)
        words = [] if is_named else [match.span() for match in self._words().finditer(text)]

        def hide(match: re.Match[str]) -> str:
            start, end = match.span()
            is_near = is_named or any(start - _NEAR <= at[1] and at[0] <= end + _NEAR for at in words)
            return _hidden(match[0]) if is_near and not _DATE.fullmatch(match[0]) else match[0]

        return _CODE.sub(hide, text)

    def json(self, text: str, event_type: str) -> str:
        """The same for every text in JSON, and for what a name such as `otp` stands before."""
        if not _DIGIT.search(text):
            return text
        try:
            value = json.loads(text)
        except ValueError:
            return self.text(text, event_type)
        masked = self._value(value, event_type, is_code=False)
        return text if masked == value else json.dumps(masked)

    def _value(self, value: Any, event_type: str, *, is_code: bool) -> Any:
        if isinstance(value, dict):
            return {
                name: self._value(each, event_type, is_code=self._names_code(name)) for name, each in value.items()
            }
        if isinstance(value, list):
            return [self._value(each, event_type, is_code=is_code) for each in value]
        if is_code and isinstance(value, str | int) and not isinstance(value, bool):
            return _hidden(str(value)) if _CODE.fullmatch(str(value)) else value
        return self.text(value, event_type) if isinstance(value, str) and not _is_id(value) else value

    def _names_code(self, name: str) -> bool:
        return _is_any_word(name, self.words)

    def _is_event(self, event_type: str) -> bool:
        return _is_like_any(event_type, self.events)

    def _words(self) -> re.Pattern[str]:
        return _pattern(self.words)


@lru_cache(maxsize=1024)
def _is_any_word(name: str, words: tuple[str, ...]) -> bool:
    return any(part in words for part in re.split(r"[\W_]+", name.lower()))


@lru_cache(maxsize=1024)
def _is_like_any(event_type: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch(event_type.lower(), pattern.lower()) for pattern in patterns)


@lru_cache
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    plain = "|".join(re.escape(word) for word in words if word.isascii())
    others = "|".join(re.escape(word) for word in words if not word.isascii())
    parts = [rf"(?<![^\W_])(?:{plain})s?(?![^\W_])" if plain else "", others]
    return re.compile("|".join(filter(None, parts)) or r"(?!)", re.IGNORECASE)


def _hidden(code: str) -> str:
    return "".join(_HIDDEN if char.isalnum() else char for char in code)


def _is_id(text: str) -> bool:
    """Whether it is a UUID or an instant, in which digits are no code."""
    return bool(re.fullmatch(r"[\da-fA-F]{8}(?:-[\da-fA-F]{4}){3}-[\da-fA-F]{12}|\d{4}-\d\d-\d\d[T ].*", text))


NO_MASK: Final = CodeMask((), ())
