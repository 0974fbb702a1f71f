"""What is a token and what is none, what a JWT says of itself, and how a password manager is asked for one."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import os
import pickle
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neptune_inbox.credentials import claims, parse_pasted_token, token_from_environment
from neptune_inbox.credentials.token_command import run_token_command
from neptune_inbox.errors import SignInProblem, TokenMalformed
from neptune_inbox.model import Token
from tests.processes import ends, python

SECRET = "canary-5e6f7a8b9c"


def jwt(payload: object, header: object = None) -> Token:
    parts = [json.dumps(part).encode() for part in (header or {"alg": "HS256", "typ": "JWT"}, payload)]
    return Token(".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts) + ".c2lnbmF0dXJl")


# --- what is pasted -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "pasted",
    [
        "{}",
        "  {}\n",
        '"{}"',
        "'{}'\r\n",
        "`{}`",
        "Bearer {}",
        '"bearer  {}" ',
        "Authorization: Bearer {}",
        "NEPTUNE_TOKEN={}",
    ],
)
def test_what_people_paste_around_a_token_is_taken_off(pasted: str) -> None:
    assert parse_pasted_token(pasted.format(SECRET)).reveal() == SECRET


@pytest.mark.parametrize(
    ("pasted", "fault"),
    [
        ("", "it is empty"),
        ("Bearer ", "7 characters|it is empty|6 characters"),
        (f"{SECRET}\n{SECRET}", "it holds a line break"),
        (f"{SECRET} {SECRET}", "it holds a space"),
        ("https://dashboard.teurons.com/team", "it is a web address"),
        ("••••••••••••", "it is the masked form"),
        ("************", "it is the masked form"),
        (f"{SECRET}…", "it was cut off"),
        (f"{SECRET}\x1b[31m", "a character that no token has"),
        (f"{SECRET}é", "a character that no token has"),
        ("short", "it has 5 characters"),
        ("x" * 4_097, "it has 4,097 characters"),
    ],
)
def test_what_is_no_token_is_told_apart_without_showing_it(pasted: str, fault: str) -> None:
    with pytest.raises(TokenMalformed, match=fault) as caught:
        parse_pasted_token(pasted)
    assert SECRET not in str(caught.value)


@given(st.text(max_size=40))
def test_a_token_that_is_let_through_can_stand_in_a_header(text: str) -> None:
    with contextlib.suppress(TokenMalformed):
        value = parse_pasted_token(text).reveal()
        assert value.isascii()
        assert value.isprintable()
        assert " " not in value


def test_a_box_shows_its_token_to_nobody() -> None:
    token = Token(SECRET)
    assert SECRET not in f"{token} {token!r} {[token]}"
    with pytest.raises(TypeError):
        pickle.dumps(token)


# --- the environment ------------------------------------------------------------------------------


def test_the_variable_is_gone_once_it_was_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEPTUNE_TOKEN", SECRET)
    token = token_from_environment()
    assert token is not None
    assert token.reveal() == SECRET
    assert "NEPTUNE_TOKEN" not in os.environ
    assert token_from_environment() is None


def test_a_broken_variable_is_named_and_gone_as_well() -> None:
    env = {"NEPTUNE_TOKEN": f"{SECRET} x"}
    with pytest.raises(TokenMalformed, match="NEPTUNE_TOKEN is not a token: it holds a space"):
        token_from_environment(env)
    assert env == {}


# --- claims ---------------------------------------------------------------------------------------


def test_a_jwt_says_whose_it_is_and_when_it_ends() -> None:
    told = claims(jwt({"exp": 1_700_000_000, "iat": 1.5, "iss": "neptune", "sub": 7, "jti": "j", "team_id": "acme"}))
    assert told is not None
    assert (told.expires_at, told.subject, told.team) == (1_700_000_000_000, "7", "acme")
    assert told.is_expired(1_700_000_000_000)
    assert not told.is_expired(1_699_999_999_999)


def test_a_jwt_without_an_end_never_expires() -> None:
    told = claims(jwt({"team": {"id": 12, "name": "Acme"}}))
    assert told is not None
    assert told.team == "12"
    assert not told.is_expired(10**15)


@pytest.mark.parametrize(
    "payload", [{"exp": "soon"}, {"exp": -1}, {"exp": True}, {"exp": 1e300}, {"exp": [1]}, {"exp": float("nan")}]
)
def test_an_odd_end_is_no_end(payload: object) -> None:
    told = claims(jwt(payload))
    assert told is not None
    assert told.expires_at is None


def test_claims_are_text_from_outside() -> None:
    told = claims(jwt({"sub": "x\x1b]0;PWN\x07", "team": "a\u202eb"}))
    assert told is not None
    assert (told.subject, told.team) == ("x\ufffd]0;PWN\ufffd", "ab")


@pytest.mark.parametrize("text", [SECRET, "a.b.c-------", "e30.e30", "e30.W10.x", "....", "e30.é.x", "W10.e30.x"])
def test_a_plain_token_has_no_claims(text: str) -> None:
    assert claims(Token(text)) is None


# --- the token command ----------------------------------------------------------------------------


async def test_the_first_line_of_the_command_is_the_token() -> None:
    token = await run_token_command(python(f"print('  {SECRET}  '); print('user: rajiv'); print('x' * 200_000)"))
    assert token.reveal() == SECRET


async def test_nothing_in_the_command_is_read_by_a_shell(tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    argv = (*python("import sys; print(sys.argv[1])"), f"$(touch${{IFS}}{trap});`touch${{IFS}}{trap}`|&>")
    assert (await run_token_command(argv)).reveal() == argv[-1]
    assert not trap.exists()


@pytest.mark.parametrize(
    ("argv", "sentence"),
    [
        (("/no/such/pass", "show"), "The token command `pass` did not run: No such file or directory."),
        (python(f"print('{SECRET}'); raise SystemExit(3)"), "ended with code 3."),
        (python("pass"), "is not a token: it is empty."),
        (python(f"print('{SECRET} two')"), "is not a token: it holds a space."),
    ],
)
async def test_a_command_that_fails_is_named_without_its_output(argv: Sequence[str], sentence: str) -> None:
    with pytest.raises(SignInProblem) as caught:
        await run_token_command(argv)
    assert sentence in caught.value.sentence
    assert SECRET not in str(caught.value)


async def test_a_command_that_hangs_is_ended_with_its_children(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    code = (
        "import subprocess, sys; child = subprocess.Popen(['sleep', '60']);"
        "open(sys.argv[1], 'w').write(str(child.pid)); child.wait()"
    )
    with pytest.raises(SignInProblem, match=r"took longer than 1\.5 seconds"):
        await run_token_command((*python(code), str(pid_file)), patience=1.5)
    assert await asyncio.to_thread(ends, int(pid_file.read_text()))
