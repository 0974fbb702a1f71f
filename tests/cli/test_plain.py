"""`--plain`: the inbox line by line. What is typed, what is said, and what the customer's bell gets of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from neptune_inbox.cli.plain import export
from neptune_inbox.cli.plain.commands import load_verbs
from neptune_inbox.errors import UsageProblem
from neptune_inbox.model import Filter, Mode, Profile
from neptune_inbox.presentation.action_table import ACTIONS
from neptune_inbox.sync.programs import opener, run_program
from tests.builders import API, EDGE, ENVIRONMENT, Office
from tests.cli.plain_visitor import FORBIDDEN, Visitor, polls
from tests.hostile import hostile_rows

NOT_NEEDED = {
    "back": "nothing is opened over anything: each answer is a line",
    "preview.toggle": "a notification is read when its number is typed",
    "preview.down": "the whole body is a word: 3 whole",
    "team.handover": "it is a command: neptune-inbox handover",
    "preview.up": "what was said stands above",
    "pane.next": "there are no panes",
    "pane.previous": "there are no panes",
    "select.toggle": "several numbers are a selection: mark 1 3-5",
    "select.range": "so is a range: mark 3-5",
    "select.all": "so is mark all, and 1-20",
    "select.none": "nothing stays selected",
    "theme": "nothing is drawn",
    "code.reveal": "a script sees no one-time code unless --show-codes or the settings show them",
    "user.history": "user U, then all",
    "palette": "help lists the commands",
    "nothing.deleted": "d and D are answered with what there is instead",
}
"""The actions without a command of their own, and why."""


class TestTheList:
    async def test_lines_are_numbered_and_say_in_words_how_they_stand(self, office: Office) -> None:
        visitor = await Visitor(office).console("q")
        assert visitor.greeting.splitlines() == [
            "neptune-inbox, line by line: staging, profile acme, mode act. help lists the commands.",
            "u-1, unread: 3 lines. The server last said 3 unread.",
            "1. unread, just now, payment_failed: Card declined",
            "2. unread, 1 minute ago, payment_failed: Card declined",
            "3. unread, 2 minutes ago, payment_failed: Card declined",
        ]
        assert visitor.code == 0

    async def test_over_several_customers_each_line_names_its_own(self) -> None:
        office = Office(users=("u-1", "u-2"))
        office.arrive(1, "u-1")
        office.arrive(1, "u-2")
        visitor = await Visitor(office).console("@u-2", "q", has_time=True)
        assert "Everyone, 2 watched users, unread: 2 lines." in visitor.greeting
        assert "1. unread, just now, u-2, payment_failed: Card declined" in visitor.greeting
        assert visitor.said("@u-2").splitlines()[1] == "1. unread, just now, payment_failed: Card declined"

    async def test_nothing_moves_when_more_arrive_they_are_told_in_one_line(self, office: Office) -> None:
        visitor = await Visitor(office).console(
            "y 1", lambda: office.arrive(2), polls(office), "", "y 1", "", "r", "y 1", "q"
        )
        assert visitor.said("") == "2 new; refresh shows them."
        assert visitor.said("", 1) == "", "told once"
        assert visitor.said("y 1", 1).startswith(visitor.said("y 1"))
        assert visitor.said("r").startswith("u-1 Rajiv Seelam, unread: 5 lines.") or "5 lines." in visitor.said("r")
        assert visitor.said("y 1", 2) != visitor.said("y 1")

    async def test_reading_tells_both_planes_and_never_marks(self, office: Office) -> None:
        office.sandbox_state.add_notification(
            ENVIRONMENT, "u-1", "Look", body="First\n\n**second**", link="https://acme.example/x", data={"a": 1}
        )
        visitor = await Visitor(office).console("1", "2 3", "n", "previous", "q")
        read = visitor.said("1").splitlines()
        assert read[0] == "1. Look"
        assert "User: u-1, Rajiv Seelam" in read
        assert "Theirs: unread" in read
        assert "Link: acme.example/x" in read
        assert read[read.index("Body:") :][1:4] == ["  First", "", "  second"]
        assert "  a: 1" in read
        assert visitor.said("2 3").count("Card declined") == 2
        assert visitor.said("n").startswith("4. ")
        assert visitor.said("previous").startswith("3. ")
        assert office.marked == []

    async def test_a_long_body_is_cut_and_read_whole_when_asked(self, office: Office) -> None:
        office.sandbox_state.add_notification(ENVIRONMENT, "u-1", "Long", body="word " * 2_000 + "END")
        visitor = await Visitor(office).console("1", "1 whole", "q")
        assert "END" not in visitor.said("1")
        assert "1 whole reads all of it." in visitor.said("1")
        assert "END" in visitor.said("1 whole")

    async def test_a_page_at_a_time_and_only_printed_numbers_count(self, office: Office) -> None:
        office.arrive(22)
        visitor = await Visitor(office).console("m 21", "m 1-25", "+", "+", "l", "m 21", "q")
        assert "5 more; more prints the next." in visitor.greeting
        assert visitor.said("m 21") == "Line 21 was not printed. Name one from 1 to 20."
        assert "was not printed" in visitor.said("m 1-25")
        assert visitor.said("+").splitlines()[0].startswith("21. unread")
        assert "no older ones" in visitor.said("+", 1)
        assert "was not printed" in visitor.said("m 21", 1), "l prints the first page again"
        assert office.marked == []

    async def test_filters_search_and_views(self, office: Office) -> None:
        office.arrive(1, is_read=True)
        office.sandbox_state.add_notification(ENVIRONMENT, "u-1", "Welcome", event_type="welcome")
        visitor = await Visitor(office).console(
            *(
                "all",
                "read",
                "unread",
                "/event:welcome",
                "save view new",
                "f",
                "/",
                "f new",
                "/is:foo",
                "/zebra",
                "/event:wel",
                "f no",
            ),
            "q",
        )
        assert "all: 5 lines" in visitor.said("all")
        assert "read, just now, payment_failed" in visitor.said("read")
        assert "unread: 4 lines" in visitor.said("unread")
        assert "search event:welcome: 1 line." in visitor.said("/event:welcome")
        assert visitor.said("save view new") == "Saved as new."
        assert "View new: event:welcome, 1 line" in visitor.said("f")
        assert "4 lines" in visitor.said("/")
        assert "1 line." in visitor.said("f new")
        assert visitor.said("/is:foo").startswith("At character 1 of the search: `is:` does not know `foo`.")
        assert "Nothing matches." in visitor.said("/zebra")
        assert "event:*wel* finds every type that holds wel." in visitor.said("/event:wel")
        assert "There is no view no." in visitor.said("f no")

    @pytest.mark.slow
    async def test_older_ones_are_loaded_and_numbered_on(self) -> None:
        office = Office()
        office.arrive(230, every=1)
        visitor = await Visitor(office).console(*["+"] * 9, "older", "m 1", "mark all", "load", "q")
        assert "Loaded 200 of 230, back to 12:00; older goes on." in visitor.said("+", 8)
        assert visitor.said("older").splitlines()[0].startswith("201. unread")
        assert "Line 1 was not printed." in visitor.said("m 1")

    async def test_what_is_no_command_does_nothing(self, office: Office) -> None:
        visitor = await Visitor(office).console(
            "make", "m 1 please", "d", "x", "j", "m", "i 1-2", "profile nowhere", "q"
        )
        assert visitor.said("make") == "There is no command make. Did you mean mark? help lists the commands."
        assert "mark takes line numbers, and please is not one" in visitor.said("m 1 please")
        assert "Nothing is deleted here" in visitor.said("d")
        assert "mark 1 3-5" in visitor.said("x")
        assert "next user" in visitor.said("j")
        assert "nowhere" in visitor.said("profile nowhere")
        assert visitor.said("m") == "Which one? Name its number, or several: 3, or 1 3-5."
        assert "one line at a time" in visitor.said("i 1-2")
        assert office.marked == []


class TestUsers:
    @pytest.fixture
    def office(self) -> Office:
        office = Office(users=("u-1", "u-2"))
        for user, name in (("u-1", "Ann Lee"), ("u-2", "Ben Lee"), ("u-7", "Rajiv Seelam")):
            office.sandbox_state.create_user(ENVIRONMENT, user, {"name": name})
            office.arrive(1, user)
        return office

    async def test_anybody_is_found_by_id_or_name(self, office: Office) -> None:
        visitor = await Visitor(office).console(
            "@ seelam", "@ lee", "@u-2", "@ nobody", "user id u-9", "@", "q", has_time=True
        )
        assert visitor.said("@ seelam").startswith("u-7 Rajiv Seelam, unread: 1 line.")
        assert visitor.said("@ lee").splitlines()[:2] == ["u-1 Ann Lee", "u-2 Ben Lee"]
        assert "2 are called lee" in visitor.said("@ lee")
        assert visitor.said("@u-2").startswith("u-2 Ben Lee, unread: 1 line.")
        assert visitor.said("@ nobody") == ("No known user is called nobody. user id nobody goes to that id anyway.")
        assert visitor.said("user id u-9").startswith("u-9, unread: 0 lines.")
        assert visitor.said("@").startswith("Everyone, 2 watched users")

    async def test_next_previous_and_watching(self, office: Office) -> None:
        visitor = await Visitor(office).console(
            *["next user"] * 3, "previous user", "unwatch", "watch u-7", "watch", "w", "q", has_time=True
        )
        assert [visitor.said("next user", nth).split(",")[0] for nth in range(3)] == ["u-1", "u-2", "Everyone"]
        assert visitor.said("previous user").startswith("u-2")
        assert visitor.said("unwatch") == "No longer watching u-2; watch u-2 watches again."
        assert visitor.said("watch u-7") == "Watching u-7."
        assert visitor.said("watch") == "Watching u-2."
        assert visitor.said("w") == "Watching u-2 already; unwatch u-2 stops it."


class TestPapers:
    async def test_evidence_person_journal_figures_id(self, office: Office) -> None:
        visitor = await Visitor(office).console(
            "why 1",
            "id 1 2",
            "person",
            "person 1",
            "journal",
            *("m 1", "$", "journal 5", "insight", "outbox", "?", "q"),
        )
        assert "Read: not read" in visitor.said("why 1").splitlines()
        assert len(visitor.said("id 1 2").splitlines()) == 2
        assert visitor.said("person").splitlines()[:2] == ["User u-1 Rajiv Seelam", "No contact infos."]
        assert visitor.said("person 1") == visitor.said("person")
        assert visitor.said("journal") == "Nothing was written yet."
        assert "mark accepted for u-1, long id ending in" in visitor.said("journal 5").splitlines()[0]
        assert visitor.said("insight").startswith("3 notifications of 1 user in 30 days")
        assert "payment_failed: 2 came, 0 read." in visitor.said("insight")
        for _, command in ACTIONS.plain_words():
            assert f"{command.usage}: {command.help}" in visitor.said("?")

    async def test_the_timeline_and_the_bell_at_a_moment(self, office: Office) -> None:
        visitor = await Visitor(office).console(
            "timeline", "timeline 90s", "timeline soon", "timeline 2998-01-01", "q"
        )
        assert "came: payment_failed  Card declined" in visitor.said("timeline")
        assert visitor.said("timeline 90s").splitlines()[0].endswith("1 unread, 0 read, 0 not known.")
        assert "is not a valid time" in visitor.said("timeline soon")
        assert "is in the future" in visitor.said("timeline 2998-01-01")

    async def test_links_are_said_and_opened_after_their_host_was_agreed_to(
        self, office: Office, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        opened: list[str] = []

        async def run_program(words: Sequence[str], given: str = "") -> bool:
            opened.append(words[-1])
            return len(opened) == 1

        monkeypatch.setattr(export, "run_program", run_program)
        office.sandbox_state.add_notification(ENVIRONMENT, "u-1", "Bad", link="javascript:alert(1)")
        office.clock.advance(1)
        office.sandbox_state.add_notification(ENVIRONMENT, "u-1", "Good", link="https://acme.example/x")
        visitor = await Visitor(office).console(
            "link 1 3", "link 1", "o 1", "n", "o 1", "y", "o 1", "o 2", "o 3", "q"
        )
        assert visitor.said("link 1 3") == visitor.said("link 1") == "https://acme.example/x"
        assert "Open a page of acme.example" in visitor.said("o 1")
        assert visitor.said("y") == "Opened acme.example."
        assert "No browser opened it. The link: https://acme.example/x" in visitor.said("o 1", 2)
        assert "https" in visitor.said("o 2")
        assert visitor.said("o 3") == "There is no link here."
        assert opened == ["https://acme.example/x"] * 2

    async def test_a_browser_that_is_not_there_is_no_error(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PATH", "/nowhere")
        assert await run_program(opener("https://acme.example/")) is False

    async def test_lines_are_given_to_a_command_as_json(self, office: Office, tmp_path: Path) -> None:
        taken = tmp_path / "taken"
        settings = type(office.builder.settings)(commands={"ticket": ("tee", str(taken)), "broken": ("false",)})
        office.builder.settings = settings
        visitor = await Visitor(office).console("|", "| 1 3 ticket", "| 2 broken", "| 1 nobody", "1", "| broken", "q")
        assert f"Command ticket: tee {taken}" in visitor.said("|")
        assert visitor.said("| 1 3 ticket").startswith("2 notifications to ticket: done.")
        assert "Card declined" in visitor.said("| 1 3 ticket"), "it prints what it is given"
        rows = [json.loads(line) for line in taken.read_text().splitlines()]
        assert [(row["user_id"], row["title"]) for row in rows] == [("u-1", "Card declined")] * 2
        assert visitor.said("| 2 broken") == "1 notification to broken: it failed with exit code 1."
        assert "config.toml names no command nobody." in visitor.said("| 1 nobody")
        assert visitor.said("| broken") == "1 notification to broken: it failed with exit code 1.", (
            "the line read last"
        )

    async def test_another_profile(self, office: Office) -> None:
        other = Profile("calm", API, EDGE, "dev", Mode.OBSERVE, users=("u-5",))
        office.builder.settings = type(office.builder.settings)(profiles={"acme": office.profile, "calm": other})
        visitor = await Visitor(office).console("profiles", "profile calm", "profiles", "q")
        assert "Profile acme (here): staging, mode act." in visitor.said("profiles")
        assert "dev, profile calm, mode observe" in visitor.said("profile calm")
        assert "Profile calm (here)" in visitor.said("profiles", 1)


class TestWhateverTheContent:
    @pytest.mark.slow
    async def test_nothing_is_drawn_and_no_cursor_is_moved(self) -> None:
        office = Office()
        for row in hostile_rows():
            office.clock.advance(1)
            row.put_into(office.sandbox_state, ENVIRONMENT, "u-1")
        office.clock.advance(1)
        office.sandbox_state.add_notification(ENVIRONMENT, "u-1", "┌──┐ │ ░▓█ └──┘", body="║ ═╬═ ║")
        count = len(hostile_rows()) + 1
        readings = [line for number in range(1, count + 1) for line in (f"{number} whole", f"i {number}")]
        visitor = await Visitor(office).console(
            *["+"] * (count // 20), *readings, "c 1 \x1b[2Jnote ─", "l", "@ \x1b]0;x\x07", "q"
        )
        assert FORBIDDEN.findall(visitor.text) == []
        assert "+--+ | ### +--+" in visitor.text
        for number in range(1, count + 1):
            assert visitor.said(f"{number} whole").startswith(f"{number}. ")
            assert visitor.said(f"i {number}").startswith("Notification: ")
        for line in visitor.said("1 whole").splitlines():
            assert line.startswith(("  ", "1. ")) or not line or ":" in line


class TestTheCommands:
    def test_every_action_has_a_command_or_is_not_needed(self) -> None:
        ids = {command.id or action.id for action, command in ACTIONS.plain_words()}
        # Lines are named by their numbers, so that there is no cursor to move.
        actions = {action.id for action in ACTIONS if not action.id.startswith("move.")}
        assert actions - ids == set(NOT_NEEDED)
        assert ids == set(load_verbs())

    def test_a_letter_means_the_same_as_in_the_terminal_inbox(self) -> None:
        from neptune_inbox.presentation.keymap import shown

        keys = {shown(key): action.id for action in ACTIONS for key in action.keys}
        for action, command in ACTIONS.plain_words():
            for word in command.words:
                if len(word) == 1 and word in keys and word != "l":
                    assert keys[word] == (command.id or action.id), word

    def test_no_two_commands_share_a_word_and_none_differs_by_case(self) -> None:
        words = [word for _, command in ACTIONS.plain_words() for word in command.words]
        assert len(words) == len({word.lower() for word in words})
        assert all(word == word.lower() for word in words)

    def test_what_is_done_to_many_has_no_letter_of_its_own(self) -> None:
        for action, command in ACTIONS.plain_words():
            if (command.id or action.id) in ("mark.all", "outbox.drop", "contact.delete", "event"):
                assert all(len(word) > 3 for word in command.words), command.words

    @pytest.mark.parametrize("text", ["2-1", "0", "9", "1-9", "1,9"])
    def test_numbers_that_were_not_printed_are_refused(self, text: str) -> None:
        from neptune_inbox.cli.plain.text import take_numbers

        with pytest.raises(UsageProblem):
            take_numbers(text, {1, 2, 3} if text != "2-1" else {2})

    def test_numbers_are_taken_in_order_and_once(self) -> None:
        from neptune_inbox.cli.plain.text import split_numbers, take_numbers

        assert take_numbers("3 1-2,2", {1, 2, 3, 7}) == [3, 1, 2]
        assert take_numbers("7-2", {1, 2, 3, 7}) == [7, 3, 2]
        assert split_numbers("1 3-5 tomorrow 9:00") == ("1 3-5", "tomorrow 9:00")
        assert split_numbers("30m") == ("", "30m")
        assert split_numbers("1, 2 and 4 to 6") == ("1 2 4-6", "")
        assert split_numbers("2 to 4 tomorrow") == ("2-4", "tomorrow")
        assert split_numbers("2 and so on") == ("2", "and so on")
        assert split_numbers("3 2026-11-30") == ("3", "2026-11-30")


async def test_it_opens_where_it_was_told_to(office: Office) -> None:
    office.arrive(1, "u-8", is_read=True)
    visitor = await Visitor(office).console("q", user_id="u-8", kind=Filter.READ)
    assert "u-8, read: 1 line." in visitor.greeting
