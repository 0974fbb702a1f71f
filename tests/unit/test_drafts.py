"""What a person types into a form: JSON with good errors, contact values that are warned about, differences."""

from __future__ import annotations

import pytest

from neptune_inbox.errors import UsageProblem
from neptune_inbox.model import ContactInfo
from neptune_inbox.sync.drafts import contact_warning, difference, event_type_warning, parse_object


def test_an_empty_text_is_an_empty_object() -> None:
    assert parse_object("  \n") == {}
    assert parse_object('{"plan": "Business", "seats": 3}') == {"plan": "Business", "seats": 3}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"a": 1,}', "Line 1, column"),
        ('{\n  "a" 1\n}', "Line 2, column 7"),
        ("[1, 2]", "no object"),
        ('"text"', "no object"),
        ('{"a": NaN}', "no JSON that the service would take"),
        ("[" * 100_000, "no JSON"),
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
