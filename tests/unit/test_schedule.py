"""Whose turn it is: nobody starves, the budget holds, the user on screen and the refresh key come first."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neptune_inbox.sync.polling.schedule import (
    ALONE_EVERY,
    ALONE_ROUNDS,
    ON_SCREEN_EVERY,
    OTHERS_EVERY,
    Schedule,
)
from neptune_inbox.sync.team.team import first_of

MINUTE = 60_000
HOUR = 60 * MINUTE
START = 1_790_000_000_000


@dataclass
class Log:
    """The polls of a simulated stretch of time, and what they cost."""

    polls: dict[str, list[int]] = field(default_factory=dict)
    requests: int = 0

    def longest_gap(self, user: str) -> int:
        times = self.polls[user]
        return max((after - before for before, after in pairwise(times)), default=0)


def users(count: int) -> list[str]:
    return [f"u-{number}" for number in range(count)]


def a_schedule(budget: int, watched: list[str], on_screen: str = "", seed: int = 7) -> Schedule:
    schedule = Schedule(requests_per_minute=budget, rng=Random(seed))
    schedule.set_users(watched)
    if on_screen:
        schedule.set_visible(frozenset({on_screen}))
    return schedule


def run(schedule: Schedule, milliseconds: int, *, cost: int = 1, start: int = START) -> Log:
    """Poll by the schedule for this long; every poll answers at once and costs `cost` requests."""
    log, now = Log(), start
    while now < start + milliseconds:
        user, pause = schedule.next(now)
        if user is None:
            now += max(1, round(pause * 1000))
            continue
        log.polls.setdefault(user, []).append(now)
        log.requests += cost
        schedule.note(user, now, cost)
    return log


def longest_fair(budget: int, count: int) -> float:
    """Twice the fair share, but nobody is ever polled more often than every half minute."""
    return max(2 * count / budget * MINUTE, OTHERS_EVERY * 1.1 + 2 * MINUTE / budget)


def test_fifty_watched_users_share_thirty_requests_a_minute_with_one_on_screen() -> None:
    watched = users(50)
    log = run(a_schedule(30, watched, on_screen="u-7"), HOUR)
    assert log.requests <= 30 * 60 + 1
    assert log.requests >= 30 * 60 * 0.95, "the budget is there to be used"
    assert max(log.longest_gap(user) for user in watched) <= 2 * 50 / 30 * MINUTE
    assert log.longest_gap("u-7") < 15_000, "the customer on screen is nearly live"


@pytest.mark.slow
@given(budget=st.integers(1, 120), count=st.integers(1, 200), on_screen=st.booleans(), seed=st.integers(0, 99))
def test_nobody_starves_whatever_the_budget_and_the_number_of_users(
    budget: int, count: int, on_screen: bool, seed: int
) -> None:
    watched = users(count)
    schedule = a_schedule(budget, watched, on_screen="u-0" if on_screen else "", seed=seed)
    # Long enough for three rounds, however small the budget.
    length = round(3 * longest_fair(budget, count))
    log = run(schedule, length)
    assert log.requests <= length * budget / MINUTE + 1
    assert set(log.polls) == set(watched)
    for user, times in log.polls.items():
        gaps = [times[0] - START, log.longest_gap(user), START + length - times[-1]]
        assert max(gaps) <= longest_fair(budget, count) + 1, user


DAY = 24 * HOUR


@pytest.mark.slow
def test_of_many_nobody_is_asked_twice_before_all_were_asked_once_in_a_day() -> None:
    count, budget = 300, 3
    watched, rng = users(count), Random(3)
    schedule, now = a_schedule(budget, watched), START
    busy = frozenset(rng.sample(watched, count // 25))
    asked: set[str] = set()
    rounds, order = 0, list[str]()
    while now < START + DAY:
        user, pause = schedule.next(now)
        if user is None:
            now += max(1, round(pause * 1000))
            continue
        assert user not in asked, f"asked twice in round {rounds}"
        asked.add(user)
        order.append(user)
        schedule.note(user, now, 1, has_changed=user in busy)
        if rng.random() < 0.02:
            schedule.make_due(frozenset(rng.sample(watched, 3)))
        if len(asked) == count:
            asked, rounds = set(), rounds + 1
    assert rounds >= int(DAY / (schedule.milliseconds_a_round * 1.05))
    assert busy <= set(order[count : count + count // 6]), "who changes often comes first in each round"


def test_whose_marks_were_sent_comes_first_of_those_who_were_not_asked_yet() -> None:
    schedule, now = a_schedule(60, users(50)), START
    schedule.note(schedule.next(now)[0] or "", now, 1)
    schedule.make_due(frozenset({"u-40"}))
    assert schedule.next(now + 1_000) == ("u-40", 0.0)


def test_a_round_takes_what_the_budget_gives_everybody() -> None:
    assert a_schedule(30, users(50)).milliseconds_a_round == 100_000
    assert a_schedule(30, users(50), on_screen="u-1").milliseconds_a_round == 150_000


@pytest.mark.parametrize("cost", [2, 3])
def test_polls_that_cost_more_requests_come_less_often(cost: int) -> None:
    watched = users(50)
    log = run(a_schedule(30, watched, on_screen="u-0"), HOUR, cost=cost)
    assert log.requests <= 30 * 60 + cost
    assert max(log.longest_gap(user) for user in watched) <= 2 * cost * 50 / 30 * MINUTE


def test_the_user_on_screen_is_asked_for_first() -> None:
    schedule = a_schedule(30, users(50), on_screen="u-31")
    assert schedule.next(START) == ("u-31", 0.0)


def test_a_user_who_comes_on_screen_later_is_due_at_the_shorter_interval() -> None:
    schedule = a_schedule(120, ["u-1"])
    schedule.note("u-1", START, 1)
    assert schedule.next(START + ON_SCREEN_EVERY + 1_100)[0] is None
    schedule.set_visible(frozenset({"u-1"}))
    assert schedule.next(START + ON_SCREEN_EVERY + 1_100)[0] == "u-1"


def test_the_only_user_may_have_the_whole_budget() -> None:
    log = run(a_schedule(1, ["u-1"], on_screen="u-1"), HOUR)
    assert 50 <= log.requests <= 61


def test_no_users_no_polls() -> None:
    assert a_schedule(30, []).next(START) == (None, 60.0)


def test_an_idle_inbox_uses_less_than_its_budget() -> None:
    log = run(a_schedule(120, users(2)), HOUR)
    assert log.longest_gap("u-0") >= OTHERS_EVERY * 0.9
    assert log.requests <= 2 * HOUR / (OTHERS_EVERY * 0.9) + 2


def test_the_refresh_key_jumps_the_queue_and_the_budget() -> None:
    schedule = a_schedule(1, users(20))
    now = START
    for _ in range(3):
        user, pause = schedule.next(now)
        now += round(pause * 1000)
        if user:
            schedule.note(user, now, 1)
    assert schedule.next(now)[1] > 10, "the budget is spent"
    schedule.ask_now(frozenset({"u-0"}), now)
    assert schedule.next(now) == ("u-0", 0.0)


def test_a_refresh_key_held_down_does_not_empty_the_budget() -> None:
    schedule, polls = a_schedule(30, users(5), on_screen="u-0"), 0
    for now in range(START, START + MINUTE, 33):
        schedule.ask_now(frozenset({"u-0"}), now)
        user, _ = schedule.next(now)
        if user:
            schedule.note(user, now, 1)
            polls += 1
    assert polls <= 30 + 12


def test_asking_for_a_stranger_changes_nothing() -> None:
    schedule = a_schedule(30, ["u-1"])
    schedule.note("u-1", START, 1)
    schedule.ask_now(frozenset({"u-9"}), START)
    assert schedule.next(START + 1)[0] is None


def test_without_focus_everything_goes_slower() -> None:
    watched = users(10)
    awake, asleep = a_schedule(30, watched, on_screen="u-0"), a_schedule(30, watched, on_screen="u-0")
    asleep.slowness = 4.0
    assert run(asleep, HOUR).requests <= run(awake, HOUR).requests / 3.5


def test_a_user_whose_poll_failed_waits_and_the_others_go_on() -> None:
    schedule = a_schedule(60, ["u-1", "u-2"])
    schedule.note_failure("u-1", START, 120.0, requests=2)
    assert schedule.failures("u-1") == 1
    log = run(schedule, 117_000, start=START + 2_000)
    assert set(log.polls) == {"u-2"}
    assert schedule.next(START + 121_100)[0] == "u-1"
    schedule.note("u-1", START + 121_100, 1)
    assert schedule.failures("u-1") == 0


def test_looking_at_a_failing_user_does_not_hurry_them() -> None:
    schedule = a_schedule(60, ["u-1"])
    schedule.note_failure("u-1", START, 300.0)
    schedule.set_visible(frozenset({"u-1"}))
    assert schedule.next(START + 60_000)[0] is None


def test_a_user_no_longer_watched_is_forgotten() -> None:
    schedule = a_schedule(60, ["u-1", "u-2"])
    schedule.set_users(["u-2"])
    schedule.note("u-1", START, 1)
    schedule.note_failure("u-1", START, 5.0)
    assert schedule.failures("u-1") == 0
    assert set(run(schedule, HOUR).polls) == {"u-2"}


@pytest.mark.parametrize("jump", [-24 * HOUR, 24 * HOUR])
def test_a_clock_that_jumps_by_a_day_stops_nothing(jump: int) -> None:
    schedule = a_schedule(30, users(3), on_screen="u-0")
    run(schedule, HOUR)
    log = run(schedule, 5 * MINUTE, start=START + HOUR + jump)
    assert set(log.polls) == {"u-0", "u-1", "u-2"}
    assert log.requests <= 5 * 30 + 1, "one catch-up poll, no storm"


def test_a_refresh_during_a_poll_is_not_lost() -> None:
    schedule = a_schedule(120, ["u-1"])
    assert schedule.next(START)[0] == "u-1"
    schedule.ask_now(frozenset({"u-1"}), START + 50)
    schedule.note("u-1", START + 100, 1)
    assert schedule.next(START + 100 + 500) == ("u-1", 0.0), "what was under way began before the key"
    schedule.note("u-1", START + 700, 1)
    assert schedule.next(START + 1_300)[0] is None


def test_programs_of_one_team_ask_together_no_more_often_than_one_alone() -> None:
    users = [f"u-{number}" for number in range(80)]
    alone, shared = a_schedule(60, users), a_schedule(60, users)
    shared.agents = 4
    asked_alone, asked_shared = (run(schedule, 600_000).requests for schedule in (alone, shared))
    assert asked_alone * 0.9 <= asked_shared * 4 <= asked_alone + 4


def run_team(schedules: list[Schedule], milliseconds: int, *, shares: bool = True, delay: int = 1_000) -> list[Log]:
    """Let programs of a team ask by their schedules; each learns after `delay` what others saw: the same."""
    logs = [Log() for _ in schedules]
    # Programs do not start in one moment, and never tick together.
    ready = {number: START + 137 * number for number in range(len(schedules))}
    told: list[tuple[int, int, str, int]] = []
    while (now := min(ready.values())) < START + milliseconds:
        number = min(ready, key=ready.__getitem__)
        while told and told[0][0] <= now:
            _, teller, user, at = told.pop(0)
            for hearer, schedule in enumerate(schedules):
                if hearer != teller:
                    schedule.note_seen(user, at, now)
        user_or_none, pause = schedules[number].next(now)
        if user_or_none is None:
            ready[number] = now + max(1, round(pause * 1000))
            continue
        logs[number].polls.setdefault(user_or_none, []).append(now)
        logs[number].requests += 1
        schedules[number].note(user_or_none, now, 1)
        if shares:
            told.append((now + delay, number, user_or_none, now))
    return logs


def a_team(size: int, watched: list[str], budget: int = 60) -> list[Schedule]:
    """The schedules of so many programs that watch the same users."""
    schedules = [a_schedule(budget, watched, seed=number) for number in range(size)]
    names = frozenset(f"program-{number}" for number in range(size))
    for number, schedule in enumerate(schedules):
        schedule.agents = size
        schedule.is_ours = lambda user, me=f"program-{number}": first_of(names, user) == me  # type: ignore[misc]
    return schedules


@pytest.mark.parametrize("size", [2, 5])
def test_everybody_in_a_team_knows_as_fresh_as_one_alone_with_the_whole_budget(size: int) -> None:
    watched, stretch = users(120), 6 * HOUR

    def longest(knows: list[list[Log]]) -> int:
        """The longest time, after everybody was asked once, in which a program heard nothing of a user."""
        gaps = []
        for logs in knows:
            for user in watched:
                heard = sorted(at for log in logs for at in log.polls.get(user, []) if at > START + HOUR)
                gaps += [after - before for before, after in pairwise(heard)]
        return max(gaps)

    together, apart = (run_team(a_team(size, watched), stretch, shares=shares) for shares in (True, False))
    assert sum(log.requests for log in together) <= stretch / MINUTE * 60 + size
    assert longest([together]) <= longest_fair(60, len(watched))
    assert longest([[log] for log in apart]) > (size - 0.5) * longest([together]) / 2
    for log in together:
        # Whatever the others say: each program also looks by itself.
        most = ALONE_EVERY + ALONE_ROUNDS * size * len(watched) * 1_000
        assert all(0 < log.longest_gap(user) <= most for user in watched)


def test_a_user_whom_a_colleague_saw_otherwise_comes_first_and_no_more_often_than_usual() -> None:
    schedule = a_schedule(60, users(120))
    last = list(run(schedule, 3 * MINUTE).polls)[-1]
    schedule.note_differing(last, START + 3 * MINUTE)
    assert next(iter(run(schedule, 2_000, start=START + 3 * MINUTE).polls)) == last

    schedule = a_schedule(6_000, users(2))
    run(schedule, 1_000)
    now, times = START + 1_000, 0
    while now < START + 10 * MINUTE:
        schedule.note_differing("u-1", now)
        times += len(run(schedule, 1_000, start=now).polls.get("u-1", []))
        now += 1_000
    assert times <= 10 * MINUTE / OTHERS_EVERY + 1, "two programs that never agree do not drive each other"


def test_what_a_colleague_saw_takes_no_turn_from_whom_the_agent_looks_at_or_asks_for() -> None:
    schedule = a_schedule(60, users(3), on_screen="u-0")
    run(schedule, MINUTE)
    now = START + MINUTE
    for user in users(3):
        schedule.note_seen(user, now, now)
    assert run(schedule, 12_000, start=now).polls["u-0"]
    schedule.ask_now(frozenset({"u-1"}), now + 12_000)
    schedule.note_seen("u-1", now + 12_000, now + 12_000)
    assert "u-1" in run(schedule, 2_000, start=now + 12_000).polls
