"""The facts of one tenant's team in `state.db`: made here, shared later, received from colleagues."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from fnmatch import fnmatchcase

import msgspec

from neptune_inbox.doors import is_id
from neptune_inbox.model import Instant, Key, Mark, MarkState, Now
from neptune_inbox.model.team import (
    MAYBE,
    NOT_YET,
    NOTHING_SHARED,
    Claim,
    FactDetails,
    FactKind,
    TeamFact,
    TeamMark,
    TeamState,
    claim_of,
    fold,
    standing_marks,
)
from neptune_inbox.store.database.database import Database
from neptune_inbox.text import CleanText

COLUMNS = "id, kind, user_id, notification_id, agent, made_at, shared_at, details"
ORDER = f"coalesce(shared_at, {NOT_YET}), id"
NEWEST_FIRST = f"PARTITION BY user_id, notification_id ORDER BY coalesce(shared_at, {NOT_YET}) DESC, id DESC"
LONGEST_CLAIM = 24 * 3_600_000
"""Milliseconds; a claim that was made longer ago has ended, whatever it says."""
ME = "me"
"""The word in a search for the agent's own name."""
WAITING = "is_own = 1 AND shared_at IS NULL"


class Reached(msgspec.Struct, frozen=True):
    """How far the facts of a database were read."""

    store: str = ""
    """The id that the database was given when it was made; empty before the first look."""
    position: int = 0


