"""Going elsewhere: another profile, another theme, signing in, and the palette."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from contextlib import suppress
from typing import TYPE_CHECKING

from msgspec.structs import replace

from neptune_inbox.errors import StoreProblem
from neptune_inbox.model import Mode, Profile, looks_like_production
from neptune_inbox.presentation import theme
from neptune_inbox.presentation.keymap import shown_keys
from neptune_inbox.tui.dialogs.picker import Item, ItemPage, Picker
from neptune_inbox.tui.messages import ProfileChosen, SignInAsked

if TYPE_CHECKING:
    from neptune_inbox.tui.inbox.screen import InboxScreen

SIGN_IN = "+ sign in"
ENVIRONMENT = "+ environment "
_LAST_GROUPS = {"Show": 1, "Select": 1, "Move": 2}
"""Left out of the palette: nobody opens it to move the cursor."""


async def switch_profile(inbox: InboxScreen) -> None:
    """Choose another profile; each has its own token, mode and colour."""
    items = [
        Item(profile.name, profile.name, f"{profile.environment} · {profile.mode} · {profile.api_base}")
        for profile in inbox.workspace.profiles
    ]
    if not inbox.workspace.is_demo:
        items.append(Item(SIGN_IN, "Sign in to another place", "a new profile, or a new token for this one"))

    async def environments() -> AsyncIterator[ItemPage]:
        known = {(profile.api_base, profile.environment) for profile in inbox.workspace.profiles}
        here = inbox.session.profile
        items = [
            Item(
                f"{ENVIRONMENT}{found.name}",
                f"Environment {found.name}",
                "  ".join(filter(None, (found.label, "with the token in use"))),
            )
            for found in await inbox.session.people.environments()
            if (here.api_base, found.name) not in known | {(here.api_base, here.environment)}
        ]
        yield ItemPage(items)

    answer = await inbox.app.push_screen_wait(Picker("Profiles", items, more=environments))
    if answer == SIGN_IN:
        inbox.post_message(SignInAsked(inbox.session.profile))
    elif answer and answer.startswith(ENVIRONMENT):
        await _move(inbox, answer.removeprefix(ENVIRONMENT))
    elif answer:
        inbox.post_message(ProfileChosen(inbox.workspace.profile(answer)))


async def _move(inbox: InboxScreen, environment: str) -> None:
    """Go to another environment of the team with the token in use; a profile of its own is made for it."""
    here = inbox.session.profile
    there = _elsewhere(here, environment, {profile.name for profile in inbox.workspace.profiles})
    inbox.say(f"Trying the token in {environment} …")
    await inbox.workspace.move(here, there)
    inbox.post_message(ProfileChosen(inbox.workspace.profile(there.name)))


def _elsewhere(profile: Profile, environment: str, taken: Collection[str]) -> Profile:
    """The same place but for the environment; it begins careful where real customers are."""
    mode = Mode.ASK if looks_like_production(environment) else profile.mode
    names = (environment, *(f"{profile.name}-{environment}{end}" for end in ("", *map(str, range(2, 100)))))
    name = next(name for name in names if name not in taken)
    return replace(profile, name=name, environment=environment, mode=mode, production=None)


async def choose_theme(inbox: InboxScreen) -> None:
    """Choose one of the themes, and keep it."""
    used = inbox.workspace.settings.ui.theme
    items = [Item(name, name, "in use" if name == used else "") for name in (theme.AUTO, *theme.THEMES)]
    answer = await inbox.app.push_screen_wait(Picker("Themes", items))
    if answer:
        await inbox.run_chosen("theme", answer)


async def palette(inbox: InboxScreen) -> None:
    """Every action, user, view, profile and theme, by typing: what is used most comes first."""
    items = [
        Item(f"action:{action.id}", action.label, "  ".join(filter(None, (shown_keys(action), action.help))))
        for action in sorted(inbox.actions, key=lambda action: _LAST_GROUPS.get(action.group, 0))
        if action.id != "palette"
    ]
    items += [Item(f"user:{user}", f"Go to {user}") for user in await inbox.session.inbox.watched()]
    items += [Item(f"view:{name}", f"View {name}", query) for name, query in inbox.workspace.settings.views.items()]
    items += [Item(f"profile:{profile.name}", f"Profile {profile.name}") for profile in inbox.workspace.profiles]
    items += [Item(f"theme:{name}", f"Theme {name}") for name in (theme.AUTO, *theme.THEMES)]
    with suppress(StoreProblem):
        uses = await inbox.session.habits.uses()
        items.sort(key=lambda item: -uses.get(item.value, 0))
    answer = await inbox.app.push_screen_wait(Picker("Palette", items, empty="Nothing has that name."))
    if answer:
        # It is only a convenience; a full disk is reported where it matters.
        with suppress(StoreProblem):
            await inbox.session.habits.note_use(answer)
        kind, _, value = answer.partition(":")
        await inbox.run_chosen(kind, value)


VERBS = {"profile.switch": switch_profile, "theme": choose_theme, "palette": palette}
