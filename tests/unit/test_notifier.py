"""Being told outside the screen: the title, the bell and the desktop, as configured, and never in quiet hours."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from neptune_inbox.config import NotifySettings
from neptune_inbox.tui.notifier import Notifier, is_quiet
from tests.builders import HOUR, MINUTE, NOON

LOUD = NotifySettings(title=True, bell=True, desktop=True)
OVER_SSH = {"SSH_CONNECTION": "10.0.0.1 50000 10.0.0.2 22"}
NOTICE = "\x1b]9;2 new notifications of u-1\x07\x1b]777;notify;neptune-inbox;2 new notifications of u-1\x07"


@pytest.fixture(autouse=True)
def _in_utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as tenant:
        tenant.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()


def notifier(settings: NotifySettings, environ: dict[str, str] | None = None) -> tuple[Notifier, list[str]]:
    """A herald, and what reached the terminal."""
    written: list[str] = []
    return Notifier(settings, write=written.append, environ=OVER_SSH if environ is None else environ), written


def test_the_title_counts_the_unread_and_is_written_when_it_differs() -> None:
    told, written = notifier(NotifySettings())
    for unread in (3, 3, 0, None, 4):
        told.show_unread(unread, "acme")
    told.clear()
    assert written == [
        "\x1b]2;(3) acme · neptune-inbox\x07",
        "\x1b]2;acme · neptune-inbox\x07",
        "\x1b]2;(4) acme · neptune-inbox\x07",
        "\x1b]2;\x07",
    ]


def test_unless_configured_nothing_is_said() -> None:
    told, written = notifier(NotifySettings(title=False))
    told.show_unread(3, "acme")
    told.announce(2, "u-1", NOON)
    told.clear()
    assert written == []
    told, written = notifier(NotifySettings())
    told.announce(2, "u-1", NOON)
    assert written == [], "neither bell nor desktop unless asked for"


def test_the_bell_rings_and_the_desktop_is_told_once_a_minute() -> None:
    told, written = notifier(LOUD)
    told.announce(2, "u-1", NOON)
    told.announce(1, "u-1", NOON + MINUTE - 1)
    told.announce(2, "u-1", NOON + MINUTE)
    assert written == ["\x07", NOTICE, "\x07", "\x07", NOTICE]


def test_a_hostile_id_writes_no_escape_sequence() -> None:
    told, written = notifier(NotifySettings(desktop=True))
    told.announce(1, "u\x1b]0;x\x07;\x9d1", NOON)
    assert written[0].count("\x1b") == 2
    assert written[0].count("\x07") == 2
    assert "\x9d" not in written[0]


def test_notify_send_is_used_where_it_is_and_gets_no_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program, said = tmp_path / "notify-send", tmp_path / "said"
    os.mkfifo(said)
    program.write_text(f'#!/bin/sh\n{{ printf "%s|" "$@"; env; }} > {said}\n')
    program.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setenv("NEPTUNE_TOKEN", "canary-token-0123456789")
    told, written = notifier(NotifySettings(desktop=True), {})
    told.announce(1, "u-1", NOON)
    words = said.read_text()
    for child in told.children:
        child.wait()
    assert words.startswith("--app-name=neptune-inbox|neptune-inbox|1 new notification of u-1|")
    assert "canary" not in words
    assert written == []


@pytest.mark.parametrize(
    ("hours", "quiet"),
    [("", []), ("22:00-07:00", [0, 1, 2, 3, 4, 5, 6, 22, 23]), ("12:00-13:00", [12])],
)
def test_quiet_hours_may_go_past_midnight(hours: str, quiet: list[int]) -> None:
    midnight = NOON - 12 * HOUR
    assert [hour for hour in range(24) if is_quiet(hours, midnight + hour * HOUR)] == quiet
    told, written = notifier(NotifySettings(bell=True, desktop=True, quiet=hours))
    for hour in range(24):
        before = len(written)
        told.announce(2, "u-1", midnight + hour * HOUR)
        assert (len(written) == before) == (hour in quiet)
