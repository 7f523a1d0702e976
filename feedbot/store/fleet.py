"""The fleet as bitmaps, read once: which customers have any of some components, for thousands of questions in a row.

A fleet's package sets are drifted copies of few bases (store/_packages.py), so a question is answered by bases: the
customers of all sets that derive from a base which has a component are known beforehand, and only the sets that left
the component behind, or came to it, are looked at one by one. The cost follows bases and drift, not servers.
"""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

from pyroaring import BitMap
from sqlalchemy import Connection, Select, func, select

from feedbot import matching
from feedbot.inventory import Component
from feedbot.store import _packages
from feedbot.store._inventory_tables import OWN_LISTS, component_sets, components, contracts, host_sets, package_sets
from feedbot.store._sql import chunks

_NOBODY = 0
"""The number of no customer: a set that no host has, or hosts without a contract alone."""
_STEP = 50_000
"""Rows that are fetched at a time."""
_MANY = 5_000
"""So many sets are quicker found by reading all hosts than by asking for each."""


@dataclass(frozen=True, slots=True)
class Owners:
    """Whose sets are. Customers go by numbers from 1: `names` by number, `first` one of each set's, `more` all of those
    sets that have several, `sets` of each customer."""

    names: tuple[str, ...]
    first: "array[int]"
    more: Mapping[int, BitMap]
    shared: BitMap
    sets: tuple[BitMap, ...]

    def of(self, sets: BitMap) -> BitMap:
        """Return the customers of sets."""
        numbers = sets.to_array()
        if len(numbers) < 2:
            found = BitMap([self.first[one] for one in numbers])
        else:
            found = BitMap(array("I", itemgetter(*numbers)(self.first)))
        for one in sets & self.shared:
            found |= self.more[one]
        found.discard(_NOBODY)
        return found


@dataclass(frozen=True, slots=True)
class _Where:
    """Where a component is: `sets` that have it, `derived` all sets of the bases that have it, `owners` of those."""

    sets: BitMap
    derived: BitMap
    owners: BitMap


@dataclass(frozen=True, slots=True)
class _Host:
    set: int
    customer: int
    kernel: str


@dataclass(frozen=True, slots=True)
class Fleet:
    """All of it, of one moment."""

    components: Mapping[int, Component]
    owners: Owners
    derived: Mapping[int, BitMap]
    owners_of_base: Mapping[int, BitMap]
    in_sets: Mapping[int, tuple[bytes, bytes]]
    running: tuple[_Host, ...]
    kernels: frozenset[int]
    _where: dict[int, _Where] = field(default_factory=dict)
    _known: dict[tuple[int, ...], BitMap] = field(default_factory=dict)
    _kernels: dict[tuple[int, ...], Mapping[int, BitMap]] = field(default_factory=dict)

    def names(self, customers: BitMap) -> tuple[str, ...]:
        """Return customers by id, sorted."""
        return tuple(sorted(self.owners.names[one] for one in customers))

    def customers(self, numbers: Iterable[int], kernels: Iterable[int] = ()) -> BitMap:
        """Return who has any of these components. Of `kernels`, all kernel packages in question, only the running one
        counts where that is known."""
        asked = tuple(numbers)
        idle = self.kernels.intersection(asked)
        if not idle or not self.running:
            return self._of(asked)
        by_kernel = self._by_kernel(tuple(sorted(idle.union(kernels))))
        found = BitMap.union(self._of(tuple(one for one in asked if one not in idle)), BitMap())
        for one in idle:
            found |= by_kernel.get(one, BitMap())
        return found

    def _of(self, numbers: tuple[int, ...]) -> BitMap:
        found = self._known.get(numbers)
        if found is None:
            found = self._known[numbers] = self._find([where for one in numbers if (where := self._at(one))])
        return found

    def _at(self, number: int) -> _Where | None:
        where = self._where.get(number)
        if where is None and number in self.in_sets:
            bases, holders = map(BitMap.deserialize, self.in_sets[number])
            derived = BitMap.union(BitMap(), *(self.derived[one] for one in bases))
            owners = BitMap.union(BitMap(), *(self.owners_of_base[one] for one in bases))
            where = self._where[number] = _Where(holders ^ derived, derived, owners)
        return where

    def _find(self, places: list[_Where]) -> BitMap:
        """Return the customers of all sets that have any of the components."""
        sets = BitMap.union(BitMap(), *(one.sets for one in places))
        derived = BitMap.union(BitMap(), *(one.derived for one in places))
        left = derived - sets
        if not left:
            return BitMap.union(self.owners.of(sets - derived), *(one.owners for one in places))
        certain = [one.owners for one in places if one.derived.isdisjoint(left)]
        doubtful = [one.owners for one in places if not one.derived.isdisjoint(left)]
        found = BitMap.union(self.owners.of(sets - derived), *certain)
        leaving = self.owners.of(left) - found
        found |= BitMap.union(*doubtful) - leaving
        of = self.owners.sets
        for one in leaving:
            if not of[one].isdisjoint(sets):
                found.add(one)
        return found

    def _by_kernel(self, kernels: tuple[int, ...]) -> Mapping[int, BitMap]:
        """Return kernel package → who has it where it runs, or where it is not known what runs."""
        if kernels in self._kernels:
            return self._kernels[kernels]
        held: dict[int, list[int]] = defaultdict(list)
        for number in kernels:
            where = self._at(number)
            for one in where.sets if where else ():
                held[one].append(number)
        counting: dict[tuple[tuple[int, ...], str], tuple[int, ...]] = {}
        found: dict[int, BitMap] = defaultdict(BitMap)
        for host in self.running:
            key = (tuple(held.get(host.set, ())), host.kernel)
            if key not in counting:
                counting[key] = self._counting(*key)
            for number in counting[key]:
                found[number].add(host.customer)
        self._kernels[kernels] = found
        return found

    def _counting(self, held: tuple[int, ...], kernel: str) -> tuple[int, ...]:
        idle = matching.not_running([self.components[one] for one in held], kernel)
        return tuple(one for one in held if self.components[one] not in idle)


