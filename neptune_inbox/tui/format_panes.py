"""The taller parts as tagged text: sidebar, the head of the preview, and what an empty list says."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from neptune_inbox.tui.format import USUAL, KeyNames
from neptune_inbox.tui.format_lines import ALL_USERS, SidebarFacts, ViewFacts, Watched
from neptune_inbox.tui.spans import (
    Line,
    Piece,
    Span,
    assemble,
    cells,
    column,
    crop,
    fit,
    harmless,
    pad_spans,
    width_of,
)
from neptune_inbox.tui.theme import Meaning
from neptune_inbox.tui.words import count

if TYPE_CHECKING:
    from neptune_inbox.model import Instant


class Emptiness(StrEnum):
    """Why a list has no rows."""

    NOT_FETCHED = "not_fetched"
    NO_USERS = "no_users"
    NOTHING = "nothing"
    ALL_READ = "all_read"
    NONE_READ = "none_read"
    NO_MATCH = "no_match"
    PUT_AWAY = "put_away"
    OFFLINE = "offline"
    REFUSED = "refused"


_EMPTY = {
    Emptiness.NOT_FETCHED: ("Fetching for the first time.", "", ""),
    Emptiness.NO_USERS: ("No user is watched yet.", "find_user", "go to a user"),
    Emptiness.NOTHING: ("This user has no notifications.", "refresh", "look again"),
    Emptiness.ALL_READ: ("Everything here has been read.", "show_all", "show all"),
    Emptiness.NONE_READ: ("Nothing here has been read yet.", "show_all", "show all"),
    Emptiness.NO_MATCH: ("Nothing matches this search.", "back", "clear it"),
    Emptiness.PUT_AWAY: ("All of it is done or snoozed.", "views", "choose a view that shows it"),
    Emptiness.OFFLINE: ("Neptune cannot be reached, and nothing was fetched before.", "refresh", "try again"),
    Emptiness.REFUSED: ("The token was refused, so nothing can be fetched.", "profile", "sign in again"),
}


def empty_state(reason: Emptiness, keys: KeyNames = USUAL.keys) -> tuple[str, str, str]:
    """The sentence, the key, and what that key does; the key may be empty."""
    sentence, name, label = _EMPTY[reason]
    return sentence, keys._asdict().get(name, ""), label


def empty_lines(reason: Emptiness, width: int, height: int, keys: KeyNames = USUAL.keys) -> list[tuple[Span, ...]]:
    """The empty list: one sentence and one key, in its upper third."""
    sentence, key, label = empty_state(reason, keys)
    lines: list[tuple[Span, ...]] = [((sentence, Meaning.TEXT),)]
    if key:
        lines += [(), ((key, Meaning.KEY), (f"  {label}", Meaning.DIM))]
    above = max(0, (height - len(lines)) // 3)
    lines = [()] * above + lines
    return [_centre(line, width) for line in [*lines, *[()] * height][:height]]


def _centre(spans: tuple[Span, ...], width: int) -> tuple[Span, ...]:
    before = max(0, (width - width_of(spans)) // 2)
    return pad_spans(((" " * before, Meaning.TEXT), *spans), width)


class SidebarLine(NamedTuple):
    """A line of the sidebar; `action` and `value` say what choosing it does, if anything."""

    spans: tuple[Span, ...]
    action: str = ""
    value: str | None = None


def sidebar_lines(facts: SidebarFacts, width: int, height: int, now: Instant) -> list[SidebarLine]:
    """The sidebar at exactly this size: watched users, the current one in sight, then the views."""
    views = [_view_line(view, facts, width) for view in facts.views]
    views = views[: max(0, height // 2 - 2)]
    room = height - (len(views) + 2 if views else 0) - 1
    users = [_user_line(user, facts, width, now) for user in facts.users]
    lines = [_head("Watched", width), *_around(users, facts, room, width)]
    if views:
        lines += [SidebarLine(pad_spans((), width)), _head("Views", width), *views]
    blank = SidebarLine(pad_spans((), width))
    return [*lines, *[blank] * height][:height]


def _around(users: list[SidebarLine], facts: SidebarFacts, room: int, width: int) -> list[SidebarLine]:
    """As many users as fit, with the current one among them and a line that counts the rest."""
    if len(users) <= room:
        return users
    shown = max(1, room - 1)
    current = next((i for i, user in enumerate(facts.users) if user.user_id == facts.current_user), 0)
    start = min(max(0, current - shown // 2), len(users) - shown)
    more = SidebarLine(
        pad_spans(((f"  {len(users) - shown} more", Meaning.DIM), (f"  {facts.find_key}", Meaning.KEY)), width),
        "user.go",
    )
    return [*users[start : start + shown], more]


def _head(title: str, width: int) -> SidebarLine:
    return SidebarLine(pad_spans(((f"  {title}", Meaning.HEADING),), width))


def _entry(
    name: str, number: str, meanings: tuple[Meaning, Meaning], width: int, *, is_current: bool, age: str = ""
) -> tuple[Span, ...]:
    # Right-aligned at a steady place, whatever the count beside it.
    old = f"{age}{' ' * max(1, 5 - cells(number))}" if age else ""
    inner = width - 5 - cells(number) - cells(old)
    return pad_spans(
        (
            (" ▸" if is_current else "  ", Meaning.CURSOR),
            (fit(name, inner) + " ", Meaning.STRONG if is_current else meanings[0]),
            (old, Meaning.DIM),
            (number, meanings[1]),
        ),
        width,
    )


def _user_line(user: Watched, facts: SidebarFacts, width: int, now: Instant) -> SidebarLine:
    is_current = user.user_id == facts.current_user and not facts.current_view
    number = count(user.unread, is_at_least=user.is_at_least)
    meaning = Meaning.WARN if user.is_stale else Meaning.ACCENT if user.unread else Meaning.DIM
    name = column(user.user_id) or "Everyone"
    if user.name and width >= 28:
        name = f"{name} {column(user.name)}"
    name_meaning = Meaning.USER if user.unread else Meaning.DIM
    spans = _entry(name, number, (name_meaning, meaning), width, is_current=is_current, age=user.age(now))
    return SidebarLine(spans, "user.go", user.user_id or ALL_USERS)


def _view_line(view: ViewFacts, facts: SidebarFacts, width: int) -> SidebarLine:
    is_current = view.name == facts.current_view
    meaning = Meaning.ACCENT if view.number else Meaning.DIM
    spans = _entry(column(view.name), count(view.number), (Meaning.TEXT, meaning), width, is_current=is_current)
    return SidebarLine(spans, "views", view.name)


class PreviewFacts(NamedTuple):
    """One notification, as the preview tells it; every text is cleaned, every time already in words."""

    title: str
    event_type: str
    user_id: str
    user_name: str = ""
    reach: tuple[tuple[str, bool], ...] = ()
    """The ways to reach the user, `("email", True)`; empty when it was not asked."""
    created: str = ""
    first_seen: str = ""
    theirs: str = ""
    """The customer's side in words: `unread`, `read 14:02, by us`."""
    is_unread: bool = False
    is_pending: bool = False
    """Our mark is on its way."""
    mine: str = ""
    """My side in words, empty when there is nothing."""
    body: str = ""
    """Markdown."""
    link_host: str = ""
    link_path: str = ""
    is_link_suspicious: bool = False
    payload: str = ""
    """Pretty ASCII JSON, empty to leave it out."""
    evidence: tuple[tuple[str, str], ...] = ()
    """Label and what is known; empty to leave it out."""
    open_key: str = "o"
    """The key that opens the link, empty where there is none."""


