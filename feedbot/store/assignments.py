"""Servers that are of a contract from one day to another (JST): the calendar, and what of it is in force.

The table of servers holds the present alone, so that nothing that asks it need know of days. `settle` brings it up to
a day; whoever decides or drafts calls it first. What the calendar says of the past is the operator's own word on who
had a server when, and takes the place of what imports had shown.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta

from sqlalchemy import Connection, select

from feedbot.inventory import Server
from feedbot.reading.dates import JST
from feedbot.store import history, inventory
from feedbot.store._difference import compare, remove, write
from feedbot.store._inventory_tables import assignments, servers
from feedbot.store._json import dump, load
from feedbot.store._sql import chunks, lock


def replace(tx: Connection, wanted: Iterable[Server]) -> None:
    """Make the servers with days among these the calendar. `settle` puts it in force."""
    lock(tx, "inventory")
    rows = {
        key: {"id": key, "server": one.name, "content": dump(one)}
        for one in wanted
        if one.since or one.until
        for key in [f"{one.name} {one.since or ''}"]
    }
    difference = compare(tx, assignments, rows)
    write(tx, assignments, difference)
    remove(tx, assignments, difference.removed)


def calendar(tx: Connection) -> Mapping[str, tuple[Server, ...]]:
    """Return the servers with days by name, each with its rows by day."""
    found: dict[str, list[Server]] = defaultdict(list)
    for content in tx.scalars(select(assignments.c.content)):
        one = load(Server, content)
        found[one.name].append(one)
    return {name: tuple(sorted(rows, key=_first_day)) for name, rows in found.items()}


def settle(tx: Connection, now: datetime) -> tuple[str, ...]:
    """Let each server with days be of the contract that has it today, or of none; return the names that changed."""
    if not _differing(tx, calendar(tx), now):
        return ()
    # PostgreSQL: an import may not be committed yet. What it brings is read only after it, or it would go again here.
    lock(tx, "inventory")
    known = calendar(tx)
    changed = _differing(tx, known, now)
    if changed:
        others = [one for one in inventory.servers(tx) if one.name not in known]
        inventory.replace_customers(tx, None, None, [*others, *_of_today(known, now).values()], now)
        date_back(tx, {name: known[name] for name in changed}, now)
    return changed


def _differing(tx: Connection, known: Mapping[str, tuple[Server, ...]], now: datetime) -> tuple[str, ...]:
    """Return the servers with days of which another row is in force than is today's."""
    held, wanted = _held(tx, known), _of_today(known, now)
    return tuple(sorted(name for name in known if held.get(name) != wanted.get(name)))


def _of_today(known: Mapping[str, tuple[Server, ...]], now: datetime) -> dict[str, Server]:
    today = now.astimezone(JST).date()
    return {name: one for name, rows in known.items() for one in rows if one.holds_on(today)}


def date_back(tx: Connection, known: Mapping[str, tuple[Server, ...]], now: datetime) -> None:
    """Let the history of these servers say what the calendar does, as far as its days have come."""
    for name, rows in known.items():
        told = [(one.contract, _begin(one.since), _end(one.until)) for one in rows]
        history.restate(tx, history.SERVER, name, told, now)
        for contract, since, _ in told:
            if since is not None and since <= now:
                history.reach_back(tx, history.CONTRACT, contract, since)


def _held(tx: Connection, names: Iterable[str]) -> dict[str, Server]:
    found: dict[str, Server] = {}
    for part in chunks(names):
        for content in tx.scalars(select(servers.c.content).where(servers.c.name.in_(part))):
            one = load(Server, content)
            found[one.name] = one
    return found


def _first_day(one: Server) -> date:
    return one.since or date.min


def _begin(day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), JST)


def _end(day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), JST) + timedelta(days=1)
