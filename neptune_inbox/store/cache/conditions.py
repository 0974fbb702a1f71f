"""One term of a search as a condition in SQL, on rows of `notification`."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from neptune_inbox.model import Clause, Filter, Key, Term, clauses_of
from neptune_inbox.notification_fields import extra_fields
from neptune_inbox.store.cache.ids import rowids
from neptune_inbox.store.cache.merge import SHORTEST, decode_escapes, like_pattern, match_expression
from neptune_inbox.store.cache.payload import is_found_by_name, payload_expression, payload_holds

MATCHES = "seq IN (SELECT rowid FROM words WHERE words MATCH ?)"

_FOLD = "replace(replace(lower({}), char(383), 's'), char(8490), 'k')"
"""As the index folds ASCII letters: besides their capitals only ſ and the Kelvin sign become some (SQLite, FTS5)."""
_DECODED = r"CASE WHEN instr(data, '\u') THEN legible(data) ELSE data END"
_HOLDS = (
    f"instr({_FOLD.format('title')}, ?)"
    f" OR event IN (SELECT ref FROM event WHERE instr({_FOLD.format('name')}, ?))"
    f" OR account IN (SELECT ref FROM account WHERE instr({_FOLD.format('user_id')}, ?))"
    " OR EXISTS (SELECT 1 FROM content WHERE content.seq = notification.seq"
    f" AND (instr({_FOLD.format('body')}, ?) OR instr({_FOLD.format(_DECODED)}, ?)))"
)
_EXTRA_HOLDS = (
    f" OR EXISTS (SELECT 1 FROM extra WHERE extra.seq = notification.seq AND instr({_FOLD.format('words')}, ?))"
)
_PAYLOAD = "payload_holds((SELECT data FROM content WHERE content.seq = notification.seq), ?, ?)"


class Condition(NamedTuple):
    """A condition and the values of its question marks."""

    sql: str
    values: tuple[object, ...] = ()

    def negated(self, is_negated: bool = True) -> Condition:
        if not is_negated:
            return self
        opposite = {NEVER: ALWAYS, ALWAYS: NEVER}.get(self)
        return opposite or Condition(f"NOT ({self.sql})", self.values)


NEVER, ALWAYS = Condition("0"), Condition("1")
"""Kept apart from other conditions: SQLite cannot plan what is false for every row over an index that it must use."""


class Conditions:
    """Makes the conditions of one tenant's rows.

    Texts are looked for in the full-text index, or with `is_walked` in each row: quicker where few rows are judged.
    """

    def __init__(self, connection: sqlite3.Connection, tenant: str, ref: int, *, is_walked: bool = False) -> None:
        self._connection = connection
        self._tenant = tenant
        self._ref = ref
        self._is_walked = is_walked
        connection.create_function("legible", 1, decode_escapes, deterministic=True)
        connection.create_function("payload_holds", 3, payload_holds, deterministic=True)

    def of(self, term: Term) -> Condition:
        """The condition that a term is."""
        if isinstance(term, Clause):
            return self._clause(term).negated(term.is_negated)
        found = (all_of(map(self.of, alternative)) for alternative in term.alternatives)
        return any_of(found).negated(term.is_negated)

    def _clause(self, clause: Clause) -> Condition:
        if clause.field == "text":
            return self._text(clause.value)
        if clause.field == "data":
            return self._data(clause)
        if clause.field == "event":
            found = self._connection.execute(
                "SELECT ref FROM event WHERE place = ? AND lower(name) GLOB lower(?)", (self._ref, glob(clause.value))
            )
            return _among("event", [ref for (ref,) in found])
        if clause.field == "user":
            found = self._connection.execute(
                "SELECT ref FROM account WHERE place = ? AND user_id GLOB ?", (self._ref, glob(clause.value))
            )
            return _among("account", [ref for (ref,) in found])
        if clause.field == "keys":
            return self.among_keys(clause.keys)
        if clause.field == "rowids":
            return _among("seq", clause.rowids)
        return {
            "since": Condition("sorted_at >= ?", (clause.instant,)),
            "before": Condition("sorted_at < ?", (clause.instant,)),
            "has": Condition("has_link = 1"),
            "is": {Filter.READ: Condition("is_read = 1"), Filter.UNREAD: Condition("is_read = 0")}.get(
                Filter(clause.value) if clause.value in (Filter.READ, Filter.UNREAD) else Filter.ALL, ALWAYS
            ),
        }[clause.field]

    def among_keys(self, keys: Collection[Key]) -> Condition:
        """The condition that a row is one of these notifications."""
        return _among("seq", rowids(self._connection, self._tenant, keys))

    def _text(self, text: str) -> Condition:
        if not text:
            return ALWAYS
        if len(text) < SHORTEST:
            return self.short(text)
        if not self._is_walked:
            return Condition(MATCHES, (match_expression([text]),))
        holds = _HOLDS + (_EXTRA_HOLDS if _are_extras_searched() else "")
        return Condition(holds, (text.lower(),) * holds.count("?"))

    def short(self, text: str) -> Condition:
        """The condition that a narrow column holds it; a name that no event and no user has is not looked for."""
        pattern = like_pattern(text)
        parts = [Condition(r"title LIKE ? ESCAPE '\'", (pattern,))]
        for table, name in (("event", "name"), ("account", "user_id")):
            found = self._connection.execute(rf"SELECT ref FROM {table} WHERE {name} LIKE ? ESCAPE '\'", (pattern,))
            parts.append(_among(table, [ref for (ref,) in found]))
        if _are_extras_searched():
            parts.append(Condition(r"seq IN (SELECT seq FROM extra WHERE words LIKE ? ESCAPE '\')", (pattern,)))
        return any_of(parts)

    def _data(self, clause: Clause) -> Condition:
        judged = Condition(_PAYLOAD, (clause.path, clause.value))
        expression = "" if self._is_walked else payload_expression(clause)
        if not expression:
            return judged
        narrowed = Condition(MATCHES, (expression,))
        return narrowed if is_found_by_name(clause) else all_of([narrowed, judged])


def all_of(parts: Iterable[Condition]) -> Condition:
    """The condition that all of these hold."""
    return _joined([part for part in parts if part != ALWAYS], " AND ", NEVER, ALWAYS)


def any_of(parts: Iterable[Condition]) -> Condition:
    """The condition that one of these holds."""
    return _joined([part for part in parts if part != NEVER], " OR ", ALWAYS, NEVER)


def _joined(parts: Sequence[Condition], word: str, decisive: Condition, otherwise: Condition) -> Condition:
    if not parts:
        return otherwise
    if decisive in parts:
        return decisive
    sql = word.join(f"({part.sql})" for part in parts)
    return Condition(sql, tuple(value for part in parts for value in part.values))


def _among(column: str, numbers: Sequence[int]) -> Condition:
    return Condition(f"{column} IN (SELECT value FROM json_each(?))", (json.dumps(numbers),)) if numbers else NEVER


def _are_extras_searched() -> bool:
    return any(each.is_searched for each in extra_fields())


def glob(value: str) -> str:
    """The GLOB pattern in which only `*` and `?` are more than themselves."""
    return value.replace("[", "[[]")


class Cover(NamedTuple):
    """The query for the full-text index; with `is_exact` it finds what the term finds, otherwise also others."""

    expression: str
    is_exact: bool


def cover(term: Term) -> Cover | None:
    """How the full-text index narrows a term; None where it cannot."""
    if term.is_negated:
        return None
    if isinstance(term, Clause):
        if term.field == "text" and len(term.value) >= SHORTEST:
            return Cover(match_expression([term.value]), is_exact=True)
        expression = payload_expression(term) if term.field == "data" else ""
        return Cover(expression, is_found_by_name(term)) if expression else None
    found = [_cover_of_all(alternative) for alternative in term.alternatives]
    covers = [each for each in found if each is not None]
    if len(covers) < len(found):
        return None
    expression = " OR ".join(f"({each.expression})" for each in covers)
    return Cover(f"({expression})", all(each.is_exact for each in covers))


def _cover_of_all(terms: Sequence[Term]) -> Cover | None:
    covers = [each for term in terms if (each := cover(term)) is not None]
    if not covers:
        return None
    is_exact = len(covers) == len(terms) and all(each.is_exact for each in covers)
    return Cover(" AND ".join((*(each.expression for each in covers), *named(terms))), is_exact)


def named(terms: Iterable[Term]) -> Iterator[str]:
    """Which of the requested events and users the full-text index can look for as well."""
    for clause in terms:
        column = {"event": "event_type", "user": "user_id"}.get(clause.field) if isinstance(clause, Clause) else None
        if column and isinstance(clause, Clause) and not clause.is_negated:
            for part in re.split(r"[*?]", clause.value):
                if len(part) >= SHORTEST:
                    yield f"{column} : {match_expression([part])}"


def is_in_content(term: Term) -> bool:
    """Whether more than the indexes of a list is needed to judge a term: its text or its payload."""
    return any(
        clause.field == "data" or (clause.field == "text" and len(clause.value) >= SHORTEST)
        for clause in clauses_of([term])
    )


def can_walk(terms: Iterable[Term]) -> bool:
    """Whether rows can be judged one by one: only the letters of ASCII are folded there as in the index."""
    return all(clause.field != "text" or clause.value.isascii() for clause in clauses_of(terms))
