"""The other side of a story: the sandbox with its customers, the weather, and what the agent's machine holds."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from neptune_inbox.config import PollingSettings, Settings, UiSettings
from neptune_inbox.credentials import Vault
from neptune_inbox.credentials.os_keyring import OsKeyring
from neptune_inbox.errors import KeyringAbsent
from neptune_inbox.model import Filter, JsonObject, Key, Mode, Profile
from neptune_inbox.sandbox.dialects import PLAIN, Dialect
from neptune_inbox.sandbox.joins import delivery_uuid
from neptune_inbox.store.tour_note import TourNote
from neptune_inbox.sync.workspace import Workspace
from tests.builders import API, EDGE, ENVIRONMENT, MINUTE, NOON, Office
from tests.hostile import HostileRow

PLENTY = 60_000
"""Requests a minute: stories about something else than the budget must not wait for it."""
READ = "/app_notifications/{environment}/read"


class Keyring(OsKeyring):
    """A keyring that is a dictionary; an absent one says so."""

    def __init__(self, *, is_absent: bool = False) -> None:
        super().__init__()
        self.items: dict[str, str] = {}
        self._is_absent = is_absent

    async def read(self, username: str) -> tuple[str | None, str]:
        self._meet()
        return self.items.get(username), "Test Keyring"

    async def write(self, username: str, secret: str) -> str:
        self._meet()
        self.items[username] = secret
        return "Test Keyring"

    async def delete(self, username: str) -> None:
        self._meet()
        self.items.pop(username, None)

    def _meet(self) -> None:
        if self._is_absent:
            raise KeyringAbsent("No OS keyring can be reached.")


class Service(Office):
    """A sandbox whose notifications are called `Card 1`, `Card 2`, …, and an agent's machine in memory."""

    def __init__(
        self,
        *,
        mode: Mode = Mode.ACT,
        users: tuple[str, ...] = ("u-1",),
        undo_seconds: float = 5,
        budget: int = PLENTY,
        settings: Settings | None = None,
        dialect: Dialect = PLAIN,
    ) -> None:
        super().__init__(mode=mode, users=users, undo_seconds=undo_seconds, budget=budget, dialect=dialect)
        self.titles: dict[str, str] = {}
        """By uuid."""
        self.tour_note: TourNote | None = None
        """Where the end of the tour is noted, as in the demo; None offers none."""
        self._owners: dict[str, str] = {}
        self.use_settings(settings or Settings(ui=UiSettings(undo_seconds=undo_seconds)), budget=budget)

    def use_settings(self, settings: Settings, *, budget: int = PLENTY) -> None:
        """What config.toml says, with the profile of this office as the default one."""
        self.builder.settings = replace(
            settings,
            default_profile=self.profile.name,
            profiles={self.profile.name: self.profile, **settings.profiles},
            polling=PollingSettings(requests_per_minute=budget),
        )

    def add_profile(self, name: str, environment: str, mode: Mode, *, users: tuple[str, ...] = ("u-1",)) -> Profile:
        """Another environment of the same team."""
        profile = Profile(name, API, EDGE, environment, mode, users=users)
        settings = self.builder.settings
        self.builder.settings = replace(settings, profiles={**settings.profiles, name: profile})
        return profile

    def sign_out(self, keyring: Keyring) -> None:
        """From now on the token is looked for in this keyring, and nowhere else."""
        self.builder.vault = Vault(keyring=keyring)

    def workspace(self) -> Workspace:
        return self.builder.workspace(tour_note=self.tour_note)

    # The customers -----------------------------------------------------------------------------------------------

    def has(
        self,
        count: int = 1,
        user_id: str = "u-1",
        *,
        is_read: bool = False,
        environment: str = ENVIRONMENT,
        body: str = "",
        link: str = "",
        event_type: str = "payment_failed",
        data: JsonObject | None = None,
        near: str = "",
    ) -> list[str]:
        """These notifications are there, a minute apart; their titles, oldest first. The clock stands still.

        `near`: a minute after the one with this title.
        """
        made = []
        for _ in range(count):
            title = f"Card {len(self.titles) + 1}"
            at = NOON - 1_000 * MINUTE + len(self.titles) * MINUTE if self.clock.now() == NOON else self.clock.now()
            if near:
                at = MINUTE + self.sandbox_state.notification(environment, self.id_of(near)).created_at
            record = self.sandbox_state.add_notification(
                environment,
                user_id,
                title,
                body=body,
                link=link,
                event_type=event_type,
                data=data,
                created_at=at,
                read_at=at if is_read else None,
            )
            self.titles[record.uuid], self._owners[title] = title, user_id
            made.append(title)
        return made

    def has_hostile(self, rows: Sequence[HostileRow], user_id: str = "u-1") -> None:
        for row in rows:
            row.put_into(self.sandbox_state, ENVIRONMENT, user_id)

    def id_of(self, title: str) -> str:
        return next(uuid for uuid, name in self.titles.items() if name == title)

    def key(self, title: str) -> Key:
        return Key(self._owners[title], self.id_of(title))

    def read_on_server(self, title: str) -> None:
        """The customer reads it in the product."""
        self.sandbox_state.mark_read(ENVIRONMENT, self.id_of(title))

    def is_read(self, title: str, environment: str = ENVIRONMENT) -> bool:
        """Whether the customer's bell shows it as read, asked at the server itself."""
        return self.sandbox_state.notification(environment, self.id_of(title)).read_at is not None

    def unread(self, user_id: str = "u-1") -> list[str]:
        """The titles that the customer's bell shows as unread, oldest first."""
        rows = self.sandbox_state.notifications(ENVIRONMENT, user_id, Filter.UNREAD)
        return [self.titles[row.uuid] for row in rows]

    @property
    def marked_titles(self) -> list[str]:
        """What the server was asked to mark read, in order."""
        return [self.titles.get(id) or self.titles.get(delivery_uuid(id), id) for id in self.marked]

    @property
    def accepted_titles(self) -> list[str]:
        """What the server marked read when it was asked to, in order."""
        return [self.titles.get(id) or self.titles.get(delivery_uuid(id), id) for id in self.accepted]

    @property
    def writes(self) -> int:
        """How many requests that could change something were made, whatever became of them."""
        return self.faults.count_writes()
