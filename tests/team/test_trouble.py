"""A database that is frozen, absent, full, wrong or closed to us holds up nobody, and is told in one sentence."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg.errors
import pytest
import trustme

from neptune_inbox.errors import ConfigProblem, InboxError, TeamProblem
from neptune_inbox.model import Key
from neptune_inbox.model.team import FactKind
from neptune_inbox.postgres.errors import translated
from neptune_inbox.postgres.link import PostgresLink
from neptune_inbox.postgres.target import Target, target_of
from neptune_inbox.sync.team.sharer import SharingState
from tests.team.agents import TENANT, Agent
from tests.team.cluster import OWNER, PASSWORD, ROLE, Cluster, TeamDatabase

ROW = Key("u-4711", "n-1")


def trouble(dsn: str, password: str = PASSWORD) -> str:
    with pytest.raises(TeamProblem) as caught:
        PostgresLink.open(target_of(dsn, {}), password, TENANT).close()
    return str(caught.value)


def test_a_wrong_password_is_said_and_is_not_shown(database: TeamDatabase) -> None:
    told = trouble(database.dsn(), "not-the-password")
    assert "refused the password of `inbox`" in told
    assert "not-the-password" not in told
    assert "asks for the password" in trouble(database.dsn(), "")


def test_a_newer_schema_is_said(database: TeamDatabase) -> None:
    database.do("INSERT INTO neptune_inbox.migration (number) VALUES (99)")
    assert "made by a newer version" in trouble(database.dsn())


def test_a_role_without_rights_is_said(database: TeamDatabase) -> None:
    database.do(f"REVOKE INSERT ON neptune_inbox.fact FROM {ROLE}")
    database.do(
        "REVOKE INSERT (id, tenant, kind, user_id, notification_id, agent, age_ms, details)"
        f" ON neptune_inbox.fact FROM {ROLE}"
    )
    assert "has no right to add facts" in trouble(database.dsn())
    database.do(f"REVOKE USAGE ON SCHEMA neptune_inbox FROM {ROLE}")
    assert "no right to read and add" in trouble(database.dsn())


def test_no_tables_and_no_database_and_no_server_are_three_sentences(empty_database: TeamDatabase) -> None:
    assert "has no tables of neptune-inbox yet" in trouble(empty_database.dsn())
    assert "does not exist" in trouble(empty_database.dsn() + "-nowhere")
    assert "nothing listens there" in trouble("postgresql://inbox@127.0.0.1:9/inbox")


@pytest.mark.parametrize(
    ("dsn", "words"),
    [
        ("postgresql://inbox@db.acme.example/x?sslmode=require", "does not verify the server"),
        ("postgresql://inbox@localhost,db.acme.example/x?sslmode=disable", "does not verify the server"),
        ("postgresql://inbox@localhost/x?hostaddr=10.0.0.1&sslmode=prefer", "does not verify the server"),
        ("postgresql://inbox@localhost/x?nonsense=1", "cannot be read"),
    ],
)
def test_only_this_machine_may_be_reached_without_proof(dsn: str, words: str) -> None:
    with pytest.raises(ConfigProblem, match=words):
        target_of(dsn, {})


def test_elsewhere_the_server_always_proves_who_it_is() -> None:
    assert target_of("postgresql://inbox@db.acme.example/x", {}).parameters["sslmode"] == "verify-full"
    assert target_of("postgresql:///x?service=team", {}).parameters["sslmode"] == "verify-full"
    assert target_of("postgresql://inbox@localhost/x", {"PGHOSTADDR": "10.0.0.1"}).parameters["sslmode"] == (
        "verify-full"
    )
    assert "sslmode" not in target_of("postgresql://inbox@127.0.0.1/x", {}).parameters


@pytest.mark.parametrize("fault", ["unknown authority", "expired"])
def test_a_certificate_that_proves_nothing_is_said(database: TeamDatabase, tmp_path: Path, fault: str) -> None:
    cluster, authority, other = database.cluster, trustme.CA(), trustme.CA()
    over = datetime(2020, 1, 2, tzinfo=UTC) if fault == "expired" else None
    certificate = authority.issue_cert("127.0.0.1", not_before=datetime(2020, 1, 1, tzinfo=UTC), not_after=over)
    give(cluster, "server.crt", b"".join(part.bytes() for part in certificate.cert_chain_pems))
    give(cluster, "server.key", certificate.private_key_pem.bytes())
    (authority if over else other).cert_pem.write_to_path(tmp_path / "root.crt")
    cluster.stop()
    cluster.start(ssl="on")
    try:
        told = trouble(f"{database.dsn()}?sslmode=verify-full&sslrootcert={tmp_path / 'root.crt'}")
    finally:
        cluster.stop()
        cluster.start()
    assert "did not prove who it is" in told
    assert "its certificate has expired, or is not signed by an authority that this machine trusts" in told


def give(cluster: Cluster, name: str, content: bytes) -> None:
    """Put a file into the server's folder, as its own."""
    path = cluster.data / name
    path.write_bytes(content)
    path.chmod(0o600)
    owner = cluster.data.stat()
    os.chown(path, owner.st_uid, owner.st_gid)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("SSL error: certificate has expired", "its certificate has expired"),
        ('server certificate for "a" does not match host name "b"', "its certificate is for another host"),
        ("server does not support SSL, but SSL was required", "it offers no encryption"),
        ("FATAL: sorry, too many clients already", "takes no more connections"),
        ("FATAL: the database system is starting up", "is starting or stopping"),
        ("server closed the connection unexpectedly", "ended the connection"),
    ],
)
def test_what_libpq_says_is_one_sentence_of_ours(words: str, told: str) -> None:
    error = translated(psycopg.OperationalError(words), Target(name="inbox at db", user="inbox"))
    assert told in error.sentence


