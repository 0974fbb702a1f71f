"""One-time codes at a shell: hidden in all that is printed, which says so, and shown where --show-codes asks."""

from __future__ import annotations

import json

import jsonschema_rs
import pytest

from neptune_inbox.cli.schemas import CODES_HIDDEN, LISTED, SCHEMAS
from tests.cli.shell import CUSTOMER, Shell
from tests.cli.test_plain_process import type_into

CODE = "482913"
WRITTEN = (CODE, "482 913")


@pytest.fixture
def coded(shell: Shell) -> str:
    """A title that says nothing, a body that tells the code, and a payload and a link that hold it as well."""
    shell.tell("Invoice 10023 over 1,500.00 EUR", data={"order": "10023"}, event_type="invoice")
    return shell.tell(
        f"Type {CODE} to go on",
        body="Your verification code is 482 913. It is good for 10 minutes.",
        link=f"https://acme.example/in?otp={CODE}",
        data={"digits": int(CODE), "order": "10023"},
        event_type="login",
    )


def is_hidden(text: str) -> bool:
    return not any(each in text for each in WRITTEN)


class TestHidden:
    @pytest.mark.slow
    @pytest.mark.parametrize("shape", [[], ["--json"], ["--jsonl"], ["--csv"]])
    @pytest.mark.parametrize("cached", [[], ["--cached"]])
    def test_in_a_list_of_any_shape(self, shell: Shell, coded: str, shape: list[str], cached: list[str]) -> None:
        shell("list", "-u", CUSTOMER)
        shown = shell("list", "-u", CUSTOMER, *cached, *shape)
        assert shown.code == 0
        assert is_hidden(shown.out)
        assert "Invoice 10023 over 1,500.00 EUR" in shown.out
        assert ("•••••• to go on" in shown.out) or ("\\u2022" * 6 in shown.out)

    def test_json_says_which_notification_hides_something_and_the_schema_says_what_that_means(
        self, shell: Shell, coded: str
    ) -> None:
        code, invoice = shell("list", "-u", CUSTOMER, "--json").json
        assert (code["id"], code["codes_hidden"], "codes_hidden" in invoice) == (coded, True, False)
        assert code["data"] == {"digits": "••••••", "order": "10023"}
        assert code["link"] == "https://acme.example/in?otp=••••••"
        assert "--show-codes" in CODES_HIDDEN["description"]
        jsonschema_rs.validator_for(SCHEMAS["list"]).validate([code, invoice])
        assert "codes_hidden" not in LISTED["required"]

    @pytest.mark.slow
    def test_text_says_it_beside_the_list(self, shell: Shell, coded: str) -> None:
        told = "One-time codes are hidden in 1 notification; --show-codes shows them."
        assert told in shell("list", "-u", CUSTOMER).err
        assert told in shell("list", "-u", CUSTOMER, "--csv").err
        assert told in shell("why", coded, "-u", CUSTOMER).err
        assert told not in shell("list", "-u", CUSTOMER, "-q", "event:invoice").err

    def test_csv_has_the_columns_that_it_had(self, shell: Shell, coded: str) -> None:
        names = shell("list", "-u", CUSTOMER, "--csv").out.splitlines()[0].split(",")
        assert "codes_hidden" not in names

    def test_in_the_evidence_and_the_raw_row(self, shell: Shell, coded: str) -> None:
        shown = shell("why", coded, "-u", CUSTOMER, "--json")
        assert is_hidden(shown.out)
        assert shown.json["codes_hidden"] is True
        jsonschema_rs.validator_for(SCHEMAS["why"]).validate(shown.json)
        assert is_hidden(shell("why", coded, "-u", CUSTOMER).out)

    @pytest.mark.slow
    def test_in_whatever_else_names_a_notification(self, shell: Shell, coded: str) -> None:
        shell("watch", CUSTOMER)
        said = [
            shell("poll", "--once"),
            shell("poll", "--once", "--jsonl"),
            shell("mark", coded, "-u", CUSTOMER, "--dry-run"),
            shell("mark", coded, "-u", CUSTOMER, "--dry-run", "--json"),
            shell("star", coded),
            shell("note", coded, "Called."),
            shell("mark", coded, "-u", CUSTOMER, "--yes"),
            *(shell(*words) for words in (["outbox"], ["receipts"], ["receipts", "--json"], ["journal"])),
            *(shell("handover", *words) for words in ([], ["--html"], ["--json"])),
        ]
        assert [each.out for each in said if not is_hidden(each.out + each.err)] == []

    @pytest.mark.slow
    def test_in_a_report(self, shell: Shell, coded: str) -> None:
        shell("list", "-u", CUSTOMER)
        assert is_hidden(shell("report", "--show").out)

    def test_a_title_tells_nothing_that_only_the_payload_gives_away(self, shell: Shell) -> None:
        shell.tell(f"Hello {CODE}", data={"otp": CODE})
        shell.tell("12 34 56 is your code")
        shell("list", "-u", CUSTOMER)
        for words in ([], ["--cached"]):
            shown = shell("list", "-u", CUSTOMER, *words).out
            assert "Hello ••••••" in shown
            assert "•• •• •• is your code" in shown


