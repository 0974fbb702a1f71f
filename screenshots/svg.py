"""One frame of the app as an SVG: the same frame gives the same file, and no font is fetched from anywhere.

Textual's own export names a web font, numbers its classes anew each time and leaves the grid to the font; a picture
that is kept in a repository must do neither.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape, unescape
from itertools import groupby
from unicodedata import category

from rich.color import Color, ColorType
from rich.segment import Segment
from rich.style import Style
from textual._cells import cell_len

from neptune_inbox.presentation.bidi import LRM, is_right_to_left

FONTS = "'DejaVu Sans Mono', Menlo, 'SF Mono', 'Cascadia Mono', Consolas, 'Liberation Mono', monospace"
SIZE = 16.6
CELL_WIDTH, CELL_HEIGHT = 10, 20
BASELINE = 15
MARGIN, BAR = 12, 30
"""Around the screen, and the height of the window's own bar above it."""
TERMINAL_PALETTE = (
    "#2a2f3a", "#e0685f", "#8fbf73", "#d9b25f", "#6ba1e0", "#b58ae0", "#5fbcc4", "#c8ced8",
    "#6d7686", "#f08a80", "#a9d68e", "#f0cc7d", "#8dbcf2", "#cda6f2", "#80d8de", "#ffffff",
)  # fmt: skip
"""What the sixteen colours of a terminal are in a picture."""
BLOCKS = {
    "█": (0, 0, 1, 1), "▌": (0, 0, 0.5, 1), "▐": (0.5, 0, 0.5, 1), "▊": (0, 0, 0.75, 1), "▎": (0, 0, 0.25, 1),
    "▁": (0, 0.875, 1, 0.125), "▂": (0, 0.75, 1, 0.25), "▃": (0, 0.625, 1, 0.375), "▄": (0, 0.5, 1, 0.5),
    "▅": (0, 0.375, 1, 0.625), "▆": (0, 0.25, 1, 0.75), "▇": (0, 0.125, 1, 0.875), "▔": (0, 0, 1, 0.125),
    "▀": (0, 0, 1, 0.5), "─": (0, 0.5, 1, 0.05), "━": (0, 0.46, 1, 0.1), "│": (0.45, 0, 0.1, 1),
}  # fmt: skip
"""Signs that must touch their neighbours whatever the font: x, y, width and height in parts of a cell."""

_PIECES = re.compile(r"[\x21-\x7e]+(?: [\x21-\x7e]+)*")
_DESCRIPTION = re.compile(r"<desc>(.*?)</desc>", re.S)


@dataclass(frozen=True, slots=True)
class Frame:
    """What the app has drawn, line by line, and the colours where it names none."""

    lines: tuple[tuple[Segment, ...], ...]
    width: int
    foreground: str
    background: str
    title: str

    @property
    def text(self) -> str:
        """The words alone, without the spaces at the ends of lines."""
        return "\n".join("".join(segment.text for segment in line).rstrip() for line in self.lines)


@dataclass(frozen=True, slots=True)
class _Look:
    foreground: str
    background: str
    bold: bool
    italic: bool
    underline: bool


def draw(frame: Frame) -> str:
    """The frame in a window, as an SVG document."""
    surfaces: list[str] = []
    words: list[str] = []
    for number in range(len(frame.lines)):
        behind, before = line_marks(frame, number)
        surfaces += behind
        words += before
    return snapshot(frame, frame.text, ['<g shape-rendering="crispEdges">', *surfaces, "</g>", *words])


def line_marks(frame: Frame, number: int) -> tuple[list[str], list[str]]:
    """What stands behind the text of one line, and the text itself."""
    surfaces: list[str] = []
    words: list[str] = []
    for x, y, text, cells, look in _runs(frame, frame.lines[number], BAR + number * CELL_HEIGHT):
        if look.background != frame.background:
            surfaces.append(_rectangle(x, y, cells * CELL_WIDTH, CELL_HEIGHT, look.background))
        words += _words(x, y, text, look)
    return surfaces, words


def snapshot(frame: Frame, words: str, content: Iterable[str], *, style: str = "", below: int = 0) -> str:
    """A window of the size of a frame around some content; `words` is the text that a test can compare.

    `below` is room under the screen, in pixels.
    """
    width = round(frame.width * CELL_WIDTH + 2 * MARGIN)
    height = BAR + len(frame.lines) * CELL_HEIGHT + MARGIN + below
    edge = _blend(frame.foreground, frame.background, 0.22)
    dots = "".join(f'<circle cx="{20 + 18 * tenant}" cy="15" r="5.5" fill="{edge}"/>' for tenant in range(3))
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
            f'width="{width}" height="{height}">',
            f"<title>{escape(frame.title)}</title>",
            f"<desc>{escape(words)}</desc>",
            "<style>",
            f"text {{ font-family: {FONTS}; font-size: {SIZE}px; white-space: pre; }}",
            ".b { font-weight: bold; } .i { font-style: italic; }",
            *([style] if style else []),
            "</style>",
            f'<rect x="0.5" y="0.5" width="{width - 1}" height="{height - 1}" rx="9" fill="{frame.background}" '
            f'stroke="{edge}"/>',
            dots,
            f'<text x="{width / 2:g}" y="20" fill="{_blend(frame.foreground, frame.background, 0.6)}" '
            f'text-anchor="middle" style="font-size: 13px">{escape(frame.title)}</text>',
            *content,
            "</svg>\n",
        )
    )


