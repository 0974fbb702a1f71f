"""My plane, in `--plain`: done, back, snooze, star, note. Nothing here reaches the customer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from neptune_inbox.cli.plain_words import describe, first_numbers, split_numbers, unknown
from neptune_inbox.sync.when import from_instant, parse_future

if TYPE_CHECKING:
    from neptune_inbox.cli.plain_inbox import PlainInbox, Verb
    from neptune_inbox.model import Row


async def done(inbox: PlainInbox, text: str) -> None:
    """Done for me."""
    if rows := await _named(inbox, "e", text):
        await inbox.session.mine.set_done([row.key for row in rows], True)
        inbox.talk.say(f"Done for me: {describe(rows)}. The customer sees no change; U brings it back.")


async def back(inbox: PlainInbox, text: str) -> None:
    """Back to my queue: neither done nor snoozed."""
    if rows := await _named(inbox, "U", text):
        keys = [row.key for row in rows]
        await inbox.session.mine.set_done(keys, False)
        await inbox.session.mine.snooze(keys, None)
        inbox.talk.say(f"Back in my queue: {describe(rows)}.")


async def snooze(inbox: PlainInbox, text: str) -> None:
    """Hide until a time in words."""
    numbers, when = split_numbers(text)
    rows = await inbox.targets(numbers)
    if not rows:
        return
    when = when or await inbox.talk.ask("Until when, such as 30m, 14:30, tomorrow 9:00 or mon? ") or ""
    if not when:
        inbox.talk.say("Nothing was snoozed.")
        return
    until = parse_future(when, inbox.now)
    await inbox.session.mine.snooze([row.key for row in rows], until)
    inbox.talk.say(f"Snoozed until {from_instant(until):%a %d %b, %H:%M}: {describe(rows)}.")


async def star(inbox: PlainInbox, text: str) -> None:
    """Star what is not starred; when all are, take the stars away."""
    if rows := await _named(inbox, "s", text):
        is_starred = not all(row.mine.is_starred for row in rows)
        await inbox.session.mine.star([row.key for row in rows], is_starred)
        inbox.talk.say(f"{'Starred' if is_starred else 'Star removed'}: {describe(rows)}.")


async def note(inbox: PlainInbox, text: str) -> None:
    """Write one note on these lines."""
    numbers, words = first_numbers(text)
    rows = await inbox.targets(numbers)
    if not rows:
        return
    if not words:
        kept = [row.mine.note for row in rows if row.mine.note]
        if kept:
            inbox.talk.say(f"Noted: {'; '.join(dict.fromkeys(kept))}")
        typed = await inbox.talk.ask("Note, which only you see; empty removes it: ")
        if typed is None:
            return
        words = typed
    for row in rows:
        await inbox.session.mine.note(row.key, words)
    inbox.talk.say(f"{'Note kept' if words else 'Note removed'}: {describe(rows)}.")


async def _named(inbox: PlainInbox, letter: str, text: str) -> list[Row]:
    numbers, rest = split_numbers(text)
    if rest:
        raise unknown(f"{letter} {rest}")
    return await inbox.targets(numbers)


VERBS: dict[str, Verb] = {
    "mine.done": done,
    "mine.back": back,
    "mine.snooze": snooze,
    "mine.star": star,
    "mine.note": note,
}
