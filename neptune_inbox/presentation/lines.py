"""The one-line parts of the inbox screen as tagged text: top line, filter bar, status line, hints, folded users.

Facts are plain values with instants in them, and the words about time are made when they are drawn, so that the first
paint never repeats what was true when the app was left. `NamedTuple` rather than dataclass: the latter loads slowly.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from neptune_inbox.presentation.styled import Span, StyledItem, StyledLine, assemble, cells, column, crop
from neptune_inbox.presentation.theme import Role, Surface
from neptune_inbox.presentation.times import FRESH_FOR, MINUTE, clock, count, freshness, moment, seconds_left, span

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
    unshared: int = 0
    """Facts that wait for the team's database."""
    is_team_away: bool = False
    """The team's database is not reached."""
    is_demo: bool = False
    colour: str = ""
    """The user's own colour for the profile, by name."""
    note: str = ""
    """What keeps all of it from being called fresh: `8 of 50 loaded`."""
    round: str = ""
    """How long a round of polls takes, where that is long: `round 83 min at 30/min`."""


class FilterFacts(NamedTuple):
    """Which users and rows are shown, and what waits behind the banner."""

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
    """How many arrived since the list was drawn."""
    first_loaded: int = 0
    """How many the first look at a customer brought meanwhile, or looking for older ones."""
    user_id: str = ""
    """The one user in scope, or empty for everyone."""
    name: str = ""
    """What that user is called, where it is known."""
    refresh_key: str = "r"


class StatusFacts(NamedTuple):
    """Where the cursor is, how complete the list is, and what was last said."""

    position: int = 0
    """From 1; 0 in an empty list."""
    loaded: int = 0
    total: int | None = None
    """What the server says there is, None when it never said."""
    """With a search: of the list that is searched."""
    complete_back_to: Instant | None = None
    has_everything: bool = False
    """Nothing of the list is missing here."""
    selection: str = ""
    """`3 selected of u-4711`, empty without a selection."""
    message: str = ""
    level: str = "ok"
    """How the message sounds: `ok`, `warn` or `error`."""
    hidden: int = 0
    """Rows left out because they are done or snoozed."""
    unshown: int = 0
    """Rows of the server that could not be read."""
    unnamed: int = 0
    """Rows that no id of their own names, so that they cannot be marked."""
    is_endless: bool = False
    """Every page of the server is the same, so that what is older cannot be reached."""
    is_reading: bool = False
    """The preview has the keys: the rule above it shows that."""
    is_search: bool = False
    looked_at: int = 0
    """How many rows of the list are loaded, whether they match a search or not."""
    more_key: str = "+"
    """The key that loads more, empty where there is none."""
    is_at_least: bool = False
    """Only the first rows are known: `loaded` is how many there are at the least."""


class Watched(NamedTuple):
    """A user in the sidebar."""

    user_id: str
    """Empty for everyone."""
    unread: int | None = None
    is_at_least: bool = False
    is_told: bool = False
    """The number is a colleague's: what is cached here differs."""
    is_stale: bool = False
    name: str = ""
    fetched_at: Instant | None = None
    claimed_by: str = ""
    """The colleague who is on their whole queue."""

    def age(self, now: Instant) -> str:
        """How old what is known of them is, ` 9m`; empty while it is fresh, or was never fetched.

        By the last whole minute, so that the sidebar is not drawn again each second.
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
    is_at_least: bool = False
    """Not everything was looked at, so more may match."""


class SidebarFacts(NamedTuple):
    """The watched users, the views, and the current position."""

    users: tuple[Watched, ...] = ()
    """The first is everyone, where there is more than one."""
    views: tuple[ViewFacts, ...] = ()
    current_user: str = ""
    current_view: str = ""
    find_key: str = "@"
    left_out: int = 0
    """How many more users there are."""

    def in_sight(self, room: int) -> SidebarFacts:
        """At most so many of the users, with the current one among them."""
        if len(self.users) <= room:
            return self
        current = next((i for i, user in enumerate(self.users) if user.user_id == self.current_user), 0)
        start = min(max(0, current - room // 2), len(self.users) - room)
        return self._replace(users=self.users[start : start + room], left_out=self.left_out + len(self.users) - room)


class HintFacts(NamedTuple):
    """The keys worth knowing here, the weightiest first."""

    hints: tuple[tuple[str, str, str], ...] = ()
    """Key as shown, label, action id."""
    tour: tuple[str, ...] = ()
    """Which step of the tour it is, its key, what that does, the key that ends it; empty without a tour."""


_COUNTED_TABS_WIDTH = 68
_NAME = 6
"""The rank of a customer's name, which gives way to the counts."""
_LEAST_OF_A_SENTENCE = 12
"""Cells of what was said that are left on the narrowest screen."""
_LEVELS = {"ok": Role.OK, "warn": Role.WARN, "error": Role.ERROR}


