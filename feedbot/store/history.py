"""What held when: package sets of hosts, contracts of servers, customers of contracts, from one import to the next.

The inventory itself keeps the present only. A span begins with the import that first said so and ends with the one that
said otherwise; its ends are moments of this machine's clock, in UTC. Sets stay, so a past package list can be read, by
the customer in whose days it was taken: the next one has none of his own until one is taken in his.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from itertools import pairwise

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


def listed(number: int, customer: str) -> str:
    """Return a host's package set, and in whose days it was taken, as the value of a HOST span."""
    return f"{number} {customer}"


def of_customer(tx: Connection, customer: str) -> tuple[Span, ...]:
    """Return every server that a customer has or had, with each package set that was taken from it meanwhile, by server
    and time."""
    contracts = _held(tx, CONTRACT, spans.c.value, [customer])
    servers = _met(_held(tx, SERVER, spans.c.value, {one.key for one in contracts}), contracts, lambda one: one.value)
    hosts = _met(_held(tx, HOST, spans.c.key, {one.key for one in servers}), servers, lambda one: one.key)
    found = (
        Span(one.key, int(number), one.since, one.until)
        for one in hosts
        for number, _, whose in [one.value.partition(" ")]
        if whose == customer
    )
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
            found += _both(one, other)
    return found


def _both(one: _Held, other: _Held) -> list[_Held]:
    """Return `one` at the time in which the other held too; nothing where there is none."""
    since = max(one.since, other.since)
    until = min(filter(None, (one.until, other.until)), default=None)
    return [replace(one, since=since, until=until)] if until is None or since < until else []


def handed_over(tx: Connection, servers: Iterable[str]) -> dict[str, datetime]:
    """Return server → since when its present customer has it, of those that another had before."""
    held: dict[str, list[_Held]] = defaultdict(list)
    for one in _held(tx, SERVER, spans.c.key, servers):
        held[one.key].append(one)
    owners: dict[str, list[_Held]] = defaultdict(list)
    for one in _held(tx, CONTRACT, spans.c.key, {one.value for found in held.values() for one in found}):
        owners[one.key].append(one)
    made: dict[str, datetime] = {}
    for server, found in held.items():
        times = sorted(
            (piece.since, owner.value) for one in found for owner in owners[one.value] for piece in _both(one, owner)
        )
        for (_, before), (since, now) in pairwise(times):
            if before != now:
                made[server] = since
    return made


def components_of(tx: Connection, number: int) -> tuple[Component, ...]:
    """Return the components of a package set."""
    query = select(*(components.c[one.name] for one in fields(Component)))
    return tuple(
        Component(*row)
        for part in chunks(_packages.members_of(tx, number))
        for row in tx.execute(query.where(components.c.id.in_(part)))
    )


def restate(
    tx: Connection,
    kind: str,
    key: str,
    told: Iterable[tuple[str, datetime | None, datetime | None]],
    now: datetime,
) -> None:
    """Let the spans of a key say what a person states of its past, in place of what imports had shown then.

    `told` are (value, since, until), not overlapping, of which what has not come by `now` is left out. A `since` of
    None is where the value was first seen; an `until` of None, or one to come, leaves it holding. From the first moment
    that is stated on, nothing holds but what is: in a gap, and after the last, it is of no value.
    """
    query = select(spans.c.value, spans.c.since, spans.c.until).where(spans.c.kind == kind, spans.c.key == key)
    before = [_Held(key, *row) for row in tx.execute(query)]
    stated = [
        _Held(key, value, since or _first_seen(before, value, now), None if until is None or until > now else until)
        for value, since, until in told
        if since is None or since <= now
    ]
    first = min((min(one.since, one.until or one.since) for one in stated), default=None)
    stated = [one for one in stated if one.until is None or one.since < one.until]
    left = before if first is None else _until(before, first)
    tx.execute(delete(spans).where(spans.c.kind == kind, spans.c.key == key))
    rows = [
        {"kind": kind, "key": key, "since": one.since, "value": one.value, "until": one.until}
        for one in (*left, *stated)
    ]
    if rows:
        tx.execute(insert(tx, spans), rows)


def reach_back(tx: Connection, kind: str, key: str, since: datetime) -> None:
    """Let the first span of a key begin no later than this."""
    query = select(spans.c.since).where(spans.c.kind == kind, spans.c.key == key).order_by(spans.c.since).limit(1)
    first = tx.scalar(query)
    if first is not None and since < first:
        held = (spans.c.kind == kind, spans.c.key == key, spans.c.since == first)
        tx.execute(update(spans).where(*held).values(since=since))


def _first_seen(held: Iterable[_Held], value: str, now: datetime) -> datetime:
    return min((one.since for one in held if one.value == value), default=now)


def _until(held: Iterable[_Held], moment: datetime) -> list[_Held]:
    """Return what was before a moment."""
    return [replace(one, until=min(one.until or moment, moment)) for one in held if one.since < moment]
