"""Whose each package set is, kept beside the hosts, some sets to a row: a fleet's owners are read in a thousand rows.

The hosts and their contracts (OWN_LISTS) say it. Whoever changes them calls `renew` for the sets concerned, in the same
transaction, so that the two never differ. A row is rewritten as a whole, which a change of few servers can afford.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from pyroaring import BitMap
from sqlalchemy import Connection, select

from feedbot.store._inventory_tables import OWN_LISTS, contracts, host_sets, owners, servers
from feedbot.store._sql import chunks, insert

_SPAN = 1024
"""Sets in a row."""


class Part(NamedTuple):
    """Side by side the sets, the customers who have a server with it, and the kernel that runs there (empty: unknown):
    each three once, however many of his servers are alike."""

    sets: list[int]
    customers: list[str]
    kernels: list[str]


def read(tx: Connection, sets: BitMap | None = None) -> Iterator[Part]:
    """Yield whose the sets are: all of them, or those parts in which some of `sets` are, with others."""
    if sets is None:
        yield from map(_part, tx.scalars(select(owners.c.content)))
        return
    spans = range(sets.min() // _SPAN, sets.max() // _SPAN + 1) if sets else ()
    for rows in chunks(one for one in spans if sets.range_cardinality(one * _SPAN, (one + 1) * _SPAN)):
        yield from map(_part, tx.scalars(select(owners.c.content).where(owners.c.span.in_(rows))))


def renew(tx: Connection, sets: Iterable[int]) -> None:
    """Let it be known whose these sets are now."""
    by_span: dict[int, set[int]] = defaultdict(set)
    for one in sets:
        by_span[one // _SPAN].add(one)
    for spans in chunks(sorted(by_span)):
        rows = tx.execute(select(owners.c.span, owners.c.content).where(owners.c.span.in_(spans)))
        kept = {row.span: _without(_part(row.content), by_span[row.span]) for row in rows}
        for span in spans:
            part = kept.setdefault(span, Part([], [], []))
            for number, customer, kernel in _found(tx, by_span[span]):
                part.sets.append(number)
                part.customers.append(customer)
                part.kernels.append(kernel)
        new = insert(tx, owners)
        change = new.on_conflict_do_update(index_elements=[owners.c.span], set_={"content": new.excluded.content})
        tx.execute(change, [{"span": span, "content": _text(part)} for span, part in kept.items()])


def sets_of(tx: Connection, names: Iterable[str]) -> set[int]:
    """Return the sets of these servers, also of those that no contract names."""
    query = select(host_sets.c.set)
    return {one for part in chunks(names) for one in tx.scalars(query.where(host_sets.c.server.in_(part)))}


def sets_under(tx: Connection, names: Iterable[str]) -> set[int]:
    """Return the sets of the servers of these contracts."""
    query = select(host_sets.c.set).join(servers, servers.c.name == host_sets.c.server)
    return {one for part in chunks(names) for one in tx.scalars(query.where(servers.c.contract.in_(part)))}


def _found(tx: Connection, sets: Collection[int]) -> Iterator[tuple[int, str, str]]:
    query = select(host_sets.c.set, contracts.c.customer, host_sets.c.kernel).select_from(OWN_LISTS).distinct()
    for part in chunks(sets):
        yield from (tuple(row) for row in tx.execute(query.where(host_sets.c.set.in_(part))))


def _without(part: Part, sets: Collection[int]) -> Part:
    kept = [row for row in zip(*part, strict=True) if row[0] not in sets]
    return Part([row[0] for row in kept], [row[1] for row in kept], [row[2] for row in kept])


def _part(content: str) -> Part:
    return Part(*json.loads(content))


def _text(part: Part) -> str:
    return json.dumps(part, ensure_ascii=False, separators=(",", ":"))
