"""Everything that the sandbox keeps of one environment."""

from __future__ import annotations

from collections import deque
from collections.abc import MutableMapping

from msgspec import Struct, field

from neptune_inbox.sandbox.crowd import Crowd, CrowdNotifications, CrowdRows
from neptune_inbox.sandbox.records import EnvironmentRecord, NotificationRecord, UserRecord


class EnvironmentData(Struct):
    """Everything that belongs to one environment."""

    environment: EnvironmentRecord
    users: dict[str, UserRecord] = field(default_factory=dict)
    notifications: MutableMapping[str, NotificationRecord] = field(default_factory=dict)
    by_user: MutableMapping[str, list[NotificationRecord]] = field(default_factory=dict)
    messages: dict[str, None] = field(default_factory=dict)
    """Message ids that were taken, oldest first; about the last MESSAGES_KEPT."""
    ingested: deque[str] = field(default_factory=deque)
    """Notifications that events made, oldest first; beyond EVENTS_KEPT they expire."""
    crowd: Crowd | None = None
    """The generated data, if any; it is then behind `notifications` and `by_user`."""

    def copy(self) -> EnvironmentData:
        """The same, to which things are added and from which they are taken by itself; records are shared."""
        other = EnvironmentData(
            self.environment, dict(self.users), messages=dict(self.messages), ingested=deque(self.ingested)
        )
        if self.crowd is None:
            other.notifications = dict(self.notifications)
            other.by_user = {user_id: list(rows) for user_id, rows in self.by_user.items()}
        else:
            other.put_crowd(self.crowd.copy())
            other.notifications.update(self.notifications)
        return other

    def put_crowd(self, crowd: Crowd) -> None:
        """Puts a generated crowd behind what is here."""
        self.crowd, self.by_user, self.notifications = crowd, CrowdRows(crowd), CrowdNotifications(crowd)

    def count_of(self, user_id: str) -> int:
        """How many notifications a user has."""
        return len(self.by_user.get(user_id, ())) if self.crowd is None else self.crowd.count_of(user_id)
