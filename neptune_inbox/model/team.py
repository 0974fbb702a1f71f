"""What a team shares: facts that are only ever added, and what they add up to; pure.

Every machine has the same facts sooner or later, in any order and more than once. So what they mean is a fold that
looks at nothing but the facts and the clock of the team's database: the later one wins, ties go by id.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from neptune_inbox.model.notifications import Key
from neptune_inbox.model.values import Instant
from neptune_inbox.text import NO_TEXT, CleanText

CLAIM_MS = 30 * 60_000
"""How long a claim lasts without a key on it, unless the settings say otherwise."""
ACCEPTED = "accepted"
MAYBE = "unknown"
"""The outcome of a mark whose answer never came."""
NOT_YET = 1 << 62
"""Later than any time of the database: where our own fact is sorted until it is shared."""


class FactKind(StrEnum):
    """What kind of fact it is."""

    MARKED = "marked"
    CLAIMED = "claimed"
    RELEASED = "released"
    NOTED = "noted"
    WITHDRAWN = "withdrawn"
    """The agent took back a note of their own: it is kept, and shown no longer."""
    HANDLED = "handled"
    REOPENED = "reopened"
    SEEN = "seen"


class FactDetails(Struct, frozen=True, omit_defaults=True):
    """What a fact says besides who, what and when. It never contains a word of a notification."""

    text: str = ""
    """What the agent wrote."""
    note: str = ""
    """The id of the note that is withdrawn."""
    batch: str = ""
    """The receipt of a mark."""
    outcome: str = ""
    """What became of a mark: `accepted`, `failed`, `contradicted` or `unknown`."""
    lasts: int = 0
    """Milliseconds until a claim ends by itself."""
    known: str = ""
    """The colleague whose claim the agent saw before going on."""
    seen_at: Instant | None = None
    """When one of us first had the notification in a list."""
    read_after: Instant | None = None
    read_before: Instant | None = None
    """It became read for the customer in (read_after, read_before]."""


class TeamFact(Struct, frozen=True):
    """One fact, made once, under an id made where it happened."""

    id: str
    """A UUIDv7, in lower case."""
    kind: FactKind
    user_id: str
    notification_id: str
    """Empty: the customer's whole queue."""
    agent: CleanText
    made_at: Instant
    """By the clock of who made it."""
    shared_at: Instant | None = None
    """By the clock of the team's database; None until it is shared."""
    details: FactDetails = FactDetails()

    @property
    def key(self) -> Key:
        return Key(self.user_id, self.notification_id)

    @property
    def order(self) -> tuple[Instant, str]:
        return (NOT_YET if self.shared_at is None else self.shared_at, self.id)

    @property
    def at(self) -> Instant:
        """When it was, by the best clock that is known."""
        return self.made_at if self.shared_at is None else self.shared_at


class Claim(Struct, frozen=True):
    """Somebody is on it."""

    agent: CleanText
    since: Instant
    until: Instant
    is_mine: bool = False
    """Whoever sits here is the one; known where it is laid over a row."""
    is_of_queue: bool = False
    """It is on the customer's whole queue."""


class TeamNote(Struct, frozen=True):
    """What one of us wrote about it."""

    id: str
    agent: CleanText
    at: Instant
    text: CleanText


class Handled(Struct, frozen=True):
    """Done, for all of us."""

    agent: CleanText
    at: Instant


class TeamMark(Struct, frozen=True):
    """What became of a mark that one of us made."""

    agent: CleanText
    at: Instant
    """When the key was pressed, by the clock of the team's database as soon as it is known."""
    batch: str
    outcome: str
    known: str = ""


def standing_marks(marks: Iterable[TeamMark]) -> tuple[TeamMark, ...]:
    """The marks that the server accepted, but those that a later list showed to be without effect."""
    last: dict[tuple[str, str, Instant], TeamMark] = {}
    for mark in marks:
        # Those of whole queues have no batch, and each stands by itself.
        last[mark.agent, mark.batch, 0 if mark.batch else mark.at] = mark
    return tuple(mark for mark in last.values() if mark.outcome == ACCEPTED)


class TeamSighting(Struct, frozen=True):
    """What all of us together saw of it."""

    first_seen_at: Instant | None = None
    read_after: Instant | None = None
    read_before: Instant | None = None


