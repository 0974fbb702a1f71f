"""Which rows a search shows, newest first: a `Search` as one SQL statement over the covering indexes."""

from __future__ import annotations

import json
import sqlite3
from array import array
from collections.abc import Collection, Sequence

from msgspec import Struct, field

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

WALKED = 2_000
"""At most this many of the newest rows are searched."""
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

    def add(self, condition: Condition, *, is_negated: bool = False) -> None:
        condition = condition.negated(is_negated)
        self.is_impossible |= condition == NEVER
        if condition not in (NEVER, ALWAYS):
            self.conditions.append(f"({condition.sql})")
            self.values.extend(condition.values)


def find(
    connection: sqlite3.Connection,
    tenant: str,
    search: Search,
    *,
    only: Collection[Key] | None,
    without: Collection[Key],
    limit: int | None,
    newer_than: int | None,
) -> array[int]:
    """The rowids that a search shows, newest first, at most `limit`."""
    ref = tenant_ref(connection, tenant)
    accounts = _accounts(connection, ref, search)
    if not accounts or (only is not None and not only):
        return array("q")
    query, conditions = _Query(), Conditions(connection, tenant, ref)
    is_narrow = _add_texts(connection, query, conditions, search.clauses)
    if only is not None:
        query.add(conditions.among_keys(only))
        is_narrow = True
    if without:
        query.add(conditions.among_keys(without), is_negated=True)
    if newer_than is not None:
        query.add(Condition("seq > ?", (newer_than,)))
        is_narrow = True
    if search.within is not None:
        beyond = json.dumps([*search.within.beyond])
        is_within = "seq <= ? OR seq IN (SELECT value FROM json_each(?))"
        query.add(Condition(is_within, (search.within.newest_rowid, beyond)))
    is_narrow |= any(isinstance(term, Clause) and _names_rows(term) for term in search.clauses)
    kinds = _add_clauses(query, conditions, search)
    if query.is_impossible:
        return array("q")
    _choose_index(connection, query, ref, accounts, is_narrow=is_narrow, is_unread_only=kinds == {Filter.UNREAD})
    if limit is not None and query.in_content and not is_narrow and can_walk(query.in_content):
        row_by_row = Conditions(connection, tenant, ref, is_walked=True)
        newest = _newest(connection, query, row_by_row, limit)
        if newest is not None:
            return newest
    if query.match:
        query.add(Condition(MATCHES, (query.match,)))
    for term in query.in_content:
        found = cover(term)
        if found is None or not found.is_exact:
            query.add(conditions.of(term))
    return _chosen(connection, query, limit)


def _chosen(connection: sqlite3.Connection, query: _Query, limit: int | None) -> array[int]:
    if query.is_impossible:
        return array("q")
    found = connection.execute(
        f"SELECT seq FROM {query.source} WHERE {' AND '.join(query.conditions)}{_NEWEST_FIRST}",
        (*query.values, -1 if limit is None else limit),
    )
    return array("q", (seq for (seq,) in found))


def _newest(connection: sqlite3.Connection, query: _Query, row_by_row: Conditions, limit: int) -> array[int] | None:
    """The first `limit` rowids, each of the newest rows looked at; None where those hold too few."""
    bound = connection.execute(
        f"SELECT sorted_at FROM {query.source} WHERE {' AND '.join(query.conditions)}{_NEWEST_FIRST} OFFSET ?",
        (*query.values, 1, WALKED),
    ).fetchone()
    walk = _Query(query.source, [*query.conditions], [*query.values])
    if bound is not None:
        walk.add(Condition("sorted_at > ?", bound))
    for term in query.in_content:
        walk.add(row_by_row.of(term))
    seqs = _chosen(connection, walk, limit)
    return seqs if bound is None or len(seqs) == limit else None


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
