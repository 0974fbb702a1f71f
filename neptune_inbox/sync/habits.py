"""What one profile's agent comes back to: queries, drafts, and the actions used most. Kept on this machine alone."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

from neptune_inbox.errors import BadQuery
from neptune_inbox.masking import looks_like_token
from neptune_inbox.model import Clause, Instant, Now, clauses_of
from neptune_inbox.sync.inbox.query import parse_query

if TYPE_CHECKING:
    from neptune_inbox.sync.tenant_store import TenantStore

QUERY, DRAFT, USE = "query", "draft", "use"
"""The kinds of what is kept."""
MOST_QUERIES = 20
LONGEST_QUERY = 500

_CODE = re.compile(r"(?:[A-Z]{1,3}-?)?\d{4,8}|\d{2,4}[ -]\d{2,4}", re.I)
"""A one-time code as people paste it; an order number in `data.order:` or after a # is not one."""
_SECRET_NAME = re.compile(r"otp|code|pin|token|secret|passw", re.I)


class KeptDraft(Struct, frozen=True):
    """What was typed into a form and not sent: the text of each field, and when it was kept."""

    values: dict[str, str]
    at: Instant


class Habits:
    """What is kept for one profile. Raises StoreProblem."""

    def __init__(self, *, store: TenantStore, profile: str, now: Now) -> None:
        self._kept = store.kept
        self._now = now
        self._profile = profile

    async def queries(self) -> tuple[str, ...]:
        """The queries that were used last, the newest first."""
        return tuple(kept.name for kept in await self._kept.newest(self._profile, QUERY))[:MOST_QUERIES]

    async def note_query(self, query: str) -> None:
        """Keep a query that was used; one with a token or a one-time code in it is not kept."""
        if 0 < len(query) <= LONGEST_QUERY and not _holds_secret(query, self._now()):
            await self._kept.keep(self._profile, QUERY, query)

    async def uses(self) -> dict[str, int]:
        """How often each action was used from the palette."""
        return {kept.name: kept.times for kept in await self._kept.newest(self._profile, USE)}

    async def note_use(self, action_id: str) -> None:
        """Count one use of an action."""
        await self._kept.keep(self._profile, USE, action_id)

    async def draft(self, name: str) -> KeptDraft | None:
        """What was typed into the form of this name and not sent, if anything."""
        found = [kept for kept in await self._kept.newest(self._profile, DRAFT) if kept.name == name]
        if not found:
            return None
        values = json.loads(found[0].text)
        return KeptDraft({str(field): str(text) for field, text in values.items()}, found[0].at)

    async def keep_draft(self, name: str, values: Mapping[str, str]) -> bool:
        """Keep what was typed into a form until it is sent or dropped; False where a token is in it."""
        text = json.dumps(values)
        if looks_like_token(text):
            return False
        await self._kept.keep(self._profile, DRAFT, name, text)
        return True

    async def drop_draft(self, name: str) -> None:
        """Keep the draft of this name no longer: it was sent, or is not wanted."""
        await self._kept.drop(self._profile, DRAFT, name)


def _holds_secret(query: str, now: Instant) -> bool:
    try:
        clauses = list(clauses_of(parse_query(query, now)))
    except BadQuery:
        return True
    return any(map(_is_secret, clauses))


def _is_secret(clause: Clause) -> bool:
    if clause.field == "text":
        return _CODE.fullmatch(clause.value.strip()) is not None
    return clause.field == "data" and _SECRET_NAME.search(clause.path) is not None
