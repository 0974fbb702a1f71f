"""Which rows a search shows, newest first: a `Search` as one SQL statement over the covering indexes."""

from __future__ import annotations

import json
import re
import sqlite3
from array import array
from collections.abc import Collection, Iterable, Iterator

from msgspec import Struct, field

from neptune_inbox.model import Clause, Filter, Key, Search
from neptune_inbox.store.cache_names import place_ref, rowids
from neptune_inbox.store.cache_text import SHORTEST, like_pattern, match_expression
from neptune_inbox.store.cache_walk import newest_with

FEW = 4000
"""Up to so many text matches are looked up one by one and sorted; more are probed while walking the time index."""

_MATCHES = "seq IN (SELECT rowid FROM words WHERE words MATCH ?)"
NOTHING = "(0)"
"""The condition that no row meets."""


class _Query(Struct):
    """The statement while it is put together."""

    source: str = "notification NOT INDEXED"
    conditions: list[str] = field(default_factory=list)
    values: list[object] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    """What a row must hold somewhere, as far as the full-text index knows texts so short."""
    match: str = ""
    """What the full-text index is to be asked for them, if it is."""

    def add(self, condition: str, *values: object, is_negated: bool = False) -> None:
        self.conditions.append(f"NOT ({condition})" if is_negated else f"({condition})")
        self.values.extend(values)


def find(
    connection: sqlite3.Connection,
    place: str,
    search: Search,
    *,
    only: Collection[Key] | None,
    without: Collection[Key],
    limit: int | None,
    newer_than: int | None,
) -> array[int]:
    """The rowids that a search shows, newest first, at most `limit`."""
    ref = place_ref(connection, place)
    accounts = _accounts(connection, ref, search)
    if not accounts or (only is not None and not only):
        return array("q")
    query = _Query()
    is_narrow = _add_texts(connection, query, search.clauses)
    if only is not None:
        query.add("seq IN (SELECT value FROM json_each(?))", json.dumps(rowids(connection, place, only)))
        is_narrow = True
    if without:
        query.add("seq NOT IN (SELECT value FROM json_each(?))", json.dumps(rowids(connection, place, without)))
    if newer_than is not None:
        query.add("seq > ?", newer_than)
        is_narrow = True
    kinds = _add_clauses(connection, query, ref, search)
    if NOTHING in query.conditions:
        # Not a statement that is false for every row: SQLite cannot plan it over an index that it is told to use.
        return array("q")
    _choose_index(connection, query, ref, accounts, is_narrow=is_narrow, is_unread_only=kinds == {Filter.UNREAD})
    if query.texts:
        if limit is not None and not is_narrow:
            newest = newest_with(
                connection,
                query.texts,
                source=query.source,
                conditions=query.conditions,
                values=query.values,
                limit=limit,
            )
            if newest is not None:
                return newest
        query.add(_MATCHES, query.match)
    found = connection.execute(
        f"SELECT seq FROM {query.source} WHERE {' AND '.join(query.conditions)}"
        " ORDER BY sorted_at DESC, seq DESC LIMIT ?",
        (*query.values, -1 if limit is None else limit),
    )
    return array("q", (seq for (seq,) in found))


def _accounts(connection: sqlite3.Connection, place: int, search: Search) -> list[int]:
    """The users in scope that the search's `user` clauses leave."""
    conditions = ["place = ? AND user_id IN (SELECT value FROM json_each(?))"]
    values: list[object] = [place, json.dumps(search.users)]
    for clause in search.clauses:
        if clause.field == "user":
            conditions.append(f"{'NOT ' if clause.is_negated else ''}user_id GLOB ?")
            values.append(_glob(clause.value))
    found = connection.execute(f"SELECT ref FROM account WHERE {' AND '.join(conditions)}", values)
    return [int(ref) for (ref,) in found]


def _choose_index(
    connection: sqlite3.Connection,
    query: _Query,
    place: int,
    accounts: list[int],
    *,
    is_narrow: bool,
    is_unread_only: bool,
) -> None:
    if len(accounts) == 1:
        query.add("account = ?", accounts[0])
        query.source = "notification NOT INDEXED" if is_narrow else "notification INDEXED BY by_account"
        return
    query.add("place = ?", place)
    (everybody,) = connection.execute("SELECT count(*) FROM account WHERE place = ?", (place,)).fetchone()
    if len(accounts) < everybody:
        query.add("account IN (SELECT value FROM json_each(?))", json.dumps(accounts))
    if not is_narrow:
        query.source = f"notification INDEXED BY {'by_time_unread' if is_unread_only else 'by_time'}"


