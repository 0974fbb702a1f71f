"""Markdown, JSON and ids as a voice should read them: sentences without marks, braces and columns; pure.

What was sent is not changed, only how it is said: `3 raw` reads it letter by letter as it came.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress

from neptune_inbox.model import JsonValue

DEEPEST = 40
"""Levels of JSON that are read out; anything deeper is said as it is written."""
LONGEST_ADDRESS = 60
MOST_TOKENS = 20_000
"""Marks in one paragraph that are looked at; a text with more of them is not prose."""

_UUID = r"[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}"
_LONG_ID = re.compile(
    rf"(?<![\w-])(?:{_UUID}|(?=[A-Za-z_:-]{{0,60}}\d)(?![a-z]+(?:_[a-z0-9]+)+(?![\w-]))[A-Za-z0-9][\w:-]{{31,}})(?![\w-])",
    re.ASCII,
)
_FENCE = re.compile(r" {0,3}(```+|~~~+)")
_HEADING = re.compile(r" {0,3}#{1,6}(?:[ \t]+|$)")
_CLOSING_HASHES = re.compile(r"[ \t]+#{1,9}[ \t]*$")
_RULE = re.compile(r" {0,3}(?:=+|(?:-[ \t]*){2,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})")
_BULLET = re.compile(r"\s{0,40}[-*+][ \t]+(?:\[([ xX])\][ \t]+)?")
_QUOTE = re.compile(r" {0,3}>[ \t]?")
_TABLE_RULE = re.compile(r" {0,3}\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*){0,99}\|?[ \t]*")
_CELL_END = re.compile(r"(?<!\\)\|")
_GAP = re.compile(r"(?<=\S)(?:[ ]{2,}|[ ]*\t[ \t]*)(?=\S)")
_TOKEN = re.compile(
    r"\\(?P<escaped>[!-/:-@\[-`{-~])"
    r"|(?P<code>`+)"
    r"|(?P<image>!?)\[(?P<label>[^\[\]]{0,300})\]\(<?(?P<target>[^()<>\s]{1,2048})>?(?:\s+[\"'][^\"'\n]{0,300}[\"'])?\)"
    r"|<?(?P<address>(?:https?://|mailto:)[^\s<>)\]*]{1,2048})>?"
    r"|(?P<mark>\*{1,3}|_{1,3}|~~)"
)


def spoken_ids(text: str) -> str:
    """The text with each UUID and other long identifier cut to its last four characters."""
    return _LONG_ID.sub(lambda found: f"long id ending in {found[0][-4:]}", text)


def spoken_json(text: str) -> list[str]:
    """`card: 4242`, a line for each value of JSON text; text that is not JSON stays as it is."""
    try:
        value: JsonValue = json.loads(text)
    except (ValueError, RecursionError):
        return text.splitlines()
    return list(_say_value("", value, DEEPEST))


def spoken_markdown(text: str) -> list[str]:
    """The lines of Markdown without its marks: links as words, tables and lists as sentences."""
    said: list[str] = []
    paragraph: list[str] = []
    lines = text.split("\n")
    index, fence = 0, ""
    while index < len(lines):
        line = lines[index]
        index += 1
        if mark := _FENCE.match(line):
            if not fence:
                said += _say_paragraph(paragraph)
                fence = mark[1]
                continue
            if line.strip().startswith(fence):
                fence = ""
                continue
        if fence:
            said.append(line.rstrip())
        elif _is_table(lines, index - 1):
            said += _say_paragraph(paragraph)
            rows, index = _rows(lines, index - 1)
            said += _say_table(rows)
        elif not line.strip() or _RULE.fullmatch(line):
            said += _say_paragraph(paragraph)
            said += [""] if said and not line.strip() else []
        else:
            paragraph.append(line)
    return [*said, *_say_paragraph(paragraph)]


def _say_paragraph(lines: list[str]) -> list[str]:
    """The lines between two empty ones, marks taken away across them; `lines` is empty then."""
    if not lines:
        return []
    is_quoted = False
    starts = []
    for number, line in enumerate(lines):
        rest, start = line, ""
        was_quoted, is_quoted = is_quoted, bool(_QUOTE.match(line))
        if is_quoted:
            while quote := _QUOTE.match(rest):
                rest = rest[quote.end() :]
            start = "" if was_quoted else "Quote: "
        if heading := _HEADING.match(rest):
            rest, start = _CLOSING_HASHES.sub("", rest[heading.end() :]), f"{start}Heading: "
        elif bullet := _BULLET.match(rest):
            ticks = {"": "", " ": "Not ticked: ", "x": "Ticked: "}
            rest, start = rest[bullet.end() :], f"{start}{ticks[(bullet[1] or '').lower()]}"
        lines[number] = rest
        starts.append(start)
    plain = _without_marks("\n".join(lines)).split("\n")
    lines.clear()
    return [_GAP.sub(_bridge, f"{start}{line.strip()}") for start, line in zip(starts, plain, strict=True)]


def _bridge(gap: re.Match[str]) -> str:
    """What is said for the blanks between two columns."""
    return " " if gap.string[gap.start() - 1] in ",.:;!?" else ", "


def _without_marks(text: str) -> str:
    """Inline Markdown as words. Marks come in pairs; an unmatched one is a character like any other."""
    parts: list[str] = []
    open_marks: dict[str, list[int]] = {}
    position = 0
    for _ in range(MOST_TOKENS):
        token = _TOKEN.search(text, position)
        if token is None:
            break
        parts.append(text[position : token.start()])
        position = token.end()
        kind = token.lastgroup
        if kind == "code":
            end = text.find(token["code"], position)
            stop = position if end < 0 else end
            parts.append(token["code"] if end < 0 else text[position:stop].strip(" "))
            position = position if end < 0 else end + len(token["code"])
        elif kind == "escaped":
            parts.append(token["escaped"])
        elif kind == "mark":
            parts.append(_pair(token, parts, open_marks))
        else:
            parts.append(_link_words(token))
    return "".join(parts) + text[position:]


def _pair(token: re.Match[str], parts: list[str], open_marks: dict[str, list[int]]) -> str:
    """What replaces an emphasis mark: nothing where it closes one, otherwise itself until its partner is found."""
    mark = token["mark"]
    before = token.string[token.start() - 1 : token.start()]
    after = token.string[token.end() : token.end() + 1]
    is_word_inside = before.isalnum() and after.isalnum() and mark[0] == "_"
    if is_word_inside:
        return mark
    waiting = open_marks.setdefault(mark, [])
    if before.strip() and waiting:
        parts[waiting.pop()] = ""
        return ", struck out" if mark == "~~" else ""
    if after.strip() and not (before.isalnum() and after.isalnum()):
        waiting.append(len(parts))
    return mark


def _link_words(token: re.Match[str]) -> str:
    target = token["target"] or token["address"]
    tail = ""
    if token["address"]:
        address = target.rstrip(".,;:!?'\"")
        tail, target = target[len(address) :], address
    kind, _, rest = target.partition(":")
    position = rest.removeprefix("//").rstrip("/") if kind in ("https", "mailto") else target
    position = position if len(position) <= LONGEST_ADDRESS else f"{position[:LONGEST_ADDRESS]} and so on"
    words = f"{'mail' if kind == 'mailto' else 'link'} to {position}"
    label = _without_marks(token["label"]).strip() if token["label"] else ""
    if label and label not in (target, position):
        words = f"{label}, {words}"
    return f"{'picture: ' if token['image'] else ''}{words}{tail}"


def _is_table(lines: list[str], index: int) -> bool:
    """Whether a line is the head of a table: the next one rules it off, with as many columns."""
    if "|" not in lines[index] or index + 1 >= len(lines):
        return False
    rule = lines[index + 1]
    return "-" in rule and bool(_TABLE_RULE.fullmatch(rule)) and len(_cells(rule)) == len(_cells(lines[index]))


def _rows(lines: list[str], start: int) -> tuple[list[list[str]], int]:
    """The head and the rows of the table that starts here, and the number of the line behind it."""
    rows, index = [_cells(lines[start])], start + 2
    while index < len(lines) and "|" in lines[index]:
        rows.append(_cells(lines[index]))
        index += 1
    return rows, index


def _say_table(rows: list[list[str]]) -> list[str]:
    head, *body = rows
    if not body:
        return [", ".join(filter(None, head))]
    said = []
    for row in body:
        names = [*head, *[""] * (len(row) - len(head))]
        pairs = zip(names, row, strict=False)
        said.append(", ".join(f"{name}: {cell}" if name else cell for name, cell in pairs if cell) or "empty row")
    return said


def _cells(line: str) -> list[str]:
    inside = line.strip().removeprefix("|")
    inside = inside[:-1] if inside.endswith("|") and not inside.endswith("\\|") else inside
    return [_without_marks(cell.replace("\\|", "|").strip()) for cell in _CELL_END.split(inside)]


def _say_value(name: str, value: JsonValue, levels: int) -> Iterator[str]:
    label = f"{name}: " if name else ""
    if isinstance(value, str) and value[:1] in ("{", "[") and levels:
        # JSON inside a text is what some templates send.
        with suppress(ValueError, RecursionError):
            value = json.loads(value)
    if isinstance(value, dict | list) and value and not levels:
        yield f"{label}{json.dumps(value, ensure_ascii=False)}"
    elif isinstance(value, dict) and value:
        for key, part in value.items():
            yield from _say_value(f"{name}, {key}" if name else key, part, levels - 1)
    elif isinstance(value, list) and value:
        if any(isinstance(part, dict | list) for part in value):
            for number, part in enumerate(value, 1):
                yield from _say_value(f"{name} {number}".strip(), part, levels - 1)
        else:
            yield f"{label}{', '.join(map(_say_scalar, value))}"
    else:
        yield f"{label}{_say_scalar(value)}"


def _say_scalar(value: JsonValue) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict | list):
        return "empty"
    return spoken_ids(" ".join(str(value).split())) if value != "" else "empty"