def preview_head(facts: PreviewFacts, width: int) -> list[Line]:
    """Title, person and both planes, above the body."""
    event = Piece(((column(facts.event_type) + " ", Meaning.EVENT_UNREAD),), rank=1)
    room = width - event.width - 3
    name = harmless(facts.title) or "(no title)"
    title = Piece(((" " + crop(name, room if room > 20 else width - 2), Meaning.STRONG),))
    person = [Piece(((f" {column(facts.user_id)}", Meaning.USER),))]
    if facts.user_name:
        person.append(Piece(((f" {harmless(facts.user_name)}", Meaning.TEXT),), rank=2))
    person += [Piece((_reach_span(*way),), rank=3) for way in facts.reach]
    times = ", ".join(
        f"{verb} {when}" for verb, when in (("created", facts.created), ("first seen", facts.first_seen)) if when
    )
    moments = [Piece(((f"{times} ", Meaning.DIM),), rank=4)] if times else []
    shape = ("●", Meaning.UNREAD) if facts.is_unread else ("○", Meaning.READ)
    if facts.is_pending:
        shape = ("◷", Meaning.PENDING)
    planes = [Piece(((" ", Meaning.TEXT), shape, (f" {column(facts.theirs)}", Meaning.TEXT)))]
    mine = [Piece((("mine: ", Meaning.DIM), (f"{column(facts.mine)} ", Meaning.TEXT)), rank=1)] if facts.mine else []
    return [
        assemble([title], [event] if _is_measurable(facts.title) else [], width),
        assemble(person, moments if _is_measurable(facts.user_name) else [], width),
        assemble(planes, mine, width),
    ]


def _is_measurable(text: str) -> bool:
    """Whether all terminals agree on its width; nothing stands at the right of a text of which they do not."""
    return column(text) == harmless(text)


def _reach_span(kind: str, is_there: bool) -> Span:
    return f"  {column(kind)} {'✓' if is_there else '–'}", Meaning.DIM if is_there else Meaning.WARN


def link_line(facts: PreviewFacts, width: int) -> Line | None:
    """The host that the link leads to, first and whole; None without a link."""
    if not facts.link_host:
        return None
    warning = (("  looks odd: check the host", Meaning.WARN),) if facts.is_link_suspicious else ()
    path = f"/{column(facts.link_path).lstrip('/')}" if facts.link_path else ""
    host = (column(facts.link_host), Meaning.WARN if facts.is_link_suspicious else Meaning.LINK)
    pieces = [
        Piece(((" → ", Meaning.ACCENT), host), action="link.open"),
        Piece(((crop(path, max(0, width // 2)), Meaning.DIM), *warning), rank=1, action="link.open"),
    ]
    if facts.open_key:
        key = ((f"   {facts.open_key}", Meaning.KEY), (" open", Meaning.LABEL))
        pieces.append(Piece(key, rank=2, action="link.open"))
    return assemble(pieces, [], width)
