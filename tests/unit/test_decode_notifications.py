from __future__ import annotations

import copy
import json

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from neptune_inbox.api.decode_notifications import decode_notification, decode_page
from neptune_inbox.errors import NotNeptune
from neptune_inbox.model import JsonObject, JsonValue, Notification

NINE = 1_730_451_600_000  # 2024-11-01T09:00:00Z
UUID = "5b0f5f0e-0000-4000-8000-000000000001"

FULL: JsonObject = {
    "uuid": UUID,
    "id": 17,
    "title": "Invoice overdue",
    "body": "Dear **Rajiv**",
    "event_type": "invoice_overdue",
    "created_at": "2024-11-01T09:00:00Z",
    "read_at": "2024-11-01 09:00:00",
    "status": "success",
    "link": "https://acme.example/1002",
    "data": {"invoice": 1002, "to": "ü"},
    "color": "kept in the raw view",
}


def row(**fields: JsonValue) -> Notification:
    found = decode_notification({"uuid": UUID, **fields}, "u-1")
    assert found is not None
    return found


def id_of(fields: JsonObject) -> str | None:
    found = decode_notification(fields, "u-1")
    return found.id if found else None


def test_a_full_row_is_read_whole() -> None:
    found = decode_notification(FULL, "u-4711")
    assert found is not None
    assert found.key == ("u-4711", UUID)
    assert (found.title, found.body) == ("Invoice overdue", "Dear **Rajiv**")
    assert (found.event_type, found.status) == ("invoice_overdue", "success")
    assert (found.created_at, found.read_at, found.is_read) == (NINE, NINE, True)
    assert found.link == "https://acme.example/1002"
    assert found.data == '{"invoice":1002,"to":"\\u00fc"}'
    assert json.loads(found.raw) == FULL


def test_starred_keys_say_the_same() -> None:
    plain = decode_notification(FULL, "u-1")
    starred = decode_notification({f"notification_deliveries*{key}": value for key, value in FULL.items()}, "u-1")
    assert plain is not None
    assert starred is not None
    for name in ("id", "title", "body", "event_type", "created_at", "read_at", "is_read", "status", "link", "data"):
        assert getattr(starred, name) == getattr(plain, name)


@pytest.mark.parametrize(
    "holder", ["notification", "notification_delivery", "message", "attributes", "content", "data"]
)
def test_a_row_may_hold_everything_one_level_down(holder: str) -> None:
    found = decode_notification({holder: dict(FULL)}, "u-1")
    assert found is not None
    assert (found.id, found.title, found.created_at, found.is_read) == (UUID, "Invoice overdue", NINE, True)


def test_the_table_of_the_notification_speaks_before_the_tables_joined_to_it() -> None:
    joined: JsonObject = {"events*uuid": "event", "notification_deliveries*uuid": "mine", "events*event_type": "otp"}
    found = decode_notification(joined, "u-1")
    assert found is not None
    assert (found.id, found.event_type) == ("mine", "otp")


@pytest.mark.parametrize(
    ("fields", "id"),
    [
        ({"uuid": "a", "id": "b"}, "a"),
        ({"id": 5, "uuid": "a"}, "a"),
        ({"id": 5}, "5"),
        ({"id": "5", "notification_uuid": "a"}, "a"),
        ({"id": 5, "notification": {"uuid": "a"}}, "a"),
        ({"id": "b", "event": {"uuid": "of the event"}}, "b"),
        ({"id": 5, "data": {"uuid": "of the order"}}, "5"),
        ({"notification_deliveries*id": 5, "notifications*uuid": "a"}, "a"),
        ({"notification": {"id": 5}, "event": {"uuid": "e"}}, "5"),
        ({"uuid": "", "id": "b"}, "b"),
        ({"uuid": "a/b c?d%ü"}, "a/b c?d%ü"),
        ({}, None),
        ({"title": "no id"}, None),
        ({"uuid": None, "id": True}, None),
        ({"uuid": ["a"], "id": {"a": 1}}, None),
        ({"id": 1.5}, None),
        ({"uuid": "a\x1b]52;c;x\x07"}, None),
        ({"uuid": "a\ud800"}, None),
        ({"uuid": "right\u202eleft"}, None),
        ({"uuid": "x" * 513}, None),
    ],
)
def test_the_id_is_the_one_that_can_be_marked(fields: JsonObject, id: str | None) -> None:
    assert id_of(fields) == id


