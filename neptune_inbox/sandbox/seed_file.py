"""Worlds written down: seed files in TOML or JSON, read into a sandbox and written from one.

Times are relative to the sandbox's now (`at = "-2h"`) or absolute. `repeat` makes many of one entry, `every` apart,
and `{n}` in its texts counts them.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from msgspec import Struct, field

from neptune_inbox.errors import InboxError, NotFound, UsageProblem
from neptune_inbox.model import Instant, JsonObject
from neptune_inbox.sandbox.moments import check_span, parse_duration, parse_moment
from neptune_inbox.sandbox.records import CONTACT_TYPES, ContactRecord, EnvironmentRecord, NotificationRecord
from neptune_inbox.sandbox.rows import iso
from neptune_inbox.sandbox.state import SandboxState
from neptune_inbox.sandbox.templates import Template
from neptune_inbox.sandbox.validation import convert

T = TypeVar("T")

MOST_REPEATS = 1_000_000
DEFAULT_ENVIRONMENT = "dev"


class SeedContact(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """One contact info of a user."""

    type: str
    value: str
    filterable: str = ""
    meta: dict[str, Any] = field(default_factory=dict)


class SeedUser(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """One user, or `repeat` of them."""

    id: str
    meta: dict[str, Any] = field(default_factory=dict)
    contacts: list[SeedContact] = field(default_factory=list)
    environment: str = ""
    repeat: int = 1
    created_at: str | float = ""


class SeedNotification(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """One notification as it is, or `repeat` of them."""

    user: str
    title: str
    body: str = ""
    link: str = ""
    event_type: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    status: str = ""
    at: str | float = "0s"
    read: bool = False
    read_at: str | float = ""
    uuid: str = ""
    environment: str = ""
    repeat: int = 1
    every: str | float = "-1m"


class SeedEvent(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """One event that is ingested, so that its template makes the notification."""

    type: str
    user: str
    data: dict[str, Any] = field(default_factory=dict)
    at: str | float = "0s"
    message_id: str = ""
    tags: list[str] = field(default_factory=list)
    environment: str = ""
    repeat: int = 1
    every: str | float = "-1m"


class SeedTemplate(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """What an event of one type becomes; `{name}` is filled from its data and the user's meta."""

    title: str
    body: str = ""
    link: str = ""


