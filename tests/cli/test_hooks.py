"""Hooks: what arrives is handed to commands by whoever polls; how each is doing, and one of them on trial."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jsonschema_rs
import pytest

from neptune_inbox.cli.schemas import SCHEMAS
from neptune_inbox.sandbox.faults import Kind
from tests.cli.shell import CUSTOMER, Shell
from tests.cli.test_poll import ended, started
from tests.hostile import hostile_rows

PROFILE = """
[profiles.acme]
environment = "dev"
api_base = "{base}"
edge_base = "{base}"
"""


def hook(name: str, *command: str, query: str = "is:unread", batch: str = "0s", time_limit: str = "20s") -> str:
    """One hook, as it is written in config.toml."""
    values = {"query": query, "command": list(command), "batch": batch, "time_limit": time_limit}
    return f"[hooks.{name}]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in values.items())


@dataclass
class Pager:
    """A command that keeps what it is handed, after every run of it."""

    file: Path

    @property
    def command(self) -> tuple[str, ...]:
        return ("tee", "-a", str(self.file))

    @property
    def rows(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.file.read_text().splitlines()] if self.file.exists() else []

    @property
    def ids(self) -> list[str]:
        return [row["id"] for row in self.rows]


@pytest.fixture
def pager(tmp_path: Path) -> Pager:
    return Pager(tmp_path / "paged.jsonl")


@pytest.fixture
def let_pass(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Moves the clock of everything in this process on by so many seconds."""
    ahead = [0.0]
    clock = SimpleNamespace(**{name: getattr(time, name) for name in dir(time) if not name.startswith("_")})
    clock.time_ns = lambda: time.time_ns() + int(ahead[0] * 1e9)
    monkeypatch.setattr("neptune_inbox.wiring.workspace.time", clock)

    def move(seconds: float) -> None:
        ahead[0] += seconds

    return move


def watching(shell: Shell, *hooks: str) -> None:
    """Somebody is watched, their first look is over, and these hooks are set."""
    shell.tell("There before")
    shell.config(PROFILE + "".join(hooks))
    shell("watch", CUSTOMER)
    assert shell("poll", "--once").code == 0


def state(shell: Shell, name: str = "pager") -> dict[str, Any]:
    shown = shell("hooks", "--json")
    jsonschema_rs.validator_for(SCHEMAS["hooks list"]).validate(shown.json)
    [found] = [each for each in shown.json if each["name"] == name]
    return dict(found)


