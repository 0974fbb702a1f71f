"""Where we write, and what we may: profiles, modes, environments."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum

from msgspec import Struct

from neptune_inbox.errors import UsageProblem
from neptune_inbox.text import NO_TEXT, CleanText


class Mode(StrEnum):
    """What a profile lets the agent write."""

    OBSERVE = "observe"
    ASK = "ask"
    ACT = "act"


def read_mode(text: str) -> Mode:
    """A mode by its name, in any case. Raises UsageProblem."""
    try:
        return Mode(text.lower())
    except ValueError:
        raise UsageProblem(f"There is no mode `{text}`.", "Choose observe, ask or act.") from None


FROM_VARIABLES = "environment"
"""The name of the profile that NEPTUNE_ENV makes where none is written; nobody chose it, so it is not shown."""


class Profile(Struct, frozen=True):
    """A named place; the token is kept apart from it, in the keyring."""

    name: str
    api_base: str
    edge_base: str
    environment: str
    mode: Mode = Mode.ACT
    colour: str = ""
    users: tuple[str, ...] = ()
    token_command: tuple[str, ...] = ()
    production: bool | None = None
    """Whether real customers are behind it; None where its environment's name decides."""
    trusted_hosts: tuple[str, ...] = ()
    """Hosts that may get its token besides those that it was given for: `edge.example`, `localhost:8080`."""

    @property
    def is_production(self) -> bool:
        """Whether real customers are behind it: as the profile says, else as its environment is named."""
        return looks_like_production(self.environment) if self.production is None else self.production

    @property
    def shown_name(self) -> str:
        """Its name; the host for the profile that only variables define."""
        return self.host if self.name == FROM_VARIABLES else self.name

    @property
    def host(self) -> str:
        """Host and port of the API, for people."""
        return self.api_base.partition("://")[2].partition("/")[0].rpartition("@")[2] or self.api_base


_WORD = re.compile(r"[^\W\d_]+")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_PRODUCTION = frozenset(
    (
        *("production", "prod", "prods", "prd", "prdn", "prodn", "live", "produktion", "produktiv", "productie"),
        *("produccion", "producción", "producao", "produção", "produzione", "produkcja", "прод", "продакшн"),
        *("本番", "生产", "生產"),
    )
)
_REGION = "eu|us|uk|gb|de|fr|es|it|nl|be|ch|at|pl|se|dk|fi|jp|cn|kr|sg|hk|in|au|nz|ca|br|mx|za|me|ap|na|sa|af"
_OF_REGION = re.compile(rf"(?:{_REGION})(?:prod|prd|live)|(?:prod|prd|live)(?:{_REGION})")
_OPPOSITES = frozenset(("pre", "non", "not", "no", "nicht", "kein", "keine"))


def looks_like_production(environment: str) -> bool:
    """Whether a word in an environment's name says that real customers are behind it.

    Digits and signs part words, capitals and the codes of regions too: `prod1`, `PRD_EU`, `prodEU`, `euprod`.
    What a word before it denies (`pre-production`, `non_prod`) is not production; where words disagree it is.
    """
    name = unicodedata.normalize("NFKC", environment)
    return _says_production(name) or _says_production(_HUMP.sub(" ", name))


def _says_production(name: str) -> bool:
    words = [word.casefold() for word in _WORD.findall(name)]
    return any(
        (word in _PRODUCTION or _OF_REGION.fullmatch(word)) and before not in _OPPOSITES
        for before, word in zip(["", *words], words, strict=False)
    )


class Environment(Struct, frozen=True):
    """An environment of the team."""

    name: str
    label: CleanText = NO_TEXT
