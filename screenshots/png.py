"""Makes a browser's PNG small: at most 256 colours, which a screen of text hardly needs, and the best packing."""

from __future__ import annotations

import struct
import zlib
from collections import Counter
from collections.abc import Iterator

SIGNATURE = b"\x89PNG\r\n\x1a\n"
CHANNELS = {2: 3, 6: 4}
"""Bytes of a pixel by the colour type that a browser writes."""


def shrink(document: bytes) -> bytes:
    """The same picture with a palette of its 256 commonest colours, the others drawn in the nearest of them."""
    chunks = list(_chunks(document))
    width, height, depth, kind = struct.unpack(">IIBB", next(data for name, data in chunks if name == b"IHDR")[:10])
    if depth != 8 or kind not in CHANNELS:
        raise ValueError(f"this PNG has {depth} bits and colour type {kind}; 8 and 2 or 6 are what a browser writes")
    raw = zlib.decompress(b"".join(data for name, data in chunks if name == b"IDAT"))
    rows = _unfiltered(raw, width, height, CHANNELS[kind])
    counted = Counter(pixel for row in rows for pixel in row)
    palette = [colour for colour, _ in counted.most_common(256)]
    tenant = {colour: number for number, colour in enumerate(palette)}
    for colour in counted.keys() - tenant.keys():
        tenant[colour] = tenant[min(palette, key=lambda known: _distance(known, colour))]
    indices = b"".join(b"\0" + bytes(tenant[pixel] for pixel in row) for row in rows)
    return SIGNATURE + b"".join(
        (
            _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
            _chunk(b"PLTE", b"".join(colour[:3] for colour in palette)),
            _chunk(b"tRNS", bytes(colour[3] if len(colour) > 3 else 255 for colour in palette)),
            _chunk(b"IDAT", zlib.compress(indices, 9)),
            _chunk(b"IEND", b""),
        )
    )


def _chunks(document: bytes) -> Iterator[tuple[bytes, bytes]]:
    position = len(SIGNATURE)
    while position < len(document):
        (length,) = struct.unpack_from(">I", document, position)
        yield document[position + 4 : position + 8], document[position + 8 : position + 8 + length]
        position += 12 + length


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _unfiltered(raw: bytes, width: int, height: int, size: int) -> list[list[bytes]]:
    """The pixels of each row, after the five filters of the PNG specification (section 9)."""
    length = width * size
    before = bytearray(length)
    rows = []
    for number in range(height):
        start = number * (length + 1)
        row = bytearray(raw[start + 1 : start + 1 + length])
        _unfilter(row, before, raw[start], size)
        rows.append([bytes(row[at : at + size]) for at in range(0, length, size)])
        before = row
    return rows


def _unfilter(row: bytearray, above: bytearray, kind: int, size: int) -> None:
    if kind == 0:
        return
    for at, up in enumerate(above):
        left, corner = (row[at - size], above[at - size]) if at >= size else (0, 0)
        guess = (left, up, (left + up) // 2, _paeth(left, up, corner))[kind - 1]
        row[at] = (row[at] + guess) & 255


def _paeth(left: int, up: int, corner: int) -> int:
    far = left + up - corner
    return min((left, up, corner), key=lambda value: abs(far - value))


def _distance(one: bytes, other: bytes) -> int:
    return sum((a - b) ** 2 for a, b in zip(one, other, strict=True))