class TestArrivals:
    @pytest.mark.slow
    def test_what_arrives_is_handed_over_once_and_a_first_look_is_not(self, shell: Shell, pager: Pager) -> None:
        watching(shell, hook("pager", *pager.command))
        assert pager.rows == [], "what was there at the first look did not arrive"
        first, second = shell.tell("Card declined", event_type="payment_failed"), shell.tell("Again")
        assert shell("poll", "--once").code == 10
        assert pager.ids == [first, second]
        listed = next(row for row in shell("list", "--json").json if row["id"] == first)
        del listed["skipped"]
        assert pager.rows[0] == listed
        shell("poll", "--once")
        assert pager.ids == [first, second], "once it is taken it is not handed over again"
        assert (state(shell)["handed"], state(shell)["waiting"], state(shell)["exit_code"]) == (2, 0, 0)

    @pytest.mark.slow
    def test_only_what_the_query_finds(self, shell: Shell, pager: Pager, tmp_path: Path) -> None:
        other = Pager(tmp_path / "other.jsonl")
        watching(
            shell,
            hook("pager", *pager.command, query="event:payment_*"),
            hook("other", *other.command, query="-event:payment_* welcome"),
        )
        paid = shell.tell("Card declined", event_type="payment_failed")
        welcome = shell.tell("Welcome back", event_type="greeting")
        shell.tell("Goodbye", event_type="greeting")
        shell("poll", "--once")
        assert (pager.ids, other.ids) == ([paid], [welcome])
        assert state(shell, "other")["waiting"] == 0, "what does not match waits for nothing"

    @pytest.mark.slow
    def test_what_another_command_fetched_arrived_as_well(self, shell: Shell, pager: Pager) -> None:
        watching(shell, hook("pager", *pager.command))
        id = shell.tell("Seen by a list first")
        assert id in [row["id"] for row in shell("list", "--json").json]
        assert state(shell)["waiting"] == 1
        assert shell("poll", "--once").code == 0
        assert pager.ids == [id]

    @pytest.mark.slow
    def test_a_new_hook_starts_with_what_comes_from_then_on(self, shell: Shell, pager: Pager) -> None:
        watching(shell)
        shell.tell("Came before the hook")
        shell("poll", "--once")
        shell.config(PROFILE + hook("pager", *pager.command))
        shell("hooks")
        id = shell.tell("Came after")
        shell("poll", "--once")
        assert pager.ids == [id]

    @pytest.mark.slow
    def test_more_than_a_page_comes_in_order_the_oldest_first(self, shell: Shell, pager: Pager) -> None:
        watching(shell, hook("pager", *pager.command))
        ids = shell.tell_many(230)
        now = shell.sandbox_state.now()
        ids += [shell.tell(f"All at once {i}", created_at=now) for i in range(70)]
        shell("poll", "--once")
        assert sorted(pager.ids) == sorted(ids)
        assert pager.ids[:230] == ids[:230]
        assert shell("hooks").cells[0][0] == "pager"

    @pytest.mark.slow
    def test_older_pages_and_customers_who_are_new_do_not_arrive(self, shell: Shell, pager: Pager) -> None:
        shell.tell_many(260)
        watching(shell, hook("pager", *pager.command))
        shell("list", "--limit", "0")
        shell.tell("Another's", "u-2")
        shell("watch", "u-2")
        shell("poll", "--once")
        assert pager.ids == []
        id = shell.tell("Now it counts", "u-2")
        shell("poll", "--once")
        assert pager.ids == [id]

    @pytest.mark.slow
    def test_the_cache_may_be_lost_while_a_command_fails(
        self, shell: Shell, pager: Pager, let_pass: Callable[[float], None]
    ) -> None:
        watching(shell, hook("pager", "false"))
        ids = [shell.tell("One"), shell.tell("Two")]
        assert shell("poll", "--once").code == 1
        for file in (shell.home / "cache").glob("cache.db*"):
            file.unlink()
        shell.config(PROFILE + hook("pager", *pager.command))
        let_pass(600)
        shell("poll", "--once")
        assert sorted(pager.ids) == sorted(ids), "of what was there before, only what was owed"

    @pytest.mark.slow
    def test_an_endless_poll_hands_over_what_comes_within_the_batch_together(
        self, shell: Shell, pager: Pager, tmp_path: Path
    ) -> None:
        runs = tmp_path / "runs"
        script = tmp_path / "pager.sh"
        script.write_text(f"#!/bin/sh\ncat >> {pager.file}\necho run >> {runs}\n")
        script.chmod(0o700)
        watching(shell, hook("pager", str(script), batch="3s"))
        process = started(shell, "poll", "--jsonl")
        try:
            ids = [shell.tell("One"), shell.tell("Two")]
            deadline = time.monotonic() + 60
            while not runs.exists() and time.monotonic() < deadline:
                process.poll()
            assert pager.ids == ids
            assert runs.read_text().count("run") == 1
            beside = shell.tell("Three")
            shell("poll", "--once")
            while len(pager.ids) < 3 and time.monotonic() < deadline:
                process.poll()
            assert pager.ids == [*ids, beside]
        finally:
            ended(process)


