"""Answers that differ from ours, read through to the cache: read state, totals, size, and rows that are odd."""

from __future__ import annotations

import asyncio
import json
from random import Random

import httpx
import pytest

from neptune_inbox.api.client import Client
from neptune_inbox.api.transport import Transport
from neptune_inbox.errors import InboxError, NotNeptune
from neptune_inbox.model import Filter, Freshness, JsonObject, JsonValue, Mode, Remark, Search
from neptune_inbox.store.cache.schema import open_cache
from neptune_inbox.store.journal.journal import Journal
from neptune_inbox.store.outbox.schema import open_state
from neptune_inbox.store.tenant import TenantData
from neptune_inbox.sync.events import Bus
from neptune_inbox.sync.fetch.effect import EffectCheck
from neptune_inbox.sync.fetch.fetcher import Fetcher
from neptune_inbox.sync.store_thread import StoreThread
from neptune_inbox.sync.tenant_store import TenantStore
from tests.builders import API, EDGE, NOON, TOKEN, FakeClock
from tests.foreign_service import JSON, Service, Truth, Wrap, bare, nobejs

TENANT, USER = "https://api dev", "u-1"


class Reading:
    """A fetcher over a service, and what the cache shows of it."""

    def __init__(self, http: httpx.MockTransport) -> None:
        clock = FakeClock()
        data = TenantData(
            cache_file=open_cache(None, clock.now),
            state_file=open_state(None, clock.now),
            journal=Journal(None, actor="ann"),
            tenant=TENANT,
            now=clock.now,
        )
        self.cache, self.users = data.cache, data.users
        transport = Transport(
            api_base=API,
            edge_base=EDGE,
            token=TOKEN,
            mode=Mode.ACT,
            http=http,
            now=clock.now,
            sleep=clock.sleep,
            rng=Random(1),
        )
        self.client = Client(transport, "staging")
        self.store_thread = StoreThread()
        store = TenantStore(data, self.store_thread)
        effects = EffectCheck(store=store, bus=Bus(), now=clock.now)
        self.fetcher = Fetcher(store=store, client=self.client, effects=effects, now=clock.now)

    def poll(self, *kinds: Filter) -> Reading:
        async def work() -> None:
            for kind in kinds or (Filter.UNREAD,):
                await self.fetcher.poll(USER, kind, is_on_screen=True)

        asyncio.run(work())
        return self

    def titles(self, kind: Filter = Filter.ALL) -> list[str]:
        rows = self.cache.rows(self.cache.snapshot(Search((USER,), kind)))
        return [str(row.title) for row in rows]

    def postable(self) -> dict[str, tuple[str, ...]]:
        """By title: what may be posted to mark the row, the best first."""
        rows = self.cache.rows(self.cache.snapshot(Search((USER,))))
        found = self.cache.candidates([row.key for row in rows])
        return {str(row.title): tuple(each.value for each in found[row.key]) for row in rows}

    @property
    def numbers(self) -> tuple[int | None, int | None, int | None]:
        counts = self.users.counts([USER])[USER]
        return counts.all, counts.unread, counts.read

    @property
    def fresh(self) -> Freshness:
        return self.users.freshness([USER])[USER]


def rows(count: int, *, read: frozenset[int] = frozenset(), said: JsonObject | None = None) -> list[Truth]:
    """Rows, newest first; `said` is what those that are read say about it."""
    found: list[Truth] = []
    for number in range(count):
        row: JsonObject = {
            "uuid": f"n-{number}",
            "title": f"Title {number}",
            "created_at": NOON // 1000 - number * 60,
        }
        if number in read and said:
            row |= said
        found.append(Truth(row, number in read, f"n-{number}"))
    return found


READ = frozenset({1, 3, 4})


