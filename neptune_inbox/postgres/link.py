"""One connection to the team's database, and everything that goes over it."""

from __future__ import annotations

import json
import select
import socket
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

import msgspec

from neptune_inbox import doors
from neptune_inbox.errors import TeamProblem, TeamRefused
from neptune_inbox.model import Instant, Now
from neptune_inbox.model.team import FactDetails, FactKind, FetchedFacts, Look, Present, TeamFact
from neptune_inbox.postgres.errors import INIT, no_schema, translated
from neptune_inbox.postgres.migrations import CHANNEL, MIGRATIONS, SCHEMA
from neptune_inbox.postgres.target import Target
from neptune_inbox.text import clean_block, clean_line

if TYPE_CHECKING:
    import psycopg

T = TypeVar("T")
AGENT_LIMIT = 64
NOTE_LIMIT = 4_000
LONGEST_CLAIM = 24 * 3_600_000
VERSION = f"SELECT number FROM {SCHEMA}.migration ORDER BY number DESC LIMIT 1"
CLOCK = "(extract(epoch FROM clock_timestamp()) * 1000)::bigint"
SHARE = f"""\
INSERT INTO {SCHEMA}.fact (id, tenant, kind, user_id, notification_id, agent, age_ms, details)
SELECT id, %s, kind, user_id, notification_id, agent, age_ms, details
FROM jsonb_to_recordset(%s::jsonb) AS given (id uuid, kind text, user_id text, notification_id text, agent text,
    age_ms bigint, details jsonb)
ON CONFLICT (id) DO NOTHING"""
TIMES = f"SELECT id::text, shared_at FROM {SCHEMA}.fact WHERE tenant = %s AND id = ANY (%s::uuid[])"
FETCH = f"""\
SELECT position, id::text, kind, user_id, notification_id, agent, shared_at, details::text
FROM {SCHEMA}.fact WHERE tenant = %s AND position > %s ORDER BY position LIMIT %s"""


class PostgresLink:
    """A connection for one tenant; every call raises TeamProblem, and may take as long as the database does."""

    def __init__(self, connection: psycopg.Connection[Any], target: Target, tenant: str) -> None:
        self._connection = connection
        self._target = target
        self._tenant = tenant
        self.store = ""
        """The id that the database was given when it was made."""
        self._is_told = False
        """Facts of others were announced since the last wait."""
        # psycopg takes what is announced while a statement runs, and hands it to nobody but its handlers.
        connection.add_notify_handler(self._hear)

    def _hear(self, notice: psycopg.Notify) -> None:
        self._is_told |= notice.payload == self._tenant and notice.pid != self._connection.info.backend_pid

    @classmethod
    def open(cls, target: Target, password: str, tenant: str) -> PostgresLink:
        """Connect, and see that the tables are there and are of this version. Raises TeamProblem."""
        from neptune_inbox.postgres.patience import MortalConnection

        link = cls(connect(target, password, MortalConnection), target, tenant)
        try:
            link._run(link._look)
        except BaseException:
            link.close()
            raise
        return link

    def share(self, facts: Sequence[TeamFact], now: Instant) -> dict[str, Instant]:
        """Add facts, those that are there already left as they are; the time of each by the database's clock."""
        if not facts:
            return {}
        rows = json.dumps([_row(fact, now) for fact in facts])
        ids = [fact.id for fact in facts]

        def work(connection: psycopg.Connection[Any]) -> dict[str, Instant]:
            connection.execute(SHARE, (self._tenant, rows))
            return dict(connection.execute(TIMES, (self._tenant, ids)).fetchall())

        return self._run(work)

    def fetch(self, position: int, limit: int) -> FetchedFacts:
        """The facts behind a position, oldest first; what nobody here can read is left out."""
        rows = self._run(lambda connection: connection.execute(FETCH, (self._tenant, position, limit)).fetchall())
        facts = tuple(fact for row in rows if (fact := decode(row[1:])) is not None)
        return FetchedFacts(facts, int(rows[-1][0]) if rows else position, len(rows) < limit)

    def last_position(self) -> int:
        """The position of the newest fact; 0 where there is none."""
        found = self._run(
            lambda connection: connection.execute(
                f"SELECT coalesce(max(position), 0) FROM {SCHEMA}.fact WHERE tenant = %s", (self._tenant,)
            ).fetchone()
        )
        return int(found[0]) if found else 0

    def ahead(self, now: Now) -> int:
        """Milliseconds that the database's clock is ahead of ours."""
        before = now()
        found = self._run(lambda connection: connection.execute(f"SELECT {CLOCK}").fetchone())
        return int(found[0]) - (before + now()) // 2 if found else 0

    def beat(self, agent: str, instance: str, *, is_here: bool = True) -> tuple[Present, ...]:
        """Say that this program runs, or no longer does; who else is here."""
        rows = self._run(
            lambda connection: connection.execute(
                f"SELECT agent_here, instance_here, ago_ms FROM {SCHEMA}.beat(%s, %s, %s, %s)",
                (self._tenant, instance, agent[:AGENT_LIMIT], is_here),
            ).fetchall()
        )
        return tuple(Present(clean_line(name, AGENT_LIMIT), clean_line(run, 64), int(ago)) for name, run, ago in rows)

    def exchange(self, looks: Sequence[Look], instance: str, within_ms: int) -> tuple[Look, ...]:
        """Report what this program saw of customers, and return what others saw in the last `within_ms`."""
        given = json.dumps(
            [
                {"user_id": look.user_id, "age_ms": look.age_ms, "unread": look.unread, "digest": look.digest}
                for look in looks
            ]
        )
        rows = self._run(
            lambda connection: connection.execute(
                "SELECT user_seen, unread_seen, digest_seen, ago_ms"
                f" FROM {SCHEMA}.exchange_looks(%s, %s, %s::jsonb, %s)",
                (self._tenant, instance, given, within_ms),
            ).fetchall()
        )
        return tuple(
            Look(user_id, int(unread), clean_line(digest, 64), int(ago))
            for user_id, unread, digest, ago in rows
            if doors.is_id(user_id)
        )

    def listen(self) -> bool:
        """Subscribe to new facts; False where something in between does not support that."""
        import psycopg

        try:
            self._connection.execute(f"LISTEN {CHANNEL}")
        except psycopg.Error:
            return False
        return True

    def wait(self, seconds: float, waker: socket.socket) -> bool:
        """Wait until facts are announced, `waker` can be read, or the time is over; whether they were announced.

        What was announced since the last wait, while statements ran, counts as well.
        """
        import psycopg

        def work(connection: psycopg.Connection[Any]) -> bool:
            ends = time.monotonic() + seconds
            while not self._is_told and (left := ends - time.monotonic()) > 0:
                ready, _, _ = select.select([connection.fileno(), waker.fileno()], [], [], left)
                if waker.fileno() in ready:
                    break
                if ready:
                    connection.pgconn.consume_input()
                while (found := connection.pgconn.notifies()) is not None:
                    self._hear(psycopg.Notify(CHANNEL, found.extra.decode("utf-8", "replace"), found.be_pid))
            is_told, self._is_told = self._is_told, False
            return is_told

        return self._run(work)

    def close(self) -> None:
        """Let go of it; harmless when it is broken or closed already."""
        self._connection.close()

    def _look(self, connection: psycopg.Connection[Any]) -> None:
        version = version_of(connection, self._target)
        if version != len(MIGRATIONS):
            raise no_schema(self._target, version, len(MIGRATIONS))
        found = connection.execute(
            "SELECT has_table_privilege(oid, 'SELECT') AND has_any_column_privilege(oid, 'INSERT')"
            " AND has_function_privilege(%s, 'EXECUTE') FROM pg_class WHERE oid = %s::regclass",
            (f"{SCHEMA}.beat(text, text, text, boolean)", f"{SCHEMA}.fact"),
        ).fetchone()
        if found is None or not found[0]:
            raise TeamRefused(f"The role `{self._target.user}` has no right to add facts for the team.", INIT)
        [(store,)] = connection.execute(f"SELECT id::text FROM {SCHEMA}.store").fetchall()
        self.store = str(store)

    def _run(self, work: Callable[[psycopg.Connection[Any]], T]) -> T:
        import psycopg

        try:
            return work(self._connection)
        except psycopg.Error as error:
            raise translated(error, self._target) from None
        except (OSError, ValueError) as error:
            # The socket went away beneath psycopg.
            raise TeamProblem(f"The team's database {self._target.name} ended the connection.") from error


