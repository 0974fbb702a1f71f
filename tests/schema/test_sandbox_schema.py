"""The document says exactly what is served, and what is served keeps to the document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    positive_data_acceptance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.routing import Route

from neptune_inbox.sandbox.dialects import DialectName, make_dialect
from neptune_inbox.sandbox.openapi import document
from neptune_inbox.sandbox.seed import seed_demo
from neptune_inbox.sandbox.server import create_app
from neptune_inbox.sandbox.state import SandboxState
from neptune_inbox.sandbox.tokens import sign_token
from tests.sandbox_client import SandboxClient

NOON = 1_795_000_000_000

WORLD = SandboxState(now=lambda: NOON)
seed_demo(WORLD, main="dev")
APP = create_app(WORLD)
BEARER = {"Authorization": f"Bearer {sign_token(WORLD).reveal()}"}
SCHEMA = schemathesis.openapi.from_asgi("/openapi.json", APP)
OTHERS = {
    name: schemathesis.openapi.from_asgi("/openapi.json", create_app(WORLD, dialect=make_dialect(name)))
    for name in DialectName
    if name is not DialectName.PLAIN
}
THOROUGH = settings(
    max_examples=50,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
MAY_BE_TAKEN = {("post", "/{environment}/users"), ("post", "/{environment}/users/{user_id}/contacts_info")}
"""What a schema allows is refused here where it is there already."""
BRIEF = settings(THOROUGH, max_examples=15)


def test_every_route_is_in_the_document_and_nothing_else() -> None:
    served = {
        (method.lower(), route.path)
        for route in APP.routes
        if isinstance(route, Route)
        for method in (route.methods or set()) - {"HEAD"}
    }
    described = {(method, path) for path, methods in document()["paths"].items() for method in methods}
    assert served == described
    assert len(served) == len(APP.routes) == 14


@pytest.fixture
def statuses(request: pytest.FixtureRequest) -> Iterator[Counter[int]]:
    """How often each was answered to the operation of one test; it was done at least once."""
    statuses: Counter[int] = Counter()
    yield statuses
    # Which users are there depends on what else ran in this process.
    assert statuses[200] or (statuses[404] and "{user_id}" in request.node.name)


@SCHEMA.parametrize()
@THOROUGH
def test_every_answer_is_inside_the_schema(case: schemathesis.Case[Any], statuses: Counter[int]) -> None:
    statuses[_call(case)] += 1


@OTHERS[DialectName.STARRED].parametrize()
@BRIEF
def test_every_starred_answer_is_inside_the_schema_too(case: schemathesis.Case[Any]) -> None:
    _call(case)


@OTHERS[DialectName.NOBEJS].parametrize()
@BRIEF
def test_every_joined_answer_is_inside_the_schema_too(case: schemathesis.Case[Any]) -> None:
    _call(case, may_break=True)


@OTHERS[DialectName.LARAVEL].parametrize()
@BRIEF
def test_every_laravel_answer_is_inside_the_schema_too(case: schemathesis.Case[Any]) -> None:
    _call(case)


@OTHERS[DialectName.BARE].parametrize()
@BRIEF
def test_every_bare_answer_is_inside_the_schema_too(case: schemathesis.Case[Any]) -> None:
    _call(case)


def _call(case: schemathesis.Case[Any], *, may_break: bool = False) -> int:
    """Call with a token that may do it in an environment that is there, and check the answer; what was its status."""
    if case.path_parameters and "environment" in case.path_parameters:
        case.path_parameters["environment"] = "dev"
    if isinstance(case.body, dict) and "api_token" in case.body:
        case.body["api_token"] = BEARER["Authorization"].removeprefix("Bearer ")
        case.body["environment"] = "dev"
    answer = case.call_and_validate(
        headers=BEARER,
        checks=[
            *([] if may_break else [not_a_server_error]),
            status_code_conformance,
            content_type_conformance,
            response_schema_conformance,
            *([] if (case.method.lower(), case.path) in MAY_BE_TAKEN else [positive_data_acceptance]),
        ],
    )
    return answer.status_code


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", DialectName)
async def test_a_full_list_is_inside_the_schema_of_every_dialect(name: DialectName, seed: int) -> None:
    sandbox = SandboxClient(dialect=make_dialect(name, seed=seed))
    seed_demo(sandbox.sandbox_state)
    served = await sandbox.ok("GET", "/openapi.json")
    operations = schemathesis.openapi.from_dict(served)
    for operation, path in (
        ("list_notifications", "/app_notifications/production?user_id=u-4711&type=all&per_page=100"),
        ("list_users", "/production/users?includes=contact_infos"),
        ("list_environments", "/environments"),
    ):
        answer = await sandbox.call("GET", path)
        rows = answer.json()
        assert rows if name is DialectName.BARE else rows["data"]
        operations.find_operation_by_id(operation).validate_response(answer)
