"""Ids on the command line: as short as they can be, by any name that a row has, and never of two rows at once."""

from __future__ import annotations

import pytest

from neptune_inbox.cli.output import Output
from neptune_inbox.sandbox.dialects import make_dialect
from neptune_inbox.sandbox.faults import Kind
from tests.cli.shell import CUSTOMER, Shell

IN_ORDER = [f"018f3c2a-7b1{last}-7000-8000-00000000000{last}" for last in range(4)]
"""Ids as a server makes them that has them sort by time: the first eight characters are a date."""


@pytest.fixture
def four(shell: Shell) -> Shell:
    start = shell.sandbox_state.now() - 10_000
    for number, uuid in enumerate(IN_ORDER):
        shell.tell(f"Number {number}", uuid=uuid, created_at=start + number)
    shell("watch", CUSTOMER)
    shell("list")
    return shell


@pytest.mark.slow
def test_a_list_shows_as_much_of_each_id_as_it_takes_and_commands_take_it(
    four: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Output, "is_terminal", True)
    shown = [line.split()[-1] for line in four("list", "-u", CUSTOMER).out.splitlines()[1:]]
    assert shown == [id[:13] for id in reversed(IN_ORDER)]
    monkeypatch.setattr(Output, "is_terminal", False)
    assert four("done", shown[0]).cells == [["done", CUSTOMER, IN_ORDER[3]]]
    assert four("why", shown[1], "--json").json["id"] == IN_ORDER[2]
    assert four("mark", shown[2], "-u", CUSTOMER, "--yes").code == 0
    assert IN_ORDER[1] not in four.unread_on_server()


