"""Changes of a sandbox's state that are made whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from neptune_inbox.sandbox.state import SandboxState


@contextmanager
def all_or_nothing(state: SandboxState) -> Iterator[None]:
    """What is added inside stays, unless something is raised: then all is as it was, the next ids too.

    For what adds and takes away; a record that is changed in place stays changed.
    """
    spaces = [state.data_of(each.identifier).copy() for each in state.environments()]
    templates, number, chance = dict(state.templates), state.number, state.rng.getstate()
    try:
        yield
    except BaseException:
        state.put_back(spaces, state.secret, number)
        state.templates = templates
        state.rng.setstate(chance)
        raise
