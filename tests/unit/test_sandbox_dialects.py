"""The sandbox in each of its dialects: what differs, and that the world behind them is the same."""

from __future__ import annotations

from typing import Any

import pytest

from neptune_inbox.errors import UsageProblem
from neptune_inbox.model import Token
from neptune_inbox.sandbox.dialects import DialectName, MarkBy, make_dialect
from neptune_inbox.sandbox.joins import COLUMNS, RowOrder, delivery_uuid, full_name
from neptune_inbox.sandbox.tokens import sign_token
from tests.sandbox_client import NOON, SandboxClient

LIST = "/app_notifications/dev"
READ = LIST + "/read"


def sandbox_of(name: str, **options: Any) -> SandboxClient:
    client = SandboxClient(dialect=make_dialect(name, **options))
    client.sandbox_state.create_user("dev", "u-1", {"name": "Ada Lovelace"})
    return client


def fill(sandbox: SandboxClient, count: int) -> list[str]:
    return [
        sandbox.sandbox_state.add_notification("dev", "u-1", f"Title {n}", created_at=NOON - n).uuid
        for n in range(count)
    ]


async def rows(sandbox: SandboxClient, type: str = "unread") -> list[Any]:
    answer = await sandbox.ok("GET", LIST, user_id="u-1", type=type, per_page="100")
    return answer if isinstance(answer, list) else list(answer["data"])


# -- joined rows -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", RowOrder)
async def test_a_joined_row_has_the_columns_of_its_select_in_order_and_keeps_nulls(order: RowOrder) -> None:
    sandbox = sandbox_of("nobejs", row_order=order)
    (uuid,) = fill(sandbox, 1)
    (row,) = await rows(sandbox)
    assert list(row) == [full_name(column) for column in COLUMNS[order]]
    assert row["notification_deliveries*read_at"] is None
    assert row["notification_deliveries*uuid"] == delivery_uuid(uuid) != uuid
    assert row.get("notifications*uuid", uuid) == row.get("notification_deliveries*notification_uuid", uuid) == uuid
    assert row["notifications*title"] == "Title 0"


async def test_a_seed_chooses_columns_and_their_order_and_another_seed_others() -> None:
    orders = set()
    for seed in range(12):
        sandbox = sandbox_of("nobejs", seed=seed)
        fill(sandbox, 2)
        first, second = await rows(sandbox)
        assert list(first) == list(second)
        orders.add(tuple(first))
    assert len(orders) > 6
    assert {len(order) for order in orders} == {len(columns) for columns in COLUMNS.values()}
    assert make_dialect("nobejs", seed=3) == make_dialect("nobejs", seed=3)


@pytest.mark.parametrize("order", [RowOrder.A, RowOrder.B])
@pytest.mark.parametrize("mark_by", MarkBy)
async def test_only_the_id_that_marks_is_taken(order: RowOrder, mark_by: MarkBy) -> None:
    sandbox = sandbox_of("nobejs", row_order=order, mark_by=mark_by)
    (uuid,) = fill(sandbox, 1)
    ids = {MarkBy.NOTIFICATION: uuid, MarkBy.DELIVERY: delivery_uuid(uuid)}
    for by, id in ids.items():
        if by is not mark_by:
            refused = await sandbox.call("POST", READ, {"type": "notification", "id": id})
            assert (refused.status_code, refused.json()) == (404, {"message": "Not Found"})
    assert [row["notifications*uuid"] for row in await rows(sandbox)] == [uuid]
    await sandbox.ok("POST", READ, {"type": "notification", "id": ids[mark_by]})
    assert await rows(sandbox) == []
    (row,) = await rows(sandbox, "read")
    assert row["notification_deliveries*read_at"]


async def test_a_row_with_the_deliverys_id_alone_is_marked_by_it() -> None:
    sandbox = sandbox_of("nobejs", row_order="c")
    fill(sandbox, 2)
    for row in await rows(sandbox):
        await sandbox.ok("POST", READ, {"type": "notification", "id": row["notification_deliveries*uuid"]})
    assert await rows(sandbox) == []


@pytest.mark.parametrize(
    "uuid", ["6f1c2b9e-52d4-4d0e-9a53-0c6c8c1f7a10", "n-1", "", "6F1C2B9E-52D4-4D0E-9A53-0C6C8C1F7A10"]
)
def test_a_deliverys_id_leads_back_to_its_notification(uuid: str) -> None:
    assert delivery_uuid(uuid) != uuid
    assert delivery_uuid(delivery_uuid(uuid)) == uuid


def test_options_that_do_not_go_together_are_refused() -> None:
    with pytest.raises(UsageProblem, match="order c"):
        make_dialect("nobejs", row_order="c", mark_by="notification")
    for options in ({"row_order": "a"}, {"mark_by": "delivery"}):
        with pytest.raises(UsageProblem, match="plain has no joined rows"):
            make_dialect("plain", **options)


# -- NobeJS itself -----------------------------------------------------------------------------------------------


async def test_page_and_size_are_numbers_where_they_were_defaulted_and_text_where_they_were_sent() -> None:
    sandbox = sandbox_of("nobejs")
    fill(sandbox, 3)
    told = await sandbox.ok("GET", LIST, user_id="u-1", per_page="2")
    assert told["meta"] == {"page": 1, "per_page": "2", "total": 3}
    told = await sandbox.ok("GET", LIST, user_id="u-1", page="1")
    assert told["meta"] == {"page": "1", "per_page": 10, "total": 3}


