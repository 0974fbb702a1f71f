"""Stories of one-time codes: hidden wherever rows are shown, until the agent asks for those of one row."""

from __future__ import annotations

import pytest

from neptune_inbox.codes import CodeMask
from tests.builders import ENVIRONMENT, NOON
from tests.tui.driver import inbox_of
from tests.tui.service import Service


@pytest.mark.parametrize(
    ("text", "event", "shown"),
    [
        ("482913 is your verification code.", "login", "•••••• is your verification code."),
        ("Use 482 913 to sign in", "otp_requested", "Use ••• ••• to sign in"),
        ("Your code: A7K9QX", "login", "Your code: ••••••"),
        ("验证码 482913", "login", "验证码 ••••••"),
        ("Your PIN was used on 2026-11-28 at 12:30", "login", "Your PIN was used on 2026-11-28 at 12:30"),
        ("Card ending 4242 was declined", "payment_failed", "Card ending 4242 was declined"),
        ("Invoice #1002 over 1.500,00 is overdue", "invoice", "Invoice #1002 over 1.500,00 is overdue"),
    ],
)
def test_what_looks_like_a_code_is_hidden_and_nothing_else(text: str, event: str, shown: str) -> None:
    assert CodeMask().text(text, event) == shown


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
