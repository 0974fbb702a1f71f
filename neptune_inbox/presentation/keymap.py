"""What is made of the action table: the user's keymap laid over it, hints, and the names of keys."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from neptune_inbox.errors import ConfigProblem
from neptune_inbox.presentation.action import EVERYWHERE, TYPING
from neptune_inbox.presentation.action_table import ACTIONS, Action, Where
from neptune_inbox.presentation.dialog_actions import DIALOG_ACTIONS

__all__ = [
    "ACTIONS",
    "Action",
    "Where",
    "all_actions",
    "apply_keymap",
    "first_key",
    "for_team",
    "hints",
    "key_label",
    "key_line",
    "key_name",
    "keys_of",
    "pressed",
    "shown",
    "shown_keys",
    "where_pressed",
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
_MEANT = {sign: key for key, sign in _SHOWN.items()}


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


def pressed(sign: str) -> tuple[str, str | None]:
    """The key, by Textual's name, that is shown so, and the character that it types; the way back from `shown`."""
    *modifiers, last = sign.split("+") if len(sign) > 1 else [sign]
    is_typed = not modifiers and len(last) == 1 and last not in _MEANT
    key = key_name("+".join([*modifiers, _MEANT.get(last, last)]))
    return key, " " if sign == "space" else sign if is_typed else None


def shown_keys(action: Action) -> str:
    """All keys of an action as people know them, `j ↓`; empty where it has none."""
    return " ".join(map(shown, action.keys))


def first_key(action: Action) -> str:
    """The key of an action that is named where there is room for one, `$`; empty where it has none."""
    return shown(action.keys[0]) if action.keys else ""


def key_label(actions: Iterable[Action], id: str) -> str:
    """What a sentence calls an action's key: `z`, and where it has none its name in the palette, `“undo”`."""
    action = next(action for action in actions if action.id == id)
    return first_key(action) or f"“{action.label}”"


def key_line(actions: Iterable[Action], ids: Sequence[str], labels: Mapping[str, str] = {}) -> str:
    """The last line of a dialog: `y copy  esc back`; `labels` are for what is called otherwise there."""
    known = {action.id: action for action in actions}
    return "  ".join(f"{first_key(known[id])} {labels.get(id) or known[id].label}" for id in ids)


def all_actions() -> tuple[Action, ...]:
    """What the user's keymap is about: the actions of the inbox, then those of its dialogs."""
    return (*ACTIONS, *DIALOG_ACTIONS)


def apply_keymap(
    overrides: Mapping[str, str | Sequence[str]], positions: Mapping[str, str] | None = None
) -> tuple[Action, ...]:
    """Every action with the user's keys; `positions` says where in which file each of them is written.

    A value is one key, several with commas between, or a list; an empty one leaves the action to the palette.
    Raises ConfigProblem for an unknown id, an unknown key, a key that two actions would share where both can be
    pressed, and what would leave a dialog without a key that it needs.
    """
    table = all_actions()
    known = {action.id for action in table}
    at = {
        id: f"{positions[id]}: [keys]" if positions and id in positions else "[keys] in config.toml"
        for id in overrides
    }
    for id in overrides:
        if id not in known:
            raise ConfigProblem(f"{at[id]} names `{id}`, which is not an action.", _nearest(id, known))
    chosen = {id: _keys_of(id, value, at[id]) for id, value in overrides.items()}
    table = tuple(replace(action, keys=chosen.get(action.id, action.keys)) for action in table)
    for action in table:
        if action.id in chosen:
            _check_reach(action, at[action.id])
    _check_clashes(table, at)
    return table


def _keys_of(id: str, value: str | Sequence[str], at: str) -> tuple[str, ...]:
    parts = value.split(",") if isinstance(value, str) and len(value) > 1 else [value] if value else []
    parts = list(value) if not isinstance(value, str) else parts
    try:
        return tuple(dict.fromkeys(key_name(part) for part in parts if isinstance(part, str) and part.strip()))
    except ConfigProblem as problem:
        raise ConfigProblem(f"{at}, `{id}`: {problem.sentence}", problem.remedy) from None


def _check_reach(action: Action, at: str) -> None:
    """Refuse keys that could not be pressed where the action is."""
    if action.where.isdisjoint(EVERYWHERE) and not action.keys:
        raise ConfigProblem(
            f"{at}: `{action.id}` needs a key.", "It is not in the palette, so nothing else can run it."
        )
    typed = [key for key in action.keys if len(_CHARACTERS.get(key, key)) == 1 or key == "space"]
    if typed and action.where & TYPING:
        raise ConfigProblem(
            f"{at}: `{shown(typed[0])}` cannot run `{action.id}`: it is typed into a field there.",
            "Choose a key that types nothing, such as `ctrl+g` or `f5`.",
        )


def _check_clashes(table: Iterable[Action], at: Mapping[str, str]) -> None:
    owners: dict[tuple[str, str], Action] = {}
    for action in table:
        for area in {"inbox" if where in EVERYWHERE else where.value for where in action.where}:
            for key in action.keys:
                other = owners.setdefault((area, key), action)
                if other is not action:
                    raise _clash(key, other, action, at)


def _clash(key: str, other: Action, action: Action, at: Mapping[str, str]) -> ConfigProblem:
    changed, kept = (action, other) if action.id in at else (other, action)
    none = f', or none: "{kept.id}" = []' if kept.where & EVERYWHERE else ""
    return ConfigProblem(
        f"{at[changed.id]}: `{shown(key)}` would do both `{other.id}` and `{action.id}`.",
        f"Give `{kept.id}` other keys there too{none}.",
    )


def _nearest(id: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(id, list(known), n=1, cutoff=0.5)
    return f"Did you mean `{near[0]}`?" if near else "`neptune-inbox help keys` lists the actions."


def hints(actions: Iterable[Action], where: Where) -> tuple[tuple[str, str, str], ...]:
    """Key as shown, label and action id of what is worth knowing here, in order; for `HintFacts`."""
    here = [
        (rank, action)
        for action in actions
        if action.keys and where in action.where and (rank := _rank(action, where))
    ]
    return tuple((first_key(action), action.label, action.id) for _, action in sorted(here, key=lambda pair: pair[0]))


def for_team(actions: Iterable[Action]) -> tuple[Action, ...]:
    """The actions as they are named where agents work as a team."""
    return tuple(
        action
        if (told := action.in_team) is None
        else replace(
            action,
            label=told.label or action.label,
            help=told.help or action.help,
            hint=told.hint or action.hint,
        )
        for action in actions
    )


def _rank(action: Action, where: Where) -> int:
    if where is Where.SELECTION:
        return action.selected
    return action.reading or action.hint if where is Where.PREVIEW else action.hint


def keys_of(actions: Iterable[Action], id: str) -> tuple[str, ...]:
    """The keys of one action, by Textual's names."""
    return next((action.keys for action in actions if action.id == id), ())


def where_pressed(action: Action) -> str:
    """Where the key of a dialog does something: `“retry”: press t in the outbox.`"""
    return f"“{action.label}”: press {first_key(action)} {action.group[:1].lower()}{action.group[1:]}."
