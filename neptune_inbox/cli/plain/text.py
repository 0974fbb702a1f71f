"""What `--plain` says of rows, lists and marks: whole words for a voice or a braille line, no glyphs; pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence

from neptune_inbox.cli.plain.speech import spoken_ids, spoken_json, spoken_markdown
from neptune_inbox.errors import UsageProblem
from neptune_inbox.model import Filter, Instant, JournalEntry, Mark, MarkState, Notification, Profile, Row
from neptune_inbox.presentation import verb_sentences
from neptune_inbox.presentation.action_table import ACTIONS
from neptune_inbox.presentation.panes import PreviewFacts
from neptune_inbox.presentation.row_state import PENDING, row_state, state_words
from neptune_inbox.presentation.sentences import journal_outcome, mine_sentences, names_posted, plural, pretty
from neptune_inbox.presentation.times import MINUTE, ago, long_span, seconds_left
from neptune_inbox.presentation.verb_sentences import Voice
from neptune_inbox.sync.insight import EventInsight
from neptune_inbox.text import clean_block, clean_line
from neptune_inbox.text_graphemes import ELLIPSIS, cells, crop
from neptune_inbox.text_ids import quoted_id

TITLE, TITLE_IN_SENTENCE = 160, 40
BODY = 4_000
"""Characters of a body or payload that are read unless the whole is asked for."""

_NUMBERS = re.compile(r"\d{1,9}(?:-\d{1,9})?(?:,\d{1,9}(?:-\d{1,9})?)*,?")
_RANGE = re.compile(r"(?<!\S)(\d{1,9})(?:\s+to\s+|\s*-\s*)(?=\d{1,9}(?:[\s,]|$))", re.IGNORECASE)
_AND = re.compile(r"(?<=\d)(?:,?\s+and|,)\s+(?=\d{1,9}(?:[\s,-]|$))", re.IGNORECASE)


def _stroke(code: int) -> str:
    """The replacement for a character that draws boxes or blocks."""
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


def shorten(text: str, limit: int) -> str:
    """The text in at most so many cells, with dots where something was left out, never within a character."""
    return text if cells(text) <= limit else f"{crop(text, limit - 2).removesuffix(ELLIPSIS)}..."


def row_words(row: Row, now: Instant) -> str:
    """The customer's side of a row, and the state of our mark."""
    if row.mark is not None and row_state(row) in PENDING:
        return f"unread, mark {mark_words(row.mark, now)}"
    return state_words(row)


def mark_words(mark: Mark, now: Instant) -> str:
    """The state of a mark that is not settled."""
    if mark.state is MarkState.SENDING:
        return "is being sent"
    if mark.error:
        return f"is tried again: {mark.error}"
    return f"held, sent in {seconds_left(mark.due_at, now)} s"


def row_line(number: int, row: Row, now: Instant, *, names_user: bool) -> str:
    """One line of the list."""
    if not row.id:
        return f"{number}. {row.title}"
    when = ago(row.created_at, now) if row.created_at is not None else ""
    facts = (row_words(row, now), when, spoken_ids(row.user_id) if names_user else "", row.event_type)
    on_it = ("you are on it" if row.is_claim_mine else f"{row.claimed_by} is on it") if row.claimed_by else ""
    notes = plural(len(row.team.notes), "team note") if row.team.notes else ""
    triage = ", ".join(filter(None, (on_it, notes, *mine_sentences(row.triage))))
    title = shorten(row.title, TITLE) or "no title"
    words = f"{number}. {', '.join(filter(None, facts))}: {spoken_ids(title)}" + (f" ({triage})" if triage else "")
    return clean_line(words, len(words))


def plain_voice(numbers: str = "") -> Voice:
    """How `--plain` names things: verbs by their words, with the numbers of the lines that a sentence is about."""

    def name_verb(id: str) -> str:
        return next(word.words[0] for action, word in ACTIONS.plain_words() if (word.id or action.id) == id)

    return Voice(
        lambda title: f'"{shorten(title, TITLE_IN_SENTENCE)}"',
        _say_user,
        name_verb,
        lambda verb: f"{name_verb(verb)} {numbers}".rstrip(),
    )


def _say_user(user_id: str) -> str:
    said = spoken_ids(user_id)
    return said if said != user_id else quoted_id(user_id)


def describe(rows: Sequence[Row]) -> str:
    """`"Your card was declined" of u-4711`, or `3 notifications of 2 users`."""
    return verb_sentences.describe(rows, plain_voice())


def profile_words(profile: Profile) -> str:
    """Environment, profile and mode; production in capitals."""
    environment = profile.environment.upper() if profile.is_production else profile.environment
    return f"{environment}, profile {profile.shown_name}, mode {profile.mode}"


def kind_words(kind: Filter, query: str) -> str:
    return f"{kind}, search {query}" if query else str(kind)


def reading_lines(
    number: int, facts: PreviewFacts, notification: Notification, *, is_whole: bool = False, is_raw: bool = False
) -> list[str]:
    """One notification, read from its title to its payload; what the customer was sent is set in by two blanks.

    With `is_raw` Markdown, JSON and ids are said as they came.
    """
    name = f", {facts.user_name}" if facts.user_name else ""
    contact_status = ", ".join(f"{word} {'yes' if is_there else 'no'}" for word, is_there in facts.contact_status)
    link = f"{facts.link_host}/{facts.link_path}" if facts.link_path else facts.link_host
    odd = ", written with unusual letters" if facts.is_link_suspicious and facts.link_path else ""
    pairs = [
        ("User", f"{facts.user_id if is_raw else spoken_ids(facts.user_id)}{name}"),
        ("Event", facts.event_type),
        ("Created", facts.created),
        ("First seen", facts.first_seen),
        *facts.extras,
        ("Theirs", facts.customer_state),
        ("Mine", facts.triage),
        ("Reach", contact_status),
        *((label.capitalize(), words) for label, words in facts.evidence),
        ("Link", f"{link}{odd}"),
    ]
    lines = [f"{number}. {facts.title or 'no title'}"]
    lines += [f"{label}: {text}" for label, text in pairs if text]
    body = facts.body if is_raw else "\n".join(spoken_markdown(facts.body))
    return [*lines, *_block("Body", body, number, is_whole), *payload_lines(number, notification, is_whole, is_raw)]


