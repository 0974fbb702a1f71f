"""Takes the pictures of README: `python screenshots/shoot.py [NAME…]` writes SVG and PNG, `--check` only compares.

The film, `first-minute`, is an SVG alone: it moves by itself.

A picture is true while its words are what the app draws now. PNG is made by a headless Chromium where there is one.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from screenshots import first_minute
from screenshots.film import draw_film
from screenshots.png import shrink
from screenshots.scenes import SCENES, Scene
from screenshots.studio import another_place
from screenshots.svg import draw, text_of

FILM = "first-minute"
HERE = Path(__file__).resolve().parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")


def main(arguments: Sequence[str] | None = None) -> int:
    """Take or compare the named pictures, or all of them; the answer is the exit code."""
    parser = argparse.ArgumentParser(description="Take the pictures of README.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="which ones; without a name all")
    parser.add_argument("--check", action="store_true", help="write nothing; say which ones are no longer true")
    wish = parser.parse_args(arguments)
    known = {**{scene.name: scene for scene in SCENES}, FILM: None}
    unknown = [name for name in wish.names if name not in known]
    if unknown:
        parser.error(f"no such picture: {', '.join(unknown)}; there are {', '.join(known)}")
    chosen = [known[name] for name in wish.names or known]
    if wish.check:
        differing = [name_of(scene) for scene in chosen if difference(scene)]
        print("\n".join(f"{name}: no longer what the app draws" for name in differing) or "All pictures are true.")
        return int(bool(differing))
    for scene in chosen:
        print(take(scene))
    return 0


def draw_scene(scene: Scene | None) -> str:
    """The scene as an SVG document, played anew; None is the film."""
    with another_place():
        if scene is None:
            return draw_film(asyncio.run(first_minute.shoot()))
        return draw(asyncio.run(scene.shoot()))


def name_of(scene: Scene | None) -> str:
    return scene.name if scene else FILM


def difference(scene: Scene | None) -> str:
    """The words that the app draws now, where they are not those of the kept picture; else empty."""
    path = picture(name_of(scene))
    now = text_of(draw_scene(scene))
    return "" if path.exists() and text_of(path.read_text(encoding="utf-8")) == now else now or "nothing"


def picture(name: str, kind: str = "svg") -> Path:
    """Where a picture is kept."""
    return HERE / f"{name}.{kind}"


def take(scene: Scene | None) -> str:
    """Write a scene's SVG, and its PNG where a browser is there to draw it; the answer says what was written."""
    path = picture(name_of(scene))
    document = draw_scene(scene)
    path.write_text(document, encoding="utf-8")
    if scene is None:
        return f"{path.name} ({len(document) // 1024} kB)"
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        return f"{path.name} (no Chromium here, so no PNG)"
    if missing := missing_letters(text_of(document)):
        return f"{path.name} (no font here has {' '.join(missing)}, so no PNG: install fonts-noto and its emoji)"
    size = re.search(r'viewBox="0 0 (\d+) (\d+)"', document)
    assert size is not None
    target = picture(scene.name, "png")
    flags = ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--force-device-scale-factor=1")
    subprocess.run(
        [
            browser,
            *flags,
            "--disable-lcd-text",
            "--default-background-color=00000000",
            f"--window-size={size[1]},{size[2]}",
            f"--screenshot={target}",
            path.as_uri(),
        ],
        check=True,
        capture_output=True,
        timeout=60,
    )
    target.write_bytes(shrink(target.read_bytes()))
    return f"{path.name}, {target.name} ({target.stat().st_size // 1024} kB)"


def missing_letters(text: str) -> list[str]:
    """The characters that no installed font has: a browser would draw boxes for them."""
    foreign = sorted({letter for letter in text if ord(letter) > 0xFF and letter.isprintable()})
    return [letter for letter in foreign if not _has_font(letter)]


@cache
def _has_font(letter: str) -> bool:
    command = ["fc-list", f":charset={ord(letter):x}", "family"]
    return bool(subprocess.run(command, check=True, capture_output=True).stdout.strip())


if __name__ == "__main__":
    sys.exit(main())
