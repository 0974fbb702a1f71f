"""One line for a bar or a prompt: what it says, that both doors say the same, and what the quick one costs."""

from __future__ import annotations

import os
import subprocess
import sys

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neptune_inbox.cli import fast_status
from neptune_inbox.cli.schemas import SCHEMAS
from neptune_inbox.presentation.status import NAMES, USUAL, fill, format_problem
from tests.cli.shell import CUSTOMER, Shell
from tests.cli.test_fast_list import OTHER, busy

__all__ = ["busy"]

EVERYTHING = " ".join(f"{name}={{{name}}}" for name in NAMES if name != "seen")
TELL = "import sys; print(*sorted(m for m in sys.modules if m.partition('.')[0] not in sys.stdlib_module_names))"
HOUR = 3_600_000


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether the quick door answered, for each command that came to it."""
    answers: list[bool] = []
    real = fast_status.status

    def watched(*given: object) -> int | None:
        code = real(*given)  # type: ignore[arg-type]
        answers.append(code is not None)
        return code

    monkeypatch.setattr(fast_status, "status", watched)
    return answers


class TestWhatItSays:
    def test_the_queue_in_one_line(self, shell: Shell, quick: list[bool]) -> None:
        now = shell.sandbox_state.now()
        for hours in (1, 2, 3):
            shell.tell(f"{hours} hours ago", created_at=now - hours * HOUR - 1)
        shell("watch", CUSTOMER)
        shell("list")
        before = shell.requests
        shown = shell("status", "--format", "{unread} {pending} {oldest}")
        assert (shown.code, shown.out, shown.err) == (0, "3 0 3h\n", "")
        assert shell("status").out == "3 unread, 3 to do, oldest 3h, 0 pending\n"
        assert shell.requests == before
        assert quick == [True, True]

    def test_what_i_put_away_is_not_to_do_and_not_the_oldest(self, shell: Shell) -> None:
        now = shell.sandbox_state.now()
        ids = [shell.tell(f"{hours}", created_at=now - hours * HOUR - 1) for hours in (1, 2, 3, 4)]
        shell("watch", CUSTOMER)
        shell("list")
        shell("done", ids[3])
        shell("snooze", ids[2], "--until", "2h")
        shell.faults.set("500", method="POST")
        shell("mark", ids[1], "-u", CUSTOMER, "--yes")
        shown = shell("status", "--format", "{unread} {todo} {oldest} {pending} {refused}")
        assert shown.out == "4 1 1h 1 0\n"

    def test_what_was_not_seen_is_not_claimed(self, shell: Shell, quick: list[bool]) -> None:
        shell.tell("Hello")
        shell("watch", CUSTOMER)
        form = "{customers} {unread} {todo} {oldest} {seen}"
        assert shell("status", "--format", form).out == "1 ? 0+ ? never\n"
        shell("list")
        shell("watch", OTHER)
        assert shell("status", "--format", "{customers} {unread} {todo} {seen}").out == "2 1+ 1+ never\n"
        assert all(quick)

    def test_nobody_watched_is_nothing_to_do(self, shell: Shell, quick: list[bool]) -> None:
        shown = shell("status")
        assert (shown.code, shown.out) == (0, "0 unread, 0 to do, oldest -, 0 pending\n")
        assert "You watch no users." in shown.err
        assert quick == [False]

    def test_it_needs_no_token(self, shell: Shell) -> None:
        shell.tell("Hello")
        shell("watch", CUSTOMER)
        shell("list")
        del shell.environment["NEPTUNE_TOKEN"]
        assert shell("status", "--format", "{unread}").out == "1\n"


class TestTheSameAnswer:
    @pytest.mark.slow
    @pytest.mark.parametrize("arguments", [[], [f"--format={EVERYTHING}"], ["--json"], ["--format", "ü {todo} {{}}"]])
    def test_at_both_doors(
        self, busy: Shell, quick: list[bool], monkeypatch: pytest.MonkeyPatch, arguments: list[str]
    ) -> None:
        shown = busy("status", *arguments)
        assert quick == [True]
        monkeypatch.setattr(fast_status, "status", lambda *_: None)
        assert busy("status", *arguments) == shown
        if "--json" in arguments:
            jsonschema_rs.validator_for(SCHEMAS["status"]).validate(shown.json)
            assert (shown.json["customers"], shown.json["pending"], shown.json["refused"]) == (2, 1, 1)

    @pytest.mark.slow
    @pytest.mark.parametrize("count", [0, 1, 3])
    def test_while_older_pages_are_not_loaded(
        self, shell: Shell, quick: list[bool], monkeypatch: pytest.MonkeyPatch, count: int
    ) -> None:
        shell.tell_many(250)
        shell("watch", CUSTOMER)
        shell("list", "--limit", "50")
        for id in [row[-1] for row in shell("list", "--cached").cells][:count]:
            shell("done", id)
        shown = shell("status", f"--format={EVERYTHING}")
        loaded = len(shell("list", "--cached", "--limit", "0").cells)
        assert 50 <= loaded + count < 250
        assert f"unread=250 todo={loaded}+" in shown.out
        monkeypatch.setattr(fast_status, "status", lambda *_: None)
        assert shell("status", f"--format={EVERYTHING}") == shown
        assert quick == [True]


class TestFormats:
    @pytest.mark.slow
    @pytest.mark.parametrize(
        ("form", "words"),
        [
            ("{foo}", "--format does not know {foo}."),
            ("{unread!r}", "--format does not know {unread!r}."),
            ("{unread.__class__}", "--format does not know {unread.__class__}."),
            ("{unread:>9}", "--format does not know {unread:>9}."),
            ("{}", "--format does not know {}."),
            ("{unread", "an unmatched brace"),
            ("}", "an unmatched brace"),
            ("a\nb", "a line break or a control character"),
            ("\x1b[2J", "a line break or a control character"),
            ("x" * 2_001, "longer than 2,000 characters"),
        ],
    )
    def test_anything_else_than_a_name_is_a_usage_error(self, busy: Shell, form: str, words: str) -> None:
        shown = busy("status", "--format", form)
        assert (shown.code, shown.out) == (2, "")
        assert words in shown.err
        if "know" in words:
            assert all(f"{{{name}}}" in shown.err for name in NAMES)

    @pytest.mark.slow
    def test_icons_of_bars_are_printed(self, busy: Shell) -> None:
        assert busy("status", "--format", "\ue0b0 ✉ {pending}").out == "\ue0b0 ✉ 1\n"

    @given(st.text(st.sampled_from("{}ab :!.") | st.characters(), max_size=40))
    def test_what_is_let_through_can_be_filled_in(self, form: str) -> None:
        words = dict.fromkeys(NAMES, "{1}")
        if not any(format_problem(form)):
            filled = fill(form, words)
            assert filled.count("{1}") >= sum(form.count(f"{{{name}}}") for name in NAMES if "{{" not in form)

    def test_the_usual_one_is_one(self) -> None:
        assert format_problem(USUAL) == ("", "")


@pytest.mark.slow
def test_the_quick_door_brings_nothing_but_the_words(busy: Shell) -> None:
    code = "import sys\nfrom neptune_inbox.__main__ import run\nassert run(sys.argv[1:]) == 0\n"
    names = {"PATH": os.environ["PATH"], **busy.environment}
    done = subprocess.run(
        [sys.executable, "-c", code + TELL, "status"], capture_output=True, text=True, check=True, env=names
    )
    ours = {name for name in done.stdout.splitlines()[-1].split() if name.startswith("neptune_inbox.")}
    parts = ("labels", "status", "times")
    assert ours == {
        *(f"neptune_inbox.{name}" for name in ("__main__", "cli", "cli.fast_status", "cli.fast_store")),
        *(f"neptune_inbox.{name}" for name in ("presentation", "startup", "startup.locate", "text_ids")),
        *(f"neptune_inbox.presentation.{name}" for name in parts),
    }
    assert not {"click", "msgspec", "httpx", "textual"} & set(done.stdout.split())
