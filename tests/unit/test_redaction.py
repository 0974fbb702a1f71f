"""What keeps a token out of words, cores and the environment of a process."""

from __future__ import annotations

import subprocess
import sys

import pytest

from neptune_inbox.credentials import parse_pasted_token
from neptune_inbox.masking import mask, register_secret

OPAQUE = "opaque-7b6a5c4d3e2f1908"


def test_a_token_that_passed_the_gate_is_masked_wherever_it_stands() -> None:
    parse_pasted_token(f" {OPAQUE}\n")
    assert mask(f"cannot send {OPAQUE!r} to x?token={OPAQUE}&y") == "cannot send '••••' to x?token=••••&y"


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer never-seen-before",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0aaaa.c2lnbmF0dXJl",
        '{"api_token": "never-seen-before"}',
    ],
)
def test_what_only_looks_like_one_is_masked_too(text: str) -> None:
    assert "••••" in mask(text)
    assert "never-seen" not in mask(text)


def test_other_words_stay() -> None:
    assert mask("Card ending 4242 was declined") == "Card ending 4242 was declined"


def test_the_tokens_of_a_long_life_do_not_pile_up() -> None:
    for number in range(100):
        register_secret(f"of-a-long-life-{number}")
    assert mask("of-a-long-life-99 of-a-long-life-9x") == "•••• of-a-long-life-9x"
    assert mask("of-a-long-life-1 ") == "of-a-long-life-1 "


@pytest.mark.skipif(sys.platform != "linux", reason="what the kernel shows is read from /proc")
def test_a_process_that_took_its_token_shows_it_no_more() -> None:
    code = (
        "import os, pathlib, resource\n"
        "from neptune_inbox.credentials import token_from_environment\n"
        "before = pathlib.Path('/proc/self/environ').read_bytes()\n"
        "token = token_from_environment()\n"
        f"assert {OPAQUE.encode()!r} in before, 'it is there at first'\n"
        f"assert token.reveal() == {OPAQUE!r}\n"
        f"assert {OPAQUE.encode()!r} not in pathlib.Path('/proc/self/environ').read_bytes()\n"
        "assert resource.getrlimit(resource.RLIMIT_CORE) == (0, 0)\n"
        "assert 'NEPTUNE_TOKEN' not in os.environ\n"
    )
    subprocess.run([sys.executable, "-c", code], env={"NEPTUNE_TOKEN": OPAQUE, "PYTHONPATH": "."}, check=True)
