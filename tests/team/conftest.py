"""A PostgreSQL for the tests of the team, one for each process that needs it, and an empty database for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.team.cluster import Cluster, TeamDatabase, started_cluster


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    cluster = started_cluster()
    yield cluster
    cluster.remove()


@pytest.fixture
def empty_database(cluster: Cluster) -> TeamDatabase:
    """A database without any tables of ours."""
    if not cluster.is_running:
        cluster.start()
    return cluster.database()


@pytest.fixture
def database(empty_database: TeamDatabase) -> TeamDatabase:
    empty_database.set_up()
    return empty_database
