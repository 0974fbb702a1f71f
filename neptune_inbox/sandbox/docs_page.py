"""`/docs`: the OpenAPI document as a page to read, and what `/_sandbox` takes."""

from __future__ import annotations

import json
from typing import Any

from starlette.responses import Response

from neptune_inbox.sandbox import openapi
from neptune_inbox.sandbox.control import ACTS, ROOT
from neptune_inbox.sandbox.dialects import Dialect
from neptune_inbox.sandbox.html import Content, Html, document, header, path_breaks, tag

EXAMPLES = {
    "POST /reset": {"empty": True},
    "POST /seed": {"users": [{"id": "u-1"}], "notifications": [{"user": "u-1", "title": "Hello", "at": "-2h"}]},
    "POST /arrive": {"user": "u-1", "title": "Card declined", "count": 2},
    "POST /faults": {"match": {"path": "*/read"}, "answer": 503, "retry_after": 1, "times": 2, "then": 429},
    "POST /clock": {"freeze": "2026-11-04T12:00:00Z", "advance": "2h"},
}
"""What may be sent to each act that takes something."""


def show_docs(dialect: Dialect) -> Response:
    """The page for one dialect."""
    described = openapi.document(dialect)
    calls = [
        _call(method.upper(), path, operation)
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
    ]
    schemas = [
        tag("details", tag("summary", name), tag("pre", json.dumps(schema, indent=2)), id=name)
        for name, schema in described["components"]["schemas"].items()
    ]
    links = [tag("a", "Page", href="/"), tag("a", "openapi.json", href="/openapi.json")]
    body = [
        header(tag("nav", links, aria_label="Views")),
        tag(
            "main",
            tag("div", tag("h1", "The API"), tag("span", f"dialect {dialect.name}", class_="soft"), class_="head"),
            tag("p", described["info"]["description"]),
            tag("div", calls, class_="stack"),
            tag("h2", "Schemas", class_="part"),
            tag("div", schemas, class_="card"),
            tag("h2", "Control", class_="part"),
            tag("p", "With the control token as a Bearer token, from this machine. Fields may be left out."),
            tag("div", [_act(method, path) for method, path, _ in ACTS], class_="card"),
            id="content",
        ),
    ]
    return document("API · Neptune sandbox", body)


def _act(method: str, path: str) -> Html:
    example = EXAMPLES.get(f"{method} {path}")
    return tag(
        "div",
        tag("h3", _heading(method, ROOT + path)),
        None if example is None else tag("pre", json.dumps(example), tabindex="0"),
        class_="act",
    )


def _heading(method: str, path: str) -> Content:
    return [tag("span", method, class_="pill"), " ", tag("code", path_breaks(path))]


def _call(method: str, path: str, operation: dict[str, Any]) -> Html:
    parameters = [
        tag(
            "tr",
            tag("td", each["name"], class_="code narrow"),
            tag("td", each["in"], ", required" if each["required"] else None, class_="narrow"),
            tag("td", json.dumps(each["schema"]), class_="code"),
        )
        for each in operation["parameters"]
    ]
    head = tag("tr", [tag("th", name, scope="col") for name in ("Parameter", "In", "Values")])
    table = tag("table", tag("thead", head), tag("tbody", parameters))
    scroll = tag("div", table, class_="scroll", role="region", aria_label=f"{method} {path}", tabindex="0")
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    answers = [tag("li", f"{status}: {each['description']}") for status, each in operation["responses"].items()]
    return tag(
        "section",
        tag("h2", _heading(method, path)),
        scroll if parameters else None,
        tag("details", tag("summary", "Body"), tag("pre", json.dumps(body, indent=2))) if body else None,
        tag("details", tag("summary", "Answers"), tag("ul", answers)),
        class_="card",
    )