class TeamState(Struct, frozen=True):
    """What the facts about one notification, or one customer's queue, add up to."""

    claim: Claim | None = None
    notes: tuple[TeamNote, ...] = ()
    """Oldest first; none is ever lost."""
    handled: Handled | None = None
    marks: tuple[TeamMark, ...] = ()
    sighting: TeamSighting = TeamSighting()


NOTHING_SHARED = TeamState()


class FetchedFacts(Struct, frozen=True):
    """What was read of the team's facts in one go."""

    facts: tuple[TeamFact, ...]
    position: int
    """How far they were read."""
    is_all: bool


class Present(Struct, frozen=True):
    """One running program of a colleague, or of ours."""

    agent: CleanText
    instance: str
    ago_ms: int
    """Since it last said so."""


class Look(Struct, frozen=True):
    """A customer's unread notifications as one program saw them when it polled: their number, and a digest of ids.

    Two programs with the same digest and count have the same rows; so neither needs to ask again.
    """

    user_id: str
    unread: int
    digest: str
    age_ms: int = 0
    """Milliseconds between the poll and the report."""


def fold(facts: Iterable[TeamFact], now: Instant) -> dict[Key, TeamState]:
    """The state of everything that these facts are about; `now` is by the database's clock.

    The facts may come in any order and more than once.
    """
    by_key: dict[Key, dict[str, TeamFact]] = {}
    for fact in facts:
        known = by_key.setdefault(fact.key, {})
        if fact.id not in known or known[fact.id].order > fact.order:
            known[fact.id] = fact
    return {key: _state(sorted(known.values(), key=_order), now) for key, known in by_key.items()}


def claim_of(key: Key, states: dict[Key, TeamState]) -> Claim | None:
    """Who is on a notification: whoever last claimed it or the whole queue of its customer."""
    claims = []
    for at in (key, Key(key.user_id, "")):
        if (state := states.get(at)) and state.claim:
            claims.append(replace(state.claim, is_of_queue=not at.id))
    return max(claims, key=lambda claim: (claim.since, claim.agent), default=None)


def _order(fact: TeamFact) -> tuple[Instant, str]:
    return fact.order


def _state(facts: list[TeamFact], now: Instant) -> TeamState:
    handled: Handled | None = None
    withdrawn = {(fact.agent, fact.details.note) for fact in facts if fact.kind is FactKind.WITHDRAWN}
    for fact in facts:
        if fact.kind is FactKind.HANDLED:
            # Who was first handled it; a second one changes nothing.
            handled = handled or Handled(fact.agent, fact.at)
        elif fact.kind is FactKind.REOPENED:
            handled = None
    return TeamState(
        claim=_claim(facts, now),
        notes=tuple(
            TeamNote(fact.id, fact.agent, fact.at, CleanText(fact.details.text) or NO_TEXT)
            for fact in facts
            if fact.kind is FactKind.NOTED and (fact.agent, fact.id) not in withdrawn
        ),
        handled=handled,
        marks=tuple(
            TeamMark(fact.agent, fact.at, fact.details.batch, fact.details.outcome, fact.details.known)
            for fact in facts
            if fact.kind is FactKind.MARKED
        ),
        sighting=_sighting([fact.details for fact in facts if fact.kind is FactKind.SEEN]),
    )


def _claim(facts: list[TeamFact], now: Instant) -> Claim | None:
    """The newest claim that was neither given back by its own agent nor has ended by itself.

    Each agent's claim is apart: giving back one that was taken over brings the earlier one back.
    """
    claims: dict[str, Claim] = {}
    for fact in facts:
        if fact.kind is FactKind.CLAIMED:
            before = claims.pop(fact.agent, None)
            is_renewed = before is not None and fact.at <= before.until
            since = before.since if before is not None and is_renewed else fact.at
            claims[fact.agent] = Claim(fact.agent, since, fact.at + (fact.details.lasts or CLAIM_MS))
        elif fact.kind is FactKind.RELEASED:
            claims.pop(fact.agent, None)
    live = [claim for claim in claims.values() if claim.until > now]
    return live[-1] if live else None


def _sighting(seen: list[FactDetails]) -> TeamSighting:
    """The narrowest bounds that all sightings together leave."""
    first = [each.seen_at for each in seen if each.seen_at is not None]
    after = [each.read_after for each in seen if each.read_after is not None]
    before = [each.read_before for each in seen if each.read_before is not None]
    return TeamSighting(min(first, default=None), max(after, default=None), min(before, default=None))