@pytest.mark.slow
@pytest.mark.parametrize(
    "said",
    [
        {},
        {"isRead": True},
        {"seen_at": "2026-11-04T10:00:00Z"},
        {"status": "read"},
        {"read_at": "Wed, 04 Nov 2026 10:00:00 GMT"},
        {"read_at": "2026/11/04"},
        {"read_at": 1_793_786_400_000_000},
        {"read_at": {"$date": "2026-11-04T10:00:00Z"}},
        {"acknowledged": 1},
        {"read_at": None},
    ],
)
def test_the_three_lists_decide_what_is_read_whatever_it_is_called(said: JsonObject) -> None:
    for kinds in ((Filter.ALL,), (Filter.UNREAD, Filter.ALL), (Filter.READ, Filter.ALL), (Filter.ALL,) * 2):
        reading = Reading(Service(rows(5, read=READ, said=said)).transport()).poll(*kinds)
        assert reading.titles(Filter.UNREAD) == ["Title 0", "Title 2"]
        assert reading.titles(Filter.READ) == ["Title 1", "Title 3", "Title 4"]
        assert reading.numbers == (5, 2, 3)


@pytest.mark.parametrize(
    "never",
    [
        "-0001-11-30T00:00:00.000000Z",
        "0000-00-00 00:00:00",
        "0001-01-01T00:00:00+05:30",
        "1899-12-30",
        "1900-01-01 00:00:00",
        "1970-01-01T01:00:00+01:00",
        "1969-12-31T19:00:00-05:00",
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "/Date(-62135596800000)/",
        -62_135_596_800,
        "-62135596800",
        {"$date": 0},
        {"date": "-0001-11-30 00:00:00.000000", "timezone_type": 3, "timezone": "UTC"},
        {"seconds": 0, "nanoseconds": 0},
        "infinity",
        "-infinity",
        "9999-12-31T23:59:59Z",
        "Invalid date",
        "NaN",
        "—",
        "not read",
    ],
    ids=str,
)
def test_the_zero_date_of_any_system_is_no_time_at_which_a_row_was_read(never: JsonValue) -> None:
    found = rows(3, read=frozenset({1}), said={"read_at": "2026-11-04T10:00:00Z"})
    for each in found:
        each.row.setdefault("read_at", never)
    reading = Reading(Service(found).transport()).poll(Filter.ALL)
    assert reading.titles(Filter.UNREAD) == ["Title 0", "Title 2"]


def test_a_server_that_gives_few_rows_at_once_and_repeats_the_size_asked_for_is_read_to_the_end() -> None:
    """Without a total and a last page, a short page proves the end only once a longer one was seen."""

    def wrap(found: list[JsonValue], page: int, per_page: int, total: int) -> JsonValue:
        return {"data": found, "meta": {"page": page, "per_page": per_page}}

    service = Service(rows(12), wrap, cap=5, echoes=True)
    reading = Reading(service.transport()).poll(Filter.ALL)
    assert len(reading.titles()) == 12
    assert reading.fresh.has_everything
    assert reading.numbers == (12, 12, 0)
    service.requests.clear()
    reading.poll(Filter.UNREAD)
    assert len(service.requests) == 1, "where the ground is known, nothing more is asked"


def test_a_server_that_refuses_the_size_of_a_page_is_asked_for_smaller_ones() -> None:
    service = Service(rows(33), most=20)
    reading = Reading(service.transport()).poll(Filter.ALL)
    assert len(reading.titles()) == 33
    refused = [each for each in service.requests if int(each.url.params["per_page"]) > 20]
    assert len(refused) <= 2, "each list is asked for too much only once"


def test_a_last_page_that_cannot_be_read_loses_no_other() -> None:
    found = [*rows(50), Truth({"title": "Without an id", "created_at": "2026-01-01"})]
    reading = Reading(Service(found).transport()).poll(Filter.ALL)
    assert len(reading.titles()) == 50
    assert reading.fresh.skipped == 1
    assert reading.fresh.has_everything


def test_a_time_that_cannot_be_read_says_read_and_no_more() -> None:
    reading = Reading(Service(rows(2, read=frozenset({1}), said={"read_at": "gestern"})).transport()).poll(Filter.ALL)
    (row,) = reading.cache.rows(reading.cache.snapshot(Search((USER,), Filter.READ)))
    assert row.read_at is None


