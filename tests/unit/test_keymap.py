"""The action table and the user's keymap: every key means one thing, and a mistake is named in words."""

from __future__ import annotations

import string
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.binding import Binding
from textual.keys import _character_to_key, format_key

from neptune_inbox.config.load import parse
from neptune_inbox.errors import ConfigProblem
from neptune_inbox.presentation.dialog_actions import DIALOG_ACTIONS
from neptune_inbox.presentation.keymap import (
    ACTIONS,
    Where,
    all_actions,
    apply_keymap,
    hints,
    key_name,
    pressed,
    shown,
    shown_keys,
)

BY_ID = {action.id: action for action in all_actions()}

PROMISED = (
    *("j", "k", "down", "up", "g", "G", "home", "end", "ctrl+d", "ctrl+u", "pagedown", "pageup"),
    *("tab", "shift+tab", "h", "l", "n", "N", "enter", "escape", "p", "1", "2", "3"),
    *("m", "M", "z", "u", "$", "e", "U", "b", "s", "c", "x", "space", "v", "a", "A", "/", "f"),
    *("@", "J", "K", "w", "E", "i", "P", "o", "y", "Y", "r", "R", "L", ":", "?", "q", "|", "ctrl+p"),
)
"""Every key that design.md promises."""


class TestTheTable:
    def test_no_key_means_two_things(self) -> None:
        keys = [key for action in ACTIONS for key in action.keys]
        assert sorted(keys) == sorted(set(keys))
        in_dialogs = [(key, where) for action in DIALOG_ACTIONS for key in action.keys for where in action.where]
        assert sorted(in_dialogs) == sorted(set(in_dialogs))

    def test_no_id_is_there_twice(self) -> None:
        assert len(BY_ID) == len(ACTIONS) + len(DIALOG_ACTIONS)

    def test_what_is_done_for_good_is_on_no_key_that_selects_or_opens(self) -> None:
        careless = {key for id in ("select.toggle", "open", "move.down", "move.up") for key in BY_ID[id].keys}
        for id in ("diff.agree", "outbox.drop", "outbox.drop_all", "user.remove", "user.delete"):
            assert careless.isdisjoint(BY_ID[id].keys), id

    @pytest.mark.parametrize("key", PROMISED)
    def test_every_promised_key_does_something(self, key: str) -> None:
        assert any(key_name(key) in action.keys for action in ACTIONS)

    @pytest.mark.parametrize("key", ["d", "D", "delete"])
    def test_the_keys_of_deletion_only_say_that_nothing_is_deleted(self, key: str) -> None:
        assert key in BY_ID["nothing.deleted"].keys

    @pytest.mark.parametrize("action", all_actions(), ids=lambda action: action.id)
    def test_textual_takes_every_key_as_it_is_written(self, action: object) -> None:
        keys = BY_ID[action.id].keys  # type: ignore[attr-defined]
        made = list(Binding.make_bindings([(",".join(keys), "run", "")])) if keys else []
        assert [binding.key for binding in made] == list(keys)

    def test_groups_stand_together(self) -> None:
        groups = [action.group for action in all_actions()]
        assert sum(before != after for before, after in pairwise(groups)) == len(set(groups)) - 1


class TestNamesOfKeys:
    @pytest.mark.parametrize("char", [char for char in string.printable if char.isprintable() and char != " "])
    def test_are_textuals_own_for_every_character(self, char: str) -> None:
        assert key_name(char) == _character_to_key(char)

    @pytest.mark.parametrize(
        ("key", "seen"),
        [
            ("dollar_sign", "$"),
            ("question_mark", "?"),
            ("at", "@"),
            ("slash", "/"),
            ("vertical_line", "|"),
            ("enter", "⏎"),
            ("escape", "esc"),
            ("ctrl+d", "ctrl+d"),
            ("down", "↓"),
            ("pagedown", "pgdn"),
            ("space", "space"),
        ],
    )
    def test_people_see_the_sign_on_the_key(self, key: str, seen: str) -> None:
        assert shown(key) == seen
        assert shown(key) == format_key(key)

    @pytest.mark.parametrize("wrong", ["", "crtl+x", "ctrl+", "two", "ctrl+two", "f25", "\x07", "hyper+x"])
    def test_what_is_no_key_is_refused_by_name(self, wrong: str) -> None:
        with pytest.raises(ConfigProblem, match="There is no key"):
            key_name(wrong)

    @given(st.text(max_size=12))
    def test_any_text_is_a_key_or_a_sentence(self, text: str) -> None:
        with suppress(ConfigProblem):
            assert shown(key_name(text))

    @pytest.mark.parametrize("action", all_actions(), ids=lambda action: action.id)
    def test_a_sign_that_is_clicked_is_the_key_that_it_stands_for(self, action: object) -> None:
        for key in BY_ID[action.id].keys:  # type: ignore[attr-defined]
            pressing, character = pressed(shown(key))
            assert pressing == key
            assert character is None or _character_to_key(character) == key


