"""The doors: what each kind of value from outside may be, and the sentence for what it may not."""

from __future__ import annotations

import io
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import Mock
from zoneinfo import ZoneInfo

import pytest

from neptune_inbox import config, doors
from neptune_inbox.api.client import Client
from neptune_inbox.errors import ConfigProblem, Invalid, TokenMisplaced, UsageProblem
from neptune_inbox.paths import Paths
from neptune_inbox.presentation.json import iso
from neptune_inbox.presentation.times import LAST_MOMENT as LAST_MOMENT_OF_THE_EXPRESS
from neptune_inbox.presentation.times import listed_time, local, moment, return_time, table_age
from neptune_inbox.store.outbox.schema import open_state
from neptune_inbox.store.triage import TriageStore
from neptune_inbox.sync.customers.validation import parse_object
from neptune_inbox.sync.inbox.times import from_instant, parse_future, parse_past
from tests.builders import NOON, FakeClock

END_OF_9999 = int(datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC).timestamp() * 1000)
IN_2038 = int(datetime(2038, 1, 19, 3, 14, 8, tzinfo=UTC).timestamp() * 1000)


@pytest.fixture
def triage_store() -> TriageStore:
    clock = FakeClock()
    return TriageStore(open_state(None, clock.now), "place", clock.now)


TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhY21lIn0.c2lnbmF0dXJlLW9mLW5vYm9keQ"


def test_json_is_no_place_for_a_token_wherever_it_is_read_from() -> None:
    with pytest.raises(TokenMisplaced, match=r"^--data looks like an API token") as caught:
        doors.read_json_object(f'{{"a": ["x", "{TOKEN}"]}}', "--data")
    assert TOKEN not in str(caught.value)


class TestIds:
    @pytest.mark.parametrize(
        "id", ["u-4711", "2", "a b", "ü", "..", "a/b", "%2f", "x" * 512, "🏴", " padded ", "ㅤa", "ɴ̃"]
    )
    def test_any_printable_text_may_be_one_and_stays_as_it_is(self, id: str) -> None:
        assert doors.read_id(id, "--user") == id
        assert doors.is_id(id)

    @pytest.mark.parametrize(
        "id",
        [
            *("", " ", "\t", "a\nb", "\0", "\u200b", "\xa0", "M\udcfcller", "\ud83d", "x" * 513),
            *("\u3164", "\u2800", "\u1160 ", "\uffa0", "\ufe0f", "\u034f", "\u0301", "\u20dd"),
        ],
    )
    def test_what_names_nobody_is_refused_with_where_it_was_written(self, id: str) -> None:
        assert not doors.is_id(id)
        with pytest.raises(UsageProblem, match=r"^--user ") as caught:
            doors.read_id(id, "--user")
        assert caught.value.remedy
        caught.value.sentence.encode()

    async def test_the_client_sends_none_either(self) -> None:
        client = Client(Mock(), "dev")
        for call in (client.mark_user_read(""), client.mark_read(" "), client.user(""), client.delete_user("\u200b")):
            with pytest.raises(Invalid, match="nothing was sent"):
                await call

    def test_one_that_an_older_version_stored_is_passed_over(self, triage_store: TriageStore) -> None:
        for user_id in ("", "u-1", " "):
            triage_store.watch(user_id)
        assert triage_store.watched() == ["u-1"]


class TestNumbers:
    def test_digits_within_the_bounds(self) -> None:
        assert doors.read_whole("0", "--limit", 0, 10) == 0
        assert doors.read_whole(" 10 ", "--limit", 0, 10) == 10
        assert doors.read_number("2.5", "--wait", 0, 600) == 2.5

    @pytest.mark.parametrize(
        "text", ["", "11", "-1", "99999999999999999999", "9" * 5_000, "1_0", "٣", "0x1", "1.0", "1e1"]
    )
    def test_nothing_else_is_a_whole_number(self, text: str) -> None:
        with pytest.raises(UsageProblem, match="is not a whole number from 0 to 10"):
            doors.read_whole(text, "--limit", 0, 10)

    @pytest.mark.parametrize("text", ["nan", "inf", "-inf", "1e9999", "601", "-0.1", "٣", ""])
    def test_no_infinity_and_nothing_that_is_no_number(self, text: str) -> None:
        with pytest.raises(UsageProblem, match="is not a number from 0 to 600"):
            doors.read_number(text, "--wait", 0, 600)


