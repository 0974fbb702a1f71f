"""HTML bodies, reduced to Markdown.

Apart from `text.py`, because only few bodies are HTML, and nh3 and a parser are loaded for those alone.
Three steps: tags are thinned out so that no parser can be made to work hard, nh3 keeps the honest ones, and a walk
over its well-formed output writes Markdown. What comes out still goes through `text.clean_block`.
"""

from __future__ import annotations

import itertools
import re
from html.parser import HTMLParser
from typing import Final

from msgspec import Struct, field

DEEPEST: Final = 50
MOST_TAGS: Final = 4_000
MOST_WALKED: Final = 8_000

_INLINE = {"a", "b", "br", "code", "em", "i", "strong"}
_CELLS = {"td", "th"}
_BLOCKS = {"blockquote", "div", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "table", "tr", "ul"}
_KEPT = _INLINE | _CELLS | _BLOCKS
_UNSHOWN = {"script", "style", "title"}
_VOID = {"br", "hr"}
_CLOSED_BY_NEXT = {"li", "p", "td", "th", "tr"}
_LIKE_DIV = {"address", "article", "aside", "center", "dd", "dl", "dt", "footer", "header", "main", "section", "body"}
_EMPHASIS = {"b": "**", "strong": "**", "i": "*", "em": "*"}
_SCHEMES = ("https://", "mailto:")

_TAG = re.compile(r"""<(/?)([a-zA-Z][a-zA-Z0-9]*)((?:[^<>"']++|"[^"<]*+"|'[^'<]*+'|["'])*+)>?""")
_SURROGATE = re.compile("[\ud800-\udfff]")
_SPACE = re.compile(r"[ \t\r\n\f]+")
_SPECIAL = re.compile(r"[\\`*\[\]<]|(?<!\w)_|_(?!\w)")
_SPACES = re.compile(r" {2,}")
_ONE_BREAK = re.compile(r"(?<!\n)\n(?!\n)")
_BREAKS = re.compile(r" *\n[ \n]*")
_BLOCK_START = re.compile(r"(?m)^(?:(#{1,6}(?= )|>|[-+](?= ))|(\d{1,9})([.)](?= )))")


def html_to_markdown(html: str) -> str:
    """Markdown for a piece of HTML; pictures, styles, scripts and every link but https and mailto are left out.

    A body with inline tags alone is taken for Markdown with HTML in it: its line breaks and signs stay.
    """
    import nh3

    thin, has_blocks = _thin_out(html)
    safe = nh3.clean(
        thin,
        tags=_KEPT,
        clean_content_tags=_UNSHOWN,
        attributes={"a": {"href"}},
        url_schemes={"https", "mailto"},
        url_relative="deny",
        link_rel=None,
    )
    walk = _Walk(is_pure_html=has_blocks)
    for start in range(0, len(safe), 8_192):
        walk.feed(safe[start : start + 8_192])
        if walk.tags_seen > MOST_WALKED:
            walk.handle_data(" …")
            break
    else:
        walk.close()
    return walk.markdown()


