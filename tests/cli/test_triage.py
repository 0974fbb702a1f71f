"""Triage from a shell: it stays here, and the customer's bell knows nothing of it."""

from __future__ import annotations

import pytest

from tests.cli.shell import CUSTOMER, Shell


@pytest.fixture
def id(shell: Shell) -> str:
    """One notification that was seen here."""
    id = shell.tell("Seen")
    assert shell("watch", CUSTOMER).out == f"Watching {CUSTOMER}.\n"
    assert len(shell("list").cells) == 1
    return id


def triage(shell: Shell) -> dict[str, object]:
    [row] = shell("list", "--type", "all", "--cached", "--json").json
    found: dict[str, object] = row["mine"]
    return found


class TestMyPlane:
    @pytest.mark.slow
    def test_done_and_back(self, shell: Shell, id: str) -> None:
        done = shell("done", id)
        assert done.cells == [["done", CUSTOMER, id]]
        assert "The customer sees no change; `neptune-inbox back ID` brings it back: “Seen” of" in done.err
        assert str(triage(shell)["done_at"]).endswith("Z")
        assert shell("list").out == ""
        shell("back", id)
        assert triage(shell)["done_at"] is None
        assert len(shell("list").cells) == 1

    @pytest.mark.slow
    def test_snoozed_until_a_time_in_words(self, shell: Shell, id: str) -> None:
        snoozed = shell("snooze", id[:8], "--until", "2h", "--json")
        assert snoozed.json[0]["mine"]["snoozed_until"].endswith("Z")
        assert shell("list").out == ""
        assert [row[5] for row in shell("list", "--query", "is:snoozed").cells] == ["snoozed"]
        shell("back", id)
        assert triage(shell)["snoozed_until"] is None

    @pytest.mark.slow
    @pytest.mark.parametrize("until", ["yesterday", "2020-01-01", ""])
    def test_a_time_that_is_none_changes_nothing(self, shell: Shell, id: str, until: str) -> None:
        assert shell("snooze", id, "--until", until).code == 2
        assert triage(shell)["snoozed_until"] is None

    @pytest.mark.slow
    def test_stars_and_notes(self, shell: Shell, id: str) -> None:
        shell("star", id)
        shell("note", id, "call them\x1b[2J back")
        assert triage(shell)["starred"] is True
        assert [row[5] for row in shell("list").cells] == ["starred noted"]
        assert "\x1b" not in shell("why", id, "--cached").out
        shell("star", id, "--off")
        shell("note", id, "")
        assert triage(shell) == {"done_at": None, "snoozed_until": None, "starred": False, "note": ""}

    @pytest.mark.slow
    def test_a_user_who_was_seen_need_not_be_watched_or_named(self, shell: Shell) -> None:
        id = shell.tell("Seen")
        assert shell("mark", id, "-u", CUSTOMER, "--yes").code == 0
        assert "Seen" in shell("why", id[:8]).out
        assert shell("star", id).cells == [["starred", CUSTOMER, id]]

    def test_it_needs_no_token_no_network_and_no_user(self, shell: Shell, id: str) -> None:
        before = shell.requests
        del shell.environment["NEPTUNE_TOKEN"]
        assert shell("done", id).code == 0
        assert shell.requests == before
        assert len(shell.unread_on_server()) == 1

    def test_all_or_none(self, shell: Shell, id: str) -> None:
        refused = shell("done", id, "never-seen")
        assert refused.code == 1
        assert "never-seen" in refused.err
        assert triage(shell)["done_at"] is None
        assert shell("done", "never-seen", "-u", CUSTOMER).code == 1


class TestWatching:
    def test_who_is_watched_is_listed_in_order(self, shell: Shell) -> None:
        assert "You watch no users" in shell("watch").err
        assert shell("watch", "b", "a", "b").out == "Watching b.\nWatching a.\n"
        assert shell("watch", "b").out == "Watching b already; `neptune-inbox unwatch ID` stops it.\n"
        assert [row["user_id"] for row in shell("watch", "--json").json] == ["b", "a"]

    def test_watching_no_longer(self, shell: Shell) -> None:
        shell("watch", "a", "b")
        stopped = shell("unwatch", "a")
        assert stopped.out == "No longer watching a; `neptune-inbox watch ID` watches again.\n"
        assert "1 user is watched; `neptune-inbox watch` lists them." in stopped.err
        refused = shell("unwatch", "b", "stranger")
        assert refused.code == 1
        assert "stranger is not watched" in refused.err
        assert shell("watch").cells == [["b"]]

    def test_the_profile_names_those_to_begin_with(self, shell: Shell) -> None:
        shell.config('[profiles.acme]\nenvironment = "dev"\napi_base = "{base}"\nusers = ["u-1", 42]\n')
        assert shell("watch").cells == [["u-1"], ["42"]]

    @pytest.mark.slow
    def test_without_a_token_nobody_knows_whose_list_it_is(self, shell: Shell) -> None:
        del shell.environment["NEPTUNE_TOKEN"]
        assert shell("watch", "a").code == 3

    def test_an_expired_token_is_enough_for_it(self, shell: Shell) -> None:
        shell("watch", "a")
        from neptune_inbox.sandbox.tokens import sign_token

        expired = sign_token(shell.sandbox_state, expires_at=shell.sandbox_state.now() - 1_000)
        shell.environment["NEPTUNE_TOKEN"] = expired.reveal()
        assert shell("watch", "b").out == "Watching b.\n"
        assert shell("watch").cells == [["a"], ["b"]]
