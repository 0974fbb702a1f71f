"""The sandbox's page for people: without a script, for whoever has the control token, and by keyboard alone."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from html.parser import HTMLParser

import httpx
import pytest

from neptune_inbox.sandbox.html import STYLE
from neptune_inbox.sandbox.neptune import Neptune
from neptune_inbox.sandbox.page_views import VIEWS
from neptune_inbox.sandbox.seed import seed_demo
from neptune_inbox.sandbox.site import create_site
from tests.hostile import hostile_rows
from tests.sandbox_client import NOON

TOKEN = "control-token"
ROOT = "http://127.0.0.1:8000"


class Elements(HTMLParser):
    """Every element of a page with its attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def all(self, *names: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name in names]


@pytest.fixture
def neptune() -> Neptune:
    return Neptune(now=lambda: NOON, fill=seed_demo)


@pytest.fixture
async def browser(neptune: Neptune) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody who is signed in, and goes where they are sent."""
    transport = httpx.ASGITransport(create_site(neptune, TOKEN))
    async with httpx.AsyncClient(transport=transport, base_url=ROOT, follow_redirects=True) as client:
        await client.get("/", params={"token": TOKEN})
        yield client


async def submit(browser: httpx.AsyncClient, act: str, **fields: str) -> str:
    """Send one of the page's forms; the page that comes back."""
    answer = await browser.post(f"/_sandbox/page/{act}", data=fields, headers={"origin": ROOT})
    assert answer.status_code == 200
    return answer.text


async def test_without_the_token_nothing_is_shown_and_nothing_done(neptune: Neptune) -> None:
    transport = httpx.ASGITransport(create_site(neptune, TOKEN))
    async with httpx.AsyncClient(transport=transport, base_url=ROOT, follow_redirects=True) as stranger:
        shown = await stranger.get("/")
        assert "Control token" in shown.text
        assert "Rajiv" not in shown.text
        for wrong in ("", "guess"):
            assert (await stranger.get("/", params={"token": wrong})).status_code == 401
        assert (await stranger.post("/_sandbox/page/reset")).status_code == 403
        entered = await stranger.post("/_sandbox/sign-in", data={"token": TOKEN}, headers={"origin": ROOT})
        assert "Rajiv Seelam" in entered.text
        assert TOKEN not in str(entered.url)


async def test_a_form_of_another_page_is_refused(browser: httpx.AsyncClient, neptune: Neptune) -> None:
    for headers in ({"origin": "https://a-page.example"}, {"origin": "null"}, {"sec-fetch-site": "same-site"}):
        answer = await browser.post("/_sandbox/page/arrive", data={"user": "u-1", "title": "x"}, headers=headers)
        assert answer.status_code == 403
    assert neptune.unread("u-1") == []


async def test_an_inbox_is_shown_and_read_for_the_customer(browser: httpx.AsyncClient, neptune: Neptune) -> None:
    page = (await browser.get("/", params={"environment": "production", "user": "u-0815"})).text
    first = neptune.unread("u-0815", environment="production")[-1]
    assert first.title in page
    page = await submit(browser, "read", environment="production", uuid=first.uuid, back="environment=production")
    assert "Read by the customer" in page
    assert first.read_at is not None
    assert "Read by the customer" not in (await browser.get("/")).text


async def test_events_arrivals_faults_and_the_clock(browser: httpx.AsyncClient, neptune: Neptune) -> None:
    page = await submit(browser, "event", event_type="OrderPlaced", user="u-9", data='{"order": 7}', back="user=u-9")
    assert "Order placed" in page
    assert "3 arrived for u-9: Hello" in await submit(browser, "arrive", user="u-9", title="Hello", count="3")
    assert len(neptune.unread("u-9")) == 4
    page = await submit(browser, "fault", answer="503", path="*/read", times="2", back="view=control")
    assert "Faults now" in page
    assert page.count("503 to * */read, 2 times") == 2
    await submit(browser, "clear")
    assert neptune.faults.active == []
    assert "2026-11-18T13:06:40" in await submit(browser, "clock", what="freeze", advance="2h")
    assert "stopped at 2026-11-04T12:00:00" in await submit(browser, "clock", at="2026-11-04T12:00:00Z")
    await submit(browser, "reset")
    assert neptune.unread("u-9") == []