_COLOURS = {
    "red": Role.FAILED,
    "amber": Role.PENDING,
    "green": Role.DONE,
    "blue": Role.ACCENT,
    "violet": Role.NOTE,
}


def top_line(facts: TopFacts, width: int, now: Instant) -> StyledLine:
    """Name, place and mode at the left; freshness, pending marks and the clock at the right."""
    environment = column(facts.environment)
    own = _COLOURS.get(facts.colour, Role.STRONG)
    environment_span = (environment.upper(), Role.ALARM) if facts.is_production else (environment, own)
    left = [
        StyledItem(((f" {NAME}", Role.STRONG), ("  ", Role.DIM)), rank=5),
        StyledItem(((" ", Role.TEXT), environment_span), action="profile.switch"),
        StyledItem(((" · ", Role.DIM), (column(facts.profile), Role.TEXT)), rank=6, action="profile.switch"),
        StyledItem(((" · ", Role.DIM), (facts.mode, Role.WARN if facts.mode == "observe" else Role.TEXT)), rank=2),
    ]
    if facts.is_demo:
        left.append(StyledItem(((" · ", Role.DIM), ("sandbox", Role.ACCENT)), rank=3))
    right = [
        StyledItem((*_fresh_spans(facts, now), ("  ", Role.DIM)), rank=4, action="refresh"),
        *_waiting_pieces(facts, now),
        StyledItem(((f" {clock(now)} ", Role.DIM),), rank=7),
    ]
    return assemble(left, right, width, surface=Surface.PRODUCTION if facts.is_production else Surface.TOP)


def _fresh_spans(facts: TopFacts, now: Instant) -> tuple[Span, ...]:
    if facts.offline_since is not None:
        return ((f"offline since {moment(facts.offline_since, now)}", Role.WARN),)
    role = Role.WARN if facts.problem or facts.note else Role.DIM
    if facts.round and not facts.problem and (facts.note or facts.fetched_at is not None):
        old = f"oldest {max(0, now - (facts.fetched_at or now)) // MINUTE:,} min"
        return ((f"{facts.note or old} · {facts.round}", role),)
    if facts.note and not facts.problem:
        return ((facts.note, role),)
    return ((crop(freshness(facts.fetched_at, column(facts.problem), now), 40), role),)


def _waiting_pieces(facts: TopFacts, now: Instant) -> list[StyledItem]:
    pieces = []
    if facts.unshared or facts.is_team_away:
        words = f"{facts.unshared:,} not shared" if facts.unshared else "team unreachable"
        pieces.append(StyledItem(((f"{words}  ", Role.WARN),), rank=2))
    if facts.failed:
        pieces.append(StyledItem(((f"! {facts.failed:,} refused  ", Role.FAILED),), rank=1, action="outbox"))
    if facts.pending:
        words = f"◷ {facts.pending:,} pending"
        if facts.next_due_at is not None and facts.next_due_at > now:
            words += f", {seconds_left(facts.next_due_at, now):>2} s"
        pieces.append(StyledItem(((words + "  ", Role.PENDING),), rank=1, action="outbox"))
    return pieces