@pytest.mark.parametrize(
    ("state", "told"),
    [("53100", "is full"), ("25006", "only lets itself be read"), ("57P01", "ended the connection")],
)
def test_what_the_server_says_by_code_is_one_sentence_of_ours(state: str, told: str) -> None:
    kind = psycopg.errors.lookup(state)
    assert told in translated(kind("x"), Target(name="inbox at db", user="inbox")).sentence


@pytest.fixture
def rita(database: TeamDatabase, tmp_path: Path) -> Iterator[Agent]:
    agent = Agent("rita", database, folder=tmp_path)
    yield agent
    agent.leave()


def test_a_frozen_database_holds_up_no_fact_and_no_quit_and_gets_everything_later(
    database: TeamDatabase, tmp_path: Path
) -> None:
    rita = Agent("rita", database, folder=tmp_path)
    rita.sharer.start()
    rita.sees(lambda: rita.sharer.sharing().state is SharingState.SHARING)
    database.cluster.freeze()
    try:
        for number in range(50):
            rita.tell(FactKind.HANDLED, Key("u-1", f"n-{number}"))
        # While the server stands still nothing of it can have been waited for: the test would not end.
        rita.sharer.stop()
        assert rita.store.count_waiting() > 0
    finally:
        database.cluster.thaw()
    rita.file.close()

    again = Agent("rita", database, folder=tmp_path)
    again.sharer.start()
    again.sees(lambda: again.store.count_waiting() == 0)
    assert database.facts() == 50
    again.leave()


def test_a_database_that_was_away_gets_what_was_done_meanwhile(rita: Agent, database: TeamDatabase) -> None:
    database.cluster.stop()
    try:
        rita.sharer.start()
        rita.sees(lambda: rita.sharer.sharing().problem is not None)
        rita.tell(FactKind.CLAIMED, ROW)
        assert isinstance(rita.sharer.sharing().problem, TeamProblem)
    finally:
        database.cluster.start()
    rita.sharer.wake()
    rita.sees(lambda: database.facts() == 1)
    rita.sees(lambda: rita.sharer.sharing().problem is None)


def test_a_full_database_is_said_and_gets_it_when_there_is_room(database: TeamDatabase, tmp_path: Path) -> None:
    """PostgreSQL raises the code of a full disk; where a disk cannot be filled, a trigger raises the same."""
    database.do(
        "CREATE FUNCTION public.no_room() RETURNS trigger LANGUAGE plpgsql AS"
        " $$BEGIN RAISE EXCEPTION 'no space' USING ERRCODE = '53100'; END$$"
    )
    database.do("CREATE TRIGGER a_full BEFORE INSERT ON neptune_inbox.fact EXECUTE FUNCTION public.no_room()")
    rita = Agent("rita", database, folder=tmp_path)
    rita.store.tell(FactKind.HANDLED, [ROW])
    rita.sharer.start()

    def problem() -> InboxError | None:
        return rita.sharer.sharing().problem

    rita.sees(lambda: problem() is not None)
    assert "is full" in str(problem())
    database.do("DROP TRIGGER a_full ON neptune_inbox.fact")
    rita.sharer.wake()
    rita.sees(lambda: database.facts() == 1)
    rita.leave()


def test_whoever_owns_the_tables_is_not_the_role_of_the_agents(database: TeamDatabase) -> None:
    owners = database.rows("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'neptune_inbox'")
    assert owners == [(OWNER,)]
