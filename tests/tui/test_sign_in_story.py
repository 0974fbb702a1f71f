"""Stories of signing in: what is wrong has its own sentence, and "saved" is said only when it is."""

from __future__ import annotations

import pytest
from textual.widgets import Input

from neptune_inbox.config import Settings
from neptune_inbox.credentials import Vault
from neptune_inbox.model import Mode
from neptune_inbox.sandbox.tokens import sign_token
from tests.builders import API, MINUTE, NOON
from tests.tui.driver import first_start, inbox_of
from tests.tui.service import Keyring, Service

pytestmark = pytest.mark.slow

OTHER_JWT = "eyJhbGciOiJIUzI1NiJ9.eyJ0ZWFtIjoiYWNtZSJ9.c2lnbmF0dXJl"


async def test_a_token_that_works_is_saved_and_the_inbox_opens() -> None:
    service = Service()
    service.has(2)
    service.sign_out(keyring := Keyring())
    async with first_start(service) as inbox:
        token = service.new_token().reveal()
        await inbox.fill(token=f"  {token}\n")
        assert token not in inbox.text(), "the token is not shown"
        await inbox.press("enter")
        await inbox.comes(lambda: inbox.titles() == ["Card 2", "Card 1"])
        assert list(keyring.items.values()) == [token]
        assert inbox.app.workspace.settings.default_profile == "acme"


async def test_every_field_can_be_filled_in_by_hand() -> None:
    service = Service()
    service.has(1, "customer-9", environment="production")
    service.sign_out(Keyring())
    async with first_start(service) as inbox:
        await inbox.fill(name="live", environment="production", mode="observe", user="customer-9")
        await inbox.fill(token=service.new_token().reveal())
        await inbox.press("ctrl+s")
        await inbox.until(lambda: "PRODUCTION · live · observe" in inbox.top())
        await inbox.comes(lambda: inbox.titles() == ["Card 1"])
        saved = inbox.app.workspace.profile("live")
        assert (saved.mode, saved.users[0]) == (Mode.OBSERVE, "customer-9")


@pytest.mark.parametrize(("environment", "mode"), [("production", Mode.ASK), ("staging", Mode.ACT)])
async def test_a_mode_that_nobody_chose_asks_in_production(environment: str, mode: Mode) -> None:
    service = Service()
    service.has(1, environment=environment)
    service.builder.settings = Settings()
    service.sign_out(Keyring())
    async with first_start(service) as inbox:
        await inbox.fill(name="new", api_base=API, environment=environment, user="u-1")
        await inbox.fill(token=service.new_token().reveal())
        await inbox.press("ctrl+s")
        await inbox.comes(lambda: inbox.titles() == ["Card 1"])
        assert inbox.app.workspace.profile("new").mode is mode


async def test_what_is_typed_fast_never_lands_in_a_line_that_shows_it() -> None:
    service = Service()
    service.sign_out(Keyring())
    async with first_start(service) as inbox:
        for key in ("enter", "tab", "down"):
            await inbox.fill(user="u-")
            await inbox.burst("1", key, *"secret")
            assert inbox.app.screen.query_one("#user", Input).value == "u-1"
            assert inbox.app.screen.query_one("#token", Input).value == "secret"
            assert "secret" not in inbox.text()


@pytest.mark.parametrize(
    ("weather", "sentence"),
    [
        ("401", "Make a new token in the Neptune dashboard under Team."),
        ("403", "Ask for access"),
        ("500", "500"),
        ("captive portal", "the network's sign-in page"),
        ("offline", "No connection could be made to api.neptune.test. ctrl+s tries again."),
    ],
)
async def test_what_is_wrong_is_said_and_nothing_is_saved(weather: str, sentence: str) -> None:
    service = Service()
    service.sign_out(keyring := Keyring())
    service.faults.set(weather)
    async with first_start(service) as inbox:
        await inbox.fill(token=service.new_token().reveal())
        await inbox.press("enter")
        await inbox.comes(lambda: sentence in inbox.problem())
        assert keyring.items == {}
        assert inbox.app.session is None
        service.faults.clear()
        await inbox.press("ctrl+s")
        await inbox.comes(lambda: inbox.app.session is not None)


