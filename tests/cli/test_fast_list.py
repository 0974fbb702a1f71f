"""The quick doors: what they answer is what the slow ones answer, and where they are not sure they keep silent."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from neptune_inbox import config
from neptune_inbox.cli import fast_list, fast_store
from neptune_inbox.errors import NotSignedIn
from neptune_inbox.paths import Paths
from neptune_inbox.sandbox.faults import Kind
from neptune_inbox.startup.locate import find_file, guess_profile, read_config
from neptune_inbox.store.cache import schema as cache_schema
from neptune_inbox.store.outbox import schema as state_schema
from tests.cli.shell import CUSTOMER, Result, Shell

OTHER = "eu/44 10"


@pytest.fixture
def answered(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether the quick door answered, for each command that came to it."""
    answers: list[bool] = []
    real = fast_list.list_cached

    def watched(*given: object) -> int | None:
        code = real(*given)  # type: ignore[arg-type]
        answers.append(code is not None)
        return code

    monkeypatch.setattr(fast_list, "list_cached", watched)
    return answers


@pytest.fixture
def busy(shell: Shell) -> Shell:
    """Two customers with everything that a row can be."""
    now = shell.sandbox_state.now()
    ids = [
        shell.tell(
            f"Title {number} ✓ 佐藤 🏳️‍🌈", user, created_at=now - number * 61_001, event_type=f"kind_{number % 3}"
        )
        for number in range(12)
        for user in (CUSTOMER, OTHER)
    ]
    for id in ids[:6]:
        shell.sandbox_state.mark_read("dev", id)
    shell("watch", OTHER, CUSTOMER)
    shell("list", "--type", "all")
    shell("done", ids[6], ids[0])
    shell("snooze", ids[8], "--until", "2h")
    shell("star", ids[10])
    shell("note", ids[10], "call")
    for kind, id in ((Kind.MISSING, ids[12]), (Kind.BROKEN, ids[14])):
        shell.faults.set(kind, method="POST")
        shell("mark", id, "-u", CUSTOMER, "--yes")
        shell.faults.clear()
    return shell


def without_seconds(result: Result) -> Result:
    return Result(result.code, result.out, re.sub(r"\d+s ago", "a moment ago", result.err))


