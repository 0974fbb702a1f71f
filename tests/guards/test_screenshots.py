"""The pictures in `screenshots/` are true: their words are what the app draws now, and they can be shown anywhere."""

from __future__ import annotations

import struct
import zlib
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.segment import Segment
from rich.style import Style

from screenshots.film import Shot, draw_film
from screenshots.png import SIGNATURE, shrink
from screenshots.scenes import SCENES, Scene
from screenshots.shoot import FILM, HERE, draw_scene, main, picture
from screenshots.svg import CELL_WIDTH, MARGIN, Frame, draw, text_of

pytestmark = pytest.mark.slow

REPLAYED = (
    *("inbox-dark", "inbox-terminal", "mark-all", "receipt", "filter", "offline", "sign-in", "help"),
    *("queue-60x15", "hostile", "difference", "request", "environments"),
)
"""Those that are played anew in each run of the tests; `shoot.py --check` plays all of them."""
LARGEST = 200_000
"""Bytes of a PNG."""


@pytest.mark.parametrize("scene", [scene for scene in SCENES if scene.name in REPLAYED], ids=lambda scene: scene.name)
def test_a_picture_says_what_the_app_draws_now(scene: Scene) -> None:
    kept = text_of(picture(scene.name).read_text(encoding="utf-8"))
    assert text_of(draw_scene(scene)) == kept, f"Take it anew: python screenshots/shoot.py {scene.name}"


def test_a_scene_gives_the_same_file_each_time() -> None:
    scene = next(scene for scene in SCENES if scene.name == "queue-80x24")
    assert draw_scene(scene) == draw_scene(scene)


def test_every_scene_is_kept_as_svg_and_png_and_nothing_else_lies_there() -> None:
    wanted = {picture(scene.name, kind).name for scene in SCENES for kind in ("svg", "png")}
    assert {path.name for path in HERE.iterdir() if path.suffix in (".svg", ".png")} == wanted | {f"{FILM}.svg"}
    assert set(REPLAYED) <= {scene.name for scene in SCENES}


@pytest.mark.parametrize("name", [scene.name for scene in SCENES])
def test_a_picture_fetches_nothing_and_its_png_has_its_size(name: str) -> None:
    document = picture(name).read_text(encoding="utf-8")
    root = ElementTree.fromstring(document)
    assert not [each for each in root.iter() if each.tag.endswith(("image", "script", "foreignObject", "use", "a"))]
    style = next(each for each in root.iter() if each.tag.endswith("style")).text or ""
    assert "url(" not in style
    assert "@import" not in style
    image = picture(name, "png").read_bytes()
    assert len(image) < LARGEST
    assert image.startswith(SIGNATURE)
    assert struct.unpack(">II", image[16:24]) == (int(root.get("width", "")), int(root.get("height", "")))


def test_the_film_says_what_the_app_draws_now_and_fetches_nothing() -> None:
    kept = picture(FILM).read_text(encoding="utf-8")
    assert text_of(draw_scene(None)) == text_of(kept), f"Take it anew: python screenshots/shoot.py {FILM}"
    assert not {"script", "image", "use", "a"} & {
        each.tag.rpartition("}")[2] for each in ElementTree.fromstring(kept).iter()
    }
    assert len(kept) < 2 * LARGEST


def test_a_line_that_does_not_change_is_drawn_once_and_the_others_in_their_time() -> None:
    shots = [
        Shot(frame((Segment("same"),), (Segment(text),)), 1.0, "k", "words") for text in ("one", "two", "two", "one")
    ]
    film = draw_film(shots)
    assert [film.count(f">{word}<") for word in ("same", "one", "two", "k", "words")] == [1, 2, 1, 1, 1]
    assert "25.000% { visibility: visible; } 75.000% { visibility: hidden; }" in film
    assert "animation: s1 4s step-end infinite" in film


def test_an_unknown_picture_is_refused_with_the_names_of_those_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["inbox-drak"])
    said = capsys.readouterr().err
    assert "inbox-drak" in said
    assert "inbox-dark" in said


