"""What the page shows: inboxes, requests, events, and the forms of control."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Final, TypeAlias
from urllib.parse import urlencode

from msgspec import Struct

from neptune_inbox.errors import NotFound
from neptune_inbox.model import Filter, Instant, JsonObject
from neptune_inbox.sandbox.control import ROOT
from neptune_inbox.sandbox.fault_plans import describe_fault
from neptune_inbox.sandbox.faults import Fault, Kind
from neptune_inbox.sandbox.html import Content, Html, path_breaks, tag
from neptune_inbox.sandbox.neptune import Neptune
from neptune_inbox.sandbox.records import NotificationRecord, UserRecord
from neptune_inbox.sandbox.rows import iso
from neptune_inbox.sandbox.seed_file import known_environment

USERS_SHOWN = 100
ROWS_SHOWN = 50
BRIEF = 80
"""Signs of a body that are shown before it is opened."""
LIVE = frozenset({"requests", "events"})
"""Live views, which reload automatically."""

View: TypeAlias = Callable[[Neptune, "Place"], tuple[str, Content]]


class Place(Struct, frozen=True):
    """The part of the sandbox that is shown."""

    view: str
    environment: str
    user: str = ""
    find: str = ""
    page: int = 1
    is_held: bool = False
    """Whether a live view is paused."""

    @classmethod
    def read(cls, neptune: Neptune, query: Mapping[str, str]) -> Place:
        """From a query; what is not known there is what the page begins with."""
        try:
            environment = known_environment(neptune.sandbox_state, query.get("environment", ""))
        except NotFound:
            environment = known_environment(neptune.sandbox_state, "")
        page = query.get("page", "")
        return cls(
            view=query.get("view", "") if query.get("view") in VIEWS else "inboxes",
            environment=environment,
            user=query.get("user", ""),
            find=query.get("find", ""),
            page=int(page) if page.isdecimal() and 0 < len(page) < 7 and int(page) else 1,
            is_held="hold" in query,
        )

    def query(self, **changes: str | int) -> str:
        """The query of this place with something changed."""
        values = {"view": self.view, "environment": self.environment, "user": self.user, "find": self.find, **changes}
        return urlencode({key: value for key, value in values.items() if value not in ("", None)})


def show_inboxes(neptune: Neptune, position: Place) -> tuple[str, Content]:
    sandbox_state = neptune.sandbox_state
    found = [each for each in sandbox_state.users(position.environment) if _is_found(each, position.find)]
    users = found[:USERS_SHOWN]
    user = position.user or (users[0].user_id if users else "")
    people = tag(
        "section",
        tag("h2", f"Users ({len(found):,})", id="users"),
        _search(position),
        tag("ul", [_user(neptune, position, each, user) for each in users], class_="plain people"),
        tag("p", f"{len(found) - len(users):,} more: narrow the search.", class_="soft")
        if len(found) > len(users)
        else None,
        aria_labelledby="users",
        class_="card",
    )
    return "Inboxes", tag("div", people, _inbox(neptune, position, user), class_="columns")


def _is_found(user: UserRecord, text: str) -> bool:
    return text.casefold() in f"{user.user_id} {user.meta.get('name', '')}".casefold()


def environments(neptune: Neptune, position: Place) -> Content:
    """Links to the same view of each environment, where it has one of its own."""
    if position.view in LIVE:
        return _holding(position)
    links = [
        tag(
            "a",
            each.identifier,
            href="/?" + urlencode({"view": position.view, "environment": each.identifier}),
            aria_current="true" if each.identifier == position.environment else None,
        )
        for each in neptune.sandbox_state.environments()
    ]
    return tag("nav", links, aria_label="Environments")


def _search(position: Place) -> Content:
    return tag(
        "form",
        tag("input", type="hidden", name="environment", value=position.environment),
        tag("label", "Find a user", for_="find"),
        tag(
            "div",
            tag("input", id="find", name="find", type="search", value=position.find),
            tag("button", "Find", class_="quiet"),
            class_="inline",
        ),
        method="get",
        action="/",
    )


def _user(neptune: Neptune, position: Place, user: UserRecord, shown: str) -> Html:
    unread = len(neptune.sandbox_state.notifications(position.environment, user.user_id, Filter.UNREAD))
    name = str(user.meta.get("name") or user.user_id)
    return tag(
        "li",
        tag(
            "span",
            tag(
                "a",
                tag("bdi", name),
                href="/?" + position.query(user=user.user_id) + "#inbox",
                aria_current="true" if user.user_id == shown else None,
            ),
            tag("br"),
            tag("bdi", user.user_id, class_="soft small"),
        ),
        tag("span", f"{unread:,} unread", class_="pill unread" if unread else "pill soft"),
        class_="row",
    )


def _inbox(neptune: Neptune, position: Place, user: str) -> Html:
    rows = neptune.sandbox_state.notifications(position.environment, user)[::-1] if user else []
    first = (position.page - 1) * ROWS_SHOWN
    shown = rows[first : first + ROWS_SHOWN]
    back = position.query(user=user, page=position.page)
    turns = [
        tag("a", words, href="/?" + position.query(user=user, page=page))
        for words, page, is_there in (
            ("Newer", position.page - 1, position.page > 1),
            ("Older", position.page + 1, first + ROWS_SHOWN < len(rows)),
        )
        if is_there
    ]
    return tag(
        "section",
        tag("h2", tag("bdi", user or "Nobody"), f": {len(rows):,} notifications", id="inbox"),
        tag("ul", [_notification(each, position, back) for each in shown], class_="plain")
        if shown
        else tag("p", "There is nothing here.", class_="soft"),
        tag("nav", turns, aria_label="Pages") if turns else None,
        aria_labelledby="inbox",
        class_="card",
    )


def _notification(row: NotificationRecord, position: Place, back: str) -> Html:
    is_read = row.read_at is not None
    mark = tag(
        "form",
        tag("input", type="hidden", name="environment", value=position.environment),
        tag("input", type="hidden", name="uuid", value=row.uuid),
        tag("input", type="hidden", name="back", value=back),
        tag("button", "Mark read", class_="quiet", aria_label=f"Mark read: {row.title[:80]}"),
        method="post",
        action=f"{ROOT}/page/read",
    )
    state = [tag("span", "read "), clock_time(row.read_at)] if row.read_at is not None else "unread"
    about = [clock_time(row.created_at), f" · {row.event_type or 'no event'} · {row.status}"]
    told = [
        tag("bdi", row.title, class_="title"),
        " ",
        tag("span", state, class_="pill " + ("soft" if is_read else "unread")),
    ]
    return tag(
        "li",
        tag(
            "div",
            tag("div", tag("div", told), tag("div", about, class_="soft small")),
            None if is_read else mark,
            class_="row",
        ),
        tag(
            "details",
            tag("summary", "Details"),
            tag("p", tag("bdi", row.body)) if row.body else None,
            tag("pre", json.dumps({"uuid": row.uuid, "link": row.link, "data": row.data}, indent=2)),
        ),
        class_="is-read" if is_read else None,
    )


def show_requests(neptune: Neptune, position: Place) -> tuple[str, Content]:
    rows = [
        tag(
            "tr",
            tag("td", clock_time(each.at, is_brief=True), class_="narrow"),
            tag("td", each.method, class_="narrow code"),
            tag("td", path_breaks(each.path), class_="code"),
            tag("td", _status(each.status), class_="narrow"),
        )
        for each in neptune.sandbox_state.exchanges[: -ROWS_SHOWN - 1 : -1]
    ]
    return "Requests", _table("Requests", ("Time", "Method", "Path", "Status"), rows)


def show_events(neptune: Neptune, position: Place) -> tuple[str, Content]:
    rows = [
        tag(
            "tr",
            tag("td", clock_time(each.at, is_brief=True), class_="narrow"),
            tag("td", each.method, " ", path_breaks(each.path), class_="code"),
            tag("td", _status(each.status), class_="narrow"),
            tag("td", _sent(each.body)),
        )
        for each in neptune.sandbox_state.writes[: -ROWS_SHOWN - 1 : -1]
    ]
    columns = ("Time", "Call", "Status", "What was sent")
    return "Events and writes", _table("Events and writes", columns, rows, folds=True)


def _status(status: int) -> Html:
    return tag("span", status, class_="pill bad" if status >= 400 else "pill unread")


def _sent(body: JsonObject) -> Html:
    brief = json.dumps(body, ensure_ascii=False)
    words = brief if len(brief) <= BRIEF else brief[: BRIEF - 1] + "…"
    return tag("details", tag("summary", words, class_="code"), tag("pre", json.dumps(body, indent=2)))


def clock_time(instant: Instant, *, is_brief: bool = False) -> Html:
    """A moment to the second, in UTC; brief without its date."""
    exact = iso(instant)
    return tag("time", exact[11:19] if is_brief else f"{exact[:10]} {exact[11:19]}", datetime=exact, title=exact)


def _holding(position: Place) -> Html:
    if position.is_held:
        return tag("span", "Paused. ", tag("a", "Resume", href="/?" + position.query()))
    words = "Newest first; reloaded every 3 s. "
    return tag("span", words, tag("a", "Pause", href="/?" + position.query(hold="1")))


def _table(name: str, columns: tuple[str, ...], rows: list[Html], *, folds: bool = False) -> Html:
    """`folds` puts the last column below the others where it is narrow."""
    if not rows:
        return tag("p", "No requests yet.", class_="card soft")
    head = tag("tr", [tag("th", column, scope="col") for column in columns])
    table = tag("table", tag("thead", head), tag("tbody", rows), class_="folds" if folds else None)
    return tag("div", tag("div", table, class_="scroll", role="region", aria_label=name, tabindex="0"), class_="card")


def show_control(neptune: Neptune, position: Place) -> tuple[str, Content]:
    columns = (
        (_event(position), _arrival(position)),
        (_fault(position), _faults_now(neptune, position)),
        (_clock(neptune, position), _again(position)),
    )
    return "Control", tag("div", [tag("div", column, class_="stack") for column in columns], class_="cards")


def _event(position: Place) -> Html:
    return _card(
        position,
        "Send an event",
        "event",
        "Send",
        _field("event_type", "Event type", placeholder="OrderPlaced", required=True),
        _field("event_user", "User", name="user", placeholder="u-1", required=True),
        [_label("data", "Data", "a JSON object"), tag("textarea", "{}", id="data", name="data")],
    )


def _arrival(position: Place) -> Html:
    return _card(
        position,
        "Make something arrive",
        "arrive",
        "Arrive",
        _field("arrive_user", "User", "empty: a busy user", name="user"),
        _field("title", "Title", "empty: something plausible"),
        _field("count", "How many", value="1", inputmode="numeric"),
    )


def _fault(position: Place) -> Html:
    names = [each.value for each in Kind if each not in (Kind.ANSWER, Kind.SLOW)]
    return _card(
        position,
        "Set a fault",
        "fault",
        "Set",
        _field("answer", "Answer", "a status or a name; empty only delays", list_="answers", placeholder="503"),
        tag("datalist", [tag("option", value=name) for name in names], id="answers"),
        _pair(_field("method", "Method", value="*"), _field("path", "Path", value="*")),
        _field("fault_user", "User", "empty: any user", name="user"),
        _field("times", "Times", "empty: until it is cleared", inputmode="numeric"),
        _pair(
            _field("retry_after", "Retry-After"),
            _field("delay_ms", "Delay", "in ms", inputmode="numeric"),
        ),
    )


def _faults_now(neptune: Neptune, position: Place) -> Html:
    active = [tag("li", fault_words(each)) for each in neptune.faults.active]
    clear = tag("form", _back(position), tag("button", "Clear all"), method="post", action=f"{ROOT}/page/clear")
    return tag(
        "div",
        tag("h2", "Faults now"),
        [tag("ul", active, class_="plain"), clear] if active else tag("span", "None.", class_="soft"),
        class_="card",
    )


def fault_words(fault: Fault) -> str:
    """One fault in a line: what is answered, to what, how often, and what comes then."""
    plan = describe_fault(fault)
    match = plan["match"]
    assert isinstance(match, dict)
    words = [
        f"{'as usual' if plan['answer'] is None else plan['answer']} to {match['method']} {match['path']}",
        f"for {match['user']}" if match["user"] else "",
        f"after {plan['delay_ms']} ms" if "delay_ms" in plan else "",
        f"Retry-After {plan['retry_after']}" if "retry_after" in plan else "",
        "until it is cleared" if fault.times is None else "once" if fault.times == 1 else f"{fault.times:,} times",
    ]
    then = f", then {fault_words(fault.then)}" if fault.then is not None else ""
    return ", ".join(filter(None, words)) + then


def _clock(neptune: Neptune, position: Place) -> Html:
    state = "It is stopped at " if neptune.clock.is_frozen else "It runs: "
    choices = [("", "as it is"), ("freeze", "stop"), ("run", "run")]
    return _card(
        position,
        "Clock",
        "clock",
        "Set",
        tag("p", state, clock_time(neptune.clock()), class_="soft small"),
        [
            _label("what", "Let it"),
            tag("select", [tag("option", words, value=value) for value, words in choices], id="what", name="what"),
        ],
        _field("at", "Stop at", "empty: now", placeholder="2026-11-04T12:00:00Z"),
        _field("advance", "Move on by", placeholder="2h"),
    )


def _again(position: Place) -> Html:
    words = tag("p", "World, clock and faults go back to the start.", class_="soft small")
    return _card(position, "Start again", "reset", "Reset everything", words)


def _card(position: Place, title: str, act: str, button: str, *fields: Content) -> Html:
    form = tag(
        "form",
        _back(position),
        tag("input", type="hidden", name="environment", value=position.environment),
        *fields,
        tag("button", button),
        method="post",
        action=f"{ROOT}/page/{act}",
    )
    return tag("div", tag("h2", title), form, class_="card")


def _back(position: Place) -> Html:
    return tag("input", type="hidden", name="back", value=position.query())


def _pair(*fields: Content) -> Html:
    return tag("div", [tag("div", each) for each in fields], class_="pair")


def _label(id: str, label: str, hint: str = "") -> Html:
    return tag("label", label, [" ", tag("span", hint, class_="soft")] if hint else None, for_=id)


def _field(id: str, label: str, hint: str = "", *, name: str = "", **attributes: str | bool) -> Content:
    return [_label(id, label, hint), tag("input", id=id, name=name or id, autocomplete="off", **attributes)]


VIEWS: Final[dict[str, View]] = {
    "inboxes": show_inboxes,
    "requests": show_requests,
    "events": show_events,
    "control": show_control,
}
