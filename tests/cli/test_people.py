"""`users`, `contacts`, `environments` and `event send`: every write shows what it changes before it is made."""

from __future__ import annotations

from pathlib import Path

import pytest

from neptune_inbox.sandbox.faults import Kind
from tests.cli.shell import CUSTOMER, Shell


class TestUsers:
    def test_a_user_is_shown_with_every_way_to_reach_them(self, shell: Shell) -> None:
        shell("contacts", "add", CUSTOMER, "email", "rajiv@example.com", "--yes")
        user = shell("users", "get", CUSTOMER, "--json").json
        assert user["user_id"] == CUSTOMER
        assert user["meta"] == {"name": "Rajiv Seelam", "plan": "Business"}
        assert [(each["type"], each["value"]) for each in user["contact_infos"]] == [("email", "rajiv@example.com")]
        assert ["email", "rajiv@example.com"] in shell("users", "get", CUSTOMER).cells

    def test_the_list_has_all_of_them_up_to_the_limit(self, shell: Shell) -> None:
        for number in range(120):
            shell.sandbox_state.create_user("dev", f"user-{number}", {})
        assert len(shell("users", "list", "--limit", "0").cells) == 121
        few = shell("users", "list", "--limit", "5", "--jsonl")
        assert {tuple(user) for user in few.jsonl} == {("user_id", "name", "meta")}, "contact infos were not told"
        assert len(few.jsonl) == 5
        assert "5 of 121" in shell("users", "list", "--limit", "5").err

    def test_creating_one(self, shell: Shell) -> None:
        made = shell("users", "create", "a b/ü", "--meta", '{"name": "Zoë"}', "--set", "level=3", "--json", "--yes")
        assert made.code == 0
        assert made.json["meta"] == {"name": "Zoë", "level": 3}
        assert "a b/ü" in {user.user_id for user in shell.sandbox_state.users("dev")}

    def test_a_change_is_told_field_by_field_before_it_is_made(self, shell: Shell) -> None:
        declined = shell("users", "update", CUSTOMER, "--set", "plan=Team", "--set", "vip=true", answers="n\n")
        assert declined.code == 1
        assert 'plan: "Business" → "Team"' in declined.err
        assert "+ vip: true" in declined.err
        assert shell.writes == 0
        changed = shell("users", "update", CUSTOMER, "--set", "plan=Team", answers="y\n")
        assert changed.code == 0
        assert shell.sandbox_state.user("dev", CUSTOMER).meta == {"name": "Rajiv Seelam", "plan": "Team"}

    def test_meta_replaces_the_whole(self, shell: Shell, tmp_path: Path) -> None:
        file = tmp_path / "meta.json"
        file.write_text('{"plan": "Free"}')
        told = shell("users", "update", CUSTOMER, "--meta", f"@{file}", "--dry-run")
        assert '- name: "Rajiv Seelam"' in told.err
        assert "Nothing was written" in told.err
        assert shell.writes == 0
        assert shell("users", "update", CUSTOMER, "--meta", "-", "--yes", stdin='{"plan": "Free"}').code == 0
        assert shell.sandbox_state.user("dev", CUSTOMER).meta == {"plan": "Free"}

    @pytest.mark.parametrize("meta", ["{", "[1]", "@/no/such/file"])
    def test_what_is_no_object_is_refused_unsent(self, shell: Shell, meta: str) -> None:
        refused = shell("users", "create", "new", "--meta", meta, "--yes")
        assert refused.code == 2
        assert "--meta @FILE" in refused.err
        assert shell.requests == 0

    @pytest.mark.parametrize("command", [["users", "get"], ["users", "create"], ["contacts", "list"]])
    def test_an_id_that_is_empty_names_nobody(self, shell: Shell, command: list[str]) -> None:
        refused = shell(*command, "")
        assert refused.code == 2
        assert "The user id is empty" in refused.err
        assert shell.requests == 0

    def test_deleting_one_has_the_user_typed_out(self, shell: Shell) -> None:
        assert shell("users", "delete", CUSTOMER).code == 2
        assert shell("users", "delete", CUSTOMER, answers="y\n").code == 1
        assert "Nothing was written" in shell("users", "delete", CUSTOMER, "--dry-run").err
        assert shell.writes == 0
        assert shell("users", "delete", CUSTOMER, answers=f"{CUSTOMER}\n").cells == [["deleted", CUSTOMER]]
        assert shell("users", "get", CUSTOMER).code == 1

    def test_a_refusal_names_the_field(self, shell: Shell) -> None:
        refused = shell("users", "create", CUSTOMER, "--json", "--yes")
        assert refused.code == 1
        assert "user_id" in refused.error["fields"]

    def test_every_write_is_in_the_journal(self, shell: Shell) -> None:
        shell("users", "update", CUSTOMER, "--set", "plan=Team", "--yes")
        entries = shell("journal", "--json").json
        assert [(each["verb"], each["outcome"]) for each in entries] == [
            ("user-update", "trying"),
            ("user-update", "sent"),
        ]