async def test_wrong_expired_and_mangled_tokens_are_told_apart() -> None:
    service = Service()
    service.sign_out(keyring := Keyring())
    async with first_start(service) as inbox:
        said: list[str] = []
        expired = sign_token(service.sandbox_state, expires_at=NOON - MINUTE).reveal()
        for token in (OTHER_JWT, expired, "two words here", "short"):
            await inbox.fill(token=token)
            await inbox.press("enter")
            await inbox.until(lambda: inbox.problem() not in ("", "Trying it …", *said))
            said.append(inbox.problem())
        assert "expired on" in said[1]
        assert len(set(said)) >= 3
        assert not any(OTHER_JWT in words or expired in words for words in said), "no sentence holds a token"
        assert keyring.items == {}


async def test_what_is_no_jwt_is_named_before_it_is_sent_and_tried_when_asked_for_again() -> None:
    service = Service()
    service.sign_out(keyring := Keyring())
    async with first_start(service) as inbox:
        await inbox.fill(token="some-other-secret-0123456789")
        await inbox.press("enter")
        await inbox.comes(lambda: "is not a JWT" in inbox.problem())
        assert service.requests == 0
        await inbox.press("ctrl+s")
        await inbox.comes(lambda: "Make a new token" in inbox.problem())
        assert service.requests > 0
        assert keyring.items == {}
        await inbox.fill(token="another-secret-0123456789")
        await inbox.press("enter")
        await inbox.comes(lambda: "is not a JWT" in inbox.problem())


async def test_an_environment_that_the_team_does_not_have_is_named() -> None:
    service = Service()
    service.sign_out(Keyring())
    async with first_start(service) as inbox:
        await inbox.fill(environment="stagging")
        await inbox.fill(token=service.new_token().reveal())
        await inbox.press("enter")
        await inbox.until(lambda: "no environment `stagging`" in inbox.problem())


async def test_without_a_keyring_the_token_can_be_used_for_this_session() -> None:
    service = Service()
    service.has(1)
    service.sign_out(Keyring(is_absent=True))
    async with first_start(service) as inbox:
        await inbox.press("ctrl+o")
        await inbox.until(lambda: "the token has not been tried" in inbox.problem())
        await inbox.fill(token=service.new_token().reveal())
        await inbox.press("enter")
        await inbox.until(lambda: "it is not saved" in inbox.problem())
        await inbox.press("ctrl+o")
        await inbox.comes(lambda: inbox.titles() == ["Card 1"])


async def test_a_profile_without_a_token_asks_for_one_over_what_is_known() -> None:
    service = Service()
    service.has(2)
    async with inbox_of(service):
        pass
    service.sign_out(Keyring())
    async with inbox_of(service, is_filled=False) as inbox:
        await inbox.sees("There is no token for `acme` yet.")
        await inbox.press("esc")
        await inbox.until(lambda: inbox.titles() == ["Card 2", "Card 1"])
        await inbox.press("E")
        await inbox.asked("Sign in to another place")
        await inbox.type("sign in", "enter")
        await inbox.sees("Sign in to Neptune")
        await inbox.fill(token=service.new_token().reveal())
        await inbox.press("enter")
        await inbox.comes(lambda: inbox.app.session is not None and inbox.app.session.claims is not None)


async def test_leaving_the_first_sign_in_leaves() -> None:
    service = Service()
    service.sign_out(Keyring())
    async with first_start(service) as inbox:
        await inbox.press_last("esc")
        await inbox.is_left()


async def test_a_hung_up_keyring_is_told_and_what_is_cached_can_be_read() -> None:
    service = Service()
    service.has(2)
    async with inbox_of(service):
        pass
    service.builder.vault = Vault(keyring=Keyring(is_absent=True))
    async with inbox_of(service, is_filled=False) as inbox:
        await inbox.hears("No OS keyring can be reached.")
        assert inbox.titles() == ["Card 2", "Card 1"]
        await inbox.press("j", "m")
        await inbox.until(lambda: inbox.row("Card 1").theirs == "◷")


async def test_the_token_cannot_be_copied_out_of_its_field() -> None:
    service = Service()
    service.sign_out(Keyring())
    async with first_start(service) as inbox:
        await inbox.fill(token="secret-secret-secret")
        await inbox.press("shift+home", "ctrl+c", "ctrl+x")
        assert "secret" not in inbox.app.clipboard


