"""One conversation of `--plain`: lines said that nothing can tear, questions, and answers that mean what they say."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TextIO

from neptune_inbox.cli.output import Output
from neptune_inbox.cli.plain.lines import LONGEST_LINE, EditLine, ReadLine, Unusable
from neptune_inbox.cli.plain.text import without_drawing
from neptune_inbox.errors import InboxError
from neptune_inbox.masking import mask_sentence
from neptune_inbox.presentation.remedies import in_plain
from neptune_inbox.text import clean_line

PROMPT = "> "
YES, NO = ("y", "yes"), ("n", "no", "")


class PlainOutput(Output):
    """Standard output for a screen reader or a dumb terminal; it knows when nobody reads it any more."""

    def __init__(self, *, out: TextIO | None = None, err: TextIO | None = None) -> None:
        super().__init__(out=out, err=err)
        self.is_gone = False

    def line(self, text: str = "") -> None:
        """Write text in which nothing is drawn and nothing moves a cursor."""
        super().line(without_drawing(text))

    def _give_up(self, stream: TextIO, problem: OSError) -> None:
        super()._give_up(stream, problem)
        self.is_gone = True


class Console:
    """One conversation: what is said, what is asked, and what is answered."""

    def __init__(
        self, output: PlainOutput, read_line: ReadLine, *, repeats: bool, edit_line: EditLine | None = None
    ) -> None:
        """`repeats` writes each answer behind its question, where no terminal has shown it already.

        `edit_line` takes the place of `read_line`, and writes the prompt itself.
        """
        self._output = output
        self._read_line = read_line
        self._edit_line = edit_line
        self._repeats = repeats
        self._hung_up = asyncio.Event()
        self.is_waiting = False
        """Whether somebody is being waited for, to type a line."""

    @property
    def is_over(self) -> bool:
        """Nobody answers any more: the input has ended, or it was interrupted."""
        return self._hung_up.is_set() or self._output.is_gone

    def hang_up(self) -> None:
        """End it: whoever waits for an answer gets none."""
        self._hung_up.set()

    def say(self, text: str) -> None:
        """Say one line, or several."""
        self._output.line(text)

    def say_all(self, lines: Sequence[str]) -> None:
        for line in lines:
            self.say(line)

    def complain(self, error: InboxError) -> None:
        """Say what went wrong and what to do."""
        self.say(in_plain(error))

    async def ask(self, question: str = PROMPT) -> str | None:
        """The next line that is typed; None when there is none and never will be.

        A line that broke off, or is not text, is reported and counts as empty: half a line is not an answer.
        """
        question = without_drawing(clean_line(question, LONGEST_LINE))
        edits = self._edit_line is not None
        self._output.raw("" if edits else question)
        self._output.flush()
        if self.is_over:
            return None
        line = await self._answer(question)
        if line is None:
            self.hang_up()
            self._output.raw("\n")
            return None
        if self._repeats and not edits:
            self.say(clean_line(mask_sentence(line)))
        if isinstance(line, Unusable):
            self.say(f"{line.why} Nothing was done with it.")
            return ""
        return line.strip()

    async def agrees(self, question: str) -> bool:
        """Whether a question is answered with yes; whatever else is typed, and silence, is no."""
        answer = await self.ask(f"{question} yes or no? ")
        if answer is not None and answer.lower() not in YES + NO:
            self.say(f"Taken as no: {clean_line(mask_sentence(answer), 40)} is neither yes nor no.")
        return answer is not None and answer.lower() in YES

    async def choose(self, question: str, answers: Sequence[str], otherwise: str) -> str | None:
        """Which of these words is typed in full; any other is `otherwise`, and nothing is None."""
        typed = await self.ask(f"{question} ")
        if typed is None:
            return None
        if typed.lower() in answers:
            return typed.lower()
        if typed.lower() not in NO:
            self.say(f"Taken as {otherwise}: {clean_line(mask_sentence(typed), 40)} is not one of the answers.")
        return otherwise

    async def _answer(self, question: str) -> str | None:
        waiting = self._read_line() if self._edit_line is None else self._edit_line(question)
        reading = asyncio.ensure_future(waiting)
        ending = asyncio.ensure_future(self._hung_up.wait())
        self.is_waiting = True
        try:
            await asyncio.wait({reading, ending}, return_when=asyncio.FIRST_COMPLETED)
            return reading.result() if reading.done() else None
        finally:
            self.is_waiting = False
            reading.cancel()
            ending.cancel()
