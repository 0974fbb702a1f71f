"""What `--plain` says of rows, lists and marks: whole words for a voice or a braille line, no glyphs; pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence

from neptune_inbox.errors import UsageProblem
from neptune_inbox.model import Filter, Instant, Mark, MarkState, Profile, Row
from neptune_inbox.sync.insight import EventInsight
from neptune_inbox.sync.wording import mine_sentences, plural
from neptune_inbox.text import clean_line
from neptune_inbox.tui.format_panes import PreviewFacts

TITLE, TITLE_IN_SENTENCE = 160, 40
BODY = 4_000
"""Characters of a body or payload that are read unless the whole is asked for."""
UNITS = ((86_400_000, "day"), (3_600_000, "hour"), (60_000, "minute"))

_NUMBERS = re.compile(r"\d{1,9}(?:-\d{1,9})?(?:,\d{1,9}(?:-\d{1,9})?)*")


def _stroke(code: int) -> str:
    """What stands for a character that draws boxes or blocks."""
    name = unicodedata.name(chr(code))
    if code >= 0x2580:
        return "#"
    if "HORIZONTAL" in name and "VERTICAL" not in name:
        return "-"
    return "|" if "VERTICAL" in name and "HORIZONTAL" not in name else "+"


_DRAWING = {code: _stroke(code) for code in range(0x2500, 0x25A0)}


def without_drawing(text: str) -> str:
    """The text with plain characters in place of those that draw boxes, bars and shades."""
    return text if text.isascii() else text.translate(_DRAWING)


def span_words(milliseconds: int) -> str:
    """`3 hours`, `1 minute`; empty for less."""
    return next((plural(milliseconds // size, unit) for size, unit in UNITS if milliseconds >= size), "")


def ago(instant: Instant, now: Instant) -> str:
    """`just now`, `1 minute ago`, `3 hours ago`."""
    words = span_words(now - instant)
    return f"{words} ago" if words else "just now"


def shorten(text: str, limit: int) -> str:
    """The text in at most so many characters, with dots where something was left out."""
    return text if len(text) <= limit else f"{text[: limit - 3].rstrip()}..."


def state_words(row: Row, now: Instant) -> str:
    """The customer's side of a row, and how our mark of it stands."""
    mark = row.mark
    if row.is_read:
        return "read by us" if mark is not None and mark.state is MarkState.SENT else "read"
    if mark is None or (mark.is_settled and mark.state is not MarkState.FAILED):
        return "unread"
    if mark.state is MarkState.FAILED:
        return f"unread, our mark was refused: {mark.error}"
    return f"unread, mark {mark_words(mark, now)}"


def mark_words(mark: Mark, now: Instant) -> str:
    """Where a mark stands that is not settled."""
    if mark.state is MarkState.SENDING:
        return "is being sent"
    if mark.error:
        return f"is tried again: {mark.error}"
    return f"held, sent in {max(0, -((now - mark.due_at) // 1000))} s"


def row_line(number: int, row: Row, now: Instant, *, names_user: bool) -> str:
    """One line of the list."""
    if not row.id:
        return f"{number}. {row.title}"
    when = ago(row.created_at, now) if row.created_at is not None else ""
    facts = (state_words(row, now), when, row.user_id if names_user else "", row.event_type)
    mine = ", ".join(mine_sentences(row.mine))
    title = shorten(row.title, TITLE) or "no title"
    words = f"{number}. {', '.join(filter(None, facts))}: {title}" + (f" ({mine})" if mine else "")
    return clean_line(words, len(words))


def describe(rows: Sequence[Row]) -> str:
    """`"Your card was declined" of u-4711`, or `3 notifications of 2 users`."""
    users = {row.user_id for row in rows}
    whose = f"of {next(iter(users))}" if len(users) == 1 else f"of {len(users)} users"
    if len(rows) == 1:
        return f'"{shorten(rows[0].title, TITLE_IN_SENTENCE)}" {whose}'
    return f"{plural(len(rows), 'notification')} {whose}"