def filter_bar(facts: FilterFacts, width: int, now: Instant) -> StyledLine:
    """The three filters with their counts, the query, and the banner of what is new."""
    right = []
    if facts.view or facts.query:
        right.append(StyledItem((*_query_spans(facts, width), ("  ", Role.TEXT)), rank=2, action="search"))
    if facts.new or facts.first_loaded:
        counts = ((facts.new, "new"), (facts.first_loaded, "loaded"))
        told = " · ".join(f"{number:,} {word}" for number, word in counts if number)
        words = " ".join(filter(None, (f"{told} ↑", facts.refresh_key)))
        banner = ((f" {words} ", Role.BANNER), (" ", Role.TEXT))
        right.append(StyledItem(banner, rank=0, action="refresh"))
    left = _tabs(facts, is_counted=True)
    if width < _COUNTED_TABS_WIDTH and _cells_of((*left, *right)) + 1 > width:
        left = _tabs(facts, is_counted=False)
    return assemble(left, right, width, gap=1)


def _tabs(facts: FilterFacts, *, is_counted: bool) -> list[StyledItem]:
    """The three filters and whose they are; without room only what is shown is counted."""
    left = [StyledItem(((" ", Role.TEXT),))]
    for name, number in (("all", facts.all), ("unread", facts.unread), ("read", facts.read)):
        is_active = facts.active == name
        words = f" {name.capitalize()} "
        if is_active or is_counted:
            words += f"{count(number, is_at_least=facts.is_at_least and number is not None)} "
        role = Role.TAB_ACTIVE if is_active else Role.TAB
        left.append(
            StyledItem(((words, role), (" ", Role.TEXT)), rank=0 if is_active else 4, action=f"filter.{name}")
        )
    if facts.user_id:
        left.append(StyledItem((("  of ", Role.DIM), (column(facts.user_id), Role.USER)), rank=5, action="user.go"))
    if facts.name:
        left.append(StyledItem(((f" {column(facts.name)}", Role.TEXT),), rank=_NAME, action="user.go"))
    return left


def _cells_of(items: Iterable[StyledItem]) -> int:
    """Of these without what is left out first."""
    return sum(cells(text) for item in items if item.rank < _NAME for text, _ in item.spans)


