"""The fleet, read once: which customers have any of some components, for thousands of questions in a row.

The cost follows components and what sets differ in from their bases (store/_packages.py, _crowds.py).
"""

from array import array
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from sys import intern
from typing import Any

from pyroaring import BitMap
from sqlalchemy import Connection, Select, func, select

from feedbot import matching
from feedbot.inventory import Component
from feedbot.store import _owners, _packages
from feedbot.store._crowds import Crowd, Crowds, owners_of
from feedbot.store._inventory_tables import component_sets, components, package_sets

__all__ = ["Crowd", "Fleet", "load", "owners"]

_NOBODY = 0
"""The number of no customer."""
_NONE = BitMap().serialize()
_STEP = 50_000
"""Rows that are fetched at a time."""


@dataclass(frozen=True, slots=True)
class _Host:
    set: int
    customer: int
    kernel: str


@dataclass(frozen=True, slots=True)
class Fleet:
    """All of it, of one moment."""

    components: Mapping[int, Component]
    customers: tuple[str, ...]
    derived: Mapping[int, BitMap]
    crowds: Crowds
    running: tuple[_Host, ...]
    kernels: frozenset[int]
    _kernels: dict[tuple[int, ...], Mapping[int, Crowd]] = field(default_factory=dict)

    def names(self, crowd: Crowd) -> tuple[str, ...]:
        """Return customers by id, sorted."""
        return tuple(sorted(self.customers[one] for one in crowd))

    def having(self, groups: Sequence[Collection[int]], kernels: Iterable[int] = ()) -> list[Crowd]:
        """Return, of each group of components, who has any of them. Of `kernels`, all kernel packages in question, only
        the running one counts where that is known."""
        if not self.running:
            return self.crowds.of(groups)
        idle = [self.kernels.intersection(one) for one in groups]
        plain = [one if not out else tuple(set(one) - out) for one, out in zip(groups, idle, strict=True)]
        found = self.crowds.of(plain)
        for at, out in enumerate(idle):
            by_kernel = self._by_kernel(tuple(sorted(out.union(kernels)))) if out else {}
            for one in out & by_kernel.keys():
                found[at] |= by_kernel[one]
        return found

    def _by_kernel(self, kernels: tuple[int, ...]) -> Mapping[int, Crowd]:
        """Return kernel package → who has it where it runs, or where it is not known what runs."""
        if kernels in self._kernels:
            return self._kernels[kernels]
        held: dict[int, list[int]] = defaultdict(list)
        for number in kernels:
            for one in self._sets(number):
                held[one].append(number)
        counting: dict[tuple[tuple[int, ...], str], tuple[int, ...]] = {}
        found: dict[int, set[int]] = defaultdict(set)
        for host in self.running:
            key = (tuple(held.get(host.set, ())), host.kernel)
            if key not in counting:
                counting[key] = self._counting(*key)
            for number in counting[key]:
                found[number].add(host.customer)
        self._kernels[kernels] = {number: Crowd.of(whose) for number, whose in found.items()}
        return self._kernels[kernels]

    def _sets(self, number: int) -> BitMap:
        bases, holders = map(BitMap.deserialize, self.crowds.in_sets.get(number, (_NONE, _NONE)))
        return holders ^ BitMap.union(BitMap(), *(self.derived[one] for one in bases))

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
    names, sets, customers, _ = _hosts(_owners.read(tx, wanted))
    return [frozenset(map(names.__getitem__, one)) for one in owners_of(asked, sets, customers)]


def load(tx: Connection) -> Fleet:
    """Read the fleet as it is in force. Servers that no contract names, or of which their present
    customer has no list yet, are left out."""
    every = {number: Component(*rest) for number, *rest in _rows(tx, select(*_COMPONENT))}
    names, sets, customers, kernel = _hosts(_owners.read(tx))
    derived = {row[0]: BitMap.deserialize(row[1]) for row in _rows(tx, _BASES)}
    in_sets = {row[0]: (row[1], row[2]) for row in _rows(tx, select(*_IN_SETS))}
    last = tx.scalar(select(func.max(package_sets.c.id))) or 0
    kernels = frozenset(number for number, one in every.items() if matching.is_kernel(one))
    running = map(_Host, sets, customers, kernel) if kernels and any(kernel) else ()
    crowds = Crowds.made((sets, customers), len(names), derived, last, in_sets)
    return Fleet(every, names, derived, crowds, tuple(running), kernels)


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
_BASES = select(package_sets.c.id, package_sets.c.derived).where(package_sets.c.derived.is_not(None))
_IN_SETS = (component_sets.c.component, component_sets.c.bases, component_sets.c.holders)


def _rows(tx: Connection, query: Select[Any]) -> Iterator[Any]:
    for part in tx.execute(query.execution_options(yield_per=_STEP)).partitions():
        yield from part


def _hosts(parts: Iterable[_owners.Part]) -> "tuple[tuple[str, ...], array[int], array[int], list[str]]":
    """Return the customers by number, and side by side of each set a customer who has it, and the kernel there."""
    numbers: dict[str, int] = {"": _NOBODY}
    sets, customers, kernels = array("I"), array("I"), list[str]()
    for part in parts:
        for one in set(part.customers).difference(numbers):
            numbers[one] = len(numbers)
        sets.extend(part.sets)
        customers.extend(map(numbers.__getitem__, part.customers))
        kernels += map(intern, part.kernels)
    return tuple(numbers), sets, customers, kernels
