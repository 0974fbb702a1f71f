"""What the pictures show: each scene is a short story of keys, told on a sandbox that is always the same."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from functools import partial

from neptune_inbox.model import EVERYONE, Filter
from neptune_inbox.presentation.theme import DARK, LIGHT, TERMINAL
from neptune_inbox.sandbox.faults import Kind
from neptune_inbox.sandbox.tokens import sign_token
from screenshots.scripts import PEOPLE, inbox_in
from screenshots.studio import Sitter, Studio
from screenshots.svg import Frame
from screenshots.team import be_busy, join
from tests.hostile import hostile_rows

READ_ROUTE = "*/read"
HARMLESS = (
    *(
        "set clipboard",
        "set title",
        "clear screen",
        "c1 controls",
        "hidden link",
        "escape as entity",
        "bidi override",
    ),
    *("zero width", "zalgo", "line separators", "textual action", "stray closing tag", "html", "markdown image"),
    *("svg", "name in link", "script link", "long title"),
)
"""The hostile rows that a plain font can draw, by name."""


@dataclass(frozen=True, slots=True)
class Scene:
    """One picture: its name, what it shows, and how it comes about."""

    name: str
    shows: str
    shoot: Callable[[], Coroutine[None, None, Frame]]


async def a_morning(theme: str = DARK, width: int = 120, height: int = 34) -> Frame:
    """Some hours of work on one screen: pending, refused, done, starred, and new ones waiting."""
    studio = Studio(theme=theme)
    await studio.fetch()
    async with studio.open(width, height) as sitter:
        await work_a_while(sitter)
        await sitter.be_online()
        await sitter.arrive("u-4711", "payment_failed", "invoice_overdue", "new_sign_in")
        await sitter.see("3 new")
        return await sitter.hold_still()


async def work_a_while(sitter: Sitter) -> None:
    """A mark that is refused, one thing done, one starred, and a mark whose countdown runs."""
    await sitter.go_to("Card ending 1881")
    await refuse_next(sitter)
    await sitter.go_to("Your code is on")
    await sitter.press("s")
    await sitter.see("★")
    await sitter.go_to("Welcome to Acme")
    await sitter.press("e")
    await sitter.see("✓")
    await sitter.go_to("Invoice #1002")
    await sitter.press("m")
    await sitter.see("◷")
    await sitter.wait(2)


async def refuse_next(sitter: Sitter) -> None:
    """Mark what is under the cursor; the server refuses it."""
    fault = sitter.studio.faults.set(Kind.MISSING, method="POST", route=READ_ROUTE)
    await sitter.press("m")
    await sitter.see("◷")
    await sitter.wait(5)
    await sitter.see("refused")
    sitter.studio.faults.lift(fault)


async def light() -> Frame:
    return await a_morning(LIGHT)


async def terminal() -> Frame:
    return await a_morning(TERMINAL, 100, 30)


async def filter_as_you_type() -> Frame:
    studio = Studio()
    await studio.fetch()
    async with studio.open(100, 30, kind=Filter.ALL) as sitter:
        await sitter.see("Card ending 4242")
        await sitter.press("slash")
        await sitter.write("payment is:unread since:3d")
        await sitter.see("payment is:unread since:3d", "Card ending 4242", "u-4711 Raji…")
        return await sitter.hold_still()


async def mark_all() -> Frame:
    studio = Studio()
    await studio.fetch()
    async with studio.open(100, 30, user_id="u-4711") as sitter:
        await sitter.see("Card ending 4242")
        await sitter.be_online()
        await sitter.arrive("u-4711", "otp_requested", "payment_received")
        await sitter.see("2 new")
        await sitter.press("M")
        await sitter.see("Leave it")
        return await sitter.hold_still()


async def countdown() -> Frame:
    studio = Studio()
    await studio.fetch()
    async with studio.open(100, 30) as sitter:
        await sitter.go_to("Your code is on")
        await sitter.press("x", "x", "x")
        await sitter.see("3 selected")
        await sitter.press("m")
        await sitter.see("◷")
        await sitter.wait(2)
        return await sitter.hold_still()


async def receipt() -> Frame:
    studio = Studio()
    await studio.fetch()
    async with studio.open(120, 34, user_id="u-4711") as sitter:
        await sitter.see("Card ending 4242")
        studio.faults.set(Kind.MISSING, method="POST", route=READ_ROUTE, times=1)
        studio.faults.set(Kind.INVALID, method="POST", route=READ_ROUTE, times=1)
        await sitter.press("M")
        await sitter.see("Leave it")
        await sitter.press("enter")
        await sitter.see("◷")
        await sitter.wait(5)
        await sitter.wait_until("! 2 refused   11:41")
        await sitter.press("T")
        await sitter.see("Receipts", "all ")
        await sitter.press("enter")
        await sitter.see("Outcome")
        return await sitter.hold_still()


async def outbox() -> Frame:
    studio = Studio()
    await studio.fetch()
    async with studio.open(100, 30) as sitter:
        await work_a_while(sitter)
        await sitter.press("O")
        await sitter.see("1 refused")
        return await sitter.hold_still()


async def journal() -> Frame:
    studio = Studio()
    await studio.fetch()
    async with studio.open(120, 34) as sitter:
        await work_a_while(sitter)
        await sitter.press("z")
        await sitter.see("Taken back")
        await sitter.go_to("Card ending 4242")
        await sitter.press("m", "dollar_sign")
        await sitter.see("accepted")
        await sitter.press("L")
        await sitter.see("newest first")
        return await sitter.hold_still()


async def evidence() -> Frame:
    studio = Studio()
    await studio.fetch()
    async with studio.open(120, 34) as sitter:
        await sitter.press("1")
        await sitter.go_to("Card ending 4242")
        await sitter.press("m", "dollar_sign")
        await sitter.see("accepted")
        await sitter.press("r")
        await sitter.wait_until("read by us")
        await sitter.press("i")
        await sitter.see("Evidence")
        return await sitter.hold_still()


async def incident() -> Frame:
    """What came to five customers within minutes, as one line, and the sheet that counts before a mark."""
    studio = Studio(has_outage=True)
    await studio.fetch(Filter.UNREAD, Filter.ALL)
    async with studio.open(120, 34, kind=Filter.ALL) as sitter:
        await sitter.be_online()
        await sitter.see("Card ending")
        await sitter.press("B")
        await sitter.go_to("5 customers in 4 min")
        await sitter.see("The newest of 5")
        return await sitter.hold_still()


async def timeline() -> Frame:
    """A customer's bell over a week, with the cursor on a moment."""
    studio = Studio(has_outage=True)
    await studio.fetch(Filter.UNREAD, Filter.ALL)
    async with studio.open(120, 38, user_id="u-3333", kind=Filter.ALL) as sitter:
        await sitter.be_online()
        await sitter.press("Z")
        await sitter.see("Timeline of u-3333", "as of")
        await sitter.press("j", "j")
        return await sitter.hold_still()


