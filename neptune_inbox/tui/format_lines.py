"""The one-line parts of the inbox screen as tagged text: top line, filter bar, status line, hints, folded users.

Facts are plain values with instants in them, and the words about time are made when they are drawn, so that the first
paint never repeats what was true when the app was left. `NamedTuple` rather than dataclass: the latter loads slowly.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from neptune_inbox.tui.spans import Line, Piece, Span, assemble, cells, column, crop
from neptune_inbox.tui.theme import Ground, Meaning
from neptune_inbox.tui.words import FRESH_FOR, MINUTE, clock, count, freshness, moment, seconds_left, span

if TYPE_CHECKING:
    from neptune_inbox.model import Instant

NAME = "neptune-inbox"
ALL_USERS = "*"
"""What a click on everyone asks for; an empty value asks for the finder."""


class TopFacts(NamedTuple):
    """Where we are, how fresh it is, what is under way."""

    environment: str
    profile: str
    mode: str
    is_production: bool = False
    fetched_at: Instant | None = None
    problem: str = ""
    """Why the last poll failed, in a word or a sentence; empty when it went well."""
    offline_since: Instant | None = None
    pending: int = 0
    next_due_at: Instant | None = None
    failed: int = 0
    is_demo: bool = False
    colour: str = ""
    """The user's own colour for the profile, by name."""


class FilterFacts(NamedTuple):
    """What is shown of whom, and what waits behind the banner."""

    active: str = "all"
    """`all`, `unread` or `read`."""
    all: int | None = None
    unread: int | None = None
    read: int | None = None
    is_at_least: bool = False
    """Some user in scope was never counted, so there may be more."""
    query: str = ""
    view: str = ""
    new: int = 0
    user_id: str = ""
    """The one user in scope, or empty for everyone."""
    refresh_key: str = "r"


class StatusFacts(NamedTuple):
    """Where the cursor is, how complete the list is, and what was last said."""

    position: int = 0
    """From 1; 0 in an empty list."""
    loaded: int = 0
    total: int | None = None
    """What the server says there is, None when it never said."""
    complete_back_to: Instant | None = None
    has_everything: bool = False
    selection: str = ""
    """`3 selected of u-4711`, empty without a selection."""
    message: str = ""
    level: str = "ok"
    """How the message sounds: `ok`, `warn` or `error`."""
    hidden: int = 0
    """Rows left out because they are done or snoozed."""
    is_reading: bool = False
    """The preview has the keys: the rule above it shows that."""


class Watched(NamedTuple):
    """A user in the sidebar."""

    user_id: str
    """Empty for everyone."""
    unread: int | None = None
    is_at_least: bool = False
    is_stale: bool = False
    name: str = ""
    fetched_at: Instant | None = None

    def age(self, now: Instant) -> str:
        """How old what is known of them is, ` 9m`; empty while it is fresh, or was never fetched.

        By the last whole minute, so that the sidebar is not drawn anew each second.
        """
        if self.fetched_at is None:
            return ""
        old = now - now % MINUTE - self.fetched_at
        if old < MINUTE:
            return "<1m" if self.is_stale else ""
        return f"{span(old):>3}" if old >= FRESH_FOR or self.is_stale else ""


class ViewFacts(NamedTuple):
    """A saved view in the sidebar."""

    name: str
    number: int | None = None
    """How many match; None while that is not known."""


class SidebarFacts(NamedTuple):
    """Who is watched, which views there are, and where we are."""

    users: tuple[Watched, ...] = ()
    """The first is everyone, where there is more than one."""
    views: tuple[ViewFacts, ...] = ()
    current_user: str = ""
    current_view: str = ""
    find_key: str = "@"


class HintFacts(NamedTuple):
    """The keys worth knowing here, the weightiest first."""

    hints: tuple[tuple[str, str, str], ...] = ()
    """Key as shown, label, action id."""


_COUNTED_TABS_WIDTH = 68
_LEVELS = {"ok": Meaning.OK, "warn": Meaning.WARN, "error": Meaning.ERROR}


_COLOURS = {
    "red": Meaning.FAILED,
    "amber": Meaning.PENDING,
    "green": Meaning.DONE,
    "blue": Meaning.ACCENT,
    "violet": Meaning.NOTE,
}


