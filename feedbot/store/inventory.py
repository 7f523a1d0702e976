"""What runs where and whose it is, as one snapshot after another.

Taking in is all or nothing: it happens in the caller's transaction, one at a time. A snapshot is made when something
changed; its digest seals the one before it and the change, so two equal digests are one state.

The package list of a server that no contract names any more is kept aside: a row that is missing from a CSV once must
not cost a list that another machine has to be asked for. It is of the customer in whose days it was taken, and nobody
else's: for the next customer the server has no list until one is taken in his own days.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, Table, func, select, update

from feedbot.inventory import Component, Contract, Customer, HostPackages, Server
from feedbot.matching import ComponentNames, Installation
from feedbot.store import _owners, _packages, _snapshots, history
from feedbot.store._difference import Difference, Row, compare, remove, write
from feedbot.store._inventory_tables import OWN_LISTS, components, host_sets, package_sets
from feedbot.store._inventory_tables import contracts as contract_rows
from feedbot.store._inventory_tables import customers as customer_rows
from feedbot.store._inventory_tables import servers as server_rows
from feedbot.store._json import dump, load
from feedbot.store._sql import chunks, lock

SnapshotResult = _snapshots.SnapshotResult
snapshot = _snapshots.snapshot

_FIELDS = (
    components.c.scheme,
    components.c.name,
    components.c.version,
    components.c.source,
    components.c.source_version,
    components.c.arch,
    components.c.distro,
    components.c.stream,
)
_INSTALLED = (
    select(
        host_sets.c.set,
        host_sets.c.distro,
        host_sets.c.kernel,
        server_rows.c.content.label("server"),
        contract_rows.c.content.label("contract"),
        customer_rows.c.content.label("customer"),
    )
    .select_from(OWN_LISTS)
    .join(customer_rows, customer_rows.c.id == contract_rows.c.customer)
)
_MANY = 20_000
"""So many sets are quicker found by reading all hosts than by asking for each."""
_OF_ANOTHER = (
    select(contract_rows.c.id)
    .join(server_rows)
    .where(server_rows.c.name == host_sets.c.server, contract_rows.c.customer != host_sets.c.customer)
    .exists()
)
"""That a list was taken when the server was another customer's than it is now."""


@dataclass(frozen=True, slots=True)
class Counts:
    """`hosts` are servers with packages, `unowned` those of them that no contract names, or whose list was taken when
    they were another customer's: their lists are kept aside."""

    customers: int
    contracts: int
    servers: int
    hosts: int
    unowned: int
    components: int


@dataclass(frozen=True, slots=True)
class Held:
    """What is in force of a server: the schemes of its components, and how many they are."""

    schemes: tuple[str, ...]
    size: int


def replace_customers(
    tx: Connection,
    customers: Iterable[Customer] | None,
    contracts: Iterable[Contract] | None,
    servers: Iterable[Server] | None,
    now: datetime,
) -> SnapshotResult:
    """Make these the customers, contracts and servers; what is None stays as it is.

    The packages of a server that is gone are kept aside, and are its packages again when it comes back.
    """
    lock(tx, "inventory")
    wanted: dict[Table, dict[str, Row] | None] = dict.fromkeys((customer_rows, contract_rows, server_rows))
    if customers is not None:
        wanted[customer_rows] = {one.id: {"id": one.id, "content": dump(one)} for one in customers}
    if contracts is not None:
        wanted[contract_rows] = {
            one.id: {"id": one.id, "customer": one.customer, "content": dump(one)} for one in contracts
        }
    if servers is not None:
        wanted[server_rows] = {
            one.name: {"name": one.name, "contract": one.contract, "content": dump(one)} for one in servers
        }
    differences = {
        table: Difference({}, {}, ()) if rows is None else compare(tx, table, rows) for table, rows in wanted.items()
    }
    for table, difference in differences.items():
        write(tx, table, difference)
    for table, difference in reversed(differences.items()):
        remove(tx, table, difference.removed)
    moved = differences[server_rows]
    concerned = _owners.sets_of(tx, (*moved.added, *moved.changed, *moved.removed))
    _owners.renew(tx, concerned | _owners.sets_under(tx, differences[contract_rows].changed))
    _remember(tx, history.CONTRACT, differences[contract_rows], "customer", now)
    _remember(tx, history.SERVER, differences[server_rows], "contract", now)
    seal = b"".join(one.seal() for one in differences.values())
    return _snapshots.result(tx, tuple(differences.values()), seal, now, packages=False)


