"""What the inbox screen shows, as one frozen value, and the facts that its lines are made of.

The screen holds one `View` and replaces it whole; nothing here reads the network, the store or a widget.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct, field

from neptune_inbox.errors import InboxError
from neptune_inbox.model import EVERYONE, Filter, Freshness, Instant, Key, Profile
from neptune_inbox.presentation.keymap import Action, first_key
from neptune_inbox.presentation.lines import FilterFacts, SidebarFacts, StatusFacts, TopFacts, ViewFacts, Watched
from neptune_inbox.presentation.panes import Emptiness
from neptune_inbox.presentation.rows import USUAL, KeyNames
from neptune_inbox.presentation.times import HOUR, MINUTE, moment
from neptune_inbox.sync.inbox.completeness import Coverage
from neptune_inbox.sync.inbox.inbox import Overview, Scope
from neptune_inbox.sync.polling.health import State

STALE_AFTER = HOUR // 4
"""What was fetched longer ago than this is drawn as stale in the sidebar."""


LONG_ROUND = 5 * MINUTE
"""From here on the header says how long a round of polls takes: the budget, and not trouble, makes rows old."""


class View(Struct, frozen=True):
    """Everything that the lines around the list show."""

    profile: Profile
    scope: Scope
    overview: Overview = field(default_factory=Overview)
    health: State = State.UNKNOWN
    health_since: Instant = 0
    health_error: InboxError | None = None
    held: int = 0
    failed: int = 0
    next_due_at: Instant | None = None
    unshared: int = 0
    """Facts that wait for the team's database, which is in trouble."""
    is_team_away: bool = False
    """It is in trouble, whether any wait or not."""
    waiting: int = 0
    """How many rows came since the list was drawn."""
    first_loaded: int = 0
    """How many of them are not new: a first look at their customer brought them, or looking for older ones."""
    length: int = 0
    is_length_known: bool = True
    """False while only the first rows of a search were found."""
    hidden: int = 0
    position: int = 0
    selected: frozenset[Key] = frozenset()
    is_reading: bool = False
    """The preview has the keys."""
    message: str = ""
    level: str = "ok"
    views: tuple[tuple[str, str, int | None], ...] = ()
    """Name, query and count of each saved view."""
    unknown_user: str = ""
    """Users the service says it does not know, where nothing of theirs was ever seen."""
    is_demo: bool = False
    """Nothing of it is real: the demo, or a sandbox that is reached over HTTP."""
    tour: tuple[str, ...] = ()
    """The step of the tour, as `HintFacts.tour`."""
    round_ms: int = 0
    """How long it takes at the least until every watched user was asked once."""
    requests_per_minute: int = 0
    keys: KeyNames = USUAL.keys

    @property
    def users(self) -> tuple[str, ...]:
        """The users in scope."""
        return self.overview.users if self.scope.user_id == EVERYONE else (self.scope.user_id,)

    @property
    def freshness(self) -> tuple[Freshness, ...]:
        return tuple(self.overview.freshness[user] for user in self.users if user in self.overview.freshness)

    @property
    def coverage(self) -> Coverage:
        """How far the list in scope is loaded."""
        is_of_scope = self.overview.user_id == self.scope.user_id
        return self.overview.coverage(self.scope.kind) if is_of_scope else Coverage()

    @property
    def is_unknown_user(self) -> bool:
        """The service said that it knows no user like the one in scope, and nothing of them was ever seen."""
        return bool(self.unknown_user) and self.unknown_user == self.scope.user_id

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
    """The keys that the screen shows with what they do, as the user has set them."""
    ids = {
        "undo": "undo",
        "refresh": "refresh",
        "user.go": "find_user",
        "filter.all": "show_all",
        "back": "back",
        "views": "views",
        "profile.switch": "profile",
        "link.open": "open_link",
        "load.more": "load_more",
        "people": "people",
    }
    return KeyNames(**{ids[action.id]: first_key(action) for action in actions if action.id in ids})


def top_facts(view: View) -> TopFacts:
    fetched = [fresh.fetched_at for fresh in view.freshness]
    problems = [fresh.problem for fresh in view.freshness if fresh.problem]
    is_cut_off = view.health in (State.OFFLINE, State.SIGNED_OUT)
    problem = view.health_error.sentence if view.health_error else (problems[0] if problems else "")
    loaded, users = len(fetched_users(view)), len(view.users)
    note = f"{loaded:,} of {users:,} loaded" if 0 < loaded < users else ""
    return TopFacts(
        environment=view.profile.environment,
        profile=view.profile.shown_name,
        mode=view.profile.mode.value,
        is_production=view.profile.is_production,
        fetched_at=min((at for at in fetched if at is not None), default=None),
        problem=signed_out(view.keys) if view.health is State.SIGNED_OUT else problem,
        offline_since=view.health_since if is_cut_off and view.health is State.OFFLINE else None,
        pending=view.held,
        next_due_at=view.next_due_at,
        failed=view.failed,
        is_demo=view.is_demo,
        unshared=view.unshared,
        is_team_away=view.is_team_away,
        colour=view.profile.colour,
        note="no such user" if view.is_unknown_user else note,
        round=_round_words(view) if view.scope.user_id == EVERYONE else "",
    )


def _round_words(view: View) -> str:
    """What the budget makes slow, by the name of its setting where that is why some are not loaded yet."""
    if is_long_round(view):
        return f"round {view.round_ms // MINUTE:,} min at {view.requests_per_minute:,}/min"
    is_loading = len(fetched_users(view)) < len(view.users)
    return f"requests_per_minute {view.requests_per_minute:,}" if is_loading and view.round_ms >= MINUTE else ""


