"""Secrets in words: known ones and what looks like one are masked, and refused where no token belongs.

Below everything else, so that no sentence, log line or echo can be put together without it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
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
_TELLING: Final = 24
"""Characters of a secret in a row that give it away; the payloads of two JWTs may begin with more than 16 alike."""
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
    """Short texts of which every part of a secret that gives it away holds one; the header of a JWT is not secret."""
    if len(secret) < _TELLING + _PIECE:
        return [secret]
    return [secret[at : at + _PIECE] for at in range(_begin(secret), len(secret) - _PIECE + 1, _PIECE)]


def without_secret(text: str, secret: str) -> str:
    """The text with the secret masked, and every part of it that is long enough to give it away."""
    text = text.replace(secret, MASK)
    if len(secret) < _TELLING + _PIECE:
        return text
    kept: list[str] = []
    done = 0
    for found in _pieces(secret).finditer(text):
        if found.start() < done:
            continue
        start, end = _common(text, found.start(), done, secret, found[0])
        if end - start >= _TELLING:
            # With what stands of the header before it.
            header = secret[: _begin(secret)]
            start -= next(
                (size for size in range(len(header), 0, -1) if text.endswith(header[-size:], done, start)), 0
            )
            kept += [text[done:start], MASK]
            done = end
    return "".join([*kept, text[done:]]) if kept else text


def _begin(secret: str) -> int:
    """Where what is secret begins: behind the header of a JWT."""
    return secret.find(".") + 1 if secret.count(".") == 2 else 0


@lru_cache(maxsize=4)
def _pieces(secret: str) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, dict.fromkeys(telling_parts(secret)))))


def _common(text: str, at: int, least: int, secret: str, piece: str) -> tuple[int, int]:
    """How far a text is the same as a secret around a piece of it, wherever that is in the secret: from, to."""
    best, place, begin_at = (at, at), secret.find(piece, _begin(secret)), _begin(secret)
    while place >= 0:
        start, end, begin, stop = at, at + len(piece), place, place + len(piece)
        while start > least and begin > begin_at and text[start - 1] == secret[begin - 1]:
            start, begin = start - 1, begin - 1
        while end < len(text) and stop < len(secret) and text[end] == secret[stop]:
            end, stop = end + 1, stop + 1
        best = max(best, (start, end), key=lambda found: found[1] - found[0])
        place = secret.find(piece, place + 1)
    return best


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
