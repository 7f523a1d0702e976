from ipaddress import ip_address

import pytest

from feedbot.source._dns import Answer, Resolver, addresses_of, look_up, probe, query_name
from tests.source.dnsserver import Zones, serving, working

BAD = ip_address("192.0.2.25")
NAME = "25.2.0.192.bl.example."


def test_a_name_asks_in_turned_order() -> None:
    """RFC 5782, 2.1 and 2.4: octets, or for IPv6 nibbles, from the last to the first."""
    assert query_name(BAD, "bl.example") == NAME
    six = query_name(ip_address("2001:db8::1"), "bl.example.")
    assert six == "1." + "0." * 23 + "8.b.d.0.1.0.0.2.bl.example."


def test_what_is_listed_and_what_is_not() -> None:
    """The codes and the list's words, on one line; nothing for an address that is not there."""
    with serving(Zones({NAME: ["127.0.0.4", "127.0.0.2", "spam seen\tsee https://bl.example/x"]})) as resolver:
        listed = look_up(resolver, BAD, "bl.example")
        assert (listed.listed, listed.codes) == (True, ("127.0.0.2", "127.0.0.4"))
        assert "https://bl.example/x" in listed.words
        assert look_up(resolver, ip_address("192.0.2.26"), "bl.example") == Answer()


@pytest.mark.parametrize("code", ["127.255.255.254", "127.0.0.1", "198.51.100.7"])
def test_an_answer_that_is_none_is_a_failure(code: str) -> None:
    """Refusals and invented answers never list anybody, not beside a proper code either."""
    for answers in ([code], ["127.0.0.2", code]):
        with serving(Zones({NAME: answers})) as resolver:
            found = look_up(resolver, BAD, "bl.example")
        assert not found.listed
        assert code in found.failure


def test_a_resolver_that_fails_is_a_failure() -> None:
    """SERVFAIL, and nobody at the port."""
    with serving(Zones(broken={"bl.example."})) as resolver:
        assert look_up(resolver, BAD, "bl.example").failure
        assert probe(resolver, "bl.example")
    assert look_up(Resolver(("127.0.0.1",), 9, 0.2), BAD, "bl.example").failure


@pytest.mark.parametrize(
    ("zones", "words"),
    [
        (Zones(working()), ""),
        (Zones(), "does not list its test entry"),
        (Zones(everything="127.0.0.2"), "lists everything"),
        (Zones(everything="198.51.100.7"), "invents answers"),
        (Zones(everything="127.255.255.254"), "refuses to answer"),
    ],
)
def test_a_list_is_tried_by_its_test_entries(zones: Zones, words: str) -> None:
    """One that is closed, lists everything or refuses is found before anybody is asked about."""
    with serving(zones) as resolver:
        found = probe(resolver, "bl.example")
    assert words in found
    assert bool(found) is bool(words)


def test_addresses_of_a_host() -> None:
    """By its name; none for a name that is not there."""
    with serving(Zones({"mx1.example.": ["192.0.2.25"]})) as resolver:
        assert addresses_of(resolver, "mx1.example") == (BAD,)
        assert addresses_of(resolver, "mx2.example") == ()