async def test_a_mode_that_does_not_exist_is_not_taken_for_another() -> None:
    service = Service()
    service.sign_out(Keyring())
    async with first_start(service) as inbox:
        await inbox.fill(mode="observ")
        await inbox.fill(token=service.new_token().reveal())
        await inbox.press("enter")
        await inbox.until(lambda: "There is no mode `observ`." in inbox.problem())


async def test_the_environments_of_the_token_are_listed_and_one_is_picked() -> None:
    service = Service()
    service.has(1, environment="dev")
    service.sign_out(Keyring())
    async with first_start(service) as inbox:
        await inbox.press("ctrl+l")
        await inbox.until(lambda: "token" in inbox.problem())
        await inbox.fill(token=sign_token(service.sandbox_state, environments=["dev", "production"]).reveal())
        await inbox.press("ctrl+l")
        await inbox.asked("Environments of this token")
        assert "dev          Development" in inbox.sheet(), "in one column with Production"
        assert "staging" not in inbox.sheet(), "the token does not reach it"
        await inbox.type("dev", "enter")
        await inbox.press("ctrl+s")
        await inbox.until(lambda: "dev · acme · act" in inbox.top())
        await inbox.comes(lambda: inbox.titles() == ["Card 1"])


async def test_without_an_environment_signing_in_asks_which() -> None:
    service = Service()
    service.sign_out(Keyring())
    async with first_start(service) as inbox:
        await inbox.fill(environment="")
        await inbox.fill(token=service.new_token().reveal())
        await inbox.press("enter")
        await inbox.asked("Environments of this token")
        await inbox.type("production", "enter")
        await inbox.press("ctrl+s")
        await inbox.until(lambda: "PRODUCTION · acme · ask" in inbox.top())


async def test_a_token_that_may_not_use_an_environment_says_which_it_may() -> None:
    service = Service()
    service.sign_out(keyring := Keyring())
    async with first_start(service) as inbox:
        await inbox.fill(environment="production")
        await inbox.fill(token=sign_token(service.sandbox_state, environments=["dev"]).reveal())
        await inbox.press("ctrl+s")
        await inbox.until(lambda: "There is no environment `production` for this token." in inbox.problem())
        service.faults.set("403", route="/app_notifications/{environment}")
        await inbox.fill(environment="dev")
        await inbox.press("ctrl+s")
        await inbox.until(lambda: "This token may not use the environment `dev`." in inbox.problem())
        assert "ctrl+l lists" in inbox.problem()
        assert keyring.items == {}


async def test_the_edge_follows_the_api_base_until_another_is_typed() -> None:
    service = Service()
    service.builder.settings = Settings()
    service.sign_out(Keyring())
    async with first_start(service) as inbox:
        edge = inbox.app.screen.query_one("#edge_base", Input)
        await inbox.fill(api_base="https://n.acme.example/neptune")
        await inbox.until(lambda: edge.value == "https://n.acme.example/neptune")
        await inbox.fill(edge_base="https://edge.acme.example")
        await inbox.fill(api_base="https://m.acme.example/neptune")
        await inbox.until(lambda: edge.value == "https://edge.acme.example")


async def test_a_host_that_pretends_is_named_and_gets_nothing_before_it_is_agreed_to() -> None:
    service = Service()
    service.builder.settings = Settings()
    service.sign_out(Keyring())
    async with first_start(service) as inbox:
        await inbox.fill(name="new", api_base="https://api.teurons.com.evil.example", environment="dev", user="u-1")
        await inbox.fill(token=service.new_token().reveal())
        before = service.requests
        await inbox.press("ctrl+s")
        await inbox.until(lambda: "looks like teurons.com and is not part of it" in inbox.text().replace("\n", " "))
        assert service.requests == before


async def test_a_token_in_the_line_of_a_name_is_kept_nowhere() -> None:
    service = Service()
    service.builder.settings = Settings()
    service.sign_out(Keyring())
    async with first_start(service) as inbox:
        await inbox.fill(name=OTHER_JWT, api_base=API, environment="dev", user="u-1")
        await inbox.fill(token=service.new_token().reveal())
        await inbox.press("ctrl+s")
        await inbox.until(lambda: "looks like an API token" in inbox.text())
        assert inbox.app.workspace.profiles == ()