class TeamStore:
    """What one tenant's team has shared. Raises StoreProblem, and DiskFull when nothing was saved."""

    def __init__(
        self, database: Database, tenant: str, *, agent: CleanText, now: Now, new_id: Callable[[], str]
    ) -> None:
        self._database = database
        self._tenant = tenant
        self._now = now
        self._new_id = new_id
        self.agent = agent
        """The agent's own name."""
        self.ahead = 0
        """Milliseconds that the clock of the team's database is ahead of ours, as far as is known."""
        self.told: dict[str, int] = {}
        """The unread counts that colleagues' programs reported for customers whose cached rows differ."""

    @property
    def team_now(self) -> Instant:
        """Now, by the clock of the team's database."""
        return self._now() + self.ahead

    def make(
        self, kind: FactKind, key: Key, details: FactDetails | None = None, *, at: Instant | None = None
    ) -> TeamFact:
        """One of our own facts, not saved yet; `at` is when it happened, by our clock, if that is not now."""
        about, made_at = details or FactDetails(), self._now() if at is None else at
        return TeamFact(self._new_id(), kind, key.user_id, key.id, self.agent, made_at, details=about)

    def add(self, connection: sqlite3.Connection, facts: Iterable[TeamFact]) -> None:
        """Save our own facts in the transaction of the change they record."""
        # An id that no door would let in is on no other machine either.
        self._insert(connection, (fact for fact in facts if is_shareable(fact.key)), is_own=True)

    def tell(
        self, kind: FactKind, keys: Collection[Key], details: FactDetails | None = None, *, at: Instant | None = None
    ) -> tuple[TeamFact, ...]:
        """Make and save one fact about each of these, all or none."""
        facts = tuple(self.make(kind, key, details, at=at) for key in keys)
        self.save(facts)
        return facts

    def save(self, facts: Collection[TeamFact]) -> None:
        """Save our own facts, all or none."""
        if facts:
            self._database.write(lambda connection: self.add(connection, facts))

    def of_marks(self, connection: sqlite3.Connection, marks: Iterable[Mark], state: MarkState) -> list[TeamFact]:
        """What is shared with the team about marks that were accepted, refused, or had no effect."""
        told = []
        for mark in marks:
            found = connection.execute(
                "SELECT agent FROM team_known WHERE receipt_id = ?", (mark.receipt_id,)
            ).fetchone()
            details = FactDetails(batch=mark.receipt_id, outcome=str(state), known=found[0] if found else "")
            # The time is that of the key, as it is for our own evidence: the customer can have read it since.
            told.append(self.make(FactKind.MARKED, mark.key, details, at=mark.made_at))
        return told

    def receive(self, facts: Iterable[TeamFact], reached: Reached) -> tuple[Key, ...]:
        """Save what the team's database holds, and how far it was read; whose facts are new or have a new time."""
        known = tuple(facts)

        def work(connection: sqlite3.Connection) -> tuple[Key, ...]:
            changed = [fact.key for fact in known if self._is_news(connection, fact)]
            self._insert(connection, known, is_own=False)
            connection.execute(
                "INSERT OR REPLACE INTO team_read VALUES (?, ?, ?)", (self._tenant, reached.store, reached.position)
            )
            return tuple(dict.fromkeys(changed))

        return self._database.write(work)

    def reached(self) -> Reached:
        """How far the team's database was read."""
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT store, position FROM team_read WHERE place = ?", (self._tenant,)
            ).fetchone()
        return Reached(*row) if row else Reached()

    def share_again(self, reached: Reached) -> None:
        """The database is another one, or an older copy of it: ours are to be shared again, and all of it read."""

        def work(connection: sqlite3.Connection) -> None:
            connection.execute(
                "UPDATE team_fact SET shared_at = NULL WHERE place = ? AND is_own = 1", (self._tenant,)
            )
            connection.execute(
                "INSERT OR REPLACE INTO team_read VALUES (?, ?, ?)", (self._tenant, reached.store, reached.position)
            )

        self._database.write(work)

    def waiting(self, limit: int) -> list[TeamFact]:
        """The oldest of our own facts that are not shared yet."""
        return self._select(f"place = ? AND {WAITING} ORDER BY id LIMIT ?", (self._tenant, limit))

    def count_waiting(self) -> int:
        """How many of our own facts are not shared yet."""
        with self._database.reading() as connection:
            found = connection.execute(
                f"SELECT count(*) FROM team_fact WHERE place = ? AND {WAITING}", (self._tenant,)
            )
            return int(found.fetchone()[0])

    def states(self, keys: Collection[Key]) -> dict[Key, TeamState]:
        """What the team shared about these notifications and their customers' queues; those without anything are left
        out."""
        wanted = {*keys, *(Key(key.user_id, "") for key in keys)}
        found = self._select(
            "rowid IN (SELECT f.rowid FROM json_each(?) k CROSS JOIN team_fact f ON f.place = ?"
            " AND f.user_id = json_extract(k.value, '$[0]') AND f.notification_id = json_extract(k.value, '$[1]'))",
            (json.dumps(list(wanted)), self._tenant),
        )
        return self._fold(found)

    def of_rows(self, keys: Collection[Key]) -> dict[Key, TeamState]:
        """The same for rows of a list: whoever is on the customer's whole queue is on each of them."""
        states = self.states(keys)
        found = {}
        for key in keys:
            claim = claim_of(key, states)
            if key in states or claim is not None:
                if claim is not None:
                    claim = msgspec.structs.replace(claim, is_mine=claim.agent == self.agent)
                found[key] = msgspec.structs.replace(states.get(key, NOTHING_SHARED), claim=claim)
        return found

    def claims(self, keys: Collection[Key]) -> dict[Key, Claim]:
        """Who is on each of these; those that nobody is on are left out."""
        states = self.states(keys)
        return {key: claim for key in keys if (claim := claim_of(key, states)) is not None}

    def claimed(self) -> dict[Key, Claim]:
        """Everything that somebody is on; a key without an id is a customer's whole queue."""
        found = self._select(
            "place = ? AND kind IN ('claimed', 'released') AND coalesce(shared_at, made_at + ?) > ?",
            (self._tenant, self.ahead, self.team_now - LONGEST_CLAIM),
        )
        states = self._fold(found)
        return {key: state.claim for key, state in states.items() if state.claim is not None}

    def marks_of_others(self, keys: Collection[Key]) -> dict[Key, tuple[TeamMark, ...]]:
        """The accepted marks of colleagues of each of these, those of its customer's whole queue among them."""
        states = self.states(keys)

        def of(key: Key) -> tuple[TeamMark, ...]:
            marks = standing_marks(states[key].marks) if key in states else ()
            return tuple(mark for mark in marks if mark.agent != self.agent)

        found = {key: (*of(key), *of(Key(key.user_id, ""))) for key in keys}
        return {key: marks for key, marks in found.items() if marks}

    def lost_marks_of_others(self, user_id: str) -> list[TeamMark]:
        """The marks by colleagues of a customer's whole queue whose answers never came."""
        queue = Key(user_id, "")
        marks = self.states([queue]).get(queue, NOTHING_SHARED).marks
        return [mark for mark in marks if mark.outcome == MAYBE and mark.agent != self.agent]

    def handled(self) -> set[Key]:
        """What one of us handled and nobody reopened since."""
        with self._database.reading() as connection:
            found = connection.execute(
                f"SELECT user_id, notification_id FROM (SELECT *, row_number() OVER ({NEWEST_FIRST}) AS age"
                " FROM team_fact WHERE place = ? AND kind IN ('handled', 'reopened'))"
                " WHERE age = 1 AND kind = 'handled'",
                (self._tenant,),
            )
            return {Key(user_id, id) for user_id, id in found}

    def agents(self) -> list[str]:
        """Everybody whose facts are here, in the order of the alphabet."""
        with self._database.reading() as connection:
            found = connection.execute(
                "SELECT DISTINCT agent FROM team_fact WHERE place = ? ORDER BY agent", (self._tenant,)
            )
            return [str(agent) for (agent,) in found]

    def keys_by(self, name: str) -> set[Key]:
        """What an agent marked read with effect, or handled and nobody reopened; `me` is whoever sits here."""
        agents = self._agents_like(name)
        found = self._select(
            "place = ?1 AND kind IN ('marked', 'handled', 'reopened') AND (user_id, notification_id) IN (SELECT"
            " user_id, notification_id FROM team_fact WHERE place = ?1 AND kind IN ('marked', 'handled')"
            " AND agent IN (SELECT value FROM json_each(?2)))",
            (self._tenant, json.dumps(agents)),
        )
        return {
            key
            for key, state in self._fold(found).items()
            if (state.handled is not None and state.handled.agent in agents)
            or any(mark.agent in agents for mark in standing_marks(state.marks))
        }

    def queues_marked_by(self, name: str) -> dict[str, list[Instant]]:
        """When an agent had the server mark everything of which customers, by the clock of the team's database."""
        agents = self._agents_like(name)
        found = self._fold(self._select("place = ? AND kind = 'marked' AND notification_id = ''", (self._tenant,)))
        times = {
            key.user_id: [mark.at for mark in standing_marks(state.marks) if mark.agent in agents]
            for key, state in found.items()
        }
        return {user_id: told for user_id, told in times.items() if told}

    def keys_claimed(self, name: str) -> set[Key]:
        """What an agent is on now, whole queues as keys without an id; `me` is whoever sits here, `*` anybody."""
        agents = self._agents_like(name)
        return {key for key, claim in self.claimed().items() if claim.agent in agents}

    def keys_noted(self, text: str) -> set[Key]:
        """The notifications with a note of the team that has this text in it, in capitals or not."""
        found = self._select("place = ? AND kind IN ('noted', 'withdrawn')", (self._tenant,))
        wanted = text.casefold()
        states = self._fold(found).items()
        return {key for key, state in states if any(wanted in note.text.casefold() for note in state.notes)}

    def _agents_like(self, name: str) -> list[str]:
        """The agents that a name with `*` and `?` matches, regardless of case."""
        wanted = self.agent if name.casefold() == ME else name
        return [agent for agent in self.agents() if fnmatchcase(agent.casefold(), literal(wanted.casefold()))]

    def handled_at(self, keys: Collection[Key]) -> dict[Key, Instant]:
        """When those of these that are handled were."""
        states = self.states(keys)
        return {key: handled.at for key in keys if (state := states.get(key)) and (handled := state.handled)}

    def since(self, at: Instant, kinds: Collection[FactKind]) -> list[TeamFact]:
        """The facts of these kinds since an instant, in their order."""
        marks = ", ".join("?" for _ in kinds)
        return self._select(
            f"place = ? AND kind IN ({marks}) AND coalesce(shared_at, made_at) >= ? ORDER BY {ORDER}",
            (self._tenant, *(str(kind) for kind in kinds), at),
        )

    def all(self) -> list[TeamFact]:
        """Every fact, in its order."""
        return self._select(f"place = ? ORDER BY {ORDER}", (self._tenant,))

    def _select(self, condition: str, values: Sequence[object]) -> list[TeamFact]:
        with self._database.reading() as connection:
            return [
                TeamFact(
                    id,
                    FactKind(kind),
                    user_id,
                    notification_id,
                    CleanText(agent),
                    made_at,
                    shared_at,
                    msgspec.json.decode(details, type=FactDetails),
                )
                for id, kind, user_id, notification_id, agent, made_at, shared_at, details in connection.execute(
                    f"SELECT {COLUMNS} FROM team_fact WHERE {condition}", tuple(values)
                )
            ]

    def _fold(self, facts: Iterable[TeamFact]) -> dict[Key, TeamState]:
        """What these add up to now; the time of what is not shared yet is turned into the team's clock."""
        by_team_clock = (
            msgspec.structs.replace(fact, made_at=fact.made_at + self.ahead) if fact.shared_at is None else fact
            for fact in facts
        )
        return fold(by_team_clock, self.team_now)

    def _is_news(self, connection: sqlite3.Connection, fact: TeamFact) -> bool:
        row = connection.execute("SELECT shared_at FROM team_fact WHERE id = ?", (fact.id,)).fetchone()
        return row is None or row[0] != fact.shared_at

    def _insert(self, connection: sqlite3.Connection, facts: Iterable[TeamFact], *, is_own: bool) -> None:
        # A fact never changes; only its time in the database is learned later.
        connection.executemany(
            f"INSERT INTO team_fact (place, is_own, {COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET shared_at = coalesce(excluded.shared_at, shared_at)",
            [(self._tenant, int(is_own), *_values(fact)) for fact in facts],
        )


def literal(pattern: str) -> str:
    """The pattern in which only `*` and `?` are more than themselves."""
    return pattern.replace("[", "[[]")


def is_shareable(key: Key) -> bool:
    """Whether a key can be shared with others: an id that a terminal shows, or the whole queue of one."""
    return is_id(key.user_id) and (key.id == "" or is_id(key.id))


def _values(fact: TeamFact) -> tuple[object, ...]:
    return (
        fact.id,
        str(fact.kind),
        fact.user_id,
        fact.notification_id,
        fact.agent,
        fact.made_at,
        fact.shared_at,
        msgspec.json.encode(fact.details).decode(),
    )


def shared(facts: Iterable[TeamFact], times: Mapping[str, Instant]) -> list[TeamFact]:
    """Those of these facts whose time in the team's database is known now, with it."""
    return [msgspec.structs.replace(fact, shared_at=times[fact.id]) for fact in facts if fact.id in times]
