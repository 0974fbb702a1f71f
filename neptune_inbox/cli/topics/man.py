"""The man pages: one for the program, one for each command, one for its settings; made when the wheel is built."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from inspect import cleandoc

import click

from neptune_inbox import __version__
from neptune_inbox.cli.main import PROGRAM, command_names, root
from neptune_inbox.cli.topics import topics
from neptune_inbox.cli.topics.blocks import Block, Kind, parse, table

IN_PROGRAM = ("keys", "search", "ids", "exit-codes", "files", "security")
"""The topics that the page of the program holds as sections."""


def pages() -> dict[str, str]:
    """Every page by its file name, such as `neptune-inbox-mark.1`, in roff with the macros of man(7)."""
    found = {f"{PROGRAM}.1": _of_program(), f"{PROGRAM}-config.5": _of_settings()}
    with click.Context(root, info_name=PROGRAM) as ctx:
        for name in command_names():
            command = root.get_command(ctx, name)
            assert command is not None
            found[f"{PROGRAM}-{name}.1"] = _of_command(command, name, ctx)
    return found


def _of_program() -> str:
    with click.Context(root, info_name=PROGRAM) as ctx:
        lines = [_head(PROGRAM, 1), *_section("NAME"), f"{PROGRAM} \\- the terminal inbox for Teurons Neptune"]
        lines += [*_section("SYNOPSIS"), *_synopsis(root, ctx), *_section("DESCRIPTION"), *_prose(root)]
        lines += [*_section("OPTIONS"), *_options(root, ctx), *_section("COMMANDS")]
        lines += _roff(topics.blocks("commands")[3:])
    for name in IN_PROGRAM:
        lines += [*_section(name.replace("-", " ").upper()), *_roff(topics.blocks(name))]
    others = [f"{PROGRAM}-{name}(1)" for name in command_names()]
    return _page([*lines, *_section("SEE ALSO"), _escaped(", ".join([f"{PROGRAM}-config(5)", *others]))])


def _of_settings() -> str:
    name = f"{PROGRAM}-config"
    lines = [_head(name, 5), *_section("NAME"), f"{_escaped(name)} \\- {_escaped(topics.about('config'))}"]
    lines += [*_section("DESCRIPTION"), *_roff(topics.blocks("config")), *_section("SEE ALSO")]
    return _page([*lines, _escaped(f"{PROGRAM}(1), {name}(1)")])


def _of_command(command: click.Command, name: str, parent: click.Context) -> str:
    title = f"{PROGRAM}-{name}"
    with click.Context(command, info_name=name, parent=parent) as ctx:
        short = command.get_short_help_str(200).rstrip(".")
        lines = [_head(title, 1), *_section("NAME"), f"{_escaped(title)} \\- {_escaped(short)}"]
        lines += [*_section("SYNOPSIS"), *_synopsis(command, ctx), *_section("DESCRIPTION"), *_prose(command)]
        lines += [*_section("OPTIONS"), *_options(command, ctx)]
        for part, each in (command.commands if isinstance(command, click.Group) else {}).items():
            with click.Context(each, info_name=part, parent=ctx) as inner:
                lines += [*_section(f"{name} {part}".upper()), *_synopsis(each, inner)]
                lines += [".PP", *_prose(each), *_options(each, inner)]
    see = [f"{PROGRAM}(1)", *([f"{PROGRAM}-config(5)"] if name == "config" else [])]
    return _page([*lines, *_section("SEE ALSO"), _escaped(", ".join(see))])


def _head(title: str, section: int) -> str:
    return f'.TH "{_escaped(title.upper())}" "{section}" "" "{PROGRAM} {__version__}" ""'


def _section(title: str) -> list[str]:
    return [f'.SH "{_escaped(title)}"']


def _synopsis(command: click.Command, ctx: click.Context) -> list[str]:
    return [f"\\fB{_escaped(ctx.command_path)}\\fR {_escaped(' '.join(command.collect_usage_pieces(ctx)))}"]


def _prose(command: click.Command) -> list[str]:
    return _roff(parse(cleandoc(command.help or "")))


def _options(command: click.Command, ctx: click.Context) -> list[str]:
    options = [param for param in command.get_params(ctx) if isinstance(param, click.Option)]
    records = [option.get_help_record(ctx) for option in options]
    return _roff([table([record for record in records if record])])


def _roff(blocks: Sequence[Block]) -> list[str]:
    return [line for block in blocks for line in _lines(block)]


def _lines(block: Block) -> Iterator[str]:
    match block.kind:
        case Kind.HEADING:
            yield f'.SS "{_escaped(block.text)}"'
        case Kind.CODE:
            yield from (".PP", ".RS 4", ".nf", *map(_escaped, block.text.splitlines()), ".fi", ".RE")
        case Kind.TABLE:
            for name, words in block.rows:
                yield from (".TP", f"\\fB{_escaped(name.replace('`', ''))}\\fR", _inline(words) or "\\&")
        case Kind.ITEM:
            yield from ('.IP "\\(bu" 2', _inline(block.text))
        case Kind.TEXT:
            yield from (".PP", _inline(block.text))


def _inline(text: str) -> str:
    """A paragraph on one line, what is to be typed in bold."""
    parts = re.split(r"`([^`]+)`", text.replace("**", ""))
    parts[::2] = map(_escaped, parts[::2])
    parts[1::2] = (f"\\fB{_escaped(part)}\\fR" for part in parts[1::2])
    line = "".join(parts)
    return f"\\&{line}" if line.startswith((".", "'")) else line


def _escaped(text: str) -> str:
    escaped = text.replace("\\", "\\e").replace("-", "\\-").replace('"', "\\(dq").replace("⏎", "enter")
    return f"\\&{escaped}" if escaped.startswith((".", "'")) else escaped


def _page(lines: Sequence[str]) -> str:
    return "\n".join(lines) + "\n"
