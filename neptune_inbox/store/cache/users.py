"""What the cache knows of users: the server's counts, how fresh we are, their profile and contact infos."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Sequence

from msgspec.structs import astuple

from neptune_inbox.doors import is_id
from neptune_inbox.model import ContactInfo, Counts, Freshness, Instant, Remark, User
from neptune_inbox.store.cache.ids import account_ref, account_refs, make_account, tenant_ref
from neptune_inbox.store.database.database import Database
from neptune_inbox.text import CleanText

_USER = (
    "SELECT a.user_id, u.name, u.meta, u.contacts FROM user u JOIN account a ON a.ref = u.account WHERE a.place = ?"
)


class UserCache:
    """What is cached of the users of one tenant. Raises StoreProblem."""

    def __init__(self, database: Database, tenant: str) -> None:
        self._database = database
        self._tenant = tenant

    def set_counts(self, user_id: str, counts: Counts, at: Instant) -> None:
        """Keep the counts that the server sent; one that it did not send stays as it was."""
        with self._database.transaction() as connection:
            connection.execute(
                'INSERT INTO tally (account, "all", unread, read, at) VALUES (?, ?, ?, ?, ?)'
                ' ON CONFLICT (account) DO UPDATE SET "all" = COALESCE(excluded."all", "all"),'
                " unread = COALESCE(excluded.unread, unread),"
                " read = COALESCE(excluded.read, read), at = excluded.at",
                (make_account(connection, self._tenant, user_id), counts.all, counts.unread, counts.read, at),
            )

    def counts(self, user_ids: Collection[str]) -> dict[str, Counts]:
        """The server's counts for those of these users it sent any for."""
        with self._database.reading() as connection:
            refs = {ref: user_id for user_id, ref in account_refs(connection, self._tenant, user_ids).items()}
            found = connection.execute(
                'SELECT account, "all", unread, read FROM tally WHERE account IN (SELECT value FROM json_each(?))',
                (json.dumps(list(refs)),),
            )
            return {refs[account]: Counts(*numbers) for account, *numbers in found}

    def local_counts(self, user_ids: Collection[str]) -> Counts:
        """How many rows of these users are cached."""
        with self._database.reading() as connection:
            refs = list(account_refs(connection, self._tenant, user_ids).values())
            (everybody,) = connection.execute("SELECT count(*) FROM account").fetchone()
            if len(refs) == everybody:
                # SQLite adds up what the pages of an index hold; with a condition it would look at every row.
                (everything,) = connection.execute("SELECT count(*) FROM notification").fetchone()
                (unread,) = connection.execute(
                    "SELECT count(*) FROM notification INDEXED BY by_time_unread WHERE is_read = 0"
                ).fetchone()
            else:
                everything, read = connection.execute(
                    "SELECT count(*), COALESCE(sum(is_read), 0) FROM notification INDEXED BY by_account"
                    " WHERE account IN (SELECT value FROM json_each(?))",
                    (json.dumps(refs),),
                ).fetchone()
                unread = everything - read
            return Counts(everything, unread, everything - unread)

    def local_counts_of(self, user_ids: Collection[str]) -> dict[str, Counts]:
        """How many rows of each of these users are cached; users without any are left out."""
        with self._database.reading() as connection:
            users = {ref: user for user, ref in account_refs(connection, self._tenant, user_ids).items()}
            found = connection.execute(
                "SELECT account, count(*), sum(is_read) FROM notification INDEXED BY by_account"
                " WHERE account IN (SELECT value FROM json_each(?)) GROUP BY account",
                (json.dumps(list(users)),),
            )
            return {users[ref]: Counts(everything, everything - read, read) for ref, everything, read in found}

    def set_freshness(self, *told: Freshness) -> None:
        """Keep how fresh what we know of these users is."""
        with self._database.transaction() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO freshness VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    (
                        make_account(connection, self._tenant, fresh.user_id),
                        fresh.fetched_at,
                        fresh.problem,
                        fresh.complete_back_to,
                        fresh.has_everything,
                        fresh.skipped,
                        fresh.unnamed,
                        " ".join(fresh.remarks),
                        fresh.looked_at,
                    )
                    for fresh in told
                ],
            )

    def freshness(self, user_ids: Collection[str]) -> dict[str, Freshness]:
        """How fresh what we know of those of these users is who were ever asked for."""
        with self._database.reading() as connection:
            refs = {ref: user_id for user_id, ref in account_refs(connection, self._tenant, user_ids).items()}
            found = connection.execute(
                "SELECT account, fetched_at, problem, complete_back_to, has_everything, skipped, unnamed, remarks,"
                " looked_at FROM freshness WHERE account IN (SELECT value FROM json_each(?))",
                (json.dumps(list(refs)),),
            )
            return {
                refs[account]: Freshness(
                    refs[account],
                    fetched_at,
                    problem,
                    back_to,
                    bool(everything),
                    skipped,
                    unnamed,
                    tuple(Remark(each) for each in remarks.split()),
                    looked_at,
                )
                for account, fetched_at, problem, back_to, everything, skipped, unnamed, remarks, looked_at in found
            }

    def save(self, user: User, at: Instant) -> None:
        """Keep a user's profile and contact infos."""
        with self._database.transaction() as connection:
            connection.execute("INSERT OR REPLACE INTO user VALUES (?, ?, ?, ?, ?)", self._row(connection, user, at))

    def save_profiles(self, users: Sequence[User], at: Instant) -> None:
        """Keep what an answer without contact infos says of these users: those that are known stay."""
        with self._database.transaction() as connection:
            connection.executemany(
                "INSERT INTO user VALUES (?, ?, ?, ?, ?) ON CONFLICT (account) DO UPDATE SET name = excluded.name,"
                " meta = excluded.meta, at = excluded.at,"
                " contacts = iif(excluded.contacts = '[]', contacts, excluded.contacts)",
                [self._row(connection, user, at) for user in users],
            )

    def _row(self, connection: sqlite3.Connection, user: User, at: Instant) -> tuple[int, str, str, str, Instant]:
        contacts = json.dumps([astuple(contact) for contact in user.contacts])
        return make_account(connection, self._tenant, user.user_id), user.name, user.meta, contacts, at

    def forget(self, user_id: str) -> None:
        """Forget a user's profile and contact infos; their notifications stay."""
        with self._database.transaction() as connection:
            connection.execute(
                "DELETE FROM user WHERE account = ?", (account_ref(connection, self._tenant, user_id),)
            )

    def seen(self) -> list[str]:
        """All users of whom anything was ever cached at a tenant, watched or not."""
        with self._database.reading() as connection:
            found = connection.execute(
                "SELECT user_id FROM account WHERE place = ? ORDER BY user_id",
                (tenant_ref(connection, self._tenant),),
            )
            return [str(user_id) for (user_id,) in found if is_id(str(user_id))]

    def names(self, user_ids: Collection[str]) -> dict[str, str]:
        """What those of these users are called whose name is known."""
        with self._database.reading() as connection:
            refs = {ref: user_id for user_id, ref in account_refs(connection, self._tenant, user_ids).items()}
            found = connection.execute(
                "SELECT account, name FROM user WHERE name <> '' AND account IN (SELECT value FROM json_each(?))",
                (json.dumps(list(refs)),),
            )
            return {refs[account]: str(name) for account, name in found}

    def all(self) -> list[User]:
        """The cached users of a tenant, by their id."""
        with self._database.reading() as connection:
            found = connection.execute(f"{_USER} ORDER BY a.user_id", (tenant_ref(connection, self._tenant),))
            return [_user(*row) for row in found]

    def get(self, user_id: str) -> User | None:
        """One cached user, or None."""
        with self._database.reading() as connection:
            found = connection.execute(
                f"{_USER} AND a.user_id = ?", (tenant_ref(connection, self._tenant), user_id)
            ).fetchone()
            return _user(*found) if found else None


def _user(user_id: str, name: str, meta: str, contacts: str) -> User:
    kept = tuple(ContactInfo(*contact) for contact in json.loads(contacts))
    return User(user_id, CleanText(name), meta, kept)
