"""An error says what to do in the words of whoever reads it, and stays as it was raised."""

from __future__ import annotations

from neptune_inbox.errors import AccessDenied, NotNeptune, Offline
from neptune_inbox.presentation.keymap import apply_keymap
from neptune_inbox.presentation.remedies import at_a_shell, in_plain, in_the_app

DENIED, OFFLINE = AccessDenied("Neptune denied access."), Offline("There is no connection.")


def test_on_the_screen_the_keys_are_named_as_they_are_now() -> None:
    usual, own = apply_keymap({}), apply_keymap({"refresh": "f9", "profile.switch": "f8"})
    assert in_the_app(OFFLINE, usual) == "There is no connection. It is retried automatically; `r` tries now."
    assert in_the_app(OFFLINE, own) == "There is no connection. It is retried automatically; `f9` tries now."
    assert in_the_app(DENIED, own).endswith("or choose another with `f8`.")


def test_at_a_shell_and_in_plain_it_is_a_command() -> None:
    assert at_a_shell(OFFLINE).remedy == "Try again; `neptune-inbox doctor` looks for the reason."
    assert in_plain(OFFLINE) == "There is no connection. It is retried automatically; refresh tries now."


def test_what_was_said_for_this_case_or_kind_is_kept() -> None:
    own = Offline("There is no connection.", "Plug it in.")
    assert at_a_shell(own).remedy == "Plug it in."
    assert in_plain(own) == in_the_app(own, apply_keymap({})) == "There is no connection. Plug it in."
    assert "Check the API base" in in_plain(NotNeptune("HTML came."))


def test_the_error_itself_is_never_changed() -> None:
    before = dict(vars(OFFLINE))
    shown = at_a_shell(OFFLINE).saying(sentence="Nothing was listed.")
    assert vars(OFFLINE) == before
    assert (type(shown), shown.sentence, shown.exit_code) == (Offline, "Nothing was listed.", 4)