def test_fields_that_contradict_the_lists_are_not_believed() -> None:
    truth = rows(3, read=frozenset({1}), said={"is_read": False})
    reading = Reading(Service(truth).transport()).poll(Filter.UNREAD, Filter.READ, Filter.ALL, Filter.ALL)
    assert reading.titles(Filter.READ) == ["Title 1"]


def test_what_is_read_elsewhere_is_noticed_in_all_where_rows_say_nothing() -> None:
    truth = rows(3)
    reading = Reading(Service(truth).transport()).poll(Filter.ALL)
    truth[1].is_read = True
    assert reading.poll(Filter.ALL).titles(Filter.READ) == ["Title 1"]


def test_without_totals_the_numbers_come_from_reading_to_the_end() -> None:
    reading = Reading(Service(rows(7, read=READ, said={"read_at": NOON}), wrap=bare).transport()).poll(Filter.ALL)
    assert reading.numbers == (7, 4, 3)
    assert Remark.NO_TOTALS in reading.fresh.remarks


def too_low(found: list[JsonValue], page: int, per_page: int, total: int) -> JsonValue:
    return {"data": found, "meta": {"page": page, "per_page": per_page, "total": len(found)}}


def test_a_total_below_the_rows_that_come_stops_nothing() -> None:
    service = Service(rows(120), wrap=too_low)
    reading = Reading(service.transport()).poll(Filter.ALL)
    assert len(reading.titles()) == 120
    assert Remark.TOTAL_TOO_LOW in reading.fresh.remarks
    assert reading.numbers == (120, 120, 0)


def test_the_same_page_again_and_again_is_told() -> None:
    same: list[JsonValue] = [each.row for each in rows(50)]

    def wrap(found: list[JsonValue], page: int, per_page: int, total: int) -> JsonValue:
        return {"data": same, "meta": {"total": 400}}

    reading = Reading(Service(rows(400), wrap=wrap).transport()).poll(Filter.ALL)
    assert Remark.PAGES_REPEAT in reading.fresh.remarks
    assert not reading.fresh.has_everything


def test_rows_that_cannot_be_read_are_counted() -> None:
    reading = Reading(Service([*rows(2), Truth({"title": "no id"})]).transport()).poll(Filter.ALL)
    assert (len(reading.titles()), reading.fresh.skipped) == (2, 1)


def test_rows_that_nothing_tells_apart_are_shown_each_and_counted_as_not_to_be_marked() -> None:
    truth = [Truth({"uuid": "same", "title": f"Title {number}"}) for number in range(3)]
    reading = Reading(Service(truth).transport()).poll(Filter.ALL)
    assert sorted(reading.titles()) == ["Title 0", "Title 1", "Title 2"]
    assert reading.fresh.unnamed == 3
    assert sorted(reading.poll(Filter.ALL).titles()) == ["Title 0", "Title 1", "Title 2"]


# Size

LARGE = "x" * 200_000


@pytest.mark.slow
def test_a_page_that_is_too_large_is_asked_for_in_smaller_ones() -> None:
    truth = rows(120)
    for each in truth[:60]:
        each.row["body"] = LARGE
    reading = Reading(Service(truth).transport()).poll(Filter.ALL)
    assert reading.titles() == [each.row["title"] for each in truth]


@pytest.mark.slow
@pytest.mark.parametrize("wrap", [nobejs, bare])
def test_one_row_that_is_too_large_is_shown_as_one_and_the_rest_is_read(wrap: Wrap) -> None:
    truth = rows(23)
    truth[4].row["body"] = "y" * 9_000_000
    reading = Reading(Service(truth, wrap=wrap).transport()).poll(Filter.UNREAD)
    titles = reading.titles(Filter.UNREAD)
    assert titles.count("(too large to show)") == 1
    assert len(titles) == 23
    key = reading.cache.keys_named([USER], "too-large-1")[0]
    assert reading.cache.candidates([key]) == {key: ()}


