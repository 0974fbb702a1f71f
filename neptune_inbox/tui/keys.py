"""What is made of the action table: the user's keymap laid over it, hints, the names of keys, and README's table."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence

from msgspec.structs import replace

from neptune_inbox.errors import ConfigProblem
from neptune_inbox.tui.actions import ACTIONS, Action, Where

__all__ = [
    "ACTIONS",
    "Action",
    "Where",
    "apply_keymap",
    "available",
    "first_key",
    "hints",
    "key_name",
    "keys_of",
    "markdown_table",
    "shown",
    "shown_keys",
    "spoken",
]

_NAMED = frozenset(
    (
        *("up", "down", "left", "right", "home", "end", "pageup", "pagedown"),
        *("insert", "delete", "backspace", "enter", "escape", "tab", "space"),
        *(f"f{number}" for number in range(1, 25)),
    )
)
_MODIFIERS = frozenset(("ctrl", "alt", "shift", "super"))
_SHORTER = {
    "solidus": "slash",
    "reverse_solidus": "backslash",
    "commercial_at": "at",
    "hyphen_minus": "minus",
    "plus_sign": "plus",
    "low_line": "underscore",
}
_SHOWN = {
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "enter": "⏎",
    "escape": "esc",
    "pageup": "pgup",
    "pagedown": "pgdn",
    "delete": "del",
    "backspace": "⌫",
}


def key_name(key: str) -> str:
    """A key by Textual's name: `$` is `dollar_sign`, `ctrl+P` is `ctrl+p`. Raises ConfigProblem for no key at all."""
    text = key.strip()
    *modifiers, last = text.split("+") if len(text) > 1 else [text]
    modifiers = [modifier.lower() for modifier in modifiers]
    last = last.lower() if modifiers or len(last) > 1 else last
    if not set(modifiers) <= _MODIFIERS or not (name := _plain_name(last)):
        raise ConfigProblem(
            f"There is no key `{key}`.",
            "Write keys as `x`, `$`, `ctrl+p`, `f2`, `space`, `pagedown`, `enter`, `escape`.",
        )
    return "+".join([*modifiers, name])


def _plain_name(key: str) -> str:
    """Textual's name of a key without modifiers, empty where there is none."""
    if key in _NAMED or key in _CHARACTERS:
        return key
    if len(key) != 1 or not key.isprintable():
        return ""
    if key.isalnum():
        return key
    name = unicodedata.name(key, "").lower().replace("-", "_").replace(" ", "_")
    return _SHORTER.get(name, name)


_CHARACTERS: dict[str, str] = {}
_CHARACTERS.update({_plain_name(chr(code)): chr(code) for code in range(0x21, 0x7F) if not chr(code).isalnum()})


def shown(key: str) -> str:
    """A key as people know it: `$`, `⏎`, `esc`, `ctrl+d`."""
    *modifiers, last = key.split("+")
    return "+".join([*modifiers, _SHOWN.get(last) or _CHARACTERS.get(last, last)])


def shown_keys(action: Action) -> str:
    """All keys of an action as people know them, `j ↓`; empty where it has none."""
    return " ".join(map(shown, action.keys))


def first_key(action: Action) -> str:
    """The key of an action that is named where there is room for one, `$`; empty where it has none."""
    return shown(action.keys[0]) if action.keys else ""


def spoken(actions: Iterable[Action], id: str) -> str:
    """What a sentence calls an action's key: `z`, and where it has none its name in the palette, `“undo”`."""
    action = next(action for action in actions if action.id == id)
    return first_key(action) or f"“{action.label}”"


def apply_keymap(
    overrides: Mapping[str, str | Sequence[str]], places: Mapping[str, str] | None = None
) -> tuple[Action, ...]:
    """The action table with the user's keys; `places` tells where in which file each of them was written.

    A value is one key, several with commas between, or a list; an empty one leaves the action to the palette.
    Raises ConfigProblem for an unknown id, an unknown key, and a key that two actions would share.
    """
    known = {action.id for action in ACTIONS}
    at = {id: f"{places[id]}: [keys]" if places and id in places else "[keys] in config.toml" for id in overrides}
    for id in overrides:
        if id not in known:
            raise ConfigProblem(f"{at[id]} names `{id}`, which is no action.", _nearest(id, known))
    chosen = {id: _keys_of(id, value, at[id]) for id, value in overrides.items()}
    table = tuple(replace(action, keys=chosen.get(action.id, action.keys)) for action in ACTIONS)
    _check_clashes(table, at)
    return table


def _keys_of(id: str, value: str | Sequence[str], at: str) -> tuple[str, ...]:
    parts = value.split(",") if isinstance(value, str) and len(value) > 1 else [value] if value else []
    parts = list(value) if not isinstance(value, str) else parts
    try:
        return tuple(dict.fromkeys(key_name(part) for part in parts if isinstance(part, str) and part.strip()))
    except ConfigProblem as problem:
        raise ConfigProblem(f"{at}, `{id}`: {problem.sentence}", problem.remedy) from None


def _check_clashes(table: Iterable[Action], at: Mapping[str, str]) -> None:
    owners: dict[str, str] = {}
    for action in table:
        for key in action.keys:
            other = owners.setdefault(key, action.id)
            if other != action.id:
                changed, kept = (action.id, other) if action.id in at else (other, action.id)
                raise ConfigProblem(
                    f"{at[changed]}: `{shown(key)}` would do both `{other}` and `{action.id}`.",
                    f'Give `{kept}` other keys there too, or none: "{kept}" = [].',
                )


def _nearest(id: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(id, list(known), n=1, cutoff=0.5)
    return f"Did you mean `{near[0]}`?" if near else "`?` in the app and the README list the actions."


def available(actions: Iterable[Action], ids: Collection[str]) -> tuple[Action, ...]:
    """The actions that do something, which are those whose ids are given."""
    return tuple(action for action in actions if action.id in ids)


def hints(actions: Iterable[Action], where: Where) -> tuple[tuple[str, str, str], ...]:
    """Key as shown, label and action id of what is worth knowing here, in order; for `HintFacts`."""
    here = [
        (rank, action)
        for action in actions
        if action.keys and where in action.where and (rank := _rank(action, where))
    ]
    return tuple((first_key(action), action.label, action.id) for _, action in sorted(here, key=lambda pair: pair[0]))


def _rank(action: Action, where: Where) -> int:
    if where is Where.SELECTION:
        return action.selected
    return action.reading or action.hint if where is Where.PREVIEW else action.hint


def keys_of(actions: Iterable[Action], id: str) -> tuple[str, ...]:
    """The keys of one action, by Textual's names."""
    return next((action.keys for action in actions if action.id == id), ())


def markdown_table(actions: Iterable[Action] = ACTIONS) -> str:
    """The keys as README shows them."""
    lines = ["| keys | action | id | |", "| --- | --- | --- | --- |"]
    group = ""
    for action in actions:
        if action.group != group:
            group = action.group
            lines.append(f"| **{group}** | | | |")
        keys = " ".join(f"`{shown(key)}`".replace("|", "\\|") for key in action.keys)
        lines.append(f"| {keys} | {action.label} | `{action.id}` | {action.help} |")
    return "\n".join(lines) + "\n"
