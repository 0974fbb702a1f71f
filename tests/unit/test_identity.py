"""Which ids a row may be posted under, decided from what the rows of a page show (neptune-api.md, Identity)."""

from __future__ import annotations

import pytest

from neptune_inbox.api.decode_notifications import decode_page
from neptune_inbox.model import Candidate, Filter, JsonObject, JsonValue, Key, Notification
from neptune_inbox.store.cache.cache import Cache
from neptune_inbox.store.cache.schema import open_cache
from neptune_inbox.store.cache.users import UserCache
from tests.builders import NOON
from tests.unit.store_helpers import elsewhere

D, N, E, T = "notification_deliveries*", "notifications*", "events*", "notification_templates*"
NOTIFICATION = "notification_deliveries*notification_uuid"
TENANT = "https://api dev"


def joined(number: int, order: str = "a", **extra: JsonValue) -> JsonObject:
    """A row of NobeJS in one of the three key orders that were seen."""
    own: JsonObject = {
        f"{D}uuid": f"d-{number}",
        f"{D}notification_uuid": f"n-{number}",
        f"{D}status": "success",
        f"{D}read_at": None,
        f"{D}created_at": f"2026-11-04T10:00:{number:02}Z",
        f"{N}uuid": f"n-{number}",
        f"{N}title": f"Title {number}",
        f"{N}body": "Text",
        f"{E}uuid": f"e-{number}",
        f"{E}event_type": "otp",
    }
    orders = {
        "a": list(own),
        "b": [f"{N}uuid", f"{N}title", f"{N}body", f"{E}event_type", f"{D}uuid", f"{D}read_at", f"{D}created_at"],
        "c": [f"{D}uuid", f"{D}read_at", f"{D}created_at", f"{N}title", f"{N}body", f"{E}event_type"],
    }
    return {name: own[name] for name in orders[order]} | extra


def decoded(*rows: JsonObject, kind: Filter = Filter.UNREAD) -> tuple[Notification, ...]:
    return decode_page({"data": list(rows), "meta": {"total": len(rows)}}, user_id="u-1", kind=kind).rows


def values(row: Notification) -> list[str]:
    return [candidate.value for candidate in row.candidates]


@pytest.mark.parametrize(("order", "ids"), [("a", ["n-1", "d-1"]), ("b", ["n-1", "d-1"]), ("c", ["d-1"])])
def test_the_notification_is_preferred_to_its_delivery_in_any_key_order(order: str, ids: list[str]) -> None:
    for row in (joined(1, order), dict(reversed(joined(1, order).items()))):
        first, _ = decoded(row, joined(2, order))
        assert values(first) == ids
        assert first.title == "Title 1"


def test_a_candidate_is_named_as_it_stands_on_the_wire() -> None:
    row: JsonObject = {"notification": {"uuid": "a"}, "uuid": "b", "notification_deliveries*uuid": "c", "id": 4}
    (found,) = decoded(row)
    assert found.candidates == (
        Candidate("notification.uuid", "a"),
        Candidate("uuid", "b"),
        Candidate("notification_deliveries*uuid", "c"),
        Candidate("id", "4"),
    )


def test_templates_events_and_users_are_never_what_a_row_is() -> None:
    row = joined(1) | {f"{T}uuid": "t-1", f"{T}title": "Hello {{name}}", "template": {"uuid": "t-2"}, "users*id": 4}
    for ordered in (row, dict(sorted(row.items(), reverse=True))):
        (found,) = decoded(ordered)
        assert values(found) == ["n-1", "d-1"]
        assert found.title == "Title 1"


def test_a_field_that_repeats_on_different_rows_names_none_of_them() -> None:
    template = {NOTIFICATION: "template"}
    page = decode_page([joined(1, "c", **template), joined(2, "c", **template), joined(3, "c")], user_id="u-1")
    assert [values(row) for row in page.rows] == [["d-1"], ["d-2"], ["d-3"]]
    assert page.repeated == {NOTIFICATION}


def test_a_row_that_came_twice_is_one_row() -> None:
    assert len(decoded(joined(1), joined(1), joined(2))) == 2


def test_different_notifications_are_never_folded_and_without_an_id_of_their_own_not_marked() -> None:
    one, two = decoded({"uuid": "same", "title": "One"}, {"uuid": "same", "title": "Two"})
    assert (one.title, two.title) == ("One", "Two")
    assert one.id != two.id
    assert one.candidates == two.candidates == ()


def test_where_one_pair_repeats_in_the_only_field_the_other_rows_are_still_named() -> None:
    rows: list[JsonObject] = [{"uuid": f"n-{number}", "title": f"Title {number}"} for number in range(3)]
    rows += [{"uuid": "same", "title": "One"}, {"uuid": "same", "title": "Two"}]
    assert [values(row) for row in decoded(*rows)] == [["n-0"], ["n-1"], ["n-2"], [], []]
    templates: list[JsonObject] = [{"uuid": f"t-{number // 2}", "title": f"Title {number}"} for number in range(5)]
    assert [values(row) for row in decoded(*templates)] == [[], [], [], [], []], "it tells few rows apart"