@pytest.mark.parametrize(
    ("value", "instant"),
    [
        ("2024-11-01T09:00:00Z", NINE),
        ("2024-11-01T09:00:00.000Z", NINE),
        ("2024-11-01T10:00:00+01:00", NINE),
        ("2024-11-01T09:00:00", NINE),
        ("2024-11-01 09:00:00", NINE),
        ("2024-11-01T09:00:00.1234567Z", NINE + 123),
        (1_730_451_600, NINE),
        (1_730_451_600.25, NINE + 250),
        (NINE, NINE),
        ("1730451600", NINE),
        (str(NINE), NINE),
        ("0000-00-00 00:00:00", None),
        ("0001-01-01T00:00:00Z", None),
        ("9999-12-31T23:59:59-23:00", None),
        ("yesterday", None),
        ("", None),
        (0, None),
        (-5, None),
        (1, None),
        (True, None),
        (1_730_451_600_000_000, NINE),
        (NINE * 1_000_000, NINE),
        (10**22, None),
        (10**400, None),
        ("9" * 300, None),
        ([], None),
        ("१२३४५६७८९०", None),
    ],
)
def test_moments_come_in_many_shapes(value: JsonValue, instant: int | None) -> None:
    assert row(created_at=value).created_at == instant


def test_a_moment_that_cannot_be_read_gives_way_to_the_next() -> None:
    assert row(created_at="soon", createdAt=None, timestamp=1_730_451_600).created_at == NINE


@pytest.mark.parametrize(
    ("fields", "is_read", "read_at"),
    [
        ({}, False, None),
        ({"read_at": None}, False, None),
        ({"read_at": ""}, False, None),
        ({"read_at": "0000-00-00 00:00:00"}, False, None),
        ({"read_at": "2024-11-01 09:00:00"}, True, NINE),
        ({"readAt": NINE}, True, NINE),
        ({"read_at": True}, True, None),
        ({"is_read": True}, True, None),
        ({"read": 1}, True, None),
        ({"read": "true"}, True, None),
        ({"read": "2024-11-01 09:00:00"}, True, NINE),
        ({"is_read": "false"}, False, None),
        ({"read": 0}, False, None),
        ({"read": "perhaps"}, False, None),
        ({"notification_deliveries*read_at": "2024-11-01 09:00:00"}, True, NINE),
        ({"notification_delivery": {"is_read": True}}, True, None),
        ({"data": {"is_read": True, "read_at": NINE}}, False, None),
        ({"message": {"read": True}}, False, None),
    ],
)
def test_read_is_what_the_row_itself_says(fields: JsonObject, is_read: bool, read_at: int | None) -> None:
    found = row(**fields)
    assert (found.is_read, found.read_at) == (is_read, read_at)


@pytest.mark.parametrize("kind", ["all", "unread", "read"])
def test_the_type_of_the_list_is_no_event_type(kind: str) -> None:
    assert row(type=kind).event_type == ""
    assert row(type=kind, slug="welcome").event_type == "welcome"
    assert row(type="otp_requested", slug="welcome").event_type == "otp_requested"


@pytest.mark.parametrize(
    ("fields", "title"),
    [
        ({"title": "A", "subject": "B"}, "A"),
        ({"subject": "B"}, "B"),
        ({"title": "  ", "event_type": "payment_failed"}, "Payment failed"),
        ({"title": 404}, "404"),
        ({"body": "\n\n# Hello **you**\nmore"}, "Hello **you"),
        ({"body": "<p>Your code is <b>on</b> its way</p>"}, "Your code is **on** its way"),
        ({}, "(no title)"),
        ({"title": "x\x1b[31m\u202ered\nnext"}, "x\N{REPLACEMENT CHARACTER}[31mred next"),
        ({"title": "[@click=app.quit]X[/]"}, "[@click=app.quit]X[/]"),
    ],
)
def test_there_is_always_a_clean_title(fields: JsonObject, title: str) -> None:
    assert row(**fields).title == title