class TestTheSameAnswer:
    @pytest.mark.slow
    @pytest.mark.parametrize("kind", ["all", "unread", "read"])
    @pytest.mark.parametrize("users", [[], ["-u", CUSTOMER], ["-u", OTHER, "--user", CUSTOMER], ["-u", "nobody"]])
    @pytest.mark.parametrize("limit", ["0", "5", "100"])
    def test_as_the_command_itself_gives(
        self,
        busy: Shell,
        answered: list[bool],
        monkeypatch: pytest.MonkeyPatch,
        kind: str,
        users: list[str],
        limit: str,
    ) -> None:
        arguments = ["list", "--cached", *users, "--type", kind, "--limit", limit]
        monkeypatch.setattr(fast_list, "AT_ONCE", 5)
        quick = busy(*arguments)
        assert answered == [True]
        monkeypatch.setattr(fast_list, "list_cached", lambda *_: None)
        assert without_seconds(quick) == without_seconds(busy(*arguments))

    def test_codes_are_hidden_alike_whatever_part_tells_of_them(
        self, shell: Shell, answered: list[bool], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        now, number = shell.sandbox_state.now(), 0
        for title in (
            "482913",
            "Card ending 4242 was declined",
            "Invoice #1002 is overdue",
            "G-482913 確認",
            "AB12CD",
        ):
            for event, body, data in (
                ("payment_failed", "Nothing else.", {}),
                ("otp_requested", "Hello.", {}),
                ("welcome", "Your code is 482913, AB12CD or 1002.", {}),
                ("welcome", "Hello.", {"otp": "482913", "pin": "AB12CD"}),
                ("welcome", "Hello.", {"words": "Ihr Bestätigungscode: 482913"}),
                ("one_time_thing", "Hello.", {}),
                ("mfaStep", "Hello.", {}),
            ):
                number += 1
                shell.tell(title, CUSTOMER, created_at=now - number * 61_001, event_type=event, body=body, data=data)
        shell("list", "-u", CUSTOMER)
        answered.clear()
        quick = shell("list", "--cached", "-u", CUSTOMER)
        assert answered == [True]
        monkeypatch.setattr(fast_list, "list_cached", lambda *_: None)
        assert without_seconds(quick) == without_seconds(shell("list", "--cached", "-u", CUSTOMER))
        assert "One-time codes are hidden in" in quick.err
        assert "Card ending 4242 was declined" in quick.out
        assert "••••••" in quick.out

    @pytest.mark.slow
    def test_what_is_hidden_otherwise_is_for_the_command(self, busy: Shell, answered: list[bool]) -> None:
        busy.config('[profiles.dev]\nenvironment = "dev"\napi_base = "{base}"\n[privacy]\nmask_codes = false\n')
        busy("list", "-u", CUSTOMER)
        answered.clear()
        busy("list", "--cached", "-u", CUSTOMER)
        assert answered == [False]

    @pytest.mark.slow
    def test_every_state_of_a_row_is_among_them(self, busy: Shell, answered: list[bool]) -> None:
        rows = busy("list", "--cached", "--type", "all", "--limit", "0").cells
        assert {row[0] for row in rows} == {"read", "unread", "pending", "refused"}
        assert {row[5] for row in rows} == {"", "done", "snoozed", "starred noted"}
        assert answered == [True]

    @pytest.mark.slow
    def test_a_named_profile_leads_to_its_own_rows(self, busy: Shell, answered: list[bool]) -> None:
        busy.config(
            'default_profile = "dev"\n[profiles.dev]\nenvironment = "dev"\napi_base = "{base}"\n'
            '[profiles.prod]\nenvironment = "production"\napi_base = "{base}"\n'
        )
        busy("list", "-u", CUSTOMER, "-P", "dev")
        busy("list", "-u", CUSTOMER, "-P", "prod")
        answered.clear()
        assert len(busy("list", "--cached", "-u", CUSTOMER).cells) == 7
        assert busy("list", "--cached", "-u", CUSTOMER, "-P", "prod").cells == []
        assert answered == [True, True]


class TestSilence:
    @pytest.mark.slow
    @pytest.mark.parametrize(
        "more", [["--json"], ["--csv"], ["-q", "x"], ["--limit", "many"], ["--type", "odd"], ["--bogus"], ["-u"]]
    )
    def test_what_it_does_not_know_is_for_the_command(
        self, busy: Shell, answered: list[bool], more: list[str]
    ) -> None:
        busy("list", "--cached", *more)
        assert answered == [False]

    def test_so_is_a_place_that_was_never_opened(self, shell: Shell, answered: list[bool]) -> None:
        assert shell("list", "--cached").code == 2
        assert answered == [False]

    @pytest.mark.slow
    def test_and_a_profile_that_was_changed_since(self, busy: Shell, answered: list[bool]) -> None:
        busy.config('[profiles.dev]\nenvironment = "dev"\napi_base = "{base}"\n')
        busy("list", "-u", CUSTOMER)
        busy.config('[profiles.dev]\nenvironment = "staging"\napi_base = "{base}"\n')
        answered.clear()
        assert busy("list", "--cached", "-u", CUSTOMER).cells == []
        assert answered == [False]

    @pytest.mark.slow
    def test_and_a_damaged_cache(self, busy: Shell, answered: list[bool]) -> None:
        (busy.home / "cache" / "cache.db").write_bytes(b"no database at all")
        shown = busy("list", "--cached", "-u", CUSTOMER)
        assert (shown.code, shown.out) == (0, "")
        assert answered == [False]

    @pytest.mark.slow
    def test_and_a_terminal(self, busy: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
        assert fast_list.list_cached(["--cached"], busy.environment) is None


class TestWhereThingsAre:
    @pytest.mark.parametrize(
        "environ",
        [
            {"NEPTUNE_INBOX_HOME": "/some/where"},
            {"NEPTUNE_INBOX_HOME": "relative/home"},
            {"HOME": "/home/me"},
            {"HOME": "/home/me", "XDG_CACHE_HOME": "/fast/cache", "XDG_STATE_HOME": "not/absolute"},
        ],
    )
    def test_the_files_are_where_the_rest_of_the_program_has_them(self, environ: dict[str, str]) -> None:
        if sys.platform != "linux":
            pytest.skip("elsewhere it keeps silent")
        paths = Paths.find(environ)
        assert find_file("config", "config.toml", environ) == str(paths.config_file)
        assert find_file("state", "state.db", environ) == str(paths.state_db)
        assert find_file("cache", "cache.db", environ) == str(paths.cache_db)

    def test_without_a_home_it_keeps_silent(self) -> None:
        assert find_file("cache", "cache.db", {}) is None
        assert read_config({}) is None

    @pytest.mark.parametrize(
        "text",
        [
            "",
            '[profiles.one]\nenvironment = "dev"\n[profiles.two]\nenvironment = "live"\n',
            'default_profile = "two"\n[profiles.one]\nenvironment = "dev"\n[profiles.two]\nenvironment = "live"\n',
            'default_profile = "b" # mine\n[profiles.a]\nenvironment = "dev"\n[profiles.b]\nenvironment = "x"\n',
            '[ui]\nundo_seconds = 3\n[profiles."a.b"]\nenvironment = "dev"\n',
            '# default_profile = "one"\n[profiles.one]\nenvironment = "dev"\n',
        ],
    )
    @pytest.mark.parametrize("environ", [{}, {"NEPTUNE_ENV": "dev"}, {"NEPTUNE_API_BASE": "https://other.example"}])
    def test_a_guess_is_right_or_there_is_none(self, text: str, environ: dict[str, str]) -> None:
        guess = guess_profile(text, environ)
        try:
            real = config.profile_from(config.parse(text, Path("config.toml")), None, environ)
        except NotSignedIn:
            assert guess is None
        else:
            assert guess in (None, real.name)


def test_its_statements_were_written_for_the_stores_of_today() -> None:
    assert {"main": len(cache_schema.MIGRATIONS), "state": len(state_schema.MIGRATIONS)} == fast_store.VERSIONS