async def team() -> Frame:
    """What two colleagues are on, and what one wrote; the row under the cursor is rita's."""
    studio = Studio()
    join(studio)
    await studio.fetch()
    be_busy(studio)
    async with studio.open(120, 44) as sitter:
        await sitter.be_online()
        await sitter.see("rita", "noor")
        await sitter.go_to("Card ending 4242")
        await sitter.press("t")
        await sitter.see("omar")
        await sitter.go_to("Invoice #1002")
        await sitter.see("charge it again today")
        return await sitter.hold_still()


async def show_help() -> Frame:
    return await over_the_list("question_mark", "every key")


async def palette() -> Frame:
    return await over_the_list("colon", "type a part of it", then="them")


async def views() -> Frame:
    studio = Studio()
    await studio.fetch()
    async with studio.open(120, 34) as sitter:
        await work_a_while(sitter)
        await sitter.press("f")
        await sitter.see("Saved views", "is:starred")
        return await sitter.hold_still()


async def over_the_list(key: str, title: str, then: str = "") -> Frame:
    """What a key opens over the list, with something typed into it."""
    studio = Studio()
    await studio.fetch()
    async with studio.open(120, 34) as sitter:
        await sitter.see("Card ending 4242")
        await sitter.press(key)
        await sitter.see(title)
        if then:
            await sitter.write(then)
        return await sitter.hold_still()


