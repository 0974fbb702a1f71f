"""Whether the service can be reached: what counts, what is told, and how long nothing is tried."""

from __future__ import annotations

from random import Random

import pytest

from neptune_inbox.errors import (
    AccessDenied,
    InboxError,
    KeyringLocked,
    NotNeptune,
    Offline,
    ServerTrouble,
    Throttled,
    TokenRefused,
)
from neptune_inbox.sync.events import Bus, HealthChanged
from neptune_inbox.sync.polling.health import FAILURES_UNTIL_OFFLINE, LONGEST_PAUSE, Health, State
from tests.builders import FakeClock, Listener


class Highest(Random):
    """Randomness that always draws the longest pause."""

    def uniform(self, a: float, b: float) -> float:
        return b


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def bus() -> Bus:
    return Bus()


@pytest.fixture
def health(clock: FakeClock, bus: Bus) -> Health:
    return Health(bus=bus, now=clock.now, rng=Highest())


def offline() -> InboxError:
    return Offline("There is no connection.")


def test_nothing_is_known_at_first(health: Health, clock: FakeClock) -> None:
    assert (health.state, health.error, health.seconds_to_wait) == (State.UNKNOWN, None, 0.0)
    assert health.since == clock.now()


def test_one_failure_is_trouble_and_five_in_a_row_are_offline(health: Health) -> None:
    for number in range(1, FAILURES_UNTIL_OFFLINE + 1):
        health.note_failure(offline())
        assert health.state is (State.OFFLINE if number == 5 else State.TROUBLED)


def test_one_good_answer_ends_the_trouble(health: Health) -> None:
    for _ in range(7):
        health.note_failure(offline())
    health.note_success()
    assert (health.state, health.error, health.seconds_to_wait) == (State.ONLINE, None, 0.0)
    health.note_failure(offline())
    assert health.state is State.TROUBLED


def test_the_pauses_grow_to_five_minutes_and_no_further(health: Health, clock: FakeClock) -> None:
    pauses = []
    for _ in range(12):
        health.note_failure(offline())
        pauses.append(health.seconds_to_wait)
        clock.advance(health.seconds_to_wait)
    assert pauses == sorted(pauses)
    assert pauses[0] <= 2
    assert pauses[-1] == LONGEST_PAUSE


def test_the_servers_own_wish_wins(health: Health, clock: FakeClock) -> None:
    health.note_failure(Throttled("Too many requests.", retry_after=120))
    assert health.seconds_to_wait == 120
    health.note_failure(offline())
    assert health.seconds_to_wait == 120, "a shorter pause of another request does not cut it"
    clock.advance(121)
    assert health.seconds_to_wait == 0


def test_the_agent_may_try_at_once(health: Health) -> None:
    health.note_failure(Throttled("Too many requests.", retry_after=120))
    health.try_now()
    assert health.seconds_to_wait == 0
    assert health.state is State.TROUBLED, "trying is no success"


def test_a_clock_that_was_set_back_does_not_stop_everything_for_a_day(health: Health, clock: FakeClock) -> None:
    health.note_failure(Throttled("Too many requests.", retry_after=60))
    clock.advance(-86_400)
    assert health.seconds_to_wait == 0


@pytest.mark.parametrize("error", [TokenRefused("The token was refused."), KeyringLocked("The keyring is locked.")])
def test_what_was_asked_before_the_token_was_refused_says_nothing_of_it(health: Health, error: InboxError) -> None:
    health.note_failure(error)
    assert (health.state, health.error) == (State.SIGNED_OUT, error)
    health.note_failure(ServerTrouble("The server broke."))
    health.note_success()
    assert (health.state, health.error) == (State.SIGNED_OUT, error)
    health.note_new_token()
    assert (health.state, health.error, health.seconds_to_wait) == (State.UNKNOWN, None, 0.0)


def test_a_token_that_the_server_refused_is_tried_again_further_and_further_apart(
    health: Health, clock: FakeClock
) -> None:
    pauses = []
    for _ in range(12):
        health.note_failure(TokenRefused("The token was refused."))
        assert not health.waits_for_token
        pauses.append(health.seconds_to_wait)
        clock.advance(health.seconds_to_wait)
    assert pauses == sorted(pauses)
    assert pauses[0] <= 2
    assert pauses[-1] == LONGEST_PAUSE
    health.note_success()
    assert (health.state, health.error, health.seconds_to_wait) == (State.ONLINE, None, 0.0)


def test_without_a_token_nothing_is_tried_whoever_asks(health: Health, clock: FakeClock) -> None:
    health.note_failure(KeyringLocked("The keyring is locked."))
    clock.advance(3600)
    health.try_now()
    assert health.waits_for_token
    health.note_success()
    assert health.state is State.SIGNED_OUT


def test_a_refusal_says_nothing_about_the_connection(health: Health) -> None:
    health.note_success()
    health.note_failure(AccessDenied("No Access"))
    assert health.state is State.ONLINE


def test_only_news_is_told(health: Health, bus: Bus, clock: FakeClock) -> None:
    listener = Listener.on(bus)
    health.note_success()
    health.note_success()
    health.note_failure(offline())
    health.note_failure(offline())
    assert len(listener.all(HealthChanged)) == 2
    began = health.since
    clock.advance(60)
    health.note_failure(NotNeptune("A sign-in page answered."))
    assert len(listener.all(HealthChanged)) == 3, "other words are news"
    assert health.since == began, "the trouble began when it began"
