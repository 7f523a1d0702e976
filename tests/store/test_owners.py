"""Whose a set is, kept beside the hosts: always what the hosts and their contracts say."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest
from pyroaring import BitMap
from sqlalchemy import Connection, Engine, select, text

from feedbot import store
from feedbot.inventory import Component, Contact, Contract, Customer, HostPackages, Plan, Role, Server
from feedbot.pipeline.intake import import_customers
from feedbot.pipeline.packages import import_packages
from feedbot.store import _owners, assignments, contacts, inventory
from feedbot.store._inventory_tables import OWN_LISTS, contracts, host_sets
from tests.fakes import World
from tests.store.samples import NOW

BLOCKED = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()")


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


def _meanwhile(database: Engine, first: Callable[[Connection], object], then: Callable[[], object]) -> None:
    """Begin `then` while `first` has written and not yet committed, and let it come to where it waits for that."""
    with ThreadPoolExecutor(1) as pool:
        with database.begin() as tx:
            first(tx)
            second = pool.submit(then)
            end = time.monotonic() + 30
            while not _is_blocked(database) and not second.done() and time.monotonic() < end:
                time.sleep(0.02)
            assert not second.done()
        second.result(30)


def _is_blocked(database: Engine) -> bool:
    with database.connect() as connection:
        return bool(connection.scalar(BLOCKED))


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_day_begins_while_servers_are_brought(database: Engine) -> None:
    """Who lets a server change hands waits for the import, and takes away nothing that it brought."""
    whose = [Customer("A", "CSIRT-A", "a@csirt-a.example"), Customer("B", "CSIRT-A", "b@csirt-a.example")]
    owned = [Contract("A-1", "A", Plan.VPS, root=True), Contract("B-1", "B", Plan.VPS, root=True)]
    before, since = Server("web", "A-1", until=date(2026, 4, 1)), Server("web", "B-1", since=date(2026, 4, 2))
    now = NOW + timedelta(days=2)

    def import_(tx: Connection) -> None:
        inventory.replace_customers(tx, None, None, [since, Server("old", "A-1"), Server("new", "A-1")], now)
        inventory.replace_packages(tx, {"new": HostPackages("new", (Component("deb", "p", "1"),))}, now)

    def settle() -> None:
        with database.begin() as tx:
            assignments.settle(tx, now)

    with database.begin() as tx:
        inventory.replace_customers(tx, whose, owned, [before, Server("old", "A-1")], NOW)
        assignments.replace(tx, [before, since])
    _meanwhile(database, import_, settle)
    with store.reading(database) as tx:
        assert [one.name for one in inventory.servers(tx)] == ["new", "old", "web"]
        assert {customer for _, customer, _ in _kept(tx)} == {"A"}
        assert set(_kept(tx)) == _said(tx)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_two_lists_of_a_server_at_once(database: Engine, tmp_path: Path) -> None:
    """What one import gives of a server's packages, another of its self-built software at that moment leaves there."""
    file = tmp_path / "own.csv"
    file.write_text("server,name,version\nweb,nginx,1.27.0\n", encoding="utf-8")
    edges = World(database).edges()
    package = HostPackages("web", (Component("deb", "p", "1"),))
    with database.begin() as tx:
        whose, owned = Customer("A", "CSIRT-A", "a@csirt-a.example"), Contract("A-1", "A", Plan.VPS, root=True)
        inventory.replace_customers(tx, [whose], [owned], [Server("web", "A-1")], NOW)
    _meanwhile(
        database,
        lambda tx: inventory.replace_packages(tx, {"web": package}, NOW),
        lambda: import_packages(edges, [file], "tester"),
    )
    with store.reading(database) as tx:
        assert [one.name for one in inventory.packages(tx, "web")] == ["nginx", "p"]
        assert set(_kept(tx)) == _said(tx)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_contacts_that_came_while_customers_are_read(database: Engine, tmp_path: Path) -> None:
    """Customers are taken in beside an import of contacts: the new contact stays."""
    file = tmp_path / "customers.csv"
    file.write_text("customer,name,email\nA,CSIRT-A,a@csirt-a.example\n", encoding="utf-8")
    edges = World(database).edges()
    import_customers(edges, [file], "tester")
    given = Contact("A", "b@csirt-a.example", (Role.TECHNICAL,))
    _meanwhile(
        database,
        lambda tx: contacts.replace(tx, [given]),
        lambda: import_customers(edges, [file], "tester"),
    )
    with store.reading(database) as tx:
        assert list(contacts.all_of_them(tx)) == [given]
