"""Fills a home with N cached notifications, as `neptune-inbox` would have left it: for the benchmarks.

python tests/bench/fill.py FOLDER N
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path

from neptune_inbox import config
from neptune_inbox.model import Counts, Freshness, Mode, Notification, Page, Profile
from neptune_inbox.paths import Paths
from neptune_inbox.store.cache.cache import Cache
from neptune_inbox.store.cache.schema import open_cache
from neptune_inbox.store.cache.users import UserCache
from neptune_inbox.store.outbox.schema import open_state
from neptune_inbox.store.triage import TriageStore
from neptune_inbox.sync.session import tenant_key
from neptune_inbox.text import clean_block, clean_line

API_BASE = "http://127.0.0.1:9/neptune"
"""Nobody listens there: the benchmarks are about what is on this machine."""
USERS = tuple(f"u-{number:04}" for number in range(20))
EVENTS = ("payment_failed", "otp_requested", "invoice_overdue", "welcome", "shipment_delayed", "report_ready")
WORDS = ("card", "invoice", "delivery", "yesterday", "number", "waits", "answer", "customer", "refund", "code")
PAGE = 2_000
LONG_AGO = 2 * 86_400_000
"""Milliseconds since the rows were first seen, so that old ones may be pruned."""


def notification(number: int, now: int, users: Sequence[str] = USERS) -> Notification:
    """Row `#number`, the newest first."""
    words = " ".join(WORDS[(number * step) % len(WORDS)] for step in (1, 3, 5, 7))
    return Notification(
        id=f"{number:08x}-0000-4000-8000-{number:012x}",
        user_id=users[number % len(users)],
        title=clean_line(f"#{number:06} {words}"),
        body=clean_block(f"Dear customer,\n\n{words} {words}.\n\n**{number}** is your number."),
        event_type=clean_line(EVENTS[number % len(EVENTS)]),
        created_at=now - number * 37_000,
        is_read=number % 3 != 0,
        data=f'{{"order": "A-{number}", "amount": {number % 500}}}',
        raw=f'{{"uuid": "{number}"}}',
    )


def fill(folder: Path, count: int, users: Sequence[str] = USERS) -> None:
    """Make the home of these watched users; an existing one with this many rows is left as it is."""
    paths = Paths.under(folder).create()
    done = folder / f"filled-{count}"
    if done.exists():
        return
    now = time.time_ns() // 1_000_000
    profile = Profile("bench", API_BASE, API_BASE, "dev", Mode.ACT, users=tuple(users))
    config.set_profile(paths, profile)
    config.set_default_profile(paths, profile.name)
    machine = tenant_key(profile, "")
    database = open_cache(paths.cache_db, lambda: now)
    cache = Cache(database, machine, lambda: now)
    user_cache = UserCache(database, machine)
    for place, user_id in enumerate(users):
        rows = [notification(number, now, users) for number in range(place, count, len(users))]
        for start in range(0, len(rows), PAGE):
            page = Page(tuple(rows[start : start + PAGE]), len(rows))
            cache.merge(user_id, page, seen_at=now - LONG_AGO)
        unread = sum(not row.is_read for row in rows)
        user_cache.set_counts(user_id, Counts(len(rows), unread, len(rows) - unread), now)
        user_cache.set_freshness(Freshness(user_id, now, has_everything=True))
    database.close()
    state = open_state(paths.state_db, lambda: now)
    triage_store = TriageStore(state, machine, lambda: now)
    for user_id in users:
        triage_store.watch(user_id)
    # As a session that signed in leaves it: else nobody could tell whose rows these are without a session.
    triage_store.bind("\n".join((profile.name, profile.api_base, profile.environment)))
    state.close()
    done.touch()


if __name__ == "__main__":
    fill(Path(sys.argv[1]), int(sys.argv[2]))
    print("filled")