def payload_lines(number: int, notification: Notification, is_whole: bool, is_raw: bool) -> list[str]:
    """The payload, a sentence for each of its values; nothing where there is none."""
    if notification.data in ("{}", "null", "[]"):
        return []
    said = pretty(notification.data) if is_raw else "\n".join(spoken_json(notification.data))
    return _block("Payload", clean_block(said, max(1, len(said))), number, is_whole)


def evidence_sentences(pairs: Sequence[tuple[str, str]], raw: str, number: int, *, is_whole: bool) -> list[str]:
    """The evidence as sentences, and the row as the server sent it."""
    lines = [f"{label}: {spoken_ids(text)}" for label, text in pairs]
    said = "\n".join(spoken_json(raw))
    return [*lines, *_block("As the server sent it", clean_block(said, max(1, len(said))), number, is_whole)]


def journal_words(entry: JournalEntry, now: Instant) -> str:
    """One line of the journal as a sentence."""
    what = " ".join(filter(None, (entry.verb, journal_outcome(entry))))
    whom = f" for {spoken_ids(entry.user_id)}" if entry.user_id else ""
    id = f", {spoken_ids(entry.id)}" if entry.id else ""
    posted = f", posted as {spoken_ids(entry.field)}" if names_posted(entry) else ""
    detail = f"{posted}: {spoken_ids(entry.detail)}" if entry.detail else posted
    return f"{ago(entry.at, now)}, {entry.actor} in {entry.profile}, {entry.environment}: {what}{whom}{id}{detail}"


def insight_line(event: EventInsight) -> str:
    """How soon one kind of event is read, as a sentence."""
    words = f"{event.event_type or 'no event type'}: {event.count:,} came, {event.read:,} read"
    if event.never_read:
        words += f", {event.never_read:,} unread after a day"
    if event.median is None or event.p90 is None:
        return f"{words}."
    most = "at most " if event.is_at_most else ""
    half, nearly = (long_span(max(time, MINUTE)) for time in (event.median, event.p90))
    return f"{words}; half of these within {most}{half}, 9 of 10 within {most}{nearly}."


def _block(label: str, text: str, number: int, is_whole: bool) -> list[str]:
    if not text.strip():
        return [f"{label}: none"] if label == "Body" else []
    limit = None if is_whole else BODY
    lines = [f"{label}:", *(f"  {line}".rstrip() for line in text[:limit].splitlines())]
    if limit is not None and len(text) > limit:
        lines.append(f"{label} cut, {len(text) - limit:,} more characters: {number} whole reads all of it.")
    return lines


def split_numbers(text: str) -> tuple[str, str]:
    """The leading `1 3-5,7`, `1 and 3 to 5` of a text, and what follows it."""
    taken, rest = [], _AND.sub(" ", _RANGE.sub(r"\1-", text.strip()))
    while rest:
        word, _, more = rest.partition(" ")
        if not _NUMBERS.fullmatch(word):
            break
        taken.append(word.rstrip(","))
        rest = more.lstrip()
    return " ".join(taken), rest


def first_numbers(text: str) -> tuple[str, str]:
    """As `split_numbers`, but only one word of numbers: what follows may begin with a number of its own."""
    word, _, rest = text.strip().partition(" ")
    return (word.rstrip(","), rest.strip()) if _NUMBERS.fullmatch(word) else ("", text.strip())


def take_numbers(text: str, printed: Collection[int], what: str = "Line", prints: str = "list") -> list[int]:
    """The numbers that `1 3-5` names, in order and once each: `5-3` backwards.

    Raises UsageProblem for one that was not printed.
    """
    wanted: dict[int, None] = {}
    for part in text.replace(",", " ").split():
        low, _, high = part.partition("-")
        first, last = int(low), int(high or low)
        for edge in (first, last):
            if edge not in printed:
                raise UsageProblem(f"{what} {edge} was not printed.", _range_words(printed, prints))
        within = [number for number in sorted(printed) if min(first, last) <= number <= max(first, last)]
        wanted |= dict.fromkeys(within if first <= last else reversed(within))
    return list(wanted)


def _range_words(printed: Collection[int], prints: str) -> str:
    return (
        f"Name one from {min(printed)} to {max(printed)}."
        if printed
        else f"No lines are numbered now; {prints} prints them."
    )


def no_command(word: str) -> str:
    return f"There is no command {clean_line(word, 40)}."


def unknown(word: str, known: Collection[str] = ()) -> UsageProblem:
    """A word that is not a command, with the one that was probably meant."""
    from difflib import get_close_matches

    near = get_close_matches(word.lower(), known, 1, 0.7)
    hint = f"Did you mean {near[0]}? " if near else ""
    return UsageProblem(no_command(word), f"{hint}help lists the commands.")


def not_lines(command: str, rest: str, example: str = "") -> UsageProblem:
    """What follows a command is not line numbers."""
    words = f"{command} takes line numbers, and {clean_line(rest, 40)} is not one, so nothing was done."
    return UsageProblem(words, f"Say: {example or f'{command} 3, or {command} 1 3-5'}.")
