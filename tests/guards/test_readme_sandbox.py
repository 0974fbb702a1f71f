"""README's section about the sandbox works as it is printed, with the vendor's SDK where it can be had."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
SECTION = README.partition("\n## The sandbox\n")[2].partition("\n## ")[0]
START, *BLOCKS = re.findall(r"```bash\n(.*?)```", SECTION, re.S)
WORLD = re.search(r"```toml\n(# world\.toml\n.*?)```", SECTION, re.S)
LIST = 'curl -s "$NEPTUNE_API_BASE/app_notifications/dev?user_id=u-1" -H "Authorization: Bearer $NEPTUNE_TOKEN"'
PHP_ALONE = """php -r '$c = curl_init("https://api.teurons.com/neptune/environments");
  curl_setopt($c, CURLOPT_HTTPHEADER, ["Authorization: Bearer " . getenv("NEPTUNE_TOKEN")]);
  curl_exec($c) || exit(1);'"""
LIMIT = 90
HAS_NODE = shutil.which("node") is not None and shutil.which("npm") is not None


def block(words: str) -> str:
    return next(str(each) for each in BLOCKS if words in each)


def run(script: str, folder: Path) -> str:
    """What a shell prints that types the first block and then this script; the sandbox ends with it."""
    assert WORLD is not None
    (folder / "world.toml").write_text(WORLD[1])
    names = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "HOME": str(folder), "CI": "true"}
    ended = f"set -eu\ntrap 'kill %1' EXIT\n{START}\necho; echo =====\n{script}"
    done = subprocess.run(
        ["bash", "-c", ended], cwd=folder, env=names, capture_output=True, text=True, timeout=LIMIT, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_section_has_what_it_promises() -> None:
    assert len(BLOCKS) == 3
    assert len(SECTION.splitlines()) < 75, "the section stays short"


def test_it_starts_with_the_seed_file_and_answers_curl(tmp_path: Path) -> None:
    listed, _, _ = run("true", tmp_path).partition("\n=====\n")
    assert [row["title"] for row in json.loads(listed)["data"]] == [f"Parcel {n} is late" for n in (1, 2, 3)]


def test_fail_twice_then_succeed(tmp_path: Path) -> None:
    body = """'{"type": "user", "id": "u-1"}'"""
    mark = f'curl -s -o /dev/null -w "%{{http_code}} " "$NEPTUNE_API_BASE/app_notifications/dev/read" --json {body}'
    marks = "; ".join([f'{mark} -H "Authorization: Bearer $NEPTUNE_TOKEN"'] * 3)
    _, _, told = run(block('"times": 2') + "echo\n" + marks, tmp_path).partition("\n=====\n")
    assert told.splitlines()[1].split() == ["503", "503", "200"]


@pytest.mark.skipif(shutil.which("php") is None, reason="php-cli is not installed here")
def test_php_reaches_it_by_the_vendors_name(tmp_path: Path) -> None:
    asked = subprocess.run(["php", "-m"], capture_output=True, text=True, check=True)
    if "curl" not in asked.stdout.split():
        pytest.skip("PHP has no curl here: php-curl is not installed")
    _, _, told = run(PHP_ALONE, tmp_path).partition("\n=====\n")
    assert [row["identifier"] for row in json.loads(told)["data"]] == ["dev", "staging", "production"]


@pytest.mark.skipif(shutil.which("composer") is None, reason="composer is not installed here")
def test_the_vendors_php_sdk_reaches_it_unchanged(tmp_path: Path) -> None:
    # Composer's own settings may say where packages are had; without them they come from packagist.
    install = ["composer", "require", "--no-interaction", "--quiet", "teurons/neptune-php"]
    done = subprocess.run(install, cwd=tmp_path, capture_output=True, text=True, timeout=LIMIT, check=False)
    if done.returncode != 0:
        pytest.skip(f"teurons/neptune-php cannot be had here: {' '.join(done.stderr.split())[:200]}")
    _, _, told = run(f"{block('autoload.php')}echo -----\n{LIST}", tmp_path).partition("\n=====\n")
    said, _, listed = told.partition("-----\n")
    assert "[message] => Event ingested" in said
    assert json.loads(listed)["data"][0]["title"] == "Order 8 is on its way"


@pytest.mark.skipif(not HAS_NODE, reason="node and npm are not installed here")
def test_the_vendors_node_sdk_reaches_it_unchanged(tmp_path: Path) -> None:
    install = ["npm", "install", "--silent", "--no-audit", "--no-fund", "@teurons/neptune-nodejs@1.1.11"]
    done = subprocess.run(install, cwd=tmp_path, capture_output=True, text=True, timeout=LIMIT, check=False)
    if done.returncode != 0:
        pytest.skip(f"@teurons/neptune-nodejs cannot be had here: {done.stderr[:200]}")
    _, _, told = run(f"{block('neptune-nodejs')}echo -----\n{LIST}", tmp_path).partition("\n=====\n")
    said, _, listed = told.partition("-----\n")
    assert "is_duplicate: false" in said
    assert json.loads(listed)["data"][0]["title"] == "Order 7 is on its way"


def test_an_sdk_is_led_nowhere_else_and_its_ca_goes_with_the_sandbox(tmp_path: Path) -> None:
    script = (
        'echo "$CURL_CA_BUNDLE"; '
        'curl -s https://api.teurons.com/healthz -o /dev/null -w "%{http_code}\\n"; '
        'curl -s https://api.teurons.com/_sandbox/state -H "Authorization: Bearer $NEPTUNE_SANDBOX_TOKEN" '
        '-H "Host: localhost" -o /dev/null -w "%{http_code}\\n"; '
        "curl -sS https://example.com/ 2>&1 || true; "
        'curl -s -x "$HTTPS_PROXY" http://example.com/'
    )
    _, _, told = run(script, tmp_path).partition("\n=====\n")
    bundle, health, control, tunnel, plain = told.strip().splitlines()
    assert (health, control) == ("404", "404")
    assert "403" in tunnel
    assert plain.endswith("only, not to example.com.")
    until = time.monotonic() + 10
    while Path(bundle).exists():
        assert time.monotonic() < until, "the CA's file is left"
        time.sleep(0.05)
