"""`help`: what there is to know, topic by topic, from the texts and tables that the man pages are made of."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence

import click

from neptune_inbox.cli.context import Cli
from neptune_inbox.cli.options import LISTS, command, unknown
from neptune_inbox.cli.pager import page
from neptune_inbox.cli.parameters import LINE
from neptune_inbox.cli.topics import topics
from neptune_inbox.cli.topics.blocks import Block, Kind, as_text
from neptune_inbox.model import JsonObject


@command("help", shapes=LISTS)
@click.argument("topic", type=LINE, required=False, metavar="[TOPIC]")
@click.pass_context
def help_about(ctx: click.Context, cli: Cli, topic: str | None) -> None:
    """Explain a topic or a command; without one, list all topics.

    `help json` prints the JSON Schema of what each command prints with --json.
    """
    if topic is None:
        rows = [(name, topics.about(name)) for name in topics.NAMES]
        if cli.output.is_json:
            cli.output.values(_named(name, words) for name, words in rows)
        else:
            cli.output.pairs(rows)
    elif topic == "json":
        from neptune_inbox.cli.schemas import document

        cli.output.raw(json.dumps(document(), indent=2) + "\n")
    elif topic in topics.NAMES:
        blocks = topics.blocks(topic)
        if cli.output.is_json:
            cli.output.values(_objects(blocks))
        else:
            page(cli.output, as_text(blocks, shutil.get_terminal_size().columns))
    else:
        _explain_command(ctx, cli, topic)


def _explain_command(ctx: click.Context, cli: Cli, name: str) -> None:
    from neptune_inbox.cli.main import PROGRAM, command_names, root

    command = root.get_command(ctx, name)
    if command is None:
        raise unknown("topic", name, [*topics.NAMES, *command_names()], ctx)
    if cli.output.is_json:
        options = [param for param in command.params if isinstance(param, click.Option)]
        rows = [("", command.get_short_help_str(200)), *((", ".join(each.opts), each.help or "") for each in options)]
        cli.output.values(_named(*row) for row in rows)
        return
    with click.Context(command, info_name=f"{PROGRAM} {name}") as inner:
        page(cli.output, f"{inner.get_help()}\n")


def _objects(blocks: Sequence[Block]) -> Iterator[JsonObject]:
    """The rows of tables under their names, everything else under the heading before it."""
    heading = ""
    for block in blocks:
        if block.kind is Kind.HEADING:
            heading = block.text
        elif block.kind is Kind.TABLE:
            yield from (_named(*row) for row in block.rows)
        else:
            yield _named(heading, block.text)


def _named(name: str, value: str) -> JsonObject:
    return {"name": name, "value": value}
