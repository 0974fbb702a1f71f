"""What to do next, in the terms of each front end: a key of the live key map, a command, a word of `--plain`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from neptune_inbox.errors import (
    AccessDenied,
    InboxError,
    KeyringAbsent,
    NotNeptune,
    TokenExpired,
    TokenRefused,
    TokenUnproven,
    Unreachable,
    Untrusted,
    may_have_acted,
)

if TYPE_CHECKING:
    from neptune_inbox.presentation.action_table import Action

AT_A_SHELL: tuple[tuple[type[InboxError], str], ...] = (
    (AccessDenied, "Ask for access to this environment, or choose another profile with --profile."),
    (KeyringAbsent, "Install one (GNOME Keyring, KWallet), or set NEPTUNE_TOKEN or token_command."),
    (NotNeptune, ""),
    (Untrusted, ""),
    (Unreachable, "Try again; `neptune-inbox doctor` looks for the reason."),
)
IN_PLAIN: tuple[tuple[type[InboxError], str], ...] = (
    (AccessDenied, "Ask for access to this environment, or choose another: profiles lists them."),
    (NotNeptune, ""),
    (Untrusted, ""),
    (Unreachable, "It is retried automatically; refresh tries now."),
)
IN_THE_APP: tuple[tuple[type[InboxError], str], ...] = (
    (AccessDenied, "profile.switch"),
    (NotNeptune, ""),
    (Untrusted, ""),
    (Unreachable, "refresh"),
)
"""The action whose key the usual remedy names."""


def at_a_shell(error: InboxError) -> InboxError:
    """The error as it is printed at a shell; the usual remedies name commands."""
    return error.saying(remedy=_chosen(error, AT_A_SHELL))


def in_plain(error: InboxError) -> str:
    """What went wrong and what to do, for `--plain`."""
    return str(error.saying(remedy=_chosen(error, IN_PLAIN)))


def in_the_app(error: InboxError, actions: Iterable[Action]) -> str:
    """What went wrong and what to do, for the screen; the usual remedies name the keys as they are now."""
    from neptune_inbox.presentation.keymap import key_label

    action = _chosen(error, IN_THE_APP)
    is_refused = isinstance(error, TokenRefused | TokenUnproven) and not isinstance(error, TokenExpired)
    if is_refused and not error.has_usual_remedy:
        # The status line may cut it, and the server's words help nobody.
        return f"The token was refused. {error.remedy}"
    if not action:
        return str(error)
    key = key_label(actions, action)
    if isinstance(error, AccessDenied):
        return f"{error.sentence} Ask for access to this environment, or choose another with `{key}`."
    return f"{error.sentence} {error.remedy.removesuffix('.')}; `{key}` tries now."


def in_a_dialog(error: InboxError, actions: Iterable[Action], submit: str, again: str = "") -> str:
    """What went wrong with what a dialog wanted to write, which only the key of `submit` tries again.

    `again` is what to know before that where the service may have done it already.
    """
    from neptune_inbox.presentation.keymap import key_label

    if again and may_have_acted(error):
        return f"{error.sentence} It is not known whether it arrived. {again}"
    is_passing = isinstance(error, Unreachable) and not isinstance(error, NotNeptune | Untrusted)
    if is_passing and error.has_usual_remedy:
        return f"{error.sentence} {key_label(actions, submit)} tries again."
    return in_the_app(error, actions)


def _chosen(error: InboxError, table: Iterable[tuple[type[InboxError], str]]) -> str:
    """What a table says of an error whose remedy is the usual one; empty where that stays."""
    if not error.has_usual_remedy:
        return ""
    return next((words for kind, words in table if isinstance(error, kind)), "")
