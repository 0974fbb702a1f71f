"""`mark` and what follows it: the one verb that changes the customer's bell, so every door of it is tried here."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from neptune_inbox import wiring
from neptune_inbox.model import Key
from neptune_inbox.sandbox.faults import Kind
from tests.cli.shell import CUSTOMER, Shell

READ = "/app_notifications/{environment}/read"


@pytest.fixture
def ids(shell: Shell) -> list[str]:
    """Three unread ones, oldest first."""
    return [shell.tell(title, event_type="welcome") for title in ("First", "Second", "Third")]


def hold_in_the_app(shell: Shell, id: str) -> str:
    """Mark one as the inbox on the screen does, with its undo window; the answer is the receipt."""

    async def work() -> str:
        workspace = wiring.load_workspace(environ=dict(shell.environment))
        session = await workspace.open(workspace.profile(None))
        try:
            receipt = await session.marking.hold([Key(CUSTOMER, id)], label="from the app")
        finally:
            await session.close()
        return receipt.id

    answer: list[str] = []
    thread = threading.Thread(target=lambda: answer.append(asyncio.run(work())))
    thread.start()
    thread.join()
    return answer[0]


@contextmanager
def open_inbox(shell: Shell, *, sends: bool = True) -> Iterator[None]:
    """Another instance that holds the lock meanwhile, and (unless it hangs) sends what is due."""
    is_open, is_over = threading.Event(), threading.Event()
    variables = dict(shell.environment)

    async def work() -> None:
        workspace = wiring.load_workspace(environ=variables)
        session = await workspace.open(workspace.profile(None))
        try:
            await session.sign_in()
            await session.sender.flush()
            sender = asyncio.ensure_future(session.sender.run()) if sends else None
            is_open.set()
            await asyncio.to_thread(is_over.wait)
            if sender is not None:
                sender.cancel()
        finally:
            await session.close()

    thread = threading.Thread(target=lambda: asyncio.run(work()))
    thread.start()
    try:
        assert is_open.wait(10)
        yield
    finally:
        is_over.set()
        thread.join()


class TestMarkingByName:
    @pytest.mark.slow
    def test_the_customer_has_read_it_then(self, shell: Shell, ids: list[str]) -> None:
        marked = shell("mark", ids[0], "--user", CUSTOMER, "--yes")
        assert marked.code == 0
        assert marked.cells == [["accepted", ids[0], "First"]]
        assert "1 accepted" in marked.err
        assert ids[0] not in shell.unread_on_server()
        assert [row[-1] for row in shell("list", "-u", CUSTOMER, "--type", "read").cells] == [ids[0]]

    def test_the_receipt_tells_each_outcome(self, shell: Shell, ids: list[str]) -> None:
        receipt = shell("mark", *ids[:2], "-u", CUSTOMER, "--yes", "--json").json
        assert [(mark["id"], mark["state"]) for mark in receipt["marks"]] == [(id, "accepted") for id in ids[:2]]
        assert receipt["already_read"] == []
        again = shell("receipts", receipt["receipt_id"], "--json").json
        assert again["marks"] == receipt["marks"]

    def test_the_first_characters_of_an_id_are_enough(self, shell: Shell, ids: list[str]) -> None:
        assert shell("mark", ids[2][:8], "-u", CUSTOMER, "--yes").code == 0
        assert ids[2] not in shell.unread_on_server()

    def test_unless_they_are_the_first_of_two(self, shell: Shell) -> None:
        for end in "12":
            shell.tell("Twin", uuid=f"aaaaaaaa-0000-4000-8000-00000000000{end}")
        marked = shell("mark", "aaaaaaaa", "-u", CUSTOMER, "--yes")
        assert marked.code == 2
        assert "More than one notification begins with aaaaaaaa" in marked.err
        assert shell.writes == 0

    def test_an_id_of_another_customer_is_refused_and_nothing_is_marked(self, shell: Shell, ids: list[str]) -> None:
        theirs = shell.tell("Not yours", "somebody-else")
        marked = shell("mark", ids[0], theirs, "-u", CUSTOMER, "--yes")
        assert marked.code == 1
        assert f"{CUSTOMER} has no notification {theirs}" in marked.err
        assert shell.writes == 0

    @pytest.mark.slow
    def test_an_old_one_is_found_behind_the_first_pages(self, shell: Shell) -> None:
        oldest = shell.tell_many(330)[0]
        assert shell("mark", oldest, "-u", CUSTOMER, "--yes").code == 0
        assert oldest not in shell.unread_on_server()

    def test_what_is_read_already_is_not_marked_again(self, shell: Shell, ids: list[str]) -> None:
        shell("mark", ids[0], "-u", CUSTOMER, "--yes")
        before = shell.writes
        again = shell("mark", ids[0], "-u", CUSTOMER, "--yes", "--json")
        assert (again.code, again.err) == (0, "")
        assert again.json["already_read"] == [ids[0]]
        assert "is read already" in shell("mark", ids[0], "-u", CUSTOMER, "--yes").err
        assert shell.writes == before

    def test_ids_may_come_from_another_command(self, shell: Shell, ids: list[str]) -> None:
        listed = "\n".join(row[-1] for row in shell("list", "-u", CUSTOMER).cells)
        assert shell("mark", "-", "-u", CUSTOMER, "--yes", stdin=listed).code == 0
        assert shell.unread_on_server() == []

    def test_an_empty_pipe_marks_nothing(self, shell: Shell, ids: list[str]) -> None:
        assert shell("mark", "-", "-u", CUSTOMER, "--yes", stdin="").code == 2

    @pytest.mark.parametrize(
        "arguments", [[], ["x", "--shown"], ["--shown", "--server-all"], ["x", "-q", "y"], ["x", "--cached"]]
    )
    def test_there_is_one_way_at_a_time(self, shell: Shell, arguments: list[str]) -> None:
        assert shell("mark", *arguments, "-u", CUSTOMER, "--yes").code == 2
        assert shell.requests == 0

    def test_whose_they_are_must_be_said(self, shell: Shell, ids: list[str]) -> None:
        for arguments in ([ids[0]], ["--shown"], ["--server-all"]):
            refused = shell("mark", *arguments, "--yes")
            assert refused.code == 2
            assert "--user" in refused.err
        assert shell.requests == 0


class TestMarkingWhatIsShown:
    def test_exactly_the_rows_of_the_list_are_marked(self, shell: Shell, ids: list[str]) -> None:
        other = shell.tell("Your code", event_type="otp_requested")
        options = ["-u", CUSTOMER, "--query", "event:welcome", "--limit", "2"]
        listed = [row[-1] for row in shell("list", *options).cells]
        marked = shell("mark", "--shown", *options, "--yes")
        assert [row[1] for row in marked.cells] == listed == [ids[2], ids[1]]
        assert sorted(shell.unread_on_server()) == sorted([ids[0], other])

    def test_cached_leaves_alone_what_came_since(self, shell: Shell, ids: list[str]) -> None:
        shell("list", "-u", CUSTOMER)
        late = shell.tell("Came since")
        shell("mark", "--shown", "--cached", "-u", CUSTOMER, "--yes")
        assert shell.unread_on_server() == [late]

    def test_a_dry_run_says_exactly_what_it_would_do_and_writes_nothing(self, shell: Shell, ids: list[str]) -> None:
        would = shell("mark", "--shown", "-u", CUSTOMER, "--dry-run")
        assert would.code == 0
        assert [row[:2] for row in would.cells] == [["would mark", id] for id in ids[::-1]]
        assert "Nothing was written" in would.err
        told = shell("mark", "--shown", "-u", CUSTOMER, "--dry-run", "--json").json
        assert [row["id"] for row in told["would_mark"]] == ids[::-1]
        assert shell.writes == 0
        assert shell("journal").out == ""
        assert shell("outbox").out == ""

    def test_nothing_to_mark_is_no_error(self, shell: Shell) -> None:
        marked = shell("mark", "--shown", "-u", CUSTOMER, "--yes", "--json")
        assert (marked.code, marked.json["marks"]) == (0, [])


class TestAgreeing:
    def test_somebody_at_the_terminal_is_shown_what_and_asked(self, shell: Shell, ids: list[str]) -> None:
        marked = shell("mark", ids[0], "-u", CUSTOMER, answers="n\n")
        assert marked.code == 1
        assert "First" in marked.err
        assert "It cannot be taken back. [y/N]" in marked.err
        assert "Nothing was changed." in marked.err
        assert shell.writes == 0
        assert shell("mark", ids[0], "-u", CUSTOMER, answers="y\n").code == 0
        assert shell.writes == 1

    def test_mode_ask_is_not_passed_by_a_script_without_yes(self, shell: Shell) -> None:
        shell.environment["NEPTUNE_ENV"] = "production"
        id = shell.tell("Real")
        refused = shell("mark", id, "-u", CUSTOMER)
        assert refused.code == 2
        assert "Add --yes" in refused.err
        assert shell.writes == 0
        assert shell("mark", id, "-u", CUSTOMER, "--yes").code == 0

    def test_observe_refuses_before_anything_is_sent_or_held(self, shell: Shell, ids: list[str]) -> None:
        shell.config('[profiles.look]\nenvironment = "dev"\napi_base = "{base}"\nmode = "observe"\n')
        for arguments in ([ids[0]], ["--shown"], ["--server-all"]):
            refused = shell("mark", *arguments, "-u", CUSTOMER, "--yes", "--json")
            assert refused.code == 1
            assert refused.error["error"] == "observe_only"
        assert shell.writes == 0
        assert shell("outbox").out == ""

    def test_observe_still_tells_what_a_mark_would_do(self, shell: Shell, ids: list[str]) -> None:
        shell.config('[profiles.look]\nenvironment = "dev"\napi_base = "{base}"\nmode = "observe"\n')
        assert len(shell("mark", "--shown", "-u", CUSTOMER, "--dry-run").cells) == 3


class TestServerAll:
    def test_it_marks_everything_and_states_the_risk_first(self, shell: Shell, ids: list[str]) -> None:
        marked = shell("mark", "--server-all", "-u", CUSTOMER, answers="y\n")
        assert marked.code == 0
        assert "what you never saw" in marked.err
        assert shell.unread_on_server() == []
        assert [write.body for write in shell.sandbox_state.writes] == [{"type": "user", "id": CUSTOMER}]
        assert shell("list", "-u", CUSTOMER, "--cached").out == ""

    def test_in_production_the_user_is_typed_out(self, shell: Shell) -> None:
        shell.environment["NEPTUNE_ENV"] = "production"
        shell.tell("Real")
        wrong = shell("mark", "--server-all", "-u", CUSTOMER, answers="yes\n")
        assert (wrong.code, shell.writes) == (1, 0)
        assert "nothing was changed" in wrong.err
        assert shell("mark", "--server-all", "-u", CUSTOMER, answers=f"{CUSTOMER}\n").code == 0
        assert shell.writes == 1

    def test_a_script_must_say_yes_in_every_mode(self, shell: Shell, ids: list[str]) -> None:
        assert shell("mark", "--server-all", "-u", CUSTOMER).code == 2
        assert shell.writes == 0
        assert shell("mark", "--server-all", "-u", CUSTOMER, "--yes", "--json").json["state"] == "sent"

    def test_a_dry_run_tells_how_many_are_unread(self, shell: Shell, ids: list[str]) -> None:
        assert shell("mark", "--server-all", "-u", CUSTOMER, "--dry-run", "--json").json["unread"] == 3
        assert shell.writes == 0

    def test_it_is_never_kept_for_later(self, shell: Shell, ids: list[str]) -> None:
        shell.faults.set(Kind.BROKEN, method="POST")
        assert shell("mark", "--server-all", "-u", CUSTOMER, "--yes").code == 4
        shell.faults.clear()
        assert shell("outbox").out == ""
        assert shell("outbox", "--send", "--yes").code == 0
        assert len(shell.unread_on_server()) == 3
        assert [line["outcome"] for line in shell("journal", "--json").json] == ["trying", "unknown"]


class TestWhenItGoesWrong:
    @pytest.mark.slow
    def test_without_a_network_the_marks_stay_and_are_sent_later(self, shell: Shell, ids: list[str]) -> None:
        shell("list", "-u", CUSTOMER)
        shell.faults.set(Kind.BROKEN, method="POST")
        failed = shell("mark", *ids, "-u", CUSTOMER, "--yes", "--json")
        assert failed.code == 4
        assert {mark["state"] for mark in failed.json["marks"]} == {"held"}
        assert "3 marks stay in the outbox" in failed.error["remedy"]
        assert {row[0] for row in shell("list", "-u", CUSTOMER, "--cached", "--type", "all").cells} == {"pending"}
        shell.faults.clear()
        sent = shell("outbox", "--send", "--yes")
        assert sent.code == 0
        assert [row[0] for row in sent.cells] == ["accepted"] * 3
        assert shell.unread_on_server() == []

    def test_a_refusal_of_one_is_told_for_that_one(self, shell: Shell, ids: list[str]) -> None:
        shell("list", "-u", CUSTOMER)
        shell.faults.set(Kind.MISSING, method="POST", times=1)
        marked = shell("mark", *ids, "-u", CUSTOMER, "--yes", "--json")
        assert marked.code == 1
        states = [mark["state"] for mark in marked.json["marks"]]
        assert sorted(states) == ["accepted", "accepted", "refused"]
        [refused] = [mark for mark in marked.json["marks"] if mark["state"] == "refused"]
        assert refused["error"]
        assert [row[4] for row in shell("outbox").cells] == [refused["id"]]
        retried = shell("outbox", "--retry", "--yes")
        assert (retried.code, [row[0] for row in retried.cells]) == (0, ["accepted"])

    def test_a_refused_token_keeps_the_marks_and_says_to_sign_in(self, shell: Shell, ids: list[str]) -> None:
        shell("list", "-u", CUSTOMER)
        shell.faults.set(Kind.UNAUTHENTICATED, method="POST")
        marked = shell("mark", ids[0], "-u", CUSTOMER, "--yes")
        assert marked.code == 3
        assert "1 mark stays in the outbox" in marked.err
        assert marked.cells[0][0].startswith("waiting")

    @pytest.mark.slow
    def test_what_waits_can_be_dropped_and_is_never_sent(self, shell: Shell, ids: list[str]) -> None:
        shell("list", "-u", CUSTOMER)
        shell.faults.set(Kind.BROKEN, method="POST")
        shell("mark", *ids[:2], "-u", CUSTOMER, "--yes")
        shell.faults.clear()
        assert shell("outbox", ids[0], "--drop", "--yes").code == 0
        assert shell("outbox", "--send", "--yes").code == 0
        assert sorted(shell.unread_on_server()) == sorted([ids[0], ids[2]])

    def test_what_was_tried_and_is_dropped_may_have_been_read(self, shell: Shell, ids: list[str]) -> None:
        shell("list", "-u", CUSTOMER)
        shell.faults.set(Kind.RESET_AFTER, method="POST")
        shell("mark", ids[0], "-u", CUSTOMER, "--yes")
        dropped = shell("outbox", "--drop", "--yes")
        assert "Dropped 1 mark; 1 was tried and may have been read there." in dropped.err
        assert ids[0] not in shell.unread_on_server()

    def test_an_id_that_the_outbox_does_not_hold_is_named(self, shell: Shell) -> None:
        assert "holds no nothing-like-it" in shell("outbox", "nothing-like-it", "--drop", "--yes").err
        assert shell("outbox", "--drop", "--send").code == 2
        assert shell("outbox", "an-id").code == 2


class TestBesideAnOpenInbox:
    """Whoever holds the lock sends; a command then leaves its marks to them and waits a while."""

    def test_the_open_inbox_sends_what_a_command_marked(
        self, shell: Shell, ids: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("neptune_inbox.sync.marking.sender.LOOK_EVERY", 0.05)
        shell("list", "-u", CUSTOMER)
        with open_inbox(shell):
            marked = shell("mark", ids[0], "-u", CUSTOMER, "--yes")
        assert (marked.code, marked.cells[0][0]) == (0, "accepted")
        assert ids[0] not in shell.unread_on_server()

    def test_one_that_does_not_send_is_named(
        self, shell: Shell, ids: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("neptune_inbox.cli.wait.PATIENCE", 0.4)
        shell("list", "-u", CUSTOMER)
        with open_inbox(shell, sends=False):
            marked = shell("mark", ids[0], "-u", CUSTOMER, "--yes")
        assert marked.code == 4
        assert "Another neptune-inbox on this machine does the sending" in marked.err
        assert shell("outbox", "--send", "--yes").code == 0


class TestUndo:
    def test_what_the_app_holds_is_taken_back_and_never_sent(self, shell: Shell, ids: list[str]) -> None:
        shell("list", "-u", CUSTOMER)
        receipt = hold_in_the_app(shell, ids[0])
        undone = shell("undo", "--json")
        assert (undone.code, undone.json["receipt_id"]) == (0, receipt)
        assert [mark["id"] for mark in undone.json["undone"]] == [ids[0]]
        shell("outbox", "--send", "--yes")
        assert shell.writes == 0

    def test_marking_from_a_shell_lets_go_of_nothing_else(self, shell: Shell, ids: list[str]) -> None:
        shell("list", "-u", CUSTOMER)
        hold_in_the_app(shell, ids[0])
        assert shell("mark", ids[1], "-u", CUSTOMER, "--yes").code == 0
        assert sorted(shell.unread_on_server()) == sorted([ids[0], ids[2]])

    def test_what_was_tried_with_unknown_outcome_is_not_called_sent(self, shell: Shell, ids: list[str]) -> None:
        shell("list", "-u", CUSTOMER)
        shell.faults.set(Kind.RESET_AFTER, method="POST", times=1)
        shell("mark", ids[0], "-u", CUSTOMER, "--yes")
        undone = shell("undo")
        assert undone.code == 1
        assert "Tried with unknown outcome, cannot be taken back: " in undone.err
        assert "sent" not in undone.err
        assert "still in the outbox" in undone.err

    def test_what_was_sent_cannot_be_taken_back(self, shell: Shell, ids: list[str]) -> None:
        shell("mark", ids[0], "-u", CUSTOMER, "--yes")
        undone = shell("undo")
        assert (undone.code, undone.out) == (1, "")
        assert "Already sent, cannot be taken back: " in undone.err

    def test_without_anything_done_there_is_nothing_to_undo(self, shell: Shell) -> None:
        assert shell("undo").code == 1


class TestWhatWasDone:
    def test_the_receipts_are_listed_newest_first(self, shell: Shell, ids: list[str]) -> None:
        for id in ids[:2]:
            shell("mark", id, "-u", CUSTOMER, "--yes")
        listed = shell("receipts", "--json").json
        assert [receipt["marks"][0]["id"] for receipt in listed] == [ids[1], ids[0]]
        assert [row[3] for row in shell("receipts").cells] == ["1 accepted", "1 accepted"]
        assert listed[0]["place"]["host"] == shell.base_url.removeprefix("http://")
        assert ids[1] in shell("receipts", listed[0]["receipt_id"]).out
        assert shell("receipts", "no-such").code == 1

    def test_a_receipt_and_the_journal_say_where_it_went_and_each_id_once(self, shell: Shell, ids: list[str]) -> None:
        host = shell.base_url.removeprefix("http://")
        shell("mark", ids[0], "-u", CUSTOMER, "--yes")
        receipt = shell("receipts", shell("receipts").cells[0][0]).out
        assert f"dev at {host}" in receipt
        assert receipt.count(ids[0]) == 1
        assert f"accepted  {CUSTOMER}  {ids[0]}" in receipt
        assert [entry["host"] for entry in shell("journal", "--json").json] == [host, host]
        for line in shell("journal").out.splitlines():
            assert f"  dev at {host}  mark " in line
            assert line.count(ids[0]) == 1

    def test_at_80_columns_a_terminal_shows_when_and_the_whole_outcome(
        self, shell: Shell, ids: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        shell("mark", *ids[:2], "-u", CUSTOMER, "--yes")
        receipt = shell("receipts").cells[0][0]
        monkeypatch.setenv("COLUMNS", "80")
        monkeypatch.setattr("neptune_inbox.cli.output.Output.is_terminal", True)
        _, line = shell("receipts").out.splitlines()
        assert line.startswith(receipt[:8] + "  ")
        assert line.endswith("  2 accepted")
        assert re.search(r" \d\d:\d\d ", line), line
        assert "…" not in line
        assert shell("receipts", receipt[:8]).code == 0

    def test_the_journal_names_who_and_what_oldest_first(self, shell: Shell, ids: list[str]) -> None:
        shell("mark", ids[0], "-u", CUSTOMER, "--yes")
        entries = shell("journal", "--json").json
        assert [(each["verb"], each["outcome"], each["id"]) for each in entries] == [
            ("mark", "held", ids[0]),
            ("mark", "accepted", ids[0]),
        ]
        assert all(each["actor"] for each in entries)
        assert entries[1]["request_id"].startswith("sandbox-")
        assert len(shell("journal", "--user", CUSTOMER).out.splitlines()) == 2
        assert shell("journal", "--user", "somebody-else").out == ""
        assert shell.token.reveal() not in shell("journal").out


class TestWithoutEffect:
    """The server takes the mark with 200 and keeps the row unread."""

    @pytest.mark.slow
    def test_it_is_never_told_as_read_after_the_next_look(self, shell: Shell, ids: list[str]) -> None:
        shell.faults.set(Kind.EMPTY, method="POST")
        assert shell("mark", ids[0], "-u", CUSTOMER, "--yes").cells[0][0] == "accepted"
        words = {row[-1]: row[0] for row in shell("list", "-u", CUSTOMER).cells}
        assert words[ids[0]] == "accepted, still unread there"
        cached = {row[-1]: row[0] for row in shell("list", "-u", CUSTOMER, "--cached").cells}
        assert cached[ids[0]] == "accepted, still unread there"
        assert shell("list", "-u", CUSTOMER, "--type", "read").cells == []
        [row] = [row for row in shell("list", "-u", CUSTOMER, "--json").json if row["id"] == ids[0]]
        assert (row["read"], row["mark"]["state"], row["mark"]["posted"]["id"]) == (False, "contradicted", ids[0])
        why = shell("why", ids[0], "-u", CUSTOMER)
        assert "not read: accepted, still unread there" in why.out
        assert [line[3] for line in shell("receipts").cells] == ["1 contradicted"]
        assert [line[0] for line in shell("outbox").cells] == ["accepted, still unread there"]

    @pytest.mark.slow
    def test_it_can_be_tried_again(self, shell: Shell, ids: list[str]) -> None:
        shell.faults.set(Kind.EMPTY, method="POST")
        shell("mark", ids[0], "-u", CUSTOMER, "--yes")
        shell("list", "-u", CUSTOMER)
        shell.faults.clear()
        assert shell("outbox", "--retry", "--yes").code == 0
        assert ids[0] not in shell.unread_on_server()
        assert ids[0] in [row[-1] for row in shell("list", "-u", CUSTOMER, "--type", "read").cells]
        assert shell("outbox").out == ""


def test_a_query_that_came_out_empty_marks_nothing(shell: Shell) -> None:
    shell.tell("Card declined")
    for empty in ("", "  "):
        refused = shell("mark", "-u", CUSTOMER, "--shown", "--query", empty, "--yes")
        assert refused.code == 2
        assert "--query is empty" in refused.err
    assert shell("count", "-u", CUSTOMER, "--json").json
    assert "Card declined" in shell("list", "-u", CUSTOMER).out
