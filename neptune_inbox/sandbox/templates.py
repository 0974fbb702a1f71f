"""What the fictional Acme writes to its customers: one template for each event type, filled from the event's data.

Bodies come in the three shapes that real ones have: plain text, Markdown and HTML.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from msgspec import Struct

from neptune_inbox.model import JsonObject
from neptune_inbox.sandbox.translations import TRANSLATIONS

PLACEHOLDER = re.compile(r"\{(\w+)\}")
WORD_END = re.compile(r"[\s._/-]+|(?<=[a-z0-9])(?=[A-Z])")
"""Where a word of an event type ends: `OrderPlaced`, `user.login`, `payment_failed`."""


class Template(Struct, frozen=True):
    """Title, body and link over the placeholders of `data`, and `name` and `company` of the user."""

    title: str
    body: str = ""
    link: str = ""


SHOP = "https://acme.example"

TEMPLATES: dict[str, Template] = {
    "payment_failed": Template(
        "Card ending {card} was declined",
        "Hi {name}, your bank declined **{amount}** for your {plan} plan: *{reason}*.\n\n"
        "We try again on {retry_on}. To keep your deliveries running, update the card before then.",
        SHOP + "/billing/cards",
    ),
    "payment_received": Template(
        "Payment of {amount} received",
        "Thank you! We charged {amount} to the card ending {card} for invoice #{invoice}.",
        SHOP + "/invoices/{invoice}",
    ),
    "invoice_created": Template(
        "Invoice #{invoice} is ready",
        "<p>Hello {name},</p><p>invoice <b>#{invoice}</b> for <b>{amount}</b> is ready. It is due on {due_on}.</p>"
        "<ul><li>{plan} plan, monthly</li><li>{parcels} parcels delivered</li><li>Taxes included</li></ul>"
        '<p><a href="' + SHOP + '/invoices/{invoice}">See the invoice</a></p>',
        SHOP + "/invoices/{invoice}",
    ),
    "invoice_overdue": Template(
        "Invoice #{invoice} is overdue",
        "Dear {name}, invoice **#{invoice}** of {issued_on} is overdue by {days} days.\n\n"
        "Open amount: **{amount}**. If you have paid in the meantime, please ignore this note.",
        SHOP + "/invoices/{invoice}",
    ),
    "refund_issued": Template(
        "{amount} is on its way back to you",
        "We refunded {amount} for order {order}. Banks take 3 to 5 working days to show it.",
        SHOP + "/orders/{order}",
    ),
    "otp_requested": Template(
        "Your code is on its way",
        "Use {code} to finish signing in. It is good for 10 minutes. We never ask for it on the phone.",
    ),
    "new_sign_in": Template(
        "New sign-in from {device}",
        "Somebody signed in to {company} from **{city}** with {device}.\n\nWas it not you? Change your password now.",
        SHOP + "/account/security",
    ),
    "password_reset": Template(
        "You changed your password",
        "Your password was changed from {city}. All other devices were signed out.",
        SHOP + "/account/security",
    ),
    "welcome": Template(
        "Welcome to Acme",
        "Hello {name}, good to have you! 🎉\n\nThree things to start with:\n\n"
        "1. Add your **pickup address**\n2. Connect your shop\n3. Book the first parcel: it is on us\n\n"
        "> Stuck? Reply to any of our mails, a person reads them.",
        SHOP + "/start",
    ),
    "team_invited": Template(
        "{inviter} invited you to {company}",
        "You can now see the orders and invoices of {company}. Your role is **{role}**.",
        SHOP + "/team",
    ),
    "plan_upgraded": Template(
        "You are on {new_plan} now",
        "Your limits are raised at once; we charge the difference of {amount} on {due_on}.",
        SHOP + "/billing/plan",
    ),
    "trial_ending": Template(
        "Your trial ends in {days} days",
        "After that {company} moves to the Free plan: 20 parcels a month and no live tracking.",
        SHOP + "/billing/plan",
    ),
    "usage_limit_reached": Template(
        "{percent} % of this month's parcels are used",
        "{company} has sent **{parcels}** parcels. Above {limit}, each one costs €0.35.",
        SHOP + "/usage",
    ),
    "shipment_dispatched": Template(
        "Order {order} has left our depot",
        "{carrier} is on the way with {parcels} parcels. Expected {eta}.",
        SHOP + "/track/{tracking}",
    ),
    "shipment_delayed": Template(
        "Order {order} is delayed by {days} days",
        "<p>Sorry, {name}: <b>{order}</b> is held up ({reason}).</p>"
        "<p>New date: <b>{eta}</b>. You can <a href=\"" + SHOP + '/track/{tracking}">follow it</a> or '
        '<a href="' + SHOP + '/orders/{order}/cancel">cancel for free</a>.</p>',
        SHOP + "/track/{tracking}",
    ),
    "shipment_delivered": Template(
        "Order {order} was delivered 📦",
        "Handed over in {city} and signed by {signed_by}. How did we do?",
        SHOP + "/orders/{order}/review",
    ),
    "api_key_created": Template(
        "A new API key was made",
        "The key `{key_name}` can **{scope}**. It starts with `{key_start}`; the rest was shown once.",
        SHOP + "/developers/keys",
    ),
    "weekly_digest": Template(
        "Your week at Acme: {parcels} parcels, {percent} % on time",
        "<h2>Your week</h2><p>Hello {name}, this is what {company} moved this week.</p>"
        "<ul><li><b>{parcels}</b> parcels sent</li><li><b>{percent} %</b> arrived on time</li>"
        "<li><b>{delayed}</b> are late, most of them in {city}</li></ul>"
        "<h3>What to look at</h3><ol><li>{delayed} customers wait for a new date</li>"
        "<li>Two addresses in {city} were not found</li><li>One return has no label yet</li></ol>"
        "<blockquote>Tip: with <em>evening slots</em> one failed delivery in four goes away.</blockquote>"
        '<p>All the figures are in <a href="' + SHOP + '/reports/weekly">the report</a>. '
        "You get this each Monday; change it under <code>Settings → Mails</code>.</p>",
        SHOP + "/reports/weekly",
    ),
    "maintenance_planned": Template(
        "Maintenance on {due_on}, 02:00 to 04:00 UTC",
        "## What happens\n\nWe move the label service to new machines. In these two hours:\n\n"
        "- new labels may take **up to a minute**\n- tracking pages stay up\n"
        "- webhooks are held, then sent in order\n\n"
        "Nothing to do for you. If you print by API, keep `retry_on: [502, 503]` switched on.",
        "https://status.acme.example",
    ),
    "release_announced": Template(
        "Acme {version}: returns without a printer",
        "# Acme {version}\n\n**Returns without a printer.** Your customers show a QR code at 8,400 shops.\n\n"
        "## Also new\n\n- Evening slots in {city} and eleven more cities\n- Address check before the label is made\n"
        "- The API tells *why* a parcel is late:\n\n"
        "```json\n{ \"status\": \"delayed\", \"cause\": \"weather\" }\n```\n\n"
        "## Mended\n\n1. CSV exports keep leading zeros of postcodes\n"
        "2. `shipment_delayed` is no longer sent twice\n\n"
        "> “Half of our support mails were about printers.” ({company})",
        SHOP + "/changelog",
    ),
}  # fmt: skip


class Rendered(Struct, frozen=True):
    """A template that was filled."""

    title: str
    body: str
    link: str


def render(
    event_type: str, data: JsonObject, meta: JsonObject, own: Mapping[str, Template] = MappingProxyType({})
) -> Rendered:
    """What the customer reads, in the language of `meta["locale"]` where we have it; any event type works.

    Templates of `own` come before those of the demo.
    """
    template = own.get(event_type) or TEMPLATES.get(event_type)
    if template is None:
        return _render_plainly(event_type, data)
    title, body = template.title, template.body
    locale = meta.get("locale")
    if isinstance(locale, str) and event_type not in own:
        title, body = TRANSLATIONS.get((locale, event_type), (title, body))
    first_name = str(meta.get("name") or "there").split(" ")[0]
    values: JsonObject = {**meta, "name": first_name, **data}
    return Rendered(_fill(title, values), _fill(body, values), _fill(template.link, values))


def _fill(text: str, values: JsonObject) -> str:
    return PLACEHOLDER.sub(lambda found: str(values.get(found[1], "…")), text)


def _render_plainly(event_type: str, data: JsonObject) -> Rendered:
    title = WORD_END.sub(" ", event_type).strip().capitalize() or "Notification"
    return Rendered(title, "\n".join(f"- **{key}**: {value}" for key, value in data.items()), "")