def test_ids_that_differ_early_are_shown_with_eight_characters(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = [shell.tell("One", uuid=f"{sign * 8}-0000-4000-8000-000000000000") for sign in "ab"]
    monkeypatch.setattr(Output, "is_terminal", True)
    shown = shell("list", "-u", CUSTOMER).out.splitlines()[1:]
    assert sorted(line.split()[-1] for line in shown) == [id[:8] for id in ids]


@pytest.mark.slow
def test_a_beginning_that_several_have_is_refused_with_all_of_them(four: Shell) -> None:
    for arguments in (["done"], ["why"], ["note"], ["mark", "-u", CUSTOMER, "--yes"]):
        refused = four(arguments[0], IN_ORDER[0][:8], *(["Text"] if arguments == ["note"] else []), *arguments[1:])
        assert refused.code == 2
        assert "More than one notification begins with 018f3c2a: " in refused.err
        for id in IN_ORDER:
            assert f"{CUSTOMER}/{id}" in refused.err
    assert len(four.unread_on_server()) == 4


@pytest.mark.slow
def test_a_beginning_that_is_too_short_says_so(four: Shell) -> None:
    for arguments in (
        ["why", "018f3"],
        ["mark", "018f3", "-u", CUSTOMER, "--yes"],
        ["mark", f"{CUSTOMER}/018f3", "--yes"],
    ):
        refused = four(*arguments)
        assert refused.code == 1
        assert "takes 6 characters or more" in refused.err
    assert "6 characters" not in four("why", "no-such-id").err


@pytest.mark.slow
def test_the_same_id_of_two_customers_is_named_with_the_customer(shell: Shell) -> None:
    shell.tell("Mine", uuid="n-1")
    shell.tell("Theirs", "team/2", uuid="n-1")
    for user in (CUSTOMER, "team/2"):
        shell("watch", user)
    shell("list")
    refused = shell("star", "n-1")
    assert refused.code == 2
    assert f"More than one notification is named n-1: {CUSTOMER}/n-1, team/2/n-1." in refused.err
    assert "Write USER/ID as shown here, or add --user." in refused.err
    assert shell("star", "team/2/n-1").cells == [["starred", "team/2", "n-1"]]
    assert shell("star", "n-1", "--user", CUSTOMER).cells == [["starred", CUSTOMER, "n-1"]]
    assert shell("why", f"{CUSTOMER}/n-1", "--json").json["title"] == "Mine"
    planned = shell("mark", "team/2/n-1", "--user", "team/2", "--dry-run").cells
    assert planned == [["would mark", "n-1", "Theirs"]]


@pytest.mark.slow
def test_a_mark_takes_the_customer_with_the_id_and_several_of_them_at_once(shell: Shell) -> None:
    ours, theirs, other = (shell.tell(f"Of {user}", user) for user in (CUSTOMER, "team/2", "team/2"))
    shell("list", "-u", CUSTOMER)
    shell("list", "-u", "team/2")
    paths = [f"{CUSTOMER}/{ours}", f"team/2/{theirs[:13]}"]
    planned = shell("mark", *paths, "--dry-run", "--json").json
    assert planned["user_id"] is None
    assert [(row["user_id"], row["id"]) for row in planned["would_mark"]] == [(CUSTOMER, ours), ("team/2", theirs)]
    marked = shell("mark", *paths, "--yes")
    assert marked.code == 0, marked.err
    assert [row[:2] for row in marked.cells] == [["accepted", f"{CUSTOMER}/{ours}"], ["accepted", f"team/2/{theirs}"]]
    assert shell("mark", "-", "--yes", "--json", stdin=f"team/2/{other}\n").json["label"].startswith("1 of team/2")
    assert shell.unread_on_server() == shell.unread_on_server("team/2") == []


def test_a_person_is_shown_whose_they_are_before_they_agree(shell: Shell) -> None:
    ours, theirs = shell.tell("Ours", uuid="n-1"), shell.tell("Theirs", "u-2", uuid="n-1")
    asked = shell("mark", f"{CUSTOMER}/{ours}", f"u-2/{theirs}", answers="n\n")
    assert asked.code == 1
    assert "Mark 2 notifications of 2 customers read for them" in asked.err
    for user in (CUSTOMER, "u-2"):
        assert any(user in line and "welcome" not in user for line in asked.err.splitlines() if line.startswith("  "))
    assert shell.writes == 0


@pytest.mark.slow
def test_a_customer_who_was_never_looked_at_is_asked_for_at_the_server(shell: Shell) -> None:
    id = shell.tell("New to us", "u-9")
    assert shell("why", f"u-9/{id}", "--json").json["title"] == "New to us"
    late = shell.tell("Later", "u-10")
    assert shell("mark", f"u-10/{late}", "--yes").code == 0
    assert shell.unread_on_server("u-10") == []
    missing = shell("mark", "u-10/no-such-id", "--yes")
    assert missing.code == 1
    assert "u-10 has no notification no-such-id: nothing was changed." in missing.err
    doubtful = shell("mark", "u/11/no-such-id", "--yes")
    assert doubtful.code == 1
    assert "--user" in doubtful.err


@pytest.mark.slow
def test_a_path_that_can_be_read_in_two_ways_is_refused(shell: Shell) -> None:
    shell.tell("Of a", "a", uuid="b/c-1234567")
    shell.tell("Of a/b", "a/b", uuid="c-1234567")
    for user in ("a", "a/b"):
        shell("list", "-u", user)
    for command in (["mark", "--yes"], ["why"], ["done"]):
        refused = shell(command[0], "a/b/c-1234567", *command[1:])
        assert refused.code == 2, refused.out
        assert "add --user" in refused.err
    assert shell.writes == 0
    assert shell("mark", "a/b/c-1234567", "-u", "a/b", "--yes").code == 0
    assert shell.unread_on_server("a/b") == []
    assert len(shell.unread_on_server("a")) == 1


def test_ids_come_one_a_line_so_that_a_customers_may_hold_a_blank(shell: Shell) -> None:
    assert shell("watch", "-", stdin="Ann Lee\r\n\n  u-2 \n").code == 0
    assert sorted(row["user_id"] for row in shell("watch", "--json", "u-2").json) == ["Ann Lee", "u-2"]
    id = shell.tell("Blank", "Ann Lee")
    assert shell("mark", "-", "--yes", stdin=f"Ann Lee/{id}\n").code == 0
    assert shell.unread_on_server("Ann Lee") == []


def test_ids_come_from_standard_input_for_why_and_note_too(four: Shell) -> None:
    lines = f"{IN_ORDER[0]}\n{IN_ORDER[1]}\n"
    noted = four("note", "-", "Called them", stdin=lines)
    assert [cells[2] for cells in noted.cells] == IN_ORDER[:2]
    told = four("why", "-", "--json", stdin=lines).json
    assert [(one["id"], one["mine"]["note"]) for one in told] == [(id, "Called them") for id in IN_ORDER[:2]]
    assert four("why", "-", stdin="").code == 2


def test_the_outbox_takes_them_as_well(four: Shell) -> None:
    four.faults.set(Kind.BROKEN, method="POST")
    four("mark", *IN_ORDER[:3], "-u", CUSTOMER, "--yes")
    assert "More than one notification begins with 018f3c2a" in four("outbox", IN_ORDER[0][:8], "--drop", "--yes").err
    assert four("outbox", IN_ORDER[0][:13], f"{CUSTOMER}/{IN_ORDER[1]}", "--drop", "--yes").code == 0
    assert [row[4] for row in four("outbox").cells] == [IN_ORDER[2]]


@pytest.mark.slow
@pytest.mark.parametrize("shell", [make_dialect("nobejs", row_order="a")], indirect=True)
def test_the_outbox_takes_the_id_of_a_delivery_and_the_beginning_of_what_was_posted(shell: Shell) -> None:
    for title in ("One", "Two", "Three"):
        shell.tell(title)
    rows = shell("list", "-u", CUSTOMER, "--json").json
    deliveries = [shell("why", row["id"], "--json").json["raw"]["notification_deliveries*uuid"] for row in rows]
    shell.faults.set(Kind.MISSING, method="POST")
    shell("mark", "--shown", "-u", CUSTOMER, "--yes")
    shell.faults.clear()
    assert deliveries[0] != rows[0]["id"]
    for named in (deliveries[0], f"{CUSTOMER}/{deliveries[1]}"):
        assert shell("outbox", named, "--drop", "--yes").code == 0
    [left] = shell("outbox", "--json").json
    assert left["id"] == rows[2]["id"]
    posted = left["posted"]["id"]
    assert shell("outbox", posted[:13], "--drop", "--yes").code == 0
    assert shell("outbox", "--json").json == []
    assert shell("outbox", deliveries[0], "--drop", "--yes").code == 1


@pytest.mark.slow
@pytest.mark.parametrize("shell", [make_dialect("nobejs", row_order="a")], indirect=True)
def test_a_row_is_found_by_the_id_of_its_delivery_too(shell: Shell) -> None:
    shell.tell("Other")
    shell.tell("Joined")
    [row, _] = shell("list", "-u", CUSTOMER, "--json").json
    delivery = shell("why", row["id"], "--json").json["raw"]["notification_deliveries*uuid"]
    assert delivery != row["id"]
    assert shell("why", delivery, "--json").json["id"] == row["id"]
    assert shell("star", delivery).cells == [["starred", CUSTOMER, row["id"]]]
    marked = shell("mark", delivery, "-u", CUSTOMER, "--yes", "--json")
    assert [mark["id"] for mark in marked.json["marks"]] == [row["id"]]


@pytest.mark.slow
def test_receipts_are_named_by_their_beginnings_too(four: Shell) -> None:
    for id in IN_ORDER[:2]:
        four("mark", id, "-u", CUSTOMER, "--yes")
    newest, oldest = (receipt["receipt_id"] for receipt in four("receipts", "--json").json)
    assert four("receipts", oldest[:8], "--json").json["receipt_id"] == oldest
    assert IN_ORDER[1] in four("receipts", newest[:6]).out
    assert four("receipts", newest[:5]).code == 1
    assert "Already sent" in four("undo", newest[:8]).err
    assert four("undo", "no-such-receipt").code == 1


def test_help_says_how_they_are_named(shell: Shell) -> None:
    assert [row["name"] for row in shell("help", "ids", "--json").json][1:] == ["ID", "018f3c2a-7b13", "USER/ID", "-"]