class SeedEnvironment(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """An environment in addition to, or in place of, those that are always there."""

    identifier: str
    name: str = ""
    is_mocked: bool = False


class SeedFile(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """A whole world."""

    environment: str = DEFAULT_ENVIRONMENT
    """Where entries belong that name none."""
    environments: list[SeedEnvironment] = field(default_factory=list)
    templates: dict[str, SeedTemplate] = field(default_factory=dict)
    users: list[SeedUser] = field(default_factory=list)
    notifications: list[SeedNotification] = field(default_factory=list)
    events: list[SeedEvent] = field(default_factory=list)

    def put_into(self, sandbox_state: SandboxState) -> None:
        """Adds everything to a world; raises UsageProblem, naming the entry, for what cannot be."""
        _put("environments", self.environments, lambda entry: self._put_environment(sandbox_state, entry))
        for event_type, text in self.templates.items():
            sandbox_state.templates[event_type] = Template(text.title, text.body, text.link)
        _put("users", self.users, lambda user: self._put_user(sandbox_state, user))
        _put("notifications", self.notifications, lambda entry: self._put_notification(sandbox_state, entry))
        _put("events", self.events, lambda entry: self._put_event(sandbox_state, entry))

    def _put_environment(self, sandbox_state: SandboxState, entry: SeedEnvironment) -> None:
        _require("identifier", entry.identifier)
        name = entry.name or entry.identifier.capitalize()
        sandbox_state.add_environment(EnvironmentRecord(entry.identifier, name, entry.is_mocked))

    def _put_user(self, sandbox_state: SandboxState, user: SeedUser) -> None:
        environment = user.environment or self.environment
        _require("id", user.id)
        for contact in user.contacts:
            if contact.type not in CONTACT_TYPES:
                raise UsageProblem(
                    f"There are no contacts of the type `{contact.type}`.", f"Write {', '.join(CONTACT_TYPES)}."
                )
        for n in _numbers(user.repeat):
            record = sandbox_state.create_user(environment, _count(user.id, n), _fill(user.meta, n))
            if user.created_at != "":
                record.created_at = record.updated_at = parse_moment(user.created_at, sandbox_state.now())
            for contact in user.contacts:
                way = ContactRecord(contact.type, _count(contact.value, n), contact.filterable, contact.meta)
                sandbox_state.add_contact(environment, record.user_id, way)

    def _put_notification(self, sandbox_state: SandboxState, entry: SeedNotification) -> None:
        now, step = sandbox_state.now(), parse_duration(entry.every)
        at = parse_moment(entry.at, now)
        if entry.uuid and entry.repeat != 1:
            raise UsageProblem("A uuid belongs to one notification.", "Leave out either uuid or repeat.")
        for n, made_at in _moments(at, step, entry.repeat):
            sandbox_state.add_notification(
                entry.environment or self.environment,
                _count(entry.user, n),
                _count(entry.title, n),
                body=_count(entry.body, n),
                link=_count(entry.link, n),
                event_type=entry.event_type,
                data=_fill(entry.data, n),
                status=entry.status or None,
                created_at=made_at,
                read_at=self._read_at(entry, made_at, now),
                uuid=entry.uuid or None,
            )

    def _read_at(self, entry: SeedNotification, made_at: Instant, now: Instant) -> Instant | None:
        if entry.read_at != "":
            return parse_moment(entry.read_at, now)
        return made_at if entry.read else None

    def _put_event(self, sandbox_state: SandboxState, entry: SeedEvent) -> None:
        environment = entry.environment or self.environment
        at, step = parse_moment(entry.at, sandbox_state.now()), parse_duration(entry.every)
        for n, made_at in _moments(at, step, entry.repeat):
            sandbox_state.ingest(
                environment,
                entry.type,
                _fill(entry.data, n),
                user_id=_count(entry.user, n),
                message_id=_count(entry.message_id, n),
                tags=tuple(entry.tags),
                created_at=made_at,
            )


def parse_seed(value: object) -> SeedFile:
    """A seed file from what JSON or TOML made of it; raises UsageProblem, naming the place."""
    try:
        return convert(value, SeedFile)
    except msgspec.ValidationError as problem:
        raise UsageProblem(f"This is not a valid seed file: {problem}.", SEED_HINT) from None


def read_seed(path: Path) -> SeedFile:
    """A seed file, TOML or JSON by its name; raises UsageProblem."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        value: object = json.loads(text) if path.suffix.lower() == ".json" else tomllib.loads(text)
    except OSError as problem:
        raise UsageProblem(f"{path} cannot be read: {problem.strerror}.", SEED_HINT) from None
    except (ValueError, RecursionError) as problem:
        raise UsageProblem(f"{path} cannot be read: {problem}.", SEED_HINT) from None
    try:
        return parse_seed(value)
    except UsageProblem as problem:
        raise UsageProblem(f"{path}: {problem.sentence}", problem.remedy) from None


SEED_HINT = "A seed file is TOML or JSON with users, notifications, events, templates and environments."


def world_seed(sandbox_state: SandboxState) -> SeedFile:
    """A world as a seed file with absolute times, from which it can be made again."""
    seed = SeedFile(
        environments=[
            SeedEnvironment(each.identifier, each.name, each.is_mocked) for each in sandbox_state.environments()
        ],
        templates={
            name: SeedTemplate(each.title, each.body, each.link) for name, each in sandbox_state.templates.items()
        },
    )
    for environment in (each.identifier for each in sandbox_state.environments()):
        for user in sandbox_state.users(environment):
            contacts = [
                SeedContact(each.type, each.value, each.filterable, each.meta) for each in user.contacts.values()
            ]
            created_at = iso(user.created_at)
            seed.users.append(SeedUser(user.user_id, user.meta, contacts, environment, created_at=created_at))
        seed.notifications += [_seed_notification(row, environment) for row in sandbox_state.rows(environment)]
    return seed


def write_seed(sandbox_state: SandboxState, path: Path) -> None:
    """Writes a world as JSON, or as TOML where the name says so; raises UsageProblem."""
    value: JsonObject = msgspec.to_builtins(world_seed(sandbox_state))
    try:
        if path.suffix.lower() == ".toml":
            import tomlkit

            text = tomlkit.dumps(_without_nulls(value))
        else:
            text = json.dumps(value, indent=1)
        path.write_text(text + "\n", encoding="utf-8", errors="replace")
    except OSError as problem:
        raise UsageProblem(f"{path} cannot be written: {problem.strerror}.", "Name another file.") from None


def _seed_notification(row: NotificationRecord, environment: str) -> SeedNotification:
    return SeedNotification(
        row.user_id,
        row.title,
        row.body,
        row.link,
        row.event_type,
        row.data,
        row.status,
        at=iso(row.created_at),
        read_at="" if row.read_at is None else iso(row.read_at),
        uuid=row.uuid,
        environment=environment,
    )


def _put(kind: str, entries: list[T], put: Callable[[T], None]) -> None:
    for number, entry in enumerate(entries):
        try:
            put(entry)
        except InboxError as problem:
            words = "; ".join(text for texts in getattr(problem, "fields", {}).values() for text in texts)
            raise UsageProblem(f"{kind}[{number}]: {words or problem.sentence}", problem.remedy) from None


def _require(name: str, text: str) -> None:
    if not text:
        raise UsageProblem(f"The {name} is empty.", "Give it one.")


def _moments(first: Instant, step: float, repeat: int) -> Iterator[tuple[int, Instant]]:
    """Each number with its moment, `step` seconds after the one before; raises UsageProblem before the first."""
    numbers = _numbers(repeat)
    check_span(first, first + round((repeat - 1) * step * 1000))
    return ((n, first + round((n - 1) * step * 1000)) for n in numbers)


def _numbers(repeat: int) -> range:
    if not 1 <= repeat <= MOST_REPEATS:
        raise UsageProblem(f"repeat is {repeat}.", f"Give a number from 1 to {MOST_REPEATS:,}.")
    return range(1, repeat + 1)


def _count(text: str, n: int) -> str:
    return text.replace("{n}", str(n))


def _fill(value: Any, n: int) -> Any:
    """The same with `{n}` counted in all of its texts."""
    if isinstance(value, str):
        return _count(value, n)
    if isinstance(value, dict):
        return {key: _fill(each, n) for key, each in value.items()}
    return [_fill(each, n) for each in value] if isinstance(value, list) else value


def _without_nulls(value: Any) -> Any:
    """TOML has no null."""
    if isinstance(value, dict):
        return {key: _without_nulls(each) for key, each in value.items() if each is not None}
    return [_without_nulls(each) for each in value if each is not None] if isinstance(value, list) else value


def known_environment(sandbox_state: SandboxState, environment: str) -> str:
    """The environment, or the first one where none is named; raises NotFound."""
    known = [each.identifier for each in sandbox_state.environments()]
    if not environment:
        return DEFAULT_ENVIRONMENT if DEFAULT_ENVIRONMENT in known else known[0]
    if environment not in known:
        raise NotFound("Environment not found")
    return environment
