"""The words of a search that outbox, triage and the team answer: which notifications they name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from neptune_inbox.model import STUCK, Clause, Filter, Group, Key, MarkState, Search, Term

if TYPE_CHECKING:
    from neptune_inbox.store.team.facts import TeamStore
    from neptune_inbox.store.tenant import TenantData

MARK_FLAGS = {"pending": (MarkState.HELD, MarkState.SENDING), "failed": STUCK}
MINE_FLAGS = ("done", "starred", "snoozed", "noted")
TEAM_FLAGS = ("claimed", "handled")
TEAM_FIELDS = ("by", "claimed", "note")
ANYBODY = "*"
EVERY_ROW = 1 << 30


def is_of_team(clause: Clause) -> bool:
    """Whether what colleagues did can decide it."""
    return clause.field in TEAM_FIELDS or (clause.field == "is" and clause.value in TEAM_FLAGS)


def is_about_us(clause: Clause) -> bool:
    """Whether what I or the team did decides it, so that what was put away is asked for as well."""
    return is_of_team(clause) or (clause.field == "is" and clause.value in MINE_FLAGS)


def keys_of(data: TenantData, clause: Clause) -> set[Key] | None:
    """The notifications that a clause names; None for one that the cache answers."""
    if clause.field == "is" and clause.value in MARK_FLAGS:
        return data.outbox.keys_in_state(MARK_FLAGS[clause.value])
    if clause.field == "is" and clause.value in MINE_FLAGS:
        return data.triage.keys_where(clause.value)
    if clause.field == "note":
        theirs = data.team.keys_noted(clause.value) if data.team is not None else set()
        return data.triage.keys_noted(clause.value) | theirs
    if not is_about_us(clause):
        return None
    team = data.team
    if clause.value == "handled" and clause.field == "is":
        return team.handled() if team is not None else data.triage.keys_where("done")
    if team is None:
        return set()
    if clause.field == "by":
        return team.keys_by(clause.value) | _read_with_queues(data, team, clause.value)
    agent = ANYBODY if clause.field == "is" else clause.value
    return _with_queues(data, team.keys_claimed(agent))


def resolved(data: TenantData, terms: tuple[Term, ...]) -> tuple[set[Key] | None, set[Key], tuple[Term, ...]]:
    """The only notifications a search can show, those it never shows, and what the cache answers.

    The first is None where that may be any.
    """
    only: set[Key] | None = None
    without: set[Key] = set()
    rest: list[Term] = []
    for term in terms:
        keys = None if isinstance(term, Group) else keys_of(data, term)
        if keys is None:
            rest.append(_with_keys(data, term))
        elif term.is_negated:
            without |= keys
        else:
            only = keys if only is None else only & keys
    return only, without, tuple(rest)


def _with_keys(data: TenantData, term: Term) -> Term:
    """The same term; within alternatives, clauses about outbox and triage name their notifications."""
    if isinstance(term, Group):
        found = (tuple(_with_keys(data, each) for each in alternative) for alternative in term.alternatives)
        return Group(tuple(found), term.is_negated)
    keys = keys_of(data, term)
    return term if keys is None else Clause("keys", is_negated=term.is_negated, keys=frozenset(keys))


def matching(data: TenantData, keys: Sequence[Key], terms: tuple[Term, ...]) -> list[int]:
    """The rowids of those of these notifications that a search finds."""
    only, without, rest = resolved(data, terms)
    search = Search(tuple(dict.fromkeys(key.user_id for key in keys)), Filter.ALL, rest)
    return list(data.cache.snapshot(search, only={*keys} if only is None else {*keys} & only, without=without))


def _read_with_queues(data: TenantData, team: TeamStore, agent: str) -> set[Key]:
    """What became read as an agent had everything of its customer marked: it was there, and unread until then."""
    queues = team.queues_marked_by(agent)
    found = set()
    for one in data.cache.lifetimes([*queues], 0) if queues else ():
        # What only lists bound was timed here; what the server says was timed there.
        ahead = 0 if one.read_after == one.read_before else team.ahead
        read_at = one.read_before
        if one.is_read and any(
            one.created_at <= at and (read_at is None or read_at >= at - ahead) for at in queues[one.key.user_id]
        ):
            found.add(one.key)
    return found


def _with_queues(data: TenantData, claimed: set[Key]) -> set[Key]:
    """These, with every notification of the customers whose whole queue is among them."""
    users = [key.user_id for key in claimed if not key.id]
    return claimed | set(data.cache.keys_beginning(users, "", EVERY_ROW) if users else ())
