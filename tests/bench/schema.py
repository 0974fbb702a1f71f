"""What schemathesis finds in a sandbox that is served: `python tests/bench/schema.py [examples]`; nothing is right.

Every check of its own runs, with a token that is let in, in the header and in the body of events.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from neptune_inbox.sandbox.background import BackgroundServer
from neptune_inbox.sandbox.neptune import Neptune
from neptune_inbox.sandbox.seed import seed_demo
from neptune_inbox.sandbox.site import create_site

HOOKS = """
import os
import schemathesis

@schemathesis.hook
def map_body(context, body):
    if isinstance(body, dict) and isinstance(body.get("api_token"), str) and body["api_token"]:
        body["api_token"] = os.environ["SANDBOX_TOKEN"]
        if isinstance(body.get("environment"), str) and body["environment"]:
            body["environment"] = "dev"
    return body

@schemathesis.hook
def map_path_parameters(context, parameters):
    if parameters and "environment" in parameters:
        parameters["environment"] = "dev"
    return parameters
"""
CONFIG = """
[checks]
# A name that is taken, or one that is not there yet, is refused: no schema can say so.
positive_data_acceptance.expected-statuses = ["2xx", "401", "403", "404", "422"]
ensure_resource_availability.enabled = false
# NobeJS answers 404 to a method that a path does not have.
unsupported_method.enabled = false
"""


def main(examples: int) -> int:
    """Runs it; the exit code is that of schemathesis, which is not 0 when something was found."""
    neptune = Neptune(fill=seed_demo)
    with tempfile.TemporaryDirectory() as name, BackgroundServer(create_site(neptune, "")) as server:
        folder = Path(name)
        (folder / "hooks.py").write_text(HOOKS)
        (folder / "schemathesis.toml").write_text(CONFIG)
        command = [
            *(str(Path(sys.executable).parent / "schemathesis"), "run", f"{server.base_url}/openapi.json"),
            *("--url", f"{server.base_url}/neptune", "-H", f"Authorization: Bearer {neptune.token.reveal()}"),
            *("-n", str(examples), "--generation-deterministic"),
        ]
        token = {"SANDBOX_TOKEN": neptune.token.reveal(), "SCHEMATHESIS_HOOKS": "hooks"}
        return subprocess.run(command, cwd=folder, env={**os.environ, **token}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100))