def _query_spans(facts: FilterFacts, width: int) -> tuple[Span, ...]:
    name = ((f"{column(facts.view)} ", Role.ACCENT),) if facts.view else ()
    if not facts.query:
        return name
    room = max(8, width // 3 - cells(facts.view)) if width >= _COUNTED_TABS_WIDTH else 14
    return (*name, ("/ ", Role.KEY), (crop(column(facts.query), room), Role.TEXT))


def status_line(facts: StatusFacts, width: int, now: Instant) -> StyledLine:
    """A rule that carries what was last said at the left, and where the list is at the right."""
    rule = Role.ACCENT if facts.is_reading else Role.FAINT
    left = [StyledItem((("─", rule),))]
    said, position = column(facts.message or facts.selection), _position(facts)
    # Between two ends of the rule, a blank on either side of both, and the sign of a selection.
    room = width - (7 if facts.message else 9)
    if said and cells(said) + cells(position) > room:
        position = _position(facts, is_short=True)
    room = max(_LEAST_OF_A_SENTENCE, room - cells(position))
    if facts.selection:
        words = ((" ◆ ", Role.SELECTED), (f"{crop(column(facts.selection), room)} ", Role.STRONG))
        left.append(StyledItem(words, rank=2 if facts.message else 0, action="select.none"))
    if facts.message:
        left.append(StyledItem(((f" {crop(said, room)} ", _LEVELS.get(facts.level, Role.TEXT)),)))
    right = [StyledItem(((f" {position} ", Role.DIM),), rank=1)] if position else []
    if _is_incomplete(facts):
        if facts.complete_back_to is not None:
            verb = "searched" if facts.is_search else "loaded"
            back = f"{verb} back to {moment(facts.complete_back_to, now)} "
            right.append(StyledItem((("· ", Role.FAINT), (back, Role.DIM)), rank=4, action="load.more"))
        if facts.more_key:
            key = (("· ", Role.FAINT), (facts.more_key, Role.KEY), (" loads more ", Role.LABEL))
            right.append(StyledItem(key, rank=5, action="load.more"))
    for is_so, oddity in (
        (facts.unshown, f"{facts.unshown:,} could not be read "),
        (facts.unnamed, f"{facts.unnamed:,} cannot be marked "),
        (facts.is_endless, "older ones cannot be reached "),
    ):
        if is_so:
            right.append(StyledItem((("· ", Role.FAINT), (oddity, Role.WARN)), rank=2))
    if facts.hidden:
        right.append(StyledItem((("· ", Role.FAINT), (f"{facts.hidden:,} put away ", Role.DIM)), rank=5))
    return assemble(left, [*right, StyledItem((("─", rule),))], width, fill=("─", rule), gap=1)


def _is_incomplete(facts: StatusFacts) -> bool:
    """Something is loaded, and something is missing."""
    return not facts.has_everything and bool(facts.loaded or facts.looked_at)


def _position(facts: StatusFacts, *, is_short: bool = False) -> str:
    """`3 of 37`; `3 · 200 of 1,243`, or short `3 of 200+`, where the server holds more; empty in an empty list."""
    loaded = count(facts.loaded, is_at_least=facts.is_at_least)
    position = f"{facts.position:>{len(loaded)},}"
    has_more = _is_incomplete(facts) and facts.total is not None and facts.total > facts.looked_at
    if has_more and facts.is_search:
        found = f"{position} of {loaded} found" if facts.loaded else "none found"
        return found if is_short else f"{found} in {facts.looked_at:,} of {facts.total:,}"
    if not facts.loaded:
        return f"{facts.looked_at:,} of {facts.total:,}" if has_more else ""
    if has_more and is_short:
        return f"{position} of {count(facts.loaded, is_at_least=True)}"
    return f"{position} · {loaded} of {facts.total:,}" if has_more else f"{position} of {loaded}"


def rule_line(width: int) -> StyledLine:
    """A rule across."""
    return StyledLine((("─" * width, Role.FAINT),))


def hint_line(facts: HintFacts, width: int, now: Instant) -> StyledLine:
    """As many keys with their labels as fit, from the left; `help` is the last to go."""
    pieces: list[StyledItem] = []
    if facts.tour:
        step, key, words, end = facts.tour
        doing = ((" ", Role.TEXT), (key, Role.KEY), (f" {words}", Role.TEXT))
        leaving = ((" · ", Role.FAINT), (end, Role.KEY), (" ends the tour", Role.LABEL))
        pieces = [StyledItem(((f" {step} ·", Role.DIM),), 2), StyledItem(doing, 1), StyledItem(leaving, 3)]
        return assemble(pieces, [], width, gap=0)
    for index, (key, label, action) in enumerate(facts.hints):
        dot = (" · ", Role.FAINT) if pieces else (" ", Role.TEXT)
        rank = 1 if action == "help" else index + 2
        pieces.append(StyledItem((dot, (key, Role.KEY), (f" {label}", Role.LABEL)), rank, action))
    return assemble(pieces, [], width, gap=0)


def users_line(facts: SidebarFacts, width: int, now: Instant) -> StyledLine:
    """The watched users in one line, the current one in sight; it replaces the sidebar."""
    names = [_user_piece(user, now, is_current=user.user_id == facts.current_user) for user in facts.users]
    start = next((index for index, user in enumerate(facts.users) if user.user_id == facts.current_user), 0)
    while start and sum(piece.width for piece in names[: start + 1]) > width - 8:
        names, start = names[1:], start - 1
    shown: list[StyledItem] = []
    room = width - 8
    for piece in names:
        room -= piece.width
        if room < 0 and shown:
            break
        shown.append(piece)
    right = (
        [StyledItem(((f"+{len(names) - len(shown)} ", Role.DIM),), action="user.go")]
        if len(names) > len(shown)
        else []
    )
    return assemble(shown, right, width, gap=0)


def _user_piece(user: Watched, now: Instant, *, is_current: bool) -> StyledItem:
    name = crop(column(user.user_id) or "Everyone", 20)
    number = count(user.unread, is_at_least=user.is_at_least, is_told=user.is_told)
    count_meaning = Role.WARN if user.is_stale else Role.ACCENT if user.unread else Role.DIM
    return StyledItem(
        (
            (" ▸" if is_current else "  ", Role.CURSOR),
            (name, Role.STRONG if is_current else Role.USER),
            (f" {number}", count_meaning),
            (f" {age.strip()}" if (age := user.age(now)) else "", Role.DIM),
        ),
        action="user.go",
        value=user.user_id or ALL_USERS,
    )
