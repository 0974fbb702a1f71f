"""Hostile text in the real program, on a real terminal: no byte of it is obeyed, nothing of it is run."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.pty_bytes import Findings, judge
from tests.faults.pty_machine import ENVIRONMENT, INSULT, USER, Machine
from tests.faults.pty_terminal import LIMIT, PROGRAM, Terminal
from tests.faults.pty_tour import MORE_CONFIG, PAGES, PASTED_INTO, PREVIEW, ROW_SHEETS, Tour
from tests.faults.tmux import Tmux
from tests.hostile import HostileRow, hostile_rows

ROWS = hostile_rows()
TITLE = re.compile(r"|(\(\d+\+?\) )?acme · neptune-inbox")
BROKEN = ("Traceback", "neptune-inbox broke", "MarkupError")


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    with Machine(tmp_path, ROWS, refuses=True) as machine:
        yield machine


def check(raw: bytes) -> Findings:
    """What was written to the terminal, once nothing of it is foreign, hidden or broken."""
    found = judge(raw)
    assert not found.foreign, f"raw control bytes: {found.foreign.most_common(5)}"
    assert not found.hidden, f"hidden characters: {found.hidden.most_common(5)}"
    assert not [title for title in found.titles if not TITLE.fullmatch(title)]
    assert all("PWNED" not in text and text.isprintable() for text in (*found.notices, *found.titles))
    assert all(line.isprintable() for text in found.copied for line in text.split("\n"))
    text = raw.decode("utf-8", "replace")
    assert not [word for word in BROKEN if word in text]
    return found


def with_spies(machine: Machine) -> tuple[dict[str, str], Path]:
    """An environment in which everything that opens pages or notifies is written down instead; and the file."""
    spies, told = machine.home / "spies", machine.home / "spawned"
    spies.mkdir()
    for name in ("xdg-open", "open", "sensible-browser", "notify-send"):
        (spies / name).write_text(f'#!/bin/sh\necho "{name} $*" >> {told}\n')
        (spies / name).chmod(0o700)
    return {"PATH": f"{spies}:{os.environ['PATH']}", "SSH_CONNECTION": "1 2 3 4"}, told


def tour(machine: Machine, *, every: int) -> tuple[Tour, Findings]:
    """Walk past everything; every n-th row has its sheets, 1 gives every row all of them."""
    users = machine.add_hostile_people(ROWS[:6])
    machine.configure(machine.base_url.removesuffix("/neptune"), users=[USER, *users], more=MORE_CONFIG)
    more, told = with_spies(machine)
    with Terminal([*PROGRAM, "--type", "all", "-u", USER], machine.env(**more)) as terminal:
        walk = Tour(terminal, machine)
        walk.begin()
        walk.see_rows(len(ROWS), every=every)
        assert machine.writes == 0, "a payload wrote something"
        walk.act(len(ROWS))
        walk.see_pages()
        walk.see_people(users)
        walk.paste([row.title for row in ROWS[: 1 if every > 1 else 30]])
        walk.arrive()
        walk.sign_in([row.title for row in ROWS[:6]])
        assert machine.writes == len(ROWS), "a payload wrote something"
        assert walk.leave() == 0
        assert terminal.is_restored
        found = check(bytes(terminal.raw))
    assert not told.exists(), told.read_text()
    return walk, found


def test_no_payload_is_obeyed_on_any_screen(machine: Machine) -> None:
    walk, found = tour(machine, every=12)
    assert {*ROW_SHEETS.values(), *PAGES.values(), *(f"pasted into {key}" for key in PASTED_INTO)} <= walk.stops
    assert found.bells == 0, "no action rang"
    assert len(ROWS) >= 60
    print(
        f"\n{len(ROWS)} payloads, {len(walk.stops)} screens, sheets and lines, {walk.shown} showings; "
        f"{found.sequences:,} sequences in {len(walk.terminal.raw):,} bytes: {found.raw} raw, 0 actions, 0 crashes"
    )


def commands(ids: list[str]) -> Iterator[list[str]]:
    """Every command, with hostile rows, people and words."""
    for shape in ([], ["--json"], ["--jsonl"], ["--csv"]):
        yield ["list", "-u", USER, "--type", "all", "--limit", "0", *shape]
    yield ["list", "-u", "0 \x1b]52;c;cm0gLXJmIH4=\x07 hello"]
    yield ["count", "-u", USER, "-u", INSULT]
    for id in ids[::24]:
        yield ["why", id, "-u", USER]
    yield ["mark", *ids[:12], "-u", USER, "--yes"]
    yield ["mark", "-u", USER, "--shown", "--dry-run"]
    for name in ("outbox", "receipts", "journal", "undo", "profiles", "environments", "watch", "doctor"):
        yield [name]
        yield [name, "--json"]
    for verb in (["done"], ["back"], ["star"], ["snooze", "--until", "2h"]):
        yield [*verb, ids[0], "-u", USER]
    yield ["note", ids[0], INSULT, "-u", USER]
    yield ["watch", INSULT]
    yield ["unwatch", INSULT]
    yield ["users", "list"]
    yield ["users", "get", USER]
    yield ["users", "update", USER, "--meta", json.dumps({"name": INSULT, INSULT: INSULT}), "--yes"]
    yield ["users", "create", INSULT, "--yes"]
    yield ["users", "get", INSULT]
    yield ["contacts", "list", USER]
    yield ["contacts", "add", USER, INSULT, INSULT, "--yes"]
    yield ["event", "send", INSULT, "-u", USER]
    yield ["event", "send", "order_made", "-u", INSULT, "--data", json.dumps({INSULT: INSULT}), "--dry-run"]
    yield ["insight", "-u", USER]
    yield ["config", "show"]
    for wrong in (["\x1b]0;PWNED\x07"], ["list", "--type", INSULT], ["list", "-u", USER, "-q", f"event:{INSULT} ("]):
        yield wrong
        yield [*wrong, "--json"]
    yield ["--profile", INSULT, "list"]


def test_no_payload_is_obeyed_by_any_command(machine: Machine, tmp_path: Path) -> None:
    machine.add_hostile_people(ROWS[:4])
    machine.sandbox_state.create_user(ENVIRONMENT, USER, {"name": INSULT, INSULT: INSULT})
    ids = [row.uuid for row in machine.sandbox_state.notifications(ENVIRONMENT, USER)]
    lines = list(commands(ids))
    script = tmp_path / "commands.jsonl"
    script.write_text("".join(json.dumps(line) + "\n" for line in lines))
    command = [sys.executable, "-m", "tests.faults.pty_shell", str(script)]
    shutil.copytree(tmp_path / "inbox", tmp_path / "other")
    other = machine.env(NEPTUNE_INBOX_HOME=str(tmp_path / "other"))
    with (tmp_path / "piped").open("wb") as file:
        piped = subprocess.Popen(command, env=other, cwd=tmp_path, stdout=file, stderr=file)
    with Terminal(command, machine.env(), size=(120, 40)) as terminal:
        assert terminal.ends(2 * LIMIT) == 0
        found = check(bytes(terminal.raw))
        codes = re.findall(rb"\[exit (-?\d+)\]", bytes(terminal.raw))
    assert piped.wait(LIMIT) == 0
    told = (tmp_path / "piped").read_bytes()
    # Tabs part the columns of piped lists.
    found_piped = check(told.replace(b"\t", b" "))
    assert len(codes) == len(lines) == told.count(b"[exit ")
    assert {int(code) for code in codes} <= {0, 1, 2, 3, 4, 5}
    print(f"\n{len(lines)} command lines, on a terminal and piped: {found.raw + found_piped.raw} raw, 0 crashes")


@pytest.fixture
def tmux(machine: Machine, tmp_path: Path) -> Iterator[Tmux]:
    tmux = Tmux(tmp_path, machine.env())
    yield tmux
    tmux.end()


def test_the_oracle_can_fail(tmux: Tmux) -> None:
    tmux.open(r"printf '\033]52;c;UFdORUQ=\007\033]2;PWNED\007'; sleep 60")
    tmux.until("PWNED", is_title=True)
    assert tmux("show-buffer") == "PWNED"


def test_clipboard_and_title_of_tmux_are_untouched(tmux: Tmux) -> None:
    tmux.open(f"{' '.join(PROGRAM)} --type all -u {USER}")
    tmux.until(f" 1 of {len(ROWS)}")
    for number in range(2, len(ROWS) + 1):
        tmux("send-keys", "j")
        tmux.until(f" {number} of {len(ROWS)}")
        if number % 4 == 0:
            # Its preview.
            time.sleep(PREVIEW)
    assert tmux("show-buffer") == "what was copied before"
    title = tmux("display", "-p", "#{pane_title}").strip()
    assert title == f"({len(ROWS)}) acme · neptune-inbox"
    print(f"\n{len(ROWS)} payloads in tmux: clipboard unchanged, title {title!r}")


@pytest.mark.parametrize("row", [row for row in ROWS if "\x1b" in row.title + row.body], ids=lambda row: row.name)
def test_the_judge_sees_what_is_raw(row: HostileRow) -> None:
    found = judge((row.title + row.body).encode("utf-8", "replace"))
    assert found.raw + found.bells + len(found.copied) + len(found.titles) + len(found.notices) > 0
