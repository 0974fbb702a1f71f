"""Who is let in."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neptune_inbox.errors import AccessDenied, TokenRefused
from neptune_inbox.model import Token
from neptune_inbox.sandbox.state import SandboxState
from neptune_inbox.sandbox.tokens import Grant, TokenRules, sign_token

NOON = 1_795_000_000_000


@pytest.fixture
def sandbox_state() -> SandboxState:
    return SandboxState(now=lambda: NOON)


def forge(claims: object, signature: str = "AAAA") -> str:
    parts = [json.dumps(each).encode() for each in ({"alg": "none"}, claims)]
    return ".".join([*(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts), signature])


def test_what_the_world_signed_is_let_in_until_it_ends(sandbox_state: SandboxState) -> None:
    rules = TokenRules(sandbox_state)
    assert rules.check(sign_token(sandbox_state).reveal()) == Grant("acme")
    assert rules.check(sign_token(sandbox_state, expires_at=NOON + 1000).reveal()) == Grant("acme")
    with pytest.raises(TokenRefused, match="Unauthenticated"):
        rules.check(sign_token(sandbox_state, expires_at=NOON).reveal())


def test_the_claims_can_be_read_without_the_secret(sandbox_state: SandboxState) -> None:
    payload = sign_token(sandbox_state, environments=["dev"], expires_at=NOON).reveal().split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    assert claims.pop("jti")
    assert claims == {
        "iss": "neptune-inbox sandbox",
        "sub": "acme",
        "team": "acme",
        "iat": NOON // 1000,
        "exp": NOON // 1000,
        "environments": ["dev"],
    }


def test_another_worlds_token_and_another_teams_are_two_refusals(sandbox_state: SandboxState) -> None:
    rules = TokenRules(sandbox_state)
    stranger = SandboxState(now=lambda: NOON, seed="other")
    with pytest.raises(TokenRefused):
        rules.check(sign_token(stranger).reveal())
    with pytest.raises(AccessDenied):
        rules.check(sign_token(sandbox_state, team="globex").reveal())


def test_a_limited_token_reaches_only_what_it_names(sandbox_state: SandboxState) -> None:
    grant = TokenRules(sandbox_state).check(sign_token(sandbox_state, environments=["dev"]).reveal())
    grant.check("dev")
    with pytest.raises(AccessDenied, match="No Access"):
        grant.check("production")


def test_a_given_token_is_let_in_whoever_signed_it_until_it_is_withdrawn(sandbox_state: SandboxState) -> None:
    opaque, foreign = Token("npt_live_123"), Token(forge({"sub": "x"}))
    rules = TokenRules(sandbox_state, given=[opaque, foreign])
    assert rules.check(opaque.reveal()) == rules.check(foreign.reveal()) == Grant("acme")
    rules.withdraw(opaque)
    with pytest.raises(TokenRefused):
        rules.check(opaque.reveal())
    expired = Token(forge({"exp": 1}))
    rules.admit(expired)
    with pytest.raises(TokenRefused):
        rules.check(expired.reveal())


def test_the_rules_remember_no_token(sandbox_state: SandboxState) -> None:
    rules = TokenRules(sandbox_state, given=[Token("npt_live_123")])
    assert "npt_live_123" not in repr(vars(rules))


@pytest.mark.slow
@given(st.text() | st.builds(forge, st.recursive(st.none() | st.text() | st.integers(), st.lists)))
def test_nothing_else_is_ever_let_in(text: str) -> None:
    with pytest.raises(TokenRefused):
        TokenRules(SandboxState(now=lambda: NOON)).check(text)


def test_a_signature_does_not_fit_changed_claims(sandbox_state: SandboxState) -> None:
    header, _, signature = sign_token(sandbox_state, environments=["dev"]).reveal().split(".")
    payload = forge({"team": "acme"}).split(".")[1]
    with pytest.raises(TokenRefused):
        TokenRules(sandbox_state).check(f"{header}.{payload}.{signature}")