def replace_packages(
    tx: Connection, hosts: Mapping[str, HostPackages], now: datetime, aged: Collection[str] = ()
) -> SnapshotResult:
    """Make these the packages of the servers given, of those whose the servers are now; other servers keep theirs.

    A server's list counts as taken at `now`, but for the servers of `aged`: only a lesser part of theirs is new.
    """
    lock(tx, "inventory")
    times = taken(tx, aged)
    for part in chunks([name for name in hosts if name not in times]):
        tx.execute(update(host_sets).where(host_sets.c.server.in_(part)).values(taken_at=now))
    fleet = _packages.digested((name, host.components) for name, host in hosts.items())
    numbers, of_host, whose = _packages.intern_sets(tx, fleet), fleet.of_host, customers_of(tx, hosts)
    wanted: dict[str, Row] = {
        name: {
            "server": name,
            "customer": whose.get(name, ""),
            "set": numbers[of_host[name]],
            "distro": host.distro,
            "kernel": host.kernel,
            "taken_at": times.get(name, now),
        }
        for name, host in hosts.items()
    }
    difference = compare(tx, host_sets, wanted, partly=True)
    changed = sorted((*difference.added, *difference.changed))
    before = _owners.sets_of(tx, difference.changed)
    write(tx, host_sets, difference)
    _owners.renew(tx, before.union(numbers[of_host[name]] for name in changed))
    lists = {name: history.listed(numbers[of_host[name]], whose.get(name, "")) for name in changed}
    history.record(tx, history.HOST, lists, (), now)
    seal = repr([(name, of_host[name], hosts[name].distro, whose.get(name, "")) for name in changed]).encode()
    return _snapshots.result(tx, (difference,), seal, now, packages=True)


def _remember(tx: Connection, kind: str, difference: Difference, column: str, now: datetime) -> None:
    """Keep from when on this is so, for who asks about a day in the past."""
    rows = {**difference.added, **difference.changed}
    history.record(tx, kind, {key: str(row[column]) for key, row in rows.items()}, difference.removed, now)


def releases(tx: Connection, servers: Iterable[str]) -> dict[str, str]:
    """Return server → the release that its contract gives (empty: none), of those that a contract names."""
    found: dict[str, str] = {}
    for part in chunks(servers):
        rows = tx.execute(select(server_rows.c.name, server_rows.c.content).where(server_rows.c.name.in_(part)))
        found |= {row.name: load(Server, row.content).distro for row in rows}
    return found


def customers_of(tx: Connection, servers: Iterable[str]) -> dict[str, str]:
    """Return server → the customer whose it is now, of those that a contract names."""
    found: dict[str, str] = {}
    query = select(server_rows.c.name, contract_rows.c.customer).join(contract_rows)
    for part in chunks(servers):
        found |= {row.name: row.customer for row in tx.execute(query.where(server_rows.c.name.in_(part)))}
    return found


def held(tx: Connection, servers: Iterable[str]) -> dict[str, Held]:
    """Return what is in force of each of these servers; those without packages, or with another's, are left out."""
    found: dict[str, Held] = {}
    query = select(host_sets.c.server, package_sets.c.schemes, package_sets.c.size).join(package_sets)
    query = query.where(~_OF_ANOTHER)
    for part in chunks(servers):
        for row in tx.execute(query.where(host_sets.c.server.in_(part))):
            found[row.server] = Held(tuple(row.schemes.split()), row.size)
    return found


def confirm(tx: Connection, servers: Iterable[str], now: datetime) -> None:
    """Let the lists of these servers count as taken now, as they are."""
    lock(tx, "inventory")
    for part in chunks(servers):
        tx.execute(update(host_sets).where(host_sets.c.server.in_(part)).values(taken_at=now))


def taken(tx: Connection, servers: Collection[str]) -> dict[str, datetime]:
    """Return when the package list of each of these servers was taken in; those without one, or with another's, are
    left out."""
    found: dict[str, datetime] = {}
    for part in chunks(servers):
        query = select(host_sets.c.server, host_sets.c.taken_at).where(host_sets.c.server.in_(part), ~_OF_ANOTHER)
        found |= {row.server: row.taken_at for row in tx.execute(query)}
    return found


def kept(tx: Connection, owners: Mapping[str, str]) -> dict[str, datetime]:
    """Return when the lists were taken in that servers have ready for these owners (server → customer)."""
    found: dict[str, datetime] = {}
    for part in chunks(owners):
        query = select(host_sets.c.server, host_sets.c.customer, host_sets.c.taken_at)
        for row in tx.execute(query.where(host_sets.c.server.in_(part))):
            if row.customer == owners[row.server]:
                found[row.server] = row.taken_at
    return found


def oldest(tx: Connection, servers: Collection[str] | None = None) -> datetime | None:
    """Return when the oldest list of these servers was taken in (of all that a contract names, where none are given).

    None where there is no list at all. A server without one does not count: `without_packages` names it.
    """
    if servers is not None:
        return min(taken(tx, servers).values(), default=None)
    found: datetime | None = tx.execute(select(func.min(host_sets.c.taken_at)).select_from(OWN_LISTS)).scalar_one()
    return found


