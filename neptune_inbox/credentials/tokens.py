"""What a token looks like: the gate that every token passes, and what a JWT says of itself."""

from __future__ import annotations

import base64
import binascii
import json
import os
import re
from collections.abc import MutableMapping
from typing import Final

from msgspec import Struct

from neptune_inbox.credentials.redaction import close_process
from neptune_inbox.errors import TokenMalformed
from neptune_inbox.masking import register_secret
from neptune_inbox.model import SANDBOX_ISSUER, Instant, Token
from neptune_inbox.text import CleanText, clean_line

TOKEN_VARIABLE: Final = "NEPTUNE_TOKEN"
SHORTEST: Final = 8
LONGEST: Final = 4_096

_TOKEN = re.compile(rf"[\x21-\x7e]{{{SHORTEST},{LONGEST}}}")
_PREFIX = re.compile(rf"(?:{TOKEN_VARIABLE}=|authorization:\s*)?(?:bearer\s+)?", re.IGNORECASE)
_WRAPPING = " \t\r\n\"'`"
_NOTHING = CleanText("")
_YEAR_5000 = 95_617_584_000

_taken: list[Token] = []
"""What was in the environment of this process, until somebody asks for it; as it was, so perhaps no token."""
_taken_from: set[str] = set()
"""The variables that were set before they were taken out of the environment."""


def parse_pasted_token(text: str, origin: str = "What was pasted") -> Token:
    """The token in what a person pasted: quotes, blanks and `Bearer ` around it are taken off.

    Raises TokenMalformed, which says what is wrong with it and never shows it; `origin` starts that sentence.
    """
    bare = _PREFIX.sub("", text.strip(_WRAPPING), count=1).strip(_WRAPPING)
    if fault := _fault_of(bare):
        raise TokenMalformed(f"{origin} is not a token: {fault}.")
    register_secret(bare)
    return Token(bare)


def _fault_of(bare: str) -> str:
    """What is wrong with it, in words that do not repeat it; empty for a token."""
    if not bare:
        return "it is empty"
    if bare.lower().startswith(("https://", "http://")):
        return "it is a web address"
    if re.search(r"[\r\n]", bare):
        return "it holds a line break"
    if re.search(r"\s", bare):
        return "it holds a space"
    if not set(bare) - set("•●∙*."):
        return "it is the masked form"
    if not (bare.isascii() and bare.isprintable()):
        return "it holds a character that no token has" + (", which means it was cut off" if "…" in bare else "")
    return "" if _TOKEN.fullmatch(bare) else f"it has {len(bare):,} characters, a token has {SHORTEST} to {LONGEST:,}"


def token_from_environment(env: MutableMapping[str, str] | None = None) -> Token | None:
    """Takes NEPTUNE_TOKEN out of the environment, so that no child process inherits it. Raises TokenMalformed.

    The process's own environment is where a program begins: from here on it is closed to onlookers (`close_process`).
    """
    env = os.environ if env is None else env
    if env is os.environ:
        take_from_process()
    text = _taken.pop().reveal() if env is os.environ and _taken else env.pop(TOKEN_VARIABLE, "")
    return parse_pasted_token(text, TOKEN_VARIABLE) if text else None


def take_from_process() -> None:
    """Take NEPTUNE_TOKEN out of this process before anything is started from it; `token_from_environment` has it."""
    close_process(TOKEN_VARIABLE)
    if text := os.environ.pop(TOKEN_VARIABLE, ""):
        _taken[:] = [Token(text)]
        _taken_from.add(TOKEN_VARIABLE)
        if len(text) >= SHORTEST:
            register_secret(text)


def was_taken_from_process() -> bool:
    """Whether NEPTUNE_TOKEN was set when this process began."""
    return TOKEN_VARIABLE in _taken_from


class Claims(Struct, frozen=True):
    """What a JWT says of itself; nothing here is verified, that is the server's part."""

    expires_at: Instant | None = None
    subject: CleanText = _NOTHING
    team: CleanText = _NOTHING
    issuer: CleanText = _NOTHING

    @property
    def is_of_sandbox(self) -> bool:
        """Whether a sandbox of ours made it, so that nothing of it is real."""
        return self.issuer == SANDBOX_ISSUER

    def is_expired(self, now: Instant) -> bool:
        """Whether its own `exp` lies in the past; a token without one never expires."""
        return self.expires_at is not None and self.expires_at <= now


def claims(token: Token) -> Claims | None:
    """The claims of a JWT (RFC 7519), read without its secret; None for a token that is not a JWT."""
    parts = token.reveal().split(".")
    if len(parts) != 3 or not isinstance(_part(parts[0]), dict):
        return None
    payload = _part(parts[1])
    if not isinstance(payload, dict):
        return None
    team = next((payload[name] for name in ("team", "team_id", "teamId") if payload.get(name)), None)
    if isinstance(team, dict):
        team = team.get("id") or team.get("uuid")
    return Claims(
        expires_at=_instant(payload.get("exp")),
        subject=_word(payload.get("sub")),
        team=_word(team),
        issuer=_word(payload.get("iss")),
    )


def unlike_a_token(token: Token) -> str:
    """Why a token is probably none of Neptune's, as a sentence without its full stop; empty where it may be one."""
    if claims(token) is not None:
        return ""
    return "What was pasted is not a JWT, as every Neptune token is: it may be cut off, or another service's"


def _part(text: str) -> object:
    try:
        return json.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, RecursionError):
        return None


def _instant(value: object) -> Instant | None:
    if isinstance(value, str) and value.isdecimal() and len(value) < 20:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < _YEAR_5000:
        return None
    return int(value * 1000)


def _word(value: object) -> CleanText:
    is_word = isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool))
    return clean_line(str(value)) if is_word else _NOTHING
