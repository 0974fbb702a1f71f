"""Which rows a search shows, newest first: a `Search` as one SQL statement over the covering indexes."""

from __future__ import annotations

import json
import sqlite3
from array import array
from collections.abc import Collection, Sequence
from typing import NamedTuple

from msgspec import Struct, field
from msgspec.structs import replace

from neptune_inbox.model import Clause, Filter, Key, Search, Term, clauses_of
from neptune_inbox.store.cache.conditions import (
    ALWAYS,
    MATCHES,
    NEVER,
    Condition,
    Conditions,
    all_of,
    any_of,
    can_walk,
    cover,
    glob,
    is_in_content,
    named,
)
from neptune_inbox.store.cache.ids import tenant_ref
from neptune_inbox.store.cache.merge import SHORTEST

WALKED = 2_000
"""At most this many of the newest rows are searched."""
GLANCED = 10_000
"""At most this many of the newest rows are looked at for a text that no index finds, before every title is read."""
FEW = 4000
"""Up to this many text matches are looked up one by one and sorted; more are probed while walking the time index."""

_NEWEST_FIRST = " ORDER BY sorted_at DESC, seq DESC LIMIT ?"


class _Query(Struct):
    """The statement while it is put together."""

    source: str = "notification NOT INDEXED"
    conditions: list[str] = field(default_factory=list)
    values: list[object] = field(default_factory=list)
    in_content: list[Term] = field(default_factory=list)
    """The conditions on the text and the payload of a row, for the full-text index or row by row."""
    match: str = ""
    """What the full-text index is to be asked for them, if it is."""
    is_impossible: bool = False

    def copy(self) -> _Query:
        return replace(self, conditions=[*self.conditions], values=[*self.values])

    def add(self, condition: Condition, *, is_negated: bool = False) -> None:
        condition = condition.negated(is_negated)
        self.is_impossible |= condition == NEVER
        if condition not in (NEVER, ALWAYS):
            self.conditions.append(f"({condition.sql})")
            self.values.extend(condition.values)


class Found(NamedTuple):
    """What a search shows, as rowids, newest first."""

    rowids: array[int]
    is_glance: bool = False
    """Only the newest rows were looked at, and some were found there."""


_NOTHING = Found(array("q"))


def find(
    connection: sqlite3.Connection,
    tenant: str,
    search: Search,
    *,
    only: Collection[Key] | None,
    without: Collection[Key],
    limit: int | None,
    newer_than: int | None = None,
    may_glance: bool = False,
) -> Found:
    """The rows that a search shows, at most `limit`.

    With `may_glance` fewer are given where some are known at once and to find all of them takes long.
    """
    ref = tenant_ref(connection, tenant)
    accounts = _accounts(connection, ref, search)
    if not accounts or (only is not None and not only):
        return _NOTHING
    conditions = Conditions(connection, tenant, ref)
    query = _bounded(conditions, search, only, without, newer_than)
    row_by_row = Conditions(connection, tenant, ref, is_walked=True)
    is_narrow = only is not None or newer_than is not None
    is_narrow |= any(isinstance(term, Clause) and _names_rows(term) for term in search.clauses)
    is_unread_only = _add_clauses(query, conditions, search) == {Filter.UNREAD}
    is_slow = not is_narrow and not query.is_impossible and _reads_every_title(search)
    if may_glance and limit is not None and is_slow:
        glance = query.copy()
        _choose_index(connection, glance, ref, accounts, is_narrow=False, is_unread_only=is_unread_only)
        glance.in_content = [term for term in search.clauses if is_in_content(term) or _is_text(term)]
        found = _in_newest(connection, glance, row_by_row, GLANCED, limit, may_glance=True)
        if found is not None:
            return found
    is_narrow |= _add_texts(connection, query, conditions, search.clauses)
    if query.is_impossible:
        return _NOTHING
    _choose_index(connection, query, ref, accounts, is_narrow=is_narrow, is_unread_only=is_unread_only)
    can_look = query.in_content and not is_narrow and can_walk(query.in_content)
    if limit is not None and can_look:
        found = _in_newest(connection, query, row_by_row, WALKED, limit, may_glance=may_glance)
        if found is not None:
            return found
    if query.match:
        query.add(Condition(MATCHES, (query.match,)))
    for term in query.in_content:
        covered = cover(term)
        if covered is None or not covered.is_exact:
            query.add(conditions.of(term))
    return Found(_chosen(connection, query, limit))


