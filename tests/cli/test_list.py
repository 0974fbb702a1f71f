"""`list` and `count`: what an agent sees of a customer's bell from a shell."""

from __future__ import annotations

import csv
import io
import os
import re
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from neptune_inbox.cli import fetching
from neptune_inbox.cli.output import Output, Records
from neptune_inbox.model import JsonObject
from neptune_inbox.store.journal import journal
from tests.cli.shell import CUSTOMER, Shell
from tests.hostile import hostile_rows

NAMES = ["id", "user_id", "title", "body", "event_type", "created_at", "read_at", "status", "link", "data", "mine"]


@pytest.fixture
def three(shell: Shell) -> list[str]:
    """Two unread ones and a read one, oldest first."""
    now = shell.sandbox_state.now()
    return [
        shell.tell("Welcome", created_at=now - 7_200_000, read_at=now - 3_600_000, event_type="welcome"),
        shell.tell("Your invoice is late", created_at=now - 600_000, event_type="invoice_overdue"),
        shell.tell("Your card was declined", created_at=now - 60_000, event_type="payment_failed"),
    ]


class TestWhatIsListed:
    @pytest.mark.slow
    def test_the_type_decides_as_the_service_decides_it(self, shell: Shell, three: list[str]) -> None:
        read, *unread = three
        for kind, expected in (("unread", unread), ("read", [read]), ("all", three)):
            shown = shell("list", "--user", CUSTOMER, "--type", kind)
            assert shown.code == 0
            assert [row[-1] for row in shown.cells] == expected[::-1]

    @pytest.mark.slow
    def test_without_a_type_the_unread_ones_are_listed(self, shell: Shell, three: list[str]) -> None:
        assert [row[0] for row in shell("list", "-u", CUSTOMER).cells] == ["unread", "unread"]

    def test_the_query_is_the_one_of_the_search_line(self, shell: Shell, three: list[str]) -> None:
        shown = shell("list", "-u", CUSTOMER, "--type", "all", "--query", "event:payment_* -is:read")
        assert [row[4] for row in shown.cells] == ["Your card was declined"]

    def test_several_users_stand_in_one_list_by_time(self, shell: Shell, three: list[str]) -> None:
        between = shell.tell("Hello", "eu/44 10", created_at=shell.sandbox_state.now() - 300_000)
        shown = shell("list", "-u", CUSTOMER, "-u", "eu/44 10", "--json").json
        assert [row["id"] for row in shown] == [three[2], between, three[1]]

    @pytest.mark.slow
    def test_as_many_pages_are_fetched_as_the_limit_takes(self, shell: Shell) -> None:
        ids = shell.tell_many(330)
        few = shell("list", "-u", CUSTOMER, "--limit", "7")
        assert [row[-1] for row in few.cells] == ids[::-1][:7]
        assert "7 of at least" in few.err
        everything = shell("list", "-u", CUSTOMER, "--limit", "0")
        assert [row[-1] for row in everything.cells] == ids[::-1]
        assert everything.err == ""

    def test_read_elsewhere_is_read_here_too(self, shell: Shell, three: list[str]) -> None:
        assert len(shell("list", "-u", CUSTOMER).cells) == 2
        shell.sandbox_state.mark_read("dev", three[1])
        assert [row[-1] for row in shell("list", "-u", CUSTOMER).cells] == [three[2]]
        states = {row[-1]: row[0] for row in shell("list", "-u", CUSTOMER, "--type", "all").cells}
        assert states[three[1]] == "read"

    def test_nobody_named_and_nobody_watched_is_a_question_of_usage(self, shell: Shell) -> None:
        shown = shell("list")
        assert (shown.code, shown.out) == (2, "")
        assert "--user USER_ID" in shown.err

    def test_without_a_user_the_watched_ones_are_listed(self, shell: Shell, three: list[str]) -> None:
        shell("watch", CUSTOMER)
        assert len(shell("list").cells) == 2

    def test_an_empty_bell_says_so_beside_the_data(self, shell: Shell) -> None:
        shown = shell("list", "-u", CUSTOMER)
        assert (shown.code, shown.out, shown.err) == (0, "", "Nothing matches.\n")

    def test_what_i_am_done_with_is_left_out_and_named(self, shell: Shell, three: list[str]) -> None:
        shell("list", "-u", CUSTOMER)
        shell("done", three[1], "-u", CUSTOMER)
        shown = shell("list", "-u", CUSTOMER)
        assert [row[-1] for row in shown.cells] == [three[2]]
        assert "1 row is left out" in shown.err
        done = shell("list", "-u", CUSTOMER, "-q", "is:done")
        assert [(row[0], row[5]) for row in done.cells] == [("unread", "done")]


