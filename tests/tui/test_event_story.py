"""Stories of sending an event: composed, seen exactly as it is sent, awaited, and kept to be sent again."""

from __future__ import annotations

import pytest

from neptune_inbox.config import Settings, Template
from neptune_inbox.model import Filter, Mode
from tests.builders import ENVIRONMENT
from tests.tui.driver import Inbox, inbox_of
from tests.tui.forms import fill, remark, submit, text_of
from tests.tui.service import Service

pytestmark = pytest.mark.slow

INGEST = "/events/ingest"


def _service(**options: object) -> Service:
    service = Service(**options)  # type: ignore[arg-type]
    service.has(2, event_type="payment_failed")
    return service


async def _compose(inbox: Inbox, **fields: str) -> None:
    await inbox.press("C")
    await inbox.asked("Send an event")
    await fill(inbox, **fields)


async def test_the_exact_request_is_shown_without_the_token_and_is_what_is_sent() -> None:
    service = _service()
    async with inbox_of(service) as inbox:
        await _compose(
            inbox,
            event_type="otp_requested",
            message_id="m-1",
            tags="test, support ,",
            timestamp="1793793600",
            data='{"code": "1234"}',
            contact_infos='{"email": ["a@b.example", "c@d.example"], "mobile_number": "+49 170 1234567"}',
        )
        await submit(inbox, "Exactly this is sent to https://edge.neptune.test/neptune")
        shown = inbox.sheet()
        assert '"api_token": "••••"' in shown
        assert service.new_token().reveal() not in inbox.text()
        assert service.writes == 0
        await inbox.press("y")
        await inbox.asked("It arrived at u-1")
        (write,) = service.sandbox_state.writes
        assert write.body["tags"] == ["test", "support"]
        assert (write.body["timestamp"], write.body["message_id"]) == (1793793600, "m-1")
        assert [contact["value"] for contact in write.body["contact_infos"]] == [  # type: ignore[union-attr,index,call-overload]
            "a@b.example",
            "c@d.example",
            "+49 170 1234567",
        ]
        for value in ("a@b.example", "1793793600", "m-1", '"code": "1234"'):
            assert value in shown


async def test_the_type_is_completed_from_what_was_seen_and_an_odd_one_is_warned_about() -> None:
    service = _service()
    async with inbox_of(service) as inbox:
        await inbox.press("C")
        await inbox.asked("Send an event")
        await inbox.type("pay")
        await inbox.press("right")
        await inbox.until(lambda: text_of(inbox, "event_type") == "payment_failed")
        await fill(inbox, event_type="Payment Failed")
        assert "accepts any text" in remark(inbox, "event_type")
        await fill(inbox, timestamp="yesterday")
        assert "is not a whole number from 0" in remark(inbox, "timestamp")
        await fill(inbox, data='{"a": 1,}')
        assert remark(inbox, "data").startswith("Line 1, column 9: expecting a name in double quotes")
        await fill(inbox, data='{"a": 1e999}')
        assert "not JSON that the service would accept" in remark(inbox, "data")
        await fill(inbox, contact_infos='{"email": 3}')
        assert "a type and its value" in remark(inbox, "contact_infos")
        await inbox.press("ctrl+s")
        assert "Send an event" in inbox.sheet(), "what is wrong is not sent"
        assert service.writes == 0


async def test_it_is_waited_for_and_the_time_is_told() -> None:
    service = _service()
    async with inbox_of(service) as inbox:
        await _compose(inbox, event_type="payment_failed")
        await submit(inbox, "Exactly this is sent")
        empty = service.faults.set("empty", method="GET", route="/app_notifications/{environment}")
        await inbox.press("y")
        await inbox.asked("Waiting for it to arrive at u-1: 0 s of 30 s")
        await inbox.let_time_pass(4)
        service.faults.lift(empty)
        await inbox.comes(lambda: "It arrived at u-1 after" in inbox.text(), step=0.1)
        await inbox.press("enter")
        await inbox.until(lambda: inbox.cursor() not in ("", "Card 1", "Card 2"))
        seconds = float(inbox.status().partition("Arrived after ")[2].split()[0])
        assert 4 <= seconds < 10


async def test_what_never_comes_is_told_and_leaving_does_not_wait() -> None:
    service = _service()
    async with inbox_of(service) as inbox:
        # The service takes it and makes nothing of it.
        service.faults.set("empty", method="POST")
        await _compose(inbox, event_type="payment_failed")
        await submit(inbox, "Exactly this is sent")
        await inbox.press("y")
        await inbox.asked("Waiting for it to arrive at u-1")
        await inbox.comes(
            lambda: "Nothing new arrived at u-1 within 30 s." in " ".join(inbox.sheet().split()), step=1
        )
        await inbox.press("enter")
        await inbox.until(lambda: not inbox.has_sheet)
        await _compose(inbox, event_type="payment_failed")
        await submit(inbox, "Exactly this is sent")
        await inbox.press("y")
        await inbox.asked("Waiting for it to arrive at u-1")
        await inbox.press("esc", "m")
        # Nobody had to wait for it.
        await inbox.until(lambda: inbox.row(inbox.cursor()).theirs == "◷")


