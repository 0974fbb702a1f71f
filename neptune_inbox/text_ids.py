"""Ids inside sentences. Apart from `text`, because the quickest commands speak of ids and clean nothing."""

from __future__ import annotations

import re

_BARE_ID = re.compile(r"[\w@+-]([^\s/\"]*[\w@+=-])?")


def quoted_id(id: str) -> str:
    """An id in a sentence: in quotation marks where a blank, a slash or a sign at its end would hide its bounds."""
    return id if _BARE_ID.fullmatch(id) else f'"{id}"'
