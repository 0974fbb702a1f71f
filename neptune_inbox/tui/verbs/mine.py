"""My plane: done, snoozed, starred, noted. Nothing here reaches the customer."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TYPE_CHECKING

from neptune_inbox.sync.when import from_instant, parse_future
from neptune_inbox.tui.screens.sheet import PromptSheet
from neptune_inbox.tui.verbs.aiming import aimed
from neptune_inbox.tui.verbs.marking import describe

if TYPE_CHECKING:
    from neptune_inbox.tui.screens.aim import Aim
    from neptune_inbox.tui.screens.inbox import InboxScreen


def done(inbox: InboxScreen) -> Awaitable[None]:
    """Done for me, and on to the next row."""
    aim = inbox.aim()
    if aim.selected == frozenset():
        inbox.rows.move(1)
    return _done(inbox, aim)


async def _done(inbox: InboxScreen, aim: Aim) -> None:
    rows = await inbox.targets(aim)
    if rows:
        await inbox.session.mine.set_done([row.key for row in rows], True)
        inbox.select(frozenset())
        back = f"{inbox.key('mine.back')} on it brings it back"
        inbox.say(f"Done for me. The customer sees no change; {back}: {describe(rows)}.")


@aimed
async def back(inbox: InboxScreen, aim: Aim) -> None:
    """Back to my queue: neither done nor snoozed."""
    rows = await inbox.targets(aim)
    away = [row for row in rows if row.mine.done_at is not None or row.mine.snoozed_until is not None]
    if rows and not away:
        inbox.say(f"In my queue already: {describe(rows)}. Go to what is done or snoozed.")
    elif away:
        keys = [row.key for row in away]
        await inbox.session.mine.set_done(keys, False)
        await inbox.session.mine.snooze(keys, None)
        inbox.say(f"Back in my queue: {describe(away)}.")


@aimed
async def snooze(inbox: InboxScreen, aim: Aim) -> None:
    """Hide until a time in words."""
    rows = await inbox.targets(aim)
    if not rows:
        return
    now = inbox.session.now

    def explain(text: str) -> str:
        return f"comes back {from_instant(parse_future(text, now())):%A %d %B, %H:%M}"

    sheet = PromptSheet(
        f"Snooze {describe(rows)} until",
        otherwise="30m",
        explain=explain,
        suggestions=("30m", "2h", "14:30", "tomorrow 9:00", "mon"),
    )
    text = await inbox.app.push_screen_wait(sheet)
    if not text:
        return
    until = parse_future(text, now())
    await inbox.session.mine.snooze([row.key for row in rows], until)
    inbox.select(frozenset())
    inbox.say(f"Snoozed until {from_instant(until):%a %d %b, %H:%M}: {describe(rows)}.")


@aimed
async def star(inbox: InboxScreen, aim: Aim) -> None:
    """Star what is not starred; when all are, take the stars away."""
    rows = await inbox.targets(aim)
    if rows:
        is_starred = not all(row.mine.is_starred for row in rows)
        await inbox.session.mine.star([row.key for row in rows], is_starred)
        inbox.say(f"{'Starred' if is_starred else 'Star removed'}: {describe(rows)}.")


@aimed
async def note(inbox: InboxScreen, aim: Aim) -> None:
    """Write one note on the selection, or on the row under the cursor."""
    rows = await inbox.targets(aim)
    if not rows:
        return
    notes = {row.mine.note for row in rows}
    title = f"Note on {describe(rows)}  (only you see it; empty removes it)"
    text = await inbox.app.push_screen_wait(PromptSheet(title, value=notes.pop() if len(notes) == 1 else ""))
    if text is not None:
        for row in rows:
            await inbox.session.mine.note(row.key, text.strip())
        inbox.say("Note kept." if text.strip() else "Note removed.")


VERBS = {
    "mine.done": done,
    "mine.back": back,
    "mine.snooze": snooze,
    "mine.star": star,
    "mine.note": note,
}
