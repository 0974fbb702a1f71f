"""Stories of one-time codes: hidden wherever rows are shown, until the agent asks for those of one row."""

from __future__ import annotations

import pytest

from tests.builders import ENVIRONMENT, NOON
from tests.tui.driver import inbox_of
from tests.tui.service import Service


@pytest.mark.slow
async def test_a_code_is_hidden_in_list_preview_and_evidence_and_shown_for_one_row_until_it_is_left() -> None:
    service = Service()
    service.has(1)
    service.sandbox_state.add_notification(
        ENVIRONMENT,
        "u-1",
        "482913 is your code",
        body="Type 482913 within 5 minutes, it is your code.",
        event_type="login",
        data={"otp": 482913},
        created_at=NOON,
    )
    async with inbox_of(service) as inbox:
        await inbox.until(lambda: "•••••• is your code" in inbox.preview())
        assert "482913" not in inbox.text()
        await inbox.press("i")
        await inbox.asked("•••••• is your code")
        await inbox.press("Y")
        assert "482913" not in inbox.app.clipboard
        await inbox.press("esc", "V")
        await inbox.until(lambda: "482913 is your code" in inbox.preview() and inbox.row("482913 is your code"))
        await inbox.press("j")
        await inbox.until(lambda: "482913" not in inbox.text())
        await inbox.type("/", "482913", "enter")
        await inbox.until(lambda: len(inbox.rows()) == 1 and "•••••• is your code" in inbox.rows()[0])


async def test_a_code_in_the_body_is_hidden_in_the_title_the_link_and_the_payload() -> None:
    service = Service()
    service.has(1)
    service.sandbox_state.add_notification(
        ENVIRONMENT,
        "u-1",
        "482 913, as you asked",
        body="Your verification code is 482913.",
        event_type="login",
        link="https://acme.example/in?step=2&key=482913",
        data={"shown": "482913"},
        created_at=NOON,
    )
    async with inbox_of(service) as inbox:
        await inbox.until(lambda: inbox.row("••• •••, as you asked"))
        await inbox.press("i")
        await inbox.asked("key=••••••")
        assert "482913" not in inbox.text()
        await inbox.press("esc", "Y")
        await inbox.hears("The link holds a one-time code, which is hidden. V shows it, and then it can be used.")
        await inbox.press("V")
        await inbox.until(lambda: inbox.row("482 913, as you asked"))
        await inbox.press("Y")
        await inbox.hears("Copied the link to acme.example.")
        assert inbox.app.clipboard == "https://acme.example/in?step=2&key=482913"


async def test_an_inbox_that_was_opened_with_its_codes_shown_keeps_none_for_the_next_start() -> None:
    service = Service()
    service.builder.shows_codes = True
    service.has(1)
    service.sandbox_state.add_notification(ENVIRONMENT, "u-1", "482913 is your code", created_at=NOON)
    async with inbox_of(service) as inbox:
        await inbox.until(lambda: inbox.row("482913 is your code"))
        await inbox.press("V")
        await inbox.hears("All one-time codes are shown: the inbox was opened with --show-codes.")
        await inbox.press("j")
        await inbox.until(lambda: inbox.row("482913 is your code"))
    with service.builder.stores().cache_file.reading() as connection:
        assert [text for (text,) in connection.execute("SELECT text FROM screen") if "482913" in text] == []
