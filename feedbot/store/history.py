"""What held when: package sets of hosts, contracts of servers, customers of contracts, from one import to the next.

The inventory itself keeps the present only. A span begins with the import that first said so and ends with the one that
said otherwise; its ends are moments of this machine's clock, in UTC. Sets stay, so a past package list can be read.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, select, update

from feedbot.inventory import Component
from feedbot.store import _packages
from feedbot.store._inventory_tables import components, spans
from feedbot.store._sql import chunks, insert

HOST, SERVER, CONTRACT = "host", "server", "contract"


@dataclass(frozen=True, slots=True)
class Span:
    """A server of a customer with one package set: [since, until), `until` None where it still holds."""

    server: str
    set: int
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class _Held:
    key: str
    value: str
    since: datetime
    until: datetime | None


def record(tx: Connection, kind: str, values: Mapping[str, str], gone: Iterable[str], now: datetime) -> None:
    """Begin spans of these values, and end those before them and those of keys that are gone. A value that held no
    time at all (two imports at one moment) leaves no span."""
    for part in chunks((*values, *gone)):
        open_ones = (spans.c.kind == kind, spans.c.key.in_(part), spans.c.until.is_(None))
        tx.execute(delete(spans).where(*open_ones, spans.c.since == now))
        tx.execute(update(spans).where(*open_ones).values(until=now))
    rows = [{"kind": kind, "key": key, "since": now, "value": value} for key, value in values.items()]
    if rows:
        tx.execute(insert(tx, spans), rows)


def of_customer(tx: Connection, customer: str) -> tuple[Span, ...]:
    """Return every server that a customer has or had, with each package set it had meanwhile, by server and time."""
    contracts = _held(tx, CONTRACT, spans.c.value, [customer])
    servers = _met(_held(tx, SERVER, spans.c.value, {one.key for one in contracts}), contracts, lambda one: one.value)
    hosts = _met(_held(tx, HOST, spans.c.key, {one.key for one in servers}), servers, lambda one: one.key)
    found = (Span(one.key, int(one.value), one.since, one.until) for one in hosts)
    return tuple(sorted(found, key=lambda one: (one.server, one.since)))


def _held(tx: Connection, kind: str, column: ColumnElement[str], wanted: Iterable[str]) -> list[_Held]:
    query = select(spans.c.key, spans.c.value, spans.c.since, spans.c.until).where(spans.c.kind == kind)
    return [_Held(*row) for part in chunks(wanted) for row in tx.execute(query.where(column.in_(part)))]


def _met(lower: Iterable[_Held], upper: Iterable[_Held], joined: Callable[[_Held], str]) -> list[_Held]:
    """Return the times of `lower` in which what it hangs on (`upper`, by its key) held too."""
    above: dict[str, list[_Held]] = defaultdict(list)
    for one in upper:
        above[one.key].append(one)
    found = []
    for one in lower:
        for other in above[joined(one)]:
            since = max(one.since, other.since)
            until = min(filter(None, (one.until, other.until)), default=None)
            if until is None or since < until:
                found.append(replace(one, since=since, until=until))
    return found


def components_of(tx: Connection, number: int) -> tuple[Component, ...]:
    """Return the components of a package set."""
    query = select(*(components.c[one.name] for one in fields(Component)))
    return tuple(
        Component(*row)
        for part in chunks(_packages.members_of(tx, number))
        for row in tx.execute(query.where(components.c.id.in_(part)))
    )
