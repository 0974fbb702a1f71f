"""One-time codes in what customers were sent: found in any part of a notification, and hidden in all of them."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from msgspec import MsgspecError, Struct
from msgspec.json import decode

from neptune_inbox.code_words import CANDIDATE, EVENTS, is_like_any, may_speak_of_code

if TYPE_CHECKING:
    from neptune_inbox.code_hiding import Codes


class CodeMask(Struct, frozen=True):
    """What finds one-time codes by the event type and by words in many languages."""

    events: tuple[str, ...] = EVENTS
    more_words: tuple[str, ...] = ()
    """In addition to those of `code_words`."""
    is_on: bool = True
    """Otherwise nothing is hidden."""

    def find(
        self,
        event_type: str,
        title: str,
        body: str = "",
        others: tuple[str, ...] = (),
        payloads: tuple[str, ...] = (),
    ) -> Codes | None:
        """The codes in the parts of one notification, of which `payloads` are JSON, the row as it came not the first.

        None where there are none.
        """
        return _codes_in(self, event_type, title, body, others, payloads) if self.is_on else None

    def text(self, text: str, event_type: str) -> str:
        """One text with every code in it hidden, at the same length."""
        codes = self.find(event_type, text)
        return codes.hide(text) if codes else text


@lru_cache(maxsize=1_024)
def _codes_in(
    mask: CodeMask, event_type: str, title: str, body: str, others: tuple[str, ...], payloads: tuple[str, ...]
) -> Codes | None:
    """As `find`; a list reads each notification twice, for its row and for the whole of it."""
    is_named = is_like_any(event_type, mask.events)
    if not is_named:
        text = "\n".join((title, body, *others, *map(_unescaped, payloads[:1])))
        # What is ASCII is looked through faster alone. The row as it came repeats the payload, which is the first.
        rest = "\n".join(payloads[1:])
        parts = (f"{text}\n{rest}",) if text.isascii() and rest.isascii() else (text, rest)
        if not any(_may_speak_of_code(part, mask.more_words) for part in parts):
            return None
    # The patterns of the finder are not needed before a notification speaks of a code.
    from neptune_inbox.code_finder import Finder

    finder = Finder(is_named, _pattern(mask.more_words))
    finder.scan_both(title, body)
    for text in others:
        finder.scan(text)
    for payload in payloads:
        value = parsed(payload)
        with suppress(RecursionError):
            finder.look_into(value)
    return finder.codes()


def _unescaped(payload: str) -> str:
    """JSON text in which words can be looked for."""
    return json.dumps(parsed(payload), ensure_ascii=False) if "\\u" in payload else payload


def _may_speak_of_code(text: str, more_words: tuple[str, ...]) -> bool:
    if may_speak_of_code(text):
        return True
    if not more_words:
        return False
    lower = text.lower()
    return any(word.lower() in lower for word in more_words)


def may_hold_code(title: str) -> bool:
    """Whether there is anything in a title that could be a code: quick, and true where it is not sure."""
    return CANDIDATE.search(title) is not None


def hide_in_json(codes: Codes, payload: str) -> str:
    """JSON text without these codes; unchanged where none is in it."""
    if not codes.may_be_in_json(payload):
        return payload
    value = parsed(payload)
    try:
        hidden = codes.hide_value(value)
    except RecursionError:
        return codes.hide(payload)
    if hidden == value:
        return payload
    return json.dumps(hidden) if value is not payload else str(hidden)


def parsed(payload: str) -> Any:
    """The JSON value of a text; the text itself where it is not JSON."""
    try:
        return decode(payload)
    except (MsgspecError, UnicodeEncodeError, RecursionError):
        # What is no strict JSON may still be what Python reads: half a surrogate pair, a number beyond all bounds.
        return _parsed_by_python(payload)


def _parsed_by_python(payload: str) -> Any:
    try:
        return json.loads(payload)
    except (ValueError, RecursionError):
        return payload


@lru_cache
def _pattern(words: tuple[str, ...]) -> str:
    return "|".join(re.escape(word) for word in words)


NO_MASK: Final = CodeMask(is_on=False)