class TestContacts:
    def test_adding_changing_and_deleting_one(self, shell: Shell) -> None:
        added = shell("contacts", "add", CUSTOMER, "email", "r@example.com", "--meta", '{"work": true}', "--yes")
        assert added.cells == [["email", "r@example.com", "", '{"work":true}']]
        changed = shell("contacts", "update", CUSTOMER, "email", "r@example.com", "--filterable", "home", "--yes")
        assert changed.cells[0][2] == "home"
        assert '{"work":true} → home' in changed.err
        gone = shell("contacts", "delete", CUSTOMER, "email", "r@example.com", "--yes")
        assert (gone.code, gone.out) == (0, "")
        assert [write.method for write in shell.sandbox_state.writes] == ["POST", "PUT", "DELETE"]

    def test_what_the_service_refuses_is_told_in_its_words(self, shell: Shell) -> None:
        refused = shell("contacts", "add", CUSTOMER, "email", "no-address", "--yes")
        assert refused.code == 1
        assert "value: The value must be a valid email address." in refused.err
        fields = shell("contacts", "add", CUSTOMER, "email", "no-address", "--json", "--yes").error["fields"]
        assert fields == {"value": ["The value must be a valid email address."]}

    def test_what_is_not_there_is_not_changed(self, shell: Shell) -> None:
        for verb in ("update", "delete"):
            refused = shell("contacts", verb, CUSTOMER, "email", "nobody@example.com", "--yes")
            assert refused.code == 1
            assert f"{CUSTOMER} has no email nobody@example.com" in refused.err
        assert shell.writes == 0

    def test_a_dry_run_writes_nothing_and_a_no_neither(self, shell: Shell) -> None:
        assert shell("contacts", "add", CUSTOMER, "email", "r@example.com", "--dry-run").code == 0
        assert shell("contacts", "add", CUSTOMER, "email", "r@example.com", answers="n\n").code == 1
        assert shell.writes == 0

    def test_a_user_without_any_says_so(self, shell: Shell) -> None:
        assert "no contact infos" in shell("contacts", "list", CUSTOMER).err


class TestEnvironments:
    def test_those_of_the_team_are_listed(self, shell: Shell) -> None:
        assert [row[0] for row in shell("environments").cells] == ["dev", "staging", "production"]
        assert shell("environments", "--json").json[0] == {"name": "dev", "label": "Development"}


class TestSendingAnEvent:
    def test_the_notification_that_it_makes_is_waited_for(self, shell: Shell) -> None:
        shell.tell("There before")
        sent = shell("event", "send", "welcome", "-u", CUSTOMER, "--data", '{"a": 1}', "--wait", "--json", "--yes")
        assert sent.code == 0
        assert [sent.json["arrival"]["id"]] == [
            row[-1] for row in shell("list", "-u", CUSTOMER, "--limit", "1").cells
        ]

    def test_one_that_never_comes_is_4_and_says_that_it_was_sent(self, shell: Shell) -> None:
        sent = shell(
            "event", "send", "welcome", "-u", CUSTOMER, "--message-id", "same", "--wait", "0", "--json", "--yes"
        )
        assert sent.code == 4
        assert sent.json["sent"] is True
        assert sent.json["arrival"] is None
        assert "was sent" in sent.error["sentence"]

    def test_a_dry_run_shows_the_request_without_the_token(self, shell: Shell) -> None:
        arguments = ["-u", CUSTOMER, "--contact", "email=a@b.example", "--tag", "test", "--timestamp", "1700000000"]
        told = shell("event", "send", "otp_requested", *arguments, "--ignore-user-contacts", "--dry-run", "--json")
        request = told.json["request"]
        assert request["event_type"] == "otp_requested"
        assert request["contact_infos"] == [{"type": "email", "value": "a@b.example"}]
        assert request["api_token"] == "••••"
        assert shell.token.reveal() not in told.out + told.err
        assert shell.requests == 0

    @pytest.mark.parametrize(
        "arguments",
        [
            ["Wrong-Type", "-u", "x"],
            ["welcome"],
            ["welcome", "--contact", "email=a@b.example", "--wait"],
            ["welcome", "-u", "x", "--data", "no json"],
            ["welcome", "--contact", "no-pair"],
        ],
    )
    def test_what_cannot_be_meant_is_refused_unsent(self, shell: Shell, arguments: list[str]) -> None:
        assert shell("event", "send", *arguments).code == 2
        assert shell.requests == 0

    def test_production_is_typed_out(self, shell: Shell) -> None:
        shell.environment["NEPTUNE_ENV"] = "production"
        assert shell("event", "send", "welcome", "-u", CUSTOMER).code == 2
        asked = shell("event", "send", "welcome", "-u", CUSTOMER, answers="y\n")
        assert asked.code == 1
        assert "Real customers are reached" in asked.err
        assert shell.writes == 0
        assert shell("event", "send", "welcome", "-u", CUSTOMER, answers="production\n").code == 0
        assert shell.writes == 1

    @pytest.mark.slow
    def test_a_refusal_is_1_and_in_the_journal(self, shell: Shell) -> None:
        shell.faults.set(Kind.INVALID, route="/events/*")
        assert shell("event", "send", "welcome", "-u", CUSTOMER, "--yes").code == 1
        assert [each["outcome"] for each in shell("journal", "--json").json] == ["trying", "failed"]


def test_a_write_whose_answer_was_lost_says_that_it_may_have_arrived(shell: Shell) -> None:
    shell.faults.set("reset after", method="POST", times=1)
    lost = shell("users", "create", "u-new", "--yes")
    assert lost.code == 4
    assert "it is not known whether it arrived" in lost.err
    assert "neptune-inbox users get u-new" in lost.err
    assert shell("users", "get", "u-new").code == 0
    shell.faults.set("reset after", method="POST", times=1)
    lost = shell("contacts", "add", "u-new", "email", "new@example.com", "--yes")
    assert "it is not known whether it arrived" in lost.err
    assert "neptune-inbox contacts list u-new" in lost.err
    shell.faults.set("422", method="POST", times=1)
    never = shell("users", "create", "u-other", "--yes")
    assert "arrived" not in never.err
