"""Several frames of the app as one SVG that moves by itself: no script, nothing fetched, played by any browser.

A line that stays the same over some frames is drawn once, so that a minute of film is not much larger than a picture.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from screenshots.svg import BAR, CELL_HEIGHT, MARGIN, Frame, line_marks, snapshot

CAPTION_HEIGHT = 44


@dataclass(frozen=True, slots=True)
class Shot:
    """One frame, how long it stands (seconds), and what is told below it: keys, then words."""

    frame: Frame
    seconds: float
    keys: str = ""
    words: str = ""


def draw_film(shots: Sequence[Shot]) -> str:
    """The film as an SVG document; its words are those of all frames, one after the other."""
    first = shots[0].frame
    spans: dict[tuple[int, int], str] = {}
    content: list[str] = []
    for number in range(len(first.lines)):
        for start, end in _stretches([shot.frame.lines[number] for shot in shots]):
            surfaces, words = line_marks(shots[start].frame, number)
            content += _shown(['<g shape-rendering="crispEdges">', *surfaces, "</g>", *words], start, end, spans)
    for start, end in _stretches([(shot.keys, shot.words) for shot in shots]):
        content += _shown(_caption(shots[start]), start, end, spans)
    text = "\n\n".join(f"{shot.frame.text}\n{shot.keys} {shot.words}" for shot in shots)
    return snapshot(first, text, content, style=_style(shots, spans), below=CAPTION_HEIGHT)


def _stretches(values: Sequence[object]) -> Iterator[tuple[int, int]]:
    """From which frame to which (exclusive) a value stays the same."""
    start = 0
    for number in range(1, len(values) + 1):
        if number == len(values) or values[number] != values[start]:
            yield start, number
            start = number


def _shown(marks: list[str], start: int, end: int, spans: dict[tuple[int, int], str]) -> list[str]:
    """These marks, seen from one frame to another."""
    name = spans.setdefault((start, end), f"s{len(spans)}")
    return [f'<g class="{name}">', *marks, "</g>"]


def _style(shots: Sequence[Shot], spans: dict[tuple[int, int], str]) -> str:
    total = sum(shot.seconds for shot in shots)
    times = [0.0]
    for shot in shots:
        times.append(times[-1] + shot.seconds)
    rules = []
    for (start, end), name in spans.items():
        if (start, end) == (0, len(shots)):
            continue
        on, off = (f"{times[number] / total * 100:.3f}%" for number in (start, end))
        steps = ["0% { visibility: hidden; }"] if start else []
        steps.append(f"{on} {{ visibility: visible; }}")
        steps += [f"{off} {{ visibility: hidden; }}"] if end < len(shots) else []
        rules.append(f"@keyframes {name} {{ {' '.join(steps)} }}")
        rules.append(f".{name} {{ visibility: hidden; animation: {name} {total:g}s step-end infinite; }}")
    return "\n".join(rules)


def _caption(shot: Shot) -> list[str]:
    """Keys in a frame of their own, and a sentence, below the screen."""
    y = BAR + len(shot.frame.lines) * CELL_HEIGHT + MARGIN + 20
    x, marks = MARGIN + 10.0, []
    for key in shot.keys.split():
        width = len(key) * 10 + 18
        marks.append(
            f'<rect x="{x:g}" y="{y - 20}" width="{width}" height="28" rx="6" fill="none" '
            f'stroke="{shot.frame.foreground}" stroke-opacity="0.5"/>'
        )
        marks.append(
            f'<text x="{x + width / 2:g}" y="{y}" text-anchor="middle" class="b" '
            f'fill="{shot.frame.foreground}">{escape(key)}</text>'
        )
        x += width + 8
    if shot.words:
        marks.append(f'<text x="{x + 6:g}" y="{y}" fill="{shot.frame.foreground}">{escape(shot.words)}</text>')
    return marks
