"""What the server told us, on disk so that a start shows it at once: disposable, and never written for nothing."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Sequence

from msgspec.structs import replace

from neptune_inbox.model import (
    Counts,
    Freshness,
    Instant,
    Key,
    Lifetime,
    Notification,
    Now,
    Page,
    Row,
    Search,
    Sighting,
    User,
)
from neptune_inbox.store import cache_people, cache_rows
from neptune_inbox.store.cache_merge import Merged, merge
from neptune_inbox.store.cache_names import account_ref, place_ref, rowids
from neptune_inbox.store.cache_prune import admit_pruning, prune_some
from neptune_inbox.store.cache_times import lifetimes
from neptune_inbox.store.cache_window import find
from neptune_inbox.store.database import Database

__all__ = ["Cache", "Merged"]


class Cache:
    """The cached rows, counts and users of all places; every call is for one of them. Raises StoreProblem."""

    def __init__(self, database: Database, now: Now) -> None:
        self._database = database
        self._now = now
        self._seen_unread: dict[int, Instant] = {}
        """When rows were last seen unread, since that was last written: an idle poll writes nothing."""

    def merge(self, place: str, user_id: str, page: Page, *, seen_at: Instant) -> Merged:
        """Lay a page of one user over the cache, in one transaction.

        `seen_at` is when the page was asked for: what was read by our own mark since then stays read.
        """
        with self._database.transaction() as connection:
            merged, unread = merge(connection, place, user_id, page, seen_at=seen_at, seen_unread=self._seen_unread)
        self._seen_unread.update(dict.fromkeys(unread, seen_at))
        return merged

    def note_read(self, place: str, keys: Collection[Key], read_at: Instant) -> None:
        """Our own marks were confirmed: these are read now."""
        with self._database.transaction() as connection:
            connection.executemany(
                "UPDATE notification SET is_read = 1, read_at = COALESCE(read_at, ?1), first_seen_read_at = ?1,"
                " marked_at = ?1, last_seen_unread_at = max(COALESCE(last_seen_unread_at, 0), ?2)"
                " WHERE seq = ?3 AND is_read = 0",
                [
                    (read_at, min(read_at, self._seen_unread.get(seq, 0)), seq)
                    for seq in rowids(connection, place, keys)
                ],
            )

    def window(
        self,
        place: str,
        search: Search,
        *,
        only: Collection[Key] | None = None,
        without: Collection[Key] = (),
        limit: int | None = None,
        newer_than: int | None = None,
    ) -> array[int]:
        """The rowids that a search shows, newest first; rows without a created time stand where they were first seen.

        Of the `is` clauses only read and unread are judged here; the others are to be given as `only` and `without`.
        `newer_than` leaves only rows that were cached after that rowid.
        """
        with self._database.searching() as connection:
            return find(connection, place, search, only=only, without=without, limit=limit, newer_than=newer_than)

    def newest_rowid(self) -> int:
        """What every row that is cached from now on has a higher rowid than, whoever it belongs to."""
        with self._database.reading() as connection:
            (newest,) = connection.execute("SELECT max(seq) FROM notification").fetchone()
        return int(newest or 0)

    def rows(self, rowids: Sequence[int]) -> list[Row]:
        """The rows with these rowids, in this order; those that are no longer cached are left out."""
        with self._database.reading() as connection:
            return cache_rows.lines(connection, rowids)

    def row(self, place: str, key: Key) -> Row | None:
        """One row, or None when it is not cached."""
        with self._database.reading() as connection:
            return cache_rows.line(connection, place, key)

    def notification(self, place: str, key: Key) -> Notification | None:
        """One notification with all that the server told, or None when it is not cached."""
        with self._database.reading() as connection:
            return cache_rows.whole(connection, place, key)

    def sighting(self, place: str, key: Key) -> Sighting | None:
        """When one notification was seen, and how; None when it is not cached."""
        with self._database.reading() as connection:
            found = cache_rows.sighting(connection, place, key)
        if found is None:
            return None
        seq, is_read, sighting = found
        seen_since = self._seen_unread.get(seq)
        if is_read or seen_since is None:
            return sighting
        return replace(sighting, last_seen_unread_at=max(seen_since, sighting.last_seen_unread_at or 0))

    def set_counts(self, place: str, user_id: str, counts: Counts, at: Instant) -> None:
        """Keep the counts that the server told; one that it did not tell stays as it was told before."""
        with self._database.transaction() as connection:
            cache_people.set_counts(connection, place, user_id, counts, at)

    def counts(self, place: str, user_ids: Collection[str]) -> dict[str, Counts]:
        """The server's counts of those of these users of whom it told any."""
        with self._database.reading() as connection:
            return cache_people.counts(connection, place, user_ids)

    def local_counts(self, place: str, users: Collection[str]) -> Counts:
        """How many rows of these users are cached."""
        with self._database.reading() as connection:
            return cache_people.local_counts(connection, place, users)

    def set_freshness(self, place: str, freshness: Freshness) -> None:
        """Keep how fresh what we know of a user is."""
        with self._database.transaction() as connection:
            cache_people.set_freshness(connection, place, freshness)

    def freshness(self, place: str, user_ids: Collection[str]) -> dict[str, Freshness]:
        """How fresh what we know of those of these users is who were ever asked for."""
        with self._database.reading() as connection:
            return cache_people.freshness(connection, place, user_ids)

    def unread_keys(self, place: str, user_id: str) -> list[Key]:
        """The notifications of one user that are cached as unread, newest first."""
        with self._database.reading() as connection:
            found = connection.execute(
                "SELECT id FROM notification INDEXED BY by_account WHERE account = ? AND is_read = 0"
                " ORDER BY sorted_at DESC, seq DESC",
                (account_ref(connection, place, user_id),),
            )
            return [Key(user_id, id) for (id,) in found]

    def lifetimes(self, place: str, user_ids: Collection[str], since: Instant) -> list[Lifetime]:
        """When what these users were sent since an instant came and was read, oldest first."""
        with self._database.searching() as connection:
            return lifetimes(connection, place, user_ids, since)

    def event_types(self, place: str) -> list[str]:
        """The event types that were ever cached of a place, in alphabetical order."""
        with self._database.reading() as connection:
            found = connection.execute(
                "SELECT name FROM event WHERE place = ? AND name <> '' ORDER BY name", (place_ref(connection, place),)
            )
            return [str(name) for (name,) in found]

    def save_user(self, place: str, user: User, at: Instant) -> None:
        """Keep a user's profile and contact infos."""
        with self._database.transaction() as connection:
            cache_people.save_user(connection, place, user, at)

    def forget_user(self, place: str, user_id: str) -> None:
        """Forget a user's profile and contact infos; their notifications stay."""
        with self._database.transaction() as connection:
            cache_people.forget_user(connection, place, user_id)

    def seen_users(self, place: str) -> list[str]:
        """Everybody of whom anything was ever cached at a place, watched or not."""
        with self._database.reading() as connection:
            return cache_people.seen_users(connection, place)

    def users(self, place: str) -> list[User]:
        """The cached users of a place, by their id."""
        with self._database.reading() as connection:
            return cache_people.users(connection, place)

    def user(self, place: str, user_id: str) -> User | None:
        """One cached user, or None."""
        with self._database.reading() as connection:
            return cache_people.user(connection, place, user_id)

    def remember(self, name: str, text: str) -> None:
        """Keep a text under a name in the table `screen`, which the first paint of the next start reads."""
        with self._database.transaction() as connection:
            connection.execute("INSERT OR REPLACE INTO screen VALUES (?, ?)", (name, text))

    def recall(self, name: str) -> str | None:
        """The text that was kept under a name, or None."""
        with self._database.reading() as connection:
            found = connection.execute("SELECT text FROM screen WHERE name = ?", (name,)).fetchone()
        return str(found[0]) if found else None

    def prune(self, place: str, before: Instant, keep: Collection[Key]) -> int:
        """Forget read rows that are older than an instant and not to be kept, in small transactions; how many.

        From then on the cache says that it is complete back to that instant only.
        """
        pruned = 0
        while True:
            with self._database.transaction() as connection:
                some = prune_some(connection, place, before, keep)
                if some and not pruned:
                    admit_pruning(connection, place, before)
            for seq in some:
                self._seen_unread.pop(seq, None)
            pruned += len(some)
            if not some:
                return pruned

    def checkpoint(self) -> None:
        """Write when rows were last seen unread, and move the log into the file; for idle times and quitting."""
        seen = dict(self._seen_unread)
        with self._database.transaction() as connection:
            connection.executemany(
                "UPDATE notification SET last_seen_unread_at = ?1 WHERE seq = ?2 AND is_read = 0"
                " AND last_seen_unread_at < ?1",
                [(at, seq) for seq, at in seen.items()],
            )
        self._seen_unread = {seq: at for seq, at in self._seen_unread.items() if seen.get(seq) != at}
        self._database.checkpoint()
