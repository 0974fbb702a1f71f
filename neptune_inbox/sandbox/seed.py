"""The demo's data, always the same relative to a given now: customers, and months of what Acme wrote to them."""

from __future__ import annotations

from random import Random

from msgspec import Struct

from neptune_inbox.model import Instant, JsonObject
from neptune_inbox.sandbox.people import CUSTOMERS, Customer
from neptune_inbox.sandbox.records import ContactRecord
from neptune_inbox.sandbox.samples import draw_event_type, sample
from neptune_inbox.sandbox.state import SandboxState
from neptune_inbox.sandbox.templates import render

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
REACH = 150 * DAY
"""How far back the history goes."""


class Scene(Struct, frozen=True):
    """One hand-written moment: what happened to which user, how long ago, and whether they have seen it."""

    ago: int
    user_id: str
    event_type: str
    data: JsonObject
    """What matters in this scene; a sample gives the rest, dates among it."""
    is_read: bool = False
    status: str = "success"


TODAY = (
    Scene(
        2 * MINUTE,
        "u-4711",
        "payment_failed",
        {
            "card": "4242",
            "amount": "€129.00",
            "plan": "Business",
            "reason": "insufficient funds",
        },
    ),
    Scene(9 * MINUTE, "u-0815", "otp_requested", {"code": "482 913", "channel": "sms"}),
    Scene(
        21 * MINUTE,
        "u-1024",
        "shipment_delayed",
        {
            "order": "A-40117",
            "days": 2,
            "reason": "snow on the A9",
            "tracking": "NW4011700312EU",
        },
    ),
    Scene(
        38 * MINUTE, "u-7007", "shipment_delivered", {"order": "A-39870", "city": "Zürich", "signed_by": "Mei Chen"}
    ),
    Scene(
        61 * MINUTE,
        "u-4711",
        "invoice_overdue",
        {
            "invoice": 1002,
            "amount": "€1,290.00",
            "days": 14,
        },
    ),
    Scene(74 * MINUTE, "u-2001", "welcome", {"source": "website"}),
    Scene(
        2 * HOUR,
        "u-5150",
        "payment_failed",
        {
            "card": "6011",
            "amount": "₹2,499",
            "plan": "Free",
            "reason": "the card has expired",
        },
    ),
    Scene(3 * HOUR, "u-4711", "password_reset", {"city": "Pune"}, is_read=True),
    Scene(
        3 * HOUR + 20 * MINUTE,
        "u-6060",
        "shipment_delayed",
        {
            "order": "A-40021",
            "days": 3,
            "reason": "customs want one more paper",
            "tracking": "NW4002100550EU",
        },
    ),
    Scene(
        5 * HOUR,
        "u-3333",
        "payment_failed",
        {
            "card": "1881",
            "amount": "€49.00",
            "plan": "Team",
            "reason": "the bank asked for a confirmation",
        },
        status="failed",
    ),
    Scene(7 * HOUR, "u-0815", "release_announced", {"version": "7.2", "city": "Malmö"}),
    Scene(
        9 * HOUR,
        "eu/4410",
        "api_key_created",
        {
            "key_name": "warehouse-sync",
            "scope": "make labels",
            "key_start": "ak_51f0c2",
        },
    ),
)


OUTAGE: tuple[tuple[int, str, str, bool], ...] = (
    (48 * MINUTE, "u-3333", "€49.00", True),
    (47 * MINUTE, "6f1c2b9e-52d4-4d0e-9a53-0c6c8c1f7a10", "€1,490.00", False),
    (46 * MINUTE, "u-4711", "€129.00", False),
    (45 * MINUTE, "eu/4410", "€219.00", True),
    (45 * MINUTE - 20_000, "u-7007", "€9.00", False),
    (44 * MINUTE, "88213", "€9.00", False),
)
"""The payment provider does not answer: how long ago, whose card, how much, and whether they have seen it."""