def test_an_answer_that_is_too_large_however_little_is_asked_for_is_given_up_after_one_further_try() -> None:
    asked = 0

    def answer(request: httpx.Request) -> httpx.Response:
        nonlocal asked
        asked += 1
        return httpx.Response(200, content=b" " * 9_000_000, headers=JSON)

    with pytest.raises(NotNeptune, match="a larger answer than allowed"):
        Reading(httpx.MockTransport(answer)).poll(Filter.UNREAD)
    assert asked == 2


# Odd values

DEEP = "[" * 70 + "1" + "]" * 70
DEEPEST = "[" * 50_000 + "]" * 50_000


@pytest.mark.slow
@pytest.mark.parametrize("odd", [DEEP, DEEPEST, "7" * 5_000, "NaN", "-Infinity", "1e999"])
def test_an_odd_value_costs_nothing_but_itself(odd: str) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        body = '{"data":[{"uuid":"a","title":"Odd","data":{"v":%s}},{"uuid":"b","title":"Good"}],"meta":{"total":2}}'
        return httpx.Response(200, content=(body % odd).encode(), headers=JSON)

    reading = Reading(httpx.MockTransport(answer)).poll(Filter.UNREAD)
    assert sorted(reading.titles()) == ["Good", "Odd"]


# Nothing

NOT_EMPTY: list[JsonValue] = [
    {"success": False, "data": []},
    {"status": "error", "data": []},
    {"data": [], "total": 5},
    {"data": [{"title": "no id"}]},
    {"what_is_this": [{"uuid": "a"}], "total": 1},
    {"message": "Not Found"},
    {"data": {}},
    {"meta": {"page": 1}},
]


@pytest.mark.parametrize("value", NOT_EMPTY, ids=json.dumps)
def test_what_is_not_understood_is_an_error_and_no_empty_inbox(value: JsonValue) -> None:
    http = httpx.MockTransport(lambda request: httpx.Response(200, json=value))
    with pytest.raises(NotNeptune):
        Reading(http).poll(Filter.UNREAD)


@pytest.mark.parametrize(
    "value",
    [
        {"items": [{"uuid": "a"}], "total": 1},
        {"records": [{"uuid": "a"}]},
        {"data": {"5b0f5f0e-0000-4000-8000-000000000001": {"title": "keyed"}}},
        {"data": {"0": {"uuid": "a"}, "2": {"uuid": "b"}}},
        {"data": {"list": [{"uuid": "a"}]}},
        {"edges": [{"node": {"uuid": "a"}}]},
    ],
    ids=json.dumps,
)
def test_rows_under_other_names_are_rows(value: JsonValue) -> None:
    reading = Reading(httpx.MockTransport(lambda request: httpx.Response(200, json=value))).poll(Filter.UNREAD)
    assert reading.titles()


# Writes


def mark(answer: httpx.Response) -> None:
    reading = Reading(httpx.MockTransport(lambda request: answer))
    asyncio.run(reading.client.mark_read("n-1"))


