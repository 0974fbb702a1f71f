"""`list --as-of`: what the bells of customers held at a moment, from what was seen here; no request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from neptune_inbox.cli import fetching
from neptune_inbox.cli.claims import read_news
from neptune_inbox.cli.context import Cli, SignIn
from neptune_inbox.cli.timeline_schemas import BELL_ROW
from neptune_inbox.model import Filter
from neptune_inbox.presentation.bells import bell_row_cells, bell_row_on_screen, bells_sentences, newest_first
from neptune_inbox.presentation.table import Column
from neptune_inbox.presentation.timeline import bell_row_json, left_out
from neptune_inbox.sync.inbox.times import parse_past
from neptune_inbox.sync.timeline.history import as_of, check_passed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from neptune_inbox.model import Instant, Key
    from neptune_inbox.sync.session import Session
    from neptune_inbox.sync.timeline.history import BellAsOf

ON_SCREEN = (
    Column("state"),
    Column("created"),
    Column("user", gives=1),
    Column("event", gives=2),
    Column("title", gives=3),
    Column("id"),
    Column("why", gives=4),
)
IN_PIPES = tuple(Column(name) for name in ("state", "created_at", "user_id", "event_type", "title", "id", "why"))


def list_as_of(cli: Cli, users: Sequence[str], kind: Filter, limit: int | None, when: str) -> None:
    """Print the rows that were in this state at a moment, and those where it is not known, newest first."""

    async def work(session: Session) -> tuple[list[BellAsOf], Instant, dict[Key, int]]:
        at = parse_past(when, session.now())
        check_passed(at, session.now())
        await read_news(session, cli.output)
        scope = await fetching.users_in_scope(session, users)
        bells = [as_of(await session.timelines.of(user), at) for user in scope]
        keys = [each.row.key for each in newest_first(bells, kind)[:limit]]
        return bells, session.now(), await session.inbox.shortest(keys) if cli.output.is_terminal else {}

    bells, now, lengths = cli.run(work, SignIn.UNUSED)
    rows = newest_first(bells, kind)
    shown = rows[:limit]
    if cli.output.is_data:
        cli.output.values((bell_row_json(each) for each in shown), record=BELL_ROW)
    elif cli.output.is_terminal:
        cli.output.table(ON_SCREEN, [bell_row_on_screen(each, now, lengths[each.row.key]) for each in shown])
    else:
        cli.output.table(IN_PIPES, [bell_row_cells(each) for each in shown])
    for sentence in (*bells_sentences(bells), left_out(len(rows) - len(shown))):
        if sentence:
            cli.output.note(sentence)
