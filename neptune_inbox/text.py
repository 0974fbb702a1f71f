"""The one sanitiser for text that came from outside.

Apart, because every such text passes here exactly once, after its last decode, before it is stored or drawn.
Control characters, bidi tricks and towers of marks are gone before any front end sees them.
"""

from __future__ import annotations

import math
import re
import unicodedata
from typing import Final, NamedTuple, NewType

from neptune_inbox.errors import UsageProblem
from neptune_inbox.text_graphemes import is_new_picture

CleanText = NewType("CleanText", str)
NO_TEXT = CleanText("")

LINE_LIMIT: Final = 300
BLOCK_LIMIT: Final = 65_536
LONGEST_LINE: Final = 4_096
URL_LIMIT: Final = 2_048
JSON_LIMIT: Final = 262_144

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_JOINER = "\N{ZERO WIDTH JOINER}"
_JOINERS = _JOINER + "\N{ZERO WIDTH NON-JOINER}"
_KEYCAP = 0x20E3
_MARKS_PER_BASE = 3
_MARKS_PER_COMPLEX_BASE = 8
_BREAKS = frozenset("\n\r\v\f\x85\u2028\u2029")

_PICTURE = (
    "\xa9\xae\u203c\u2049\u2122\u2139\u2194-\u2199\u21a9\u21aa\u231a-\u23ff\u24c2\u25aa-\u25fe\u2600-\u27bf"
    "\u2934\u2935\u2b05-\u2b55\u3030\u303d\u3297\u3299\U0001f000-\U0001f1e5\U0001f200-\U0001faff"
)
_ANY_JOINER = re.compile(f"[{_JOINERS}]")
_PICTURE_BASE = re.compile(f"[{_PICTURE}]")
_COMPLEX_BASE = re.compile(
    "[\u0590-\u08ff\u0900-\u0fff\u1000-\u109f\u1700-\u18af\u1900-\u1cff\ua800-\uabff\ufb1d-\ufdff\ufe70-\ufefc\U00011000-\U00011fff]"
)
"""Hebrew, Arabic, Mongolian and the scripts of India and South-East Asia.

There a letter may rightly carry many marks, and a joiner (or what keeps letters apart) spells another word.
"""
_PLAIN_BLOCK = re.compile(r"[\n\x20-\x7e]*")
_BLANK_LINES = re.compile(r"(?:\A|\n)(?: *\n){3,}")
_LONG_LINE = re.compile(rf"[^\n]{{{LONGEST_LINE}}}(?=[^\n])")
_SKIN_TONE = re.compile("[\U0001f3fb-\U0001f3ff]")
_JOINED_TAIL = re.compile(f"{_JOINER}[{_PICTURE}]")
_HTML = re.compile(
    r"<(?:!doctype|!--|/?(?:a|b|blockquote|body|br|code|div|em|font|h[1-6]|head|hr|html|i|img|li|ol|p|pre|s|script"
    r"|small|span|strong|style|sub|sup|table|tbody|td|th|tr|u|ul)(?=[\s/>]))",
    re.IGNORECASE,
)
_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9])?\.?|\[[0-9a-f:.]+\]")


class _Table(dict[int, str | int | None]):
    """What `str.translate` puts in place of a character, worked out when it is first met.

    It keeps at most 8,192 answers, so that hostile text cannot make it grow.
    """

    def __init__(self, line_break: str) -> None:
        super().__init__()
        self._line_break = line_break

    def __missing__(self, code: int) -> str | int | None:
        answer = self._replace(chr(code))
        if len(self) < 8_192:
            self[code] = answer
        return answer

    def _replace(self, char: str) -> str | int | None:
        if char in _BREAKS:
            return self._line_break
        if char == "\t":
            return " "
        category = unicodedata.category(char)
        if category == "Cf":
            return char if char in _JOINERS else None
        if category == "Cn" and is_new_picture(char):
            return ord(char)
        return _REPLACEMENT if category in ("Cc", "Cs", "Co", "Cn") else ord(char)


