"""The parts around the list: the mouse reaches every action, hostile text nobody, and sizes change without a tear."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.geometry import Region
from textual.pilot import Pilot
from textual.widgets import Static

from neptune_inbox.presentation.layout import Layout
from neptune_inbox.presentation.lines import ALL_USERS, SidebarFacts, Watched
from neptune_inbox.presentation.panes import PreviewFacts
from neptune_inbox.presentation.theme import LIGHT
from neptune_inbox.tui.widgets.control_filter import ControlCharFilter
from neptune_inbox.tui.widgets.lines import ActionChosen
from tests.tui.face import NOW, FaceApp, record, rows

INVOICE = PreviewFacts(
    "Invoice #1002 is overdue",
    "invoice_overdue",
    "u-4711",
    body="Dear Rajiv,\n\nit is [overdue](ssh://-oProxyCommand=x). `[/b]` [@click=app.bell]no[/]\n\n# Now\n\n- pay",
    link_host="acme.example",
    payload='{\n  "invoice": 1002\n}',
    evidence=(("missing", "no push token"),),
)
HOSTILE = "a\x1b]52;c;b3duZWQ=\x07b\x9b31mc\u202ed[/x][@click=app.quit]e"


@asynccontextmanager
async def face(size: tuple[int, int] = (100, 24)) -> AsyncIterator[tuple[FaceApp, Pilot[None]]]:
    app = FaceApp(rows(60))
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        yield app, pilot


def chosen(app: FaceApp) -> list[tuple[str, str | None]]:
    return [(message.action_id, message.value) for message in app.heard if isinstance(message, ActionChosen)]


async def click_words(app: FaceApp, pilot: Pilot[None], words: str) -> None:
    """Click where these words stand on the screen."""
    for y, line in enumerate(app.screen_lines()):
        if words in line:
            await pilot.click(offset=(line.index(words), y))
            await pilot.pause()
            return
    pytest.fail(f"{words!r} is not on the screen")


class TestTheMouseAlone:
    @pytest.mark.slow
    @pytest.mark.parametrize(
        ("words", "action"),
        [
            ("Read 1,206", ("filter.read", None)),
            ("2 pending", ("outbox", None)),
            ("mark all", ("mark.all", None)),
            ("? help", ("help", None)),
            ("u-4711", ("user.go", "u-4711")),
            ("Everyone", ("user.go", ALL_USERS)),
            ("stuck", ("views", "stuck")),
        ],
    )
    async def test_reaches_every_part_of_the_face(self, words: str, action: tuple[str, str | None]) -> None:
        async with face() as (app, pilot):
            await click_words(app, pilot, words)
            assert chosen(app) == [action]

    async def test_reaches_users_where_the_sidebar_is_folded(self) -> None:
        async with face((80, 24)) as (app, pilot):
            await click_words(app, pilot, "42 12")
            assert chosen(app) == [("user.go", "42")]

    async def test_a_click_on_nothing_does_nothing(self) -> None:
        async with face() as (app, pilot):
            await click_words(app, pilot, "Watched")
            await click_words(app, pilot, "────")
            assert app.heard == []


class TestTheSidebar:
    async def test_moves_among_what_can_be_chosen_and_chooses(self) -> None:
        async with face() as (app, pilot):
            sidebar = app.main_view.sidebar
            sidebar.focus()
            await pilot.pause()
            for step in (1, 1, 99):
                sidebar.move(step)
                sidebar.choose()
            sidebar.move(-99)
            sidebar.choose()
            await pilot.pause()
            assert [value for _, value in chosen(app)] == ["u-4711", "42", "stuck", ALL_USERS]

    async def test_an_empty_one_stands_any_key(self) -> None:
        async with face() as (app, pilot):
            app.main_view.sidebar.show(SidebarFacts(), NOW)
            app.main_view.sidebar.move(1)
            app.main_view.sidebar.choose()
            await pilot.pause()
            assert app.heard == []

    async def test_follows_the_user_on_screen(self) -> None:
        async with face() as (app, pilot):
            app.main_view.sidebar.show(SidebarFacts((Watched("", 1), Watched("u-9", 1)), current_user="u-9"), NOW)
            await pilot.pause()
            assert any(line.startswith(" ▸u-9") for line in app.screen_lines())


class TestThePreview:
    async def test_tells_head_body_link_evidence_and_payload(self) -> None:
        async with face((120, 60)) as (app, pilot):
            app.main_view.preview.show(INVOICE)
            await pilot.pause()
            screen = "\n".join(app.screen_lines())
            for words in (
                "Invoice #1002 is overdue",
                "Dear Rajiv,",
                "• pay",
                "→ acme.example",
                "no push token",
                '"invoice": 1002',
            ):
                assert words in screen

    @pytest.mark.slow
    async def test_nothing_in_a_body_can_be_clicked(self) -> None:
        async with face((120, 60)) as (app, pilot):
            app.main_view.preview.show(INVOICE)
            await pilot.pause()
            for strip in app.screen._compositor.render_strips():
                for segment in strip:
                    assert segment.style is None or not (segment.style.link or segment.style.meta.get("@click"))

    async def test_hostile_text_in_every_field_is_only_text(self) -> None:
        hostile = INVOICE._replace(
            title=HOSTILE,
            event_type=HOSTILE,
            user_id=HOSTILE,
            user_name=HOSTILE,
            triage=HOSTILE,
            body=HOSTILE,
            link_host=HOSTILE,
            payload=HOSTILE,
            evidence=((HOSTILE, HOSTILE),),
        )
        async with face((120, 60)) as (app, pilot):
            app.main_view.preview.show(hostile)
            await pilot.pause()
            assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set("".join(app.screen_lines()))
            app.main_view.preview.show(None)
            await pilot.pause()
            assert app.main_view.preview.facts is None

    async def test_another_notification_starts_at_its_top_and_the_same_one_stays(self) -> None:
        long = INVOICE._replace(body="line\n\n" * 100)
        async with face() as (app, pilot):
            preview = app.main_view.preview
            preview.show(long)
            await pilot.pause()
            preview.scroll_lines(7)
            preview.show(long._replace(triage="starred"))
            await pilot.pause()
            assert preview.scroll_offset.y == 7
            preview.page(1)
            assert preview.scroll_offset.y > 7
            preview.show(long._replace(title="Another"))
            await pilot.pause()
            assert preview.scroll_offset.y == 0

    async def test_follows_a_change_of_theme(self) -> None:
        async with face((120, 60)) as (app, pilot):
            app.main_view.preview.show(INVOICE)
            await pilot.pause()
            app.theme = LIGHT
            await pilot.pause()
            assert "Dear Rajiv," in "\n".join(app.screen_lines())


class TestTheStage:
    @pytest.mark.slow
    @pytest.mark.parametrize("size", [(200, 60), (120, 40), (100, 24), (80, 24), (60, 15), (40, 10), (20, 5)])
    async def test_every_part_stands_in_its_box(self, size: tuple[int, int]) -> None:
        async with face(size) as (app, _):
            for name, box in Layout.for_size(*size)._asdict().items():
                part = app.main_view.query_one(f"#{name}")
                assert part.region == (Region(*box) if box.is_shown else Region())

    @pytest.mark.slow
    async def test_grows_and_shrinks_without_a_tear(self) -> None:
        async with face() as (app, pilot):
            for size in ((60, 15), (160, 50), (80, 24), (20, 5), (100, 24)):
                await pilot.resize_terminal(*size)
                await pilot.pause()
                assert {len(line.encode("utf-32-le")) // 4 <= size[0] for line in app.screen_lines()} == {True}
                assert "PRODUCTION" in app.screen_lines()[0]

    async def test_what_is_not_shown_never_takes_the_focus(self) -> None:
        async with face((60, 15)) as (app, pilot):
            for _ in range(4):
                await pilot.press("tab")
                assert app.focused is app.main_view.rows

    async def test_the_preview_opens_over_the_list_where_there_is_no_room(self) -> None:
        async with face((60, 15)) as (app, pilot):
            app.main_view.is_reading = True
            app.main_view.rearrange()
            app.main_view.preview.show(INVOICE)
            await pilot.pause()
            assert "Invoice #1002" in app.screen_lines()[2]
            assert not app.main_view.rows.display

    async def test_the_search_takes_the_place_of_the_hints(self) -> None:
        async with face() as (app, pilot):
            assert "? help" in app.screen_lines()[-1]
            app.main_view.is_searching = True
            app.main_view.rearrange()
            await pilot.pause()
            assert app.main_view.search.region == Region(0, 23, 100, 1)
            assert "? help" not in app.screen_lines()[-1]

    async def test_a_line_that_says_the_same_is_not_drawn_again(self) -> None:
        async with face() as (app, _):
            drawn: list[int] = []
            facts = record()
            setattr(app.main_view.top, "refresh", lambda *_, **__: drawn.append(1))  # noqa: B010
            for now in (app.main_view.rows.now, app.main_view.rows.now + 1):
                app.main_view.draw(
                    top=facts.top,
                    bar=facts.bar,
                    status=facts.status,
                    sidebar=facts.sidebar,
                    hints=facts.hints,
                    now=now,
                )
            assert drawn == []


class TestTheGate:
    @pytest.mark.parametrize(
        "text", ["\x1b]0;x\x07", "a\x9bb", "\u202eabc", "\u2066", "\ud800", "\x00", "\u2028", "\ufeff"]
    )
    def test_lets_no_control_or_format_character_past(self, text: str) -> None:
        (segment,) = ControlCharFilter().apply([Segment(text, Style(link="https://x/\x1b\\"))], Color(0, 0, 0))
        assert not set(text) & set("\x1b\x07\x9b\u202e\u2066\x00\u2028\ufeff") & set(segment.text)
        assert segment.style is not None
        assert segment.style.link is None

    def test_leaves_good_text_and_links_alone(self) -> None:
        good = Segment("Café 配送 👩‍👧 🎉", Style(link="https://acme.example/"))
        assert ControlCharFilter().apply([good], Color(0, 0, 0)) == [good]

    async def test_stands_behind_textuals_own_widgets_too(self) -> None:
        async with face() as (app, pilot):
            await app.screen.mount(Static(HOSTILE, markup=False))
            await pilot.pause()
            assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set("".join(app.screen_lines()))
