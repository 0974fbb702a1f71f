"""The hand-over as one page: Markdown, HTML in one file, JSON. What customers and agents wrote is text in each."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from msgspec import Struct

from neptune_inbox.presentation.json import iso
from neptune_inbox.presentation.sentences import plural
from neptune_inbox.presentation.times import date_text, long_span
from neptune_inbox.text import clean_line

if TYPE_CHECKING:
    from neptune_inbox.model import Instant, JsonObject
    from neptune_inbox.sync.handover import HandOver, Subject, UnreadLine

STAMP = "%Y-%m-%d %H:%M"
NOTHING = "Nothing."
_MARKDOWN = re.compile(r"([\\`*_\[\]<>|~])|&(?=#?\w+;)")
"""What Markdown would read as a sign inside a line; a hyphen or a bracket of the text stays as it is."""
_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a;"
    "background:#fff}h1{font-size:1.5rem}h2{font-size:1.1rem;margin-top:2rem;border-bottom:1px solid #ccc}"
    "li{margin:.3rem 0}code{background:#f2f2f2;padding:0 .3em}"
    "@media(prefers-color-scheme:dark){body{color:#ddd;background:#161616}code{background:#2a2a2a}"
    "h2{border-color:#444}}"
)


class Inline(Struct, frozen=True):
    """A part of a line: words of ours or of somebody else, or an id."""

    text: str
    is_code: bool = False


class Section(Struct, frozen=True):
    """A heading and its lines."""

    title: str
    lines: tuple[tuple[Inline, ...], ...]


def sections(page: HandOver) -> tuple[str, str, list[Section]]:
    """The title, the line below it, and the parts of the page; what only a team has is left out alone."""
    title = f"Hand-over, {_time(page.at)}"
    by = f" by {page.agent}" if page.agent else ""
    below = f"Since {_time(page.since)} ({long_span(page.at - page.since)}){by}."
    incidents = [line for line in page.unread if line.is_incident]
    found = []
    if page.agent:
        found += _of_team(page)
    more = page.customers_in_all - len(page.customers)
    customers = [
        _line(_code(each.user_id), f": {each.count:,} unread, the oldest for {long_span(page.at - each.oldest)}")
        for each in page.customers
    ]
    if more > 0:
        customers.append(_line(f"… and {plural(more, 'other customer')}."))
    found += [
        Section("Incidents", tuple(_kind(line, page.at) for line in incidents)),
        Section(
            "Refused marks",
            tuple(
                (
                    *_subject(line.subject),
                    Inline(f": marked by {line.agent}, {_time(line.at)}. {line.reason}".rstrip()),
                )
                for line in page.refused
            ),
        ),
        Section("Came and stayed unread", tuple(_kind(line, page.at) for line in page.unread)),
        Section("Customers with the oldest unread", tuple(customers)),
    ]
    return title, below, found


def _of_team(page: HandOver) -> list[Section]:
    return [
        Section(
            "Claimed",
            tuple(
                (*_subject(line.subject), Inline(f": {line.agent}, since {_time(line.since)}"))
                for line in page.claimed
            ),
        ),
        Section(
            "Notes",
            tuple(
                (*_subject(line.subject), Inline(f": {line.text} ({line.agent}, {_time(line.at)})"))
                for line in page.notes
            ),
        ),
        Section("Handled", tuple(_line(f"{agent}: {count:,}") for agent, count in page.handled)),
    ]


def to_markdown(page: HandOver) -> str:
    """The page as Markdown."""
    title, below, parts = sections(page)
    lines = [f"# {_escaped(title)}", "", _escaped(below)]
    for part in parts:
        lines += ["", f"## {part.title}", ""]
        lines += [f"- {''.join(_markdown(piece) for piece in line)}" for line in part.lines] or [NOTHING]
    return "\n".join(lines) + "\n"


def to_html(page: HandOver) -> str:
    """The page as one HTML file: no script, and nothing that is fetched from anywhere."""
    title, below, parts = sections(page)
    body = [f"<h1>{html.escape(title)}</h1>", f"<p>{html.escape(below)}</p>"]
    for part in parts:
        body.append(f"<h2>{html.escape(part.title)}</h2>")
        items = [f"<li>{''.join(_html(piece) for piece in line)}</li>" for line in part.lines]
        body.append(f"<ul>{''.join(items)}</ul>" if items else f"<p>{NOTHING}</p>")
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{html.escape(title)}</title><style>{_STYLE}</style></head>\n<body>\n"
        + "\n".join(body)
        + "\n</body></html>\n"
    )


def pairs(page: HandOver) -> list[tuple[str, str]]:
    """The page as labels and lines, for a screen."""
    _, _, parts = sections(page)
    return [
        (part.title if number == 0 else "", text)
        for part in parts
        for number, text in enumerate(["".join(each.text for each in line) for line in part.lines] or [NOTHING])
    ]


def to_object(page: HandOver) -> JsonObject:
    """The page as JSON."""
    return {
        "since": iso(page.since),
        "at": iso(page.at),
        "agent": page.agent or None,
        "claimed": [{**_about(line.subject), "agent": line.agent, "since": iso(line.since)} for line in page.claimed],
        "notes": [
            {**_about(line.subject), "agent": line.agent, "at": iso(line.at), "text": line.text}
            for line in page.notes
        ],
        "handled": dict(page.handled),
        "refused": [
            {**_about(line.subject), "agent": line.agent, "at": iso(line.at), "reason": line.reason}
            for line in page.refused
        ],
        "unread": [
            {
                "event_type": line.event_type,
                "count": line.count,
                "customers": line.customers,
                "oldest": iso(line.oldest),
                "incident": line.is_incident,
            }
            for line in page.unread
        ],
        "customers": [
            {"user_id": line.user_id, "unread": line.count, "oldest": iso(line.oldest)} for line in page.customers
        ],
        "customers_in_all": page.customers_in_all,
    }


def _about(subject: Subject) -> JsonObject:
    return {"id": subject.id or None, "user_id": subject.user_id, "title": subject.title}


def _subject(subject: Subject) -> tuple[Inline, ...]:
    if not subject.id:
        return (_code(subject.user_id), Inline(", the whole queue"))
    if subject.title:
        return (_code(subject.user_id), Inline(f" “{subject.title}”"))
    return (_code(subject.user_id), Inline(" "), _code(subject.id))


def _kind(line: UnreadLine, now: Instant) -> tuple[Inline, ...]:
    words = f": {line.count:,} to {plural(line.customers, 'customer')}, the oldest for {long_span(now - line.oldest)}"
    return _line(_code(line.event_type or "without a type"), words)


def _line(*parts: Inline | str) -> tuple[Inline, ...]:
    return tuple(Inline(part) if isinstance(part, str) else part for part in parts)


def _code(text: str) -> Inline:
    return Inline(text, is_code=True)


def _time(at: Instant) -> str:
    return date_text(at, STAMP)


def _escaped(text: str) -> str:
    return _MARKDOWN.sub(lambda sign: f"\\{sign[0]}" if sign[1] else "&amp;", clean_line(text, 5_000))


def _markdown(piece: Inline) -> str:
    if not piece.is_code:
        return _escaped(piece.text)
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", piece.text)), default=0))
    gap = " " if "`" in piece.text else ""
    return f"{fence}{gap}{clean_line(piece.text, 600)}{gap}{fence}"


def _html(piece: Inline) -> str:
    text = html.escape(clean_line(piece.text, 5_000))
    return f"<code>{text}</code>" if piece.is_code else text