def seed_demo(sandbox_state: SandboxState, *, main: str = "production") -> None:
    """Fills all environments relative to `world.now()`: `main` with 260 notifications, the others with a few."""
    now = sandbox_state.now()
    for environment in (each.identifier for each in sandbox_state.environments()):
        for customer in CUSTOMERS:
            _enrol(sandbox_state, environment, customer)
        _play(sandbox_state, environment, now, is_main=environment == main)


def seed_outage(sandbox_state: SandboxState, environment: str) -> None:
    """Adds an incident to an environment of the demo: cards declined for several customers within minutes."""
    now, chance = sandbox_state.now(), Random("outage")
    for ago, user_id, amount, is_read in OUTAGE:
        made_at = now - ago
        told = {"amount": amount, "reason": "the payment provider did not answer"}
        data = {**sample("payment_failed", chance, made_at, sandbox_state.user(environment, user_id).meta), **told}
        read_at = made_at + 3 * MINUTE if is_read else None
        _tell(sandbox_state, environment, user_id, "payment_failed", data, made_at, read_at, "success")


def _enrol(sandbox_state: SandboxState, environment: str, customer: Customer) -> None:
    sandbox_state.create_user(environment, customer.user_id, customer.meta)
    ways = (("email", customer.email), ("mobile_number", customer.mobile), ("firebase_token", customer.push))
    for type_, value in ways:
        if value:
            sandbox_state.add_contact(environment, customer.user_id, ContactRecord(type_, value))


def _play(sandbox_state: SandboxState, environment: str, now: Instant, *, is_main: bool) -> None:
    """Each environment has its own chance, so that what one holds does not depend on the others."""
    chance = Random(f"acme {environment}")
    scenes = TODAY if is_main else TODAY[:3]
    for scene in scenes:
        made_at = now - scene.ago
        read_at = made_at + 4 * MINUTE if scene.is_read else None
        meta = sandbox_state.user(environment, scene.user_id).meta
        data = {**sample(scene.event_type, chance, made_at, meta), **scene.data}
        _tell(sandbox_state, environment, scene.user_id, scene.event_type, data, made_at, read_at, scene.status)
    for customer in CUSTOMERS:
        count = customer.busy if is_main else customer.busy // 9
        told = sum(scene.user_id == customer.user_id for scene in scenes)
        for _ in range(count - told):
            _tell_some_day(sandbox_state, environment, customer, now, chance)
        user = sandbox_state.user(environment, customer.user_id)
        told_at = [row.created_at for row in sandbox_state.notifications(environment, customer.user_id)]
        user.created_at = user.updated_at = min(told_at, default=now - REACH) - HOUR


def _tell_some_day(
    sandbox_state: SandboxState, environment: str, customer: Customer, now: Instant, chance: Random
) -> None:
    """Something ordinary on some day: more of it lately than long ago, and the old mostly read."""
    age = 10 * HOUR + int(chance.random() ** 2 * (REACH - 10 * HOUR))
    made_at = now - age
    event_type = draw_event_type(chance)
    data = sample(event_type, chance, made_at, customer.meta)
    is_read = chance.random() < (0.55 if age < 2 * DAY else 0.86 if age < 14 * DAY else 0.97)
    read_at = min(now, made_at + int(chance.expovariate(1 / (5 * HOUR))) + MINUTE) if is_read else None
    status = chance.choices(("success", "pending", "failed", "no_contact"), (94, 2, 2, 2))[0]
    _tell(sandbox_state, environment, customer.user_id, event_type, data, made_at, read_at, status)


def _tell(
    sandbox_state: SandboxState,
    environment: str,
    user_id: str,
    event_type: str,
    data: JsonObject,
    made_at: Instant,
    read_at: Instant | None,
    status: str,
) -> None:
    text = render(event_type, data, sandbox_state.user(environment, user_id).meta)
    is_mocked = any(each.is_mocked for each in sandbox_state.environments() if each.identifier == environment)
    sandbox_state.add_notification(
        environment,
        user_id,
        text.title,
        body=text.body,
        event_type=event_type,
        link=text.link,
        data=data,
        status="mocked" if is_mocked else status,
        created_at=made_at,
        read_at=read_at,
    )
