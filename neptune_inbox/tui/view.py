"""What the inbox screen shows, as one frozen value, and the facts that its lines are made of.

The screen holds one `View` and replaces it whole; nothing here reads the network, the store or a widget.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct, field

from neptune_inbox.errors import InboxError
from neptune_inbox.model import EVERYONE, Filter, Freshness, Instant, Key, Profile
from neptune_inbox.sync.health import State
from neptune_inbox.sync.inbox import Overview, Scope
from neptune_inbox.sync.wording import plural
from neptune_inbox.tui.format import USUAL, KeyNames
from neptune_inbox.tui.format_lines import FilterFacts, SidebarFacts, StatusFacts, TopFacts, ViewFacts, Watched
from neptune_inbox.tui.format_panes import Emptiness
from neptune_inbox.tui.keys import Action, first_key
from neptune_inbox.tui.words import HOUR

STALE_AFTER = HOUR // 4
"""What was fetched longer ago than this is drawn as stale in the sidebar."""


class View(Struct, frozen=True):
    """Everything that the lines around the list tell."""

    profile: Profile
    scope: Scope
    overview: Overview = field(default_factory=Overview)
    health: State = State.UNKNOWN
    health_since: Instant = 0
    health_error: InboxError | None = None
    held: int = 0
    failed: int = 0
    next_due_at: Instant | None = None
    waiting: int = 0
    """How many rows came since the list was drawn."""
    length: int = 0
    hidden: int = 0
    position: int = 0
    selected: frozenset[Key] = frozenset()
    is_reading: bool = False
    """The preview has the keys."""
    message: str = ""
    level: str = "ok"
    views: tuple[tuple[str, str, int | None], ...] = ()
    """Name, query and count of each saved view."""
    is_demo: bool = False
    keys: KeyNames = USUAL.keys

    @property
    def users(self) -> tuple[str, ...]:
        """The users in scope."""
        return self.overview.users if self.scope.user_id == EVERYONE else (self.scope.user_id,)

    @property
    def freshness(self) -> tuple[Freshness, ...]:
        return tuple(self.overview.freshness[user] for user in self.users if user in self.overview.freshness)

    @property
    def shows_users(self) -> bool:
        """Whether there is more than one user to choose from."""
        return len(self.overview.users) > 1

    @property
    def view_name(self) -> str:
        """The saved view whose query is shown, if any."""
        return next((name for name, query, _ in self.views if query and query == self.scope.query), "")

    def total(self, kind: Filter) -> int | None:
        return self.overview.total(kind, self.users)[0]


def key_names(actions: Iterable[Action]) -> KeyNames:
    """The keys that the screen names beside what they do, as the user has set them."""
    ids = {
        "undo": "undo",
        "refresh": "refresh",
        "user.go": "find_user",
        "filter.all": "show_all",
        "back": "back",
        "views": "views",
        "profile.switch": "profile",
        "link.open": "open_link",
    }
    return KeyNames(**{ids[action.id]: first_key(action) for action in actions if action.id in ids})


def top_facts(view: View) -> TopFacts:
    fetched = [fresh.fetched_at for fresh in view.freshness]
    problems = [fresh.problem for fresh in view.freshness if fresh.problem]
    is_cut_off = view.health in (State.OFFLINE, State.SIGNED_OUT)
    problem = view.health_error.sentence if view.health_error else (problems[0] if problems else "")
    return TopFacts(
        environment=view.profile.environment,
        profile=view.profile.name,
        mode=view.profile.mode.value,
        is_production=view.profile.is_production,
        fetched_at=min((at for at in fetched if at is not None), default=None),
        problem="signed out" if view.health is State.SIGNED_OUT else problem,
        offline_since=view.health_since if is_cut_off and view.health is State.OFFLINE else None,
        pending=view.held,
        next_due_at=view.next_due_at,
        failed=view.failed,
        is_demo=view.is_demo,
        colour=view.profile.colour,
    )


def filter_facts(view: View) -> FilterFacts:
    totals = {kind: view.overview.total(kind, view.users) for kind in Filter}
    return FilterFacts(
        active=view.scope.kind.value,
        all=totals[Filter.ALL][0],
        unread=totals[Filter.UNREAD][0],
        read=totals[Filter.READ][0],
        is_at_least=not all(is_exact for _, is_exact in totals.values()),
        query=view.scope.query,
        view=view.view_name,
        new=view.waiting,
        user_id=view.scope.user_id,
        refresh_key=view.keys.refresh,
    )


def status_facts(view: View) -> StatusFacts:
    fresh = view.freshness
    bounds = [at for one in fresh if not one.has_everything and (at := one.complete_back_to) is not None]
    has_everything = bool(fresh) and all(one.has_everything for one in fresh)
    users = {key.user_id for key in view.selected}
    whose = f"of {next(iter(users))}" if len(users) == 1 else f"of {len(users)} users"
    return StatusFacts(
        position=view.position,
        loaded=view.length,
        total=_total_without_waiting(view),
        complete_back_to=max(bounds, default=None),
        has_everything=has_everything or bool(view.scope.query),
        selection=f"{len(view.selected):,} selected {whose}" if view.selected else "",
        message=view.message,
        level=view.level,
        hidden=view.hidden,
        is_reading=view.is_reading,
    )


def _total_without_waiting(view: View) -> int | None:
    """What the server holds of this list, without what waits behind the banner: that is not missing."""
    total = None if view.scope.query else view.total(view.scope.kind)
    return None if total is None else total - view.waiting


def sidebar_facts(view: View, now: Instant) -> SidebarFacts:
    overview = view.overview
    users = []
    if view.shows_users:
        unread, is_exact = overview.total(Filter.UNREAD, overview.users)
        users.append(Watched(EVERYONE, unread, is_at_least=unread is not None and not is_exact))
    for user_id in overview.users:
        fresh = overview.freshness.get(user_id, Freshness(user_id))
        counts = overview.counts.get(user_id)
        is_stale = bool(fresh.problem) or (fresh.fetched_at is not None and now - fresh.fetched_at > STALE_AFTER)
        unread_of = counts.unread if counts else None
        users.append(Watched(user_id, unread_of, is_stale=is_stale, fetched_at=fresh.fetched_at))
    views = tuple(ViewFacts(name, count) for name, _, count in view.views)
    return SidebarFacts(tuple(users), views, view.scope.user_id, view.view_name, view.keys.find_user)


def emptiness(view: View) -> Emptiness:
    """Why the list has no rows."""
    if view.scope.query:
        return Emptiness.NO_MATCH
    if view.hidden:
        return Emptiness.PUT_AWAY
    if not view.users:
        return Emptiness.NO_USERS
    was_fetched = any(fresh.fetched_at is not None for fresh in view.freshness)
    if not was_fetched:
        if view.health is State.SIGNED_OUT:
            return Emptiness.REFUSED
        return Emptiness.OFFLINE if view.health in (State.OFFLINE, State.TROUBLED) else Emptiness.NOT_FETCHED
    return {Filter.ALL: Emptiness.NOTHING, Filter.UNREAD: Emptiness.ALL_READ, Filter.READ: Emptiness.NONE_READ}[
        view.scope.kind
    ]


def target_sentence(selected: frozenset[Key], length: int) -> str:
    """`3 of 7 selected, 2 users`: what the next verb acts on."""
    users = len({key.user_id for key in selected})
    return f"{len(selected):,} of {length:,} selected, {plural(users, 'user')}"
