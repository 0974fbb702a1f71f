"""Each line of the API's table from a shell: the command makes that very request, and the service is content."""

from __future__ import annotations

import pytest

from neptune_inbox.sandbox.records import ContactRecord
from tests.cli.shell import CUSTOMER, ENVIRONMENT, Shell
from tests.guards.api_table import MAIL, TABLE, ApiCall

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("line", TABLE, ids=lambda line: line.title)
def test_the_command_makes_the_request_of_its_line(shell: Shell, line: ApiCall) -> None:
    id = shell.tell("Card declined")
    if line.title in ("Update contact info", "Delete contact info"):
        shell.sandbox_state.add_contact(ENVIRONMENT, CUSTOMER, ContactRecord(*MAIL, "", {}))
    agreed = () if line.method == "GET" or "--yes" in line.command else ("--yes",)
    told = shell(*(id if word == "ID" else word for word in line.command), *agreed)
    assert told.code == 0, told.err
    assert shell.faults.requests[line.route] >= 1
    if line.method != "GET":
        [write] = shell.sandbox_state.writes
        assert (write.method, write.route, write.status) == (*line.route, 200)
        if line.call.startswith("mark"):
            assert write.body["type"] == ("notification" if line.call == "mark_read" else "user")
