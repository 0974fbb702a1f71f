"""The one tree of errors: each carries a sentence for the user and what to do next.

Outside exceptions are translated into one of these at the edge that met them; screens and the command line
print `sentence` and `remedy` and never look at status codes.

    InboxError
    ├── UsageProblem (2)      ConfigProblem, BadQuery, TokenMisplaced
    ├── SignInProblem (3)     NotSignedIn, TokenRefused, TokenExpired, TokenUnproven, TokenMalformed,
    │                         HostNotTrusted
    │                         KeyringProblem: KeyringAbsent, KeyringLocked, KeyringUnreachable,
    │                                         KeyringUntrusted, KeyringTimedOut
    ├── Refused (1)           AccessDenied, NotFound, Invalid, ObserveOnly
    ├── Unreachable (4)       Offline, TimedOut, Throttled, ServerTrouble, NotNeptune (TooLarge), Untrusted
    ├── TeamProblem (4)       TeamRefused (3), TeamPasswordMissing (3), TeamSchemaProblem
    ├── HookFailed (1)
    └── StoreProblem (5)      DiskFull, NewerStore
"""

from __future__ import annotations

import copy
from typing import ClassVar, Self

from neptune_inbox.masking import looks_like_token, mask_sentence


class InboxError(Exception):
    """Something that the user must know; `exit_code` is what the command line ends with."""

    exit_code: ClassVar[int] = 1
    default_remedy: ClassVar[str] = ""

    def __init__(self, sentence: str, remedy: str = "") -> None:
        super().__init__(mask_sentence(sentence))
        self.sentence = mask_sentence(sentence)
        self.remedy = mask_sentence(remedy) or self.default_remedy
        self.has_usual_remedy = not remedy
        """The remedy is the default one, so a front end may name its own key or command instead."""
        self.code = self.name
        """What happened, more exactly than the class says where that covers several problems."""
        self.values: tuple[object, ...] = ()
        """What it happened to, such as a host or a status."""

    def __str__(self) -> str:
        return f"{self.sentence} {self.remedy}".strip()

    @property
    def identity(self) -> tuple[object, ...]:
        """What distinguishes it from other trouble; equal ones are the same news, however worded."""
        return (self.code, *self.values)

    def identified(self, code: str, *values: object) -> Self:
        """This error, identified by a code and values."""
        self.code, self.values = code, values
        return self

    def saying(self, *, sentence: str = "", remedy: str = "") -> Self:
        """The same trouble in other words; this one stays as it is."""
        other = copy.copy(self)
        other.sentence = mask_sentence(sentence) or self.sentence
        other.remedy = mask_sentence(remedy) or self.remedy
        other.has_usual_remedy = self.has_usual_remedy and not remedy
        return other

    @property
    def name(self) -> str:
        """A stable name for `--json` error objects, such as `token_refused`."""
        return "".join(f"_{c.lower()}" if c.isupper() else c for c in type(self).__name__).lstrip("_")


class UsageProblem(InboxError):
    """What was asked for cannot be understood."""

    exit_code = 2


class ConfigProblem(UsageProblem):
    """A setting is wrong; the sentence names the file and the key."""


class BadQuery(UsageProblem):
    """A search query cannot be understood; `position` is the 0-based column of the offending word."""

    def __init__(self, sentence: str, remedy: str = "", *, position: int = 0) -> None:
        super().__init__(sentence, remedy)
        self.position = position


class TokenMisplaced(UsageProblem):
    """Something that looks like an API token was given where none belongs; it was not used."""

    default_remedy = (
        "Only `neptune-inbox login` and NEPTUNE_TOKEN take tokens. If it was a real one, make a new one in the"
        " Neptune dashboard under Team: the shell may have kept what was typed."
    )


def refuse_token(where: str, text: str) -> None:
    """Raise TokenMisplaced where a text looks like an API token; `where` names it in the sentence."""
    if looks_like_token(text):
        raise TokenMisplaced(f"{where} looks like an API token, so it was not used.")


class SignInProblem(InboxError):
    """There is no token that can be used."""

    exit_code = 3
    default_remedy = "Run `neptune-inbox login`."


class NotSignedIn(SignInProblem):
    """No token is known for this profile."""


def no_token(profile_name: str) -> NotSignedIn:
    """The error for a profile that has no token from any source."""
    return NotSignedIn(f"There is no token for `{profile_name}` yet.").identified("no_token", profile_name)


class TokenRefused(SignInProblem):
    """The server answered 401."""

    default_remedy = "Make a new token in the Neptune dashboard under Team, then run `neptune-inbox login`."


class TokenExpired(TokenRefused):
    """The token's own `exp` claim lies in the past."""


class TokenUnproven(SignInProblem):
    """The token would lead to another team's rows, and the server answered it with something else than 401."""

    default_remedy = "Check NEPTUNE_TOKEN or token_command, or run `neptune-inbox login`."


class TokenMalformed(SignInProblem):
    """What was given as a token is not one."""

    default_remedy = "Copy the whole token from the Neptune dashboard under Team, without spaces or line breaks."


class HostNotTrusted(SignInProblem):
    """The token would go to a host that it was not given for, so nothing was sent."""

    default_remedy = (
        "If that host is right, agree to it once: run `neptune-inbox login`, or add it to trusted_hosts in"
        " the profile."
    )


