"""Two agents, each with a home and a program of their own in tmux, on one real PostgreSQL and one service."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from neptune_inbox.model import Filter
from tests.faults.pty_machine import CANARY, ENVIRONMENT, USER, Home, Machine
from tests.faults.tmux import Pane, Tmux
from tests.team.cluster import PASSWORD, TeamDatabase

SIZE = (120, 36)
TITLES = ("Welcome to Acme", "Invoice 7 is ready", "Card ending 4242 was declined")
INVOICE, CARD = TITLES[1:]
BODY = "Please update it in your account"
HERE = "SELECT agent FROM neptune_inbox.presence ORDER BY agent"
SOON = 2.0
"""Seconds after which a colleague's claim is on the screen at the latest."""


class Office:
    """Rita and Omar, and what each of them has on the screen."""

    def __init__(self, folder: Path, machine: Machine, database: TeamDatabase) -> None:
        self.machine = machine
        self.database = database
        database.do(f"ALTER DATABASE {database.name} SET log_statement = 'all'")
        base = machine.base_url.removesuffix("/neptune")
        start = machine.sandbox_state.now() - 60_000 * len(TITLES)
        self.rows = {
            title: machine.sandbox_state.add_notification(
                ENVIRONMENT, USER, title, body=BODY, created_at=start + 60_000 * number
            ).uuid
            for number, title in enumerate(TITLES)
        }
        self.tmux = Tmux(folder, machine.env())
        self.rita = self._seat(folder, "rita", base)
        self.omar = self._seat(folder, "omar", base)

    def unread(self) -> list[str]:
        """What the service itself calls unread."""
        rows = self.machine.sandbox_state.notifications(ENVIRONMENT, USER, Filter.UNREAD)
        return [row.uuid for row in rows]

    def leave(self) -> None:
        """Both go; what either saw and did went to the other, and no word of it over the wire."""
        looked = "SELECT count(DISTINCT instance) > 0 FROM neptune_inbox.look"
        self.database.until(looked, [(True,)])
        for leaver in (self.rita, self.omar):
            leaver.press("q")
        self.database.until(HERE, [])
        log = self.database.cluster.log
        assert "exchange_looks" in log
        assert any(id in log for id in self.rows.values())
        for word in (*TITLES, BODY, CANARY):
            assert word not in log

    def _seat(self, folder: Path, name: str, base: str) -> Pane:
        home = folder / name
        home.mkdir()
        seat = Home(home)
        seat.configure(base, more=f'[team]\ndsn = "{self.database.dsn()}"\nagent = "{name}"\n')
        env = seat.env(PGPASSWORD=PASSWORD)
        pane = self.tmux.pane(name, f"{sys.executable} -m neptune_inbox --type unread -u {USER}", env, SIZE)
        pane.shows(*TITLES)
        return pane


@pytest.fixture
def office(tmp_path: Path, database: TeamDatabase) -> Iterator[Office]:
    with Machine(tmp_path) as machine:
        office = Office(tmp_path, machine, database)
        database.until(HERE, [("omar",), ("rita",)])
        yield office
        office.tmux.end()


def test_a_claim_is_with_the_other_who_is_told_of_it_before_a_mark(office: Office) -> None:
    rita, omar = office.rita, office.omar
    # Whatever takes a key long here takes news long as well.
    omar.press("t")
    own = omar.shows("omar", beside=CARD)
    omar.press("t")
    omar.hides("omar", beside=CARD)
    rita.press("t")
    seen = omar.shows("rita", beside=CARD)
    print(f"\nown claim on the screen after {own:.2f} s, a colleague's after {seen:.2f} s")
    assert seen <= SOON + own
    omar.press("m")
    omar.shows("rita has been on it since")
    omar.press("Escape")
    omar.hides("has been on it since")
    assert "●" in omar.line(CARD)
    office.leave()


def test_a_mark_and_a_thread_of_notes_are_with_the_other(office: Office) -> None:
    rita, omar = office.rita, office.omar
    rita.press("m")
    rita.shows("○", beside=CARD)
    assert office.rows[CARD] not in office.unread()
    omar.press("r")
    omar.shows("○", "read by rita", beside=CARD)
    omar.press("i")
    omar.shows("Evidence", "by rita (us), ", ", batch ")
    omar.press("Escape")
    omar.hides("Evidence")
    for writer, text in ((rita, "called them"), (omar, "they called back")):
        writer.press("c")
        writer.shows("Note")
        writer.press(text, "Enter")
        writer.shows(text)
    for reader in (rita, omar):
        reader.shows("called them", "they called back")
    office.leave()


def test_what_is_handled_and_taken_back_is_so_for_both(office: Office) -> None:
    rita, omar = office.rita, office.omar
    rita.press("j", "e")
    for reader in (rita, omar):
        reader.shows("✓", "handled by rita", beside=INVOICE)
    rita.press("z")
    for reader in (rita, omar):
        reader.hides("✓", beside=INVOICE)
    office.leave()
