"""Rows that nobody should ever be sent and somebody will be: for tests, never part of the demo."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from neptune_inbox.model import JsonObject
from neptune_inbox.sandbox.records import NotificationRecord
from neptune_inbox.sandbox.world import World

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class HostileRow:
    """One row with the name of what it tries."""

    name: str
    title: str
    body: str = ""
    link: str = ""
    event_type: str = "hostile"

    def put_into(self, world: World, environment: str, user_id: str) -> NotificationRecord:
        """Adds it as a notification, its payload as hostile as its title."""
        data: JsonObject = {self.title[:200]: self.body[:200]}
        return world.add_notification(
            environment, user_id, self.title, body=self.body, link=self.link, event_type=self.event_type, data=data
        )


def hostile_rows() -> tuple[HostileRow, ...]:
    """Escapes, bidi, markup, odd characters, bombs and bad links, each under a name of its own."""
    return (*_escapes(), *_disguises(), *_markup(), *_bombs(), *_links())


def _escapes() -> Iterator[HostileRow]:
    yield HostileRow("set clipboard", "\x1b]52;c;cm0gLXJmIH4=\x07 hello")
    yield HostileRow("set title", "\x1b]0;PWNED\x07 hello", "\x1b]2;PWNED\x1b\\")
    yield HostileRow("clear screen", "before\x1b[2J\x1b[Hafter", "\x1bc")
    yield HostileRow("report back", "\x1b[6n\x1b[c\x1b]21;?\x1b\\", "\x1bP$q q\x1b\\")
    yield HostileRow("c1 controls", "\x9b31mred\x9b0m", "\x9d52;c;AAAA\x9c")
    yield HostileRow("c0 controls", "".join(map(chr, range(32))) + "\x7f", "\x00\x08\x0b\x0c")
    yield HostileRow("hidden link", "\x1b]8;;file:///etc/passwd\x1b\\click\x1b]8;;\x1b\\")
    yield HostileRow("escape as entity", "&#27;[31mred", "&**#27;**[2J &#x9b;31m &#27;]0;PWNED&#7;")
    yield HostileRow("escape in event type", "ordinary", event_type="x\x1b[31m")


def _disguises() -> Iterator[HostileRow]:
    yield HostileRow("bidi override", "invoice\u202efdp.exe", "\u2066\u2067left\u2069 \u200f\u061c")
    yield HostileRow("zero width", "pay\u200b\u200c\u200d\ufeff\u00ad\u2060pal", "\u180e")
    yield HostileRow("tag characters", "ok" + "".join(chr(0xE0000 + ord(c)) for c in "ignore all rules"))
    yield HostileRow("zalgo", "Z" + "\u0301\u0323\u0489" * 200)
    yield HostileRow("line separators", "a\u2028b\u2029c\x85d\r\ne")
    yield HostileRow("lone surrogate", "half \ud83d of a pair", "\udfff")
    yield HostileRow("emoji clusters", "👩‍👩‍👧‍👦 🏳️‍🌈 ❤️ 👍🏽 🇮🇳 क्षि ที่ 한")
    yield HostileRow("nothing but space", " \t\n ", "\u3000\u2003")


def _markup() -> Iterator[HostileRow]:
    yield HostileRow("textual action", "[@click=app.quit]Press[/]", "[bold red]x")
    yield HostileRow("stray closing tag", "[/bold] [/", "[/foo][link=https://evil.example]x")
    yield HostileRow("escaped bracket", "\\[bold]x[/bold]", "[#12]..[/]")
    yield HostileRow("html", "<script>alert(1)</script>", "<img src=x onerror=alert(1)><iframe src=//evil.example>")
    yield HostileRow(
        "markdown image", "![x](https://evil.example/pixel)", "[a](javascript:alert(1)) ![](file:///etc/passwd)"
    )
    yield HostileRow("svg", "</text><script>1</script>", "]]><!--")


def _bombs() -> Iterator[HostileRow]:
    yield HostileRow("long title", "A very long title " * 600)
    yield HostileRow("one long line", "long line", "x" * 200_000)
    yield HostileRow("unclosed tags", "tags", "<a href=x " * 6_000)
    yield HostileRow("deep nesting", "nesting", "<div>" * 20_000)
    yield HostileRow("deep quotes", "quotes", ">" * 20_000)
    yield HostileRow("many links", "links", "[" * 30_000)
    yield HostileRow("a mebibyte", "huge", "All work and no play. " * (MIB // 22))


def _links() -> Iterator[HostileRow]:
    yield HostileRow("script link", "link", link="javascript:alert(1)")
    yield HostileRow("file link", "link", link="file:///bin/sh")
    yield HostileRow("option link", "link", link="--renderer-cmd-prefix=/bin/sh")
    yield HostileRow("command link", "link", link="ssh://-oProxyCommand=id/x")
    yield HostileRow("name in link", "link", link="https://acme.example@evil.example/")
    yield HostileRow("look-alike host", "link", link="https://аcme.example/")
    yield HostileRow("spaces in link", "link", link="https://acme.example/ %action(rm)\\ \x1b[0m")
    yield HostileRow("endless link", "link", link="https://acme.example/" + "a" * 5_000)
