"""The small query language of the search line, into the terms that a `Search` holds.

words and "whole phrases"   is:unread|read|done|starred|snoozed|noted|pending|failed   event:otp_*   user:42
since:2d   before:2026-11-01   has:link   data.order:A-77   by:rita   claimed:me   note:refund   incident:5
lists such as event:otp_*,refund   a or b   (a b) or c
and a minus in front of any of them for the opposite
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from datetime import tzinfo
from difflib import get_close_matches

from neptune_inbox.errors import BadQuery, UsageProblem
from neptune_inbox.masking import looks_like_token
from neptune_inbox.model import Clause, Group, Instant, Term, clauses_of
from neptune_inbox.sync.inbox.times import parse_past

FLAGS = {
    "is": {
        "unread": "not read yet",
        "read": "read, by the customer or for them",
        "done": "done, by me",
        "starred": "starred, by me",
        "snoozed": "snoozed by me, and not due yet",
        "noted": "with a note of mine",
        "pending": "a mark is waiting or being sent",
        "failed": "a mark was refused, or its outcome is unknown",
        "claimed": "someone in the team is on it",
        "handled": "done, by anyone in the team",
        "incident": "reached several customers at once",
    },
    "has": {"link": "with a link"},
}
"""What each of these operators takes, and what it finds."""
EXAMPLES = {
    "is": "is:unread",
    "event": "event:otp_*",
    "user": "user:42",
    "since": "since:2d",
    "before": "before:2026-11-01",
    "has": "has:link",
    "data.FIELD": "data.order:A-77",
    "by": "by:rita",
    "claimed": "claimed:me",
    "note": "note:refund",
    "incident": "incident:5",
}
FIELDS = tuple(EXAMPLES)
MEANINGS = {
    "is": "read state, or what was done with it",
    "event": "an event type; * is any text",
    "user": "a customer",
    "since": "not older than a time or a duration",
    "before": "older than a time or a duration",
    "has": "what has a link",
    "data.FIELD": "a field of the payload, at any depth; * is any text",
    "by": "who in the team marked or handled it; me is myself",
    "claimed": "who in the team is on it; me is myself",
    "note": "a text in a note, mine or the team's",
    "incident": "reached this many watched customers or more at once",
}
"""What is looked at by each."""
LISTED = "event:otp_*,refund"
COMBINED = {
    LISTED: "one of several; also for user:, is:, has: and data.FIELD:",
    "card or refund": "one of them",
    "(card or refund) is:unread": "parentheses keep words together",
    "-(is:done or is:snoozed)": "none of them",
}
"""How words are put together, and what each finds."""
TIMES = ("since", "before")
MOST_CLAUSES = 100
DEEPEST = 20
"""How deep parentheses may be nested."""

_FIELD = re.compile(r"(data\.[^\s\":(),]+|[a-z]+):", re.I)
_OPERATOR = re.compile(r"(or|and)(?=[\s()]|$)", re.I)


def parse_query(text: str, now: Instant, zone: tzinfo | None = None) -> tuple[Term, ...]:
    """The terms of a query, all of which must hold; raises BadQuery with the column of what is wrong."""
    if looks_like_token(text):
        raise BadQuery("The query looks like an API token, so it was not used.")
    return _Parser(text, now, zone).whole()


def parts_of_types(terms: Iterable[Term], known: Collection[str]) -> list[str]:
    """What a search asks for as whole event types, and what is only a part of some that are known."""
    asked = dict.fromkeys(each.value for each in clauses_of(terms) if each.field == "event" and "*" not in each.value)
    names = [name.lower() for name in known]
    return [each for each in asked if each.lower() not in names and any(each.lower() in name for name in names)]


class _Parser:
    """One query, read from the left."""

    def __init__(self, text: str, now: Instant, zone: tzinfo | None) -> None:
        self._text = text
        self._now = now
        self._zone = zone
        self._at = 0
        self._clauses = 0

    def whole(self) -> tuple[Term, ...]:
        terms = self._alternatives(depth=0)
        if self._at < len(self._text):
            hint = 'Put ( before it, or "…" around the text to find.'
            raise BadQuery("The parenthesis closes nothing.", hint, position=self._at)
        return terms

    def _alternatives(self, depth: int) -> tuple[Term, ...]:
        """Everything up to the end or a closing parenthesis, as terms that must all hold."""
        found = [self._conjunction(depth)]
        while (operator := self._operator()) is not None:
            position = self._at
            self._at += len(operator)
            found.append(self._conjunction(depth))
            if not found[-2] or not found[-1]:
                hint = 'Write `a or b`, or "or" to find the word.'
                raise _missing(operator, hint, position, is_before=not found[-2])
        return found[0] if len(found) == 1 else (Group(tuple(found)),)

    def _conjunction(self, depth: int) -> tuple[Term, ...]:
        terms: list[Term] = []
        while not self._is_at_end():
            operator = self._operator()
            if operator is None:
                terms += self._term(depth)
                continue
            if operator.lower() == "or":
                break
            position = self._at
            self._at += len(operator)
            is_last = self._is_at_end() or self._operator() is not None
            if not terms or is_last:
                hint = 'Words next to each other must all match; write "and" to find the word.'
                raise _missing(operator, hint, position, is_before=not terms)
        return tuple(terms)

    def _is_at_end(self) -> bool:
        """Whether nothing follows, or the parenthesis that ends this."""
        while self._at < len(self._text) and self._text[self._at].isspace():
            self._at += 1
        return self._at == len(self._text) or self._text[self._at] == ")"

    def _operator(self) -> str | None:
        match = None if self._is_at_end() else _OPERATOR.match(self._text, self._at)
        return match[0] if match else None

    def _term(self, depth: int) -> tuple[Term, ...]:
        start, is_negated = self._at, self._text[self._at] == "-"
        self._at += is_negated
        if not self._text.startswith("(", self._at):
            return (self._clause(start, is_negated=is_negated),)
        if depth == DEEPEST:
            raise _too_many("open parentheses", DEEPEST, start)
        self._at += 1
        terms = self._alternatives(depth + 1)
        if self._at == len(self._text):
            hint = 'Write a ) after the last word, or "…" around the text to find.'
            raise BadQuery("The parenthesis is not closed.", hint, position=start)
        self._at += 1
        if not terms:
            raise BadQuery(
                "There is nothing between the parentheses.", "For example (card or refund).", position=start
            )
        return (_opposite(terms),) if is_negated else terms

    def _clause(self, start: int, *, is_negated: bool) -> Term:
        self._clauses += 1
        if self._clauses > MOST_CLAUSES:
            raise _too_many("words", MOST_CLAUSES, start)
        field = self._field(start)
        values = self._values(start, is_listed=field not in ("", *TIMES))
        if not field and not values[0].strip():
            word = self._text[start : self._at]
            raise BadQuery(f"A word is missing: `{word}`.", "Write what to find.", position=start)
        if not all(value.strip() for value in values):
            side = f"after `{field}:`" if len(values) == 1 else f"in the list after `{field}:`"
            example = EXAMPLES["data.FIELD" if "." in field else field] if len(values) == 1 else LISTED
            raise BadQuery(f"A word is missing {side}.", f"For example {example}.", position=start)
        found = [self._one(field, value, start) for value in values]
        term: Term = found[0] if len(found) == 1 else Group(tuple((each,) for each in found))
        return _opposite((term,)) if is_negated else term

    def _field(self, start: int) -> str:
        match = _FIELD.match(self._text, self._at)
        if match is None:
            return ""
        field = match[1] if "." in match[1] else match[1].lower()
        if "." not in field and field not in FIELDS:
            near = get_close_matches(field, FIELDS, 1)
            hint = f"Did you mean {near[0]}:?" if near else f"Known are {', '.join(f'{known}:' for known in FIELDS)}."
            if field == "data":
                hint = f"Name a field of the payload, such as {EXAMPLES['data.FIELD']}."
            remedy = f'{hint} Put "…" around it to find the text.'
            raise BadQuery(f"There is no `{field}:`.", remedy, position=start)
        if not all(field.split(".")):
            hint = f"For example {EXAMPLES['data.FIELD']}."
            raise BadQuery(f"A name is missing in `{field}:`.", hint, position=start)
        self._at = match.end()
        return field

    def _values(self, start: int, *, is_listed: bool) -> list[str]:
        """The word or phrase at this position, or with `is_listed` several, separated by commas."""
        values = [self._value(start, ends=",")] if is_listed else [self._value(start)]
        while is_listed and self._text.startswith(",", self._at):
            self._at += 1
            values.append(self._value(start, ends=","))
        return values

    def _value(self, start: int, ends: str = "") -> str:
        text, begin, opened = self._text, self._at, 0
        if text.startswith('"', begin):
            end = text.find('"', begin + 1)
            if end < 0:
                hint = 'Write a second " after the phrase.'
                raise BadQuery("The quotation mark is not closed.", hint, position=start)
            self._at = end + 1
            return text[begin + 1 : end]
        while self._at < len(text) and not text[self._at].isspace() and text[self._at] not in f'"{ends}':
            # A parenthesis within a word, as in f(x), belongs to it.
            opened += {"(": 1, ")": -1}.get(text[self._at], 0)
            if opened < 0:
                break
            self._at += 1
        return text[begin : self._at]

    def _one(self, field: str, value: str, start: int) -> Clause:
        if not field:
            return Clause("text", value)
        if "." in field:
            return Clause("data", value, path=field.partition(".")[2])
        if field in FLAGS:
            if value.lower() not in FLAGS[field]:
                near = get_close_matches(value.lower(), FLAGS[field], 1, 0.7)
                hint = f"Did you mean {field}:{near[0]}?" if near else f"It knows {', '.join(FLAGS[field])}."
                raise BadQuery(f"`{field}:` does not know `{value}`.", hint, position=start)
            return Clause(field, value.lower())
        if field == "incident" and not _is_number_of_customers(value):
            hint = f"For example {EXAMPLES[field]}: at least five customers."
            raise BadQuery(f"`{field}:` takes a number from 2 on, not `{value}`.", hint, position=start)
        if field in TIMES:
            try:
                return Clause(field, value, parse_past(value, self._now, self._zone))
            except UsageProblem as problem:
                raise BadQuery(problem.sentence, problem.remedy, position=start) from None
        return Clause(field, value)


def _is_number_of_customers(value: str) -> bool:
    return re.fullmatch(r"[0-9]{1,6}", value) is not None and int(value) >= 2


def _missing(operator: str, hint: str, position: int, *, is_before: bool) -> BadQuery:
    side = "before" if is_before else "behind"
    return BadQuery(f"A word is missing {side} `{operator}`.", hint, position=position)


def _too_many(what: str, most: int, position: int) -> BadQuery:
    return BadQuery(f"The query has too many {what}.", f"Write at most {most} of them.", position=position)


def _opposite(terms: tuple[Term, ...]) -> Term:
    """The term that holds where these do not all hold."""
    if len(terms) > 1:
        return Group((terms,), is_negated=True)
    term = terms[0]
    return (
        Clause(term.field, term.value, term.instant, not term.is_negated, term.path)
        if isinstance(term, Clause)
        else Group(term.alternatives, not term.is_negated)
    )
