"""`--plain`: what is marked, taken back, kept and noted by typing, and what the customer's bell gets of it."""

from __future__ import annotations

import re

from neptune_inbox.model import Mode, Profile
from neptune_inbox.sandbox.faults import Kind
from tests.builders import API, EDGE, ENVIRONMENT, Office
from tests.cli.plain_visitor import Visitor, polls, sent, turn


class TestMarking:
    async def test_held_told_once_and_taken_back(self, office: Office) -> None:
        visitor = await Visitor(office).console("m 1", "l", "z", turn(office, 9), "", "z", "q")
        assert visitor.said("m 1") == 'Held 5 s before sending, undo takes it back: "Card declined" of u-1.'
        assert "1. unread, mark held, sent in 5 s, just now" in visitor.said("l")
        assert visitor.said("z") == 'Taken back: "Card declined" of u-1, 5 s before sending.'
        assert visitor.said("z", 1) == "There is nothing to take back."
        assert visitor.said("") == ""
        assert office.marked == []

    async def test_the_journal_has_the_same_word_for_it(self, office: Office) -> None:
        visitor = await Visitor(office).console("m 1", "z", "journal", "q")
        newest = visitor.said("journal").splitlines()[0]
        assert ": mark taken back for u-1, " in newest
        assert "posted as" not in newest, "the id that was posted is the row's own"

    async def test_the_outcome_is_a_line_before_the_next_prompt(self, office: Office) -> None:
        visitor = await Visitor(office).console("m 1 3", sent(office, 2), "", "", "l", "m 1", "z", "q")
        assert "".join(visitor.said("", nth) for nth in (0, 1)).startswith(
            "Accepted: 2 notifications of u-1. It is confirmed when the list shows them as read."
        )
        assert re.search(r"^1\. (accepted, not yet confirmed|read by us), ", visitor.said("l"), re.MULTILINE)
        assert visitor.said("m 1") == "1 is read or being marked already."
        assert visitor.said("z").startswith("Already sent, cannot be taken back")

    async def test_send_now_waits_for_the_outcome(self, office: Office) -> None:
        visitor = await Visitor(office).console("1", "m", "$", "$", "q")
        assert visitor.said("m").endswith('takes it back: "Card declined" of u-1.')
        assert visitor.said("$").splitlines() == [
            "Sending 1 mark now.",
            'Accepted: "Card declined" of u-1. It is confirmed when the list shows it as read.',
        ]
        assert visitor.said("$", 1) == "Nothing is waiting to be sent."
        assert len(office.marked) == 1

    async def test_a_refusal_is_told_kept_on_the_row_and_tried_again(self, office: Office) -> None:
        fault = office.faults.set(Kind.MISSING, method="POST")
        visitor = await Visitor(office).console(
            *("m 1", "$", "l", "outbox", "receipts", "receipt 1"),
            lambda: office.faults.lift(fault),
            *("retry 2", "retry 1", "$", "", "outbox", "q"),
        )
        assert 'Refused: "Card declined" of u-1: ' in visitor.said("$")
        assert "1. unread, our mark was refused: " in visitor.said("l")
        assert visitor.said("outbox").startswith("Mark 1, refused: ")
        assert visitor.said("receipts").startswith("Receipt 1, just now: ")
        assert "retry tries 1 mark again." in visitor.said("receipt 1")
        assert "Mark 2 was not printed." in visitor.said("retry 2")
        assert visitor.said("retry 1").startswith("Trying 1 mark again.")
        assert "Accepted: " in visitor.text
        assert visitor.said("outbox", 1) == "The outbox is empty: everything is settled."

    async def test_in_mode_ask_every_send_is_agreed_to(self) -> None:
        office = Office(mode=Mode.ASK)
        office.arrive(2)
        visitor = await Visitor(office).console("m 1", "n", "m 2", "maybe", "m 2", "yes", "q", "keep")
        assert visitor.said("m 1").startswith("staging, profile acme, mode ask. Mark ")
        assert visitor.said("n") == "Nothing was marked."
        assert visitor.said("m 2").endswith("yes or no?")
        assert visitor.said("maybe").splitlines()[0] == "Taken as no: maybe is neither yes nor no."
        assert "Held 5 s before sending" in visitor.said("yes")
        unanswered = await Visitor(office).console("m 1")
        assert "Nothing was marked." in unanswered.text

    async def test_observe_refuses_with_the_sentence(self) -> None:
        office = Office(mode=Mode.OBSERVE)
        office.arrive(2)
        visitor = await Visitor(office).console("1", "m 1", "m", "mark all", "$", "retry", "done 1", "q")
        for line in ("m 1", "m", "mark all", "$", "retry"):
            assert visitor.said(line).startswith("`acme` is only observed: nothing is marked here."), line
        assert "Done for me" in visitor.said("done 1")
        assert office.faults.count_writes() == 0