def _bounded(
    conditions: Conditions,
    search: Search,
    only: Collection[Key] | None,
    without: Collection[Key],
    newer_than: int | None,
) -> _Query:
    """The query for no other rows than these."""
    query = _Query()
    if only is not None:
        query.add(conditions.among_keys(only))
    if without:
        query.add(conditions.among_keys(without), is_negated=True)
    if newer_than is not None:
        query.add(Condition("seq > ?", (newer_than,)))
    if search.within is not None:
        beyond = json.dumps([*search.within.beyond])
        is_within = "seq <= ? OR seq IN (SELECT value FROM json_each(?))"
        query.add(Condition(is_within, (search.within.newest_rowid, beyond)))
    return query


def _reads_every_title(search: Search) -> bool:
    """Whether a text is asked for that is too short for the full-text index, and rows can be judged one by one."""
    is_short = any(isinstance(term, Clause) and _is_short(term) for term in search.clauses)
    return is_short and can_walk(filter(is_in_content, search.clauses))


def _is_short(clause: Clause) -> bool:
    return clause.field == "text" and 0 < len(clause.value) < SHORTEST and not clause.is_negated


def _chosen(connection: sqlite3.Connection, query: _Query, limit: int | None) -> array[int]:
    if query.is_impossible:
        return array("q")
    found = connection.execute(
        f"SELECT seq FROM {query.source} WHERE {' AND '.join(query.conditions)}{_NEWEST_FIRST}",
        (*query.values, -1 if limit is None else limit),
    )
    return array("q", (seq for (seq,) in found))


def _in_newest(
    connection: sqlite3.Connection, query: _Query, row_by_row: Conditions, rows: int, limit: int, *, may_glance: bool
) -> Found | None:
    """What is found among so many of the newest rows, each looked at; None where they hold too few."""
    walk, is_whole = _walk(connection, query, row_by_row, rows)
    found = _chosen(connection, walk, limit)
    if is_whole or len(found) == limit or (may_glance and found):
        return Found(found, is_glance=not is_whole and len(found) < limit)
    return None


def _walk(connection: sqlite3.Connection, query: _Query, row_by_row: Conditions, rows: int) -> tuple[_Query, bool]:
    """The query that looks at each of this many of the newest rows, and whether that is all of them."""
    bound = connection.execute(
        f"SELECT sorted_at FROM {query.source} WHERE {' AND '.join(query.conditions)}{_NEWEST_FIRST} OFFSET ?",
        (*query.values, 1, rows),
    ).fetchone()
    walk = query.copy()
    if bound is not None:
        walk.add(Condition("sorted_at > ?", bound))
    for term in query.in_content:
        walk.add(row_by_row.of(term))
    return walk, bound is None


def _is_about_users(term: Term) -> bool:
    return all(clause.field == "user" for clause in clauses_of([term]))


def _accounts(connection: sqlite3.Connection, tenant: int, search: Search) -> list[int]:
    """The users in scope that the search's terms about users leave."""
    conditions = ["place = ? AND user_id IN (SELECT value FROM json_each(?))"]
    values: list[object] = [tenant, json.dumps(search.users)]
    for term in search.clauses:
        if _is_about_users(term):
            condition = _user_condition(term)
            conditions.append(condition.sql)
            values.extend(condition.values)
    found = connection.execute(
        f"SELECT ref FROM account WHERE {' AND '.join(f'({each})' for each in conditions)}", values
    )
    return [int(ref) for (ref,) in found]