def text_of(document: str) -> str:
    """The words of a picture that `draw` made."""
    found = _DESCRIPTION.search(document)
    return unescape(found[1]) if found else ""


def _runs(frame: Frame, line: tuple[Segment, ...], y: float) -> Iterator[tuple[float, float, str, int, _Look]]:
    """What looks alike in a line, with its place and how many cells it takes."""
    looks = ((_look(frame, segment.style or Style.null()), segment.text) for segment in line if not segment.control)
    column = 0
    for look, parts in groupby(looks, key=lambda pair: pair[0]):
        text = "".join(part for _, part in parts)
        cells = cell_len(text)
        yield MARGIN + column * CELL_WIDTH, y, text, cells, look
        column += cells


def _words(x: float, y: float, text: str, look: _Look) -> Iterator[str]:
    """The text of a run, each piece nailed to its cells."""
    classes = " ".join(name for name, is_on in (("b", look.bold), ("i", look.italic)) if is_on)
    attributes = f' fill="{look.foreground}"' + (f' class="{classes}"' if classes else "")
    if look.underline and text.strip():
        yield _rectangle(x, y + BASELINE + 2, cell_len(text) * CELL_WIDTH, 1, look.foreground)
    for offset, piece in _pieces(text):
        left = x + offset * CELL_WIDTH
        if piece in BLOCKS:
            across, down, wide, high = BLOCKS[piece]
            tenant = left + across * CELL_WIDTH, y + down * CELL_HEIGHT
            yield _rectangle(*tenant, wide * CELL_WIDTH, max(1, high * CELL_HEIGHT), look.foreground)
        else:
            length = cell_len(piece) * CELL_WIDTH
            adjust = "spacing" if piece.isascii() else "spacingAndGlyphs"
            fixed = f' textLength="{length:g}" lengthAdjust="{adjust}"' if _is_stretched(piece) else ""
            yield f'<text x="{left:g}" y="{y + BASELINE:g}"{fixed}{attributes}>{escape(piece, quote=False)}</text>'


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    """Plain words together, foreign words together, each sign alone: with the cell at which each begins.

    What runs from right to left is one piece up to the mark that ends it, in the order in which terminals that know
    the bidirectional algorithm show it.
    """
    column = position = 0
    while position < len(text):
        found = _PIECES.match(text, position)
        if is_right_to_left(text[position]):
            end = position + len(text[position:].partition(LRM)[0].rstrip(" …"))
        elif found is None:
            end = position + 1
            while end < len(text) and _is_letter(text[position]) and _is_letter(text[end]):
                end += 1
            while end < len(text) and (category(text[end]).startswith("M") or text[end] == "\u200d"):
                end += 1
        else:
            end = found.end()
        piece = text[position:end]
        if piece.strip():
            yield column, piece
        column += cell_len(piece)
        position = end


def _is_letter(character: str) -> bool:
    return not character.isascii() and category(character)[0] in "LM"


def _is_stretched(piece: str) -> bool:
    """A sign alone keeps its own shape; only what is longer than one cell is fitted to the grid."""
    return cell_len(piece) > 1


def _rectangle(x: float, y: float, width: float, height: float, colour: str) -> str:
    return f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" fill="{colour}"/>'


def _look(frame: Frame, style: Style) -> _Look:
    foreground, background = _hex(style.color, frame.foreground), _hex(style.bgcolor, frame.background)
    if style.reverse:
        foreground, background = background, foreground
    if style.dim:
        foreground = _blend(foreground, background, 0.6)
    return _Look(foreground, background, bool(style.bold), bool(style.italic), bool(style.underline))


def _hex(colour: Color | None, otherwise: str) -> str:
    if colour is None or colour.type is ColorType.DEFAULT:
        return otherwise
    if colour.number is not None and colour.number < len(TERMINAL_PALETTE):
        return TERMINAL_PALETTE[colour.number]
    return colour.get_truecolor().hex


def _blend(over: str, under: str, part: float) -> str:
    """So much of one colour on the other."""
    pairs = zip(bytes.fromhex(over[1:]), bytes.fromhex(under[1:]), strict=True)
    return "#" + "".join(f"{round(top * part + surface * (1 - part)):02x}" for top, surface in pairs)
