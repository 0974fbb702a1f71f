"""Making the tables of a team, by whoever owns the database; what is run was shown before."""

from __future__ import annotations

from msgspec import Struct

from neptune_inbox.errors import TeamSchemaProblem
from neptune_inbox.postgres.errors import no_schema, translated
from neptune_inbox.postgres.link import connect, version_of
from neptune_inbox.postgres.migrations import MIGRATIONS, script
from neptune_inbox.postgres.target import Target


class SetupPlan(Struct, frozen=True):
    """What `team init` would run."""

    version: int
    """The version of the existing tables; 0: there are none."""
    sql: str
    role: str
    is_owner: bool
    """The agents' role is the one that makes the tables, so that it may do anything with them."""


def plan_setup(target: Target, password: str, role: str) -> SetupPlan:
    """What is to be run for the agents' role. Raises TeamProblem."""
    from psycopg import sql

    with connect(target, password) as connection:
        version = version_of(connection, target)
        if version > len(MIGRATIONS):
            raise no_schema(target, version, len(MIGRATIONS))
        quoted = sql.Identifier(role).as_string(connection)
        return SetupPlan(version, script(version, quoted), role, role == connection.info.user)


def run_setup(target: Target, password: str, plan: SetupPlan) -> None:
    """Run it, all or nothing. Raises TeamProblem, and TeamSchemaProblem where somebody else was quicker."""
    import psycopg

    with connect(target, password) as connection:
        if version_of(connection, target) != plan.version:
            raise TeamSchemaProblem(
                "Somebody else changed the tables in the meantime: nothing was run.", "Run it again."
            )
        try:
            with connection.transaction():
                connection.execute(plan.sql.encode())
        except psycopg.Error as error:
            raise translated(error, target) from None