def place_words(profile: Profile) -> str:
    """Environment, profile and mode; production in capitals."""
    environment = profile.environment.upper() if profile.is_production else profile.environment
    return f"{environment}, profile {profile.name}, mode {profile.mode}"


def kind_words(kind: Filter, query: str) -> str:
    return f"{kind}, search {query}" if query else str(kind)


def reading_lines(number: int, facts: PreviewFacts, *, is_whole: bool) -> list[str]:
    """One notification, read from its title to its payload; what the customer was sent is set in by two blanks."""
    name = f", {facts.user_name}" if facts.user_name else ""
    reach = ", ".join(f"{word} {'yes' if is_there else 'no'}" for word, is_there in facts.reach)
    link = f"{facts.link_host}/{facts.link_path}" if facts.link_path else facts.link_host
    odd = ", written with unusual letters" if facts.is_link_suspicious and facts.link_path else ""
    pairs = [
        ("User", f"{facts.user_id}{name}"),
        ("Event", facts.event_type),
        ("Created", facts.created),
        ("First seen", facts.first_seen),
        ("Theirs", facts.theirs),
        ("Mine", facts.mine),
        ("Reach", reach),
        ("Missing", "; ".join(words for _, words in facts.evidence)),
        ("Link", f"{link}{odd}"),
    ]
    lines = [f"{number}. {facts.title or 'no title'}"]
    lines += [f"{label}: {text}" for label, text in pairs if text]
    limit = None if is_whole else BODY
    for label, text in (("Body", facts.body), ("Payload", facts.payload)):
        lines += _block(label, text, limit, number)
    return lines


def insight_line(event: EventInsight) -> str:
    """How soon one kind of event is read, as a sentence."""
    words = f"{event.event_type or 'no event type'}: {event.count:,} came, {event.read:,} read"
    if event.never_read:
        words += f", {event.never_read:,} unread after a day"
    if event.median is None or event.p90 is None:
        return f"{words}."
    most = "at most " if event.is_at_most else ""
    half, nearly = (span_words(time) or "a minute" for time in (event.median, event.p90))
    return f"{words}; half of these within {most}{half}, 9 of 10 within {most}{nearly}."


def _block(label: str, text: str, limit: int | None, number: int) -> list[str]:
    if not text.strip():
        return [f"{label}: none"] if label == "Body" else []
    lines = [f"{label}:", *(f"  {line}".rstrip() for line in text[:limit].splitlines())]
    if limit is not None and len(text) > limit:
        lines.append(f"{label} cut, {len(text) - limit:,} characters more: {number} whole reads all.")
    return lines


def split_numbers(text: str) -> tuple[str, str]:
    """The leading `1 3-5,7` of a text, and what stands behind it."""
    taken, rest = [], text.strip()
    while rest:
        word, _, more = rest.partition(" ")
        if not _NUMBERS.fullmatch(word):
            break
        taken.append(word)
        rest = more.lstrip()
    return " ".join(taken), rest


def first_numbers(text: str) -> tuple[str, str]:
    """As `split_numbers`, but only one word of numbers: what follows may begin with a number of its own."""
    word, _, rest = text.strip().partition(" ")
    return (word, rest.strip()) if _NUMBERS.fullmatch(word) else ("", text.strip())


def take_numbers(text: str, printed: Collection[int], what: str = "Line") -> list[int]:
    """The numbers that `1 3-5` names, in order and once each; raises UsageProblem for one that was not printed."""
    wanted: dict[int, None] = {}
    for part in text.replace(",", " ").split():
        low, _, high = part.partition("-")
        first, last = int(low), int(high or low)
        for edge in (first, last):
            if edge not in printed:
                raise UsageProblem(f"{what} {edge} was not printed.", _range_words(printed))
        wanted |= dict.fromkeys(number for number in sorted(printed) if first <= number <= last)
    return list(wanted)


def _range_words(printed: Collection[int]) -> str:
    return f"Name one from {min(printed)} to {max(printed)}." if printed else "None are printed now; l lists."


def unknown(word: str) -> UsageProblem:
    return UsageProblem(f"There is no command {clean_line(word, 40)}.", "? lists the commands.")
