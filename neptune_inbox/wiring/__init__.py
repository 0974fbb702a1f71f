"""Builds everything: the workspace of this machine's user, or the demo's on the in-process sandbox."""

from __future__ import annotations

import asyncio
import os
from collections.abc import MutableMapping
from random import Random
from typing import TYPE_CHECKING

from msgspec.structs import replace

from neptune_inbox import config
from neptune_inbox.config import PollingSettings, Settings
from neptune_inbox.credentials import Vault, token_from_environment
from neptune_inbox.model import Mode, Profile, looks_like_production
from neptune_inbox.paths import Paths
from neptune_inbox.sync.workspace import Workspace
from neptune_inbox.wiring.builder import Builder, wall_clock

if TYPE_CHECKING:
    from neptune_inbox.sandbox.world import World

__all__ = ["Builder", "load_demo", "load_workspace"]

DEMO_ENVIRONMENT = "staging"
DEMO_ARRIVALS = (8.0, 25.0)
"""Seconds between two arrivals in the demo, at least and at most."""
DEMO_BUDGET = 600
"""Requests a minute: nobody pays for the in-process sandbox, and all of it should be there at once."""


def load_workspace(*, paths: Paths | None = None, environ: MutableMapping[str, str] | None = None) -> Workspace:
    """The workspace of this machine's user. Raises ConfigProblem, TokenMalformed."""
    environ = os.environ if environ is None else environ
    paths = paths or Paths.find(environ)
    settings = config.load(paths)
    vault = Vault(env_token=token_from_environment(environ))
    return Builder(settings, vault, paths, environ=dict(environ)).workspace()


def load_demo() -> Workspace:
    """A living inbox on the in-process sandbox: no account, no network, no keyring, and no trace on the disk."""
    from neptune_inbox.sandbox.faults import transport_for
    from neptune_inbox.sandbox.living import Living
    from neptune_inbox.sandbox.seed import seed_demo
    from neptune_inbox.sandbox.server import create_app
    from neptune_inbox.sandbox.tokens import sign_token
    from neptune_inbox.sandbox.world import World

    world = World(now=wall_clock, seed="demo")
    seed_demo(world, main=DEMO_ENVIRONMENT)
    living = Living(world, DEMO_ENVIRONMENT, sleep=asyncio.sleep, rng=Random("demo"), pause=DEMO_ARRIVALS)
    profiles = [_demo_profile(known.identifier, world) for known in world.environments()]
    default = next(profile.name for profile in profiles if profile.environment == DEMO_ENVIRONMENT)
    settings = Settings(polling=PollingSettings(requests_per_minute=DEMO_BUDGET))
    builder = Builder(
        replace(settings, default_profile=default, profiles={profile.name: profile for profile in profiles}),
        Vault(env_token=sign_token(world), memory_only=True),
        None,
        http=transport_for(create_app(world)),
        companions=(living.run,),
    )
    return builder.workspace(is_demo=True)


def _demo_profile(environment: str, world: World) -> Profile:
    return Profile(
        f"acme-{environment}",
        config.DEFAULT_API_BASE,
        config.DEFAULT_EDGE_BASE,
        environment,
        Mode.ASK if looks_like_production(environment) else Mode.ACT,
        users=tuple(user.user_id for user in world.users(environment)),
    )