def top_line(facts: TopFacts, width: int, now: Instant) -> Line:
    """Name, place and mode at the left; freshness, pending marks and the clock at the right."""
    environment = column(facts.environment)
    own = _COLOURS.get(facts.colour, Meaning.STRONG)
    place = (environment.upper(), Meaning.ALARM) if facts.is_production else (environment, own)
    left = [
        Piece(((f" {NAME}", Meaning.STRONG), ("  ", Meaning.DIM)), rank=5),
        Piece(((" ", Meaning.TEXT), place), action="profile.switch"),
        Piece(((" · ", Meaning.DIM), (column(facts.profile), Meaning.TEXT)), rank=6, action="profile.switch"),
        Piece(
            ((" · ", Meaning.DIM), (facts.mode, Meaning.WARN if facts.mode == "observe" else Meaning.TEXT)), rank=2
        ),
    ]
    if facts.is_demo:
        left.append(Piece(((" · ", Meaning.DIM), ("sandbox", Meaning.ACCENT)), rank=3))
    right = [
        Piece((*_fresh_spans(facts, now), ("  ", Meaning.DIM)), rank=4, action="refresh"),
        *_waiting_pieces(facts, now),
        Piece(((f" {clock(now)} ", Meaning.DIM),), rank=7),
    ]
    return assemble(left, right, width, ground=Ground.PRODUCTION if facts.is_production else Ground.TOP)


def _fresh_spans(facts: TopFacts, now: Instant) -> tuple[Span, ...]:
    if facts.offline_since is not None:
        return ((f"offline since {moment(facts.offline_since, now)}", Meaning.WARN),)
    meaning = Meaning.WARN if facts.problem else Meaning.DIM
    return ((crop(freshness(facts.fetched_at, column(facts.problem), now), 40), meaning),)


def _waiting_pieces(facts: TopFacts, now: Instant) -> list[Piece]:
    pieces = []
    if facts.failed:
        pieces.append(Piece(((f"! {facts.failed:,} refused  ", Meaning.FAILED),), rank=1, action="outbox"))
    if facts.pending:
        words = f"◷ {facts.pending:,} pending"
        if facts.next_due_at is not None and facts.next_due_at > now:
            words += f", {seconds_left(facts.next_due_at, now):>2} s"
        pieces.append(Piece(((words + "  ", Meaning.PENDING),), rank=1, action="outbox"))
    return pieces


def filter_bar(facts: FilterFacts, width: int, now: Instant) -> Line:
    """The three filters with their counts, the query, and the banner of what is new."""
    left = [Piece(((" ", Meaning.TEXT),))]
    for name, number in (("all", facts.all), ("unread", facts.unread), ("read", facts.read)):
        is_active = facts.active == name
        words = f" {name.capitalize()} "
        if is_active or width >= _COUNTED_TABS_WIDTH:
            words += f"{count(number, is_at_least=facts.is_at_least and number is not None)} "
        meaning = Meaning.TAB_ACTIVE if is_active else Meaning.TAB
        left.append(
            Piece(((words, meaning), (" ", Meaning.TEXT)), rank=0 if is_active else 4, action=f"filter.{name}")
        )
    if facts.user_id:
        left.append(Piece((("  of ", Meaning.DIM), (column(facts.user_id), Meaning.USER)), rank=5, action="user.go"))
    right = []
    if facts.view or facts.query:
        right.append(Piece((*_query_spans(facts, width), ("  ", Meaning.TEXT)), rank=2, action="search"))
    if facts.new:
        words = " ".join(filter(None, (f"{facts.new:,} new ↑", facts.refresh_key)))
        banner = ((f" {words} ", Meaning.BANNER), (" ", Meaning.TEXT))
        right.append(Piece(banner, rank=0, action="refresh"))
    return assemble(left, right, width, gap=1)


