"""Believable data for each event type, drawn from a given source of randomness: what a product would ingest."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TypeAlias

from neptune_inbox.errors import NotFound
from neptune_inbox.model import Instant, JsonObject

REASONS = ("insufficient funds", "the card has expired", "the bank asked for a confirmation", "the limit was reached")
HOLD_UPS = (
    "snow on the A9",
    "customs want one more paper",
    "the address has no house number",
    "a full depot in Leipzig",
)
CITIES = ("Berlin", "Lisbon", "Kraków", "Malmö", "Pune", "大阪", "São Paulo", "Leeds", "Zürich", "Montréal")
DEVICES = ("Firefox on Ubuntu", "Chrome on Windows", "Safari on an iPhone", "the Acme app on a Pixel 9")
CARRIERS = ("Northwind Express", "BlueVan", "PostNord", "Kestrel Couriers")
PEOPLE = ("Ana Ferreira", "Tomasz Zieliński", "Mei Chen", "Oluwaseun Adeyemi", "Freja Holm")

Draw: TypeAlias = Callable[[Random, "Day"], JsonObject]


class Day:
    """Dates around the moment of an event, as a customer reads them."""

    def __init__(self, at: Instant) -> None:
        self._at = datetime.fromtimestamp(at / 1000, tz=UTC)

    def after(self, days: int) -> str:
        """The date `days` later, such as `9 Nov`; earlier when negative."""
        then = self._at + timedelta(days=days)
        return f"{then.day} {then:%b}"


def sample(event_type: str, rng: Random, at: Instant, meta: JsonObject) -> JsonObject:
    """Data for one event at `at`, empty for a type not of the demo; card and plan are the user's own from `meta`."""
    draw = DRAWS.get(event_type)
    data = draw(rng, Day(at)) if draw else {}
    if "card" in data and isinstance(meta.get("card"), str):
        data["card"] = meta["card"]
    if "plan" in data and isinstance(meta.get("plan"), str):
        data["plan"] = meta["plan"]
    return data


def _amount(rng: Random, low: int = 9, high: int = 480) -> str:
    return f"€{rng.randint(low, high)}.{rng.choice(('00', '00', '50', '90', '99'))}"


def _invoice(rng: Random) -> int:
    return rng.randint(1003, 1999)


def _order(rng: Random) -> str:
    return f"A-{rng.randint(20_000, 89_999)}"


def _tracking(rng: Random) -> str:
    return f"NW{rng.randint(10**9, 10**10 - 1)}EU"


def _card(rng: Random) -> str:
    return f"{rng.randint(1000, 9999)}"


DRAWS: dict[str, Draw] = {
    "payment_failed": lambda rng, day: {
        "card": _card(rng),
        "amount": _amount(rng),
        "plan": "Team",
        "reason": rng.choice(REASONS),
        "retry_on": day.after(3),
        "attempt": rng.randint(1, 3),
    },
    "payment_received": lambda rng, day: {"card": _card(rng), "amount": _amount(rng), "invoice": _invoice(rng)},
    "invoice_created": lambda rng, day: {
        "invoice": _invoice(rng),
        "amount": _amount(rng),
        "plan": "Team",
        "due_on": day.after(14),
        "parcels": rng.randint(12, 900),
    },
    "invoice_overdue": lambda rng, day: {
        "invoice": _invoice(rng),
        "amount": _amount(rng, 60),
        "days": rng.choice((3, 7, 14, 21)),
        "issued_on": day.after(-28),
    },
    "refund_issued": lambda rng, day: {"amount": _amount(rng, 5, 90), "order": _order(rng)},
    "otp_requested": lambda rng, day: {"code": f"{rng.randint(100, 999)} {rng.randint(100, 999)}", "channel": "sms"},
    "new_sign_in": lambda rng, day: {"device": rng.choice(DEVICES), "city": rng.choice(CITIES)},
    "password_reset": lambda rng, day: {"city": rng.choice(CITIES)},
    "welcome": lambda rng, day: {"source": rng.choice(("invite", "website", "partner"))},
    "team_invited": lambda rng, day: {
        "inviter": rng.choice(PEOPLE),
        "role": rng.choice(("admin", "viewer", "billing")),
    },
    "plan_upgraded": lambda rng, day: {
        "new_plan": rng.choice(("Team", "Business")),
        "amount": _amount(rng, 20, 90),
        "due_on": day.after(6),
    },
    "trial_ending": lambda rng, day: {"days": rng.choice((1, 3, 7))},
    "usage_limit_reached": lambda rng, day: {
        "percent": rng.choice((80, 90, 100)),
        "parcels": rng.randint(400, 900),
        "limit": 1000,
    },
    "shipment_dispatched": lambda rng, day: {
        "order": _order(rng),
        "carrier": rng.choice(CARRIERS),
        "parcels": rng.randint(2, 9),
        "eta": day.after(2),
        "tracking": _tracking(rng),
    },
    "shipment_delayed": lambda rng, day: {
        "order": _order(rng),
        "days": rng.randint(2, 6),
        "reason": rng.choice(HOLD_UPS),
        "eta": day.after(5),
        "tracking": _tracking(rng),
    },
    "shipment_delivered": lambda rng, day: {
        "order": _order(rng),
        "city": rng.choice(CITIES),
        "signed_by": rng.choice(PEOPLE),
        "tracking": _tracking(rng),
    },
    "api_key_created": lambda rng, day: {
        "key_name": rng.choice(("warehouse-sync", "shop-prod", "labels-ci")),
        "scope": rng.choice(("read orders", "make labels")),
        "key_start": f"ak_{rng.getrandbits(24):06x}",
    },
    "weekly_digest": lambda rng, day: {
        "parcels": rng.randint(40, 900),
        "percent": rng.randint(88, 99),
        "delayed": rng.randint(2, 14),
        "city": rng.choice(CITIES),
    },
    "maintenance_planned": lambda rng, day: {"due_on": day.after(4)},
    "release_announced": lambda rng, day: {
        "version": f"{rng.randint(5, 8)}.{rng.randint(0, 9)}",
        "city": rng.choice(CITIES),
    },
}

EVERYDAY = (
    ("shipment_dispatched", 9),
    ("shipment_delivered", 9),
    ("shipment_delayed", 5),
    ("otp_requested", 8),
    ("payment_failed", 5),
    ("payment_received", 6),
    ("invoice_created", 5),
    ("invoice_overdue", 4),
    ("new_sign_in", 4),
    ("refund_issued", 3),
    ("weekly_digest", 3),
    ("usage_limit_reached", 2),
    ("password_reset", 2),
    ("team_invited", 2),
    ("api_key_created", 1),
    ("plan_upgraded", 1),
    ("trial_ending", 1),
    ("maintenance_planned", 1),
    ("release_announced", 1),
)
"""Event types with how common they are; `welcome` comes once, so it is not among them."""


def draw_event_type(rng: Random) -> str:
    """One event type, common ones more often."""
    return rng.choices([name for name, _ in EVERYDAY], [weight for _, weight in EVERYDAY])[0]


def draw_user_id(rng: Random, counts: Mapping[str, int]) -> str:
    """The user who gets the next one: busy users stay busy, and those who never got anything still do not."""
    if not any(counts.values()):
        raise NotFound("No user has notifications here")
    return rng.choices(list(counts), [count**0.5 for count in counts.values()])[0]
