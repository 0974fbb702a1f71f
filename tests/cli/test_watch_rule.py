"""Watching by rule: a command or a file says whom, every command follows it, and what is wrong with it is told."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neptune_inbox.doors import is_id
from neptune_inbox.store.outbox.schema import open_state
from neptune_inbox.store.triage import TriageStore
from neptune_inbox.store.watch_rule import WatchRuleStore
from neptune_inbox.sync.customers import watch_source
from neptune_inbox.sync.customers.watch_source import ids_of
from neptune_inbox.text import clean_line
from tests.cli.shell import CUSTOMER, Shell

PROFILE = '[profiles.dev]\nenvironment = "dev"\napi_base = "{base}"\nedge_base = "{base}"\n'
HOSTILE = ("u-1\x1b[2J", "\u202eexe.4-u", "a\tb", "x" * 513, "u-\udcff")


def by_file(shell: Shell, *ids: str) -> Path:
    """A list in a file, which the settings name."""
    file = shell.home / "customers.txt"
    shell.config(f"{PROFILE}[watch]\nusers_file = {json.dumps(str(file))}\n")
    write(file, *ids)
    return file


def write(file: Path, *ids: str) -> None:
    # A file of its own, as editors make it: another inode, whatever the clock says.
    new = file.with_suffix(".new")
    new.write_bytes("".join(f"{id}\n" for id in ids).encode(errors="surrogateescape"))
    new.replace(file)


def by_command(shell: Shell, script: str) -> None:
    words = json.dumps([sys.executable, "-c", script])
    shell.config(f"{PROFILE}[watch]\nusers_from = {words}\n")


def watched(shell: Shell) -> list[str]:
    return [each["user_id"] for each in shell("watch", "--json").json]


class TestAFile:
    def test_list_and_poll_follow_it_as_it_changes(self, shell: Shell) -> None:
        file = by_file(shell, CUSTOMER, "u-2")
        shell.tell("Hello")
        assert [row["title"] for row in shell("list", "--json").json] == ["Hello"]
        assert watched(shell) == [CUSTOMER, "u-2"]
        write(file, "u-2", "u-3")
        assert "2 customers asked" in shell("poll", "--once").err
        assert watched(shell) == ["u-2", "u-3"]

    @pytest.mark.slow
    def test_who_was_watched_before_stays_and_who_was_sent_away_stays_away(self, shell: Shell) -> None:
        file = by_file(shell, CUSTOMER, "u-2", "u-3")
        shell("watch", CUSTOMER)
        shell("count")
        shell("unwatch", "u-3")
        write(file, "u-2", "u-3")
        shell("count")
        assert watched(shell) == [CUSTOMER, "u-2"]
        write(file, "u-4")
        shell("count")
        assert watched(shell) == [CUSTOMER, "u-4"]

    @pytest.mark.slow
    def test_a_line_that_is_no_id_is_refused_and_told_and_the_others_are_watched(self, shell: Shell) -> None:
        by_file(shell, CUSTOMER, *HOSTILE, "", f"  {CUSTOMER}  ")
        shown = shell("list")
        assert shown.code == 0
        assert shown.err.count("of the watch list") == 3
        assert "Line 2 of the watch list contains characters that cannot be shown" in shown.err
        assert "2 more lines were refused." in shown.err
        assert "\x1b" not in shown.err
        assert watched(shell) == [CUSTOMER]
        [finding] = [each for each in shell("doctor", "--json").json if each["what"] == "watch list"]
        assert finding["level"] == "warn"
        assert "names 1 customer;" in finding["found"]

    @pytest.mark.slow
    @pytest.mark.parametrize("ids", [(), ("",), HOSTILE])
    def test_a_list_that_names_nobody_changes_nothing(self, shell: Shell, ids: tuple[str, ...]) -> None:
        file = by_file(shell, CUSTOMER)
        shell("count")
        write(file, *ids)
        assert "names no customers" in shell("count").err
        file.unlink()
        assert "cannot be read" in shell("count").err
        assert watched(shell) == [CUSTOMER]

    def test_a_named_customer_and_the_cache_alone_ask_for_no_list(self, shell: Shell) -> None:
        by_file(shell, CUSTOMER)
        shell("list", "-u", "u-9")
        shell("list", "--cached", "-u", "u-9")
        assert watched(shell) == []


class TestACommand:
    def test_it_runs_without_a_shell_and_without_the_token(self, shell: Shell) -> None:
        by_command(shell, "import os; print('has-token' if 'NEPTUNE_TOKEN' in os.environ else '$(u-1)')")
        shell("count")
        assert watched(shell) == ["$(u-1)"]

    def test_it_is_not_run_again_before_its_time(self, shell: Shell) -> None:
        runs = shell.home / "runs"
        by_command(shell, f"open({str(runs)!r}, 'a').write('x'); print('u-1')")
        for _ in range(3):
            shell("count")
        assert runs.read_text() == "x"

    @pytest.mark.slow
    @pytest.mark.parametrize(
        ("script", "words"),
        [
            ("raise SystemExit(3)", "ended with code 3"),
            ("print('x' * 2_000_000)", "larger than 1 MiB"),
            ("import time; time.sleep(60)", "took longer than"),
            ("print(*range(5), sep='\\n')", "Line 4 of the watch list exceeds the limit"),
        ],
    )
    def test_what_goes_wrong_is_told_and_known_to_doctor(
        self, shell: Shell, monkeypatch: pytest.MonkeyPatch, script: str, words: str
    ) -> None:
        monkeypatch.setattr(watch_source, "PATIENCE", 2.0)
        monkeypatch.setattr(watch_source, "MOST", 3)
        by_command(shell, script)
        shell("watch", CUSTOMER)
        assert shell("count").code == 0
        found = [each for each in shell("doctor", "--json").json if each["what"] == "watch list"]
        assert words in found[0]["found"]

    def test_one_that_is_not_there(self, shell: Shell) -> None:
        shell.config(f'{PROFILE}[watch]\nusers_from = ["/nowhere/crm"]\n')
        shell("watch", CUSTOMER)
        assert "`crm` did not run" in shell("count").err


@given(st.lists(st.one_of(st.binary(max_size=30), st.text(max_size=20).map(str.encode)), max_size=12))
def test_whatever_a_list_holds_only_ids_come_of_it(lines: list[bytes]) -> None:
    ids, refused = ids_of(b"\n".join(lines))
    assert all(is_id(id) and id.isprintable() for id in ids)
    assert len(ids) == len(set(ids))
    assert all(clean_line(sentence) == sentence for sentence in refused)


@pytest.mark.slow
@given(st.data())
def test_whom_the_agent_chose_is_never_touched(data: st.DataObject) -> None:
    """Against a model: watched are those the agent chose, and those the list named who were not sent away since."""
    database = open_state(None, lambda: 1)
    rule, triage = WatchRuleStore(database, "t", lambda: 1), TriageStore(database, "t", lambda: 1)
    users = st.sampled_from("abcdef")
    chosen: set[str] = set()
    listed: set[str] = set()
    away: set[str] = set()
    by_rule: set[str] = set()
    for _ in range(data.draw(st.integers(1, 12))):
        if data.draw(st.booleans()):
            ids = data.draw(st.lists(users, unique=True, min_size=1))
            rule.apply("dev", "s", ids, [])
            by_rule = {user for user in by_rule if user in ids} | {
                user for user in ids if user not in listed and user not in chosen | by_rule
            }
            listed = set(ids)
        elif (user := data.draw(users)) in chosen | by_rule:
            triage.unwatch(user)
            chosen, by_rule, away = chosen - {user}, by_rule - {user}, away | {user}
        elif user not in away:
            triage.watch(user)
            chosen |= {user}
        assert set(triage.watched()) == chosen | by_rule
    database.close()
