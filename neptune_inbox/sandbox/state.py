"""The sandbox's state and the rules that the service keeps, in memory and without HTTP.

Who breaks a rule meets one of errors.py's refusals, with the server's words as its sentence.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable, Iterator, Sequence
from random import Random
from uuid import UUID

from neptune_inbox.errors import Invalid, NotFound, UsageProblem
from neptune_inbox.model import Filter, Instant, JsonObject, Now
from neptune_inbox.sandbox.crowd import Crowd
from neptune_inbox.sandbox.environment_data import EnvironmentData
from neptune_inbox.sandbox.records import (
    ENVIRONMENTS,
    EVENTS_KEPT,
    EXCHANGES_KEPT,
    MESSAGES_KEPT,
    WRITES_KEPT,
    ContactKey,
    ContactRecord,
    Counts,
    EnvironmentRecord,
    Exchange,
    Ingested,
    NotificationRecord,
    UserRecord,
    Write,
)
from neptune_inbox.sandbox.ring import Ring
from neptune_inbox.sandbox.samples import draw_event_type, draw_user_id, sample
from neptune_inbox.sandbox.templates import Template, render


class SandboxState:
    """One team's Neptune. The same `seed`, clock and calls give the same ids, token secret and arrivals."""

    def __init__(
        self,
        *,
        now: Now,
        seed: int | str = 0,
        team: str = "acme",
        environments: Sequence[EnvironmentRecord] = ENVIRONMENTS,
    ) -> None:
        self.now = now
        self.team = team
        self.writes: Ring[Write] = Ring(WRITES_KEPT)
        self.exchanges: Ring[Exchange] = Ring(EXCHANGES_KEPT)
        self.templates: dict[str, Template] = {}
        """This world's own templates, by event type; they take precedence over those of the demo."""
        self._seed = seed
        self._first_environments = tuple(environments)
        self.revision = 0
        """Counts up with every change."""
        self.secret = b""
        """What tokens of this world are signed with."""
        self.clear()
        self.secret = self.rng.randbytes(32)

    def clear(self) -> None:
        """Forgets everything but its secret; what is made from here on has the same ids as at first."""
        self.revision += 1
        self.rng = Random(self._seed)
        if self.secret:
            self.rng.randbytes(len(self.secret))
        self.writes.clear()
        self.exchanges.clear()
        self.templates.clear()
        self._number = 0
        self._spaces = {each.identifier: EnvironmentData(each) for each in self._first_environments}

    # -- environments ------------------------------------------------------------------------------------------

    def environments(self) -> list[EnvironmentRecord]:
        """All environments of the team."""
        return [space.environment for space in self._spaces.values()]

    def add_environment(self, record: EnvironmentRecord) -> None:
        """One more environment, or another record for one that is there."""
        self.revision += 1
        if record.identifier in self._spaces:
            self._spaces[record.identifier].environment = record
        else:
            self._spaces[record.identifier] = EnvironmentData(record)

    def data_of(self, environment: str) -> EnvironmentData:
        """Everything of one environment, for whoever keeps it elsewhere; raises NotFound."""
        return self._space(environment)

    def put_back(self, spaces: Iterable[EnvironmentData], secret: bytes, number: int) -> None:
        """Takes the place of all that is there: environments, the secret, and how many notifications were made."""
        self._spaces = {each.environment.identifier: each for each in spaces}
        self.secret, self._number = secret, number
        self.revision += 1

    @property
    def number(self) -> int:
        """How many notifications were made so far."""
        return self._number

    def _space(self, environment: str) -> EnvironmentData:
        try:
            return self._spaces[environment]
        except KeyError:
            raise NotFound("Environment not found") from None

    def add_crowd(self, environment: str, *, users: int, notifications: int) -> None:
        """Very many generated users and notifications; raises UsageProblem for too many, or where there are some."""
        space = self._space(environment)
        if space.users or space.notifications:
            raise UsageProblem(f"{environment} is not empty.", "Generate into an empty environment.")
        status = "mocked" if space.environment.is_mocked else "success"
        crowd = Crowd(
            users=users,
            notifications=notifications,
            seed=self._seed,
            now=self.now(),
            status=status,
            first_number=self._number,
        )
        self._number += notifications
        space.put_crowd(crowd)
        for place in range(users):
            self.create_user(environment, crowd.user_id(place), crowd.meta(place))

    # -- users -------------------------------------------------------------------------------------------------

    def users(self, environment: str) -> list[UserRecord]:
        """All users, oldest first."""
        return list(self._space(environment).users.values())

    def user(self, environment: str, user_id: str) -> UserRecord:
        """One user; raises NotFound."""
        try:
            return self._space(environment).users[user_id]
        except KeyError:
            raise NotFound("User not found") from None

    def create_user(self, environment: str, user_id: str, meta: JsonObject) -> UserRecord:
        """A new user; raises Invalid when the id is taken."""
        self.revision += 1
        users = self._space(environment).users
        if user_id in users:
            raise invalid("user_id", "The user_id has already been taken.")
        now = self.now()
        users[user_id] = UserRecord(self.new_uuid(), user_id, meta, created_at=now, updated_at=now)
        return users[user_id]

    def update_user(self, environment: str, user_id: str, meta: JsonObject) -> UserRecord:
        """The user with `meta` replaced as a whole."""
        self.revision += 1
        user = self.user(environment, user_id)
        user.meta, user.updated_at = meta, self.now()
        return user

    def delete_user(self, environment: str, user_id: str) -> None:
        """Forgets the user and all of their notifications."""
        self.revision += 1
        self.user(environment, user_id)
        space = self._space(environment)
        del space.users[user_id]
        for record in space.by_user.pop(user_id, []):
            space.notifications.pop(record.uuid, None)

    # -- contact infos -----------------------------------------------------------------------------------------

    def add_contact(self, environment: str, user_id: str, contact: ContactRecord) -> ContactRecord:
        """A new contact info; raises Invalid when this user has the same `<type,value>`."""
        self.revision += 1
        user = self.user(environment, user_id)
        if contact.key in user.contacts:
            raise invalid("value", "The value has already been taken.")
        user.contacts[contact.key] = contact
        user.updated_at = self.now()
        return contact

    def update_contact(
        self,
        environment: str,
        user_id: str,
        key: ContactKey,
        *,
        filterable: str | None = None,
        meta: JsonObject | None = None,
    ) -> ContactRecord:
        """The contact info found by `key`, with what is given replaced; raises NotFound."""
        self.revision += 1
        contact = self._contact(environment, user_id, key)
        contact.filterable = contact.filterable if filterable is None else filterable
        contact.meta = contact.meta if meta is None else meta
        self.user(environment, user_id).updated_at = self.now()
        return contact

    def delete_contact(self, environment: str, user_id: str, key: ContactKey) -> None:
        """Forgets the contact info found by `key`; raises NotFound."""
        self.revision += 1
        self._contact(environment, user_id, key)
        user = self.user(environment, user_id)
        del user.contacts[key]
        user.updated_at = self.now()

    def _contact(self, environment: str, user_id: str, key: ContactKey) -> ContactRecord:
        try:
            return self.user(environment, user_id).contacts[key]
        except KeyError:
            raise NotFound("Contact info not found") from None

    # -- notifications -----------------------------------------------------------------------------------------

    def notifications(self, environment: str, user_id: str, kind: Filter = Filter.ALL) -> list[NotificationRecord]:
        """A user's notifications, oldest first; of an unknown user, none."""
        rows = self._space(environment).by_user.get(user_id, [])
        if kind is Filter.ALL:
            return list(rows)
        return [row for row in rows if (row.read_at is not None) == (kind is Filter.READ)]

    def rows(self, environment: str) -> Iterator[NotificationRecord]:
        """All notifications of an environment, user by user."""
        space = self._space(environment)
        for rows in space.by_user.values() if space.crowd is None else space.crowd.all_rows():
            yield from rows

    def counts(self, environment: str) -> Counts:
        """How many notifications an environment holds."""
        space = self._space(environment)
        if space.crowd is None:
            rows: Iterable[NotificationRecord] = self.rows(environment)
            return Counts(len(space.notifications), sum(row.read_at is None for row in rows))
        generated = space.crowd.counts()
        unread = sum(row.read_at is None for row in space.notifications.values())
        return Counts(generated.all + len(space.notifications), generated.unread + unread)

    def notification(self, environment: str, uuid: str) -> NotificationRecord:
        """One notification by its uuid; raises NotFound."""
        try:
            return self._space(environment).notifications[uuid]
        except KeyError:
            raise NotFound("Notification not found") from None

    def add_notification(
        self,
        environment: str,
        user_id: str,
        title: str,
        *,
        body: str = "",
        event_type: str = "",
        link: str = "",
        data: JsonObject | None = None,
        status: str | None = None,
        created_at: Instant | None = None,
        read_at: Instant | None = None,
        uuid: str | None = None,
    ) -> NotificationRecord:
        """Adds a notification as it is, without a template; times default to now.

        Raises Invalid when the user has a notification of that uuid.
        """
        self.revision += 1
        space = self._space(environment)
        taken = space.notifications.get(uuid) if uuid else None
        if taken is not None and taken.user_id == user_id:
            raise invalid("uuid", "The uuid has already been taken.")
        self._number += 1
        record = NotificationRecord(
            uuid=uuid or self.new_uuid(),
            number=self._number,
            user_id=user_id,
            event_type=event_type,
            title=title,
            body=body,
            link=link,
            data=data or {},
            status=status or ("mocked" if space.environment.is_mocked else "success"),
            created_at=self.now() if created_at is None else created_at,
            read_at=read_at,
        )
        space.notifications[record.uuid] = record
        rows = space.by_user.setdefault(user_id, [])
        insort(rows, record, key=lambda row: (row.created_at, row.number))
        return record

    def mark_read(self, environment: str, uuid: str) -> NotificationRecord:
        """The notification, read; the time of the first reading is kept. Raises NotFound."""
        self.revision += 1
        record = self.notification(environment, uuid)
        if record.read_at is None:
            record.read_at = self.now()
        return record

    def mark_user_read(self, environment: str, user_id: str) -> int:
        """Marks all that the user has now; how many were unread. An unknown user has none."""
        self.revision += 1
        unread = self.notifications(environment, user_id, Filter.UNREAD)
        for record in unread:
            record.read_at = self.now()
        return len(unread)

    # -- events ------------------------------------------------------------------------------------------------

    def ingest(
        self,
        environment: str,
        event_type: str,
        data: JsonObject,
        *,
        user_id: str = "",
        message_id: str = "",
        occurred_at: Instant | None = None,
        tags: tuple[str, ...] = (),
        created_at: Instant | None = None,
    ) -> Ingested:
        """Makes an app notification of an event that names a user; a message id that was seen before does nothing."""
        self.revision += 1
        space = self._space(environment)
        message_id = message_id or f"{environment}-{self.new_uuid()}"
        if message_id in space.messages:
            return Ingested(message_id, is_duplicate=True)
        space.messages[message_id] = None
        if len(space.messages) > MESSAGES_KEPT:
            del space.messages[next(iter(space.messages))]
        if not user_id:
            return Ingested(message_id)
        known = space.users.get(user_id)
        text = render(event_type, data, known.meta if known else {}, self.templates)
        record = self.add_notification(
            environment,
            user_id,
            text.title,
            body=text.body,
            event_type=event_type,
            link=text.link,
            data=data,
            created_at=created_at,
        )
        record.message_id, record.occurred_at, record.tags = message_id, occurred_at, tags
        self._expire(space, record.uuid)
        return Ingested(message_id, record)

    def _expire(self, space: EnvironmentData, made: str) -> None:
        """Lets the oldest notification go that an event made, where there are too many."""
        space.ingested.append(made)
        if len(space.ingested) > EVENTS_KEPT:
            oldest = space.notifications.pop(space.ingested.popleft(), None)
            if oldest is not None:
                space.by_user[oldest.user_id].remove(oldest)

    def arrive(
        self, environment: str, user_id: str | None = None, *, event_type: str | None = None
    ) -> NotificationRecord:
        """One believable event happens now, to `user_id` or to somebody busy; raises NotFound when nobody is."""
        space = self._space(environment)
        if user_id is None:
            user_id = draw_user_id(self.rng, {each: space.count_of(each) for each in space.users})
        kind = event_type or draw_event_type(self.rng)
        known = space.users.get(user_id)
        data = sample(kind, self.rng, self.now(), known.meta if known else {})
        made = self.ingest(environment, kind, data, user_id=user_id).notification
        assert made is not None
        return made

    def new_uuid(self) -> str:
        """A uuid out of this world's own randomness."""
        return str(UUID(int=self.rng.getrandbits(128), version=4))


def invalid(field: str, *words: str) -> Invalid:
    """The refusal that names one field."""
    return Invalid("Validation failed. 1 error(s)", fields={field: words})