@pytest.fixture
def cache() -> Cache:
    return Cache(open_cache(None, lambda: NOON), TENANT, lambda: NOON)


def take(cache: Cache, *rows: JsonObject, user_id: str = "u-1", kind: Filter = Filter.UNREAD) -> list[Key]:
    """Lay a page over the cache; the keys under which its rows are."""
    page = decode_page(list(rows), user_id=user_id, kind=kind)
    merged = cache.merge(user_id, page, seen_at=NOON)
    return [Key(user_id, merged.renamed.get(row.id, row.id)) for row in page.rows]


def posted(cache: Cache, key: Key) -> list[str]:
    return [candidate.value for candidate in cache.candidates([key])[key]]


def test_the_cache_knows_what_may_be_posted(cache: Cache) -> None:
    one, two = take(cache, joined(1), joined(2))
    assert cache.candidates([one]) == {one: (Candidate(NOTIFICATION, "n-1"), Candidate(f"{D}uuid", "d-1"))}
    assert cache.candidates([Key("u-1", "unknown")]) == {}
    assert elsewhere(cache).candidates([one]) == {}
    assert posted(cache, two) == ["n-2", "d-2"]


def test_a_row_keeps_its_key_when_the_field_that_named_it_turns_out_to_repeat(cache: Cache) -> None:
    template = {NOTIFICATION: "template"}
    (before,) = take(cache, joined(1, "c", **template))
    after, other = take(cache, joined(1, "c", **template), joined(2, "c", **template))
    assert before == after
    assert after != other
    assert (posted(cache, after), posted(cache, other)) == (["d-1"], ["d-2"])


def test_what_repeats_only_on_the_next_page_or_with_another_user_is_not_posted_either(cache: Cache) -> None:
    template = {NOTIFICATION: "template"}
    (one,) = take(cache, joined(1, "c", **template))
    (two,) = take(cache, joined(2, "c", **template))
    assert one != two
    (three,) = take(cache, joined(3, "c", **{NOTIFICATION: "shared"}))
    (four,) = take(cache, joined(4, "c", **{NOTIFICATION: "shared"}), user_id="u-2")
    assert [posted(cache, key) for key in (one, two, three, four)] == [["d-1"], ["d-2"], ["d-3"], ["d-4"]]


def test_the_same_page_again_is_the_same_rows(cache: Cache) -> None:
    rows: list[JsonObject] = [joined(1), {"uuid": "x", "title": "One"}, {"uuid": "x", "title": "Two"}, joined(4, "c")]
    first = take(cache, *rows)
    assert len(set(first)) == 4
    assert take(cache, *rows) == first
    assert take(cache, *reversed(rows)) == first[::-1]
    assert UserCache(cache._database, TENANT).local_counts(["u-1"]).all == 4


def test_a_notification_is_found_by_any_id_that_it_carries(cache: Cache) -> None:
    (one,) = take(cache, joined(1))
    for value in ("n-1", "d-1"):
        assert cache.keys_named(["u-1", "u-2"], value) == [one]
    assert cache.keys_named(["u-2"], "n-1") == []
    assert cache.keys_named(["u-1"], "e-1") == []


def test_the_cache_names_rows_by_a_field_that_repeats_on_a_few_and_never_by_a_repeated_value(cache: Cache) -> None:
    own: list[JsonObject] = [{"uuid": f"n-{number}", "title": f"Title {number}"} for number in range(3)]
    pair: list[JsonObject] = [{"uuid": "same", "title": "One"}, {"uuid": "same", "title": "Two"}]
    keys = take(cache, *own, *pair)
    assert [posted(cache, key) for key in keys] == [["n-0"], ["n-1"], ["n-2"], [], []]
    (late,) = take(cache, {"uuid": "n-9", "title": "Late"}, user_id="u-2")
    assert posted(cache, late) == ["n-9"]
    templates: list[JsonObject] = [{"uuid": f"t-{number // 2}", "title": f"Text {number}"} for number in range(20)]
    take(cache, *templates, user_id="u-3")
    assert [posted(cache, key) for key in keys] == [[], [], [], [], []], "it tells few rows of the tenant apart"


def test_a_row_is_the_same_in_every_list_however_many_of_a_list_share_an_id(cache: Cache) -> None:
    own: list[JsonObject] = [
        {"uuid": f"n-{number}", "title": f"Title {number}", "created_at": f"2026-11-04T10:00:{number:02}Z"}
        for number in range(4)
    ]
    pair: list[JsonObject] = [
        {"uuid": "same", "title": f"Twin {number}", "created_at": f"2026-11-04T10:01:{number:02}Z"}
        for number in range(2)
    ]
    first = take(cache, *own, *pair)
    assert take(cache, *own[:1], *pair) == [first[0], *first[4:]], "most of this list share an id"
    assert take(cache, *own[2:], kind=Filter.ALL) == first[2:4], "nothing repeats in this one"
    assert take(cache, *own, *pair, kind=Filter.ALL) == first