def owners(tx: Connection, groups: Sequence[Iterable[Component]]) -> list[frozenset[str]]:
    """Return, of each group of components, the ids of the customers who have any of them: for a few questions, without
    reading the fleet. A kernel that is installed counts whether it runs or not."""
    digests = [[_packages.digest_of(one) for one in group] for group in groups]
    numbers = _packages.component_numbers(tx, {one for group in digests for one in group})
    holding = _packages.sets_with(tx, numbers.values())
    asked = [
        BitMap.union(BitMap(), *(holding[numbers[one]] for one in group if numbers.get(one) in holding))
        for group in digests
    ]
    wanted = BitMap.union(BitMap(), *asked)
    of_set: dict[int, set[str]] = defaultdict(set)
    pairs = select(host_sets.c.set, contracts.c.customer).select_from(OWN_LISTS)
    if len(wanted) > _MANY:
        rows = (row for row in tx.execute(pairs) if row[0] in wanted)
        for number, customer in rows:
            of_set[number].add(customer)
    else:
        for part in chunks(wanted):
            for number, customer in tx.execute(pairs.where(host_sets.c.set.in_(part))):
                of_set[number].add(customer)
    return [frozenset().union(*(of_set[one] for one in sets if one in of_set)) for sets in asked]


def load(tx: Connection) -> Fleet:
    """Read the fleet as it is in force. Servers that no contract names, or of which their present
    customer has no list yet, are left out."""
    every = {number: Component(*rest) for number, *rest in _rows(tx, select(*_COMPONENT))}
    names, hosts = _hosts(tx)
    derived = {
        row[0]: BitMap.deserialize(row[1])
        for row in _rows(
            tx, select(package_sets.c.id, package_sets.c.derived).where(package_sets.c.derived.is_not(None))
        )
    }
    whose = _owners(names, hosts, tx.scalar(select(func.max(package_sets.c.id))) or 0)
    kernels = frozenset(number for number, one in every.items() if matching.is_kernel(one))
    return Fleet(
        every,
        whose,
        derived,
        {base: whose.of(sets) for base, sets in derived.items()},
        {row[0]: (row[1], row[2]) for row in _rows(tx, select(*_IN_SETS))},
        tuple(_Host(*row) for row in hosts) if kernels and any(row[2] for row in hosts) else (),
        kernels,
    )


_COMPONENT = (
    components.c.id,
    components.c.scheme,
    components.c.name,
    components.c.version,
    components.c.source,
    components.c.source_version,
    components.c.arch,
    components.c.distro,
    components.c.stream,
)
_IN_SETS = (component_sets.c.component, component_sets.c.bases, component_sets.c.holders)
_HOSTS = select(host_sets.c.set, contracts.c.customer, host_sets.c.kernel).select_from(OWN_LISTS)


def _rows(tx: Connection, query: Select[Any]) -> Iterator[Any]:
    for part in tx.execute(query.execution_options(yield_per=_STEP)).partitions():
        yield from part


def _hosts(tx: Connection) -> tuple[tuple[str, ...], list[tuple[int, int, str]]]:
    """Return the customers by number, and of each host its set, its customer and its kernel."""
    numbers: dict[str, int] = {"": _NOBODY}
    hosts = [(row[0], numbers.setdefault(row[1], len(numbers)), row[2]) for row in _rows(tx, _HOSTS)]
    return tuple(numbers), hosts


def _owners(names: tuple[str, ...], hosts: Sequence[tuple[int, int, str]], last: int) -> Owners:
    """Return whose each set is; a set of the past, up to the `last`, is nobody's."""
    first = array("I", bytes(4 * (last + 1)))
    more: dict[int, BitMap] = {}
    sets: list[list[int]] = [[] for _ in names]
    for number, customer, _ in hosts:
        sets[customer].append(number)
        if first[number] == _NOBODY:
            first[number] = customer
        elif first[number] != customer:
            more.setdefault(number, BitMap()).add(customer)
    return Owners(names, first, more, BitMap(more), tuple(map(BitMap, sets)))
