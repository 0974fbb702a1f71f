"""What the page shows: inboxes, requests, events, and the forms of control."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Final, TypeAlias
from urllib.parse import urlencode

from msgspec import Struct

from neptune_inbox.errors import NotFound
from neptune_inbox.model import Filter
from neptune_inbox.sandbox.control import ROOT
from neptune_inbox.sandbox.fault_plans import describe_fault
from neptune_inbox.sandbox.faults import Kind
from neptune_inbox.sandbox.html import Content, Html, tag
from neptune_inbox.sandbox.neptune import Neptune
from neptune_inbox.sandbox.records import NotificationRecord, UserRecord
from neptune_inbox.sandbox.rows import iso
from neptune_inbox.sandbox.seed_file import known_environment

USERS_SHOWN = 100
ROWS_SHOWN = 50

View: TypeAlias = Callable[[Neptune, "Place"], tuple[str, Content]]


class Place(Struct, frozen=True):
    """What of the sandbox is looked at."""

    view: str
    environment: str
    user: str = ""
    find: str = ""
    page: int = 1
    is_held: bool = False
    """Whether a live view stands still."""

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
        _environments(neptune, position),
        tag("h2", f"Users ({len(found):,})", id="users"),
        _search(position),
        tag("ul", [_user(neptune, position, each, user) for each in users], class_="plain"),
        tag("p", f"{len(found) - len(users):,} more: narrow the search.", class_="soft")
        if len(found) > len(users)
        else None,
        aria_labelledby="users",
    )
    return "Inboxes", tag("div", people, _inbox(neptune, position, user), class_="columns")


def _is_found(user: UserRecord, text: str) -> bool:
    return text.casefold() in f"{user.user_id} {user.meta.get('name', '')}".casefold()


def _environments(neptune: Neptune, position: Place) -> Content:
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
        tag("input", id="find", name="find", type="search", value=position.find),
        tag("button", "Find", class_="small"),
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
            tag("bdi", user.user_id, class_="soft"),
        ),
        tag("span", f"{unread:,} unread", class_="unread" if unread else "soft"),
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
    )


def _notification(row: NotificationRecord, position: Place, back: str) -> Html:
    is_read = row.read_at is not None
    state = f"read {iso(row.read_at)}" if row.read_at is not None else "unread"
    mark = tag(
        "form",
        tag("input", type="hidden", name="environment", value=position.environment),
        tag("input", type="hidden", name="uuid", value=row.uuid),
        tag("input", type="hidden", name="back", value=back),
        tag("button", "Mark read", class_="small", aria_label=f"Mark read: {row.title[:80]}"),
        method="post",
        action=f"{ROOT}/page/read",
    )
    return tag(
        "li",
        tag("div", tag("bdi", row.title), tag("span", state, class_="soft" if is_read else "unread"), class_="row"),
        tag(
            "div",
            tag("span", f"{iso(row.created_at)} · {row.event_type or 'no event'} · {row.status}", class_="soft"),
            None if is_read else mark,
            class_="row",
        ),
        tag(
            "details",
            tag("summary", "Details"),
            tag("p", tag("bdi", row.body)) if row.body else None,
            tag("pre", json.dumps({"uuid": row.uuid, "link": row.link, "data": row.data}, indent=2)),
        ),
    )


def show_requests(neptune: Neptune, position: Place) -> tuple[str, Content]:
    rows = [
        tag(
            "tr",
            tag("td", iso(each.at)[11:23], class_="narrow"),
            tag("td", each.method, class_="narrow"),
            tag("td", each.path),
            tag("td", each.status, class_="narrow bad" if each.status >= 400 else "narrow"),
        )
        for each in neptune.sandbox_state.exchanges[: -ROWS_SHOWN - 1 : -1]
    ]
    return "Requests", [_holding(position), _table(("Time", "Method", "Path", "Status"), rows)]


def show_events(neptune: Neptune, position: Place) -> tuple[str, Content]:
    rows = [
        tag(
            "tr",
            tag("td", iso(each.at)[11:23], class_="narrow"),
            tag("td", f"{each.method} {each.path}"),
            tag("td", each.status, class_="narrow bad" if each.status >= 400 else "narrow"),
            tag("td", tag("details", tag("summary", "Body"), tag("pre", json.dumps(each.body, indent=2)))),
        )
        for each in neptune.sandbox_state.writes[: -ROWS_SHOWN - 1 : -1]
    ]
    return "Events and writes", [_holding(position), _table(("Time", "Call", "Status", "What was sent"), rows)]


def _holding(position: Place) -> Html:
    if position.is_held:
        return tag("p", "Paused. ", tag("a", "Resume", href="/?" + position.query()))
    words = "The newest come first; reloaded every 3 s. "
    return tag("p", words, tag("a", "Pause", href="/?" + position.query(hold="1")))


def _table(names: tuple[str, ...], rows: list[Html]) -> Html:
    if not rows:
        return tag("p", "Nothing was asked yet.", class_="soft")
    head = tag("tr", [tag("th", name, scope="col") for name in names])
    return tag("div", tag("table", tag("thead", head), tag("tbody", rows)), class_="scroll", tabindex="0")


def show_control(neptune: Neptune, position: Place) -> tuple[str, Content]:
    return "Control", [_environments(neptune, position), _forms(neptune, position)]


def _forms(neptune: Neptune, position: Place) -> Html:
    return tag(
        "div",
        _card(
            position,
            "Send an event",
            "event",
            "Send",
            _field("event_type", "Event type", placeholder="OrderPlaced", required=True),
            _field("event_user", "User", name="user", placeholder="u-1", required=True),
            [tag("label", "Data, a JSON object", for_="data"), tag("textarea", "{}", id="data", name="data")],
        ),
        _card(
            position,
            "Let something arrive",
            "arrive",
            "Arrive",
            _field("arrive_user", "User; empty is somebody busy", name="user"),
            _field("title", "Title; empty is something believable"),
            _field("count", "How many", value="1", inputmode="numeric"),
        ),
        _faults(neptune, position),
        _clock(neptune, position),
        _card(
            position, "Start again", "reset", "Reset everything", tag("p", "World, clock and faults as at the start.")
        ),
        class_="cards",
    )


def _faults(neptune: Neptune, position: Place) -> Html:
    names = [each.value for each in Kind if each not in (Kind.ANSWER, Kind.SLOW)]
    active = [tag("li", json.dumps(describe_fault(each))) for each in neptune.faults.active]
    return tag(
        "div",
        _card(
            position,
            "Set a fault",
            "fault",
            "Set",
            _field("answer", "Answer: a status or a name; empty only delays", list_="answers", placeholder="503"),
            tag("datalist", [tag("option", value=name) for name in names], id="answers"),
            _field("method", "Method", value="*"),
            _field("path", "Path", value="*"),
            _field("fault_user", "User; empty is anybody", name="user"),
            _field("times", "Times; empty is until it is cleared", inputmode="numeric"),
            _field("retry_after", "Retry-After"),
            _field("delay_ms", "Delay in ms", inputmode="numeric"),
            is_bare=True,
        ),
        tag("h2", "Faults now"),
        tag("ul", active, class_="plain") if active else tag("p", "None.", class_="soft"),
        tag("form", _back(position), tag("button", "Clear all"), method="post", action=f"{ROOT}/page/clear")
        if active
        else None,
        class_="card",
    )


def _clock(neptune: Neptune, position: Place) -> Html:
    state = "It is stopped" if neptune.clock.is_frozen else "It runs"
    choices = [("", "as it is"), ("freeze", "stop"), ("run", "run")]
    return _card(
        position,
        "Clock",
        "clock",
        "Set",
        tag("p", f"{state}: {iso(neptune.clock())}"),
        tag("label", "Let it", for_="what"),
        tag("select", [tag("option", words, value=value) for value, words in choices], id="what", name="what"),
        _field("at", "Stop at; empty is now", placeholder="2026-11-04T12:00:00Z"),
        _field("advance", "Move on by", placeholder="2h"),
    )


def _card(position: Place, title: str, act: str, button: str, *fields: Content, is_bare: bool = False) -> Html:
    form = tag(
        "form",
        _back(position),
        tag("input", type="hidden", name="environment", value=position.environment),
        *fields,
        tag("button", button),
        method="post",
        action=f"{ROOT}/page/{act}",
    )
    return tag("div", tag("h2", title), form, class_=None if is_bare else "card")


def _back(position: Place) -> Html:
    return tag("input", type="hidden", name="back", value=position.query())


def _field(id: str, label: str, *, name: str = "", **attributes: str | bool) -> Content:
    return [tag("label", label, for_=id), tag("input", id=id, name=name or id, autocomplete="off", **attributes)]


VIEWS: Final[dict[str, View]] = {
    "inboxes": show_inboxes,
    "requests": show_requests,
    "events": show_events,
    "control": show_control,
}
