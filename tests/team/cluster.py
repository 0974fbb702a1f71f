"""A PostgreSQL of the tests' own, in a temporary folder: started, cut, frozen, filled and stopped at will."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from neptune_inbox.postgres.setup import plan_setup, run_setup
from neptune_inbox.postgres.target import target_of

OWNER, ROLE = "owner", "inbox"
PASSWORD = "correct-horse-battery"
OLDEST = 15
ADMIN = "postgres"


def find_programs() -> Path | None:
    """Where initdb and postgres are, of version 15 or later; None where there are none."""
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda each: each.parent.name, reverse=True)
    for folder in folders:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            told = subprocess.run(
                [folder / "postgres", "--version"], capture_output=True, text=True, check=True
            ).stdout
            if (version := re.search(r"(\d+)", told)) and int(version[1]) >= OLDEST:
                return folder
    return None


class Cluster:
    """One server with its data, run as an unprivileged user."""

    def __init__(self, programs: Path) -> None:
        self._programs = programs
        self.folder = Path(tempfile.mkdtemp(prefix="team-", dir="/tmp"))
        self.data = self.folder / "data"
        if os.geteuid() == 0:
            shutil.chown(self.folder, ADMIN, ADMIN)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self._process: subprocess.Popen[bytes] | None = None
        self._numbers = count(1)
        options = ["-U", ADMIN, "--no-sync", "--auth-local=trust", "--auth-host=scram-sha-256", "-E", "UTF8"]
        self._run("initdb", "-D", str(self.data), *options, "--locale=C")

    def _command(self, program: str, *arguments: str) -> list[str]:
        as_admin = ["runuser", "-u", ADMIN, "--"] if os.geteuid() == 0 else []
        return [*as_admin, str(self._programs / program), *arguments]

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(self._command(program, *arguments), capture_output=True, text=True, cwd="/")
        assert done.returncode == 0, done.stdout + done.stderr

    def start(self, **settings: str) -> None:
        """Start it and wait until it takes connections."""
        wanted = {"port": str(self.port), "listen_addresses": "127.0.0.1", "fsync": "off", **settings}
        wanted |= {"unix_socket_directories": str(self.folder), "max_connections": "200"}
        options = " ".join(f"-c {name}='{value}'" for name, value in wanted.items())
        self._run("pg_ctl", "-D", str(self.data), "-l", str(self.folder / "log"), "-w", "-o", options, "start")

    def stop(self) -> None:
        """Stop it at once, as a crash would."""
        self._run("pg_ctl", "-D", str(self.data), "-m", "immediate", "-w", "stop")

    def remove(self) -> None:
        """Stop it and delete everything."""
        if self.is_running:
            self.thaw()
            self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def is_running(self) -> bool:
        return (self.data / "postmaster.pid").exists()

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text(encoding="utf-8", errors="replace")

    def _pids(self) -> list[int]:
        main = int((self.data / "postmaster.pid").read_text().splitlines()[0])
        told = subprocess.run(["ps", "-o", "pid=", "--ppid", str(main)], capture_output=True, text=True, check=False)
        return [main, *(int(word) for word in told.stdout.split())]

    def freeze(self) -> None:
        """Let it answer nothing any more, while the kernel goes on taking connections."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: int) -> None:
        for pid in self._pids():
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                continue

    def admin(self, database: str = ADMIN) -> psycopg.Connection[Any]:
        """A connection that may do anything."""
        return psycopg.connect(
            host=str(self.folder), port=self.port, user=ADMIN, dbname=database, autocommit=True, connect_timeout=10
        )

    def database(self) -> TeamDatabase:
        """A new, empty database with an owner and a role for the agents."""
        name = f"inbox_{next(self._numbers)}"
        with self.admin() as connection:
            for role in (OWNER, ROLE):
                if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone():
                    connection.execute(
                        sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(
                            sql.Identifier(role), sql.Literal(PASSWORD)
                        )
                    )
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(name), sql.Identifier(OWNER))
            )
        return TeamDatabase(self, name)


class TeamDatabase:
    """One database of the cluster."""

    def __init__(self, cluster: Cluster, name: str) -> None:
        self.cluster = cluster
        self.name = name

    def dsn(self, user: str = ROLE, *, port: int | None = None) -> str:
        return f"postgresql://{user}@127.0.0.1:{port or self.cluster.port}/{self.name}"

    def set_up(self) -> None:
        """What `team init` does, as its owner."""
        target = target_of(self.dsn(OWNER), {})
        run_setup(target, PASSWORD, plan_setup(target, PASSWORD, ROLE))

    def rows(self, statement: str, *values: object) -> list[Any]:
        """What a statement gives to whoever may do anything."""
        with self.cluster.admin(self.name) as connection:
            return connection.execute(statement.encode(), values or None).fetchall()

    def do(self, statement: str) -> None:
        with self.cluster.admin(self.name) as connection:
            connection.execute(statement.encode())

    def cut(self) -> int:
        """End every connection of agents in the middle of whatever it does; how many."""
        return len(
            self.rows(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND usename = %s",
                self.name,
                ROLE,
            )
        )

    def until(self, statement: str, rows: list[Any]) -> None:
        """Wait until a statement gives these rows."""
        wait_until(lambda: self.rows(statement) == rows)

    def facts(self) -> int:
        return int(self.rows("SELECT count(*) FROM neptune_inbox.fact")[0][0])


def started_cluster() -> Cluster:
    """A running cluster, or a skip that says why there is none."""
    programs = find_programs()
    if programs is None:
        pytest.skip(f"no PostgreSQL {OLDEST} or later is installed")
    if os.geteuid() == 0 and shutil.which("runuser") is None:
        pytest.skip("PostgreSQL does not run as root, and there is no runuser")
    cluster = Cluster(programs)
    cluster.start()
    return cluster


def wait_until(met: Any, seconds: float = 20.0) -> None:
    """Wait for a condition; fails when it is not met in time."""
    end = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < end, "it did not come about in time"
        time.sleep(0.02)