class TestMarkAll:
    async def test_it_says_exactly_which_and_marks_what_was_printed(self, office: Office) -> None:
        office.arrive(22)
        visitor = await Visitor(office).console("mark all", "no", "Mark  All", "yes", "$", "q")
        assert "Mark all read, in staging, profile acme, mode act." in visitor.said("mark all")
        assert "yes marks the 20 unread among the printed lines, of u-1, from " in visitor.said("mark all")
        assert "all marks the 25 unread of the whole list" in visitor.said("mark all")
        assert visitor.said("no") == "Nothing was marked."
        assert "takes it back: all 20 listed notifications of u-1." in visitor.said("yes")
        assert len(office.marked) == 20

    async def test_the_whole_list_is_an_answer_of_its_own(self, office: Office) -> None:
        office.arrive(22)
        visitor = await Visitor(office).console("mark all", "all", "q", "send")
        assert "all 25 listed notifications" in visitor.said("all")
        assert "Accepted: all 25" in visitor.said("send")
        assert len(set(office.marked)) == 25

    async def test_what_came_since_is_left_alone(self, office: Office) -> None:
        new: list[str] = []

        def arrive() -> None:
            new.extend(office.arrive(1))

        visitor = await Visitor(office).console(
            arrive, polls(office), "", "mark all", "yes", "$", "receipt 1", "receipts", "receipt 1", "q"
        )
        assert "1 notification arrived since this list was drawn: left alone." in visitor.said("mark all")
        assert "1 arrived since and was left alone" in visitor.said("receipts")
        assert len(office.marked) == 3
        assert not set(new) & set(office.marked)

    async def test_the_servers_own_is_asked_twice(self, office: Office) -> None:
        visitor = await Visitor(office).console("mark all", "server", "n", "mark all", "server", "y", "q")
        assert "This also marks what nobody has seen" in visitor.said("server")
        assert visitor.said("n") == "Nothing was marked."
        assert "was marked read on the server" in visitor.said("y")
        [write] = office.sandbox_state.writes
        assert write.body == {"type": "user", "id": "u-1"}

    async def test_in_production_the_user_is_typed(self, office: Office) -> None:
        office.sandbox_state.add_notification("production", "u-1", "Real")
        production = Profile("acme-live", API, EDGE, "production", Mode.ASK, users=("u-1",))
        visitor = await Visitor(office).console(
            "mark all", "server", "u-2", "mark all", "server", "u-1", "q", profile=production
        )
        assert "PRODUCTION, profile acme-live, mode ask" in visitor.greeting
        assert "Type u-1 to go on:" in visitor.said("server")
        assert visitor.said("u-2") == "Nothing was marked."
        assert len(office.sandbox_state.writes) == 1


