"""The one tree of errors: each carries a sentence for the user and what to do next.

Outside exceptions are translated into one of these at the edge that met them; screens and the command line
print `sentence` and `remedy` and never look at status codes.

    InboxError
    ├── UsageProblem (2)      ConfigProblem, BadQuery
    ├── SignInProblem (3)     NotSignedIn, TokenRefused, TokenExpired, TokenMalformed
    │                         KeyringProblem: KeyringAbsent, KeyringLocked, KeyringUnreachable,
    │                                         KeyringUntrusted, KeyringTimedOut
    ├── Refused (1)           AccessDenied, NotFound, Invalid, ObserveOnly
    ├── Unreachable (4)       Offline, TimedOut, Throttled, ServerTrouble, NotNeptune, Untrusted
    └── StoreProblem (5)      DiskFull, NewerStore
"""

from __future__ import annotations

from typing import ClassVar


class InboxError(Exception):
    """Something that the user must be told; `exit_code` is what the command line ends with."""

    exit_code: ClassVar[int] = 1
    default_remedy: ClassVar[str] = ""

    def __init__(self, sentence: str, remedy: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.remedy = remedy or self.default_remedy

    def __str__(self) -> str:
        return f"{self.sentence} {self.remedy}".strip()

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


class SignInProblem(InboxError):
    """There is no token that can be used."""

    exit_code = 3
    default_remedy = "Run `neptune-inbox login`."


class NotSignedIn(SignInProblem):
    """No token is known for this profile."""


class TokenRefused(SignInProblem):
    """The server answered 401."""

    default_remedy = "Make a new token in the Neptune dashboard under Team, then run `neptune-inbox login`."


class TokenExpired(TokenRefused):
    """The token's own `exp` claim lies in the past."""


class TokenMalformed(SignInProblem):
    """What was given as a token is none."""

    default_remedy = "Copy the whole token from the Neptune dashboard under Team, without spaces or line breaks."


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
    """The OS keyring is there and does not answer as one."""

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

    default_remedy = "Ask for access to this environment, or choose another with `E`."


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
    default_remedy = "It is tried again by itself; `r` tries now."

    def __init__(self, sentence: str, remedy: str = "", *, retry_after: float | None = None) -> None:
        super().__init__(sentence, remedy)
        self.retry_after = retry_after


class Offline(Unreachable):
    """No connection could be made, or it broke."""


class TimedOut(Unreachable):
    """The whole exchange took longer than its limit."""


class Throttled(Unreachable):
    """The server answered 429."""


class ServerTrouble(Unreachable):
    """The server answered 5xx."""


class NotNeptune(Unreachable):
    """Something answered that is not Neptune: HTML, a redirect, cut or odd JSON, too many bytes."""

    default_remedy = "Check the API base, and whether a proxy or a sign-in page of the network is in between."


class Untrusted(Unreachable):
    """The server's certificate is not trusted, so nothing was sent."""

    default_remedy = "Check the API base and the machine's certificate store; verification cannot be turned off."


class StoreProblem(InboxError):
    """The local files could not be read or written."""

    exit_code = 5
    default_remedy = "Run `neptune-inbox doctor`."


class DiskFull(StoreProblem):
    """The disk is full, so the change was NOT saved."""

    default_remedy = "Free some space, then try again."


class NewerStore(StoreProblem):
    """The local files were made by a newer version of neptune-inbox."""

    default_remedy = "Update neptune-inbox, or point NEPTUNE_INBOX_HOME at another folder."
