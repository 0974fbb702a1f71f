"""Faults as they are asked for in JSON: `{"match": {…}, "answer": 429, "retry_after": 2, "times": 2, "then": …}`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct, field

from neptune_inbox.errors import UsageProblem
from neptune_inbox.model import JsonObject
from neptune_inbox.sandbox.faults import Fault, Kind
from neptune_inbox.sandbox.routes import PREFIX
from neptune_inbox.sandbox.validation import convert

LONGEST_DELAY = 600_000
"""Milliseconds."""
DEEPEST = 20
"""How many faults may follow one another."""


class Match(Struct, forbid_unknown_fields=True):
    """Which calls; `*` is any text, and an empty user is anybody."""

    method: str = "*"
    path: str = "*"
    user: str = ""


class Plan(Struct, forbid_unknown_fields=True):
    """One fault."""

    match: Match = field(default_factory=Match)
    answer: int | str | None = None
    times: int | None = None
    retry_after: int | str = ""
    delay_ms: int = 0
    body: Any = None
    then: Any = None


def make_fault(plan: Mapping[str, Any]) -> Fault:
    """The fault of a plan; raises UsageProblem that says what is wrong with it."""
    return _build(plan, None, 1)


def _build(value: object, match: Match | None, depth: int) -> Fault:
    if isinstance(value, int | str) and not isinstance(value, bool):
        value = {"answer": value}
    if depth > DEEPEST:
        raise UsageProblem(f"More than {DEEPEST} faults are chained.", "Chain fewer.")
    try:
        plan = convert(value, Plan)
    except msgspec.ValidationError as problem:
        raise UsageProblem(f"This is not a valid fault: {problem}.", HINT) from None
    where = plan.match if match is None or plan.match != Match() else match
    _check(plan)
    status, kind = _answer(plan)
    return Fault(
        kind,
        method=where.method.upper(),
        path=where.path.removeprefix(PREFIX) if where.path.startswith(PREFIX + "/") else where.path,
        user=where.user,
        times=plan.times,
        retry_after=str(plan.retry_after),
        seconds=0.0 if kind is Kind.SLOW else 2.0,
        delay=plan.delay_ms / 1000,
        status=status,
        body=plan.body if plan.body is not None else {"message": f"The sandbox was asked to answer {status}"},
        then=None if plan.then is None else _build(plan.then, where, depth + 1),
    )


def _check(plan: Plan) -> None:
    if plan.times is not None and plan.times < 1:
        raise UsageProblem(f"times is {plan.times}.", "Give 1 or more, or leave it out for all calls.")
    if not 0 <= plan.delay_ms <= LONGEST_DELAY:
        raise UsageProblem(f"delay_ms is {plan.delay_ms}.", f"Give 0 to {LONGEST_DELAY:,} milliseconds.")
    if plan.then is not None and plan.times is None:
        raise UsageProblem("`then` has no effect after a fault without an end.", "Give it `times`.")
    if not str(plan.retry_after).isprintable() or not str(plan.retry_after).isascii():
        raise UsageProblem("retry_after is not a header value.", "Give seconds or an HTTP date.")


def _answer(plan: Plan) -> tuple[int, Kind]:
    """The status, and the kind of fault; a status that has words of its own keeps them unless a body is given."""
    if plan.answer is None:
        return 200, Kind.SLOW if plan.body is None else Kind.ANSWER
    text = str(plan.answer)
    if text.isdecimal():
        status = int(text[:9])
        if not 200 <= status <= 599:
            raise UsageProblem(f"{status} is not a status that can be answered.", "Give one from 200 to 599.")
        return status, Kind(text) if plan.body is None and text in set(Kind) else Kind.ANSWER
    try:
        return 500, Kind(text)
    except ValueError:
        raise UsageProblem(f"There is no fault `{text}`.", HINT) from None


def describe_fault(fault: Fault) -> JsonObject:
    """A fault as JSON, in the words of a plan."""
    told: JsonObject = {
        "match": {
            "method": fault.method,
            "path": fault.path if fault.route == "*" else fault.route,
            "user": fault.user,
        },
        "answer": _described_answer(fault),
        "times": fault.times,
    }
    if fault.retry_after:
        told["retry_after"] = fault.retry_after
    delay = fault.delay + (fault.seconds if fault.kind is Kind.SLOW else 0)
    if delay:
        told["delay_ms"] = round(delay * 1000)
    if fault.then is not None:
        told["then"] = describe_fault(fault.then)
    return told


def _described_answer(fault: Fault) -> int | str | None:
    if fault.kind is Kind.ANSWER:
        return fault.status
    if fault.kind is Kind.SLOW:
        return None
    return int(fault.kind.value) if fault.kind.value.isdecimal() else fault.kind.value


HINT = (
    'Write {"match": {"method", "path", "user"}, "answer", "times", "retry_after", "delay_ms", "body", "then"}, where'
    f" answer is a status or one of {', '.join(each.value for each in Kind if not each.value.isdecimal())}."
)
