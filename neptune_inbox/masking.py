"""Secrets in words: known ones and what looks like one are masked, and refused where no token belongs.

Below everything else, so that no sentence, log line or echo can be put together without it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import unquote

MASK: Final = "••••"
_JWT = r"(?:eyJ|(?<![\w-])ey[AK])[\w-]{6,}\.[\w-]{4,}\.[\w-]*"
"""Three parts of base64url; the first is a JSON object, so it begins with `eyJ`, `eyA` or `eyK` (RFC 7519)."""
_LOOKS_LIKE_TOKEN = re.compile(_JWT)
_SHAPES = re.compile(rf"(?i)bearer\s+\S+|{_JWT}|[\w-]{{12,}}\.[\w-]{{12,}}\.[\w-]{{8,}}|api_token\W+\S+")
_LOGIN = re.compile(r"(?<=://)[^\s@]*:\S*@|(?<=://)\S*@")
_MOST_KNOWN: Final = 64
_SHORTEST: Final = 6
"""Characters; a shorter password could be part of any word."""
_TELLING: Final = 16
"""Characters of a secret in a row that give it away."""
_PIECE: Final = 8
"""Characters: in every `_TELLING` of them, a piece that begins at a multiple of this many is whole."""
_PROXIES: Final = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "FTP_PROXY")

_known: dict[str, None] = {}
"""Every secret that passed a gate of this process, newest last."""


def register_secret(secret: str) -> None:
    """From now on `mask` takes this text out, whatever it looks like."""
    _known.pop(secret, None)
    _known[secret] = None
    while len(_known) > _MOST_KNOWN:
        del _known[next(iter(_known))]


def telling_parts(secret: str) -> list[str]:
    """Short texts of which every part of a secret that gives it away holds one; the header of a JWT is no secret."""
    if len(secret) < 2 * _TELLING:
        return [secret]
    begin = secret.find(".") + 1 if secret.count(".") == 2 else 0
    return [secret[at : at + _PIECE] for at in range(begin, len(secret) - _PIECE + 1, _PIECE)]


def without_secret(text: str, secret: str) -> str:
    """The text with the secret masked, and every part of it that is long enough to give it away."""
    text = text.replace(secret, MASK)
    for piece in telling_parts(secret):
        at = text.find(piece)
        while at >= 0:
            start, end = _common(text, at, secret, secret.find(piece), len(piece))
            if end - start >= _TELLING:
                text = f"{text[:start]}{MASK}{text[end:]}"
                end = start + len(MASK)
            at = text.find(piece, end)
    return text


def _common(text: str, at: int, secret: str, place: int, length: int) -> tuple[int, int]:
    """How far a text is the same as a secret around a piece of it: from, to."""
    start, end, begin, stop = at, at + length, place, place + length
    while start > 0 and begin > 0 and text[start - 1] == secret[begin - 1]:
        start, begin = start - 1, begin - 1
    while end < len(text) and stop < len(secret) and text[end] == secret[stop]:
        end, stop = end + 1, stop + 1
    return start, end


def mask(text: str) -> str:
    """The text without any secret of this process, and without what looks like one, for logs and reports."""
    return _LOGIN.sub(f"{MASK}@", _SHAPES.sub(MASK, _without_known(text)))


def mask_sentence(text: str) -> str:
    """The same for sentences, which may name long hosts: only known secrets and what is clearly a token."""
    return _LOOKS_LIKE_TOKEN.sub(MASK, _without_known(text))


def looks_like_token(text: str) -> bool:
    """Whether it contains what looks like a JWT."""
    return _LOOKS_LIKE_TOKEN.search(text) is not None


def know_proxies(environ: Mapping[str, str]) -> None:
    """From now on `mask` takes out the passwords of the proxies that these variables name."""
    for name, value in environ.items():
        if name.upper() in _PROXIES:
            login = _login_of(value)
            password = login.partition(":")[2]
            for secret in filter(lambda text: len(text) >= _SHORTEST, (login, password, unquote(password))):
                register_secret(secret)


def child_environment(environ: Mapping[str, str], *, keeps_proxies: bool = False) -> dict[str, str]:
    """What a program that is started from here gets: nothing of ours, no secret, and proxies without their passwords.

    `keeps_proxies`: it needs the network, and its owner chose it.
    """
    given = {}
    for name, value in environ.items():
        if not name.startswith("NEPTUNE_") and value not in _known:
            is_proxy = name.upper() in _PROXIES and not keeps_proxies
            given[name] = value.replace(f"{_login_of(value)}@", "", 1) if is_proxy else value
    return given


def _login_of(proxy: str) -> str:
    return proxy.rpartition("://")[2].rpartition("@")[0]


def _without_known(text: str) -> str:
    for secret in _known:
        text = text.replace(secret, MASK)
    return text
