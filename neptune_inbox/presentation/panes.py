"""The taller parts as tagged text: sidebar, the head of the preview, and what an empty list says."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from neptune_inbox.presentation.lines import ALL_USERS, SidebarFacts, ViewFacts, Watched
from neptune_inbox.presentation.row_state import READ
from neptune_inbox.presentation.rows import USUAL, KeyNames, sign_of
from neptune_inbox.presentation.styled import (
    Span,
    StyledItem,
    StyledLine,
    assemble,
    cells,
    column,
    crop,
    fit,
    harmless,
    pad_spans,
    width_of,
)
from neptune_inbox.presentation.theme import Role
from neptune_inbox.presentation.times import count
from neptune_inbox.text_graphemes import crop_middle

if TYPE_CHECKING:
    from collections.abc import Sequence

    from neptune_inbox.model import Instant


_LEAST_ID, _LEAST_NAME = 7, 6
"""Cells of the sidebar that are left for an id, and for a name next to it."""
_LEAST_BESIDE = 3
"""Cells behind an id from which on the beginning of a name says anything."""


class Emptiness(StrEnum):
    """Why a list has no rows."""

    NOT_FETCHED = "not_fetched"
    NO_USERS = "no_users"
    NOTHING = "nothing"
    ALL_READ = "all_read"
    NONE_READ = "none_read"
    NO_MATCH = "no_match"
    NOT_FOUND_YET = "not_found_yet"
    NOT_LOADED = "not_loaded"
    UNKNOWN_USER = "unknown_user"
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
    Emptiness.NOT_FOUND_YET: ("Nothing found in what is loaded so far.", "load_more", "search further back"),
    Emptiness.NOT_LOADED: ("Nothing to show in what is loaded so far.", "load_more", "load more"),
    Emptiness.UNKNOWN_USER: ("Neptune does not know this user.", "people", "create the user"),
    Emptiness.PUT_AWAY: ("Everything here is done or snoozed.", "views", "choose a view that shows it"),
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
    lines: list[tuple[Span, ...]] = [((sentence, Role.TEXT),)]
    if key:
        lines += [(), ((key, Role.KEY), (f"  {label}", Role.DIM))]
    above = max(0, (height - len(lines)) // 3)
    lines = [()] * above + lines
    return [_centre(line, width) for line in [*lines, *[()] * height][:height]]


def _centre(spans: tuple[Span, ...], width: int) -> tuple[Span, ...]:
    before = max(0, (width - width_of(spans)) // 2)
    return pad_spans(((" " * before, Role.TEXT), *spans), width)


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
    facts = facts if len(facts.users) + facts.left_out <= room else facts.in_sight(max(1, room - 1))
    shared = _shared_start([column(user.user_id) for user in facts.users if user.user_id])
    lines = [_head("Watched", width), *(_user_line(user, facts, width, now, shared) for user in facts.users)]
    if facts.left_out:
        rest = ((f"  {facts.left_out} more", Role.DIM), (f"  {facts.find_key}", Role.KEY))
        lines.append(SidebarLine(pad_spans(rest, width), "user.go"))
    if views:
        lines += [SidebarLine(pad_spans((), width)), _head("Views", width), *views]
    blank = SidebarLine(pad_spans((), width))
    return [*lines, *[blank] * height][:height]


def _head(title: str, width: int) -> SidebarLine:
    return SidebarLine(pad_spans(((f"  {title}", Role.HEADING),), width))


def _entry(
    name: str, number: str, roles: tuple[Role, Role], width: int, *, is_current: bool, age: str = ""
) -> tuple[Span, ...]:
    old = _aged(age, number)
    inner = _room(width, number, old)
    return pad_spans(
        (
            (" ▸" if is_current else "  ", Role.CURSOR),
            (fit(name, inner) + " ", Role.STRONG if is_current else roles[0]),
            (old, Role.DIM),
            (number, roles[1]),
        ),
        width,
    )


def _aged(age: str, number: str) -> str:
    """The age before a count, right-aligned at a fixed position, whatever the count."""
    return f"{age}{' ' * max(1, 5 - cells(number))}" if age else ""


def _room(width: int, number: str, old: str) -> int:
    """Cells that are left for a name beside a count."""
    return width - 5 - cells(number) - cells(old)


def _shared_start(ids: Sequence[str]) -> int:
    """How many characters all these ids begin with, where they are several."""
    first, last = (min(ids), max(ids)) if len(ids) > 1 else ("", "")
    return next(
        (at for at, pair in enumerate(zip(first, last, strict=False)) if len({*pair}) > 1), min(len(first), len(last))
    )


def _user_line(user: Watched, facts: SidebarFacts, width: int, now: Instant, shared: int) -> SidebarLine:
    is_current = user.user_id == facts.current_user and not facts.current_view
    number = count(user.unread, is_at_least=user.is_at_least, is_told=user.is_told)
    role = Role.WARN if user.is_stale else Role.ACCENT if user.unread else Role.DIM
    age = user.age(now)
    name = _id_and_name(user, _room(width, number, _aged(age, number)), shared)
    name_meaning = Role.USER if user.unread else Role.DIM
    spans = _entry(name, number, (name_meaning, role), width, is_current=is_current, age=age)
    return SidebarLine(spans, "user.go", user.user_id or ALL_USERS)


def _id_and_name(user: Watched, room: int, shared: int) -> str:
    """Both, where they are known; a long id is cut in its middle, so that what tells it from the others stays."""
    id, name = column(user.user_id) or "Everyone", column(user.name)
    if user.claimed_by:
        # Who is on it matters more than what the customer is called.
        name = f"· {column(user.claimed_by)}"
    if user.user_id and not name:
        return _crop_id(id, room, shared)
    if not name:
        return id
    if cells(id) + 1 + min(cells(name), _LEAST_NAME) > room:
        id = _crop_id(id, min(room, max(_LEAST_ID, room - 1 - _LEAST_NAME)), shared)
    return f"{id} {name}" if cells(id) + _LEAST_BESIDE <= room else id


def _crop_id(id: str, width: int, shared: int) -> str:
    """An id in so many cells; what all of them begin with is cut first."""
    own = id[shared:]
    if cells(id) <= width or not shared or cells(own) + 1 > width:
        return crop_middle(id, width)
    return f"{crop(id[:shared], width - cells(own) - 1).removesuffix('…')}…{own}"


def _view_line(view: ViewFacts, facts: SidebarFacts, width: int) -> SidebarLine:
    is_current = view.name == facts.current_view
    role = Role.ACCENT if view.number else Role.DIM
    number = count(view.number, is_at_least=view.is_at_least and view.number is not None)
    spans = _entry(column(view.name), number, (Role.TEXT, role), width, is_current=is_current)
    return SidebarLine(spans, "views", view.name)


_GAP = 2
"""Cells between what is at the left of a line and what is at its right."""


class PreviewFacts(NamedTuple):
    """One notification, as the preview shows it; every text is cleaned, every time already in words."""

    title: str
    event_type: str
    user_id: str
    user_name: str = ""
    contact_status: tuple[tuple[str, bool], ...] = ()
    """The ways to reach the user, `("email", True)`; empty when it was not asked."""
    created: str = ""
    first_seen: str = ""
    customer_state: str = ""
    """The customer's side in words: `unread`, `read 14:02, by us`."""
    state: str = READ
    """As `row_state` has it; its sign is that of the row in the list."""
    triage: str = ""
    """My side in words, empty when there is nothing."""
    body: str = ""
    """Markdown."""
    link_host: str = ""
    link_path: str = ""
    is_link_suspicious: bool = False
    payload: str = ""
    """Pretty ASCII JSON, empty to leave it out."""
    extras: tuple[tuple[str, str], ...] = ()
    """Label and value of the fields that are kept as extras."""
    evidence: tuple[tuple[str, str], ...] = ()
    """Label and what is known; empty to leave it out."""
    open_key: str = "o"
    """The key that opens the link, empty where there is none."""