@pytest.mark.parametrize(
    ("act", "fields", "words"),
    [
        ("event", {"event_type": "x", "user": "u-1", "data": "[1]"}, "The data is not a JSON object"),
        ("event", {"event_type": "", "user": "u-1"}, "An event needs a type and a user"),
        ("arrive", {"user": "u-1", "title": "x", "count": "many"}, "is not a whole number"),
        ("fault", {"answer": "earthquake"}, "There is no fault `earthquake`"),
        ("clock", {"advance": "soon"}, "is not a duration"),
        ("clock", {"what": "run", "at": "2026-11-04T12:00:00Z"}, "A running clock cannot have"),
        ("read", {"environment": "dev", "uuid": "gone"}, "Notification not found"),
        ("arrive", {"environment": "moon", "user": "u-1", "title": "x"}, "Environment not found"),
    ],
)
async def test_what_cannot_be_done_says_why(
    browser: httpx.AsyncClient, act: str, fields: dict[str, str], words: str
) -> None:
    assert words in await submit(browser, act, **fields)


async def test_requests_come_by_themselves_until_they_are_paused(
    browser: httpx.AsyncClient, neptune: Neptune
) -> None:
    await browser.get("/neptune/dev/users/u-4711", headers={"authorization": f"Bearer {neptune.token.reveal()}"})
    await browser.post("/neptune/dev/users", json={"user_id": ""})
    live = await browser.get("/", params={"view": "requests"})
    assert "/dev/users/u-4711" in live.text.replace("<wbr>", "")
    assert live.headers["refresh"] == "3"
    assert "refresh" not in (await browser.get("/", params={"view": "requests", "hold": "1"})).headers
    assert "401" in (await browser.get("/", params={"view": "events"})).text


async def test_what_is_hostile_stays_text(browser: httpx.AsyncClient, neptune: Neptune) -> None:
    neptune.sandbox_state.create_user("dev", "<script>alert(1)</script>", {"name": '"><img src=x onerror=alert(1)>'})
    for row in hostile_rows()[:80]:
        row.put_into(neptune.sandbox_state, "dev", "<script>alert(1)</script>")
    neptune.arrive("<script>alert(1)</script>", title="<b onclick=x>bold</b>")
    page = await browser.get("/", params={"user": "<script>alert(1)</script>", "find": "<i>"})
    elements = Elements(page.text)
    assert elements.all("script", "img", "b", "i", "iframe") == []
    assert "&lt;b onclick=x&gt;" in page.text


@pytest.mark.parametrize("view", [*VIEWS, "docs"])
async def test_every_view_needs_no_script_nothing_from_outside_and_no_mouse(
    browser: httpx.AsyncClient, view: str
) -> None:
    page = await browser.get("/docs" if view == "docs" else f"/?view={view}")
    assert page.status_code == 200
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    elements = Elements(page.text)
    assert elements.all("script", "link", "img", "iframe") == []
    assert not [attributes for _, attributes in elements.found if any(name.startswith("on") for name in attributes)]
    assert not [each for each in elements.all("a") if not (each["href"] or "").startswith(("/", "#"))]
    labelled = {each["for"] for each in elements.all("label")}
    fields = [each for each in elements.all("input", "select", "textarea") if each.get("type") != "hidden"]
    assert {each["id"] for each in fields} <= labelled
    assert len(elements.all("h1")) == len(elements.all("main")) == 1
    assert all(each.get("tabindex") in (None, "0", "-1") for _, each in elements.found)


def test_every_colour_of_text_has_contrast() -> None:
    light, dark = (dict(re.findall(r"--(\w+):(#\w+)", rule)) for rule in re.findall(r":root\{(.*?)\}", STYLE, re.S))
    for colours in (light, {**light, **dark}):
        for ink in ("text", "soft", "link", "unread", "bad"):
            for surface in ("ground", "panel"):
                assert contrast(colours[ink], colours[surface]) >= 4.5, (ink, surface)
        assert contrast(colours["on"], colours["button"]) >= 4.5


def contrast(ink: str, surface: str) -> float:
    """As WCAG counts it."""
    bright, dim = sorted((luminance(ink), luminance(surface)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(2 * each for each in colour[1:])
    parts = [int(digits[tenant : tenant + 2], 16) / 255 for tenant in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
