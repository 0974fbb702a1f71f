"""`sandbox`: a Neptune on this machine, for whoever builds on Neptune."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from msgspec import Struct

from neptune_inbox.cli.context import Cli
from neptune_inbox.cli.options import command
from neptune_inbox.cli.output import Output
from neptune_inbox.cli.parameters import FILE, LINE, NAME, TARGET, whole
from neptune_inbox.errors import UsageProblem

if TYPE_CHECKING:
    from collections.abc import Callable

    from neptune_inbox.sandbox.faults import Faults
    from neptune_inbox.sandbox.serve import Served
    from neptune_inbox.sandbox.state import SandboxState

GENERATED_USERS = 100
"""Where only a number of notifications is given."""


@command("sandbox")
@click.option("--port", type=whole(0, 65_535), default=8000, show_default=True, help="The port; 0 picks a free one.")
@click.option(
    "--host",
    type=NAME,
    default="127.0.0.1",
    show_default=True,
    metavar="NAME",
    help="The address to listen on; any other than loopback lets other machines in.",
)
@click.option(
    "--allow", "names", type=NAME, multiple=True, metavar="NAME", help="Another host name it may be addressed by."
)
@click.option(
    "--tls",
    type=FILE,
    nargs=2,
    metavar="CERT KEY",
    help="Serve https with these PEM files.",
)
@click.option(
    "--proxy",
    type=whole(0, 65_535),
    is_flag=False,
    flag_value=0,
    metavar="[PORT]",
    help="Run a proxy for the vendor's hosts, so that any SDK works unchanged; print what to export.",
)
@click.option(
    "--seed", type=LINE, default="demo", show_default=True, help="The same seed gives the same ids, data and token."
)
@click.option("--empty", is_flag=True, help="Start without users or notifications.")
@click.option(
    "--seed-file", "seed_files", multiple=True, type=FILE, metavar="FILE", help="Start with this world, TOML or JSON."
)
@click.option("--users", type=whole(1, 1_000_000), metavar="N", help="Generate this many users in dev.")
@click.option(
    "--notifications", type=whole(0, 20_000_000), metavar="N", help="Generate this many notifications for them."
)
@click.option(
    "--state", type=TARGET, metavar="FILE", help="Continue where it stopped: its state is kept in this SQLite file."
)
@click.option("--save", type=TARGET, metavar="FILE", help="Write the world to a seed file when it ends.")
@click.option(
    "--dialect",
    "dialect_name",
    type=click.Choice(["plain", "starred", "nobejs", "laravel", "bare"]),
    default="plain",
    show_default=True,
    help="How it answers: keys, envelopes, refusals.",
)
@click.option(
    "--row-order",
    type=click.Choice(["a", "b", "c"]),
    help="The columns of nobejs rows; without it, --seed chooses them and the order of their keys.",
)
@click.option(
    "--mark-by", type=click.Choice(["notification", "delivery"]), help="Which id of a nobejs row marks it read."
)
@click.option(
    "--faults",
    "faults",
    type=LINE,
    multiple=True,
    metavar="KIND[=ROUTE]",
    help="A fault, such as 500 or slow=*/read; may be repeated.",
)
def sandbox(cli: Cli, **given: Any) -> None:
    """Serve the sandbox over HTTP, to test integrations.

    It answers only this machine and keeps its state in memory. It prints the variables to set, including a token, and
    serves until it is interrupted. Each request is logged on standard error, without ids or tokens.
    """
    _serve(cli, Wanted(**given))


class Wanted(Struct, frozen=True):
    """What the options say."""

    port: int
    host: str
    names: tuple[str, ...]
    tls: tuple[Path, Path] | None
    proxy: int | None
    seed: str
    empty: bool
    seed_files: tuple[Path, ...]
    users: int | None
    notifications: int | None
    state: Path | None
    save: Path | None
    dialect_name: str
    row_order: str | None
    mark_by: str | None
    faults: tuple[str, ...]


def _serve(cli: Cli, wanted: Wanted) -> None:
    from neptune_inbox.sandbox.dialects import make_dialect
    from neptune_inbox.sandbox.neptune import Neptune
    from neptune_inbox.sandbox.saved_state import StateKeeper
    from neptune_inbox.sandbox.seed_file import write_seed
    from neptune_inbox.sandbox.serve import Tls, announce, serve
    from neptune_inbox.sandbox.server import ACCESS_LOG
    from neptune_inbox.sandbox.site import create_site

    dialect = make_dialect(wanted.dialect_name, row_order=wanted.row_order, mark_by=wanted.mark_by, seed=wanted.seed)
    fill = _filling(wanted)
    neptune = Neptune(seed=wanted.seed, dialect=dialect, fill=fill, faults=_weather(wanted.faults))

    keeper = None if wanted.state is None else StateKeeper(neptune.sandbox_state, wanted.state)
    if keeper is not None:
        keeper.open()
        neptune.renew_token()

    def tell(served: Served) -> None:
        # These tokens open the sandbox alone, and whoever tries an integration must have them.
        tokens = neptune.token, neptune.control_token
        if cli.output.is_json:
            lines = announce(served.base_url, *tokens).splitlines()
            cli.output.value({**dict(line.split("=", 1) for line in lines), **served.exports})
        else:
            cli.output.line(announce(served.base_url, *tokens, served.exports))
        cli.output.note(f"The page: {served.base_url}/?token={neptune.control_token}")
        _warn(cli.output, wanted, served)

    ACCESS_LOG.setLevel(logging.INFO)
    ACCESS_LOG.addHandler(RequestLog(cli.output))
    app = create_site(neptune, neptune.control_token)
    tls = Tls(*wanted.tls) if wanted.tls else None
    serve(
        app,
        port=wanted.port,
        host=wanted.host,
        names=wanted.names,
        tls=tls,
        proxied=None if wanted.proxy is None else neptune.app,
        proxy_port=wanted.proxy or 0,
        on_ready=tell,
    )
    if keeper is not None:
        keeper.close()
    if wanted.save is not None:
        write_seed(neptune.sandbox_state, wanted.save)
        cli.output.note(f"The world is saved in {wanted.save}; --seed-file {wanted.save} starts with it.")


def _warn(output: Output, wanted: Wanted, served: Served) -> None:
    from urllib.parse import urlsplit

    from neptune_inbox.sandbox.serve import admission

    if admission(wanted.host, ()).are_others_welcome:
        where = f"port {urlsplit(served.base_url).port} of {wanted.host}"
        output.note(f"WARNING: whoever reaches {where} can use this sandbox. Send it no data of real customers.")
    what = "" if wanted.save or wanted.state else ": it forgets everything when it ends"
    output.note(f"This is a sandbox{what}. ctrl+c ends it.")


class RequestLog(logging.Handler):
    """Logs each request on standard error."""

    def __init__(self, output: Output) -> None:
        super().__init__()
        self._output = output

    def emit(self, record: logging.LogRecord) -> None:
        self._output.note(record.getMessage())


def _filling(wanted: Wanted) -> Callable[[SandboxState], None]:
    """What makes the world, at first and at each reset; raises UsageProblem for a file that cannot be read."""
    from neptune_inbox.sandbox.seed import seed_demo
    from neptune_inbox.sandbox.seed_file import DEFAULT_ENVIRONMENT, read_seed

    seeds = [read_seed(path) for path in wanted.seed_files]
    users = wanted.users or (GENERATED_USERS if wanted.notifications else 0)
    is_demo = not (seeds or users or wanted.empty)

    def fill(sandbox_state: SandboxState) -> None:
        if is_demo:
            seed_demo(sandbox_state)
        if users:
            sandbox_state.add_crowd(DEFAULT_ENVIRONMENT, users=users, notifications=wanted.notifications or 0)
        for each in seeds:
            each.put_into(sandbox_state)

    return fill


def _weather(wanted: tuple[str, ...]) -> Faults:
    from neptune_inbox.sandbox.faults import Faults, Kind

    faults = Faults()
    for text in wanted:
        kind, _, route = text.partition("=")
        try:
            faults.set(Kind(kind), route=route or "*")
        except ValueError:
            known = ", ".join(each.value for each in Kind if each is not Kind.ANSWER)
            raise UsageProblem(f"There is no fault `{kind}`.", f"Valid faults: {known}.") from None
    return faults
