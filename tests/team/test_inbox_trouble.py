"""Stories of the inbox over a real PostgreSQL that hangs, is away, is full, refuses us, or holds a hostile row."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from neptune_inbox.config import TeamSettings
from neptune_inbox.model import Filter
from neptune_inbox.model.team import FactKind
from neptune_inbox.wiring.team import TeamAccess
from tests.team.cluster import PASSWORD, TeamDatabase
from tests.tui.driver import Inbox, inbox_of
from tests.tui.service import Service
from tests.tui.test_team_story import line_of

pytestmark = pytest.mark.slow

FULL = """\
CREATE FUNCTION public.no_room() RETURNS trigger LANGUAGE plpgsql AS
    $$BEGIN RAISE EXCEPTION 'no space' USING ERRCODE = '53100'; END$$;
CREATE TRIGGER a_full BEFORE INSERT ON neptune_inbox.fact EXECUTE FUNCTION public.no_room();
"""


def seat(database: TeamDatabase, password: str = PASSWORD) -> Service:
    """Omar's machine, with three notifications to look at."""
    service = Service()
    service.has(3)
    settings = TeamSettings(dsn=database.dsn(), agent="omar")
    service.builder.team_access = TeamAccess(settings, {"PGPASSWORD": password}, "omar")
    return service


@asynccontextmanager
async def opened(service: Service) -> AsyncIterator[Inbox]:
    async with inbox_of(service, kind=Filter.UNREAD) as inbox:
        yield inbox


async def comes_true(met: Callable[[], object]) -> None:
    """Wait for what happens in another process, by the real clock."""
    end = time.monotonic() + 30
    while not await asyncio.to_thread(met):
        assert time.monotonic() < end, "it never came true"
        await asyncio.sleep(0.02)


async def shows(inbox: Inbox, words: str) -> None:
    """Wait until the screen tells these words, by the real clock."""
    end = time.monotonic() + 30
    while words not in " ".join(inbox.text().split()):
        assert time.monotonic() < end, f"it never told {words!r}:\n{inbox.text()}"
        await asyncio.sleep(0.02)


async def is_connected(inbox: Inbox, database: TeamDatabase) -> None:
    await comes_true(lambda: database.rows("SELECT 1 FROM neptune_inbox.presence WHERE agent = 'omar'"))
    await comes_true(lambda: inbox.session.team is not None and inbox.session.team.sharing().seconds is not None)


async def takes_and_handles(inbox: Inbox) -> None:
    """Every key acts, whatever the database does."""
    await inbox.press("t")
    await inbox.until(lambda: "omar" in line_of(inbox, "Card 3"))
    await inbox.press("e")
    await inbox.until(lambda: inbox.row("Card 3").triage == "✓")


def kinds(database: TeamDatabase) -> list[str]:
    found = database.rows("SELECT kind FROM neptune_inbox.fact WHERE agent = 'omar' AND kind <> 'seen'")
    return sorted(kind for (kind,) in found)


async def test_a_frozen_database_holds_up_no_key_and_no_quit_and_gets_it_later(database: TeamDatabase) -> None:
    service = seat(database)
    async with opened(service) as inbox:
        await is_connected(inbox, database)
        database.cluster.freeze()
        try:
            # The server stands still until the end of this block: whatever waited for it would never go on.
            await takes_and_handles(inbox)
            await inbox.press_last("q")
            await inbox.is_left()
        finally:
            database.cluster.thaw()

    async with opened(service) as inbox:
        await comes_true(lambda: kinds(database) == [FactKind.CLAIMED, FactKind.HANDLED])


async def test_a_database_that_is_away_is_told_and_gets_it_when_it_is_back(database: TeamDatabase) -> None:
    database.cluster.stop()
    try:
        async with opened(seat(database)) as inbox:
            await shows(inbox, "cannot be reached: nothing listens there")
            await inbox.until(lambda: "team unreachable" in inbox.top())
            await takes_and_handles(inbox)
            await inbox.until(lambda: "2 not shared" in inbox.top())
            database.cluster.start()
            await comes_true(lambda: kinds(database) == [FactKind.CLAIMED, FactKind.HANDLED])
            await comes_true(lambda: inbox.session.team is not None and inbox.session.team.sharing().problem is None)
            await inbox.until(lambda: "not shared" not in inbox.top())
    finally:
        if not database.cluster.is_running:
            database.cluster.start()


@pytest.mark.parametrize(
    ("statement", "password", "told"),
    [
        ("SELECT 1", "something else", "refused the password of `inbox`"),
        ("INSERT INTO neptune_inbox.migration (number) VALUES (99)", PASSWORD, "made by a newer version"),
        ("DROP SCHEMA neptune_inbox CASCADE", PASSWORD, "has no tables of neptune-inbox yet"),
        (FULL, PASSWORD, "is full."),
    ],
    ids=["password", "newer", "no tables", "full"],
)
async def test_what_is_wrong_is_one_sentence_and_every_key_acts(
    database: TeamDatabase, statement: str, password: str, told: str
) -> None:
    database.do(statement)
    async with opened(seat(database, password)) as inbox:
        if statement == FULL:
            await is_connected(inbox, database)
            await inbox.press("t")
        await shows(inbox, told)
        assert password not in inbox.text()
        if statement != FULL:
            await inbox.press("t")
        await inbox.until(lambda: "omar" in line_of(inbox, "Card 3"))
        await inbox.until(lambda: "1 not shared" in inbox.top())
        if statement == FULL:
            database.do("DROP TRIGGER a_full ON neptune_inbox.fact")
            await comes_true(lambda: kinds(database) == [FactKind.CLAIMED])


async def test_what_a_hostile_colleague_wrote_is_data(database: TeamDatabase) -> None:
    bad = "\x1b]0;owned\x07\x1b[2J[red]x[/red] [@click=app.quit]go[/]\u202egnp.exe"
    async with opened(seat(database)) as inbox:
        await is_connected(inbox, database)
        uuid = next(id for id, title in inbox.service.titles.items() if title == "Card 3")
        tenant = inbox.session.tenant
        for kind, details in (("noted", "jsonb_build_object('text', %s::text)"), ("claimed", "'{\"lasts\": 1e300}'")):
            for agent in (bad[:60], "rita"):
                values = (tenant, kind, uuid, agent, *([bad] if "%s" in details else []))
                database.rows(
                    "INSERT INTO neptune_inbox.fact (id, tenant, kind, user_id, notification_id, agent, age_ms,"
                    f" details) VALUES (gen_random_uuid(), %s, %s, 'u-1', %s, %s, 0, {details}) RETURNING 1",
                    *values,
                )
        await inbox.sees("[@click=app.quit]go[/]")
        assert not set("\x1b\x07\u202e") & set(inbox.text())
        await inbox.press("j", "k", "i")
        await inbox.sees("Evidence")
        assert not set("\x1b\x07\u202e") & set(inbox.text())
        await inbox.press("esc", "t")
        await inbox.until(lambda: "omar" in line_of(inbox, "Card 3"))
