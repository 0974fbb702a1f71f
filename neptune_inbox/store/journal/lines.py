"""The lines of the journal: one JSON object each, in ASCII; what cannot be read is passed over, and counted."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from msgspec import Struct, field
from msgspec.structs import fields

from neptune_inbox.model import JournalEntry

_FIELDS = {field.name: (field.encode_name, field.default) for field in fields(JournalEntry)}


class LineNames(Struct, frozen=True):
    """What a line is about: only this is parsed where nothing else is needed."""

    at: int = 0
    verb: str = ""
    outcome: str = ""
    tenant: str = field(name="place", default="")
    user_id: str = ""
    id: str = ""
    receipt_id: str = ""


def encoded(entry: JournalEntry) -> bytes:
    """An entry as its line; empty fields are left out."""
    filled = {key: value for name, (key, default) in _FIELDS.items() if (value := getattr(entry, name)) != default}
    return json.dumps(filled).encode("ascii") + b"\n"


def needle(value: str) -> bytes:
    """The bytes in every line with this value: lines without them need not be parsed."""
    return json.dumps(value).encode()


class Damaged(Struct):
    """How many lines were passed over because they cannot be read."""

    count: int = 0


def decoded(lines: Iterable[bytes], damaged: Damaged | None = None) -> Iterator[JournalEntry]:
    """The entries of those of these lines that can be read; the others are counted in `damaged`."""
    # Not needed for the first paint, so it is not imported before somebody reads.
    import msgspec

    decoder = msgspec.json.Decoder(JournalEntry)
    for line in lines:
        try:
            entry = decoder.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError):
            if damaged is not None and not line.isspace() and line:
                damaged.count += 1
            continue
        yield entry


def named(lines: Iterable[bytes]) -> Iterator[tuple[LineNames, bytes]]:
    """What each of those of these lines that can be read is about, and the line."""
    import msgspec

    decode = msgspec.json.Decoder(LineNames).decode
    for line in lines:
        try:
            names = decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError):
            continue
        yield names, line