def closer(key: str, *texts: str) -> Callable[[], Coroutine[None, None, Frame]]:
    """What a key tells about one customer."""

    async def shoot() -> Frame:
        studio = Studio()
        await studio.fetch()
        async with studio.open(110, 34, user_id="u-4711") as sitter:
            await sitter.be_online()
            await sitter.press(key)
            await sitter.see(*texts)
            return await sitter.hold_still()

    return shoot


async def difference() -> Frame:
    studio = Studio()
    await studio.fetch()
    async with studio.open(110, 34, user_id="u-4711") as sitter:
        await sitter.be_online()
        await sitter.press("P")
        await sitter.see("Rajiv Seelam", "mobile_number", "Business")
        await sitter.press("m")
        await sitter.see("Meta of u-4711")
        await sitter.replace('"Business"', '"Team"')
        await sitter.replace('"card": "4242"', '"card": "1881",\n  "vip": true')
        await sitter.press("ctrl+s")
        await sitter.see("write it", "1881")
        return await sitter.hold_still()


def event(width: int, height: int, *, is_agreed: bool) -> Callable[[], Coroutine[None, None, Frame]]:
    """Composing an event for a customer, or the request that it becomes."""

    async def shoot() -> Frame:
        studio = Studio()
        await studio.fetch()
        async with studio.open(width, height, user_id="u-4711") as sitter:
            await sitter.be_online()
            await sitter.press("C")
            await sitter.see("Send an event")
            await sitter.write("payment_failed")
            await sitter.press("tab", "tab")
            await sitter.write("test-2026-11-23")
            await sitter.press("tab")
            await sitter.write("test, support")
            await sitter.press("tab", "tab")
            await sitter.replace("{}", '{\n  "amount": "€129.00",\n  "card": "4242"\n}')
            if is_agreed:
                await sitter.press("ctrl+s")
                await sitter.see("Exactly this is sent", "••••")
            return await sitter.hold_still()

    return shoot


async def environments() -> Frame:
    studio = Studio()
    async with studio.open_signed_out(100, 30) as sitter:
        await sitter.see("API token")
        await sitter.write("acme")
        await sitter.press(*("tab",) * 5)
        await sitter.write("u-4711")
        await sitter.press("tab")
        await sitter.write(sign_token(studio.sandbox_state).reveal())
        await sitter.see("••••")
        await sitter.press("ctrl+l")
        await sitter.see("Environments of this token", "Production")
        return await sitter.hold_still()


async def sign_in() -> Frame:
    studio = Studio()
    async with studio.open_signed_out(100, 30) as sitter:
        await sitter.see("API token")
        await sitter.write("acme-dev")
        await sitter.press("enter", "enter", "enter")
        await sitter.write("dev")
        await sitter.press("enter", "enter")
        await sitter.write("u-4711")
        await sitter.press("enter")
        await sitter.write("this-is-not-a-token-but-as-long-as-one")
        await sitter.see("••••")
        return await sitter.hold_still()


def queue(width: int, height: int) -> Callable[[], Coroutine[None, None, Frame]]:
    """One customer after the other, at this size."""

    async def shoot() -> Frame:
        studio = Studio()
        await studio.fetch()
        async with studio.open(width, height) as sitter:
            await sitter.go_to("Invoice #1002")
            await sitter.press("m")
            await sitter.see("◷")
            return await sitter.hold_still()

    return shoot


