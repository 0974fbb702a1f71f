"""The parts of a topic's text, and how a terminal shows them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from textwrap import fill, indent

WIDTH = 100
"""Columns at most, as in `--help`."""
LONGEST_NAME = 34
"""Columns that a name may take to the left of its meaning."""


class Kind(Enum):
    """What a block is."""

    HEADING = "heading"
    TEXT = "text"
    ITEM = "item"
    CODE = "code"
    TABLE = "table"


@dataclass(frozen=True)
class Block:
    """One part of a text; a table has rows of two cells, everything else has text."""

    kind: Kind
    text: str = ""
    rows: tuple[tuple[str, str], ...] = ()


def parse(text: str) -> list[Block]:
    """The blocks of a text in Markdown of the kind that the topics are written in."""
    found: list[Block] = []
    for part in re.split(r"\n{2,}(?=\S)", _with_code_in_one(text).strip()):
        found += _blocks_of(part)
    return found


def _with_code_in_one(text: str) -> str:
    """The text without blank lines inside its code, which would divide it."""
    return re.sub(r"```\w*\n.*?```", lambda code: re.sub(r"\n\n+", "\n\0\n", code[0]), text, flags=re.S)


def _blocks_of(part: str) -> Iterator[Block]:
    if part.startswith("```"):
        lines = part.splitlines()[1:-1]
        yield Block(Kind.CODE, "\n".join("" if line == "\0" else line for line in lines))
    elif part.startswith("|"):
        head, _, *rows = [_cells(line) for line in part.splitlines()]
        yield table([[row[0], *map(_under, head[1:], row[1:])] if len(head) > 2 else row for row in rows])
    elif part.startswith("#"):
        heading, _, rest = part.partition("\n")
        yield Block(Kind.HEADING, heading.lstrip("# "))
        if rest.strip():
            yield from _blocks_of(rest.strip())
    elif part.startswith("- "):
        for item in re.split(r"\n(?=- )", part):
            yield Block(Kind.ITEM, " ".join(item[2:].split()))
    else:
        yield Block(Kind.TEXT, " ".join(part.split()))


def table(rows: Sequence[Sequence[str]]) -> Block:
    """A table of two columns; further cells that hold something follow the second."""
    return Block(Kind.TABLE, rows=tuple((row[0], " · ".join(filter(None, row[1:]))) for row in rows))


def _under(head: str, cell: str) -> str:
    """A cell of a wide table with its column's name, which would else be lost."""
    return f"{head}: {cell}" if head and cell else cell


def _cells(line: str) -> list[str]:
    return [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))]


def as_text(blocks: Sequence[Block], width: int) -> str:
    """The blocks for a terminal of so many columns, or for a pipe: words alone, without styles."""
    width = max(40, min(width, WIDTH))
    parts = []
    for place, block in enumerate(blocks):
        is_next_item = block.kind is Kind.ITEM and place > 0 and blocks[place - 1].kind is Kind.ITEM
        gap = "" if place == 0 or is_next_item else "\n"
        match block.kind:
            case Kind.HEADING:
                text = block.text
            case Kind.CODE:
                text = indent(block.text, "    ")
            case Kind.TABLE:
                text = "\n".join(_table_lines(block.rows, width))
            case Kind.ITEM:
                text = _wrapped(block.text, width, "- ", "  ")
            case Kind.TEXT:
                text = _wrapped(block.text, width)
        parts.append(f"{gap}{text}\n")
    return "".join(parts)


def _table_lines(rows: Sequence[tuple[str, str]], width: int) -> Iterator[str]:
    """Names on the left with their meanings to the right, or below a name that takes too much room."""
    names = [_plain(name) for name, _ in rows]
    column = max((len(name) for name in names if len(name) <= LONGEST_NAME), default=0) + 4
    for name, (_, words) in zip(names, rows, strict=True):
        fits = len(name) <= LONGEST_NAME
        head = f"  {name}".ljust(column) if fits else " " * column
        if not fits:
            yield f"  {name}"
        yield _wrapped(words, width, head, " " * column).rstrip() or head.rstrip()


def _wrapped(text: str, width: int, first: str = "", rest: str = "") -> str:
    return fill(_plain(text), width, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False)


def _plain(text: str) -> str:
    """Without what only marks emphasis; backticks stay, they say what is to be typed."""
    return re.sub(r"\[([^\]]+)\]\([^)]+\)", r"\1", text.replace("**", ""))
