"""Saved views: choosing one, saving what is shown as one, and renaming, moving or deleting them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from neptune_inbox.errors import UsageProblem
from neptune_inbox.presentation.styled import cells, column, fit
from neptune_inbox.presentation.times import count
from neptune_inbox.tui.dialogs.base import Choice, ChoiceDialog, PromptDialog
from neptune_inbox.tui.dialogs.picker import Item, Picker

if TYPE_CHECKING:
    from neptune_inbox.tui.inbox.screen import InboxScreen

SAVE, ARRANGE = "save", "arrange"


async def views(inbox: InboxScreen) -> None:
    """Choose a saved view, save what is shown as one, or change those that there are."""
    settings = inbox.workspace.settings
    items = view_items(inbox.view.views, is_at_least=not inbox.view.coverage.is_complete)
    if inbox.scope.query:
        items.append(Item(SAVE, "Save what is shown as a view", inbox.scope.query))
    if settings.views:
        items.append(Item(ARRANGE, "Rename, move or delete a view"))
    empty = f"No view is saved. Search with {inbox.key('search')}, then {inbox.key('views')} saves what is shown."
    answer = await inbox.app.push_screen_wait(Picker("Saved views", items, empty=empty))
    if answer == SAVE:
        await _save(inbox)
    elif answer == ARRANGE:
        await _arrange(inbox)
    elif answer:
        await inbox.show_scope(replace(inbox.scope, query=settings.views[answer.removeprefix("view:")]))


def view_items(views: Sequence[tuple[str, str, int | None]], *, is_at_least: bool) -> list[Item]:
    """Each saved view with its count and its query, in columns."""
    names = [column(name) for name, _, _ in views]
    numbers = [count(number, is_at_least=is_at_least and number is not None) for _, _, number in views]
    wide, high = (max(map(cells, texts), default=0) for texts in (names, numbers))
    return [
        Item(f"view:{view[0]}", fit(name, wide), f"{number:>{high}}   {view[1]}")
        for view, name, number in zip(views, names, numbers, strict=True)
    ]


async def _save(inbox: InboxScreen) -> None:
    name = await inbox.app.push_screen_wait(PromptDialog("A name for this view", placeholder="stuck"))
    if name and name.strip():
        await inbox.workspace.add_view(name.strip(), inbox.scope.query)
        await inbox.list.redraw_overview()
        inbox.say(f"Saved as {name.strip()}.")


async def _arrange(inbox: InboxScreen) -> None:
    """Ask which view and what is to become of it."""
    known = inbox.workspace.settings.views
    items = [Item(name, column(name), query) for name, query in known.items()]
    name = await inbox.app.push_screen_wait(Picker("Which view?", items))
    if name not in known:
        return
    names = list(known)
    place = names.index(name)
    choices = [Choice("r", "r", "rename", "Rename it")]
    if place > 0:
        choices.append(Choice("u", "u", "up", "Move it up", f"before {column(names[place - 1])}"))
    if place < len(names) - 1:
        choices.append(Choice("d", "d", "down", "Move it down", f"behind {column(names[place + 1])}"))
    choices.append(Choice("x", "x", "delete", "Delete it", "Its notifications stay; only the search is forgotten."))
    sheet = ChoiceDialog(f"The view {column(name)}", [(known[name], "dim")], choices, default=None)
    answer = await inbox.app.push_screen_wait(sheet)
    if answer == "rename":
        await _rename(inbox, name)
    elif answer == "delete":
        await _keep(inbox, [each for each in names if each != name])
        inbox.say(f"Deleted the view {column(name)}. It searched for: {known[name]}")
    elif answer in ("up", "down"):
        other = place + (-1 if answer == "up" else 1)
        names[place], names[other] = names[other], names[place]
        await _keep(inbox, names)
        inbox.say(f"The view {column(name)} was moved {answer}.")


async def _rename(inbox: InboxScreen, name: str) -> None:
    known = inbox.workspace.settings.views

    def explain(text: str) -> str:
        if text != name and text in known:
            raise UsageProblem(f"There is already a view {column(text)}.", "Choose another name.")
        return ""

    answer = await inbox.app.push_screen_wait(
        PromptDialog(f"Another name for {column(name)}", value=name, explain=explain)
    )
    if answer and answer != name:
        await inbox.workspace.arrange_views([(each, answer if each == name else each) for each in known])
        await inbox.list.redraw_overview()
        inbox.say(f"The view {column(name)} is now called {column(answer)}.")


async def _keep(inbox: InboxScreen, names: Sequence[str]) -> None:
    await inbox.workspace.arrange_views([(name, name) for name in names])
    await inbox.list.redraw_overview()


VERBS = {"views": views}
