"""The settings say what they mean, and a mistake in them is named so well that it can be mended at once."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import pytest
from msgspec import Struct

from neptune_inbox.config import Settings, load, parse, template
from neptune_inbox.errors import ConfigProblem
from neptune_inbox.model import Mode, Profile
from neptune_inbox.paths import Paths

FILE = Path("/home/rajiv/.config/neptune-inbox/config.toml")

WHOLE = """
default_profile = "live"

[profiles.live]
environment = "production"
colour = "red"
users = ["u-4711", 2001]
token_command = ["pass", "show", "neptune/live"]

[profiles.own]
environment = "dev"
api_base = "https://neptune.acme.example"
mode = "observe"

[ui]
theme = "terminal"
undo_seconds = 2.5
columns = ["age", "title"]

[views]
fresh = "is:unread since:1h"
[views.stuck]
query = "event:payment_* is:unread"

[keys]
mark = ["m", "ctrl+r"]
preview.toggle = "P"

[commands]
ticket = "jq -c '.title, .id'"
[commands.mail]
run = ["mail", "-s", "two words"]
"""


def problem_of(text: str) -> ConfigProblem:
    with pytest.raises(ConfigProblem) as caught:
        parse(text, FILE)
    return caught.value


# --- what can be said -----------------------------------------------------------------------------


def test_everything_that_is_set_is_read() -> None:
    settings = parse(WHOLE, FILE)
    assert settings.default_profile == "live"
    assert settings.profiles["live"] == Profile(
        "live",
        "https://api.teurons.com/neptune",
        "https://edge.teurons.com/neptune",
        "production",
        Mode.ASK,
        "red",
        ("u-4711", "2001"),
        ("pass", "show", "neptune/live"),
    )
    own = settings.profiles["own"]
    assert (own.api_base, own.edge_base, own.mode) == (own.api_base, "https://neptune.acme.example", Mode.OBSERVE)
    assert (settings.ui.theme, settings.ui.undo_seconds, settings.ui.columns) == ("terminal", 2.5, ("age", "title"))
    assert settings.views == {"fresh": "is:unread since:1h", "stuck": "event:payment_* is:unread"}
    assert settings.keys == {"mark": ("m", "ctrl+r"), "preview.toggle": "P"}
    assert settings.commands == {"ticket": ("jq", "-c", ".title, .id"), "mail": ("mail", "-s", "two words")}


def test_without_a_file_everything_has_its_default(tmp_path: Path) -> None:
    settings = load(Paths.under(tmp_path))
    assert settings == Settings() == parse("", FILE)
    assert (settings.ui.undo_seconds, settings.ui.theme, settings.ui.preview) == (5, "auto", "auto")
    assert (settings.polling.requests_per_minute, settings.polling.unfocused_factor) == (30, 4)
    assert settings.store.keep_days == 90


@pytest.mark.parametrize(
    ("environment", "mode"),
    [("dev", Mode.ACT), ("staging", Mode.ACT), ("production", Mode.ASK), ("eu-prod", Mode.ASK), ("LIVE_2", Mode.ASK)],
)
def test_real_customers_are_asked_about_unless_the_mode_is_set(environment: str, mode: Mode) -> None:
    text = f'[profiles.a]\nenvironment = "{environment}"\n'
    assert parse(text, FILE).profiles["a"].mode is mode
    assert parse(text + 'mode = "act"\n', FILE).profiles["a"].mode is Mode.ACT


def test_the_first_profile_is_the_default_where_none_is_named() -> None:
    text = '[profiles.one]\nenvironment = "dev"\n[profiles.two]\nenvironment = "dev"\n'
    assert parse(text, FILE).default_profile == "one"


# --- what is wrong --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "sentence", "remedy"),
    [
        ("[ui]\n\nundo_secnds = 3", "line 3: `ui.undo_secnds` is not a setting.", "Did you mean `undo_seconds`?"),
        (
            'ui.theme = "neptun-dark"',
            'must be auto, neptune-dark, neptune-light or terminal, not "neptun-dark".',
            "`neptune-dark`",
        ),
        ("[iu]\ntheme = 1", "line 1: `iu` is not a setting.", "Did you mean `ui`?"),
        ("[ui]\nundo_seconds = '5'", 'line 2: `ui.undo_seconds` must be a number from 0 to 3600, not "5".', ""),
        ("[ui]\nundo_seconds = -1", "must be a number from 0 to 3600, not -1.", ""),
        ("[ui]\nundo_seconds = nan", "not nan.", ""),
        ("[ui]\nundo_seconds = true", "not true.", ""),
        ("[polling]\nrequests_per_minute = 2.5", "must be a whole number from 1 to 600, not 2.5.", ""),
        ("[polling]\nrequests_per_minute = 0", "not 0.", ""),
        ("[notify]\nbell = 1", "line 2: `notify.bell` must be true or false, not 1.", ""),
        (
            "[notify]\nquiet = '22-7'",
            'line 2: `notify.quiet` must be two times of day such as "22:00-07:00", not "22-7".',
            "",
        ),
        ("[ui]\ncolumns = 'age'", "`ui.columns` must be a list of words in quotes", ""),
        (
            "[ui]\ncolumns = ['age', 'titel']",
            '`ui.columns` may contain age, user, name, event or title, not "titel".',
            "`title`",
        ),
        ("ui = 3", "line 1: `ui` must be a table, not 3.", ""),
        ("[store]\nkeep_days = 99999", "must be a whole number from 1 to 3650, not 99999.", ""),
        ("[profiles.a]\nmode = 'act'", "line 1: [profiles.a] has no `environment`.", "Add it."),
        ("[profiles.a]\nenvironment = ' '", "`profiles.a.environment` must be text that is not empty", ""),
        (
            "[profiles.a]\nenvironment = 'dev'\nmode = 'obsrve'",
            "line 3: `profiles.a.mode` must be observe, ask or act",
            "`observe`",
        ),
        ("profiles.a = 3", "`profiles.a` must be a table, not 3.", ""),
        ("default_profile = 'lvie'\n[profiles.live]\nenvironment = 'x'", "There is no profile `lvie`.", "`live`"),
        ("default_profile = 'live'", "line 1: `default_profile`: There is no profile `live`.", "neptune-inbox login"),
        ("[views.fresh]\nquerry = 'x'", "line 1: [views.fresh] has no `query`.", ""),
        ("[views]\nfresh = 3", "line 2: `views.fresh` must be text in quotes, not 3.", ""),
        ("[keys]\nmark = 3", "line 2: `keys.mark` must be text in quotes, not 3.", ""),
        ('[commands]\nx = "it\'s"', "[commands] has an unclosed quote in `x`.", ""),
        ("[commands]\nx = ''", "`commands.x` names no command.", ""),
        ("[commands.x]\nrun = []", "`commands.x.run` names no command.", ""),
        ("[commands.x]\nrn = ['jq']", "[commands.x] has no command in `run`.", ""),
        ("a = = 3", "line 1, column 5: this is not TOML: Invalid value.", "quotes"),
        ("[" * 100_000, "this is not TOML", ""),
    ],
)
def test_a_mistake_is_named_with_file_line_key_and_what_is_near(text: str, sentence: str, remedy: str) -> None:
    problem = problem_of(text)
    assert problem.sentence.startswith(str(FILE))
    assert sentence in problem.sentence
    assert remedy in problem.remedy
    assert problem.remedy


def test_a_token_in_the_file_is_refused_and_not_repeated() -> None:
    problem = problem_of('[profiles.a]\nenvironment = "dev"\napi_token = "canary-123"\n')
    assert "a token must not be in a file" in problem.sentence
    assert "canary-123" not in str(problem)


@pytest.mark.parametrize(
    "value", ['"pass show canary"', '["pass", 3, "canary"]', "[]", '[""]', '["pass\\u0000canary"]']
)
def test_a_token_command_is_a_list_and_its_words_are_not_repeated(value: str) -> None:
    problem = problem_of(f'[profiles.a]\nenvironment = "dev"\ntoken_command = {value}\n')
    assert "line 3: `profiles.a.token_command`" in problem.sentence
    assert '["pass", "show", "neptune"]' in problem.remedy
    assert "canary" not in str(problem)


def test_a_mistake_cannot_reach_the_terminal_as_an_escape() -> None:
    assert "\x1b" not in str(problem_of('[ui]\ntheme = "\\u001b]0;PWN\\u0007"'))
    assert "\x1b" not in str(problem_of('"\\u001b[31m" = 1'))


# --- the file -------------------------------------------------------------------------------------


def write(tmp_path: Path, text: str | bytes, mode: int = 0o600) -> Paths:
    paths = Paths.under(tmp_path).create()
    paths.config_file.write_bytes(text if isinstance(text, bytes) else text.encode())
    paths.config_file.chmod(mode)
    return paths


def test_a_file_that_anyone_may_change_is_not_used(tmp_path: Path) -> None:
    with pytest.raises(ConfigProblem, match="anyone may write to it") as caught:
        load(write(tmp_path, WHOLE, 0o666))
    assert "chmod 600" in caught.value.remedy


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() != 0, reason="only root can give a file away")
def test_a_file_of_another_user_is_not_used(tmp_path: Path) -> None:
    paths = write(tmp_path, '[ui]\ntheme = "terminal"')
    os.chown(paths.config_file, 12_345, 12_345)
    with pytest.raises(ConfigProblem, match="belongs to another user"):
        load(paths)


@pytest.mark.parametrize(
    ("raw", "words"), [(b"\xff\xfe", "is not UTF-8 text"), (b"#" * 1_048_577, "is larger than 1 MiB")]
)
def test_a_file_that_is_no_text_is_named(tmp_path: Path, raw: bytes, words: str) -> None:
    with pytest.raises(ConfigProblem, match=words):
        load(write(tmp_path, raw))


def test_a_folder_in_place_of_the_file_is_named(tmp_path: Path) -> None:
    paths = Paths.under(tmp_path)
    paths.config_file.mkdir(parents=True)
    with pytest.raises(ConfigProblem, match="cannot be read: Is a directory"):
        load(paths)


# --- the template ---------------------------------------------------------------------------------


def examples_on(template: str) -> str:
    return re.sub(r"(?m)^#(?=\S)", "", template)


def test_the_template_says_the_defaults_as_it_stands() -> None:
    assert parse(template(), FILE) == Settings()


def test_the_template_names_every_setting_with_a_line_about_it() -> None:
    lines = template().splitlines()
    groups = [getattr(Settings(), name) for name in Settings.__struct_fields__]
    names = {name for group in groups if isinstance(group, Struct) for name in group.__struct_fields__}
    names |= set(Profile.__struct_fields__) - {"name"} | {"default_profile"}
    for name in names:
        at = next(i for i, line in enumerate(lines) if re.match(rf"#?{name} = ", line))
        assert lines[at - 1].startswith("# "), f"{name} has no comment"
    for group in set(Settings.__struct_fields__) - {"default_profile", "key_places"}:
        assert re.search(rf"(?m)^#?\[{group}[\].]", template()), f"[{group}] is missing"


def test_the_examples_of_the_template_work() -> None:
    settings = parse(examples_on(template()), FILE)
    assert settings.profiles["acme"].token_command == ("pass", "show", "neptune/acme")
    assert set(settings.views) == {"fresh", "stuck"}
    assert settings.commands == {"ticket": ("jq", ".")}
    assert settings.keys
