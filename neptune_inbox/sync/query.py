"""The small query language of the search line, into the clauses that a `Search` holds.

words and "whole phrases"   is:unread|read|done|starred|snoozed|noted|pending|failed   event:otp_*   user:42
since:2d   before:2026-11-01   has:link   and a minus in front of any of them for the opposite
"""

from __future__ import annotations

import re
from datetime import tzinfo
from difflib import get_close_matches

from neptune_inbox.errors import BadQuery, UsageProblem
from neptune_inbox.model import Clause, Instant
from neptune_inbox.sync.when import parse_past

FLAGS = {
    "is": ("unread", "read", "done", "starred", "snoozed", "noted", "pending", "failed"),
    "has": ("link",),
}
EXAMPLES = {
    "is": "is:unread",
    "event": "event:otp_*",
    "user": "user:42",
    "since": "since:2d",
    "before": "before:2026-11-01",
    "has": "has:link",
}
FIELDS = tuple(EXAMPLES)

_WORD = re.compile(r'(?P<minus>-?)(?:(?P<field>[a-z]+):)?(?:"(?P<phrase>[^"]*)(?P<close>"?)|(?P<word>[^\s"]*))', re.I)


def parse_query(text: str, now: Instant, zone: tzinfo | None = None) -> tuple[Clause, ...]:
    """The clauses of a query, all of which must hold; raises BadQuery with the column of what is wrong."""
    clauses = []
    position = 0
    while position < len(text):
        if text[position].isspace():
            position += 1
            continue
        match = _WORD.match(text, position)
        assert match is not None  # it matches nothing as well, and is not asked at a space
        clauses.append(_clause(match, now, zone))
        position = match.end()
    return tuple(clauses)


def _clause(match: re.Match[str], now: Instant, zone: tzinfo | None) -> Clause:
    at = match.start()
    if match["phrase"] is not None and not match["close"]:
        raise BadQuery("The quotation mark is not closed.", 'Write a second " after the phrase.', position=at)
    value = match["phrase"] if match["phrase"] is not None else match["word"]
    negated = bool(match["minus"])
    field = (match["field"] or "").lower()
    if not field and value.strip():
        return Clause("text", value, is_negated=negated)
    if not field:
        raise BadQuery(f"A word is missing: `{match[0]}`.", "Write what to find.", position=at)
    if field not in FIELDS:
        near = get_close_matches(field, FIELDS, 1)
        hint = f"Did you mean {near[0]}:?" if near else f"Known are {', '.join(f'{known}:' for known in FIELDS)}."
        raise BadQuery(f"There is no `{field}:`.", f'{hint} Put "…" around it to find the text.', position=at)
    if not value.strip():
        raise BadQuery(f"A word is missing after `{field}:`.", f"For example {EXAMPLES[field]}.", position=at)
    if field in FLAGS:
        if value.lower() not in FLAGS[field]:
            near = get_close_matches(value.lower(), FLAGS[field], 1, 0.7)
            hint = f"Did you mean {field}:{near[0]}?" if near else f"It knows {', '.join(FLAGS[field])}."
            raise BadQuery(f"`{field}:` does not know `{value}`.", hint, position=at)
        return Clause(field, value.lower(), is_negated=negated)
    if field in ("since", "before"):
        try:
            return Clause(field, value, parse_past(value, now, zone), is_negated=negated)
        except UsageProblem as problem:
            raise BadQuery(problem.sentence, problem.remedy, position=at) from None
    return Clause(field, value, is_negated=negated)