class TestHowItIsPrinted:
    def test_the_json_has_the_promised_names_and_times_in_utc(self, shell: Shell, three: list[str]) -> None:
        row = shell("list", "-u", CUSTOMER, "--type", "read", "--json").json[0]
        assert [name for name in row if name not in ("read", "mark", "skipped")] == NAMES
        assert row["mark"] is None
        assert set(row["mine"]) == {"done_at", "snoozed_until", "starred", "note"}
        for name in ("created_at", "read_at"):
            assert row[name].endswith("Z")
            assert datetime.fromisoformat(row[name]).utcoffset() is not None

    def test_jsonl_is_one_object_a_line_with_the_same_content(self, shell: Shell, three: list[str]) -> None:
        as_lines = shell("--jsonl", "list", "-u", CUSTOMER)
        assert as_lines.jsonl == shell("list", "-u", CUSTOMER, "--json").json

    def test_csv_has_a_line_of_names_and_runs_no_formula(self, shell: Shell) -> None:
        shell.tell('=HYPERLINK("http://evil")', event_type="odd")
        [row] = csv.DictReader(io.StringIO(shell("list", "-u", CUSTOMER, "--csv").out))
        assert [*row][:3] == ["id", "user_id", "title"]
        assert row["title"] == '\'=HYPERLINK("http://evil")'
        assert row["mine.starred"] == "false"

    def test_an_empty_list_is_an_empty_array(self, shell: Shell) -> None:
        assert shell("list", "-u", CUSTOMER, "--json").json == []

    def test_two_shapes_at_once_are_refused(self, shell: Shell) -> None:
        shown = shell("list", "-u", CUSTOMER, "--json", "--csv")
        assert shown.code == 2
        assert shown.error["sentence"] == "--json and --csv do not go together."

    @pytest.mark.slow
    def test_no_hostile_text_gets_out_raw_in_any_shape(self, shell: Shell) -> None:
        for row in hostile_rows():
            row.put_into(shell.sandbox_state, "dev", CUSTOMER)
        for shape in ([], ["--json"], ["--jsonl"], ["--csv"]):
            shown = shell("list", "-u", CUSTOMER, "--limit", "0", *shape)
            assert shown.code == 0
            # A joiner stays between two emoji, where it belongs (text.py).
            raw = {char for char in shown.out if not (char.isprintable() or char in "\n\t\u200d")}
            assert not raw, (shape, raw)
            if shape in (["--json"], ["--jsonl"]):
                assert shown.out.isascii()
        rows = shell("list", "-u", CUSTOMER, "--limit", "0").cells
        assert {len(row) for row in rows} == {7}

    @pytest.mark.slow
    def test_a_reader_that_goes_away_is_no_error(self, shell: Shell) -> None:
        shell.tell_many(300)
        assert shell("list", "-u", CUSTOMER, "--limit", "0").code == 0
        command = [
            sys.executable,
            "-m",
            "neptune_inbox",
            "list",
            "--cached",
            "-u",
            CUSTOMER,
            "--limit",
            "0",
            "--jsonl",
        ]
        reader, writer = os.pipe()
        os.close(reader)
        process = subprocess.run(
            command, env={**os.environ, **shell.environment}, stdout=writer, stderr=subprocess.PIPE, check=False
        )
        os.close(writer)
        assert process.returncode == 0
        assert b"Error" not in process.stderr
        assert b"Exception" not in process.stderr


class TestWhatWasSeenLast:
    def test_cached_asks_nobody_and_says_how_old_it_is(self, shell: Shell, three: list[str]) -> None:
        shell("list", "-u", CUSTOMER)
        before = shell.requests
        shell.environment.pop("NEPTUNE_TOKEN")
        shown = shell("list", "-u", CUSTOMER, "--cached")
        assert [row[-1] for row in shown.cells] == three[:0:-1]
        assert f"{CUSTOMER} 0s ago" in shown.err or f"{CUSTOMER} 1s ago" in shown.err
        assert shell.requests == before

    def test_what_was_never_seen_says_never(self, shell: Shell) -> None:
        assert f"{CUSTOMER} never" in shell("list", "-u", CUSTOMER, "--cached").err

    def test_a_query_that_cannot_be_understood_names_its_column(self, shell: Shell) -> None:
        shown = shell("list", "-u", CUSTOMER, "-q", "hello is:redd", "--json")
        assert shown.code == 2
        assert shown.error["error"] == "bad_query"
        assert shown.error["position"] == 6
        assert shell.requests == 0


