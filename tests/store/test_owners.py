"""Whose a set is, kept beside the hosts: always what the hosts and their contracts say."""

from random import Random

import pytest
from pyroaring import BitMap
from sqlalchemy import Connection, select

from feedbot.inventory import Component, Contract, Customer, HostPackages, Plan, Server
from feedbot.store import _owners, inventory
from feedbot.store._inventory_tables import OWN_LISTS, contracts, host_sets
from tests.store.samples import NOW


def _said(tx: Connection) -> set[tuple[int, str, str]]:
    """Return what hosts and contracts say."""
    query = select(host_sets.c.set, contracts.c.customer, host_sets.c.kernel).select_from(OWN_LISTS)
    return {(number, customer, kernel) for number, customer, kernel in tx.execute(query)}


def _kept(tx: Connection) -> list[tuple[int, str, str]]:
    return [row for part in _owners.read(tx) for row in zip(*part, strict=True)]


def _customers(rng: Random, tx: Connection, servers: int) -> None:
    """Give each server that is left to some contract, and each contract to some customer."""
    whose = [Customer(f"C{n}", "CSIRT-A", f"c{n}@csirt-a.example") for n in range(4)]
    owned = [Contract(f"K{n}", f"C{rng.randrange(4)}", Plan.VPS, root=True) for n in range(6)]
    given = [Server(f"h{n}", f"K{rng.randrange(6)}") for n in range(servers) if rng.random() < 0.8]
    inventory.replace_customers(tx, whose, owned, given, NOW)


def _packages(rng: Random, tx: Connection, servers: int) -> None:
    """Take in lists of some of them, many of them alike."""
    hosts = {}
    for name in rng.sample([f"h{n}" for n in range(servers)], 5):
        found = tuple(Component("deb", f"p{n}", str(rng.randrange(2))) for n in range(3))
        hosts[name] = HostPackages(name, found, "debian:12", kernel=rng.choice(("", "6.1.0-1-amd64")))
    inventory.replace_packages(tx, hosts, NOW)


@pytest.fixture(params=[1, 1024])
def span(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """Keep one set to a row, and all in one."""
    monkeypatch.setattr(_owners, "_SPAN", request.param)
    return int(request.param)


def test_kept_as_hosts_and_contracts_say(tx: Connection, span: int) -> None:
    """Whatever comes, goes or changes hands, each set, customer and kernel is kept once, and no other."""
    rng, seen = Random(span), 0
    for _ in range(40):
        rng.choice((_customers, _packages, _packages))(rng, tx, 12)
        kept = _kept(tx)
        assert len(kept) == len(set(kept))
        assert set(kept) == _said(tx)
        seen = max(seen, len(kept))
    assert seen > 5


def test_only_the_spans_that_are_asked_for(tx: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who asks for one set does not read all of them."""
    monkeypatch.setattr(_owners, "_SPAN", 1)
    rng = Random(3)
    _customers(rng, tx, 12)
    for _ in range(6):
        _packages(rng, tx, 12)
    sets = {number for number, _, _ in _kept(tx)}
    one = min(sets)
    assert len(sets) > 1
    assert {number for part in _owners.read(tx, BitMap([one])) for number in part.sets} == {one}