class TestHostile:
    @pytest.mark.slow
    def test_hostile_rows_reach_the_command_as_json_and_nothing_else(self, shell: Shell, pager: Pager) -> None:
        watching(shell, hook("pager", *pager.command, query=""))
        put = [row.put_into(shell.sandbox_state, "dev", CUSTOMER).uuid for row in hostile_rows()]
        shell("poll", "--once")
        assert sorted(pager.ids) == sorted(put)
        text = pager.file.read_bytes()
        assert all(byte == 0x0A or 0x20 <= byte < 0x7F for byte in text), "every other character is escaped"

        def refuse(word: str) -> None:
            raise AssertionError(f"{word} is not JSON")

        for line in text.splitlines():
            json.loads(line, parse_constant=refuse)

    @pytest.mark.slow
    def test_neither_the_token_nor_a_variable_of_ours_is_in_its_environment(
        self, shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        seen = tmp_path / "environment.json"
        script = f"import json, os; json.dump(dict(os.environ), open({str(seen)!r}, 'w'))"
        watching(shell, hook("pager", sys.executable, "-c", script))
        monkeypatch.setenv("SAME_TOKEN", shell.token.reveal())
        monkeypatch.setenv("PAGER_KEY", "kept")
        shell.tell("Secret?")
        shell("poll", "--once")
        environment = json.loads(seen.read_text())
        assert environment["PAGER_KEY"] == "kept"
        assert not [name for name in environment if name.startswith("NEPTUNE_")]
        assert shell.token.reveal() not in seen.read_text()

    def test_no_shell_reads_its_words(self, shell: Shell, tmp_path: Path, pager: Pager) -> None:
        watching(shell, hook("pager", "tee", "-a", str(pager.file), f"{tmp_path}/$(touch {tmp_path}/run);`true`"))
        shell.tell("$(touch /tmp/never)")
        shell("poll", "--once")
        assert not (tmp_path / "run").exists()


class TestTrouble:
    @pytest.mark.slow
    def test_a_command_that_fails_gets_the_same_again_later_and_is_told_of(
        self, shell: Shell, pager: Pager, tmp_path: Path, let_pass: Callable[[float], None]
    ) -> None:
        script = tmp_path / "pager.sh"
        script.write_text(f"#!/bin/sh\ncat >> {pager.file}\necho 'no route to\033[31m pager' >&2\nexit 7\n")
        script.chmod(0o700)
        watching(shell, hook("pager", str(script)))
        id = shell.tell("Card declined")
        shown = shell("poll", "--once")
        assert shown.code == 1
        assert "The hook `pager` failed: exit code 7. no route to\ufffd[31m pager" in shown.err
        told = state(shell)
        assert (told["failures"], told["exit_code"], told["errors"].strip()) == (1, 7, "no route to\ufffd[31m pager")
        [finding] = [each for each in shell("doctor", "--json").json if each["what"] == "hook"]
        assert finding["level"] == "warn"
        assert "exit code 7; no route to\ufffd[31m pager" in finding["found"]
        later = shell.tell("Later")
        assert shell("poll", "--once").code == 10
        assert pager.ids == [id], "it is left alone for a while"
        script.write_text(f"#!/bin/sh\ncat >> {pager.file}\n")
        let_pass(600)
        shell("poll", "--once")
        assert pager.ids == [id, id, later]
        assert (state(shell)["failures"], state(shell)["errors"]) == (0, "")
        [finding] = [each for each in shell("doctor", "--json").json if each["what"] == "hook"]
        assert finding["level"] == "ok"

    @pytest.mark.slow
    def test_what_is_always_refused_is_named_shown_and_skipped_on_consent(
        self, shell: Shell, pager: Pager, tmp_path: Path, let_pass: Callable[[float], None]
    ) -> None:
        script = tmp_path / "pager.sh"
        script.write_text(f'#!/bin/sh\nx=$(cat)\ncase "$x" in *Cursed*) exit 65;; esac\necho "$x" >> {pager.file}\n')
        script.chmod(0o700)
        watching(shell, hook("pager", str(script)))
        nothing = shell("hooks", "skip", "pager", "--yes")
        assert (nothing.code, nothing.out) == (0, "")
        assert "is not refusing anything now, so nothing was skipped" in nothing.err
        first, cursed, last = (shell.tell(title) for title in ("First", "Cursed \033[31m", "Last"))
        told = ""
        for _ in range(8):
            told += shell("poll", "--once").err
            let_pass(600)
        assert pager.ids == [first]
        assert f"It refuses {CUSTOMER}/{cursed} on its own, and 1 more waits behind it" in told
        [finding] = [each for each in shell("doctor", "--json").json if each["what"] == "hook"]
        assert "refuses one notification on its own" in finding["found"]
        assert "`neptune-inbox hooks skip pager` leaves out what it refuses" in finding["remedy"]
        before = state(shell)
        for arguments, code in ((("--dry-run",), 0), ((), 2)):
            shown = shell("hooks", "skip", "pager", *arguments)
            assert shown.code == code
            assert f"{CUSTOMER}/{cursed}" in shown.out
            assert "\033" not in shown.out
            assert state(shell) == before, "nothing was agreed to"
        skipped = shell("hooks", "skip", "pager", "--yes", "--json")
        jsonschema_rs.validator_for(SCHEMAS["hooks skip"]).validate(skipped.json)
        assert (skipped.code, skipped.json["id"], skipped.json["is_skipped"]) == (0, cursed, True)
        shell("poll", "--once")
        assert pager.ids == [first, last]
        assert cursed in [row["id"] for row in shell("list", "--cached", "--json").json], "the list keeps it"
        assert state(shell)["waiting"] == 0

    @pytest.mark.slow
    def test_one_that_hangs_is_stopped_with_all_that_it_started(self, shell: Shell, tmp_path: Path) -> None:
        script = tmp_path / "hang.sh"
        script.write_text(f"#!/bin/sh\nsleep 300 &\necho $! > {tmp_path}/pid\nwait\n")
        script.chmod(0o700)
        watching(shell, hook("pager", str(script), time_limit="1s"))
        shell.tell("Hang")
        assert "It was stopped because it had not ended after 1 s." in shell("poll", "--once").err
        assert state(shell)["exit_code"] is None
        left = Path(f"/proc/{(tmp_path / 'pid').read_text().strip()}/stat")
        assert not left.exists() or left.read_text().split()[2] == "Z"

    @pytest.mark.slow
    def test_one_that_is_missing_is_named(self, shell: Shell) -> None:
        watching(shell, hook("pager", "/nowhere/at-all"))
        shell.tell("Missing")
        assert "/nowhere/at-all could not be started: No such file or directory." in shell("poll", "--once").err
        assert state(shell)["waiting"] == 1

    @pytest.mark.slow
    def test_one_that_reads_nothing_and_ends_well_has_taken_it(self, shell: Shell) -> None:
        watching(shell, hook("pager", "true"))
        for number in range(120):
            shell.tell(f"Number {number}", body="x" * 4_000)
        assert shell("poll", "--once").code == 10
        assert (state(shell)["handed"], state(shell)["waiting"]) == (120, 0)

    @pytest.mark.slow
    def test_one_that_goes_on_in_the_background_has_ended(self, shell: Shell, tmp_path: Path) -> None:
        script = tmp_path / "background.sh"
        script.write_text(f"#!/bin/sh\nsleep 20 &\necho $! > {tmp_path}/pid\n")
        script.chmod(0o700)
        watching(shell, hook("pager", str(script), time_limit="10s"))
        shell.tell("In the background")
        assert shell("poll", "--once").code == 10
        pid = int((tmp_path / "pid").read_text())
        assert Path(f"/proc/{pid}").exists() or sys.platform != "linux"
        assert state(shell)["failures"] == 0

    def test_one_hook_that_fails_does_not_hold_up_another(self, shell: Shell, pager: Pager) -> None:
        watching(shell, hook("broken", "false"), hook("pager", *pager.command))
        id = shell.tell("Card declined")
        assert shell("poll", "--once").code == 1
        assert pager.ids == [id]
        assert state(shell, "broken")["failures"] == 1

    @pytest.mark.slow
    def test_the_service_may_be_in_trouble_while_something_waits(
        self, shell: Shell, pager: Pager, let_pass: Callable[[float], None]
    ) -> None:
        watching(shell, hook("pager", "false"))
        id = shell.tell("Card declined")
        shell("poll", "--once")
        shell.config(PROFILE + hook("pager", *pager.command))
        shell.faults.set(Kind.BROKEN)
        let_pass(600)
        assert shell("poll", "--once").code == 4
        assert pager.ids == [id]


class TestTrying:
    @pytest.mark.slow
    def test_the_last_match_is_handed_over_and_what_comes_of_it_is_shown(self, shell: Shell, tmp_path: Path) -> None:
        script = tmp_path / "try.sh"
        script.write_text("#!/bin/sh\nwc -l\necho oops >&2\nexit 3\n")
        script.chmod(0o700)
        watching(shell, hook("pager", str(script), query="declined"))
        shell.tell("Card declined")
        id = shell.tell("Card declined again")
        shell.tell("Welcome")
        shell("list")
        before = state(shell)
        shown = shell("hooks", "test", "pager", "--json")
        jsonschema_rs.validator_for(SCHEMAS["hooks test"]).validate(shown.json)
        assert shown.code == 1
        told = shown.json
        assert (told["id"], told["exit_code"], told["stdout"].strip(), told["stderr"]) == (id, 3, "1", "oops\n")
        assert state(shell) == before, "what waits goes on waiting"
        text = shell("hooks", "test", "pager").out
        assert "it failed with exit code 3" in text
        assert "oops" in text

    def test_without_a_match_nothing_is_run(self, shell: Shell, pager: Pager) -> None:
        watching(shell, hook("pager", *pager.command, query="event:never"))
        shown = shell("hooks", "test", "pager")
        assert shown.code == 1
        assert "so nothing was run" in shown.err
        assert pager.rows == []

    def test_a_name_that_no_hook_has(self, shell: Shell) -> None:
        watching(shell, hook("pager", "true"))
        shown = shell("hooks", "test", "pagr")
        assert shown.code == 2
        assert "There is no hook `pagr`." in shown.err

    def test_without_a_hook_the_list_says_how_to_set_one(self, shell: Shell) -> None:
        shell.config(PROFILE)
        shown = shell("hooks")
        assert (shown.code, shown.out) == (0, "")
        assert "neptune-inbox help hooks" in shown.err

    def test_what_is_wrong_in_the_settings_is_named(self, shell: Shell) -> None:
        for text, words in (
            ('[hooks.a]\nquery = "x"\n', "has no `command`"),
            ('[hooks.a]\nquery = "x"\ncommand = "tee"\n', "must be a list of words"),
            ('[hooks.a]\nquery = "x"\ncommand = ["tee"]\nbatch = "2h"\n', "is not a duration from 0s to 1h"),
            ('[hooks.a]\nquery = "x"\ncommand = ["tee"]\ntime_limit = "0s"\n', "is not a duration from 1s to 1h"),
            ('[hooks.a]\nquery = "is:odd"\ncommand = ["tee"]\n', "hooks.a: `is:` does not know `odd`"),
        ):
            shell.config(PROFILE + text)
            shown = shell("config", "check")
            assert shown.code == 2
            assert words in shown.err
