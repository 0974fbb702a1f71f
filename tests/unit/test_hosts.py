"""A token goes to the hosts that it was given for, whatever its source, and to no other without an agreement."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from neptune_inbox.errors import HostNotTrusted
from neptune_inbox.model import Profile, Token
from neptune_inbox.store.outbox.schema import open_state
from neptune_inbox.store.profiles import ProfileStore
from neptune_inbox.sync.hosts import Hosts, host_of, lookalike_words

ACME = Profile("acme", "https://n.acme.example/neptune", "https://n.acme.example/neptune", "dev")
EVIL = "https://evil.example/neptune"


@pytest.fixture
def profiles() -> ProfileStore:
    return ProfileStore(open_state(None, lambda: 0))


@pytest.fixture
def hosts(profiles: ProfileStore) -> Hosts:
    return Hosts(profiles, lambda profile: (host_of(ACME.api_base),))


@pytest.mark.parametrize("is_given_here", [True, False])
@pytest.mark.parametrize("there", [{"api_base": EVIL}, {"edge_base": EVIL}, {"api_base": EVIL, "edge_base": EVIL}])
def test_what_was_given_together_is_remembered_and_nothing_else_is_let_through(
    hosts: Hosts, is_given_here: bool, there: dict[str, str]
) -> None:
    token = Token("first-token-of-acme")
    for _ in range(2):
        hosts.check(ACME, token, is_given_here=is_given_here)
    with pytest.raises(HostNotTrusted) as caught:
        hosts.check(replace(ACME, **there), token, is_given_here=is_given_here)
    assert "would go to evil.example, and it was given for n.acme.example: nothing was sent" in caught.value.sentence
    assert caught.value.exit_code == 3
    hosts.check(replace(ACME, **there, trusted_hosts=("evil.example",)), token, is_given_here=is_given_here)


def test_a_command_of_a_profile_was_given_for_its_own_address_and_no_variable(hosts: Hosts) -> None:
    with pytest.raises(HostNotTrusted):
        hosts.check(replace(ACME, edge_base=EVIL), Token("from-a-command"), is_given_here=False)


def test_a_command_that_prints_another_token_each_time_is_bound_too(hosts: Hosts) -> None:
    hosts.check(ACME, Token("short-lived-1"), is_given_here=False)
    with pytest.raises(HostNotTrusted):
        hosts.check(replace(ACME, api_base=EVIL), Token("short-lived-2"), is_given_here=False)


def test_another_token_and_address_in_one_environment_are_another_pair(hosts: Hosts) -> None:
    hosts.check(ACME, Token("first-token-of-acme"), is_given_here=True)
    there = replace(ACME, api_base="https://b.example", edge_base="https://b.example")
    hosts.check(there, Token("token-of-another-team"), is_given_here=True)
    with pytest.raises(HostNotTrusted):
        hosts.check(there, Token("first-token-of-acme"), is_given_here=True)


def test_an_agreement_by_hand_holds(hosts: Hosts) -> None:
    token, there = Token("first-token-of-acme"), replace(ACME, api_base=EVIL, edge_base=EVIL)
    hosts.check(ACME, token, is_given_here=True)
    hosts.agree(there, token)
    hosts.check(there, token, is_given_here=True)


def test_a_host_that_pretends_is_not_let_through_by_coming_together_with_a_token(hosts: Hosts) -> None:
    base = "https://api.teurons.com.evil.example/neptune"
    there, token = replace(ACME, api_base=base, edge_base=base), Token("given-together")
    with pytest.raises(HostNotTrusted, match=r"looks like teurons\.com and is not part of it"):
        hosts.check(there, token, is_given_here=True)
    hosts.agree(there, token)
    hosts.check(there, token, is_given_here=True)


def test_the_token_is_in_none_of_it(hosts: Hosts, profiles: ProfileStore) -> None:
    hosts.check(ACME, Token("first-token-of-acme"), is_given_here=False)
    with profiles._database.reading() as connection:
        rows = connection.execute("SELECT * FROM host").fetchall()
    assert rows
    assert "first-token" not in str(rows)


@pytest.mark.parametrize(
    "host",
    [
        *("api.teurons.com.evil.example", "teur0ns.com", "api.teurons.co", "teurons.evil.example", "my-teurons.com"),
        *("api.teuronss.com", "teuron.com", "teuorns.com", "аpi.acme.example", "te\u0443rons.example"),
        *("xn--pi-7kc.acme.example", "bücher.example", "téurons.com", "api.teurons.com.", "TEUR0NS.com:8443")[:3],
        *("TEUR0NS.com:8443", "api-teurons-com.evil.example"),
    ],
)
def test_a_host_that_pretends_to_be_another_is_named(host: str) -> None:
    assert lookalike_words(host_of(f"https://{host}"))


@pytest.mark.parametrize(
    "host",
    [
        *("api.teurons.com", "edge.teurons.com", "API.TEURONS.COM", "n.acme.example", "localhost:8000", "127.0.0.1"),
        *("[::1]:8443", "neurons.example", "api.teurons.com:8443", "10.0.0.7:99", "gateway-1.internal"),
    ],
)
def test_an_honest_host_is_not(host: str) -> None:
    assert lookalike_words(host_of(f"https://{host}")) == ""
