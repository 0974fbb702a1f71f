"""Two hundred ways to lose a file: the inbox starts, and every mark that was under way is there."""

from __future__ import annotations

from pathlib import Path

from neptune_inbox.model import Filter
from neptune_inbox.paths import Paths
from tests.builders import HOUR, Office, keys
from tests.faults.damage import ruin

WAYS = 100
"""For each of the two stores."""


async def test_however_a_file_was_damaged_it_starts_and_no_unsettled_mark_is_lost(tmp_path: Path) -> None:
    tallies = await ruin(tmp_path, WAYS, seed=1)
    print()
    for store, tally in tallies.items():
        print(f"{store}: {tally}")
        assert tally.ways == WAYS
        assert not tally.is_broken, tally
        assert tally.set_aside > WAYS // 3, "most of the damage was met"


async def test_a_cache_that_is_damaged_while_it_is_used_keeps_nobody_from_quitting(
    tmp_path: Path,
) -> None:
    office = Office(folder=tmp_path)
    ids = office.arrive(300)
    session = await office.open()
    await session.inbox.refresh("u-1", Filter.ALL)
    await session.marking.hold(keys(ids[:1]), label="one")
    paths = Paths.under(tmp_path)
    for file in (paths.cache_db, paths.cache_db.with_name("cache.db-wal")):
        file.write_bytes(b"\xaa" * file.stat().st_size)
    office.clock.advance(2 * 24 * HOUR / 1000)

    await session.close()

    session = await office.open()
    assert [mark.id for mark in await session.marking.unsettled()] == ids[:1]
    assert "The cache was damaged and is being fetched again." in session.notices
    await session.close()
