"""The document says exactly what is served, and what is served keeps to the document."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.routing import Route

from neptune_inbox.sandbox.openapi import document
from neptune_inbox.sandbox.seed import seed_demo
from neptune_inbox.sandbox.server import create_app
from neptune_inbox.sandbox.tokens import sign_token
from neptune_inbox.sandbox.world import World
from tests.sandbox_client import SandboxClient

NOON = 1_795_000_000_000

WORLD = World(now=lambda: NOON)
seed_demo(WORLD, main="dev")
APP = create_app(WORLD)
BEARER = {"Authorization": f"Bearer {sign_token(WORLD).reveal()}"}
ANSWERED: dict[tuple[str, str], Counter[int]] = {}
"""By method and path, how often each status was answered."""
SCHEMA = schemathesis.openapi.from_asgi("/openapi.json", APP)
STARRED = schemathesis.openapi.from_asgi("/openapi.json", create_app(WORLD, keys="starred"))
THOROUGH = settings(
    max_examples=50,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def test_every_route_is_in_the_document_and_nothing_else() -> None:
    served = {
        (method.lower(), route.path.replace(":path", ""))
        for route in APP.routes
        if isinstance(route, Route)
        for method in (route.methods or set()) - {"HEAD"}
    }
    described = {(method, path) for path, methods in document()["paths"].items() for method in methods}
    assert served == described
    assert len(served) == len(APP.routes) == 13


@SCHEMA.parametrize()
@THOROUGH
def test_every_answer_is_inside_the_schema(case: schemathesis.Case[Any]) -> None:
    status = _call(case)
    tries = ANSWERED.setdefault((case.method.lower(), case.path), Counter())
    tries[status] += 1


@STARRED.parametrize()
@THOROUGH
def test_every_starred_answer_is_inside_the_schema_too(case: schemathesis.Case[Any]) -> None:
    _call(case)


def _call(case: schemathesis.Case[Any]) -> int:
    """Call with a token that may do it in an environment that is there, and check the answer; what was its status."""
    if case.path_parameters and "environment" in case.path_parameters:
        case.path_parameters["environment"] = "dev"
    if isinstance(case.body, dict) and "api_token" in case.body:
        case.body["api_token"] = BEARER["Authorization"].removeprefix("Bearer ")
        case.body["environment"] = "dev"
    answer = case.call_and_validate(
        headers=BEARER,
        checks=[
            not_a_server_error,
            status_code_conformance,
            content_type_conformance,
            response_schema_conformance,
        ],
    )
    return answer.status_code


def test_every_operation_was_tried_and_each_was_done_at_least_once() -> None:
    if not ANSWERED:
        pytest.skip("what the test before this one saw is looked at here")
    described = {(method, path) for path, methods in document()["paths"].items() for method in methods}
    assert {operation for operation in described if not ANSWERED.get(operation, Counter())[200]} == set()


@pytest.mark.parametrize("keys", ["plain", "starred"])
async def test_a_full_list_is_inside_the_schema_in_both_shapes(keys: str) -> None:
    sandbox = SandboxClient(keys="starred" if keys == "starred" else "plain")
    seed_demo(sandbox.world)
    served = await sandbox.ok("GET", "/openapi.json")
    operations = schemathesis.openapi.from_dict(served)
    for name, path in (
        ("list_notifications", "/app_notifications/production?user_id=u-4711&type=all&per_page=100"),
        ("list_users", "/production/users?includes=contact_infos"),
        ("list_environments", "/environments"),
    ):
        answer = await sandbox.call("GET", path)
        assert answer.json()["data"]
        operations.find_operation_by_id(name).validate_response(answer)
