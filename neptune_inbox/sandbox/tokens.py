"""Which tokens the sandbox lets in: those it signed itself, and those it was given."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Iterable, Sequence

from msgspec import Struct

from neptune_inbox.errors import AccessDenied, TokenRefused
from neptune_inbox.model import SANDBOX_ISSUER, Instant, JsonObject, Token
from neptune_inbox.sandbox.state import SandboxState

HEADER: JsonObject = {"alg": "HS256", "typ": "JWT"}
REMEMBERED = 1_000
"""Tokens, at most."""


class Grant(Struct, frozen=True):
    """What a token lets its bearer do; `environments` is None for all of them."""

    team: str
    environments: frozenset[str] | None = None

    def permits(self, environment: str) -> bool:
        return self.environments is None or environment in self.environments

    def check(self, environment: str) -> None:
        """Raises AccessDenied for an environment that the token does not reach."""
        if not self.permits(environment):
            raise AccessDenied("No Access")


class TokenRules:
    """The gate of one world; of the tokens that it was given it keeps only digests."""

    def __init__(self, sandbox_state: SandboxState, *, given: Iterable[Token] = ()) -> None:
        self._sandbox_state = sandbox_state
        self._given: set[bytes] = set()
        self._signed: dict[bytes, JsonObject] = {}
        """Claims of tokens whose signature was right, by digest, as reading them is slow."""
        for token in given:
            self.admit(token)

    def admit(self, token: Token) -> None:
        """From now on lets this token in as it is, until its own `exp` if it has one."""
        self._given.add(_digest(token.reveal()))

    def withdraw(self, token: Token) -> None:
        """No longer lets in a token that was given."""
        self._given.discard(_digest(token.reveal()))

    def check(self, text: str) -> Grant:
        """What the bearer may do; raises TokenRefused, or AccessDenied for another team's token."""
        digest = _digest(text)
        claims = self._signed.get(digest)
        if claims is None:
            claims = self._verify(text, digest)
        expires = claims.get("exp")
        if isinstance(expires, int) and expires * 1000 <= self._sandbox_state.now():
            raise TokenRefused("Unauthenticated")
        if digest in self._given:
            return Grant(self._sandbox_state.team)
        if claims.get("team") != self._sandbox_state.team:
            raise AccessDenied("No Access")
        limits = claims.get("environments")
        return Grant(self._sandbox_state.team, frozenset(map(str, limits)) if isinstance(limits, list) else None)

    def _verify(self, text: str, digest: bytes) -> JsonObject:
        """The claims of a token that was given or signed; raises TokenRefused. Those signed are remembered."""
        claims = _read_claims(text)
        if digest in self._given:
            return claims or {}
        if claims is None or not _is_signed(text, self._sandbox_state.secret):
            raise TokenRefused("Unauthenticated")
        if len(self._signed) >= REMEMBERED:
            self._signed.clear()
        self._signed[digest] = claims
        return claims


def sign_token(
    sandbox_state: SandboxState,
    *,
    environments: Sequence[str] | None = None,
    expires_at: Instant | None = None,
    team: str | None = None,
) -> Token:
    """A JWT that this world lets in: for the environments named, or all; until `expires_at` (ms), or without end."""
    claims: JsonObject = {
        "iss": SANDBOX_ISSUER,
        "sub": team or sandbox_state.team,
        "team": team or sandbox_state.team,
        "iat": sandbox_state.now() // 1000,
        "jti": sandbox_state.new_uuid(),
    }
    if expires_at is not None:
        claims["exp"] = expires_at // 1000
    if environments is not None:
        claims["environments"] = list(environments)
    signed = f"{_encode(HEADER)}.{_encode(claims)}"
    return Token(f"{signed}.{_signature(signed, sandbox_state.secret)}")


def is_jwt(text: str) -> bool:
    """Whether the claims of a token can be read at all."""
    return _read_claims(text) is not None


def _encode(value: JsonObject) -> str:
    return _base64(json.dumps(value, separators=(",", ":")).encode())


def _base64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode("ascii")


def _signature(signed: str, secret: bytes) -> str:
    return _base64(hmac.digest(secret, signed.encode(), "sha256"))


def _is_signed(text: str, secret: bytes) -> bool:
    signed, _, signature = text.rpartition(".")
    return hmac.compare_digest(signature.encode(), _signature(signed, secret).encode())


def _read_claims(text: str) -> JsonObject | None:
    """The claims of a JWT, whoever signed it; None for anything else."""
    parts = text.split(".")
    if len(parts) != 3 or not text.isascii():
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, RecursionError, binascii.Error):
        return None
    return claims if isinstance(claims, dict) else None


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
