"""Over a slow line each byte is felt: what is on the screen already is not written again."""

from __future__ import annotations

from pathlib import Path

from tests.faults.pty_steps import bytes_of, demo


def test_no_step_writes_more_than_a_third_of_what_whole_regions_took(tmp_path: Path) -> None:
    with demo(tmp_path) as terminal:
        too_many = {step.name: found for step, found in bytes_of(terminal) if found > step.most}
    assert not too_many
