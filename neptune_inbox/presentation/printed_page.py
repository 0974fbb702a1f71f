"""A page to hand over, as Markdown or as one HTML file; what customers and agents wrote is text in each."""

from __future__ import annotations

import html
import re

from msgspec import Struct

from neptune_inbox.text import clean_block, clean_line

NOTHING = "Nothing."
_LONGEST = 5_000
_MARKDOWN = re.compile(r"[\\`*_\[\]<>|~$#]|&(?=#?\w+;)|(?<=\w):(?=//)|(?<=\bwww)\.|(?<=\w)@(?=\w)", re.IGNORECASE)
"""What Markdown would read as a sign or a link inside a line; a hyphen or a bracket of the text stays as it is."""
_AT_START = re.compile(r"(?:[#+=-]|\d+(?=[.)]))")
"""What Markdown would read as a heading or a list, where a line begins with it."""
_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a;"
    "background:#fff}h1{font-size:1.5rem}h2{font-size:1.1rem;margin-top:2rem;border-bottom:1px solid #ccc}"
    "h3{font-size:1rem;margin-bottom:.3rem}li{margin:.3rem 0;overflow-wrap:anywhere}"
    "code,pre{background:#f2f2f2;padding:0 .3em}pre{padding:.5em;white-space:pre-wrap;overflow-wrap:anywhere}"
    "@media(prefers-color-scheme:dark){body{color:#ddd;background:#161616}code,pre{background:#2a2a2a}"
    "h2{border-color:#444}}"
)


class Inline(Struct, frozen=True):
    """A part of a line: words of ours or of somebody else, or an id."""

    text: str
    is_code: bool = False


class Section(Struct, frozen=True):
    """A heading, its lines, and a text below them that is shown as it is."""

    title: str
    lines: tuple[tuple[Inline, ...], ...] = ()
    block: str = ""
    is_within: bool = False
    """It belongs to the section before it that is not within another."""


class PrintedPage(Struct, frozen=True):
    """A title, the line below it, and the sections."""

    title: str
    below: str
    sections: tuple[Section, ...]


def page_line(*parts: Inline | str) -> tuple[Inline, ...]:
    """A line of words of ours, or of somebody else's, and ids."""
    return tuple(Inline(part) if isinstance(part, str) else part for part in parts)


def code(text: str) -> Inline:
    """An id, or anything else that is named letter for letter."""
    return Inline(text, is_code=True)


def to_markdown(page: PrintedPage) -> str:
    """The page as Markdown."""
    lines = [f"# {_escaped(page.title)}", "", _escaped(page.below)]
    for part in page.sections:
        lines += ["", f"{'###' if part.is_within else '##'} {_escaped(part.title)}"]
        items = [f"- {_first_escaped(''.join(_markdown(piece) for piece in each))}" for each in part.lines]
        if items or not part.block:
            lines += ["", *(items or [NOTHING])]
        if part.block:
            fence = _fence(part.block, "```")
            lines += ["", f"{fence}text", _block(part.block), fence]
    return "\n".join(lines) + "\n"


def to_html(page: PrintedPage) -> str:
    """The page as one HTML file: no script, and nothing that is fetched from anywhere."""
    body = [f"<h1>{_html_text(page.title)}</h1>", f"<p>{_html_text(page.below)}</p>"]
    for part in page.sections:
        level = "h3" if part.is_within else "h2"
        body.append(f"<{level}>{_html_text(part.title)}</{level}>")
        items = [f"<li>{''.join(_html(piece) for piece in each)}</li>" for each in part.lines]
        if items or not part.block:
            body.append(f"<ul>{''.join(items)}</ul>" if items else f"<p>{NOTHING}</p>")
        if part.block:
            body.append(f"<pre>{html.escape(_block(part.block))}</pre>")
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{_html_text(page.title)}</title><style>{_STYLE}</style></head>\n<body>\n"
        + "\n".join(body)
        + "\n</body></html>\n"
    )


def _escaped(text: str) -> str:
    return _MARKDOWN.sub(lambda sign: f"\\{sign[0]}" if sign[0] != "&" else "&amp;", clean_line(text, _LONGEST))


def _first_escaped(text: str) -> str:
    found = _AT_START.match(text)
    if found is None:
        return text
    at = 0 if found[0] in "#+=-" else found.end()
    return f"{text[:at]}\\{text[at:]}"


def _markdown(piece: Inline) -> str:
    if not piece.is_code:
        return _escaped(piece.text)
    text = clean_line(piece.text, 600)
    fence, gap = _fence(text, "`"), " " if "`" in text else ""
    return f"{fence}{gap}{text}{gap}{fence}"


def _fence(text: str, shortest: str) -> str:
    """More backticks than occur together anywhere in the text."""
    return max(shortest, "`" * (1 + max((len(run) for run in re.findall("`+", text)), default=0)), key=len)


def _block(text: str) -> str:
    return clean_block(text, limit=max(1, len(text)))


def _html(piece: Inline) -> str:
    text = _html_text(piece.text)
    return f"<code>{text}</code>" if piece.is_code else text


def _html_text(text: str) -> str:
    return html.escape(clean_line(text, _LONGEST))
