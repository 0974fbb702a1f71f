"""What to do next, for somebody at a shell: errors whose usual remedy names a key get one that names a command."""

from __future__ import annotations

from neptune_inbox.errors import AccessDenied, InboxError, KeyringAbsent, NotNeptune, Unreachable, Untrusted

REMEDIES: tuple[tuple[type[InboxError], str], ...] = (
    (AccessDenied, "Ask for access to this environment, or choose another profile with --profile."),
    (KeyringAbsent, "Install one (GNOME Keyring, KWallet), or set NEPTUNE_TOKEN or token_command."),
    (NotNeptune, ""),
    (Untrusted, ""),
    (Unreachable, "Try again; `neptune-inbox doctor` looks for the reason."),
)


def for_the_command_line(error: InboxError) -> InboxError:
    """The same error; where its remedy is the usual one and speaks of keys, it speaks of commands now."""
    if error.remedy == type(error).default_remedy:
        for kind, remedy in REMEDIES:
            if isinstance(error, kind):
                error.remedy = remedy or error.remedy
                break
    return error
