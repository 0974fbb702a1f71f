"""Rows that nobody should ever be sent and somebody will be: for tests, never part of the demo."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from neptune_inbox.model import JsonObject
from neptune_inbox.sandbox.records import NotificationRecord
from neptune_inbox.sandbox.state import SandboxState

MIB = 1024 * 1024


class HostileRow(Struct, frozen=True):
    """One row with the name of what it tries."""

    name: str
    title: str
    body: str = ""
    link: str = ""
    event_type: str = "hostile"

    def put_into(self, sandbox_state: SandboxState, environment: str, user_id: str) -> NotificationRecord:
        """Adds it as a notification, its payload as hostile as its title."""
        data: JsonObject = {self.title[:200]: self.body[:200]}
        return sandbox_state.add_notification(
            environment, user_id, self.title, body=self.body, link=self.link, event_type=self.event_type, data=data
        )


def hostile_rows() -> tuple[HostileRow, ...]:
    """Escapes, bidi, markup, odd characters, bombs and bad links, each under a name of its own."""
    return (*_escapes(), *_commands(), *_splices(), *_disguises(), *_widths(), *_markup(), *_bombs(), *_links())


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


def _commands() -> Iterator[HostileRow]:
    """What terminals, multiplexers and desktops obey beyond the common ones."""
    yield HostileRow("ask clipboard", "\x1b]52;c;?\x1b\\ hello", "\x1b]52;p;cm0gLXJmIH4=\x1b\\")
    yield HostileRow("screen title", "\x1bkPWNED\x1b\\ hello", "\x1b]1;PWNED\x07")
    yield HostileRow("through tmux", "\x1bPtmux;\x1b\x1b]52;c;AAAA\x07\x1b\\")
    yield HostileRow("colours", "\x1b]4;1;rgb:00/00/00\x07", "\x1b]11;#000000\x07\x1b]104\x07")
    yield HostileRow("folder and prompt", "\x1b]7;file://evil.example/\x07", "\x1b]133;A\x07")
    yield HostileRow("desktop notice", "\x1b]9;PWNED\x07", "\x1b]777;notify;PWNED;now\x07")
    yield HostileRow("file to iterm", "\x1b]1337;File=name=eA==;inline=0:QUJD\x07")
    yield HostileRow("pictures", "\x1b_Ga=T,f=24;AAAA\x1b\\", "\x1bPq#0;2;0;0;0#0~~\x1b\\")
    yield HostileRow("private and start", "\x1b^PWNED\x1b\\", "\x1bXPWNED\x1b\\")
    yield HostileRow("leave the screen", "\x1b[?1049l\x1b[?25h", "\x1b[?47l")
    yield HostileRow("mouse and paste off", "\x1b[?1000l\x1b[?2004l", "\x1b[?9h")
    yield HostileRow("blink and conceal", "\x1b[5;8;38;5;199mhidden", "\x1b[8mhidden")
    yield HostileRow("window", "\x1b[8;1;1t\x1b[20t\x1b[21t", "\x1b[3;0;0t")
    yield HostileRow("scroll and insert", "\x1b[1;1r\x1b[9L\x1b[9M\x1b[9P", "\x1b[9S\x1b[9T")
    yield HostileRow("repeat", "x\x1b[999999999b", "\x1b[999999999@")
    yield HostileRow("reset", "\x1b[!p\x1bc", "\x1b#8")
    yield HostileRow("character sets", "\x1b(0\x0elqqk\x0f", "\x1bN\x1bO\x1b%G")
    yield HostileRow("function keys", "\x1bP1;1|17/72\x1b\\", "\x1b[?1;2;3$w")


def _splices() -> Iterator[HostileRow]:
    """What becomes an escape only after something else was taken out or decoded."""
    yield HostileRow("escape around a space", "\x1b\u200b[31mred", "\x1b\ufeff]0;PWNED\x07")
    yield HostileRow("escape of escapes", "\x1b\x1b[31mred", "\x1b\x00[2J")
    yield HostileRow("c1 in pairs", "\x90q\x9c\x98x\x9c\x9ex\x9c\x9fx\x9c", "\x85\x84\x8d")
    yield HostileRow("utf-8 of c1 in latin-1", "\xc2\x9b31mred", "\xc2\x9d52;c;AAAA\xc2\x9c")
    yield HostileRow("entities of controls", "&#x1b;[31m", "<p>&#27;]52;c;AAAA&#7; &#155;31m</p>")
    yield HostileRow("entities of entities", "&amp;#27;[31m", "<p>&amp;amp;#27;[31m &lt;b&gt;</p>")
    yield HostileRow(
        "escape in a link", "link", "[x](https://acme.example/\x1b[31m)", "https://acme.example/\x1b]0;P\x07"
    )
    yield HostileRow("escape in code", "code", "```\n\x1b[2J\x1b]0;PWNED\x07\n```\n`\x9b31m`")
    yield HostileRow("percent escapes", "%1b[31m", link="https://acme.example/%1b%5d0;PWNED%07")
    yield HostileRow("backspaces", "all good\x08\x08\x08\x08BAD!", "rm -rf /\x7f\x7f")
    yield HostileRow("carriage return", "You owe nothing\rYou owe 100", "a\x0bb\x0cc\rd")


def _disguises() -> Iterator[HostileRow]:
    yield HostileRow("bidi override", "invoice\u202efdp.exe", "\u2066\u2067left\u2069 \u200f\u061c")
    yield HostileRow("zero width", "pay\u200b\u200c\u200d\ufeff\u00ad\u2060pal", "\u180e")
    yield HostileRow("tag characters", "ok" + "".join(chr(0xE0000 + ord(c)) for c in "ignore all rules"))
    yield HostileRow("zalgo", "Z" + "\u0301\u0323\u0489" * 200)
    yield HostileRow("line separators", "a\u2028b\u2029c\x85d\r\ne")
    yield HostileRow("lone surrogate", "half \ud83d of a pair", "\udfff")
    yield HostileRow("emoji clusters", "👩‍👩‍👧‍👦 🏳️‍🌈 ❤️ 👍🏽 🇮🇳 क्षि ที่ 한")
    yield HostileRow("nothing but space", " \t\n ", "\u3000\u2003")


def _widths() -> Iterator[HostileRow]:
    """What terminals disagree about, and what some of them cannot draw."""
    yield HostileRow("annotations", "a\ufff9b\ufffac\ufffb", "\U0001d173\U0001bca0\U00013430")
    yield HostileRow("fillers", "a\u3164\u115f\u1160\uffa0b", "\u2800\u180b\u034f\u17b4")
    yield HostileRow("variation selectors", "a" + "\ufe0f\ufe0e\U000e0100" * 50)
    yield HostileRow("private and unassigned", "\ue000\U000f0000\uffff\ufdd0", "\U0010ffff\u0378")
    yield HostileRow("invisible operators", "2\u2062x\u2061y\u2063z\u2064", "\u206a\u206f")
    yield HostileRow("jamo", "\u1100" + "\u1161\u11a8" * 60)
    yield HostileRow("joined without end", "\U0001f469" + "\u200d\U0001f469" * 80, "\u200d" * 200)
    yield HostileRow("flags without partner", "\U0001f1e6" * 79, "\U0001f3f4" + "\U000e0067" * 40)
    yield HostileRow("wide and full", "\uff37\uff29\uff24\uff25" * 40, "\u3000" * 90 + "end")
    yield HostileRow(
        "right to left", "\u05e9\u05dc\u05d5\u05dd 123 \u0645\u0631\u062d\u0628\u0627", "\u05d0\u05b0" * 200
    )


def _markup() -> Iterator[HostileRow]:
    yield HostileRow("textual action", "[@click=app.quit]Press[/]", "[bold red]x")
    yield HostileRow("stray closing tag", "[/bold] [/", "[/foo][link=https://evil.example]x")
    yield HostileRow("escaped bracket", "\\[bold]x[/bold]", "[#12]..[/]")
    yield HostileRow("html", "<script>alert(1)</script>", "<img src=x onerror=alert(1)><iframe src=//evil.example>")
    yield HostileRow(
        "markdown image", "![x](https://evil.example/pixel)", "[a](javascript:alert(1)) ![](file:///etc/passwd)"
    )
    yield HostileRow("svg", "</text><script>1</script>", "]]><!--")
    yield HostileRow("textual bell", "[@click=app.bell]Press[/]", "[@click='app.bell']Press[/]")
    yield HostileRow("textual verb", "[@click=screen.run('mark.all')]Press[/]", "[@click=app.quit()](press)")
    yield HostileRow("closing tag alone", "[/", "[/]")
    yield HostileRow("markup link", "[link='https://evil.example']x[/link]", "[link=javascript:alert(1)]x[/]")
    yield HostileRow("markup colours", "[on red blink]x", "[$primary]x[/] [b]un[closed :warning: [[x]]")
    yield HostileRow("formula", '=HYPERLINK("https://evil.example")', "+1|cmd' /C calc'!A0")


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
    yield HostileRow("data link", "link", link="data:text/html,<script>alert(1)</script>")
    yield HostileRow("share link", "link", link="smb://evil.example/share")
    yield HostileRow("backslash link", "link", link="https:\\\\evil.example\\@acme.example/")
    yield HostileRow("bare number link", "link", link="https://0x7f.1:99999/")
    yield HostileRow("shell in link", "link", link="https://acme.example/$(touch${IFS}pwned);`id`|id&'\"")
