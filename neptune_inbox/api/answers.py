"""What `doctor` finds in the answers of the three lists: one page of each is read, and nothing written.

It is what a user sends whose Neptune answers differently, so it names fields and numbers and no content.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from neptune_inbox.api.decode_notifications import decode_page, unwrapped
from neptune_inbox.api.envelope import Envelope, open_list
from neptune_inbox.api.identity import identifiers
from neptune_inbox.api.read_state import read_state
from neptune_inbox.errors import InboxError
from neptune_inbox.model import Filter, JsonObject, JsonValue, Page

if TYPE_CHECKING:
    from neptune_inbox.api.client import Client

PER_PAGE = 50


class Look(Struct, frozen=True):
    """One list as it was answered."""

    kind: Filter
    listing: Envelope | None = None
    page: Page | None = None
    problem: str = ""
    """Why it could not be read, empty where it could."""


class Answers(Struct, frozen=True):
    """What the answers of the three lists of one user show, in sentences, and what could not be read."""

    user_id: str
    sentences: tuple[str, ...]
    problems: tuple[str, ...] = ()
    facts: JsonObject = {}


async def look_at_answers(client: Client, user_id: str, learned: str = "") -> Answers:
    """Ask for one page of each list and say what is in it; what cannot be read is among the problems.

    `learned` is the field of ids that was found to work here when it was posted, if any.
    """
    looks = [await _look(client, user_id, kind) for kind in Filter]
    return describe(user_id, looks, learned)


async def _look(client: Client, user_id: str, kind: Filter) -> Look:
    try:
        return read_answer(await client.raw_list(user_id, kind, per_page=PER_PAGE), user_id, kind)
    except InboxError as error:
        return Look(kind, problem=error.sentence)


def read_answer(value: JsonValue, user_id: str, kind: Filter) -> Look:
    """One answer, understood as far as it goes."""
    listing: Envelope | None = None
    try:
        listing = open_list(value, "notifications")
        return Look(kind, listing, decode_page(value, user_id=user_id, per_page=PER_PAGE, kind=kind))
    except InboxError as error:
        return Look(kind, listing, problem=error.sentence)


def describe(user_id: str, looks: Sequence[Look], learned: str = "") -> Answers:
    """The looks in sentences, and as JSON."""
    by_kind = {look.kind: look for look in looks}
    read = [look for look in looks if look.page is not None]
    sentences = []
    if read:
        sentences = [_envelope(read), _identity(read, learned), _read_state(by_kind), _paging(read), _rest(read)]
    facts: JsonObject = {
        "user_id": user_id,
        "lists": {look.kind.value: _facts(look) for look in looks},
        "posted_field": next(iter(_posted(read, learned)), None),
        "learned_field": learned or None,
        "repeated_fields": [*_repeated(read)],
        "read_fields": [*sorted(_read_fields(looks))],
    }
    problems = tuple(f"The list `{look.kind.value}`: {look.problem}" for look in looks if look.problem)
    return Answers(user_id, tuple(filter(None, sentences)), problems, facts)


def _rows(look: Look) -> list[JsonObject]:
    return [unwrapped(row) for row in look.listing.rows if isinstance(row, dict)] if look.listing else []


def _envelope(looks: Sequence[Look]) -> str:
    found = sorted({look.listing.envelope for look in looks if look.listing is not None})
    return f"Lists come as {' or '.join(found)}."


def _posted(looks: Sequence[Look], learned: str) -> dict[str, int]:
    """The fields whose ids would be posted first, with for how many rows."""
    found: dict[str, int] = {}
    for look in looks:
        for row in look.page.rows if look.page else ():
            if row.candidates:
                fields = [each.field for each in row.candidates]
                field = learned if learned in fields else fields[0]
                found[field] = found.get(field, 0) + 1
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def _repeated(looks: Sequence[Look]) -> list[str]:
    return sorted(frozenset[str]().union(*(look.page.repeated for look in looks if look.page)))


def _identity(looks: Sequence[Look], learned: str) -> str:
    fields, repeated = _posted(looks, learned), _repeated(looks)
    why = f"; {_ticked(repeated)} repeats on rows that differ, so it identifies none" if repeated else ""
    if not any(look.page and look.page.rows for look in looks):
        return (
            "No rows came back, so nothing shows which id is posted; name a user who has some: `doctor --user"
            " USER_ID`."
        )
    if not fields:
        return f"No row has an id of its own that can be posted, so none can be marked{why}."
    present = sorted({each.field for look in looks for row in _rows(look) for each in identifiers(row)})
    first, *others = fields
    also = f", for some rows {_ticked(others)}" if others else ""
    rest = [each for each in present if each != first]
    order = f"it is preferred to {_ticked(rest)}" if rest else "the rows have no other id"
    reason = "it was found to work here" if first == learned else order
    return f"To mark a row, `{first}` is posted{also}: {reason}{why}."


def _read_fields(looks: Sequence[Look]) -> set[str]:
    return {found for look in looks for row in _rows(look) if (found := read_state(row).field)}


def _read_state(looks: Mapping[Filter, Look]) -> str:
    fields = _read_fields([*looks.values()])
    pages = [look.page for look in looks.values() if look.page is not None]
    base = "Whether a row is read is decided by the list it comes in"
    if any(page.contradicts_list for page in pages):
        return f"{base}; {_ticked(sorted(fields))} in the rows says the opposite, and is ignored."
    if any(page.hides_read for page in pages):
        return f"{base}; read rows do not say so themselves, so for `all` the other two lists decide."
    if fields:
        return f"{base}; for `all`, {_ticked(sorted(fields))} decides."
    return f"{base}; nothing in the rows says so, so for `all` the other two lists decide."


def _paging(looks: Sequence[Look]) -> str:
    told = []
    for look in looks:
        listing, page = look.listing, look.page
        if listing is None or page is None:
            continue
        total = f"a total of {listing.total:,}" if listing.total is not None else "no total"
        wrong = ", fewer than received" if page.has_more_than_total else ""
        end = "the end" if page.is_last else "more may follow"
        rows = "1 row" if len(listing.rows) == 1 else f"{len(listing.rows):,} rows"
        told.append(f"`{look.kind.value}` has {rows}, {total}{wrong}, {end}")
    asked = f"Requested {PER_PAGE} rows per page"
    return f"{asked}: {'; '.join(told)}."


def _rest(looks: Sequence[Look]) -> str:
    skipped = sum(look.page.skipped for look in looks if look.page)
    unnamed = sum(not row.candidates for look in looks if look.page for row in look.page.rows)
    parts = [f"{skipped:,} could not be read" if skipped else "", f"{unnamed:,} cannot be marked" if unnamed else ""]
    words = " and ".join(filter(None, parts))
    return f"Of these rows {words}." if words else ""


def _facts(look: Look) -> JsonObject:
    listing, page = look.listing, look.page
    if listing is None or page is None:
        return {"problem": look.problem}
    return {
        "envelope": listing.envelope,
        "rows": len(listing.rows),
        "total": listing.total,
        "page": listing.page,
        "per_page": listing.per_page,
        "last_page": listing.last_page,
        "is_last": page.is_last,
        "skipped": page.skipped,
        "unmarkable": sum(not row.candidates for row in page.rows),
        "keys": [*sorted({key for row in _rows(look) for key in row})[:80]],
    }


def _ticked(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
