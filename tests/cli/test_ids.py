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


def test_a_beginning_that_several_have_is_refused_with_all_of_them(four: Shell) -> None:
    for arguments in (["done"], ["why"], ["note"], ["mark", "-u", CUSTOMER, "--yes"]):
        refused = four(arguments[0], IN_ORDER[0][:8], *(["Text"] if arguments == ["note"] else []), *arguments[1:])
        assert refused.code == 2
        assert "More than one notification begins with 018f3c2a: " in refused.err
        for id in IN_ORDER:
            assert f"{CUSTOMER}/{id}" in refused.err
    assert len(four.unread_on_server()) == 4


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


def test_help_says_how_they_are_named(shell: Shell) -> None:
    assert [row["name"] for row in shell("help", "ids", "--json").json][1:] == ["ID", "018f3c2a-7b13", "USER/ID", "-"]