def _query_spans(facts: FilterFacts, width: int) -> tuple[Span, ...]:
    name = ((f"{column(facts.view)} ", Meaning.ACCENT),) if facts.view else ()
    if not facts.query:
        return name
    room = max(8, width // 3 - cells(facts.view)) if width >= _COUNTED_TABS_WIDTH else 14
    return (*name, ("/ ", Meaning.KEY), (crop(column(facts.query), room), Meaning.TEXT))


def status_line(facts: StatusFacts, width: int, now: Instant) -> Line:
    """A rule that carries what was last said at the left, and where the list stands at the right."""
    rule = Meaning.ACCENT if facts.is_reading else Meaning.FAINT
    left = [Piece((("─", rule),))]
    if facts.selection:
        words = ((" ◆ ", Meaning.SELECTED), (f"{column(facts.selection)} ", Meaning.STRONG))
        left.append(Piece(words, rank=1, action="select.none"))
    if facts.message:
        room = max(12, width - 18)
        left.append(Piece(((f" {crop(column(facts.message), room)} ", _LEVELS.get(facts.level, Meaning.TEXT)),)))
    right = [Piece(((f" {_position(facts)} ", Meaning.DIM),), rank=3)] if facts.loaded else []
    if facts.loaded and not facts.has_everything and facts.complete_back_to is not None:
        back = f"complete back to {moment(facts.complete_back_to, now)} "
        right.append(Piece((("· ", Meaning.FAINT), (back, Meaning.DIM)), rank=4))
    if facts.hidden:
        right.append(Piece((("· ", Meaning.FAINT), (f"{facts.hidden:,} put away ", Meaning.DIM)), rank=5))
    return assemble(left, [*right, Piece((("─", rule),))], width, fill=("─", rule), gap=1)


def _position(facts: StatusFacts) -> str:
    """`3 of 37`, and `3 · 200 of 1,243` where the server holds more than is loaded."""
    loaded = f"{facts.loaded:,}"
    position = f"{facts.position:>{len(loaded)},}"
    if facts.has_everything or facts.total is None or facts.total <= facts.loaded:
        return f"{position} of {loaded}"
    return f"{position} · {loaded} of {facts.total:,}"


def rule_line(width: int) -> Line:
    """A rule across."""
    return Line((("─" * width, Meaning.FAINT),))


def hint_line(facts: HintFacts, width: int, now: Instant) -> Line:
    """As many keys with their labels as fit, from the left; `help` is the last to go."""
    pieces: list[Piece] = []
    for index, (key, label, action) in enumerate(facts.hints):
        dot = (" · ", Meaning.FAINT) if pieces else (" ", Meaning.TEXT)
        rank = 1 if action == "help" else index + 2
        pieces.append(Piece((dot, (key, Meaning.KEY), (f" {label}", Meaning.LABEL)), rank, action))
    return assemble(pieces, [], width, gap=0)


def users_line(facts: SidebarFacts, width: int, now: Instant) -> Line:
    """The watched users in one line, the current one in sight; it stands in for the sidebar."""
    names = [_user_piece(user, now, is_current=user.user_id == facts.current_user) for user in facts.users]
    start = next((index for index, user in enumerate(facts.users) if user.user_id == facts.current_user), 0)
    while start and sum(piece.width for piece in names[: start + 1]) > width - 8:
        names, start = names[1:], start - 1
    shown: list[Piece] = []
    room = width - 8
    for piece in names:
        room -= piece.width
        if room < 0 and shown:
            break
        shown.append(piece)
    right = (
        [Piece(((f"+{len(names) - len(shown)} ", Meaning.DIM),), action="user.go")] if len(names) > len(shown) else []
    )
    return assemble(shown, right, width, gap=0)


def _user_piece(user: Watched, now: Instant, *, is_current: bool) -> Piece:
    name = crop(column(user.user_id) or "Everyone", 20)
    number = count(user.unread, is_at_least=user.is_at_least)
    count_meaning = Meaning.WARN if user.is_stale else Meaning.ACCENT if user.unread else Meaning.DIM
    return Piece(
        (
            (" ▸" if is_current else "  ", Meaning.CURSOR),
            (name, Meaning.STRONG if is_current else Meaning.USER),
            (f" {number}", count_meaning),
            (f" {age.strip()}" if (age := user.age(now)) else "", Meaning.DIM),
        ),
        action="user.go",
        value=user.user_id or ALL_USERS,
    )
