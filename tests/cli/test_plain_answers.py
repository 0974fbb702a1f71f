"""`--plain`: what is misheard, mistyped, cut off or pasted never becomes a write that nobody meant."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from neptune_inbox.cli.plain.lines import LONGEST_LINE, StdinLines, Unusable
from neptune_inbox.model import Mode
from tests.builders import ENVIRONMENT, Office
from tests.cli.plain_visitor import Visitor, office_with_mail


class TestWords:
    @pytest.mark.slow
    @pytest.mark.parametrize("typed", ["mark 3", "m 3", "m3", "MARK 3", "M 3", "M3", "Mark  3", "mark 3,"])
    async def test_marking_is_the_same_word_however_it_is_written(self, office: Office, typed: str) -> None:
        visitor = await Visitor(office).console(typed, "q", "drop")
        assert visitor.said(typed).endswith('undo takes it back: "Card declined" of u-1.')

    @pytest.mark.slow
    @pytest.mark.parametrize("letter", "abcdefghijklmnopqrstuvwxyz")
    async def test_a_letter_writes_the_same_in_either_case_and_never_marks_all(self, letter: str) -> None:
        writes = []
        for typed in (letter, letter.upper()):
            office = office_with_mail()
            visitor = await Visitor(office).console("1", typed, "yes", "all", "y")
            held = re.search(r"(\d+) marks? stays? in the outbox", visitor.text)
            writes.append((int(held[1]) if held else 0, office.faults.count_writes()))
        assert writes[0] == writes[1]
        assert writes[0] in ((0, 0), (1, 0))

    async def test_natural_numbers(self, office: Office) -> None:
        visitor = await Visitor(office).console("mark 1 and 3", "undo", "done 2 to 3", "back 2-3", "q")
        assert visitor.said("mark 1 and 3").startswith("Held 5 s before sending, undo takes it back: 2 notifications")
        assert visitor.said("undo").startswith("Taken back: 2 notifications")
        assert visitor.said("done 2 to 3").endswith("back 2-3 brings it back: 2 notifications of u-1.")

    @pytest.mark.slow
    @pytest.mark.parametrize(
        "typed", ["undo 3", "send 3", "mark all 3", "mark all of it", "mark everything", "send mail", "refresh 2"]
    )
    async def test_what_is_more_than_a_command_takes_does_nothing(self, office: Office, typed: str) -> None:
        visitor = await Visitor(office).console("mark 1", typed, "q", "keep")
        assert "nothing was done" in visitor.said(typed) or "There is no command" in visitor.said(typed)
        assert office.marked == []
        assert "1 mark is not sent yet." in visitor.said("q")

    async def test_help_about_a_word_and_what_was_meant(self, office: Office) -> None:
        visitor = await Visitor(office).console("help contact", "help zebra", "serach x", "D", "read 2", "q")
        assert "delete contact 2" in visitor.said("help contact")
        assert "insight" not in visitor.said("help contact")
        assert "help alone lists all" in visitor.said("help zebra")
        assert "Did you mean search?" in visitor.said("serach x")
        assert "Nothing is deleted here" in visitor.said("D")
        assert visitor.said("read 2").startswith("2. Card declined")


class TestAWrongName:
    @pytest.mark.slow
    @pytest.mark.parametrize(
        "wrong", ["@ nobody", "user nobody", "user lee", "profile nowhere", "search is:foo", "view x"]
    )
    async def test_what_follows_is_done_to_nobody_else(self, wrong: str) -> None:
        office = Office(users=("u-1",))
        for user, name in (("u-2", "Ann Lee"), ("u-3", "Ben Lee"), ("u-1", "Rajiv")):
            office.sandbox_state.create_user(ENVIRONMENT, user, {"name": name})
        office.arrive(2)
        lines = ("mark 1", "mark", "mark all", "done 1", "more", "next", "watch", "add contact email a@b.example")
        visitor = await Visitor(office).console("1", wrong, *lines, "list", "mark 2", "send", "q", has_time=True)
        for line in lines:
            assert "so nothing was done. list prints that of u-1 again." in visitor.said(line), line
        assert visitor.said("list").startswith("u-1")
        assert len(office.marked) == 1, "list gives the numbers back"
        assert office.faults.count_writes() == 1

    async def test_no_question_takes_the_lines_that_follow(self, office: Office) -> None:
        visitor = await Visitor(office).console("@ nobody", "user u-1", "mark 1", "q", "keep")
        assert "undo takes it back" in visitor.said("mark 1")


class TestQuestions:
    @pytest.mark.slow
    @pytest.mark.parametrize("answer", ["maybe", "a", "y e s", "1", "sure", "server!", "load it"])
    async def test_an_unknown_answer_is_no(self, answer: str) -> None:
        office = Office(mode=Mode.ASK)
        office.arrive(3)
        visitor = await Visitor(office).console("mark 1", answer, "mark all", answer, "list", "q")
        assert visitor.said(answer).endswith("Nothing was marked.")
        assert visitor.said(answer).startswith("Taken as no: ")
        assert visitor.said(answer, 1).startswith("Taken as no: ")
        assert visitor.said("list").startswith("u-1"), "one answer, and the next line is a command again"
        assert "not sent yet" not in visitor.said("q")

    @pytest.mark.slow
    @pytest.mark.parametrize(
        "lines",
        [
            ("mark 1",),
            ("mark all",),
            ("mark all", "server"),
            ("note 1",),
            ("snooze 1",),
            ("open link 1",),
            ("add contact",),
            ("add contact email x@y.example",),
            ("send event",),
            ("send event a_b",),
            ("send event a_b {}",),
        ],
    )
    async def test_the_end_of_the_input_in_a_question_writes_nothing(self, lines: tuple[str, ...]) -> None:
        office = Office(mode=Mode.ASK)
        office.sandbox_state.create_user(ENVIRONMENT, "u-1", {})
        office.arrive(1)
        visitor = await Visitor(office).console(*lines)
        assert visitor.code == 0
        assert office.faults.count_writes() == 0
        assert "not sent" not in visitor.text.replace("Nothing was not sent", "")
        again = await Visitor(office).console("list", "q")
        assert "takes it back" not in again.text
        assert "(" not in again.said("list"), "my plane is as it was too"


class TestLines:
    async def read_all(self, tmp_path: Path, given: bytes) -> list[str]:
        (tmp_path / "in").write_bytes(given)
        descriptor = os.open(tmp_path / "in", os.O_RDONLY)
        lines, read = [], StdinLines(descriptor)
        while (line := await read()) is not None:
            lines.append(line)
        os.close(descriptor)
        return lines

    async def test_lines_of_every_kind(self, tmp_path: Path) -> None:
        assert await self.read_all(tmp_path, b"one\ntwo\r\n\nthree\n") == ["one", "two", "", "three"]

    async def test_a_line_that_breaks_off_is_not_used(self, tmp_path: Path) -> None:
        [whole, half] = await self.read_all(tmp_path, b"mark 1\nmark 1")
        assert not isinstance(whole, Unusable)
        assert isinstance(half, Unusable), "it may have been mark 12"

    async def test_what_is_too_long_or_no_text_is_one_line_that_is_not_used(self, tmp_path: Path) -> None:
        lines = await self.read_all(tmp_path, b"x" * (3 * LONGEST_LINE) + b"mark all\nM\xfc\nlist\n")
        assert [isinstance(line, Unusable) for line in lines] == [True, True, False]
        assert lines[-1] == "list"

    async def test_such_a_line_is_told_and_answers_no_question(self, office: Office) -> None:
        half = Unusable("y", "The input ended in the middle of this line.")
        visitor = await Visitor(office).console("mark all", half)
        assert "The input ended in the middle of this line. Nothing was done with it." in visitor.said("y")
        assert office.marked == []
        assert "stay" not in visitor.text