class TestShown:
    @pytest.mark.slow
    @pytest.mark.parametrize(
        "words",
        [
            ["list", "-u", CUSTOMER],
            ["list", "-u", CUSTOMER, "--cached"],
            ["list", "-u", CUSTOMER, "-q", CODE],
            ["list", "-u", CUSTOMER, "--json"],
            ["list", "-u", CUSTOMER, "--jsonl"],
            ["list", "-u", CUSTOMER, "--csv"],
            ["why", "{id}", "-u", CUSTOMER],
            ["why", "{id}", "-u", CUSTOMER, "--json"],
            ["mark", "{id}", "-u", CUSTOMER, "--dry-run"],
        ],
    )
    def test_wherever_a_command_prints_when_asked_before_or_after_its_name(
        self, shell: Shell, coded: str, words: list[str]
    ) -> None:
        shell("list", "-u", CUSTOMER)
        words = [word.format(id=coded) for word in words]
        for asked in ([*words, "--show-codes"], ["--show-codes", *words]):
            shown = shell(*asked)
            assert CODE in shown.out
            assert "•" not in shown.out
            assert "codes_hidden" not in shown.out
            assert "hidden" not in shown.err
        assert is_hidden(shell(*words).out)

    def test_by_poll_as_it_comes(self, shell: Shell) -> None:
        shell.tell("Hello")
        shell("watch", CUSTOMER)
        shell("poll", "--once")
        shell.tell(f"{CODE} is your code")
        assert CODE in shell("poll", "--once", "--jsonl", "--show-codes").out

    @pytest.mark.slow
    def test_in_the_plain_inbox_and_to_the_commands_that_it_pipes_to(self, shell: Shell, coded: str) -> None:
        shell.config('[profiles.dev]\nenvironment = "dev"\napi_base = "{base}"\n[commands]\ncopy = ["cat"]\n')
        lines = (f"@ {CUSTOMER}", "1", "raw", "pipe 1 copy", "link 1", "q")
        shown = type_into(shell, *lines, arguments=("--plain", "--show-codes")).stdout
        assert f"https://acme.example/in?otp={CODE}" in shown
        assert "codes_hidden" not in shown
        hidden = type_into(shell, *lines).stdout
        assert is_hidden(hidden)
        assert '"codes_hidden": true' in hidden
        assert "The link holds a one-time code, which is hidden." in hidden
        assert "--show-codes` can use it" in hidden

    @pytest.mark.slow
    def test_in_the_demo(self, shell: Shell) -> None:
        lines = ("@ u-0815", "/ event:otp_requested", "1", "q")
        for more, words in ((), "Use ••• ••• to finish"), (("--show-codes",), "Use 482 913 to finish"):
            assert words in type_into(shell, *lines, arguments=("demo", "--plain", *more)).stdout

    def test_by_the_settings_for_ever(self, shell: Shell, coded: str) -> None:
        shell.config('[profiles.dev]\nenvironment = "dev"\napi_base = "{base}"\n[privacy]\nmask_codes = false\n')
        assert CODE in shell("list", "-u", CUSTOMER).out


def test_what_holds_no_code_is_printed_as_it_was(shell: Shell) -> None:
    shell.tell(
        "Order 10023 over $1,500.00 was sent in 2026", body="Parcel 48291300, at 12:30.", data={"order": 10023}
    )
    plain = shell("list", "-u", CUSTOMER, "--jsonl").out
    assert plain == shell("list", "-u", CUSTOMER, "--jsonl", "--show-codes").out
    assert json.loads(plain)["data"] == {"order": 10023}