def _user_condition(term: Term) -> Condition:
    if isinstance(term, Clause):
        condition = Condition("user_id GLOB ?", (glob(term.value),))
    else:
        condition = any_of(all_of(map(_user_condition, alternative)) for alternative in term.alternatives)
    return condition.negated(term.is_negated)


def _choose_index(
    connection: sqlite3.Connection,
    query: _Query,
    tenant: int,
    accounts: list[int],
    *,
    is_narrow: bool,
    is_unread_only: bool,
) -> None:
    if len(accounts) == 1:
        query.add(Condition("account = ?", (accounts[0],)))
        query.source = "notification NOT INDEXED" if is_narrow else "notification INDEXED BY by_account"
        return
    query.add(Condition("place = ?", (tenant,)))
    (everybody,) = connection.execute("SELECT count(*) FROM account WHERE place = ?", (tenant,)).fetchone()
    if len(accounts) < everybody:
        query.add(Condition("account IN (SELECT value FROM json_each(?))", (json.dumps(accounts),)))
    if not is_narrow:
        query.source = f"notification INDEXED BY {'by_time_unread' if is_unread_only else 'by_time'}"


def _add_texts(connection: sqlite3.Connection, query: _Query, conditions: Conditions, terms: Sequence[Term]) -> bool:
    """Add the conditions on text and payload; returns whether so few rows match that they are better looked up one by
    one."""
    is_narrow = False
    for term in terms:
        if is_in_content(term):
            query.in_content.append(term)
        elif isinstance(term, Clause) and term.field == "text" and term.value:
            is_narrow |= _add_short(connection, query, conditions, term)
    covers = [found.expression for term in query.in_content if (found := cover(term)) is not None]
    if not covers:
        return is_narrow
    query.match = " AND ".join((*covers, *named(terms)))
    (matches,) = connection.execute(
        "SELECT count(*) FROM (SELECT rowid FROM words WHERE words MATCH ? LIMIT ?)", (query.match, FEW)
    ).fetchone()
    return is_narrow or int(matches) < FEW


def _add_short(connection: sqlite3.Connection, query: _Query, conditions: Conditions, clause: Clause) -> bool:
    condition = conditions.short(clause.value)
    if not clause.is_negated:
        # In storage order: three times faster than through an index.
        found = connection.execute(
            f"SELECT seq FROM notification NOT INDEXED WHERE {condition.sql} LIMIT {FEW}", condition.values
        )
        matches = [seq for (seq,) in found]
        if len(matches) < FEW:
            query.add(Condition("seq IN (SELECT value FROM json_each(?))", (json.dumps(matches),)))
            return True
    query.add(condition, is_negated=clause.is_negated)
    return False


def _add_clauses(query: _Query, conditions: Conditions, search: Search) -> set[Filter]:
    """Add the filter and the other terms; which of read and unread may be shown after all."""
    kinds = {Filter.READ, Filter.UNREAD} & ({search.kind} if search.kind is not Filter.ALL else set(Filter))
    for term in search.clauses:
        if isinstance(term, Clause) and term.field == "is" and term.value in (Filter.READ, Filter.UNREAD):
            named_kind = {Filter(term.value)}
            kinds &= ({Filter.READ, Filter.UNREAD} - named_kind) if term.is_negated else named_kind
        elif not (is_in_content(term) or _is_about_users(term) or _is_text(term)):
            query.add(conditions.of(term))
    if len(kinds) < 2:
        read_state = {Filter.READ: Condition("is_read = 1"), Filter.UNREAD: Condition("is_read = 0")}
        query.add(read_state[next(iter(kinds))] if kinds else NEVER)
    return kinds


def _names_rows(clause: Clause) -> bool:
    return clause.field == "rowids" and not clause.is_negated


def _is_text(term: Term) -> bool:
    return isinstance(term, Clause) and term.field == "text"