class TestLeaving:
    async def test_what_is_held_is_asked_about(self, office: Office) -> None:
        visitor = await Visitor(office).console("m 1 2", "q", "stay", "q", "s", "q", "drop")
        assert "2 marks are not sent yet." in visitor.said("q")
        assert visitor.said("s") == "Taken as stay: s is not one of the answers."
        assert visitor.said("drop") == "Dropped 2 marks; still unread for the customer."
        assert office.marked == []

    async def test_kept_marks_are_sent_next_time_and_that_is_told(self, office: Office) -> None:
        first = await Visitor(office).console("m 1", "q", "keep")
        assert "1 mark stays in the outbox and is sent when you are back." in first.text
        assert office.marked == []
        second = await Visitor(office).console(sent(office, 1), "", "", "q")
        assert "1 mark of last time waits; outbox lists it." in second.greeting
        assert 'Accepted: "Card declined" of u-1.' in second.text

    async def test_the_end_of_the_input_keeps_and_sends_nothing(self, office: Office) -> None:
        visitor = await Visitor(office).console("m 1")
        assert visitor.code == 0
        assert "1 mark stays in the outbox" in visitor.text
        assert office.marked == []


class TestMine:
    async def test_my_plane_stays_here(self, office: Office) -> None:
        visitor = await Visitor(office).console(
            *("s 1", "c 2 3 people called", "b 2 tomorrow 9:00", "e 3", "l", "r", "all", "back 2 3", "unstar 1"),
            *("c 2", "", "remove note 2", "b 1", "never", "b 1", "", "q"),
        )
        assert visitor.said("s 1") == 'Starred: "Card declined" of u-1.'
        assert visitor.said("c 2 3 people called").startswith("Note kept")
        assert visitor.said("b 2 tomorrow 9:00").startswith("Snoozed until Thu 05 Nov, 09:00")
        assert "The customer sees no change" in visitor.said("e 3")
        listed = visitor.said("l").splitlines()
        assert listed[1].endswith("(starred)")
        assert "note: 3 people called" in listed[2]
        assert "done" in listed[3], "acted rows stay until r"
        assert "2 left out as done or snoozed; all shows them." in visitor.said("r")
        assert "Back in my queue: 2 notifications of u-1." in visitor.said("back 2 3")
        assert visitor.said("unstar 1").startswith("Star removed")
        assert "Noted: 3 people called" in visitor.said("c 2")
        assert visitor.said("") == "No note was changed."
        assert visitor.said("remove note 2").startswith("Note removed")
        assert "`never` is not a valid time." in visitor.said("never")
        assert visitor.said("", 1) == "Nothing was snoozed."
        assert office.sandbox_state.writes == []


class TestTrouble:
    async def test_offline_is_told_once_and_so_is_its_end(self, office: Office) -> None:
        await Visitor(office).console("q")

        back_online = polls(office, 3)
        office.faults.set(Kind.OFFLINE)
        visitor = await Visitor(office).console("1", "", "m 2", office.faults.clear, back_online, "", "", "q", "keep")
        assert "3. unread" in visitor.greeting, "what was seen before is there"
        assert visitor.said("") == ""
        assert visitor.said("1").startswith("1. Card declined")
        assert "undo takes it back" in visitor.said("m 2")
        assert visitor.text.count("The server answers again.") == 1

    async def test_without_a_token_what_was_seen_can_be_read(self, office: Office) -> None:
        office.builder.vault = type(office.builder.vault)(memory_only=True)
        visitor = await Visitor(office).console("all", "q")
        assert "There is no token for `acme` yet." in visitor.greeting
        assert visitor.code == 0


class TestAShift:
    async def test_it_takes_at_most_fourteen_commands(self) -> None:
        office = Office(users=("u-1", "u-2"))
        office.sandbox_state.create_user(ENVIRONMENT, "u-7", {"name": "Rajiv Seelam"})
        ids = office.arrive(4, "u-7")
        office.arrive(1, "u-1")
        shift = ("@ rajiv", "1", "n", "n", "m 1 2", "b 3 tomorrow 9:00", "c 4 call back", "next user")
        visitor = await Visitor(office).console(*shift, "$", "q", has_time=True)
        print(f"{len(shift)} lines, {sum(map(len, shift)) + len(shift)} key presses with their enters")
        assert len(shift) + 2 <= 14
        assert sorted(office.marked) == sorted(ids[2:])
        assert "Snoozed until" in visitor.said("b 3 tomorrow 9:00")
        assert "Note kept" in visitor.said("c 4 call back")
        assert visitor.said("next user").startswith("u-1")
