"""What a release is made of is written down by hash, and fits what pyproject.toml asks for."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LOCK = (ROOT / ".ci/lock.txt").read_text(encoding="utf-8")
PINNED = dict(re.findall(r"^([a-z0-9-]+)==([^ ;\\\n]+)", LOCK, re.M))


def test_every_package_that_is_needed_is_pinned_to_a_version_that_fits() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed = [Requirement(text) for text in (*project["dependencies"], *project["optional-dependencies"]["sandbox"])]
    assert len(needed) > 10
    unfit = [
        str(requirement)
        for requirement in needed
        if not requirement.specifier.contains(PINNED.get(canonicalize_name(requirement.name), "0"))
    ]
    assert unfit == []


def test_every_pin_has_a_hash() -> None:
    entries = re.split(r"^(?=[a-z0-9-]+==)", LOCK, flags=re.M)[1:]
    assert len(entries) == len(PINNED)
    assert [entry.split()[0] for entry in entries if not re.search(r"--hash=sha256:[0-9a-f]{64}", entry)] == []
