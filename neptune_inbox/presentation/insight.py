"""Figures about how soon notifications are read, in lines and as JSON."""

from __future__ import annotations

from neptune_inbox.model import JsonObject, JsonValue
from neptune_inbox.presentation.sentences import plural
from neptune_inbox.presentation.times import span
from neptune_inbox.sync.insight import EventInsight, Insight


def insight_json(users: list[str], found: Insight) -> JsonObject:
    """The figures with stable names; times in seconds."""
    return {
        "users": list[JsonValue](users),
        "days": found.days,
        "count": found.count,
        "left_out": found.left_out,
        "unread_by_age": dict[str, JsonValue](found.unread_by_age),
        "arrivals_by_hour": list[JsonValue](found.by_hour),
        "events": list[JsonValue](events_json(found)),
    }


def left_out_sentence(found: Insight) -> str:
    return f" {plural(found.left_out, 'read')} by us left out."


def summary_lines(found: Insight) -> list[str]:
    """What was counted, what was left out, and how old the unread ones are."""
    whose = f"{plural(found.count, 'notification')} of {plural(found.users, 'user')}"
    words = f"{whose} in {plural(found.days, 'day')}, as far as they are cached."
    if found.left_out:
        words += left_out_sentence(found)
    ages = ", ".join(f"{count:,} {name}" for name, count in found.unread_by_age if count)
    return [words, f"Unread by age: {ages}."] if ages else [words]


def columns_on_screen(event: EventInsight) -> list[str]:
    """The cells of one kind of event for people; `<=` where a time is only bounded by two polls."""
    most = "<=" if event.is_at_most else ""
    times = ["" if time is None else f"{most}{span(time)}" for time in (event.median, event.p90)]
    return [event.event_type, f"{event.count:,}", f"{event.read:,}", f"{event.never_read:,}", *times]


def columns_whole(event: EventInsight) -> list[str]:
    """The cells of one kind of event for programs; times in seconds."""
    times = ["" if time is None else str(time // 1000) for time in (event.median, event.p90)]
    return [event.event_type, str(event.count), str(event.read), str(event.never_read), *times, str(event.is_at_most)]


def _seconds(time: int | None) -> int | None:
    return None if time is None else time // 1000


def events_json(found: Insight) -> list[JsonObject]:
    """The figures of each kind of event."""
    return [
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