def _thin_out(html: str) -> tuple[str, bool]:
    """The same HTML without unknown tags and attributes, nested 50 deep at most; and whether it has block tags."""
    open_tags: list[str] = []
    tags_seen = 0
    has_blocks = False

    def keep(tag: re.Match[str]) -> str:
        nonlocal tags_seen, has_blocks
        name = tag[2].lower()
        name = "div" if name in _LIKE_DIV else name
        tags_seen += 1
        if name not in _KEPT and name not in _UNSHOWN:
            return ""
        has_blocks = has_blocks or name in _BLOCKS
        if tags_seen > MOST_TAGS:
            return " "
        if name in _VOID:
            return f"<{name}>"
        if tag[1]:
            if name not in open_tags:
                return ""
            while open_tags.pop() != name:
                pass
            return f"</{name}>"
        if not (open_tags and open_tags[-1] == name and name in _CLOSED_BY_NEXT):
            if len(open_tags) >= DEEPEST:
                return ""
            open_tags.append(name)
        return f"<a{tag[3]}>" if name == "a" else f"<{name}>"

    # nh3 takes UTF-8, which cannot say half a surrogate pair.
    return _TAG.sub(keep, _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", html)), has_blocks


class _Frame(Struct):
    """An inline element that is still open."""

    tag: str
    href: str = ""
    pieces: list[str] = field(default_factory=list)


class _Container(Struct):
    """A list item or a quote: what its first line starts with, and all others."""

    tag: str
    first: str
    rest: str
    is_fresh: bool = True

    def next_prefix(self) -> str:
        prefix = self.first if self.is_fresh else self.rest
        self.is_fresh = False
        return prefix


class _List(Struct):
    """A list that is still open."""

    is_ordered: bool
    items: int = 0

    def next_sign(self) -> str:
        self.items += 1
        return f"{self.items}. " if self.is_ordered else "- "


class _Walk(HTMLParser):
    """Writes Markdown while it walks over nh3's output."""

    def __init__(self, *, is_pure_html: bool) -> None:
        super().__init__(convert_charrefs=True)
        self.tags_seen = 0
        self._is_pure_html = is_pure_html
        self._lines: list[str] = []
        self._frames = [_Frame("")]
        self._containers: list[_Container] = []
        self._lists: list[_List] = []
        self._heading = ""
        self._is_tight = True
        self._pre = 0

    def markdown(self) -> str:
        """What has been written, open blocks included."""
        self._flush()
        return "\n".join(self._lines)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags_seen += 1
        if tag == "br":
            self._frames[-1].pieces.append("\n")
        elif tag in _CELLS:
            if "".join(self._frames[-1].pieces).strip():
                self._frames[-1].pieces.append(" | ")
        elif tag in _BLOCKS:
            self._flush()
            self._open_block(tag)
        elif not self._pre:
            self._frames.append(_Frame(tag, dict(attrs).get("href") or ""))

    def handle_endtag(self, tag: str) -> None:
        self.tags_seen += 1
        if tag in _BLOCKS:
            self._flush()
            self._close_block(tag)
        elif tag in _INLINE and len(self._frames) > 1 and self._frames[-1].tag == tag:
            frame = self._frames.pop()
            self._frames[-1].pieces.append(self._wrap(frame))

    def handle_data(self, data: str) -> None:
        if self._is_pure_html and not self._pre:
            data = _SPACE.sub(" ", data)
            if not any(frame.tag == "code" for frame in self._frames):
                data = _SPECIAL.sub(r"\\\g<0>", data)
        self._frames[-1].pieces.append(data)

    def _open_block(self, tag: str) -> None:
        if not self._is_in_fresh_item():
            self._is_tight = tag in {"li", "ul", "ol"} and bool(
                len(self._lists) > 1 or (self._lists and (self._lists[-1].items or tag != "li"))
            )
        if tag in {"ul", "ol"}:
            self._lists.append(_List(is_ordered=tag == "ol"))
        elif tag == "li":
            sign = self._lists[-1].next_sign() if self._lists else "- "
            self._containers.append(_Container(tag, sign, " " * len(sign)))
        elif tag == "blockquote":
            self._containers.append(_Container(tag, "> ", "> "))
        elif tag == "pre":
            self._pre += 1
        elif tag == "hr":
            self._write("---")
        elif tag[0] == "h":
            self._heading = "#" * int(tag[1]) + " "

    def _close_block(self, tag: str) -> None:
        if tag in {"ul", "ol"} and self._lists:
            self._lists.pop()
        elif tag in {"li", "blockquote"} and self._containers and self._containers[-1].tag == tag:
            self._containers.pop()
        elif tag == "pre" and self._pre:
            self._pre -= 1

    def _is_in_fresh_item(self) -> bool:
        return bool(self._containers) and self._containers[-1].tag == "li" and self._containers[-1].is_fresh

    def _flush(self) -> None:
        """Writes the block under way; inline elements that reach over its end are closed, and open again after it."""
        reopened = [_Frame(frame.tag, frame.href) for frame in self._frames]
        while len(self._frames) > 1:
            frame = self._frames.pop()
            self._frames[-1].pieces.append(self._wrap(frame))
        text = "".join(self._frames[0].pieces)
        self._frames = reopened
        if self._pre:
            fence = "`" * max(3, _longest_run(text) + 1)
            text = f"{fence}\n{text.strip(chr(10))}\n{fence}" if text.strip() else ""
        elif self._is_pure_html:
            text = _BREAKS.sub(lambda run: "\n\n" if run[0].count("\n") > 1 else "\n", _SPACES.sub(" ", text)).strip()
            text = _ONE_BREAK.sub("\\\\\n", _BLOCK_START.sub(r"\2\\\1\3", text))
        if text.strip():
            self._write(self._heading + text if self._heading else text)
        self._heading = ""

    def _write(self, text: str) -> None:
        if self._lines and not self._is_tight:
            settled = itertools.takewhile(lambda box: not box.is_fresh, self._containers)
            self._lines.append("".join(box.rest for box in settled).rstrip())
        for line in text.split("\n"):
            self._lines.append(("".join(box.next_prefix() for box in self._containers) + line).rstrip())
        self._is_tight = False

    def _wrap(self, frame: _Frame) -> str:
        text = "".join(frame.pieces)
        core = text.strip()
        if not core:
            return text
        before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
        is_nested = any(other.tag in (frame.tag, "code") for other in self._frames)
        if frame.tag == "code" and not is_nested:
            ticks = "`" * (_longest_run(core) + 1)
            pad = " " if "`" in core else ""
            core = f"{ticks}{pad}{core}{pad}{ticks}"
        elif frame.tag in _EMPHASIS and not is_nested and "\n" not in core:
            core = f"{_EMPHASIS[frame.tag]}{core}{_EMPHASIS[frame.tag]}"
        elif frame.tag == "a" and frame.href.lower().startswith(_SCHEMES) and not _SPACE.search(frame.href):
            target = frame.href.replace("(", "%28").replace(")", "%29").replace("<", "%3C").replace(">", "%3E")
            core = f"[{core}]({target})"
        return f"{before}{core}{after}"


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall("`+", text)), default=0)
