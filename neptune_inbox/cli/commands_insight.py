"""`insight`: how soon notifications are read, by kind; what nobody reads. From the cache alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from neptune_inbox.cli.context import Cli, SignIn
from neptune_inbox.cli.fetching import users_in_scope
from neptune_inbox.cli.output import Shape
from neptune_inbox.cli.table import Column
from neptune_inbox.cli.verbs import user_option, verb
from neptune_inbox.model import JsonObject, JsonValue
from neptune_inbox.sync.insight import EventInsight, Insight
from neptune_inbox.sync.wording import plural
from neptune_inbox.tui.words import span

if TYPE_CHECKING:
    from neptune_inbox.sync.session import Session

COLUMNS = (
    Column("event_type", gives=1),
    *(
        Column(name, is_right=True)
        for name in ("count", "read", "unread_after_1_day", "median_s", "p90_s", "at_most")
    ),
)
"""The names that `sync.insight.to_csv` gives them."""
ON_SCREEN = (
    Column("event", gives=1),
    *(Column(name, is_right=True) for name in ("count", "read", "never", "median", "p90")),
)


@verb("insight", shapes=(Shape.JSON, Shape.CSV))
@user_option(is_multiple=True)
@click.option("--days", type=click.IntRange(1, 3_650), default=30, show_default=True, help="How far to look back.")
def insight(cli: Cli, users: tuple[str, ...], days: int) -> None:
    """Show how soon each kind of event is read, and what nobody reads.

    Figures over what was seen here, without any request; reads that we caused are left out. Times are in seconds in
    pipes, CSV and JSON; at_most marks those that are only bounded by two polls.
    """

    async def work(session: Session) -> tuple[list[str], Insight]:
        scope = await users_in_scope(session, users)
        return scope, await session.insights.over(scope, days)

    scope, found = cli.run(work, SignIn.UNUSED)
    if cli.output.is_json:
        cli.output.value(insight_json(scope, found))
        return
    if cli.output.is_terminal and cli.output.shape is Shape.TEXT:
        cli.output.table(ON_SCREEN, [_told(event) for event in found.events])
    else:
        cli.output.table(COLUMNS, [_whole(event) for event in found.events])
    for note in summary_lines(found):
        cli.output.note(note)


def insight_json(users: list[str], found: Insight) -> JsonObject:
    """The figures with stable names; times in seconds."""
    events: list[JsonValue] = [
        {
            "event_type": event.event_type,
            "count": event.count,
            "read": event.read,
            "unread_after_1_day": event.never_read,
            "median_s": _seconds(event.median),
            "p90_s": _seconds(event.p90),
            "at_most": event.is_at_most,
        }
        for event in found.events
    ]
    return {
        "users": list[JsonValue](users),
        "days": found.days,
        "count": found.count,
        "left_out": found.left_out,
        "unread_by_age": dict[str, JsonValue](found.unread_by_age),
        "arrivals_by_hour": list[JsonValue](found.by_hour),
        "events": events,
    }


def summary_lines(found: Insight) -> list[str]:
    """What was counted, what was left out, and how old the unread ones are."""
    whose = f"{plural(found.count, 'notification')} of {plural(found.users, 'user')}"
    words = f"{whose} in {plural(found.days, 'day')}, as far as they are cached."
    if found.left_out:
        words += f" {plural(found.left_out, 'read')} that we caused left out."
    ages = ", ".join(f"{count:,} {name}" for name, count in found.unread_by_age if count)
    return [words, f"Unread by age: {ages}."] if ages else [words]


def _told(event: EventInsight) -> list[str]:
    most = "<=" if event.is_at_most else ""
    times = ["" if time is None else f"{most}{span(time)}" for time in (event.median, event.p90)]
    return [event.event_type, f"{event.count:,}", f"{event.read:,}", f"{event.never_read:,}", *times]


def _whole(event: EventInsight) -> list[str]:
    times = ["" if time is None else str(time // 1000) for time in (event.median, event.p90)]
    return [event.event_type, str(event.count), str(event.read), str(event.never_read), *times, str(event.is_at_most)]


def _seconds(time: int | None) -> int | None:
    return None if time is None else time // 1000
