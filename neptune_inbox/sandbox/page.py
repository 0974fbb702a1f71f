"""The page for people at `/`: inboxes, requests and events as they come, and forms for what `/_sandbox` does.

Rendered here, without a script and without anything from outside. It is for whoever has the control token, which
becomes a cookie of this origin.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import TypeAlias
from urllib.parse import parse_qs, urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from neptune_inbox.errors import InboxError, UsageProblem
from neptune_inbox.model import JsonObject
from neptune_inbox.sandbox.control import ROOT, is_same_origin, is_token
from neptune_inbox.sandbox.html import Content, document, header, tag
from neptune_inbox.sandbox.neptune import Neptune
from neptune_inbox.sandbox.page_views import LIVE, VIEWS, Place, clock_time, environments, fault_words
from neptune_inbox.sandbox.rows import iso

REFRESH = 3
"""Seconds after which the live views are reloaded."""

Form: TypeAlias = Mapping[str, str]


class Page:
    """The page of one sandbox."""

    def __init__(self, neptune: Neptune, control_token: str) -> None:
        self._neptune = neptune
        self._token = control_token
        self._said = ""
        self._is_bad = False

    def routes(self) -> list[Route]:
        acts: dict[str, Callable[[Form], str]] = {
            "arrive": self._arrive,
            "event": self._send_event,
            "read": self._mark_read,
            "fault": self._set_fault,
            "clear": self._clear_faults,
            "clock": self._move_clock,
            "reset": self._reset,
        }
        return [
            Route("/", self._show),
            Route(f"{ROOT}/sign-in", self._sign_in, methods=["POST"]),
            *(Route(f"{ROOT}/page/{name}", self._acting(act), methods=["POST"]) for name, act in acts.items()),
        ]

    # -- who looks ---------------------------------------------------------------------------------------------

    async def _show(self, request: Request) -> Response:
        given = request.query_params.get("token")
        if given is not None:
            return self._let_in(request, given)
        if not self._is_in(request):
            return self._ask_for_token("")
        position = Place.read(self._neptune, request.query_params)
        title, content = VIEWS[position.view](self._neptune, position)
        refresh = REFRESH if position.view in LIVE and not position.is_held else 0
        return document(f"{title} · Neptune sandbox", self._frame(position, title, content), refresh=refresh)

    def _is_in(self, request: Request) -> bool:
        return is_token(request.cookies.get(_cookie(request), ""), self._token)

    async def _sign_in(self, request: Request) -> Response:
        form = await _read_form(request)
        given = form.get("token", "").strip()
        return self._let_in(request, given) if is_same_origin(request) else _refuse()

    def _let_in(self, request: Request, given: str) -> Response:
        if not is_token(given, self._token):
            return self._ask_for_token("This is not the control token of this sandbox.")
        left = urlencode([pair for pair in request.query_params.multi_items() if pair[0] != "token"])
        answer = RedirectResponse(f"/?{left}" if left else "/", HTTPStatus.SEE_OTHER)
        answer.set_cookie(_cookie(request), self._token, httponly=True, samesite="strict")
        return answer

    def _ask_for_token(self, words: str) -> Response:
        form = tag(
            "form",
            tag("label", "Control token", for_="token"),
            tag(
                "input", id="token", name="token", type="password", required=True, autocomplete="off", autofocus=True
            ),
            tag("p", "It was printed at the start as NEPTUNE_SANDBOX_TOKEN.", class_="soft small"),
            tag("button", "Sign in"),
            method="post",
            action=f"{ROOT}/sign-in",
        )
        said = tag("p", words, class_="said bad", role="alert") if words else None
        body = tag("main", tag("div", tag("h1", "Neptune sandbox"), said, form, class_="card narrow"))
        return document("Neptune sandbox", body, status=401 if words else 200)

    # -- what is done ------------------------------------------------------------------------------------------

    def _acting(self, act: Callable[[Form], str]) -> Callable[[Request], object]:
        async def serve(request: Request) -> Response:
            if not is_same_origin(request) or not self._is_in(request):
                return _refuse()
            form = await _read_form(request)
            try:
                self._said, self._is_bad = act(form), False
            except InboxError as problem:
                fields = [text for texts in getattr(problem, "fields", {}).values() for text in texts]
                self._said, self._is_bad = " ".join([str(problem), *fields]), True
            back = form.get("back", "")
            return RedirectResponse(f"/?{back}" if back else "/", HTTPStatus.SEE_OTHER)

        return serve

    def _arrive(self, form: Form) -> str:
        count = _whole(form.get("count", "") or "1", "How many")
        made = self._neptune.arrive(
            form.get("user") or None,
            title=form.get("title", ""),
            body=form.get("body", ""),
            environment=form.get("environment", ""),
            count=count,
        )
        return f"{len(made)} arrived for {made[-1].user_id}: {made[-1].title}"

    def _send_event(self, form: Form) -> str:
        event_type, user = form.get("event_type", ""), form.get("user", "")
        if not event_type or not user:
            raise UsageProblem("An event needs a type and a user.", "Fill in both.")
        data = _object(form.get("data", ""))
        made = self._neptune.arrive(user, event_type=event_type, data=data, environment=form.get("environment", ""))
        return f"{event_type} was ingested for {user}: {made[-1].title}"

    def _mark_read(self, form: Form) -> str:
        record = self._neptune.sandbox_state.mark_read(form.get("environment", ""), form.get("uuid", ""))
        return f"Read by the customer: {record.title}"

    def _set_fault(self, form: Form) -> str:
        plan: JsonObject = {
            "match": {
                "method": form.get("method") or "*",
                "path": form.get("path") or "*",
                "user": form.get("user", ""),
            }
        }
        for name in ("times", "delay_ms"):
            if form.get(name):
                plan[name] = _whole(form[name], name)
        for name in ("answer", "retry_after"):
            if form.get(name):
                plan[name] = form[name]
        fault = self._neptune.set_fault(plan)
        return f"Set: {fault_words(fault)}"

    def _clear_faults(self, form: Form) -> str:
        self._neptune.clear_faults()
        return "All faults are cleared."

    def _move_clock(self, form: Form) -> str:
        what, at = form.get("what", ""), form.get("at", "")
        if at and what == "run":
            raise UsageProblem(
                "A running clock cannot have a time to stop at.", "Choose stop, or leave the time empty."
            )
        freeze = at or {"freeze": True, "run": False}.get(what)
        self._neptune.set_clock(freeze=freeze, advance=form.get("advance") or None)
        state = "stopped" if self._neptune.clock.is_frozen else "running"
        return f"The clock is {state} at {iso(self._neptune.clock())}."

    def _reset(self, form: Form) -> str:
        self._neptune.reset()
        return "Everything is back as it was at the start."

    # -- the frame ---------------------------------------------------------------------------------------------

    def _frame(self, position: Place, title: str, content: Content) -> Content:
        said, kind = self._said, "said bad" if self._is_bad else "said"
        now, state = self._neptune.clock(), "stopped at" if self._neptune.clock.is_frozen else "now"
        self._said = ""
        links = [
            tag(
                "a",
                name.capitalize(),
                href="/?" + urlencode({"view": name, "environment": position.environment}),
                aria_current="page" if name == position.view else None,
            )
            for name in VIEWS
        ]
        return [
            header(
                tag("nav", links, tag("a", "API", href="/docs"), aria_label="Views"),
                tag("span", f"dialect {self._neptune.dialect.name} · {state} ", clock_time(now), class_="soft now"),
            ),
            tag(
                "main",
                tag("div", tag("h1", title), environments(self._neptune, position), class_="head"),
                tag("p", said, class_=kind, role="status", tabindex="-1", autofocus=True) if said else None,
                content,
                id="content",
            ),
        ]


def _cookie(request: Request) -> str:
    """The cookie's name for this port: cookies are shared by all ports of a host."""
    return f"neptune_sandbox_{request.url.port or 0}"


def _refuse() -> Response:
    back = tag("p", tag("a", "To the sandbox", href="/"))
    card = tag("div", tag("h1", "Not signed in"), back, class_="card narrow")
    return document("Not signed in", tag("main", card), status=403)


async def _read_form(request: Request) -> dict[str, str]:
    raw = await request.body()
    return {name: values[-1] for name, values in parse_qs(raw.decode("utf-8", "replace")).items()}


def _whole(text: str, what: str) -> int:
    if not text.strip().isdecimal() or len(text) > 9:
        raise UsageProblem(f"{what}: `{text}` is not a whole number.", "Write one.")
    return int(text)


def _object(text: str) -> JsonObject:
    try:
        value = json.loads(text or "{}")
    except (ValueError, RecursionError):
        value = None
    if value == []:
        return {}
    if not isinstance(value, dict):
        raise UsageProblem("The data is not a JSON object.", 'Write it like {"order": 7}.')
    return value
