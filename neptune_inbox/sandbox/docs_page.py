"""`/docs`: the OpenAPI document as a page to read, and what `/_sandbox` takes."""

from __future__ import annotations

import json
from typing import Any

from starlette.responses import Response

from neptune_inbox.sandbox import openapi
from neptune_inbox.sandbox.control import ACTS, ROOT
from neptune_inbox.sandbox.dialects import Dialect
from neptune_inbox.sandbox.html import Html, document, tag

LINKS = (("Page", "/"), ("openapi.json", "/openapi.json"))


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
    control = [tag("li", tag("code", f"{method} {ROOT}{path}")) for method, path, _ in ACTS]
    body = [
        tag("a", "To the content", href="#content", class_="skip"),
        tag(
            "header",
            tag("strong", "Neptune sandbox"),
            tag(
                "nav", tag("a", "Page", href="/"), tag("a", "openapi.json", href="/openapi.json"), aria_label="Views"
            ),
        ),
        tag(
            "main",
            tag("h1", f"The API, dialect {dialect.name}"),
            tag("p", described["info"]["description"]),
            calls,
            tag("h2", "Schemas"),
            schemas,
            tag("h2", "Control"),
            tag("p", "With the control token as a Bearer token, from this machine:"),
            tag("ul", control),
            id="content",
        ),
    ]
    return document("API · Neptune sandbox", body)


def _call(method: str, path: str, operation: dict[str, Any]) -> Html:
    parameters = [
        tag(
            "li",
            tag("code", each["name"]),
            f" in {each['in']}{', required' if each['required'] else ''}: {json.dumps(each['schema'])}",
        )
        for each in operation["parameters"]
    ]
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    answers = [tag("li", f"{status}: {each['description']}") for status, each in operation["responses"].items()]
    return tag(
        "section",
        tag("h2", tag("code", f"{method} {path}")),
        tag("ul", parameters) if parameters else None,
        tag("details", tag("summary", "Body"), tag("pre", json.dumps(body, indent=2))) if body else None,
        tag("details", tag("summary", "Answers"), tag("ul", answers)),
    )
