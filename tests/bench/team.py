"""Prints what fifty agents make of 10,000 facts over connections that are cut, on a PostgreSQL of its own.

`python tests/bench/team.py [AGENTS [FACTS]]`; exits with 1 where anything was lost or doubled, or took over 5 s.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.team.cluster import Cluster, find_programs
from tests.team.crowd import run

AIM = 5.0


def main() -> int:
    agents, facts = [int(word) for word in [*sys.argv[1:], *["50", "10000"][len(sys.argv) - 1 :]]]
    programs = find_programs()
    if programs is None:
        print("no PostgreSQL 15 or later is installed")
        return 2
    cluster = Cluster(programs)
    cluster.start()
    try:
        database = cluster.database()
        database.set_up()
        outcome = run(database, agents=agents, facts=facts, seed=1, patience=600)
    finally:
        cluster.remove()
    print(
        f"{agents} agents, clocks up to an hour apart, {outcome.told:,} facts, {outcome.cuts} connections cut,"
        f" {outcome.dropped:,} bytes lost on the way:"
    )
    print(
        f"{outcome.lost} lost, {outcome.doubled} twice, {outcome.notes_lost} notes lost, {outcome.states} state(s),"
    )
    print(f"the same everywhere {outcome.seconds:.1f} s after the last cut (aim: {AIM:g} s)")
    wrong = outcome.lost or outcome.doubled or outcome.notes_lost or outcome.states != 1
    return 1 if wrong or outcome.seconds > AIM else 0


if __name__ == "__main__":
    sys.exit(main())