def connect(
    target: Target, password: str, kind: type[psycopg.Connection[Any]] | None = None
) -> psycopg.Connection[Any]:
    """A connection to the team's database, each statement its own transaction. Raises TeamProblem."""
    import psycopg

    given: dict[str, Any] = {**target.parameters, "autocommit": True, "prepare_threshold": None}
    if password:
        given["password"] = password
    try:
        return (kind or psycopg.Connection).connect(**given)
    except psycopg.Error as error:
        raise translated(error, target) from None
    except (OSError, UnicodeError) as error:
        raise TeamProblem(f"The team's database {target.name} cannot be reached: {error}.") from None


def version_of(connection: psycopg.Connection[Any], target: Target) -> int:
    """The version of the tables; 0 where there are none. Raises TeamProblem."""
    import psycopg

    try:
        found = connection.execute(VERSION).fetchone()
    except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):
        return 0
    except psycopg.Error as error:
        raise translated(error, target) from None
    return int(found[0]) if found else 0


def decode(row: Sequence[Any]) -> TeamFact | None:
    """A fact as a colleague's machine wrote it, cleaned once; None for a kind this version does not know."""
    id, kind, user_id, notification_id, agent, shared_at, details = row
    with suppress(ValueError, TypeError, msgspec.MsgspecError, RecursionError):
        fact_id, known_kind = str(UUID(id)), FactKind(kind)
        is_about_one = notification_id == "" or doors.is_id(notification_id)
        if doors.is_id(user_id) and is_about_one and doors.is_moment(shared_at):
            about = clean_details(msgspec.json.decode(details, type=FactDetails))
            name = clean_line(agent, AGENT_LIMIT).strip() or clean_line("somebody")
            at = int(shared_at)
            return TeamFact(fact_id, known_kind, user_id, notification_id, clean_line(name), at, at, about)
    return None


def clean_details(details: FactDetails) -> FactDetails:
    """The same without anything that a terminal would obey, and without impossible times."""

    def moment(at: Instant | None) -> Instant | None:
        return at if at is not None and doors.is_moment(at) else None

    return FactDetails(
        text=clean_block(details.text, NOTE_LIMIT),
        note=clean_line(details.note, 64),
        batch=clean_line(details.batch, 64),
        outcome=clean_line(details.outcome, 32),
        lasts=min(max(details.lasts, 0), LONGEST_CLAIM),
        known=clean_line(details.known, AGENT_LIMIT),
        seen_at=moment(details.seen_at),
        read_after=moment(details.read_after),
        read_before=moment(details.read_before),
    )


def _row(fact: TeamFact, now: Instant) -> dict[str, Any]:
    return {
        "id": fact.id,
        "kind": str(fact.kind),
        "user_id": fact.user_id,
        "notification_id": fact.notification_id,
        "agent": fact.agent[:AGENT_LIMIT],
        "age_ms": max(0, now - fact.made_at),
        "details": msgspec.to_builtins(fact.details),
    }
