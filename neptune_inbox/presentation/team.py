"""The words of the team's plane: who is on what, and how it is with the team's database."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from neptune_inbox.presentation.json import iso
from neptune_inbox.presentation.sentences import join_words, plural
from neptune_inbox.presentation.times import clock

if TYPE_CHECKING:
    from neptune_inbox.model import JsonObject, Key
    from neptune_inbox.model.team import Claim
    from neptune_inbox.sync.team.sharer import Sharing
    from neptune_inbox.sync.verbs import Others


def claim_sentence(others: Others, name_title: Callable[[str], str]) -> str:
    """Who is on it, or on how many of them and which, before somebody else acts."""
    found: dict[str, dict[Key, Claim]] = {}
    for key, claim in sorted(others.claims.items(), key=lambda pair: pair[1].since):
        found.setdefault(claim.agent, {})[key] = claim
    return "; ".join(_on_them(agent, claims, others, name_title) for agent, claims in found.items())


def _on_them(agent: str, claims: dict[Key, Claim], others: Others, name_title: Callable[[str], str]) -> str:
    since = clock(min(claim.since for claim in claims.values()))
    if others.count == 1:
        return f"{agent} has been on it since {since}"
    every = "all " if len(claims) == others.count else ""
    titles = [name_title(title) for key, title in others.titles.items() if key in claims and title]
    more = [f"{len(claims) - len(titles):,} more"] if titles and len(claims) > len(titles) else []
    which = f": {join_words([*titles, *more])}" if titles else ""
    return f"{agent} has been on {every}{len(claims):,} of them since {since}{which}"


def claimants(claims: Iterable[Claim]) -> str:
    """Whose claims these are, for the fact that records that they were known."""
    return " and ".join(sorted({str(claim.agent) for claim in claims}))


def sharing_words(sharing: Sharing) -> str:
    """How it is with the team's database, as a sentence."""
    if sharing.problem is not None:
        return f"{sharing.problem.sentence} {sharing.problem.remedy}".strip()
    return {
        "starting": "The team's database has not answered yet.",
        "sharing": "Everything is shared and up to date.",
        "slow": "The team's database is not answering.",
    }[sharing.state.value]


def waiting_words(count: int) -> str:
    """What is not shared yet; empty where everything is."""
    return f"{plural(count, 'fact')} not shared yet" if count else ""


def claim_json(key: Key, claim: Claim | None) -> JsonObject:
    """Who is on a notification, or on a customer's whole queue."""
    return {
        "id": key.id or None,
        "user_id": key.user_id,
        "agent": claim.agent if claim else None,
        "since": iso(claim.since) if claim else None,
        "until": iso(claim.until) if claim else None,
    }


def sharing_json(sharing: Sharing, *, agent: str, database: str, waiting: int) -> JsonObject:
    """What `team status` prints as JSON."""
    return {
        "agent": agent,
        "database": database,
        "state": sharing.state.value,
        "problem": sharing.problem.sentence if sharing.problem else "",
        "not_shared": waiting,
        "read_seconds_ago": None if sharing.seconds is None else round(sharing.seconds, 1),
        "here": [{"agent": each.agent, "seconds_ago": each.ago_ms // 1000} for each in sharing.present],
    }


def here_words(sharing: Sharing, me: str) -> str:
    """Who is here, each once."""
    names = list(dict.fromkeys(each.agent for each in sharing.present))
    others = [name for name in names if name != me]
    return ", ".join([f"{me} (you)", *others])