class TestTheUsersKeymap:
    def test_none_leaves_the_table_as_it_is(self) -> None:
        assert apply_keymap({}) == all_actions()

    def test_keys_are_replaced_by_id_in_any_spelling(self) -> None:
        table = {action.id: action.keys for action in apply_keymap({"undo": "ctrl+Z, %", "help": ["f1", "?"]})}
        assert table["undo"] == ("ctrl+z", "percent_sign")
        assert table["help"] == ("f1", "question_mark")
        assert table["mark.row"] == ("m",)

    def test_the_comma_is_a_key_too(self) -> None:
        table = {action.id: action.keys for action in apply_keymap({"unread.next": ","})}
        assert table["unread.next"] == ("comma",)

    @pytest.mark.parametrize("nothing", ["", []])
    def test_an_action_without_keys_stays_in_the_palette(self, nothing: str | list[str]) -> None:
        table = {action.id: action.keys for action in apply_keymap({"event": nothing})}
        assert table["event"] == ()

    def test_two_actions_may_swap_keys(self) -> None:
        table = {action.id: action.keys for action in apply_keymap({"mark.row": "e", "mine.done": "m"})}
        assert (table["mark.row"], table["mine.done"]) == (("e",), ("m",))

    def test_an_unknown_id_is_named_with_the_nearest_right_one(self) -> None:
        with pytest.raises(ConfigProblem, match=r"`mark\.rows`") as caught:
            apply_keymap({"mark.rows": "m"})
        assert caught.value.remedy == "Did you mean `mark.row`?"

    def test_an_id_like_none_points_at_the_list(self) -> None:
        with pytest.raises(ConfigProblem) as caught:
            apply_keymap({"zzzzzz": "m"})
        assert "help keys" in caught.value.remedy

    def test_a_wrong_key_is_named_with_its_action(self) -> None:
        with pytest.raises(ConfigProblem, match=r"`undo`.*`crtl\+z`"):
            apply_keymap({"undo": "crtl+z"})

    def test_a_key_that_another_action_has_is_a_clash_with_a_way_out(self) -> None:
        with pytest.raises(ConfigProblem, match=r"`e` would do both `undo` and `mine\.done`") as caught:
            apply_keymap({"undo": "e"})
        assert caught.value.remedy.startswith("Give `mine.done` other keys")
        apply_keymap({"undo": "e", "mine.done": []})

    def test_two_chosen_actions_that_clash_are_named(self) -> None:
        with pytest.raises(ConfigProblem, match=r"`f5` would do both"):
            apply_keymap({"refresh": "f5", "refresh.all": "f5"})

    def test_a_key_of_a_dialog_may_mean_something_else_in_the_inbox_and_in_another_dialog(self) -> None:
        table = {action.id: action.keys for action in apply_keymap({"outbox.retry": "b", "user.reload": "b"})}
        assert table["outbox.retry"] == table["user.reload"] == table["mine.snooze"] == ("b",)

    @pytest.mark.parametrize(
        ("id", "key", "words", "remedy"),
        [
            (
                "outbox.retry",
                "d",
                "`d` would do both `outbox.retry` and `outbox.drop`",
                "Give `outbox.drop` other",
            ),
            ("dialog.down", "T", "`T` would do both `dialog.down` and `outbox.retry_all`", "Give `outbox.retry_all`"),
            (
                "diff.agree",
                "escape",
                "`esc` would do both `dialog.back` and `diff.agree`",
                "Give `dialog.back`",
            ),
            ("diff.agree", [], "`diff.agree` needs a key", "It is not in the palette"),
            ("form.submit", "s", "`s` cannot run `form.submit`", "Choose a key that types nothing"),
            ("dialog.next", "space", "`space` cannot run `dialog.next`", "Choose a key that types nothing"),
            ("outbox.retri", "f5", "which is not an action", "Did you mean `outbox.retry`?"),
        ],
    )
    def test_a_mistake_in_the_keys_of_a_dialog_is_named(
        self, id: str, key: str | list[str], words: str, remedy: str
    ) -> None:
        with pytest.raises(ConfigProblem) as caught:
            apply_keymap({id: key})
        assert words in caught.value.sentence
        assert caught.value.remedy.startswith(remedy)
        assert "or none" not in caught.value.remedy

    @pytest.mark.parametrize(
        ("text", "line", "sentence", "remedy"),
        [
            ('"mark.rows" = "m"', 3, "names `mark.rows`, which is not an action.", "Did you mean `mark.row`?"),
            ("mark.rows = 'm'", 3, "names `mark.rows`, which is not an action.", "Did you mean `mark.row`?"),
            ("help = 'f1'\nundo = 'crtl+z'", 4, ", `undo`: There is no key `crtl+z`.", "Write keys as"),
            ("help = 'f1'\nundo = 'e'", 4, ": `e` would do both `undo` and `mine.done`.", "Give `mine.done` other"),
            ("theme = ['m']", 3, ": `m` would do both `mark.row` and `theme`.", "Give `mark.row` other"),
        ],
    )
    def test_a_mistake_is_named_with_the_file_and_its_line(
        self, text: str, line: int, sentence: str, remedy: str
    ) -> None:
        settings = parse(f"# mine\n[keys]\n{text}\n", Path("/home/rita/config.toml"))
        with pytest.raises(ConfigProblem) as caught:
            apply_keymap(settings.keys, settings.key_places)
        assert caught.value.sentence.startswith(f"/home/rita/config.toml, line {line}: [keys]")
        assert caught.value.sentence.endswith(sentence)
        assert caught.value.remedy.startswith(remedy)


class TestWhatIsMadeOfTheTable:
    def test_hints_come_in_order_and_end_with_help(self) -> None:
        shown_here = hints(ACTIONS, Where.LIST)
        assert [label for _, label, _ in shown_here][:4] == ["mark read", "mark all", "undo", "done"]
        assert [id for _, _, id in shown_here][-2:] == ["help", "quit"]

    def test_hints_follow_the_users_keys_and_the_place(self) -> None:
        table = apply_keymap({"mark.row": "ctrl+m", "mine.done": []})
        assert hints(table, Where.LIST)[0] == ("ctrl+m", "mark read", "mark.row")
        assert "mine.done" not in {id for _, _, id in hints(table, Where.LIST)}
        assert "mark.row" not in {id for _, _, id in hints(table, Where.SIDEBAR)}

    def test_a_key_is_named_as_it_is_drawn(self) -> None:
        assert shown_keys(BY_ID["move.down"]) == "j ↓"