class TestCounting:
    def test_counts_are_the_servers(self, shell: Shell, three: list[str]) -> None:
        shell.tell("Hello", "other")
        shown = shell("count", "-u", CUSTOMER, "-u", "other")
        assert shown.cells == [[CUSTOMER, "3", "2", "1"], ["other", "1", "1", "0"]]

    def test_they_are_told_anew_each_time(self, shell: Shell, three: list[str]) -> None:
        shell("count", "-u", CUSTOMER)
        shell.tell("Read at once", read_at=shell.sandbox_state.now())
        [told] = shell("count", "-u", CUSTOMER, "--json").json
        assert (told["all"], told["unread"], told["read"]) == (4, 2, 2)
        assert told["fetched_at"].endswith("Z")

    def test_cached_counts_ask_nobody(self, shell: Shell, three: list[str]) -> None:
        shell("count", "-u", CUSTOMER)
        before = shell.requests
        assert shell("count", "-u", CUSTOMER, "--cached").cells == [[CUSTOMER, "3", "2", "1"]]
        assert shell.requests == before


class TestEvidence:
    @pytest.mark.slow
    def test_why_tells_when_it_was_read_and_by_whom(self, shell: Shell, three: list[str]) -> None:
        told = shell("why", three[0], "-u", CUSTOMER, "--json").json
        assert told["read_by"] == "not us"
        assert told["read_before"] == told["read_at"]
        shell("mark", three[1], "-u", CUSTOMER, "--yes")
        told = shell("why", three[1], "-u", CUSTOMER, "--json").json
        assert told["read_by"] == "us"
        assert [mark["state"] for mark in told["marks"]] == ["confirmed"]
        assert [entry["outcome"] for entry in told["journal"]] == ["held", "accepted", "confirmed"]

    def test_in_words_it_has_the_raw_row_at_its_end(self, shell: Shell, three: list[str]) -> None:
        told = shell("why", three[2], "-u", CUSTOMER)
        assert "Read:         not read" in told.out
        assert "Mark:         we never marked it" in told.out
        assert f'"uuid": "{three[2]}"' in told.out

    def test_what_nobody_has_is_not_found(self, shell: Shell) -> None:
        told = shell("why", "not-an-id", "-u", CUSTOMER)
        assert told.code == 1
        assert f"{CUSTOMER} has no notification not-an-id" in told.err


class TestTheRequestsOfAList:
    @pytest.mark.parametrize(("limit", "asked"), [("3", "10"), ("20", "20"), ("60", "50")])
    def test_the_pages_of_a_first_look_are_no_larger_than_the_list(
        self, shell: Shell, tmp_path: Path, limit: str, asked: str
    ) -> None:
        shell.tell_many(120)
        trace = tmp_path / "trace"
        assert len(shell("list", "-u", CUSTOMER, "--limit", limit, "--debug", str(trace)).cells) == int(limit)
        assert {*re.findall(r"per_page=(\d+)", trace.read_text())} == {asked}

    @pytest.mark.slow
    def test_a_first_look_asks_for_no_more_than_it_prints(self, shell: Shell) -> None:
        users = [f"u-{number}" for number in range(5)]
        for user in users:
            shell.tell_many(120, user)
        shell("watch", *users)
        shell.faults.requests.clear()
        first = shell("list", "--limit", "1")
        assert len(first.cells) == 1
        assert shell.requests == len(users), "one page of each, as any of them may have the newest"
        shell.faults.requests.clear()
        assert shell("list", "--limit", "60", "-u", "u-1").cells[0][4] == "Number 119"
        assert shell.requests <= 2

    @pytest.mark.slow
    @pytest.mark.parametrize("count", [3, 120])
    def test_what_was_read_since_is_not_listed_as_unread(self, shell: Shell, count: int) -> None:
        ids = shell.tell_many(count)[-3:]
        shell("list", "-u", CUSTOMER, "--limit", "2")
        shell.sandbox_state.mark_read("dev", ids[-1])
        assert [row[-1] for row in shell("list", "-u", CUSTOMER, "--limit", "2").cells] == [ids[1], ids[0]]

    @pytest.mark.slow
    def test_all_of_them_are_still_found_after_a_short_look(self, shell: Shell) -> None:
        shell.tell_many(180)
        shell("list", "-u", CUSTOMER, "--limit", "1")
        assert len(shell("list", "-u", CUSTOMER, "--limit", "0").cells) == 180
        assert len(shell("list", "-u", CUSTOMER, "--limit", "150").cells) == 150


