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
from neptune_inbox.masking import know_proxies
from neptune_inbox.model import Mode, Profile, looks_like_production
from neptune_inbox.paths import Paths
from neptune_inbox.store.tour_note import TourNote
from neptune_inbox.sync.workspace import Workspace
from neptune_inbox.wiring.team import team_access
from neptune_inbox.wiring.workspace import Builder, wall_clock

if TYPE_CHECKING:
    from neptune_inbox.sandbox.state import SandboxState

__all__ = ["Builder", "load_demo", "load_workspace"]

DEMO_ENVIRONMENT = "staging"
DEMO_ARRIVALS = (8.0, 25.0)
"""Seconds between two arrivals in the demo, at least and at most."""
DEMO_COLLEAGUE = (3.0, 8.0)
"""Seconds between two acts of the colleague in the demo, at least and at most."""
DEMO_BUDGET = 600
"""Requests a minute: nobody pays for the in-process sandbox, and all of it should be there at once."""


def load_workspace(
    *, paths: Paths | None = None, environ: MutableMapping[str, str] | None = None, shows_codes: bool = False
) -> Workspace:
    """The workspace of this machine's user; `shows_codes` whatever the settings say.

    Raises ConfigProblem, TokenMalformed.
    """
    environ = os.environ if environ is None else environ
    paths = paths or Paths.find(environ)
    know_proxies(environ)
    paths.refuse_foreign()
    settings = config.load(paths)
    vault = Vault(env_token=token_from_environment(environ))
    team = team_access(settings, environ)
    builder = Builder(settings, vault, paths, environ=dict(environ), team_access=team, team_admin=team)
    builder.shows_codes = shows_codes
    return builder.workspace()


def load_demo(*, with_team: bool = False, paths: Paths | None = None, shows_codes: bool = False) -> Workspace:
    """A live inbox on the in-process sandbox: no account, no network, no keyring.

    It leaves no trace on the disk but the note under `paths` that its tour has ended. `with_team`: a simulated
    colleague works alongside you, in memory.
    """
    from neptune_inbox.sandbox.arrivals import ArrivalGenerator
    from neptune_inbox.sandbox.memory_transport import transport_for
    from neptune_inbox.sandbox.seed import seed_demo, seed_outage
    from neptune_inbox.sandbox.server import create_app
    from neptune_inbox.sandbox.state import SandboxState
    from neptune_inbox.sandbox.team import Colleague, MemoryTeam, MemoryTeamAccess
    from neptune_inbox.sandbox.tokens import sign_token

    sandbox_state = SandboxState(now=wall_clock, seed="demo")
    seed_demo(sandbox_state, main=DEMO_ENVIRONMENT)
    seed_outage(sandbox_state, DEMO_ENVIRONMENT)
    arrivals = ArrivalGenerator(
        sandbox_state, DEMO_ENVIRONMENT, sleep=asyncio.sleep, rng=Random("demo"), pause=DEMO_ARRIVALS
    )
    team = MemoryTeam(wall_clock)
    colleague = Colleague(
        team,
        sandbox_state,
        DEMO_ENVIRONMENT,
        name="rita",
        now=wall_clock,
        sleep=asyncio.sleep,
        rng=Random("rita"),
        pause=DEMO_COLLEAGUE,
    )
    profiles = [_demo_profile(known.identifier, sandbox_state) for known in sandbox_state.environments()]
    default = next(profile.name for profile in profiles if profile.environment == DEMO_ENVIRONMENT)
    settings = Settings(polling=PollingSettings(requests_per_minute=DEMO_BUDGET))
    builder = Builder(
        replace(settings, default_profile=default, profiles={profile.name: profile for profile in profiles}),
        Vault(env_token=sign_token(sandbox_state), memory_only=True),
        None,
        http=transport_for(create_app(sandbox_state)),
        companions=(arrivals.run, *((colleague.run,) if with_team else ())),
        team_access=MemoryTeamAccess(team, "you") if with_team else None,
    )
    builder.shows_codes = shows_codes
    return builder.workspace(is_demo=True, tour_note=TourNote((paths or Paths.find(os.environ)).tour_note))


def _demo_profile(environment: str, sandbox_state: SandboxState) -> Profile:
    return Profile(
        f"acme-{environment}",
        config.DEFAULT_API_BASE,
        config.DEFAULT_EDGE_BASE,
        environment,
        Mode.ASK if looks_like_production(environment) else Mode.ACT,
        users=tuple(user.user_id for user in sandbox_state.users(environment)),
    )
