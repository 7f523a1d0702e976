"""Whom a case concerns, and that nobody ever reads of another's servers."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedbot.errors import InventoryError
from feedbot.inventory import Component, Contract, Customer, Plan, Server
from feedbot.matching import (
    Because,
    Exposure,
    Installation,
    Match,
    MatchVerdict,
    by_contract,
    exposures,
    recipients,
    unknowns,
)


def customer(number: int) -> Customer:
    """Make a customer whose every word holds his own token."""
    return Customer(f"C{number:03}", f"canary-{number:03} 様", f"canary-{number:03}@mihon.example")


def installation(number: int, host: int, component: Component) -> Installation:
    """Make a component on one of a customer's servers."""
    contract = Contract(f"canary-{number:03}-K{host % 2}", f"C{number:03}", Plan.VPS, host % 2 == 0)
    return Installation(component, Server(f"canary-{number:03}-h{host}", contract.id), contract, customer(number))


def match(number: int, verdict: MatchVerdict) -> Match:
    """Make the verdict on a component."""
    return Match(Component("generic", "ntpd", f"4.{number}"), "NTP", verdict, Because("upstream-range"))


MATCHES = [match(number, verdict) for number, verdict in enumerate(MatchVerdict)]


def test_grouping() -> None:
    """One exposure a customer, contract and server, with all its matches; what did not match is not there."""
    held = [installation(1, 0, one.component) for one in MATCHES] + [installation(2, 1, MATCHES[0].component)]
    first, second = exposures(MATCHES, [*held, installation(3, 0, Component("generic", "other", "1"))])
    assert (first.customer, first.server.name) == (customer(1), "canary-001-h0")
    assert first.matches == tuple(MATCHES)
    assert second.matches == (MATCHES[0],)


def test_only_affected_makes_a_recipient() -> None:
    """UNKNOWN is listed for the reviewer alone, the fixed and the unaffected nowhere."""
    held = [installation(number, 0, one.component) for number, one in enumerate(MATCHES)]
    given_exposures = exposures(MATCHES, held)
    assert [(one.id, own[0].matches) for one, own in recipients(given_exposures)] == [("C000", (MATCHES[0],))]
    assert [(one.id, own[0].matches) for one, own in unknowns(given_exposures)] == [("C003", (MATCHES[3],))]


def test_a_mail_names_what_is_affected_alone() -> None:
    """A recipient's exposure holds no unknown or fixed component beside the affected one."""
    ((_, (own,)),) = recipients(exposures(MATCHES, [installation(1, 0, one.component) for one in MATCHES]))
    assert [one.verdict for one in own.matches] == [MatchVerdict.AFFECTED]


CONTRACTS = [
    Contract("K1", "C001", Plan.VPS, True),
    Contract("K2", "C001", Plan.SHARED, False),
    Contract("K3", "C002", Plan.DEDICATED, True),
    Contract("K4", "C002", Plan.DEDICATED, False),
    Contract("K5", "C999", Plan.VPS, True),
]
SERVERS = [Server("a", "K1"), Server("b", "K1"), Server("c", "K3"), Server("d", "K4"), Server("e", "K5")]


@pytest.mark.parametrize(
    ("plans", "root", "expected"),
    [
        ({Plan.VPS}, None, [("C001", "a"), ("C001", "b")]),
        ({Plan.SHARED}, None, [("C001", "")]),
        ({Plan.VPS, Plan.DEDICATED}, True, [("C001", "a"), ("C001", "b"), ("C002", "c")]),
        ({Plan.DEDICATED}, False, [("C002", "d")]),
        (set(), None, []),
    ],
)
def test_an_audience_by_contract(plans: set[Plan], root: bool | None, expected: list[tuple[str, str]]) -> None:
    """Plan and root choose; a contract without a server counts, one of an unknown customer does not."""
    made = by_contract(CONTRACTS, SERVERS, [customer(1), customer(2)], plans, root)
    assert [(one.customer.id, one.server.name) for one in made] == expected
    assert sum(len(own) for _, own in recipients(made)) == len(expected)
    assert unknowns(made) == ()


def test_a_server_of_somebody_else_is_an_error() -> None:
    """An installation that ties a server to the wrong customer stops all, rather than tell one of the other."""
    good = installation(1, 0, MATCHES[0].component)
    for bad in (replace(good, customer=customer(2)), replace(good, server=Server("x", "canary-002-K0"))):
        with pytest.raises(InventoryError, match="canary"):
            exposures(MATCHES, [good, bad])
    with pytest.raises(InventoryError):
        recipients([Exposure(customer(2), good.contract, good.server, ())])


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 40), st.integers(0, 3), st.sampled_from(MATCHES)), max_size=60),
    st.randoms(use_true_random=False),
)
def test_no_canary_sings_in_another_cage(placed: list[tuple[int, int, Match]], shuffle: object) -> None:
    """No recipient's share holds a token of another customer, each affected server is in one share, in any order."""
    held = [installation(number, host, one.component) for number, host, one in placed]
    made = recipients(exposures(MATCHES, held))
    for one, own in made:
        token = one.email.partition("@")[0]
        assert all(token in word for word in repr(own).split("'") if "canary" in word)
    wanted = {f"canary-{number:03}-h{host}" for number, host, one in placed if one.verdict is MatchVerdict.AFFECTED}
    assert sorted(share.server.name for _, own in made for share in own) == sorted(wanted)
    shuffle.shuffle(held)
    assert recipients(exposures(reversed(MATCHES), held)) == made