class TestTheLinesOfAList:
    @pytest.mark.slow
    def test_each_is_printed_as_soon_as_it_is_known_to_come_next(
        self, shell: Shell, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        shell.tell_many(320)
        asked_at: list[int] = []
        write = Records.add

        def noted(records: Records, values: list[JsonObject]) -> None:
            asked_at.extend(shell.requests for _ in values)
            write(records, values)

        monkeypatch.setattr(Records, "add", noted)
        shell.faults.requests.clear()
        shown = shell("list", "-u", CUSTOMER, "--jsonl", "--limit", "0")
        assert [row["title"] for row in shown.jsonl] == [f"Number {number}" for number in reversed(range(320))]
        assert asked_at[0] == 1, "the first line after the first page"
        assert len(set(asked_at)) > 2
        assert shell("list", "-u", CUSTOMER, "--jsonl", "--limit", "3").jsonl == shown.jsonl[:3]

    @pytest.mark.slow
    @pytest.mark.parametrize("limit", ["0", "1", "70", "130"])
    def test_they_are_those_of_json_in_the_same_order(self, shell: Shell, limit: str) -> None:
        shell.tell_many(90, "u-1")
        shell.tell_many(60, "u-2")
        both = ("list", "-u", "u-1", "-u", "u-2", "--limit", limit)
        streamed = shell(*both, "--jsonl").jsonl
        assert streamed == shell(*both, "--json").json
        assert streamed == shell(*both, "--jsonl").jsonl


class TestTypes:
    def test_a_part_of_an_event_type_finds_nothing_and_it_is_said_how_it_would(self, shell: Shell) -> None:
        shell.tell("Your code", event_type="otp_requested")
        shown = shell("list", "-u", CUSTOMER, "-q", "event:otp")
        assert shown.out == ""
        hint = "event: takes the whole event type; event:*otp* finds every type that holds otp."
        assert shown.err == f"Nothing matches.\n{hint}\n"
        assert len(shell("list", "-u", CUSTOMER, "-q", "event:*otp*").cells) == 1
        for query in ("event:refund", "event:otp_requested since:1s -has:link nowhere", "event:otp*x"):
            assert hint not in shell("list", "-u", CUSTOMER, "-q", query).err


class TestWhatWasNotLookedAt:
    @pytest.mark.slow
    def test_nothing_matches_is_not_said_of_what_is_not_loaded(self, shell: Shell) -> None:
        shell.tell("The old one", created_at=shell.sandbox_state.now() - 90_000_000)
        shell.tell_many(330)
        shell("list", "-u", CUSTOMER, "--limit", "7")
        shown = shell("list", "-u", CUSTOMER, "--cached", "-q", "nowhere")
        assert "Nothing matches" not in shown.err
        assert f"Not everything was searched: 10 of 331 of {CUSTOMER} are loaded;" in shown.err
        everywhere = shell("list", "-u", CUSTOMER, "-q", "nowhere")
        assert everywhere.err == "Nothing matches.\n", "without --cached it is looked for to the end"
        assert shell("list", "-u", CUSTOMER, "--cached", "-q", "nowhere").err.endswith("Nothing matches.\n")

    def test_a_cache_that_cannot_be_opened_says_nothing_of_anybody(self, shell: Shell) -> None:
        shell.tell("Card declined")
        shell("list", "-u", CUSTOMER)
        cache = shell.home / "cache" / "cache.db"
        cache.unlink()
        cache.mkdir()
        for command in ("list", "count"):
            refused = shell(command, "-u", CUSTOMER, "--cached")
            assert (refused.code, refused.out) == (5, "")
            assert "cannot be used" in refused.err
            assert "never" not in refused.err
        assert "Card declined" in shell("list", "-u", CUSTOMER).out

    def test_one_who_was_never_fetched_is_not_called_empty(self, shell: Shell) -> None:
        shell("list", "-u", CUSTOMER)
        shown = shell("list", "-u", "stranger", "--cached")
        assert "Nothing matches" not in shown.err
        assert "stranger was never fetched" in shown.err
        assert "stranger was never fetched" in shell("count", "-u", "stranger", "--cached").err

    def test_a_user_that_neptune_does_not_know_is_told_as_such(self, shell: Shell) -> None:
        shell.sandbox_state.create_user("dev", "quiet", {"name": "Quiet One"})
        assert shell("list", "-u", "quiet").err == "Nothing matches.\n"
        for words in (("list", "-u", "nobody-such"), ("count", "-u", "nobody-such")):
            assert "Neptune does not know the user nobody-such." in shell(*words).err


class TestALongList:
    @pytest.mark.slow
    def test_it_goes_out_page_by_page_and_in_the_same_order_in_every_shape(
        self, shell: Shell, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(fetching, "PAGE", 20)
        shell.tell_many(60, "u-1")
        shell.tell_many(40, "u-2")
        both = ("list", "-u", "u-1", "-u", "u-2", "--limit", "0")
        shell(*both)
        pages: list[int] = []
        write = Records.add

        def noted(records: Records, values: list[JsonObject]) -> None:
            pages.append(len(values))
            write(records, values)

        monkeypatch.setattr(Records, "add", noted)
        lines = shell(*both, "--cached", "--jsonl").jsonl
        assert len(lines) == 100
        assert max(pages) <= 50
        assert lines == shell(*both, "--cached", "--json").json
        names, *cells = csv.reader(io.StringIO(shell(*both, "--cached", "--csv").out))
        assert [cell[names.index("id")] for cell in cells] == [line["id"] for line in lines]
        assert [cell[-1] for cell in shell(*both, "--cached").cells] == [line["id"] for line in lines]

    @pytest.mark.slow
    @pytest.mark.parametrize("wish", [["list", "--cached", "-u", CUSTOMER, "--limit", "0", "--jsonl"], ["journal"]])
    def test_nothing_more_is_read_once_the_reader_has_gone(
        self, shell: Shell, monkeypatch: pytest.MonkeyPatch, wish: list[str]
    ) -> None:
        monkeypatch.setattr(fetching, "PAGE", 20)
        monkeypatch.setattr(journal, "AT_ONCE", 20)
        shell.tell_many(300)
        shell("list", "-u", CUSTOMER, "--limit", "0")
        shell("mark", "--shown", "-u", CUSTOMER, "--limit", "100", "--yes")
        rounds: list[int] = []
        flush = Output.flush

        def leave(output: Output) -> None:
            flush(output)
            rounds.append(1)
            output.abandon()

        monkeypatch.setattr(Output, "flush", leave)
        monkeypatch.setattr(Output, "_give_up", lambda output, *_: setattr(output, "_is_out_closed", True))
        assert shell(*wish).code == 0
        assert len(rounds) < 5


def test_lines_of_the_journal_that_cannot_be_read_are_told(shell: Shell) -> None:
    for title in ("One", "Two", "Three"):
        shell("mark", shell.tell(title), "-u", CUSTOMER, "--yes")
    whole = shell("journal")
    assert whole.err == ""
    assert "journal.jsonl are sound" in shell("doctor").out
    path = shell.home / "state" / "journal.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    lines[1] = lines[1].replace(b'"verb"', b'"ver\0b')
    lines[2] = lines[2].replace(b"mark", b"m\xffrk")
    path.write_bytes(b"".join(lines))
    shown = shell("journal")
    assert len(shown.out.splitlines()) == len(whole.out.splitlines()) - 2
    assert "2 lines of the journal cannot be read" in shown.err
    doctor = shell("doctor").out
    assert "2 lines of the journal cannot be read" in doctor
    assert "are sound" not in doctor


def test_the_journal_is_shown_from_a_time_on(shell: Shell) -> None:
    old, new = (shell.tell(title) for title in ("Old", "New"))
    shell("mark", old, "-u", CUSTOMER, "--yes")
    lines = shell("journal", "--json").json
    assert {line["id"] for line in lines} == {old}
    assert shell("journal", "--since", "1d", "--json").json == lines
    assert shell("journal", "--since", "2099-01-01", "--json").json == []
    assert "No line of the journal matches." in shell("journal", "--since", "2099-01-01").err
    assert shell("journal", "--since", "").code == 2
    wrong = shell("journal", "--since", "soon")
    assert wrong.code == 2
    assert "`soon` is not a valid time." in wrong.err
    assert new not in shell("journal").out