def test_an_html_body_becomes_markdown_without_its_tricks() -> None:
    body = row(html="<p>Hi <b>you</b><script>alert(1)</script><a href='javascript:x'>go</a></p>").body
    assert "**you**" in body
    assert "alert" not in body
    assert "javascript" not in body


def test_a_body_that_is_an_object_is_looked_into() -> None:
    assert row(content={"body": "inside"}).body == "inside"
    assert row(message="flat", content={"body": "inside"}).body == "flat"


@pytest.mark.parametrize(
    ("fields", "link"),
    [
        ({"url": "https://a.example"}, "https://a.example"),
        ({"cta": {"text": "Open", "url": "https://a.example"}}, "https://a.example"),
        ({"cta": {"text": "Open"}}, ""),
        ({"data": {"action_url": "https://a.example"}}, "https://a.example"),
        ({"link": "javascript:alert(1)"}, "javascript:alert(1)"),
        ({"link": "https://a.example/\x1b[2J"}, "https://a.example/\N{REPLACEMENT CHARACTER}[2J"),
    ],
)
def test_a_link_is_kept_as_it_is_but_clean(fields: JsonObject, link: str) -> None:
    assert row(**fields).link == link


@pytest.mark.parametrize(
    ("fields", "data"),
    [
        ({"data": {"a": 1}}, '{"a":1}'),
        ({"data": '{"a": 1}'}, '{"a":1}'),
        ({"data": "{broken"}, '"{broken"'),
        ({"data": [1, 2]}, "[1,2]"),
        ({"data": None, "payload": {"b": 2}}, '{"b":2}'),
        ({"data": {}, "meta": {"c": 3}}, '{"c":3}'),
        ({}, "{}"),
    ],
)
def test_the_payload_is_kept_as_json(fields: JsonObject, data: str) -> None:
    assert row(**fields).data == data


def test_raw_survives_everything_that_json_can_hold() -> None:
    raw = row(odd="\ud800\x00\x1b", big=2**80, deep=[[[[]]]]).raw
    assert raw.isascii()
    assert json.loads(raw)["big"] == 2**80


# Pages

ROWS: list[JsonValue] = [{"uuid": "a"}, {"uuid": "b"}]


@pytest.mark.parametrize(
    ("answer", "total"),
    [
        ({"data": ROWS, "meta": {"page": 1, "per_page": 10, "total": 2}}, 2),
        ({"data": ROWS, "meta": {"page": "1", "per_page": "10", "total": "123"}}, 123),
        ({"data": ROWS, "total": 9, "current_page": 1, "last_page": 5, "per_page": 2}, 9),
        ({"data": {"data": ROWS, "total": 9}}, 9),
        ({"data": {"notifications": ROWS, "meta": {"total": 9}}}, 9),
        ({"data": {"rows": ROWS}, "meta": {"total": 9}}, 9),
        (ROWS, None),
        ({"notifications": ROWS}, None),
        ({"app_notifications": ROWS, "meta": {}}, None),
        ({"rows": ROWS, "meta": None}, None),
        ({"results": ROWS, "meta": {"total": -4}}, None),
        ({"data": ROWS, "meta": {"total": "many"}}, None),
        ({"data": ROWS, "meta": {"total": 1e300}}, None),
    ],
)
def test_a_list_may_come_in_many_envelopes(answer: JsonValue, total: int | None) -> None:
    page = decode_page(answer, user_id="u-1")
    assert [(found.user_id, found.id) for found in page.rows] == [("u-1", "a"), ("u-1", "b")]
    assert page.total == total


@pytest.mark.parametrize(
    "answer", [None, "rows", 7, {}, {"data": "rows"}, {"error": "Not now\x1b"}, {"data": {}}, {"meta": {"page": 1}}]
)
def test_what_is_no_list_is_an_error_and_never_an_empty_inbox(answer: JsonValue) -> None:
    with pytest.raises(NotNeptune, match="not a list of notifications") as caught:
        decode_page(answer, user_id="u-1")
    assert "\x1b" not in str(caught.value)


@pytest.mark.parametrize("answer", [[], {"data": []}, {"meta": {"total": 0}}, {"total": 0}])
def test_an_empty_first_page_is_one_of_none(answer: JsonValue) -> None:
    page = decode_page(answer, user_id="u-1")
    assert (page.rows, page.total, page.is_last) == ((), 0, True)


