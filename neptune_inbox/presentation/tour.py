"""The tour of the demo: eight steps, one line each, advanced by doing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from neptune_inbox.presentation.action import Action
from neptune_inbox.presentation.keymap import key_label


class TourStep(NamedTuple):
    """One thing to try."""

    actions: tuple[str, ...]
    """The ids of what takes the tour on; the first is the one whose key is shown."""
    words: str
    """What its key does, to be read behind the key."""


STEPS = (
    TourStep(("move.down", "unread.next", "move.page_down"), "goes down; new rows never move the cursor"),
    TourStep(("mark.row", "mark.all"), "marks it read for the customer, in 5 seconds"),
    TourStep(("undo",), "takes it back until the countdown ends"),
    TourStep(("mine.done", "mine.snooze", "mine.star"), "puts it away for you; the customer sees nothing"),
    TourStep(("evidence",), "shows what was seen, and who read it"),
    TourStep(("search", "views"), "searches: try payment is:unread since:3d"),
    TourStep(("user.go", "user.next"), "goes to another customer"),
    TourStep(("help", "palette"), "shows every key; the tour ends here"),
)


def tour_line(step: int, actions: Iterable[Action]) -> tuple[str, str, str, str]:
    """What is said at a step, counted from 0: its number, its key, what that does, and the key that ends the tour."""
    wanted = STEPS[step]
    place = f"Tour {step + 1} of {len(STEPS)}"
    return place, key_label(actions, wanted.actions[0]), wanted.words, key_label(actions, "back")