def _add_texts(connection: sqlite3.Connection, query: _Query, clauses: Iterable[Clause]) -> bool:
    """Add the `text` clauses; whether so few rows match that they are better looked up one by one."""
    is_narrow = False
    for clause in clauses:
        if clause.field != "text" or not clause.value:
            continue
        if len(clause.value) < SHORTEST:
            is_narrow |= _add_short(connection, query, clause)
        elif clause.is_negated:
            query.add(_MATCHES, match_expression([clause.value]), is_negated=True)
        else:
            query.texts.append(clause.value)
    if not query.texts:
        return is_narrow
    query.match = " AND ".join((match_expression(query.texts), *_named(clauses)))
    (matches,) = connection.execute(
        "SELECT count(*) FROM (SELECT rowid FROM words WHERE words MATCH ? LIMIT ?)", (query.match, FEW)
    ).fetchone()
    return is_narrow or int(matches) < FEW


def _named(clauses: Iterable[Clause]) -> Iterator[str]:
    """What of the events and users that are asked for the full-text index can look for as well."""
    for clause in clauses:
        column = {"event": "event_type", "user": "user_id"}.get(clause.field)
        if column and not clause.is_negated:
            for part in re.split(r"[*?]", clause.value):
                if len(part) >= SHORTEST:
                    yield f"{column} : {match_expression([part])}"


def _add_short(connection: sqlite3.Connection, query: _Query, clause: Clause) -> bool:
    condition, values = _short(connection, like_pattern(clause.value))
    if not clause.is_negated:
        # In the order in which rows are stored: three times faster than by way of an index.
        found = connection.execute(f"SELECT seq FROM notification NOT INDEXED WHERE {condition} LIMIT {FEW}", values)
        matches = [seq for (seq,) in found]
        if len(matches) < FEW:
            query.add("seq IN (SELECT value FROM json_each(?))", json.dumps(matches))
            return True
    query.add(condition, *values, is_negated=clause.is_negated)
    return False


def _short(connection: sqlite3.Connection, pattern: str) -> tuple[str, list[object]]:
    """The condition that a narrow column is like this; a name that no event and no user has is not looked for."""
    condition, values = r"title LIKE ? ESCAPE '\'", [pattern]
    for table, name in (("event", "name"), ("account", "user_id")):
        found = connection.execute(rf"SELECT ref FROM {table} WHERE {name} LIKE ? ESCAPE '\'", (pattern,))
        refs = [ref for (ref,) in found]
        if refs:
            condition += f" OR {table} IN (SELECT value FROM json_each(?))"
            values.append(json.dumps(refs))
    return condition, list(values)


def _add_clauses(connection: sqlite3.Connection, query: _Query, place: int, search: Search) -> set[Filter]:
    """Add the filter and the other clauses; which of read and unread may be shown after all."""
    kinds = {Filter.READ, Filter.UNREAD} & ({search.kind} if search.kind is not Filter.ALL else set(Filter))
    for clause in search.clauses:
        if clause.field == "event":
            found = connection.execute(
                "SELECT ref FROM event WHERE place = ? AND lower(name) GLOB lower(?)", (place, _glob(clause.value))
            )
            refs = [ref for (ref,) in found]
            if not refs and not clause.is_negated:
                query.add("0")
            query.add("event IN (SELECT value FROM json_each(?))", json.dumps(refs), is_negated=clause.is_negated)
        elif clause.field == "since":
            query.add("sorted_at >= ?", clause.instant, is_negated=clause.is_negated)
        elif clause.field == "before":
            query.add("sorted_at < ?", clause.instant, is_negated=clause.is_negated)
        elif clause.field == "has" and clause.value == "link":
            query.add("has_link = 1", is_negated=clause.is_negated)
        elif clause.field == "is" and clause.value in (Filter.READ, Filter.UNREAD):
            named = {Filter(clause.value)}
            kinds &= ({Filter.READ, Filter.UNREAD} - named) if clause.is_negated else named
    if len(kinds) < 2:
        conditions = {Filter.READ: "is_read = 1", Filter.UNREAD: "is_read = 0"}
        query.add(conditions[next(iter(kinds))] if kinds else "0")
    return kinds


def _glob(value: str) -> str:
    """The GLOB pattern in which only `*` and `?` are more than themselves."""
    return value.replace("[", "[[]")
