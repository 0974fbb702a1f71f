"""What a person types into a form: JSON with good errors, contact values that are warned about, differences."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neptune_inbox.errors import UsageProblem
from neptune_inbox.model import ContactInfo, JsonValue
from neptune_inbox.sync.customers.validation import (
    contact_warning,
    difference,
    editable,
    event_type_warning,
    parse_object,
)
from neptune_inbox.text import ascii_json, clean_block


def test_an_empty_text_is_an_empty_object() -> None:
    assert parse_object("  \n") == parse_object(" [] ") == {}
    assert parse_object('{"plan": "Business", "seats": 3}') == {"plan": "Business", "seats": 3}


TRAILING = (
    "Line 1, column 8: nothing follows the comma, before ,}."
    if sys.version_info >= (3, 13)
    else 'Line 1, column 9: expecting a name in double quotes, such as "plan", before }.'
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"a": 1,}', TRAILING),
        ('{\n  "a" 1\n}', "Line 2, column 7: expecting a colon, before 1."),
        ('{"a": 1', "Line 1, column 8: expecting a comma or the end."),
        ('{"a": "b', "Line 1, column 7: a text without a closing quote begins here"),
        ("{} {}", "Line 1, column 4: the object has already ended"),
        ('{"a": ' + "x" * 99, f"before {'x' * 20}…."),
        ('{"a": 1e999}', "not JSON that the service would accept"),
        ("[1, 2]", "no object"),
        ('"text"', "no object"),
        ('{"a": NaN}', "not JSON that the service would accept"),
        ("[" * 100_000, "JSON"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(text: str, words: str) -> None:
    with pytest.raises(UsageProblem) as caught:
        parse_object(text)
    assert words in caught.value.sentence


@pytest.mark.parametrize(
    ("kind", "value", "is_odd"),
    [
        ("email", "rajiv@lumenlabs.example", False),
        ("email", "rajiv@lumenlabs", True),
        ("mobile_number", "+49 170 1234567", False),
        ("mobile_number", "ask Rajiv", True),
        ("firebase_token", "f" * 150, False),
        ("firebase_token", "short", True),
        ("pigeon", "coop 7", True),
    ],
)
def test_an_odd_contact_is_warned_about_and_not_refused(kind: str, value: str, is_odd: bool) -> None:
    assert bool(contact_warning(ContactInfo(kind, value))) is is_odd


def test_event_types_are_lowercase_words_joined_by_underscores() -> None:
    assert not event_type_warning("payment_failed")
    assert event_type_warning("PaymentFailed")
    assert event_type_warning("payment failed")


def test_a_difference_shows_what_goes_what_comes_and_what_stays() -> None:
    assert difference("name: a\nplan: Free", "name: a\nplan: Business") == [
        (" ", "name: a"),
        ("-", "plan: Free"),
        ("+", "plan: Business"),
    ]


TEXTS = st.text(max_size=20)
VALUES: st.SearchStrategy[JsonValue] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.slow
@given(st.dictionaries(TEXTS, VALUES, max_size=4))
@settings(max_examples=80, deadline=None)
def test_what_is_edited_comes_back_as_it_was(value: dict[str, JsonValue]) -> None:
    shown = editable(ascii_json(value))
    assert parse_object(shown) == value
    assert clean_block(shown, limit=len(shown)) == shown, "and no terminal is given what it should not have"


def test_text_of_other_languages_is_edited_as_it_reads() -> None:
    assert editable('{"name": "Zo\\u00eb"}') == '{\n  "name": "Zoë"\n}'
    assert editable("") == "{}"