async def test_a_message_that_the_server_has_already_is_told_and_not_waited_for() -> None:
    service = _service()
    async with inbox_of(service) as inbox:
        service.sandbox_state.ingest(ENVIRONMENT, "payment_failed", {}, user_id="u-1", message_id="same")
        await _compose(inbox, event_type="payment_failed", message_id="same")
        await submit(inbox, "Exactly this is sent")
        await inbox.press("y")
        await inbox.comes(lambda: "The server has event same already: it did nothing new." in inbox.status())
        assert not inbox.has_sheet


async def test_production_asks_twice() -> None:
    service = _service()
    live = service.add_profile("live", "production", Mode.ASK)
    service.has(1, environment="production")
    async with inbox_of(service, profile=live) as inbox:
        await _compose(inbox, event_type="payment_failed")
        await submit(inbox, "PRODUCTION · live · ask")
        await inbox.press("enter")
        await inbox.asked("Press y to send it; enter writes nothing.")
        await inbox.press("y")
        await inbox.asked("Send it to production?")
        await inbox.press("enter")
        await inbox.asked("That does not match; nothing was done.")
        await inbox.press("esc")
        await inbox.asked("Send an event")
        assert service.writes == 0
        await submit(inbox, "Exactly this is sent")
        await inbox.press("y")
        await inbox.asked("Real customers are behind this environment.")
        await inbox.fill_sheet("production")
        await inbox.press("enter")
        await inbox.asked("It arrived")
        assert service.writes == 1


async def test_a_refusal_leads_back_to_the_fields_and_it_is_sent_once() -> None:
    service = _service()
    async with inbox_of(service) as inbox:
        await _compose(inbox, event_type="Payment", contact_infos='{"pigeon": "coop 7"}')
        message_id = text_of(inbox, "message_id")
        await submit(inbox, "Exactly this is sent")
        await inbox.press("y")
        await inbox.asked("0.type: The selected type is invalid.")
        assert "0.type: The selected type is invalid." in remark(inbox, "contact_infos")
        await fill(inbox, event_type="payment_failed", contact_infos="{}")
        service.faults.set("reset after", method="POST", times=1)
        await submit(inbox, "Exactly this is sent")
        await inbox.press("y")
        await inbox.comes(lambda: inbox.has_sheet and "Lost the connection" in inbox.problem())
        assert text_of(inbox, "message_id") == message_id
        await submit(inbox, "Exactly this is sent")
        await inbox.press("y")
        await inbox.comes(lambda: f"The server has event {message_id} already" in inbox.status())
        assert len(service.sandbox_state.notifications(ENVIRONMENT, "u-1", Filter.ALL)) == 3, "the id is taken once"


async def test_nobody_named_is_not_sent_and_contacts_alone_are() -> None:
    service = _service()
    async with inbox_of(service) as inbox:
        await _compose(inbox, event_type="payment_failed", user_id="")
        await submit(inbox, "No recipient is given")
        await fill(inbox, contact_infos='{"email": "a@b.example"}')
        await submit(inbox, "Exactly this is sent")
        await inbox.press("y")
        await inbox.hears("Sent.")
        assert service.writes == 1


async def test_an_event_is_kept_as_a_template_and_started_from() -> None:
    service = _service()
    service.use_settings(Settings(templates={"otp": Template("otp_requested", '{"code": "0000"}')}))
    async with inbox_of(service) as inbox:
        await inbox.press("C")
        await inbox.asked("A new event")
        await inbox.type("otp")
        await inbox.press("enter")
        await inbox.until(lambda: bool(inbox.app.screen.query("#field-event_type")))
        assert text_of(inbox, "event_type") == "otp_requested"
        assert "0000" in text_of(inbox, "data")
        await fill(inbox, data='{"code": "9999"}')
        await submit(inbox, "Exactly this is sent")
        await inbox.press("y")
        await inbox.asked("It arrived")
        await inbox.press("t")
        await inbox.asked("A name for this template")
        await inbox.fill_sheet("otp")
        await inbox.asked("This replaces otp.")
        await inbox.fill_sheet("a new one")
        await inbox.press("enter")
        await inbox.asked("It arrived at u-1")
        kept = inbox.app.workspace.settings.templates
        assert list(kept) == ["otp", "a new one"]
        assert "9999" in kept["a new one"].data
        await inbox.press("esc", "C")
        await inbox.asked("a new one")


async def test_an_event_whose_answer_was_lost_is_never_called_not_sent() -> None:
    service = _service()
    async with inbox_of(service) as inbox:
        await _compose(inbox, event_type="payment_failed", message_id="m-7")
        service.faults.set("reset after", method="POST", times=1)
        await submit(inbox, "Exactly this is sent")
        await inbox.press("y")
        await inbox.comes(lambda: inbox.has_sheet and "It is not known whether it arrived." in inbox.problem())
        assert "Sending it again is safe" in inbox.problem()
        assert "nothing is written" not in inbox.sheet()
        await inbox.press("escape")
        await inbox.comes(lambda: "It may or may not have been sent" in inbox.status())
        assert "Not sent" not in inbox.status()