async def reading_small() -> Frame:
    studio = Studio()
    await studio.fetch()
    async with studio.open(60, 15) as sitter:
        await sitter.go_to("Card ending 4242")
        await sitter.press("enter")
        await sitter.see("Hi Rajiv")
        return await sitter.hold_still()


async def offline() -> Frame:
    studio = Studio()
    await studio.fetch()
    studio.clock.advance(9 * 60)
    studio.faults.set(Kind.OFFLINE)
    async with studio.open(100, 30) as sitter:
        await sitter.go_to("Your code is on")
        await sitter.press("m")
        await sitter.see("◷")
        assert sitter.app.session is not None
        for _ in range(6):
            sitter.app.session.poller.refresh(EVERYONE)
            await sitter.wait(6)
        await sitter.see("offline")
        await sitter.press("escape")
        return await sitter.hold_still()


async def production() -> Frame:
    studio = Studio(environment="production")
    await studio.fetch()
    async with studio.open(100, 30) as sitter:
        await sitter.go_to("Invoice #1002")
        await sitter.press("m")
        await sitter.see("Yes, mark it read")
        return await sitter.hold_still()


async def hostile() -> Frame:
    studio = Studio(users=("u-9001",))
    rows = {row.name: row for row in hostile_rows()}
    for name in reversed(HARMLESS):
        rows[name].put_into(studio.sandbox_state, studio.environment, "u-9001")
    await studio.fetch()
    async with studio.open(100, 30, user_id="u-9001") as sitter:
        await sitter.see("before")
        return await sitter.hold_still()


SCENES = (
    Scene(
        "inbox-dark", "The inbox after some work: pending, refused, done, starred, three new ones waiting", a_morning
    ),
    Scene("inbox-light", "The same in the light theme", light),
    Scene("inbox-terminal", "The same in the terminal's own sixteen colours", terminal),
    Scene("countdown", "Three marks on disk, not sent yet; z takes them back", countdown),
    Scene("mark-all", "Mark all says which, whose, and what is left alone", mark_all),
    Scene("receipt", "What became of each id of a mark all", receipt),
    Scene("evidence", "Did they get it, was it read, when, by whom", evidence),
    Scene("incident", "What came to five customers at once is one line", incident),
    Scene("timeline", "What a customer's bell went through, and held at the cursor", timeline),
    Scene("team", "What colleagues are on, and what they wrote about it", team),
    Scene("person", "Who a customer is, and every way to reach them", closer("P", "Rajiv Seelam", "mobile_number")),
    Scene("difference", "A change, line by line, before it is written", difference),
    Scene("event", "A test event as it is composed", event(110, 38, is_agreed=False)),
    Scene("request", "The exact request, its token masked", event(110, 38, is_agreed=True)),
    Scene("insight", "How soon each kind of event is read", closer("I", "Insight", "payment_failed")),
    Scene("filter", "The list narrows as you type", filter_as_you_type),
    Scene("views", "Saved searches, each with its count", views),
    Scene("outbox", "What waits and what was refused", outbox),
    Scene("journal", "Every write that we caused", journal),
    Scene("offline", "Without a network: old rows with their age, and a mark that waits", offline),
    Scene("production", "Production has its own colour, and asks", production),
    Scene("sign-in", "The token is tried before it is kept", sign_in),
    Scene("environments", "Signing in: the environments that the token may use", environments),
    Scene("help", "Every key", show_help),
    Scene("palette", "Every action by name", palette),
    Scene("queue-160x48", "A large terminal", queue(160, 48)),
    Scene("queue-120x40", "A usual terminal", queue(120, 40)),
    Scene("queue-80x24", "The classic size", queue(80, 24)),
    Scene("queue-60x15", "A corner of the screen", queue(60, 15)),
    Scene("reading-60x15", "Reading in a corner of the screen", reading_small),
    *(
        Scene(f"inbox-{script}", f"Customers who write {script.capitalize()}", partial(inbox_in, script))
        for script in PEOPLE
    ),
    Scene("hostile", "Text that tries to do harm is only text", hostile),
)
