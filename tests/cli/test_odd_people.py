"""Odd customers from a shell: any id, the same contact twice, several refusals at once, nobody at all."""

from __future__ import annotations

import pytest

from neptune_inbox.sandbox.faults import ANSWERS, Kind
from tests.cli.shell import CUSTOMER, Shell

ODD_IDS = ("a/b c?d%", "ünï", "x" * 300)


@pytest.mark.slow
@pytest.mark.parametrize("user_id", ODD_IDS)
def test_any_id_is_created_read_changed_told_about_and_deleted(shell: Shell, user_id: str) -> None:
    assert shell("users", "create", user_id, "--json", "--yes").json["user_id"] == user_id
    assert shell("users", "update", user_id, "--set", "plan=Team", "--json", "--yes").json["meta"] == {"plan": "Team"}
    assert shell("contacts", "add", user_id, "email", "a@b.example", "--yes").cells[0][:2] == ["email", "a@b.example"]
    assert shell("users", "get", user_id, "--json").json["contact_infos"][0]["value"] == "a@b.example"
    sent = shell("event", "send", "welcome", "-u", user_id, "--wait", "--json", "--yes")
    told = shell("why", sent.json["arrival"]["id"], "-u", user_id, "--json").json
    assert told["contacts"] == [{"type": "email", "value": "a@b.example"}]
    assert "no push token, no mobile number" in told["missing"]
    assert shell("contacts", "delete", user_id, "email", "a@b.example", "--yes").code == 0
    deleted = shell("users", "delete", user_id, "--yes", "--json").json
    assert (deleted["user_id"], deleted["deleted"], deleted["place"]["environment"]) == (user_id, True, "dev")
    gone = shell("users", "get", user_id)
    assert gone.code == 1
    assert "Neptune does not know user" in gone.err


def test_the_same_type_and_value_twice_is_refused_beside_its_field(shell: Shell) -> None:
    shell("contacts", "add", CUSTOMER, "email", "a@b.example", "--yes")
    again = shell("contacts", "add", CUSTOMER, "email", "a@b.example", "--json", "--yes")
    assert again.code == 1
    assert list(again.error["fields"]) == ["value"]
    assert len(shell("contacts", "list", CUSTOMER).cells) == 1


def test_several_fields_are_told_each_with_its_words(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    errors = {"value": ["Too short.", "No number."], "meta.floor": ["Too high."]}
    monkeypatch.setitem(ANSWERS, Kind.INVALID, (422, {"message": "Validation failed. 3 error(s)", "errors": errors}))
    shell.faults.set(Kind.INVALID, method="POST")
    refused = shell("contacts", "add", CUSTOMER, "email", "a@b.example", "--yes")
    assert refused.code == 1
    for words in ("value: Too short.", "No number.", "meta.floor: Too high."):
        assert words in refused.err
    as_json = shell("contacts", "add", CUSTOMER, "email", "a@b.example", "--json", "--yes").error["fields"]
    assert as_json == errors


def test_an_odd_value_is_warned_about_and_sent(shell: Shell) -> None:
    added = shell("contacts", "add", CUSTOMER, "mobile_number", "ask Rajiv", "--yes")
    assert added.code == 0
    assert "does not look like a mobile number" in added.err
    assert added.cells[0][:2] == ["mobile_number", "ask Rajiv"]
    assert "Mind:" not in shell("contacts", "delete", CUSTOMER, "mobile_number", "ask Rajiv", "--yes").err


def test_why_says_what_is_missing_and_asks_about_the_customer_once(shell: Shell) -> None:
    id = shell.tell("Card declined")
    told = shell("why", id, "-u", CUSTOMER)
    assert "no push token, no email, no mobile number" in told.out
    assert "none on file" in told.out
    asked = shell.faults.requests["GET", "/{environment}/users/{user_id}"]
    assert shell("why", id, "-u", CUSTOMER).code == 0
    assert "no push token" in shell("why", id, "-u", CUSTOMER, "--cached").out
    assert shell.faults.requests["GET", "/{environment}/users/{user_id}"] == asked


def test_why_of_somebody_whom_neptune_does_not_know_says_so(shell: Shell) -> None:
    id = shell.tell("Card declined", "u-9999")
    assert "Neptune knows no user u-9999" in shell("why", id, "-u", "u-9999").out
    refused = shell("contacts", "list", "u-9999", "--json")
    assert (refused.code, refused.error["error"]) == (1, "not_found")