class _ColumnTable(dict[int, str | int | None]):
    """Drops what terminals measure too differently: variants, keycaps, the tails of jamo, fillers. Marks stay."""

    def __missing__(self, code: int) -> str | int | None:
        answer = self._reduce(code)
        if len(self) < 8_192:
            self[code] = answer
        return answer

    def _reduce(self, code: int) -> str | int | None:
        is_jamo_tail = 0x115F <= code <= 0x11FF or 0xD7B0 <= code <= 0xD7FF
        is_filler = code in (0x3164, 0xFFA0)
        is_variant = 0xFE00 <= code <= 0xFE0F or 0xE0100 <= code <= 0xE01EF
        return None if is_jamo_tail or is_filler or is_variant or code == _KEYCAP else code


_LINE_TABLE = _Table(" ")
_BLOCK_TABLE = _Table("\n")
_COLUMN_TABLE = _ColumnTable()


def clean_line(s: str, limit: int = LINE_LIMIT) -> CleanText:
    """One line without anything that could move a cursor, hide or reorder text; at most `limit` characters.

    Idempotent. Breaks and tabs become spaces, other controls U+FFFD, format characters vanish (hostile.md 2.3).
    """
    s = s[:limit]
    if s.isascii() and s.isprintable():
        return CleanText(s)
    s = _canonical(s.replace("\r\n", "\n").translate(_LINE_TABLE))
    return CleanText(_limit_marks(s)[:limit].rstrip(_JOINERS))


def clean_block(s: str, limit: int = BLOCK_LIMIT) -> CleanText:
    """Several lines, cleaned as `clean_line` cleans one; at most `limit` characters.

    Only `\\n` breaks lines; three blank lines or more become one; a line over 4,096 characters is broken.
    """
    s = s[:limit]
    if not _PLAIN_BLOCK.fullmatch(s):
        s = _canonical(s.replace("\r\n", "\n").translate(_BLOCK_TABLE))
    s = _LONG_LINE.sub("\\g<0>\n", s)
    s = _BLANK_LINES.sub(lambda run: "\n\n" if run.start() else "\n", s)
    if not s.isascii():
        s = _limit_marks(_without_stray_joiners(s))
    return CleanText(s[:limit].rstrip(_JOINERS))


def body_to_markdown(s: str) -> CleanText:
    """A notification's body as cleaned Markdown: HTML is reduced to it, Markdown and plain text stay as they are.

    At most 65,536 characters are read. Links survive as `[text](url)` for https and mailto alone.
    """
    s = s[:BLOCK_LIMIT]
    if _HTML.search(s):
        from neptune_inbox.text_html import html_to_markdown

        s = html_to_markdown(s)
    return clean_block(s)


def column_text(s: str) -> CleanText:
    """A line for a list column: every mark and word kept, and left out what terminals differ about too much to align.

    Those are variation selectors, keycaps, skin tones, the tails of joined pictures and of jamo, and fillers
    (measured in seventeen terminals: tests/data/widths.txt).
    """
    s = clean_line(s)
    if s.isascii():
        return CleanText(s)
    kept = _SKIN_TONE.sub("", _JOINED_TAIL.sub("", s.translate(_COLUMN_TABLE)))
    # What was left out may have stood between marks, which are too many now or belong in another order.
    return s if kept == s else clean_line(kept)


