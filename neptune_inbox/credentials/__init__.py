"""The token: from the environment, a command, the OS keyring, or this session's memory; never from a file of ours."""

from neptune_inbox.credentials.os_keyring import KeyringReport, OsKeyring
from neptune_inbox.credentials.tokens import (
    Claims,
    claims,
    parse_pasted_token,
    token_from_environment,
    unlike_a_token,
)
from neptune_inbox.credentials.vault import Vault

__all__ = [
    "Claims",
    "KeyringReport",
    "OsKeyring",
    "Vault",
    "claims",
    "parse_pasted_token",
    "token_from_environment",
    "unlike_a_token",
]
