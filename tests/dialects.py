"""The dialects that the stories are told in: the five, and of joined rows every select and either id that marks."""

from __future__ import annotations

import pytest

from neptune_inbox.sandbox.dialects import DialectName, make_dialect

DIALECTS = [
    *(pytest.param(make_dialect(name), id=name) for name in DialectName if name is not DialectName.NOBEJS),
    pytest.param(make_dialect("nobejs", row_order="a"), id="nobejs-a"),
    pytest.param(make_dialect("nobejs", row_order="b"), id="nobejs-b"),
    pytest.param(make_dialect("nobejs", row_order="c"), id="nobejs-c"),
    pytest.param(make_dialect("nobejs", row_order="a", mark_by="delivery"), id="nobejs-a-by-delivery"),
    pytest.param(make_dialect("nobejs", row_order="b", mark_by="delivery"), id="nobejs-b-by-delivery"),
    pytest.param(make_dialect("nobejs", seed=7), id="nobejs-shuffled"),
]
