"""Stories of a token that is not accepted: what is known stays on the screen, and the token's source is named."""

from __future__ import annotations

import pytest

from neptune_inbox.credentials import Vault
from neptune_inbox.model import Token
from neptune_inbox.sandbox.faults import Kind
from neptune_inbox.sandbox.tokens import sign_token
from tests.tui.driver import inbox_of
from tests.tui.service import Service

pytestmark = pytest.mark.slow

OF_NO_TEAM = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTYifQ.c2lnbmF0dXJl"
REMEDY = "It comes from NEPTUNE_TOKEN: set a valid one"


@pytest.mark.parametrize("token", [OF_NO_TEAM, "surely-not-a-neptune-token"])
async def test_a_wrong_token_from_the_environment_leaves_what_is_known_and_says_where_it_comes_from(
    token: str,
) -> None:
    service = Service()
    service.has(2)
    async with inbox_of(service):
        pass
    good, service.builder.vault = service.builder.vault, Vault(env_token=Token(token), memory_only=True)
    requests = service.requests
    async with inbox_of(service, is_filled=False) as inbox:
        await inbox.hears(REMEDY)
        assert inbox.titles() == ["Card 2", "Card 1"]
        await inbox.until(lambda: "signed out" in inbox.top())
        await inbox.let_time_pass(600)
        assert inbox.titles() == ["Card 2", "Card 1"]
    assert service.requests == requests + 1, "it was tried once"
    service.builder.vault = good
    async with inbox_of(service) as inbox:
        assert inbox.titles() == ["Card 2", "Card 1"]


async def test_what_is_marked_meanwhile_waits_for_the_right_token() -> None:
    service = Service()
    service.has(1)
    async with inbox_of(service):
        pass
    good, service.builder.vault = service.builder.vault, Vault(env_token=Token(OF_NO_TEAM), memory_only=True)
    async with inbox_of(service, is_filled=False) as inbox:
        await inbox.hears(REMEDY)
        await inbox.press("m")
        await inbox.until(lambda: inbox.row("Card 1").theirs == "◷")
        await inbox.let_time_pass(60)
        assert service.marked == []
    service.builder.vault = good
    async with inbox_of(service) as inbox:
        await inbox.comes(lambda: service.is_read("Card 1"))


async def test_a_token_that_could_not_be_tried_hides_nothing_from_the_next_start() -> None:
    service = Service()
    service.has(2)
    async with inbox_of(service):
        pass
    good = service.builder.vault
    of_another = sign_token(service.sandbox_state, team="umbrella")
    service.builder.vault = Vault(env_token=of_another, memory_only=True)
    service.faults.set(Kind.OFFLINE)
    async with inbox_of(service, is_filled=False) as inbox:
        await inbox.until(lambda: "cannot" in inbox.text().lower() or "connect" in inbox.text().lower())
        assert "Card 1" not in inbox.text(), "what is another team's is not shown"
    service.faults.clear()
    service.builder.vault = good
    async with inbox_of(service, is_filled=False) as inbox:
        await inbox.until(lambda: inbox.titles() == ["Card 2", "Card 1"])