@pytest.mark.parametrize(
    "value",
    [
        {"status": "error"},
        {"status": False},
        {"statusCode": 404},
        {"message": "Not Found"},
        {"message": "No Access"},
        {"errors": ["no"]},
        {"success": False},
        False,
        {"data": {"success": False}},
        {"message": "Unauthenticated"},
        {"code": 500},
        [{"error": "Not Found"}],
        "fail",
        {"ok": 0},
        0,
        {"exception": "RowNotFound"},
        {"success": "no"},
        {"result": "error"},
        {"results": [{"status": 404}]},
    ],
    ids=json.dumps,
)
def test_a_body_that_says_no_is_a_refusal_whatever_its_status(value: JsonValue) -> None:
    with pytest.raises(InboxError):
        mark(httpx.Response(200, json=value))


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, text="OK"),
        httpx.Response(200, text="OK", headers={"content-type": "text/html; charset=utf-8"}),
        httpx.Response(200, text="OK", headers=JSON),
        httpx.Response(204),
        httpx.Response(202, content=b"", headers={"content-type": "text/plain"}),
        httpx.Response(200, json={"uuid": "n-1", "status": "failed"}),
        httpx.Response(200, json={"errors": [], "error": None}),
        httpx.Response(200, json=True),
        httpx.Response(200, json=[]),
        httpx.Response(200, json={"status": 200}),
        httpx.Response(200, json={"updated": 0}),
        httpx.Response(200, json={"status": 0}),
        httpx.Response(200, json={"uuid": "n-1", "status": 0, "read_at": "2026-11-04T10:00:00Z"}),
        httpx.Response(200, json=[{"uuid": "n-1", "error": "no device token"}]),
        httpx.Response(207, json={"results": [{"status": 404}, {"status": 200}]}),
        httpx.Response(200, json=[{"uuid": "n-1", "status": "failed"}]),
    ],
    ids=lambda answer: f"{answer.status_code} {answer.text}",
)
def test_any_other_2xx_is_accepted(answer: httpx.Response) -> None:
    mark(answer)


def test_a_sign_in_page_of_the_network_is_not() -> None:
    with pytest.raises(NotNeptune):
        mark(httpx.Response(200, html="<!doctype html><title>Sign in</title>"))


@pytest.mark.parametrize("charset", ["iso-8859-1", "utf8mb4", '"UTF-8"'])
def test_the_charset_beside_json_is_ignored(charset: str) -> None:
    content = "\ufeff" + json.dumps({"data": [{"uuid": "a", "title": "Grüße"}]}, ensure_ascii=False)
    headers = {"content-type": f"application/json; charset={charset}"}
    http = httpx.MockTransport(lambda request: httpx.Response(200, content=content.encode(), headers=headers))
    assert Reading(http).poll(Filter.UNREAD).titles() == ["Grüße"]


def test_a_token_that_is_no_jwt_is_named_where_the_server_is_in_trouble() -> None:
    with pytest.raises(InboxError, match="not a JWT"):
        mark(httpx.Response(500, json={"message": {}}))


@pytest.mark.parametrize(
    "row",
    [
        {"payload": {"title": "Hi", "body": "There"}},
        {"rendered": {"title": "Hi", "body": "There"}},
        {"attributes": {"title": "Hi", "body": "There"}},
        {"content": '{"title": "Hi", "body": "There"}'},
        {"data": '{"rendered": "{\\"title\\": \\"Hi\\", \\"body\\": \\"There\\"}"}'},
        {"payload": {"notification": {"title": "Hi", "body": "There"}}},
    ],
    ids=json.dumps,
)
def test_title_and_body_are_found_where_they_are_kept(row: JsonObject) -> None:
    reading = Reading(Service([Truth({"uuid": "a", **row})]).transport()).poll(Filter.UNREAD)
    (key,) = reading.cache.keys_named([USER], "a")
    found = reading.cache.notification(key)
    assert found is not None
    assert (found.title, found.body) == ("Hi", "There")


def test_json_text_in_json_text_is_unfolded() -> None:
    inner = json.dumps({"a": 1})
    for _ in range(3):
        inner = json.dumps({"data": inner})
    reading = Reading(Service([Truth({"uuid": "a", "data": inner})]).transport()).poll(Filter.UNREAD)
    found = reading.cache.notification(reading.cache.keys_named([USER], "a")[0])
    assert found is not None
    assert json.loads(found.data) == {"data": {"data": {"data": {"a": 1}}}}


def test_environments_on_the_second_page_are_known() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        page = int(request.url.params.get("page", 1))
        names = ["dev", "staging", "production"][(page - 1) * 2 : page * 2]
        meta = {"page": page, "per_page": 2, "total": 3}
        return httpx.Response(200, json={"data": [{"identifier": name} for name in names], "meta": meta})

    found = asyncio.run(Reading(httpx.MockTransport(answer)).client.environments())
    assert [each.name for each in found] == ["dev", "staging", "production"]