def preview_head(facts: PreviewFacts, width: int) -> list[StyledLine]:
    """Title, person and both planes, above the body."""
    event = StyledItem(((column(facts.event_type) + " ", Role.EVENT_UNREAD),), rank=1)
    room = width - event.width - 3
    name = harmless(facts.title) or "(no title)"
    title = StyledItem(((" " + crop(name, room if room > 20 else width - 2), Role.STRONG),))
    person = [StyledItem(((f" {column(facts.user_id)}", Role.USER),))]
    if facts.user_name:
        person.append(StyledItem(((f" {harmless(facts.user_name)}", Role.TEXT),), rank=2))
    person += [StyledItem((_reach_span(*way),), rank=3) for way in facts.contact_status]
    told = [("created", facts.created), ("first seen", facts.first_seen)]
    told += [(label.lower(), column(text)) for label, text in facts.extras]
    times = [f"{label} {text}" for label, text in told if text]
    room_beside = width - _GAP - sum(item.width for item in person) if _is_measurable(facts.user_name) else 0
    beside = _joined(times, room_beside, least=len(times))
    shape = sign_of(facts.state)
    planes = [StyledItem(((" ", Role.TEXT), shape, (f" {column(facts.customer_state)}", Role.TEXT)))]
    triage = (
        [StyledItem(((" mine: ", Role.DIM), (f"{column(facts.triage)} ", Role.TEXT)), rank=1)] if facts.triage else []
    )
    # In a narrow pane they have room beside the state, and those that matter less are left out.
    below = [] if beside else _joined(times, width - _GAP - sum(item.width for item in (*planes, *triage)))
    return [
        assemble([title], [event] if _is_measurable(facts.title) else [], width),
        assemble(person, beside, width),
        assemble(planes, [*below, *triage], width),
    ]


def _joined(times: Sequence[str], room: int, *, least: int = 1) -> list[StyledItem]:
    """As many of these, at least so many, as the room holds; empty where that is none."""
    for number in range(len(times), least - 1, -1):
        item = StyledItem(((f"{', '.join(times[:number])} ", Role.DIM),), rank=4)
        if 0 < item.width <= room and number:
            return [item]
    return []


def _is_measurable(text: str) -> bool:
    """Whether all terminals agree on its width; nothing is at the right of a text of which they do not."""
    return column(text) == harmless(text)


def _reach_span(kind: str, is_there: bool) -> Span:
    return f"  {column(kind)} {'✓' if is_there else '–'}", Role.DIM if is_there else Role.WARN


def link_line(facts: PreviewFacts, width: int) -> StyledLine | None:
    """The host that the link leads to, first and whole; None without a link."""
    if not facts.link_host:
        return None
    warning = (("  looks odd: check the host", Role.WARN),) if facts.is_link_suspicious else ()
    path = f"/{column(facts.link_path).lstrip('/')}" if facts.link_path else ""
    host = (column(facts.link_host), Role.WARN if facts.is_link_suspicious else Role.LINK)
    pieces = [
        StyledItem(((" → ", Role.ACCENT), host), action="link.open"),
        StyledItem(((crop(path, max(0, width // 2)), Role.DIM), *warning), rank=1, action="link.open"),
    ]
    if facts.open_key:
        key = ((f"   {facts.open_key}", Role.KEY), (" open", Role.LABEL))
        pieces.append(StyledItem(key, rank=2, action="link.open"))
    return assemble(pieces, [], width)
