"""What a search shows: clause by clause, and any search against a model that reads every row."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neptune_inbox.model import Clause, Filter, Group, Key, Notification, Search, Term
from neptune_inbox.store.cache import search as search_module
from neptune_inbox.store.cache.cache import Cache
from neptune_inbox.store.cache.merge import SHORTEST, decode_escapes
from neptune_inbox.store.cache.payload import payload_holds
from neptune_inbox.store.cache.schema import open_cache
from tests.builders import HOUR, NOON, FakeClock, notification, page
from tests.unit.store_helpers import TENANT, elsewhere

USERS = ("u-1", "u-2", "v-3")


def cache_of(*rows: Notification) -> Cache:
    clock = FakeClock()
    cache = Cache(open_cache(None, clock.now), TENANT, clock.now)
    for user_id in {row.user_id for row in rows}:
        cache.merge(user_id, page(*(row for row in rows if row.user_id == user_id)), seen_at=NOON)
    return cache


def ids(
    cache: Cache,
    *clauses: Term,
    kind: Filter = Filter.ALL,
    users: tuple[str, ...] = USERS,
    only: set[Key] | None = None,
    without: set[Key] = frozenset(),  # type: ignore[assignment]
    limit: int | None = None,
    newer_than: int | None = None,
) -> list[str]:
    rowids = cache.snapshot(
        Search(users, kind, clauses), only=only, without=without, limit=limit, newer_than=newer_than
    )
    return [row.id for row in cache.rows(rowids)]


@pytest.fixture
def cache() -> Cache:
    return cache_of(
        notification("card", title="Card ending 4242 was declined", created_at=NOON - HOUR),
        notification("code", "u-2", "Your code is 99", created_at=NOON, event_type="otp_requested", is_read=True),
        notification("bill", "v-3", "100% due_now", created_at=NOON - 2 * HOUR, data='{"city": "M\\u00fcnchen"}'),
        notification("link", title='ÜBER quota \\ "stop"', created_at=NOON - 3 * HOUR, link="https://acme.example"),
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("declined", ["card"]),
        ("DECLINED", ["card"]),
        ("ending 4242", ["card"]),
        ("über", ["link"]),
        ("münchen", ["bill"]),
        ('"stop"', ["link"]),
        ("otp_req", ["code"]),
        ("v-3", ["bill"]),
        ("99", ["code"]),
        ("0%", ["bill"]),
        ("e_", ["bill"]),
        ("\\", ["link"]),
        ("u-2", ["code"]),
        ("nowhere", []),
        ("a AND b", []),
        ("NEAR(", []),
        ("", ["code", "card", "bill", "link"]),
    ],
)
def test_text_is_found_letter_for_letter_but_for_the_case(cache: Cache, text: str, expected: list[str]) -> None:
    assert ids(cache, Clause("text", text)) == expected
    if text:
        others = [id for id in ["code", "card", "bill", "link"] if id not in expected]
        assert ids(cache, Clause("text", text, is_negated=True)) == others


def test_every_word_must_be_there(cache: Cache) -> None:
    assert ids(cache, Clause("text", "card"), Clause("text", "declined")) == ["card"]
    assert ids(cache, Clause("text", "card"), Clause("text", "quota")) == []


@pytest.mark.parametrize(
    ("clause", "expected"),
    [
        (Clause("event", "otp_*"), ["code"]),
        (Clause("event", "OTP_requested"), ["code"]),
        (Clause("event", "otp"), []),
        (Clause("event", "otp_*", is_negated=True), ["card", "bill", "link"]),
        (Clause("user", "u-*"), ["code", "card", "link"]),
        (Clause("user", "u-?", is_negated=True), ["bill"]),
        (Clause("user", "[uv]-3"), []),
        (Clause("since", instant=NOON - HOUR), ["code", "card"]),
        (Clause("before", instant=NOON - HOUR), ["bill", "link"]),
        (Clause("before", instant=NOON - HOUR, is_negated=True), ["code", "card"]),
        (Clause("has", "link"), ["link"]),
        (Clause("has", "link", is_negated=True), ["code", "card", "bill"]),
        (Clause("is", "unread"), ["card", "bill", "link"]),
        (Clause("is", "read"), ["code"]),
        (Clause("is", "read", is_negated=True), ["card", "bill", "link"]),
        (Clause("is", "starred"), ["code", "card", "bill", "link"]),
    ],
)
def test_each_clause_by_itself(cache: Cache, clause: Clause, expected: list[str]) -> None:
    assert ids(cache, clause) == expected


def test_the_scope_is_kept(cache: Cache) -> None:
    assert ids(cache, users=()) == []
    assert ids(cache, users=("nobody",)) == []
    assert ids(cache, users=("u-2",)) == ["code"]
    assert ids(cache, users=("u-1", "v-3")) == ["card", "bill", "link"]
    assert list(elsewhere(cache).snapshot(Search(USERS))) == []


def test_read_and_unread_at_once_is_nothing(cache: Cache) -> None:
    assert ids(cache, Clause("is", "read"), kind=Filter.UNREAD) == []
    assert ids(cache, kind=Filter.READ) == ["code"]


@pytest.mark.parametrize("kind", list(Filter))
@pytest.mark.parametrize("users", [USERS, ("u-1", "u-2"), ("u-1",)])
@pytest.mark.parametrize("word", ["nowhere", ""])
def test_an_event_that_never_came_is_nothing_whatever_else_is_asked(
    cache: Cache, kind: Filter, users: tuple[str, ...], word: str
) -> None:
    texts = [Clause("text", word)] if word else []
    assert ids(cache, Clause("event", "otp_x*"), *texts, kind=kind, users=users) == []
    assert ids(cache, Clause("event", "otp_x*"), Clause("is", "unread"), *texts, kind=kind, users=users) == []


def test_what_the_outbox_and_my_plane_decide_comes_as_keys(cache: Cache) -> None:
    code, card = Key("u-2", "code"), Key("u-1", "card")

    assert ids(cache, only={card, code}) == ["code", "card"]
    assert ids(cache, only={card, code}, kind=Filter.UNREAD) == ["card"]
    assert ids(cache, only=set()) == []
    assert ids(cache, only={Key("u-1", "code")}) == []
    assert ids(cache, without={card, Key("u-9", "x")}) == ["code", "bill", "link"]
    assert ids(cache, limit=2) == ["code", "card"]


def test_only_what_came_later_is_waiting_behind_the_banner(cache: Cache) -> None:
    newest = max(cache.snapshot(Search(USERS)))
    cache.merge("u-1", page(notification("late", created_at=NOON - 9 * HOUR)), seen_at=NOON)

    assert ids(cache, newer_than=newest) == ["late"]
    assert ids(cache, newer_than=newest, kind=Filter.READ) == []


@dataclass(frozen=True)
class _Case:
    rows: tuple[Notification, ...]
    search: Search
    only: frozenset[Key] | None
    without: frozenset[Key]
    limit: int | None
    few: int
    walked: int


WORDS = ["card", "Declined", "50%", "a_b", "ab", "x", '"q"', "münz", "TO\N{KELVIN SIGN}EN"]
TEXTS = st.lists(st.sampled_from(WORDS), max_size=3).map(" ".join)
INSTANTS = st.integers(NOON - 4, NOON)
KEYS = st.frozensets(st.builds(Key, st.sampled_from(USERS), st.sampled_from("abcdefgh")), max_size=8)
CLAUSES = st.one_of(
    st.builds(
        Clause, st.just("text"), st.sampled_from([*WORDS, "CARD", "ard 50", "zz", "token"]), is_negated=st.booleans()
    ),
    st.builds(Clause, st.just("event"), st.sampled_from(["otp_*", "*", "pay?", "pay"]), is_negated=st.booleans()),
    st.builds(Clause, st.just("user"), st.sampled_from(["u-*", "u-1", "?-?"]), is_negated=st.booleans()),
    st.builds(Clause, st.sampled_from(["since", "before"]), instant=INSTANTS, is_negated=st.booleans()),
    st.builds(Clause, st.just("has"), st.just("link"), is_negated=st.booleans()),
    st.builds(Clause, st.just("is"), st.sampled_from(["read", "unread"]), is_negated=st.booleans()),
    st.builds(
        Clause,
        st.just("data"),
        st.sampled_from(["card", "m\u00fcnz", "CARD", "*", "c?rd", "7", "777", "7.5", "zz"]),
        is_negated=st.booleans(),
        path=st.sampled_from(["a", "note", "a.note", "N*", "\u00e9", "none"]),
    ),
    st.builds(Clause, st.just("keys"), is_negated=st.booleans(), keys=KEYS),
)
TERMS: st.SearchStrategy[Term] = st.recursive(
    CLAUSES,
    lambda inner: st.builds(
        Group,
        st.lists(st.lists(inner, min_size=1, max_size=2).map(tuple), min_size=1, max_size=3).map(tuple),
        is_negated=st.booleans(),
    ),
    max_leaves=4,
)
ROWS = st.lists(
    st.builds(
        notification,
        st.sampled_from("abcdefgh"),
        st.sampled_from(USERS),
        TEXTS,
        body=TEXTS,
        data=st.sampled_from(
            [
                "{}",
                '{"a":"card"}',
                r'{"a":"m\u00fcnz"}',
                r'{"\u00e9":"Declined to\u212aen"}',
                '{"a":{"note":["Card",7,{"n":777}]}}',
                '{"note":7.50,"b":{"note":true}}',
            ]
        ),
        created_at=st.one_of(st.none(), INSTANTS),
        is_read=st.booleans(),
        event_type=st.sampled_from(["otp_a", "payx", "pay", ""]),
        link=st.sampled_from(["", "https://a.example"]),
    ),
    max_size=12,
    unique_by=lambda row: row.key,
).map(tuple)
CASES = st.builds(
    _Case,
    ROWS,
    st.builds(
        Search,
        st.lists(st.sampled_from(USERS), unique=True).map(tuple),
        st.sampled_from(Filter),
        st.lists(TERMS, max_size=3).map(tuple),
    ),
    st.one_of(st.none(), KEYS),
    st.one_of(st.just(frozenset[Key]()), KEYS),
    st.one_of(st.none(), st.integers(1, 5)),
    st.sampled_from([0, 4000]),
    st.sampled_from([0, 3, 2000]),
)


def holds(row: Notification, term: Term) -> bool:
    if isinstance(term, Group):
        found = any(all(holds(row, each) for each in alternative) for alternative in term.alternatives)
        return found != term.is_negated
    clause = term
    created = NOON if row.created_at is None else row.created_at
    if clause.field == "text":
        fields = [row.title, row.event_type, row.user_id]
        fields += [row.body, decode_escapes(row.data)] if len(clause.value) >= SHORTEST else []
        result = any(clause.value.lower() in field.lower() for field in fields)
    elif clause.field in ("event", "user"):
        result = fnmatchcase(row.event_type if clause.field == "event" else row.user_id, clause.value)
    elif clause.field in ("since", "before"):
        assert clause.instant is not None
        result = created >= clause.instant if clause.field == "since" else created < clause.instant
    elif clause.field == "has":
        result = bool(row.link)
    elif clause.field == "data":
        result = payload_holds(row.data, clause.path, clause.value)
    elif clause.field == "keys":
        result = row.key in clause.keys
    else:
        result = row.is_read == (clause.value == "read")
    return result != clause.is_negated


@pytest.mark.slow
@given(case=CASES)
def test_any_search_shows_what_reading_every_row_would_show(case: _Case) -> None:
    cache = cache_of(*case.rows)
    expected = {
        row.key
        for row in case.rows
        if row.user_id in case.search.users
        and (case.search.kind is Filter.ALL or row.is_read == (case.search.kind is Filter.READ))
        and (case.only is None or row.key in case.only)
        and row.key not in case.without
        and all(holds(row, clause) for clause in case.search.clauses)
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search_module, "FEW", case.few)
        patch.setattr(search_module, "WALKED", case.walked)
        patch.setattr(search_module, "GLANCED", case.walked)
        rowids = cache.snapshot(case.search, only=case.only, without=case.without, limit=case.limit)
        glanced, is_glance = cache.glance(case.search, only=case.only, without=case.without, limit=case.limit or 99)
    assert len(rowids) == min(len(expected), case.limit or 99)
    assert 0 < len(glanced) < (case.limit or 99) if is_glance else len(glanced) == len(rowids)
    for found, is_cut in ((rowids, case.limit is not None), (glanced, True)):
        rows = cache.rows(found)
        shown = {row.key for row in rows}
        assert shown <= expected
        order = [(NOON if row.created_at is None else row.created_at, row.rowid) for row in rows]
        assert order == sorted(order, reverse=True)
        if is_cut:
            left_out = [row for row in case.rows if rows and row.key in expected - shown]
            assert all((NOON if row.created_at is None else row.created_at) <= order[-1][0] for row in left_out)


@pytest.mark.slow
@pytest.mark.parametrize("text", [*(chr(code) * 3 for code in range(32, 127)), "strake", "STRAKE"])
def test_what_very_many_rows_hold_is_found_as_the_index_finds_it(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    alike = [chr(code) * 3 for code in range(32, 0x2200) if chr(code).isprintable()]
    cache = cache_of(*(notification(f"{at}", title=title) for at, title in enumerate([*alike, "ſtraKe"])))
    by_index = ids(cache, Clause("text", text), limit=99)
    monkeypatch.setattr(search_module, "FEW", 0)
    monkeypatch.setattr(search_module, "WALKED", 10_000)

    assert ids(cache, Clause("text", text), limit=99) == by_index


def test_looking_through_the_newest_rows_is_given_up_where_they_hold_too_few(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [
        notification(f"{at}", title="rare" if at % 10 == 9 else "often", created_at=NOON - at) for at in range(60)
    ]
    cache = cache_of(*rows)
    monkeypatch.setattr(search_module, "FEW", 0)
    monkeypatch.setattr(search_module, "WALKED", 20)

    assert ids(cache, Clause("text", "rare"), limit=3) == ["9", "19", "29"]
    assert ids(cache, Clause("text", "often"), limit=3) == ["0", "1", "2"]


def test_a_text_of_two_letters_is_first_looked_for_among_the_newest_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    cache = cache_of(*(notification(f"{at}", title=f"row {at % 20:02}", created_at=NOON - at) for at in range(60)))
    monkeypatch.setattr(search_module, "GLANCED", 30)

    def glanced(*clauses: Term, limit: int = 9) -> tuple[list[str], bool]:
        found, is_glance = cache.glance(Search(USERS, Filter.ALL, clauses), only=None, without=(), limit=limit)
        return [row.id for row in cache.rows(found)], is_glance

    assert glanced(Clause("text", "07")) == (["7", "27"], True)
    assert glanced(Clause("text", "07"), Clause("text", "row")) == (["7", "27"], True)
    assert glanced(Clause("text", "07"), limit=1) == (["7"], False)
    assert glanced(Clause("text", "zz")) == ([], False)
    assert glanced(Clause("text", "07"), Clause("keys", keys=frozenset({Key("u-1", "47")}))) == (["47"], False)


@pytest.mark.parametrize("data", ['{"a": "\\u00e9"}', '{"a": "\\ud800"}', "{broken \\u", "[" * 100_000 + "\\u0041"])
def test_any_payload_can_be_made_findable(data: str) -> None:
    cache = cache_of(notification("a", data=data))
    cache.merge("u-1", page(notification("a", data="{}")), seen_at=NOON)

    assert ids(cache, Clause("text", "Card declined")) == ["a"]


PAYLOAD = (
    '{"order":"A-77","cart":{"items":[{"sku":"X1","price":9.50},{"sku":"x2"}],"paid":false,"note":null},"n":777}'
)


@pytest.mark.parametrize(
    ("path", "value", "is_found"),
    [
        ("order", "A-77", True),
        ("ORDER", "a-77", True),
        ("order", "A-7", False),
        ("order", "A-7*", True),
        ("order", "?-77", True),
        ("order", "[A]-77", False),
        ("sku", "x2", True),
        ("items.sku", "X1", True),
        ("cart.items.sku", "X1", True),
        ("items.price.sku", "X1", False),
        ("cart.order", "A-77", False),
        ("price", "9.5", True),
        ("price", "9.50", True),
        ("n", "777", True),
        ("n", "0777", True),
        ("n", "77", False),
        ("paid", "false", True),
        ("note", "null", True),
        ("note", "*", True),
        ("cart", "*", True),
        ("c*.sku", "x1", False),
        ("c*.items.s?u", "x1", True),
        ("missing", "*", False),
    ],
)
def test_a_payload_field_is_found_by_its_last_names_at_any_depth(path: str, value: str, is_found: bool) -> None:
    cache = cache_of(notification("a", data=PAYLOAD), notification("b", data='{"other":"A-78"}'))

    assert ids(cache, Clause("data", value, path=path)) == (["a"] if is_found else [])
    assert ids(cache, Clause("data", value, path=path), limit=5) == (["a"] if is_found else [])


@pytest.mark.parametrize(
    "data", ["", "{broken", "[" * 100_000, "7", "null", '{"order":{"order":[[]]}}', r'{"order":"\ud800"}']
)
def test_any_payload_can_be_asked_for_a_field(data: str) -> None:
    assert not payload_holds(data, "order", "A-77")
    assert ids(cache_of(notification("a", data=data)), Clause("data", "A-77", path="order")) == []
