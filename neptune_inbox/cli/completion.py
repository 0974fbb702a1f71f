"""Candidates for the tab key, and how each shell is handed them so that none is ever run.

What cannot be shown or would be read as an option is left out. bash puts a candidate into the line as it is, so it
gets it quoted; zsh and fish quote by themselves. Nothing here makes a request, prints or raises, at a key press.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, ClassVar

import click
from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    add_completion_class,
)

from neptune_inbox.cli.context import Cli, SignIn
from neptune_inbox.model import Filter
from neptune_inbox.sync.inbox.inbox import Scope

if TYPE_CHECKING:
    from neptune_inbox.sync.session import Session

MOST = 100
"""No shell shows more candidates usefully."""

BASH = """
%(complete_func)s() {
    local line
    COMPREPLY=()
    while IFS= read -r line; do
        case "$line" in
            dir,*) compopt -o dirnames ;;
            file,*) compopt -o default ;;
            plain,*) COMPREPLY+=("${line#plain,}") ;;
        esac
    done < <(env COMP_WORDS="${COMP_WORDS[*]}" COMP_CWORD="$COMP_CWORD" %(complete_var)s=bash_complete "$1")
    return 0
}

complete -o nosort -F %(complete_func)s %(prog_name)s
"""
FISH = """
function %(complete_func)s;
    set -l response (env %(complete_var)s=fish_complete COMP_WORDS=(commandline -cp) \
COMP_CWORD=(commandline -t) %(prog_name)s 2>/dev/null);

    for completion in $response;
        set -l metadata (string split -m 1 "," -- $completion);

        if test "$metadata[1]" = "dir";
            __fish_complete_directories $metadata[2];
        else if test "$metadata[1]" = "file";
            __fish_complete_path $metadata[2];
        else if test "$metadata[1]" = "plain";
            echo -- $metadata[2];
        end;
    end;
end;

complete --no-files --command %(prog_name)s --arguments "(%(complete_func)s)";
"""


class Bash(BashComplete):
    """bash, which is handed every candidate as a word that it may put into the line."""

    source_template: ClassVar[str] = BASH

    def format_completion(self, item: CompletionItem[Any]) -> str:
        value = str(item.value)
        return f"{item.type},{shlex.quote(value) if item.type == 'plain' and value else value}"

    @staticmethod
    def _check_version() -> None:
        """Every bash that this script is loaded by can do what it asks for."""


class Fish(FishComplete):
    """fish, which quotes what it puts into the line."""

    source_template: ClassVar[str] = FISH

    def format_completion(self, item: CompletionItem[Any]) -> str:
        # As the script above takes it apart: click's own way of saying it differs from version to version.
        return f"{item.type},{item.value}"


add_completion_class(Bash)
add_completion_class(Fish)


def safe(candidates: Iterable[str], incomplete: str) -> list[str]:
    """Those that continue what is typed, can be shown, and are not options."""
    found = [
        each
        for each in dict.fromkeys(candidates)
        if each.startswith(incomplete) and each.isprintable() and each.strip() and not each.startswith("-")
    ]
    return found[:MOST]


def profiles(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    return _offer(ctx, incomplete, lambda cli: [profile.name for profile in cli.workspace.profiles])


def users(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """The watched users, then all others of whom anything was seen."""

    async def find(session: Session) -> list[str]:
        return [*await session.inbox.watched(), *await session.inbox.seen()]

    return _offer(ctx, incomplete, lambda cli: cli.run(find, SignIn.UNUSED))


def watched(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    return _offer(ctx, incomplete, lambda cli: cli.run(lambda session: session.inbox.watched(), SignIn.UNUSED))


def notifications(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """The ids of the named user, or of the watched ones, newest first; `USER/ID` where an id alone would not do."""
    user = ctx.params.get("user") or ""
    is_path = not user and (ctx.info_name == "mark" or "/" in incomplete)

    async def find(session: Session) -> list[str]:
        snapshot = await session.inbox.open(Scope(str(user), Filter.ALL), limit=10 * MOST)
        rows = await session.inbox.rows(snapshot)
        return [f"{row.user_id}/{row.id}" if is_path else row.id for row in rows]

    return _offer(ctx, incomplete, lambda cli: cli.run(find, SignIn.UNUSED))


def marks(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """The ids in the outbox."""

    async def find(session: Session) -> list[str]:
        return [mark.id for mark in await session.marking.unsettled()]

    return _offer(ctx, incomplete, lambda cli: cli.run(find, SignIn.UNUSED))


def receipts(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    async def find(session: Session) -> list[str]:
        return [receipt.id for receipt in await session.marking.receipts(MOST)]

    return _offer(ctx, incomplete, lambda cli: cli.run(find, SignIn.UNUSED))


def event_types(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Those that were seen, and those of the templates."""

    def find(cli: Cli) -> list[str]:
        kept = [template.event_type for template in cli.workspace.settings.templates.values()]
        return [*kept, *cli.run(_seen_types, SignIn.UNUSED)]

    return _offer(ctx, incomplete, find)


async def _seen_types(session: Session) -> list[str]:
    return await session.inbox.event_types()


def hooks(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    return _offer(ctx, incomplete, lambda cli: list(cli.workspace.settings.hooks))


def queries(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """The queries of the saved views, then the words of the language."""
    from neptune_inbox.sync.inbox.query import FLAGS

    words = [f"{field}:{flag}" for field, flags in FLAGS.items() for flag in flags]
    return _offer(ctx, incomplete, lambda cli: [*cli.workspace.settings.views.values(), *words])


def status_names(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """The words of a format, behind what is typed of it."""
    from neptune_inbox.presentation.status import NAMES

    begun = incomplete.rpartition("{")[0]
    return safe((f"{begun}{{{name}}}" for name in NAMES), incomplete)


def _offer(ctx: click.Context, incomplete: str, find: Callable[[Cli], Iterable[str]]) -> list[str]:
    cli = ctx.find_object(Cli)
    if cli is None:
        return []
    try:
        return safe(find(cli), incomplete)
    except Exception:  # noqa: BLE001 - whatever is wrong, a key press for completion must not print it
        return []
