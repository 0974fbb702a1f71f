"""An id in a sentence: where it begins and ends is seen, whatever it holds."""

from __future__ import annotations

import pytest

from neptune_inbox.presentation.verb_sentences import watch_taken_back
from neptune_inbox.sync.verbs import Watched
from neptune_inbox.text_ids import quoted_id
from tests.cli.conftest import shell
from tests.cli.plain_visitor import Visitor, office_with_mail
from tests.cli.shell import Shell

__all__ = ["shell"]


@pytest.mark.parametrize("id", ["u-4711", "88213", "rita@acme.example", "a:b", "łukasz", "x", "+49170"])
def test_what_shows_its_own_bounds_is_said_as_it_is(id: str) -> None:
    assert quoted_id(id) == id


@pytest.mark.parametrize("id", ["a b", "eu/4410", "a b/", "end.", "what?", " x", "a,"])
def test_what_does_not_is_put_into_quotation_marks(id: str) -> None:
    assert quoted_id(id) == f'"{id}"'


def test_the_sentence_that_names_it_is_as_clear() -> None:
    assert watch_taken_back(Watched("a b/", False, 0)) == 'Watching "a b/" again.'


async def test_in_plain_too_where_long_ids_are_cut() -> None:
    long = "0a1b2c3d-0000-4000-8000-00000000beef"
    visitor = await Visitor(office_with_mail()).console("watch a b/", f"watch {long}", "q")
    assert visitor.said("watch a b/").startswith('Watching "a b/"')
    assert '"long id' not in visitor.text


def test_and_in_a_shell(shell: Shell) -> None:
    assert 'Watching "a b/"' in shell("watch", "a b/").out
    assert '"a b/" was never fetched' in shell("list", "--cached", "-u", "a b/", "-q", "x").err
    assert "neptune-inbox list" in shell("mark", "n-1", "-u", "a b/", "--yes").err