class TestTimes:
    @pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Europe/Berlin", "UTC", "Pacific/Pago_Pago"])
    def test_what_is_accepted_can_be_shown_everywhere(self, zone: str) -> None:
        assert from_instant(doors.LAST_MOMENT, ZoneInfo(zone)).year in (9998, 9999)
        assert from_instant(END_OF_9999, ZoneInfo(zone)).year in (9998, 9999)

    @pytest.mark.parametrize("text", ["9999-12-31 23:00", "9999-01-01", "9999-12-31T23:00+00:00"])
    def test_a_snooze_into_the_last_year_is_refused(self, text: str) -> None:
        with pytest.raises(UsageProblem, match="is not a"):
            parse_future(text, NOON)
        with pytest.raises(UsageProblem, match="is not a"):
            parse_past(text, NOON)

    def test_what_was_stored_or_came_so_is_told_as_its_year(self) -> None:
        assert local(END_OF_9999) == "year 9999"
        assert local(END_OF_9999 + 86_400_000) == "year 9999"
        assert iso(END_OF_9999) == "9999-12-31T23:59:59Z"
        assert iso(END_OF_9999 + 86_400_000) == "9999-12-31T23:59:59Z"
        assert moment(END_OF_9999 + 86_400_000, NOON).startswith("year ")
        assert table_age(END_OF_9999, NOON) == "year 9999"

    def test_what_lies_ahead_is_not_now(self) -> None:
        assert listed_time(IN_2038, NOON, "age") == ">9y"
        assert table_age(IN_2038, NOON).startswith("in ")
        assert table_age(NOON + 30_000, NOON) == "0s"

    def test_a_return_in_another_year_names_it(self) -> None:
        assert "2038" in return_time(IN_2038, NOON)
        assert str(from_instant(NOON).year) not in return_time(NOON + 3_600_000, NOON)

    def test_the_express_knows_the_same_last_moment(self) -> None:
        assert LAST_MOMENT_OF_THE_EXPRESS == doors.LAST_MOMENT


class TestJson:
    @pytest.mark.parametrize(
        "text", ["{}", '{"a": [1, 2.5, null, true, "ü"]}', '\ufeff{"a": 1}', '{"n": 12345678901234567890}']
    )
    def test_what_can_be_sent_arrives_as_it_was_written(self, text: str) -> None:
        assert doors.read_json_object(text, "--data") == json.loads(text.removeprefix("\ufeff"))

    @pytest.mark.parametrize(
        ("text", "why"),
        [
            ('{"a": NaN}', "NaN"),
            ('{"a": Infinity}', "Infinity"),
            ('{"a": -Infinity}', "-Infinity"),
            ('{"a": 1e999}', "too large"),
            ('{"a": -0.1e-999}', "would be sent as 0"),
            ('{"a": "\\ud83d"}', "surrogate"),
            ('{"\\udc00": 1}', "surrogate"),
            ('{"a": 1, "a": 2}', "twice"),
            ('{"a": {"b": 1, "b": 1}}', "twice"),
            ("[" * 101 + "]" * 101, "levels"),
            ("[" * 50_000, "levels"),
            ("1" * 5_000, "digits"),
            ('{"a": "' + "ü" * 60_000 + '"}', "longer"),
            ("{", "line 1, column 2"),
            ("", "line 1, column 1"),
        ],
    )
    def test_everything_else_is_refused_and_says_why(self, text: str, why: str) -> None:
        with pytest.raises(UsageProblem, match=r"^--data ") as caught:
            doors.read_json(text, "--data", "Write it like this.")
        assert why in caught.value.sentence
        assert caught.value.remedy

    @pytest.mark.parametrize("text", ['{"a": "\\ud83d"}', '{"a": 1, "a": 2}', '{"a": NaN}'])
    def test_the_forms_of_the_screens_refuse_the_same(self, text: str) -> None:
        with pytest.raises(UsageProblem):
            parse_object(text)


class TestText:
    def test_bytes_that_are_no_text_are_named(self) -> None:
        with pytest.raises(UsageProblem, match=r"--query is not valid Unicode text: M.ller\."):
            doors.read_text("M\udcfcller", "--query")
        with pytest.raises(UsageProblem, match=r"notes.json is not UTF-8 text\."):
            doors.decode(b"M\xfcller", "notes.json")
        assert doors.decode(b"\xef\xbb\xbf{}", "notes.json") == "{}"

    def test_standard_input_is_text_or_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"a\xff"), encoding="utf-8"))
        with pytest.raises(UsageProblem, match="Standard input is not UTF-8 text"):
            doors.read_stdin()


class TestConfig:
    @pytest.fixture
    def paths(self, tmp_path: Path) -> Paths:
        paths = Paths.under(tmp_path)
        paths.config.mkdir()
        return paths

    def test_a_byte_order_mark_is_no_part_of_it(self, paths: Paths) -> None:
        paths.config_file.write_bytes(b"\xef\xbb\xbf[ui]\nundo_seconds = 0.5\n")
        assert config.load(paths).ui.undo_seconds == 0.5
        config.set_value(paths, "ui.theme", "terminal")
        assert config.load(paths).ui.theme == "terminal"

    def test_a_pipe_is_not_waited_for(self, paths: Paths) -> None:
        os.mkfifo(paths.config_file)
        with pytest.raises(ConfigProblem, match="is not a file"):
            config.load(paths)

    @pytest.mark.parametrize(
        ("lines", "named"),
        [
            ('environment = "dev"\nusers = ["u-1", ""]', "users"),
            ('environment = "dev"\nusers = ["a\\nb"]', "users"),
            ('environment = "d\\u200bev"', "environment"),
        ],
    )
    def test_an_id_or_name_that_is_none_is_named_with_its_line(self, paths: Paths, lines: str, named: str) -> None:
        paths.config_file.write_text(f"[profiles.acme]\n{lines}\n")
        with pytest.raises(ConfigProblem, match=rf"config.toml, line \d: `profiles.acme.{named}`"):
            config.load(paths)

    def test_a_variable_is_checked_as_well(self, paths: Paths) -> None:
        with pytest.raises(UsageProblem, match="NEPTUNE_ENV"):
            config.profile_from(config.load(paths), None, {"NEPTUNE_ENV": "d\u200bev"})