async def test_a_page_may_be_of_any_size() -> None:
    sandbox = sandbox_of("nobejs")
    fill(sandbox, 250)
    answer = await sandbox.ok("GET", LIST, user_id="u-1", per_page="5000")
    assert len(answer["data"]) == 250


@pytest.mark.parametrize(
    "query", [{"page": "0"}, {"page": "x"}, {"per_page": "0"}, {"sort_column": "users*password"}]
)
async def test_what_the_database_refuses_is_a_500(query: dict[str, str]) -> None:
    answer = await sandbox_of("nobejs").call("GET", LIST, query={"user_id": "u-1", **query})
    assert (answer.status_code, answer.json()) == (500, {"message": "Something went wrong"})


async def test_a_field_that_is_wrong_is_named_before_the_database_is_asked() -> None:
    answer = await sandbox_of("nobejs").call("GET", LIST, query={"page": "0", "type": "seen"})
    assert set(answer.json()["errors"]) == {"user_id", "type"}


@pytest.mark.parametrize("column", ["notification_deliveries*created_at", "notifications*title", "created_at"])
async def test_a_join_can_be_sorted_by_the_columns_of_its_tables(column: str) -> None:
    sandbox = sandbox_of("nobejs")
    fill(sandbox, 2)
    answer = await sandbox.ok("GET", LIST, user_id="u-1", sort_column=column, sort_order="asc")
    titles = [row["notifications*title"] for row in answer["data"]]
    assert titles == (["Title 0", "Title 1"] if column.endswith("title") else ["Title 1", "Title 0"])


async def test_a_junk_token_is_a_500_and_a_forged_or_missing_one_is_not() -> None:
    sandbox, other = sandbox_of("nobejs"), SandboxClient()
    other.sandbox_state.secret = b"another"
    assert (await sandbox.call("GET", "/environments", token=Token("junk"))).status_code == 500
    assert (await sandbox.ingest({"event_type": "ok"}, Token("junk"))).status_code == 500
    assert (await sandbox.call("GET", "/environments", token=sign_token(other.sandbox_state))).status_code == 401
    assert (await sandbox.http.get("https://api.teurons.com/neptune/environments")).status_code == 401


async def test_missing_rows_and_deletions_have_the_frameworks_words() -> None:
    sandbox = sandbox_of("nobejs")
    for method, path in (("GET", "/dev/users/gone"), ("DELETE", "/dev/users/gone"), ("GET", "/moon/users")):
        answer = await sandbox.call(method, path)
        assert (answer.status_code, answer.json()) == (404, {"message": "Not Found"})
    assert await sandbox.ok("DELETE", "/dev/users/u-1") == {"message": "Successfully deleted"}


async def test_single_objects_drop_what_is_falsy_and_lists_keep_it() -> None:
    sandbox = sandbox_of("nobejs")
    await sandbox.ok("PUT", "/dev/users/u-1", {"meta": []})
    assert "meta" not in await sandbox.ok("GET", "/dev/users/u-1")
    assert (await sandbox.ok("GET", "/dev/users"))["data"][0]["users*meta"] == {}
    assert "count" not in await sandbox.ok("POST", READ, {"type": "user", "id": "u-1"})


# -- the others --------------------------------------------------------------------------------------------------


async def test_laravel_pages_with_its_own_words_and_keeps_nulls() -> None:
    sandbox = sandbox_of("laravel")
    uuid = fill(sandbox, 23)[20]
    answer = await sandbox.ok("GET", LIST, user_id="u-1", page="3")
    row = answer.pop("data")[0]
    assert answer == {"current_page": 3, "from": 21, "last_page": 3, "per_page": 10, "to": 23, "total": 23}
    assert (row["uuid"], row["id"], row["read_at"], row["body"]) == (uuid, 21, None, "")
    assert row["created_at"] == "2026-11-18T11:06:39.980000Z"
    beyond = await sandbox.ok("GET", LIST, user_id="u-1", page="9")
    assert (beyond["data"], beyond["from"], beyond["to"]) == ([], None, None)


async def test_laravel_refuses_with_its_own_words() -> None:
    sandbox = sandbox_of("laravel")
    answer = await sandbox.call("GET", LIST, token=Token("junk"))
    assert (answer.status_code, answer.json()) == (401, {"message": "Unauthenticated."})
    answer = await sandbox.call("GET", LIST)
    assert answer.json()["message"] == "The given data was invalid."
    assert list(answer.json()["errors"]) == ["user_id"]


async def test_a_bare_list_is_an_array_and_says_no_total() -> None:
    sandbox = sandbox_of("bare")
    fill(sandbox, 12)
    for page, count in (("1", 10), ("2", 2), ("3", 0)):
        answer = await sandbox.ok("GET", LIST, user_id="u-1", page=page)
        assert isinstance(answer, list)
        assert len(answer) == count
    assert [row["user_id"] for row in await sandbox.ok("GET", "/dev/users")] == ["u-1"]
    assert len(await sandbox.ok("GET", "/environments")) == 3


@pytest.mark.parametrize("name", DialectName)
async def test_counting_and_marking_are_the_same_in_every_dialect(name: DialectName) -> None:
    sandbox = sandbox_of(name)
    first, *_ = fill(sandbox, 3)
    await sandbox.ok("POST", READ, {"type": "notification", "id": first})
    counts = [len(await rows(sandbox, type)) for type in ("all", "unread", "read")]
    assert counts == [3, 2, 1]
    await sandbox.ok("POST", READ, {"type": "user", "id": "u-1"})
    assert [len(await rows(sandbox, type)) for type in ("all", "unread", "read")] == [3, 0, 3]
