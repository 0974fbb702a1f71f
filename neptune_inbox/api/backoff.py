"""When to try again: full jitter, and the server's own wish. Pure, so that sender, poller and transport agree."""

from __future__ import annotations

import re
from datetime import UTC
from random import Random
from typing import Final

from neptune_inbox.model import Instant

LONGEST_RETRY_AFTER: Final = 3600.0
"""Seconds; a server that asks for more is asked again after an hour."""
_MOST_DOUBLINGS: Final = 32
_SECONDS = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,9})?")


def next_delay(
    attempt: int, *, retry_after: float | None, rng: Random, base: float = 1.0, cap: float = 300.0
) -> float:
    """Seconds until the next try: anything between 0 and `base` × 2^attempt, at most `cap`.

    `attempt` counts the failures so far. `retry_after` (seconds) wins over both, up to an hour.
    """
    if retry_after is not None:
        return min(max(retry_after, 0.0), LONGEST_RETRY_AFTER)
    return rng.uniform(0.0, min(cap, base * 2.0 ** min(max(attempt, 0), _MOST_DOUBLINGS)))


def parse_retry_after(value: str, now: Instant) -> float | None:
    """The seconds that a `Retry-After` header asks for, 0 to an hour; None where it says nothing usable."""
    value = value.strip()
    if _SECONDS.fullmatch(value):
        return min(float(value), LONGEST_RETRY_AFTER)
    moment = parse_http_date(value)
    if moment is None:
        return None
    return min(max((moment - now) / 1000, 0.0), LONGEST_RETRY_AFTER)


def parse_http_date(value: str) -> Instant | None:
    """The instant of an HTTP date such as `Sun, 06 Nov 1994 08:49:37 GMT`; None for other text."""
    # Rarely needed, and slow to import.
    from email.utils import parsedate_to_datetime

    try:
        moment = parsedate_to_datetime(value)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return int(moment.timestamp() * 1000)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