class KeyringProblem(SignInProblem):
    """The OS keyring did not give or take the token."""


class KeyringAbsent(KeyringProblem):
    """This machine has no OS keyring."""

    default_remedy = (
        "Install one (GNOME Keyring, KWallet), set NEPTUNE_TOKEN or token_command,"
        " or use the token for this session only."
    )


class KeyringLocked(KeyringProblem):
    """The OS keyring is locked."""

    default_remedy = "Unlock it, then try again."


class KeyringUnreachable(KeyringProblem):
    """The OS keyring is there and does not behave like a keyring."""

    default_remedy = "Restart the keyring service, or set NEPTUNE_TOKEN."


class KeyringUntrusted(KeyringProblem):
    """The keyring backend would not keep the token secret, so it is not used."""

    default_remedy = "Remove the backend it names, or set NEPTUNE_TOKEN or token_command."


class KeyringTimedOut(KeyringProblem):
    """The OS keyring did not answer in time."""

    default_remedy = "Answer its prompt if there is one, then try again; or set NEPTUNE_TOKEN."


class Refused(InboxError):
    """The server understood the request and said no; trying again gives the same answer."""


class AccessDenied(Refused):
    """The server answered 403."""

    default_remedy = "Ask for access to this environment, or choose another."


class NotFound(Refused):
    """The server answered 404 or 410."""


class Invalid(Refused):
    """The server answered 422 (or 400); `fields` maps a field's name to the server's words about it."""

    def __init__(self, sentence: str, remedy: str = "", *, fields: dict[str, tuple[str, ...]] | None = None) -> None:
        super().__init__(sentence, remedy)
        self.fields = fields or {}


class ObserveOnly(Refused):
    """The profile is in mode observe, so nothing was sent."""

    default_remedy = "Choose another profile, or set its mode to `ask` or `act` in config.toml."


class Unreachable(InboxError):
    """No usable answer came; trying again later may help. `retry_after` is in seconds when the server named it."""

    exit_code = 4
    default_remedy = "It is retried automatically."

    def __init__(self, sentence: str, remedy: str = "", *, retry_after: float | None = None) -> None:
        super().__init__(sentence, remedy)
        self.retry_after = retry_after


class Offline(Unreachable):
    """No connection could be made, or it broke."""


def proxy_sign_in() -> Offline:
    """The error of a proxy that answers 407, however that is learned."""
    wanted = Offline("The proxy requires a sign-in.", "Put its user name and password into HTTPS_PROXY.")
    return wanted.identified("proxy_sign_in")


class TimedOut(Unreachable):
    """The whole exchange took longer than its limit."""


class Throttled(Unreachable):
    """The server answered 429."""


class ServerTrouble(Unreachable):
    """The server answered 5xx."""


class NotNeptune(Unreachable):
    """Something answered that is not Neptune: HTML, a redirect, cut or odd JSON, too many bytes."""

    default_remedy = "Check the API base, and whether a proxy or the network's sign-in page is in between."


class TooLarge(NotNeptune):
    """The answer is larger than what is held in memory at once."""

    default_remedy = "Ask for less at once."


class Untrusted(Unreachable):
    """The server's certificate is not trusted, so nothing was sent."""

    default_remedy = "Check the API base and the machine's certificate store; verification cannot be turned off."


NEVER_SENT = frozenset(
    (
        *("unknown_name", "connection_refused", "no_connection", "connect_timed_out", "too_many_requests", "closed"),
        *("no_proxy", "proxy_refused", "proxy_sign_in"),
    )
)
"""Codes of problems in which no request left this machine, or none reached the service."""


def may_have_acted(error: InboxError) -> bool:
    """Whether the service may have done what it was asked for, although no good answer came."""
    is_proof = isinstance(error, Throttled | Untrusted) or error.code in NEVER_SENT
    return isinstance(error, Unreachable) and not is_proof


class TeamProblem(InboxError):
    """The team's database cannot be used now; what was done is kept here and shared later."""

    exit_code = 4
    default_remedy = "What you do is kept here, and shared when the database is back."


class TeamRefused(TeamProblem):
    """The team's database does not let us in, or did not prove who it is."""

    exit_code = 3


class TeamPasswordMissing(TeamRefused):
    """The team's database asks for a password, and none is known."""


class TeamSchemaProblem(TeamProblem):
    """The team's database has not the tables of this version."""


class HookFailed(InboxError):
    """A hook's command did not take what it was handed; it is handed the same again, later."""

    default_remedy = "It is retried automatically; `neptune-inbox hooks` says more."


class StoreProblem(InboxError):
    """The local files could not be read or written."""

    exit_code = 5
    default_remedy = "Run `neptune-inbox doctor`."


class UnsupportedSystem(StoreProblem):
    """This system lacks what the program needs."""

    default_remedy = "Use it on Linux, on macOS, or under WSL on Windows."


class DiskFull(StoreProblem):
    """The disk is full, so the change was NOT saved."""

    default_remedy = "Free some space, then try again."


class NewerStore(StoreProblem):
    """The local files were made by a newer version of neptune-inbox."""

    default_remedy = "Update neptune-inbox, or point NEPTUNE_INBOX_HOME at another folder."
