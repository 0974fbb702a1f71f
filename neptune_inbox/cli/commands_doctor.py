"""`doctor`: one line for each thing that may be wrong, each with what to do about it. It writes nothing."""

from __future__ import annotations

import asyncio

from neptune_inbox.cli.context import Cli
from neptune_inbox.cli.diagnosis import Finding, Level, examine
from neptune_inbox.cli.table import Column
from neptune_inbox.cli.verbs import verb

COLUMNS = (Column("level"), Column("what"), Column("found"), Column("remedy"))
SIGNS = {Level.OK: "ok  ", Level.WARN: "warn", Level.FAIL: "FAIL"}


@verb("doctor")
def doctor(cli: Cli) -> int:
    """Look for what is wrong; each line names its remedy.

    Settings, files, outbox, token, network, clock, environment, keyring and terminal are looked at. It writes
    nothing to the service. The exit code is that of the first failure.
    """
    findings = asyncio.run(examine(cli))
    if cli.output.is_json:
        cli.output.values(
            {"level": each.level.value, "what": each.what, "found": each.found, "remedy": each.remedy}
            for each in findings
        )
    elif cli.output.is_terminal:
        for each in findings:
            cli.output.line(f"{SIGNS[each.level]}  {each.what:<11} {each.found}")
            if each.remedy:
                cli.output.line(f"{'':<18}→ {each.remedy}")
    else:
        cli.output.table(COLUMNS, [[each.level.value, each.what, each.found, each.remedy] for each in findings])
    return _worst(findings)


def _worst(findings: list[Finding]) -> int:
    """The exit code of the first failure: what failed later may well have failed because of it."""
    return next((each.exit_code for each in findings if each.level is Level.FAIL), 0)