def test_an_empty_later_page_says_nothing_about_the_total() -> None:
    page = decode_page([], user_id="u-1", page=4)
    assert (page.total, page.is_last) == (None, True)


def test_rows_that_cannot_be_read_are_counted() -> None:
    page = decode_page([{"uuid": "a"}, {"title": "no id"}, None, 7, [], "x", {"uuid": "b"}], user_id="u-1")
    assert [found.id for found in page.rows] == ["a", "b"]
    assert page.skipped == 5


def came(count: int, page: int, meta: JsonObject) -> bool:
    rows: list[JsonValue] = [{"uuid": f"{page}-{number}"} for number in range(count)]
    return decode_page({"data": rows, "meta": {**meta}}, user_id="u-1", page=page).is_last


@pytest.mark.parametrize(
    ("count", "page", "meta", "is_last"),
    [
        (10, 1, {"per_page": 10, "total": 123}, False),
        (3, 13, {"per_page": 10, "total": 123}, True),
        (10, 2, {"per_page": "10", "total": "20"}, True),
        (7, 1, {"total": 7}, True),
        (7, 1, {"total": 8}, False),
        (7, 2, {"total": 57}, False),
        (10, 1, {}, False),
        (9, 1, {"per_page": 10}, True),
        (10, 1, {"per_page": 10}, False),
        (10, 2, {"last_page": 2}, True),
        (10, 2, {"total_page": "3"}, False),
        (0, 5, {"per_page": 10, "total": 123}, True),
        (10, 1, {"per_page": 50, "total": 123}, False),
    ],
)
def test_the_last_page_is_the_one_that_adds_up(count: int, page: int, meta: JsonObject, is_last: bool) -> None:
    assert came(count, page, meta) is is_last


@pytest.mark.slow
@given(st.integers(0, 130), st.integers(1, 12), st.integers(1, 60), st.booleans(), st.booleans())
def test_walking_the_pages_finds_every_row(
    total: int, cap: int, asked: int, tells_total: bool, tells_its_real_size: bool
) -> None:
    """Whatever the server caps and tells: nothing is left behind.

    Where it repeats the size asked for instead of its own, that holds unless the sums fit by chance.
    """
    size, seen = min(cap, asked), 0
    assume(tells_its_real_size or size == asked or all(page * asked + size != total for page in range(1, total + 2)))
    for page in range(1, total + 3):
        count = max(0, min(size, total - (page - 1) * size))
        meta: JsonObject = {"page": str(page), "per_page": size if tells_its_real_size or not tells_total else asked}
        if tells_total:
            meta["total"] = total
        seen += count
        if came(count, page, meta):
            break
    assert seen == total


# Anything at all

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12)
)
values: st.SearchStrategy[JsonValue] = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
)
NAMES = [
    *FULL,
    "type",
    "read",
    "is_read",
    "readAt",
    "createdAt",
    "notification",
    "message",
    "content",
    "event",
    "cta",
]
mutations = st.dictionaries(
    st.sampled_from([*NAMES, *(f"notification_deliveries*{name}" for name in NAMES)]), values, max_size=6
)


@pytest.mark.slow
@given(st.lists(mutations | values, max_size=8), st.integers(0, 8))
def test_odd_rows_never_cost_the_good_one(odd: list[JsonValue], tenant: int) -> None:
    rows = copy.deepcopy(odd)
    rows.insert(min(tenant, len(rows)), dict(FULL))
    page = decode_page({"data": rows}, user_id="u-1")
    assert any(found.title == "Invoice overdue" and found.id == UUID for found in page.rows)
    assert len(page.rows) + page.skipped == len(rows)


@pytest.mark.slow
@given(mutations)
def test_a_mutated_row_is_clean_or_left_out(fields: JsonObject) -> None:
    found = decode_notification({**FULL, **fields}, "u-1")
    if found is not None:
        assert found.id.isprintable()
        assert found.title.strip()
        assert "\x1b" not in found.title + found.body + found.event_type + found.status + found.link
        json.loads(found.data)
        json.loads(found.raw)


@given(values)
def test_no_answer_at_all_raises_anything_but_not_neptune(answer: JsonValue) -> None:
    try:
        page = decode_page(answer, user_id="u-1")
    except NotNeptune:
        return
    assert page.skipped >= 0
