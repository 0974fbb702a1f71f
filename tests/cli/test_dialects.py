"""The day's commands against every dialect of the service: the same lists, and only what was shown is marked."""

from __future__ import annotations

import pytest

from neptune_inbox.model import Filter
from tests.cli.shell import CUSTOMER, ENVIRONMENT, Shell
from tests.dialects import DIALECTS

pytestmark = pytest.mark.slow

in_every_dialect = pytest.mark.parametrize("shell", DIALECTS, indirect=True)


def listed(shell: Shell, kind: str) -> dict[str, str]:
    """The ids that `list` shows, by title."""
    shown = shell("list", "--user", CUSTOMER, "--type", kind, "--json")
    assert shown.code == 0, shown.err
    return {row["title"]: row["id"] for row in shown.json}


def unread(shell: Shell) -> list[str]:
    """The titles that the service itself calls unread, oldest first."""
    return [row.title for row in shell.sandbox_state.notifications(ENVIRONMENT, CUSTOMER, Filter.UNREAD)]


@in_every_dialect
def test_the_lists_are_the_services_own(shell: Shell) -> None:
    shell.tell_many(3)
    shell.tell("Old", created_at=shell.sandbox_state.now() - 9_000_000, read_at=shell.sandbox_state.now() - 8_000_000)
    assert list(listed(shell, "unread")) == ["Number 2", "Number 1", "Number 0"]
    assert list(listed(shell, "read")) == ["Old"]
    assert list(listed(shell, "all")) == ["Number 2", "Number 1", "Number 0", "Old"]


@in_every_dialect
def test_what_is_there_is_counted(shell: Shell) -> None:
    shell.tell_many(3)
    shell.tell("Old", created_at=shell.sandbox_state.now() - 9_000_000, read_at=shell.sandbox_state.now() - 8_000_000)
    counted = shell("count", "--user", CUSTOMER, "--json")
    assert counted.code == 0, counted.err
    [count] = counted.json
    assert (count["unread"], count["read"], count["all"]) == (3, 1, 4)


@in_every_dialect
def test_one_is_marked_and_why_tells_it(shell: Shell) -> None:
    shell.tell_many(3)
    id = listed(shell, "unread")["Number 1"]
    marked = shell("mark", id, "--user", CUSTOMER, "--yes")
    assert marked.code == 0, marked.err
    assert unread(shell) == ["Number 0", "Number 2"]
    assert list(listed(shell, "unread")) == ["Number 2", "Number 0"]
    assert shell("why", id, "--user", CUSTOMER, "--json").json["read_by"] == "us"


@in_every_dialect
def test_all_that_is_shown_is_marked_and_no_more(shell: Shell) -> None:
    shell.tell_many(4)
    assert len(listed(shell, "unread")) == 4
    marked = shell("mark", "--shown", "--user", CUSTOMER, "--limit", "3", "--yes")
    assert marked.code == 0, marked.err
    assert unread(shell) == ["Number 0"]


@in_every_dialect
def test_the_servers_own_mark_all_is_one_request(shell: Shell) -> None:
    shell.tell_many(3)
    marked = shell("mark", "--server-all", "--user", CUSTOMER, "--yes")
    assert marked.code == 0, marked.err
    assert (unread(shell), shell.writes) == ([], 1)


@in_every_dialect
def test_people_contacts_and_events_go_through(shell: Shell) -> None:
    assert shell("users", "list", "--json").json[0]["user_id"] == CUSTOMER
    added = shell("contacts", "add", CUSTOMER, "email", "rajiv@lumenlabs.example", "--yes")
    assert added.code == 0, added.err
    sent = shell("event", "send", "OrderPlaced", "--user", CUSTOMER, "--data", "[]", "--wait", "--yes")
    assert sent.code == 0, sent.err
    assert len(unread(shell)) == 1
