"""The sandbox's page in a real browser: by keyboard alone, in both colour schemes, narrow and wide."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from neptune_inbox.sandbox.background import BackgroundServer
from neptune_inbox.sandbox.neptune import Neptune
from neptune_inbox.sandbox.seed import seed_demo
from neptune_inbox.sandbox.site import create_site
from tests.chromium import Chromium, needs_chromium
from tests.sandbox_client import CONTROL_TOKEN

pytestmark = [pytest.mark.slow, needs_chromium]

VIEWS = (
    "/?view=inboxes&environment=production",
    "/?view=requests&hold=1",
    "/?view=events&hold=1",
    "/?view=control",
    "/docs",
)
REACHABLE = """(() => [...document.querySelectorAll(
    'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]')]
  .filter(each => each.checkVisibility()).map(each => [...document.querySelectorAll('*')].indexOf(each)))()"""
FOCUSED = """(() => {
  const each = document.activeElement, style = getComputedStyle(each), box = each.getBoundingClientRect();
  return {
    place: each === document.body ? -1 : [...document.querySelectorAll('*')].indexOf(each),
    name: each.outerHTML.slice(0, 80),
    ring: style.outlineStyle === 'none' ? 0 : parseFloat(style.outlineWidth),
    shown: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth && box.width > 0,
    inside: document.getElementById('content').contains(each),
  };
})()"""
FAINT = """(() => {
  const parse = text => (text.match(/[\\d.]+/g) || [0, 0, 0, 0]).map(Number);
  const ground = each => {
    for (; each; each = each.parentElement) {
      const [red, green, blue, alpha = 1] = parse(getComputedStyle(each).backgroundColor);
      if (alpha > 0) return [red, green, blue];
    }
    return [255, 255, 255];
  };
  const light = parts => parts.slice(0, 3).map(part => part / 255)
    .map(part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
    .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0);
  const ratio = (one, other) => {
    const [dim, bright] = [light(one), light(other)].sort((a, b) => a - b);
    return (bright + 0.05) / (dim + 0.05);
  };
  const found = [];
  let looked = 0, least = 21;
  const check = (each, ink, surface, most, what) => {
    const value = ratio(ink, surface);
    looked += 1;
    if (most === 4.5) least = Math.min(least, value);
    if (value < most) found.push(`${what} ${value.toFixed(2)} ${each.outerHTML.slice(0, 90)}`);
  };
  for (const each of document.body.querySelectorAll('*')) {
    if (!each.checkVisibility()) continue;
    const style = getComputedStyle(each);
    if ([...each.childNodes].some(node => node.nodeType === 3 && node.data.trim()))
      check(each, parse(style.color), ground(each), 4.5, 'text');
    if (each.matches('input:not([type=hidden]), select, textarea')) {
      check(each, parse(style.color), ground(each), 4.5, 'typed');
      check(each, parse(getComputedStyle(each, '::placeholder').color), ground(each), 4.5, 'placeholder');
      check(each, parse(style.borderTopColor), ground(each.parentElement), 3, 'edge');
    }
  }
  return {found, looked, least};
})()"""
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def neptune() -> Neptune:
    return Neptune(fill=seed_demo)


@pytest.fixture
def base_url(neptune: Neptune) -> Iterator[str]:
    """The page of a sandbox that was asked for this and that."""
    headers = {"authorization": f"Bearer {neptune.token.reveal()}"}
    with BackgroundServer(create_site(neptune, CONTROL_TOKEN)) as server:
        with httpx.Client(base_url=f"{server.base_url}/neptune", headers=headers) as client:
            client.get("/app_notifications/production?user_id=u-4711")
            client.post("/dev/events", json={"event_type": "OrderPlaced", "user_id": "u-1", "data": {"order": 7}})
            client.post("/dev/events", json={"event_type": ""})
        neptune.fault(503, path="*/nothing", times=2)
        yield server.base_url


def focused(browser: Chromium) -> dict[str, Any]:
    told: dict[str, Any] = browser.ask(FOCUSED)
    return told


def tab_to(browser: Chromium, id: str) -> None:
    """Tab until the field with this id has the focus."""
    for _ in range(100):
        if browser.ask("document.activeElement.id") == id:
            return
        browser.press("Tab")
    raise AssertionError(f"{id} is not reached")


def said(browser: Chromium) -> str:
    return str(browser.ask("document.querySelector('.said').textContent"))


@pytest.mark.parametrize("width", [480, 1200])
def test_tab_reaches_every_control_in_order_with_a_ring_that_is_seen(
    base_url: str, tmp_path: Path, width: int
) -> None:
    with Chromium(tmp_path, width=width) as browser:
        browser.go_to(f"{base_url}/?token={CONTROL_TOKEN}")
        for view in VIEWS:
            browser.go_to(base_url + view)
            wanted = browser.ask(REACHABLE)
            met = []
            for _ in wanted:
                browser.press("Tab")
                told = focused(browser)
                assert told["ring"] >= 2, told
                assert told["shown"], told
                met.append(told["place"])
            assert met == wanted, view
            browser.press("Tab", is_shifted=True)
            assert focused(browser)["place"] == wanted[-2], "and back"
        assert browser.logged == [], "nothing against the page's policy"


def test_all_is_done_without_a_mouse(base_url: str, neptune: Neptune, tmp_path: Path) -> None:
    with Chromium(tmp_path) as browser:
        browser.go_to(base_url)
        assert browser.ask("document.activeElement.id") == "token", "where it is to be typed"
        browser.type("guess")
        browser.press("Enter", leads_on=True)
        assert "not the control token" in said(browser)
        browser.type(CONTROL_TOKEN)
        browser.press("Enter", leads_on=True)

        browser.press("Tab")
        assert "To the content" in focused(browser)["name"]
        browser.press("Enter")
        browser.press("Tab")
        assert focused(browser)["inside"], "past the header"

        tab_to(browser, "find")
        browser.type("greta")
        browser.press("Enter", leads_on=True)
        assert browser.ask("document.querySelectorAll('.people li').length") == 1

        browser.go_to(f"{base_url}/?view=control")
        tab_to(browser, "event_type")
        browser.type("OrderPlaced")
        tab_to(browser, "event_user")
        browser.type("u-keys")
        browser.press("Enter", leads_on=True)
        assert "OrderPlaced was ingested for u-keys" in said(browser)
        assert len(neptune.unread("u-keys")) == 1
        assert "said" in focused(browser)["name"], "the outcome has the focus, and what follows is the content"

        tab_to(browser, "answer")
        browser.type("429")
        tab_to(browser, "times")
        browser.type("2")
        browser.press("Enter", leads_on=True)
        assert said(browser) == "Set: 429 to * *, 2 times"

        tab_to(browser, "what")
        browser.press("ArrowDown")
        tab_to(browser, "advance")
        browser.type("2h")
        browser.press("Enter", leads_on=True)
        assert "The clock is stopped at" in said(browser)
        assert neptune.clock.is_frozen


@pytest.mark.parametrize("is_dark", [False, True])
@pytest.mark.parametrize("width", [480, 1200])
def test_all_text_has_contrast_and_nothing_is_cut_off(
    base_url: str, tmp_path: Path, width: int, is_dark: bool
) -> None:
    with Chromium(tmp_path, width=width, is_dark=is_dark) as browser:
        addresses = ["/", "/?token=guess", f"/?token={CONTROL_TOKEN}", *VIEWS]
        for address in addresses:
            browser.go_to(base_url + address)
            browser.ask("document.querySelectorAll('details').forEach(each => { each.open = true; })")
            told = browser.ask(FAINT)
            assert told["found"] == [], address
            assert told["looked"] > 3
            assert browser.ask(WIDER) <= 0, f"{address} is wider than {width}"
        assert browser.ask("document.body.textContent.includes('/_sandbox/clock')"), "the last is the API's page"
