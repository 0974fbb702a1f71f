"""The film of README: the first minute with the inbox, from reading to marking, undoing, a team, an incident,
finding and evidence.
"""

from __future__ import annotations

from neptune_inbox.model import EVERYONE
from screenshots.film import Shot
from screenshots.studio import Sitter, Studio
from screenshots.team import be_busy, join

WIDTH, HEIGHT = 100, 28
QUICK, SHORT, LONG = 0.35, 1.2, 3.0
"""Seconds: of a key among others, of what is glanced at, of what is read."""


class Camera:
    """Presses keys and keeps what is then seen."""

    def __init__(self, sitter: Sitter) -> None:
        self.sitter = sitter
        self.shots: list[Shot] = []

    async def look(self, seconds: float, words: str, *keys: str, shown: str = "", see: str = "") -> None:
        """Press these keys, one frame for each of them but the last, which stands for so many seconds."""
        for number, key in enumerate(keys or ("",), 1):
            if key:
                await self.sitter.press(key)
            if number == len(keys or ("",)) and see:
                await self.sitter.see(see)
            frame = await self.sitter.hold_still()
            is_last = number == len(keys or ("",))
            self.shots.append(Shot(frame, seconds if is_last else QUICK, shown or " ".join(keys), words))

    async def wait(self, seconds: float, words: str, shown: str = "") -> None:
        """Let a second of the app pass, for each second of film."""
        for _ in range(round(seconds)):
            await self.sitter.wait(1)
            self.shots.append(Shot(await self.sitter.hold_still(), 1, shown, words))


async def shoot() -> list[Shot]:
    """Play the film on the sandbox."""
    studio = Studio(has_outage=True)
    join(studio)
    await studio.fetch()
    async with studio.open(WIDTH, HEIGHT, user_id=EVERYONE) as sitter:
        await sitter.see("Card ending 4242")
        await sitter.be_online()
        camera = Camera(sitter)
        await camera.look(LONG, "What your customers have in their bell: unread for them, newest first.")
        await camera.look(2.2, "Move and read. Opening never marks anything.", "j", "j", "j")
        await camera.look(SHORT, "Mark it read for the customer: five seconds to change your mind.", "m", see="◷")
        await camera.wait(2, "Mark it read for the customer: five seconds to change your mind.", "m")
        await camera.look(2.4, "Taken back. Nothing was sent.", "z", see="Taken back")
        # Below the incident, which is shown later.
        await camera.look(QUICK, "Some together: select, then mark.", "j", "j", "j", "j", shown="j")
        await camera.look(QUICK, "Some together: select, then mark.", "x", "x", "x", "m", shown="x x x m", see="◷")
        await camera.wait(3, "Some together: select, then mark.", "x x x m")
        await sitter.wait_until("read by us", times=3)
        await camera.look(SHORT, "Sent. They stay where they are, as read by us, until you fold them away.")
        await sitter.arrive("u-4711", "payment_failed", "invoice_overdue", "new_sign_in")
        await sitter.see("3 new")
        await camera.look(2.6, "Three new ones wait above. No row moves under you.")
        await sitter.press("g", "r")
        await sitter.see("Asking the server")
        await sitter.wait_out("Asking the server")
        await camera.look(2.4, "Fold them in when you are ready.", shown="r")
        be_busy(studio)
        await camera.look(
            2.8, "Your colleagues, live: rita and noor are on these. You are told before you act.", see="rita"
        )
        await camera.look(
            3.2,
            "Five customers' cards declined within minutes: one line. Every key acts on exactly its members.",
            "B",
            see="5 customers",
        )
        await camera.look(SHORT, "", "B", see="Unfolded")
        await camera.look(QUICK, "Find as you type, over everything.", "slash", shown="/")
        for part in ("event:", "payment_*"):
            await sitter.write(part)
            await camera.look(SHORT, "Find as you type, over everything.", shown="/")
        await camera.look(QUICK, "", "enter", shown="⏎")
        await camera.look(
            LONG + 1, "“I never got that.” Evidence in one key: sent, seen, read, and by whom.", "i", see="First seen"
        )
        await camera.look(SHORT, "", "escape", "escape", shown="esc")
        return camera.shots