def test_check_tells_which_picture_is_no_longer_true(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("screenshots.shoot.draw_scene", lambda scene: "<desc>something else</desc>")
    assert main(["--check", "help"]) == 1
    assert "help: no longer what the app draws" in capsys.readouterr().out


# How a frame becomes a picture -----------------------------------------------------------------------------------


def frame(*lines: tuple[Segment, ...], width: int = 20) -> Frame:
    return Frame(lines, width, "#c3ccd8", "#10141b", "a test")


@given(st.lists(st.text(st.characters(categories=("L", "N", "P", "S", "Zs")), max_size=12), max_size=5))
def test_the_words_of_any_frame_come_out_of_its_picture_again(words: list[str]) -> None:
    shot = frame(*((Segment(text),) for text in words))
    document = draw(shot)
    assert text_of(document) == shot.text
    ElementTree.fromstring(document)


def test_each_run_stands_at_its_own_cell_after_signs_that_take_two() -> None:
    document = draw(frame((Segment("📦", Style(bold=True)), Segment("ok", Style(color="red")))))
    assert f'x="{MARGIN + 2 * CELL_WIDTH}"' in next(line for line in document.splitlines() if ">ok<" in line)


def test_reversed_and_dimmed_text_keeps_its_colours() -> None:
    document = draw(frame((Segment("on", Style(color="#102030", bgcolor="#ffffff", reverse=True)),)))
    assert 'fill="#ffffff">on<' in document
    assert 'fill="#102030"' in document
    dimmed = draw(frame((Segment("dim", Style(color="#ffffff", bgcolor="#000000", dim=True)),)))
    assert 'fill="#999999">dim<' in dimmed


def test_markup_in_a_title_stays_text() -> None:
    document = draw(frame((Segment("</text><script>1</script>"),), width=30))
    assert "<script>" not in document
    assert text_of(document) == "</text><script>1</script>"


# How a PNG becomes small -----------------------------------------------------------------------------------------


def png(rows: list[list[bytes]], filters: list[int]) -> bytes:
    """A browser's PNG of these pixels (4 bytes each), its rows filtered as told (0 none, 1 sub, 2 up)."""
    raw = b""
    above = b"\0" * 4 * len(rows[0])
    for row, kind in zip(rows, filters, strict=True):
        plain = b"".join(row)
        guess = {0: b"\0" * len(plain), 1: b"\0" * 4 + plain[:-4], 2: above}[kind]
        raw += bytes([kind]) + bytes((byte - less) & 255 for byte, less in zip(plain, guess, strict=True))
        above = plain
    header = struct.pack(">IIBBBBB", len(rows[0]), len(rows), 8, 6, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(raw)), (b"IEND", b""))
    return SIGNATURE + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )


def pixels(document: bytes) -> list[bytes]:
    """The pixels of a shrunk PNG, its palette looked up."""
    chunks: dict[bytes, bytes] = {}
    position = len(SIGNATURE)
    while position < len(document):
        (length,) = struct.unpack_from(">I", document, position)
        chunks[document[position + 4 : position + 8]] = document[position + 8 : position + 8 + length]
        position += 12 + length
    (width,) = struct.unpack_from(">I", chunks[b"IHDR"])
    raw = zlib.decompress(chunks[b"IDAT"])
    numbers = [raw[at] for at in range(len(raw)) if at % (width + 1)]
    return [chunks[b"PLTE"][3 * number : 3 * number + 3] + chunks[b"tRNS"][number : number + 1] for number in numbers]


PIXELS = st.lists(st.binary(min_size=4, max_size=4), min_size=3, max_size=3)


@given(st.lists(st.tuples(PIXELS, st.integers(0, 2)), min_size=1, max_size=6))
def test_a_png_of_few_colours_loses_none_of_them(rows: list[tuple[list[bytes], int]]) -> None:
    made = png([row for row, _ in rows], [kind for _, kind in rows])
    assert pixels(shrink(made)) == [pixel for row, _ in rows for pixel in row]


def test_a_colour_beyond_the_256_commonest_becomes_the_nearest_of_them() -> None:
    common = [bytes((red, 0, 0, 255)) for red in range(256)]
    rare = bytes((7, 1, 0, 255))
    made = png([common, common, [rare, *common[1:]]], [0, 2, 1])
    assert pixels(shrink(made))[512] == bytes((7, 0, 0, 255))