def ascii_json(value: object) -> str:
    """A JSON value as compact ASCII text; lone surrogates and NaN survive as escapes and null.

    Over 262,144 characters it becomes `{"cut":true,"characters":…,"start":"…"}`, which is still JSON.
    """
    import json

    try:
        text = json.dumps(value, separators=(",", ":"), allow_nan=False)
    except (ValueError, TypeError, RecursionError):
        text = json.dumps(_tame(value, levels=50), separators=(",", ":"))
    if len(text) <= JSON_LIMIT:
        return text
    cut = {"cut": True, "characters": len(text), "start": text[: JSON_LIMIT // 4]}
    return json.dumps(cut, separators=(",", ":"))


class Link(NamedTuple):
    """A link that may be opened, after asking."""

    url: str
    """ASCII, starts with `https://`: safe as one argument of a command."""
    host: str
    """The host in punycode, lower case."""
    shown_host: str
    """The host as it is shown: punycode, with the port where one is named."""
    is_suspicious: bool
    """The host is not plain ASCII, is punycode, or is a bare address: say so next to it."""


def check_link(url: str) -> Link:
    """Lets an https link with an honest host through, made ASCII; raises `UsageProblem` for everything else."""
    from urllib.parse import quote, urlsplit

    if len(url) > URL_LIMIT:
        raise _bad_link(f"it is longer than {URL_LIMIT:,} characters")
    if url.startswith("-") or "\\" in url or "%action" in url:
        raise _bad_link("it contains characters that no honest link needs")
    if any(unicodedata.category(char)[0] in "CZ" for char in url):
        raise _bad_link("it contains spaces or invisible characters")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise _bad_link("its address is not valid") from None
    if parts.scheme != "https":
        raise _bad_link("only https links are opened")
    if "@" in parts.netloc:
        raise _bad_link("it has a user name before the host")
    ascii_host = _punycode(f"[{host}]" if ":" in host else host)
    host_port = ascii_host if port is None else f"{ascii_host}:{port}"
    tail = quote(parts.path, safe="/%:@!$&'()*+,;=~") or "/"
    tail += f"?{quote(parts.query, safe='/%:@!$&()*+,;=~?')}" if parts.query else ""
    tail += f"#{quote(parts.fragment, safe='/%:@!$&()*+,;=~?')}" if parts.fragment else ""
    last_label = ascii_host.rstrip(".").rpartition(".")[2]
    is_suspicious = not host.isascii() or "xn--" in ascii_host or not re.search(r"\A[a-z]", last_label)
    return Link(f"https://{host_port}{tail}", ascii_host, host_port, is_suspicious)


def _bad_link(why: str) -> UsageProblem:
    return UsageProblem(f"This link is not opened: {why}.", "Copy it with `Y` to inspect it.")


NO_HOST = "its host is not a name"


def _punycode(host: str) -> str:
    try:
        ascii_host = host if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError:
        raise _bad_link(NO_HOST) from None
    if not _HOST.fullmatch(ascii_host.lower()) or ".." in ascii_host:
        raise _bad_link(NO_HOST)
    return ascii_host.lower()


def _canonical(s: str) -> str:
    # Twice: composing may turn the picture after a joiner into something else.
    return _without_stray_joiners(unicodedata.normalize("NFC", _without_stray_joiners(s)))


def _without_stray_joiners(s: str) -> str:
    """Without the joiners that only hide something: they stay between pictures, and within words that need them."""
    return _ANY_JOINER.sub(_joiner_or_nothing, s)


def _joiner_or_nothing(found: re.Match[str]) -> str:
    s, start, end = found.string, found.start(), found.end()
    before, after = s[start - 1 : start] if start else "", s[end : end + 1]
    if _COMPLEX_BASE.match(before) and _COMPLEX_BASE.match(after):
        return found[0]
    if found[0] == _JOINER and _PICTURE_BASE.match(after):
        base = s[start - 2 : start - 1] if before == "\ufe0f" and start > 1 else before
        return _JOINER if _PICTURE_BASE.match(base) else ""
    return ""


def _limit_marks(s: str) -> str:
    marks = {char for char in set(s) if unicodedata.category(char)[0] == "M"}
    if not marks:
        return s
    kept: list[str] = []
    base, run = "", 0
    for char in s:
        if char not in marks:
            # A joiner is no new base for a tower of marks.
            base, run = (base, run) if char in _JOINERS else (char, 0)
        else:
            run += 1
            if run > _MARKS_PER_BASE and (run > _MARKS_PER_COMPLEX_BASE or not _COMPLEX_BASE.match(base)):
                continue
        kept.append(char)
    return "".join(kept)


def _tame(value: object, levels: int) -> object:
    """The same value without what JSON cannot say: too deep, not a number, or no JSON type at all."""
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, int | float):
        is_sayable = math.isfinite(value) if isinstance(value, float) else value.bit_length() < 4_096
        return value if is_sayable else None
    if levels == 0 or not isinstance(value, dict | list | tuple):
        return None
    if isinstance(value, dict):
        return {str(key): _tame(part, levels - 1) for key, part in value.items()}
    return [_tame(part, levels - 1) for part in value]