def stale(tx: Connection, before: datetime) -> tuple[str, ...]:
    """Return the servers of contracts whose package list was taken in before this time, by name."""
    query = select(host_sets.c.server).select_from(OWN_LISTS).where(host_sets.c.taken_at < before)
    return tuple(tx.scalars(query.order_by(host_sets.c.server)))


def without_packages(tx: Connection) -> tuple[str, ...]:
    """Return the servers of contracts of which no package list of their customer's days is known, by name: no advisory
    can concern them."""
    known = select(host_sets.c.server).select_from(OWN_LISTS)
    query = select(server_rows.c.name).where(server_rows.c.name.not_in(known))
    return tuple(tx.scalars(query.order_by(server_rows.c.name)))


def components_named(tx: Connection, names: ComponentNames) -> tuple[Component, ...]:
    """Return the components that go by one of these names, on whatever server, now or in the past."""
    found: dict[int, Component] = {}
    scheme, known_as, source = components.c.scheme, components.c.known_as, components.c.source
    for part in chunks(names.deb):
        found |= _components(tx, (scheme == "deb") & known_as.in_(part))
    for part in chunks(names.rpm):
        found |= _components(tx, (scheme == "rpm") & (known_as.in_(part) | source.in_(part)))
    for part in chunks(names.upstream):
        found |= _components(tx, scheme.not_in(("deb", "rpm")) & known_as.in_(part))
    return tuple(found[number] for number in sorted(found))


def installations(tx: Connection, wanted: Iterable[Component]) -> tuple[Installation, ...]:
    """Return where these components are installed now, and whose that is. Servers without a contract are left out."""
    by_digest = {_packages.digest_of(one): one for one in wanted}
    numbers = _packages.component_numbers(tx, by_digest)
    by_number = {number: by_digest[digest] for digest, number in numbers.items()}
    holding = _packages.sets_with(tx, by_number)
    of_set: dict[int, list[Component]] = defaultdict(list)
    for number, component in by_number.items():
        for one in holding.get(number, ()):
            of_set[one].append(component)
    read = cache(load)  # a customer with a hundred servers is read once
    found: list[Installation] = []
    for row in _hosts_with(tx, of_set):
        server, contract, customer = (
            read(Server, row.server),
            read(Contract, row.contract),
            read(Customer, row.customer),
        )
        placed = server if server.distro else replace(server, distro=row.distro)
        found += (Installation(one, placed, contract, customer, row.kernel) for one in of_set[row.set])
    return tuple(found)


def _hosts_with(tx: Connection, sets: Collection[int]) -> Iterator[Any]:
    """Yield the hosts of these sets, each with its owner: rows of `_INSTALLED`."""
    if len(sets) > _MANY:
        yield from (row for row in tx.execute(_INSTALLED) if row.set in sets)
        return
    for part in chunks(sets):
        yield from tx.execute(_INSTALLED.where(host_sets.c.set.in_(part)))


def customers(tx: Connection) -> tuple[Customer, ...]:
    """Return all customers, by id."""
    return tuple(sorted((load(Customer, one) for one in _contents(tx, customer_rows)), key=lambda one: one.id))


def contracts(tx: Connection) -> tuple[Contract, ...]:
    """Return all contracts, by id."""
    return tuple(sorted((load(Contract, one) for one in _contents(tx, contract_rows)), key=lambda one: one.id))


def servers(tx: Connection) -> tuple[Server, ...]:
    """Return all servers that a contract names, by name."""
    return tuple(sorted((load(Server, one) for one in _contents(tx, server_rows)), key=lambda one: one.name))


def packages(tx: Connection, server: str) -> tuple[Component, ...]:
    """Return what is installed on a server, by name, also one whose list is kept aside; empty where there is none, or
    one of another customer's days."""
    number = tx.scalar(select(host_sets.c.set).where(host_sets.c.server == server, ~_OF_ANOTHER))
    if number is None:
        return ()
    found: dict[int, Component] = {}
    for part in chunks(_packages.members_of(tx, number)):
        found |= _components(tx, components.c.id.in_(part))
    return tuple(sorted(found.values(), key=lambda one: (one.name, one.arch, one.version)))


def counts(tx: Connection) -> Counts:
    """Count what is kept."""

    def count(table: FromClause) -> int:
        return tx.execute(select(func.count()).select_from(table)).scalar_one()

    hosts = count(host_sets)
    return Counts(
        customers=count(customer_rows),
        contracts=count(contract_rows),
        servers=count(server_rows),
        hosts=hosts,
        unowned=hosts - count(OWN_LISTS),
        components=count(components),
    )


def _components(tx: Connection, condition: ColumnElement[bool]) -> dict[int, Component]:
    rows = tx.execute(select(components.c.id, *_FIELDS).where(condition))
    return {number: Component(*fields) for number, *fields in rows}


def _contents(tx: Connection, table: Table) -> Iterable[str]:
    return tx.scalars(select(table.c.content))
