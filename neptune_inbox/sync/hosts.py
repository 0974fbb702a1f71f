"""Which hosts a token may go to: those that it was given for, and no other without an agreement.

A token and an address that come together (in one environment, or in one profile) count as given together, and are
remembered when they are first used; the token itself never is, only a fingerprint that nobody can turn back.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from neptune_inbox.errors import HostNotTrusted, StoreProblem
from neptune_inbox.model import FROM_VARIABLES, Profile, Token
from neptune_inbox.text import clean_line

if TYPE_CHECKING:
    from neptune_inbox.store.profiles import ProfileStore

VENDOR: Final = "teurons"
VENDOR_DOMAIN: Final = "teurons.com"
WITHOUT_PROFILE: Final = (
    "Check NEPTUNE_API_BASE and NEPTUNE_EDGE_BASE. If that host is right, run `neptune-inbox login`, which makes a"
    " profile for it."
)
_PORTS = {"https": 443, "http": 80}
_TWINS = str.maketrans({"0": "o", "1": "l", "i": "l", "3": "e", "5": "s", "8": "b", "|": "l"})
_LETTER_TWINS = str.maketrans("аеіјкмнорсѕтухνυοерᴜαι", "aeijkmhopcstyxvuoepuai")
"""Letters of other scripts that look like Latin ones, with their Latin twins."""


def hosts_of(profile: Profile) -> tuple[str, ...]:
    """Host and port of a profile's API and edge, each once."""
    return tuple(dict.fromkeys((host_of(profile.api_base), host_of(profile.edge_base))))


def host_of(base: str) -> str:
    """Host and port of an address, without the default port; text that is not an address stays as it is."""
    try:
        parts = urlsplit(base if "://" in base else f"https://{base}")
        port = parts.port
    except ValueError:
        return clean_line(base, 120)
    host = _ascii(parts.hostname or "").rstrip(".")
    host = f"[{host}]" if ":" in host else host
    return host if port is None or port == _PORTS.get(parts.scheme) else f"{host}:{port}"


def lookalike_words(host: str) -> str:
    """What is wrong with a host that pretends to be the vendor's or mixes scripts; empty for an honest one."""
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
    shown = _unicode(name)
    if name == VENDOR_DOMAIN or name.endswith(f".{VENDOR_DOMAIN}"):
        return ""
    labels = shown.split(".")
    if any(_mixes_scripts(label) for label in labels):
        return f"{host} mixes letters of several scripts"
    if any(_resembles_vendor(label) for label in labels):
        return f"{host} looks like {VENDOR_DOMAIN} and is not part of it"
    if name != shown:
        return f"{host} is written with unusual letters"
    return ""


class Hosts:
    """What this machine knows about which token may go where."""

    def __init__(self, profiles: ProfileStore, own_hosts: Callable[[Profile], Sequence[str]]) -> None:
        """`own_hosts` gives the hosts that came together with a profile's own token_command or keyring item."""
        self._profiles = profiles
        self._own_hosts = own_hosts

    def check(self, profile: Profile, token: Token, *, is_given_here: bool) -> None:
        """Let a token through for a profile's hosts, and remember them at its first use. Raises HostNotTrusted.

        `is_given_here` says that the token came out of the environment, as the addresses did, or was typed for them.
        """
        wanted = hosts_of(profile)
        keys = (_fingerprint(token),) if is_given_here else (_fingerprint(token), _item(profile))
        known = next((found for key in keys if (found := self._profiles.token_hosts(key))), frozenset())
        if not known:
            together = wanted if is_given_here else self._own_hosts(profile)
            known = frozenset(host for host in together if not lookalike_words(host))
        trusted = {host_of(host) for host in profile.trusted_hosts}
        for host in wanted:
            if host not in known | trusted:
                raise _refusal(profile, host, known)
        # On a full disk they are remembered another time.
        with suppress(StoreProblem):
            self._remember(keys, wanted)

    def agree(self, profile: Profile, token: Token) -> None:
        """Remember that the agent gave this token for a profile's hosts by hand."""
        self._remember((_fingerprint(token), _item(profile)), hosts_of(profile))

    def _remember(self, keys: Iterable[str], hosts: Sequence[str]) -> None:
        for key in keys:
            known = self._profiles.token_hosts(key)
            for host in hosts:
                if host not in known:
                    self._profiles.add_token_host(key, host)


def _refusal(profile: Profile, host: str, known: Iterable[str]) -> HostNotTrusted:
    given = " and ".join(sorted(known))
    why = f"it was given for {given}" if given else "it was given for no such host"
    warning = lookalike_words(host)
    is_written = profile.name != FROM_VARIABLES
    return HostNotTrusted(
        f"The token{f' of `{profile.name}`' if is_written else ''} would go to {host}, and {why}: nothing was sent."
        + (f" Mind: {warning}." if warning else ""),
        "" if is_written else WITHOUT_PROFILE,
    )


def _fingerprint(token: Token) -> str:
    digest = hashlib.sha256(f"neptune-inbox host of {token.reveal()}".encode())
    return digest.hexdigest()[:16]


def _item(profile: Profile) -> str:
    return f"profile {profile.name}"


def _ascii(host: str) -> str:
    try:
        return host.lower() if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError:
        return host.lower()


def _unicode(host: str) -> str:
    try:
        return host.encode("ascii").decode("idna")
    except UnicodeError:
        return host


def _mixes_scripts(label: str) -> bool:
    scripts = {unicodedata.name(char, "UNKNOWN").split()[0] for char in label if char.isalpha()}
    return len(scripts - {"CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA"}) > 1


def _resembles_vendor(label: str) -> bool:
    plain = unicodedata.normalize("NFKD", label).casefold().translate(_LETTER_TWINS)
    bare = "".join(char for char in plain if not unicodedata.combining(char)).translate(_TWINS)
    if VENDOR in bare.replace("-", ""):
        return True
    return any(_is_slip(part) for part in bare.split("-"))


def _is_slip(word: str) -> bool:
    """Whether a word is the vendor's name with one letter too many, too few, or two in the wrong order."""
    from difflib import SequenceMatcher

    is_shuffled = len(word) == len(VENDOR) and sorted(word) == sorted(VENDOR)
    return is_shuffled or SequenceMatcher(None, word, VENDOR).ratio() > 0.9
