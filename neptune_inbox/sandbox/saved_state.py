"""A sandbox's state in a SQLite file, so that it continues where it stopped.

The whole of it is written in one transaction, by a thread, when something changed and at the end.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Event, Thread
from typing import Any

import msgspec

from neptune_inbox.errors import UsageProblem
from neptune_inbox.sandbox.crowd import Crowd
from neptune_inbox.sandbox.environment_data import EnvironmentData
from neptune_inbox.sandbox.records import ContactRecord, EnvironmentRecord, NotificationRecord, UserRecord
from neptune_inbox.sandbox.state import SandboxState
from neptune_inbox.sandbox.templates import Template

FORMAT = 1
MARK = 0x4E455054
"""SQLite's application_id of these files: `NEPT`."""
EVERY = 5.0
"""Seconds between two looks at whether something changed."""
TRIES = 5
"""To copy what changes at the same time."""
SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS environments (identifier TEXT PRIMARY KEY, body TEXT NOT NULL, read_at BLOB);
CREATE TABLE IF NOT EXISTS users (environment TEXT NOT NULL, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS notifications (environment TEXT NOT NULL, body TEXT NOT NULL);
"""


class StateKeeper:
    """Keeps one sandbox in one file, from `open` to `close`."""

    def __init__(self, state: SandboxState, path: Path) -> None:
        self._state = state
        self._path = path
        self._saved = -1
        self._over = Event()
        self._thread = Thread(target=self._run, name="sandbox state", daemon=True)

    def open(self) -> None:
        """Takes up what the file holds, where there is one; raises UsageProblem."""
        if self._path.exists() and self._path.stat().st_size:
            load_state(self._state, self._path)
            self._saved = self._state.revision
        else:
            self._save()
        self._thread.start()

    def close(self) -> None:
        """Writes what is left; raises UsageProblem."""
        self._over.set()
        self._thread.join()
        self._save()

    def _run(self) -> None:
        while not self._over.wait(EVERY):
            try:
                self._save()
            except UsageProblem:
                # The disk may have room again at the next look; at the end the error is reported.
                continue

    def _save(self) -> None:
        revision = self._state.revision
        if revision != self._saved:
            save_state(self._state, self._path)
            self._saved = revision


def save_state(state: SandboxState, path: Path) -> None:
    """Writes all of it; raises UsageProblem."""
    for number in range(TRIES):
        try:
            tables = _tables(state)
            break
        except RuntimeError:
            # A dictionary grew during iteration: requests are answered meanwhile.
            if number == TRIES - 1:
                raise
    try:
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute(f"PRAGMA application_id = {MARK}")
            connection.execute(f"PRAGMA user_version = {FORMAT}")
            connection.executescript(SCHEMA)
            connection.execute("BEGIN")
            for name, columns, rows in tables:
                connection.execute(f"DELETE FROM {name}")
                connection.executemany(f"INSERT INTO {name} VALUES ({', '.join('?' * columns)})", rows)
    except sqlite3.Error as problem:
        raise UsageProblem(f"{path} cannot be written: {problem}.", "Name another file with --state.") from None


def load_state(state: SandboxState, path: Path) -> None:
    """Puts what a file holds in the place of all that is there; raises UsageProblem for any other file."""
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            mark = connection.execute("PRAGMA application_id").fetchone()[0]
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if mark != MARK or version != FORMAT:
                raise UsageProblem(f"{path} is not the state of a sandbox of this version.", "Name another file.")
            _put_back(state, connection)
    except (sqlite3.Error, ValueError, KeyError, TypeError, msgspec.ValidationError) as problem:
        raise UsageProblem(f"{path} cannot be read: {problem}.", "Name another file with --state.") from None


def _tables(state: SandboxState) -> list[tuple[str, int, list[tuple[Any, ...]]]]:
    environments, users, notifications = [], [], []
    for record in state.environments():
        space = state.data_of(record.identifier)
        read_at, crowd = None, None
        rows = list(state.rows(record.identifier)) if space.crowd is None else []
        if space.crowd is not None:
            read_at, deleted, rows = space.crowd.memory()
            crowd = {**space.crowd.made_of, "deleted": deleted}
        body = {
            "record": msgspec.to_builtins(record),
            "messages": list(space.messages),
            "ingested": list(space.ingested),
            "crowd": crowd,
        }
        environments.append((record.identifier, json.dumps(body), read_at))
        users += [(record.identifier, json.dumps(_pack_user(each))) for each in list(space.users.values())]
        notifications += [(record.identifier, json.dumps(_pack_notification(each))) for each in rows]
    meta = {
        "secret": state.secret.hex(),
        "number": state.number,
        "templates": {name: msgspec.to_builtins(each) for name, each in state.templates.items()},
        "rng": state.rng.getstate(),
    }
    values = [(key, json.dumps(value)) for key, value in meta.items()]
    return [
        ("meta", 2, values),
        ("environments", 3, environments),
        ("users", 2, users),
        ("notifications", 2, notifications),
    ]


def _put_back(state: SandboxState, connection: sqlite3.Connection) -> None:
    meta = {key: json.loads(value) for key, value in connection.execute("SELECT key, value FROM meta")}
    spaces: dict[str, EnvironmentData] = {}
    for identifier, text, read_at in connection.execute("SELECT * FROM environments"):
        spaces[identifier] = _open_environment(json.loads(text), read_at)
    for environment, body in _bodies(connection, "users"):
        contacts = [ContactRecord(**each) for each in body.pop("contacts")]
        user = UserRecord(**body, contacts={each.key: each for each in contacts})
        spaces[environment].users[user.user_id] = user
    for environment, body in _bodies(connection, "notifications"):
        record = NotificationRecord(**{**body, "tags": tuple(body["tags"])})
        _put_notification(spaces[environment], record)
    state.put_back(spaces.values(), bytes.fromhex(meta["secret"]), meta["number"])
    state.templates = {name: msgspec.convert(each, Template) for name, each in meta["templates"].items()}
    version, numbers, gauss = meta["rng"]
    state.rng.setstate((version, tuple(numbers), gauss))


def _open_environment(body: dict[str, Any], read_at: bytes | None) -> EnvironmentData:
    space = EnvironmentData(msgspec.convert(body["record"], EnvironmentRecord))
    space.messages = dict.fromkeys(body["messages"])
    space.ingested.extend(body["ingested"])
    if body["crowd"] is not None and read_at is not None:
        deleted = body["crowd"].pop("deleted")
        crowd = Crowd(**body["crowd"])
        crowd.remember(read_at, deleted)
        space.put_crowd(crowd)
    return space


def _put_notification(space: EnvironmentData, record: NotificationRecord) -> None:
    space.notifications[record.uuid] = record
    if space.crowd is not None:
        space.crowd.add(record)
    else:
        # They were written in order, user by user.
        space.by_user.setdefault(record.user_id, []).append(record)


def _bodies(connection: sqlite3.Connection, table: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for environment, text in connection.execute(f"SELECT environment, body FROM {table}"):
        yield environment, json.loads(text)


def _pack_user(user: UserRecord) -> dict[str, Any]:
    contacts = [msgspec.structs.asdict(each) for each in list(user.contacts.values())]
    return {**msgspec.structs.asdict(user), "contacts": contacts}


def _pack_notification(record: NotificationRecord) -> dict[str, Any]:
    return {key: value for key, value in msgspec.structs.asdict(record).items() if key != "row"}