def is_long_round(view: View) -> bool:
    """Whether it takes so long to ask about everybody that the agent is to know."""
    return view.round_ms >= LONG_ROUND


def asking_sentence(view: View, answered: int, asked: int) -> str:
    """The progress while so many users are polled, and which setting limits the pace."""
    if asked == 1:
        return "Asking the server …"
    words = f"Asking the server: {answered:,} of {asked:,} watched users answered"
    if not is_long_round(view):
        return f"{words}."
    return f"{words}; polling.requests_per_minute is {view.requests_per_minute:,}."


def fetched_users(view: View) -> list[str]:
    """The users in scope of whom anything was ever fetched."""
    return [fresh.user_id for fresh in view.freshness if fresh.fetched_at is not None]


def filter_facts(view: View) -> FilterFacts:
    totals = {kind: view.overview.total(kind, view.users) for kind in Filter}
    if view.is_unknown_user:
        totals = dict.fromkeys(Filter, (None, True))
    return FilterFacts(
        active=view.scope.kind.value,
        all=totals[Filter.ALL][0],
        unread=totals[Filter.UNREAD][0],
        read=totals[Filter.READ][0],
        is_at_least=not all(is_exact for _, is_exact in totals.values()),
        query=view.scope.query,
        view=_narrowed_to(view),
        new=view.waiting - view.first_loaded,
        first_loaded=view.first_loaded,
        user_id=view.scope.user_id,
        name=view.overview.names.get(view.scope.user_id, ""),
        refresh_key=view.keys.refresh,
    )


def _narrowed_to(view: View) -> str:
    """What the list is besides its filter and its query: a saved view, folded, one incident."""
    shape = "one incident" if view.scope.member else "folded" if view.scope.is_folded else ""
    return " ".join(filter(None, (view.view_name, shape)))


def status_facts(view: View) -> StatusFacts:
    odd = view.overview.oddities(view.users)
    users = {key.user_id for key in view.selected}
    whose = f"of {next(iter(users))}" if len(users) == 1 else f"of {len(users)} users"
    return StatusFacts(
        position=view.position,
        loaded=view.length,
        is_at_least=not view.is_length_known,
        total=_total_without_new(view),
        complete_back_to=view.coverage.back_to,
        has_everything=view.coverage.is_complete or view.is_unknown_user,
        is_search=bool(view.scope.query),
        looked_at=view.coverage.loaded - (0 if view.scope.query else view.waiting),
        more_key=view.keys.load_more,
        selection=f"{len(view.selected):,} selected {whose}" if view.selected else "",
        message=view.message,
        level=view.level,
        hidden=view.hidden,
        unshown=odd.skipped,
        unnamed=odd.unnamed,
        is_endless=odd.is_endless,
        is_reading=view.is_reading,
    )


def _total_without_new(view: View) -> int | None:
    """What the server holds of this list, without what is new: that is not missing. A search looks at all of it."""
    total, new = view.total(view.scope.kind), view.waiting - view.first_loaded
    return total if total is None or view.scope.query else total - new


def coverage_words(view: View, now: Instant) -> str:
    """`searched 421 of 1,521, back to 20 Nov 09:00`: how much of the list in scope was looked at."""
    return looked_at(view.coverage, view.total(view.scope.kind), now, is_search=bool(view.scope.query))


def looked_at(coverage: Coverage, total: int | None, now: Instant, *, is_search: bool) -> str:
    """The same of a list of which the server counts `total`."""
    words = f"{'searched' if is_search else 'loaded'} {coverage.loaded:,}"
    words += f" of {total:,}" if total is not None else ""
    return words + (f", back to {moment(coverage.back_to, now)}" if coverage.back_to is not None else "")


def signed_out(keys: KeyNames) -> str:
    """That there is no token to ask with, and the key that signs in."""
    return f"signed out, {keys.profile} signs in" if keys.profile else "signed out"


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
        told = overview.told.get(user_id)
        unread_of = told if told is not None else counts.unread if counts else None
        name = overview.names.get(user_id, "")
        claim = overview.claims.get(user_id)
        agent = str(claim.agent) if claim else ""
        users.append(
            Watched(
                user_id,
                unread_of,
                is_told=told is not None,
                is_stale=is_stale,
                name=name,
                fetched_at=fresh.fetched_at,
                claimed_by=agent,
            )
        )
    views = tuple(ViewFacts(name, count, not view.coverage.is_complete) for name, _, count in view.views)
    return SidebarFacts(tuple(users), views, view.scope.user_id, view.view_name, view.keys.find_user)


def emptiness(view: View) -> Emptiness:
    """Why the list has no rows; that there are none is said only where everything in scope was looked at."""
    if not view.users:
        return Emptiness.NO_USERS
    if not fetched_users(view):
        if view.health is State.SIGNED_OUT:
            return Emptiness.REFUSED
        return Emptiness.OFFLINE if view.health in (State.OFFLINE, State.TROUBLED) else Emptiness.NOT_FETCHED
    if view.is_unknown_user:
        return Emptiness.UNKNOWN_USER
    if not view.coverage.is_complete:
        return Emptiness.NOT_FOUND_YET if view.scope.query else Emptiness.NOT_LOADED
    if view.scope.query:
        return Emptiness.NO_MATCH
    if view.hidden:
        return Emptiness.PUT_AWAY
    return {Filter.ALL: Emptiness.NOTHING, Filter.UNREAD: Emptiness.ALL_READ, Filter.READ: Emptiness.NONE_READ}[
        view.scope.kind
    ]
