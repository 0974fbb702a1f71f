"""`--plain`: contact infos and events, each said in full and agreed to before it is written."""

from __future__ import annotations

import pytest

from neptune_inbox.model import Mode, Profile
from neptune_inbox.sandbox.faults import Kind
from tests.builders import API, EDGE, ENVIRONMENT, Office
from tests.cli.plain_visitor import Visitor


def contacts(office: Office) -> list[tuple[str, str]]:
    user = office.sandbox_state.user(ENVIRONMENT, "u-1")
    assert user is not None
    return [(each.type, each.value) for each in user.contacts]


class TestContacts:
    async def test_listed_added_changed_and_deleted(self, office: Office) -> None:
        visitor = await Visitor(office).console(
            *("contacts", "add contact email a@b.example", "yes"),
            *("contact add mobile_number +49 170 1234567", "yes"),
            *("change contact 1 new@b.example", "yes", "Delete Contact 1", "y", "contacts", "q"),
        )
        assert visitor.said("contacts").splitlines() == ["Contact infos of u-1 Rajiv Seelam:", "No contact infos."]
        review = visitor.said("add contact email a@b.example")
        assert review == ("staging, profile acme, mode act. Add email a@b.example to u-1 Rajiv Seelam? yes or no?")
        assert visitor.said("yes").splitlines() == [
            "Added. Contact infos of u-1 now:",
            "Contact info 1, email a@b.example",
        ]
        assert "The new one is added first, then the old one is deleted." in visitor.said(
            "change contact 1 new@b.example"
        )
        assert "Delete mobile_number +49 170 1234567 of u-1" in visitor.said("Delete Contact 1")
        assert contacts(office) == [("email", "new@b.example")]
        assert "Contact info 1, email new@b.example" in visitor.said("contacts", 1)

    async def test_what_looks_wrong_is_said_before_it_is_asked(self, office: Office) -> None:
        visitor = await Visitor(office).console("add contact email nonsense", "n", "q")
        assert "Mind: This does not look like an email address." in visitor.said("add contact email nonsense")
        assert visitor.said("n") == "Nothing was added."
        assert office.faults.count_writes() == 0

    async def test_what_is_missing_is_asked_for_and_its_lack_writes_nothing(self, office: Office) -> None:
        visitor = await Visitor(office).console(
            *("add contact", "email", "a@b.example", "yes", "add contact", "", "add contact email", ""),
            *(
                "change contact 1",
                "",
                "change contact",
                "change contact 7",
                "delete contact",
                "delete contact x",
                "q",
            ),
        )
        assert visitor.said("add contact").startswith("Type, such as email")
        assert contacts(office) == [("email", "a@b.example")]
        assert visitor.said("", 0) == visitor.said("", 1) == "Nothing was added."
        assert visitor.said("", 2) == "Nothing was changed."
        assert "takes the number of a contact info" in visitor.said("change contact")
        assert visitor.said("change contact 7") == "Contact info 7 was not printed. Name one from 1 to 1."
        assert "takes the number" in visitor.said("delete contact x")

    async def test_the_meta_of_one_is_changed_where_it_is(self, office: Office) -> None:
        visitor = await Visitor(office).console(
            *("add contact email a@b.example", "yes", 'change contact 1 meta {"label": "work"}', "yes"),
            *("change contact 1 meta [1]", "q"),
        )
        assert "Contact info 1, email a@b.example; label: work" in visitor.said("yes", 1)
        assert "object" in visitor.said("change contact 1 meta [1]")

    async def test_a_change_that_is_half_done_is_told(self, office: Office) -> None:
        await Visitor(office).console("add contact email a@b.example", "yes", "q")
        visitor = await Visitor(office).console(
            *("contacts", "change contact 1 new@b.example"),
            lambda: office.faults.set(Kind.MISSING, method="DELETE"),
            *("yes", office.faults.clear, "contacts", "q"),
        )
        assert "new@b.example was added, and a@b.example was NOT deleted" in visitor.said("yes")
        assert "contacts lists both" in visitor.said("yes")
        assert len(contacts(office)) == 2

    @pytest.mark.slow
    @pytest.mark.parametrize(
        "asked", ["add contact email a@b.example", "change contact 1 b@b.example", "delete contact 1"]
    )
    @pytest.mark.parametrize("answer", ["maybe", "1", "yess", "ja", ""])
    async def test_an_unknown_answer_writes_nothing(self, office: Office, asked: str, answer: str) -> None:
        await Visitor(office).console("add contact email old@b.example", "yes", "q")
        writes = office.faults.count_writes()
        await Visitor(office).console("contacts", asked, answer, "q")
        await Visitor(office).console("contacts", asked)
        assert office.faults.count_writes() == writes
        assert contacts(office) == [("email", "old@b.example")]

    async def test_in_mode_observe_nothing_is_asked(self) -> None:
        office = Office(mode=Mode.OBSERVE)
        office.sandbox_state.create_user(ENVIRONMENT, "u-1", {})
        visitor = await Visitor(office).console(
            "add contact email a@b.example", "send event x", "delete contact 1", "q"
        )
        for line in ("add contact email a@b.example", "send event x", "delete contact 1"):
            assert "is only observed" in visitor.said(line)
        assert office.faults.count_writes() == 0


class TestEvents:
    async def test_an_event_is_said_in_full_and_sent_after_yes(self, office: Office) -> None:
        visitor = await Visitor(office).console(
            'send event payment_failed {"card": {"last4": "4242"}}', "yes", "send event", "", "q", has_time=True
        )
        said = visitor.said('send event payment_failed {"card": {"last4": "4242"}}').splitlines()
        assert said[:3] == [
            "Event payment_failed for u-1, in staging, profile acme, mode act.",
            "Payload:",
            "  card, last4: 4242",
        ]
        assert said[-1] == "Send it? yes or no?"
        assert visitor.said("yes").startswith("Sent payment_failed for u-1.")
        assert visitor.said("") == "Nothing was sent."
        assert office.faults.count_writes() == 1

    async def test_whatever_is_not_yes_sends_nothing(self, office: Office) -> None:
        visitor = await Visitor(office).console(
            *("event order_placed", "", "perhaps", "event order_placed {broken", "event", "order_placed", "{}", "n"),
            *("event order_placed {}",),
        )
        assert "Nothing was sent." in visitor.said("perhaps")
        assert "Line 1, column 2" in visitor.said("event order_placed {broken")
        assert office.faults.count_writes() == 0

    async def test_in_production_its_name_is_typed(self, office: Office) -> None:
        production = Profile("acme-live", API, EDGE, "production", Mode.ASK, users=("u-1",))
        visitor = await Visitor(office).console(
            *("event a_b {}", "yes", "event a_b {}", "production", "q"), profile=production
        )
        assert visitor.said("event a_b {}").endswith("Type production to send it:")
        assert visitor.said("yes") == "Nothing was sent."
        assert office.faults.count_writes() == 1
