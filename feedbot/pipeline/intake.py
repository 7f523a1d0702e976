"""Take in whose the servers are, and who is written to. All or nothing: a file that is mostly broken leaves the old
snapshot."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import TypeVar

from feedbot.errors import InventoryError
from feedbot.inventory import (
    Contact,
    Contract,
    CustomerFile,
    RefusedRow,
    RefusedRowsError,
    Server,
    check_refused,
    combine,
    has_fallen,
    read_customers,
)
from feedbot.messages import tr
from feedbot.pipeline._edges import Edges
from feedbot.reading.dates import JST
from feedbot.store import Transaction, assignments, audit, contacts, inventory, lock

Given = TypeVar("Given")
Read = TypeVar("Read")
_SHOWN = 10
"""Names in a line, of as many as there may be."""


@dataclass(frozen=True, slots=True)
class Removed:
    """Who and what is no longer in the files, by id or name."""

    customers: tuple[str, ...] = ()
    contracts: tuple[str, ...] = ()
    servers: tuple[str, ...] = ()
    contacts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CustomerIntake:
    """What the files said and what became different. `back` are servers whose kept package list is used again → when
    it was taken in; `moved` servers → the customers who had them and have them now. Of `trial` nothing was kept."""

    found: CustomerFile
    removed: Removed
    back: Mapping[str, datetime]
    added: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    changed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    moved: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    trial: bool = False


def shown(names: Collection[str]) -> str:
    """Return the first of these names, and how many more there are."""
    first = ", ".join(list(names)[:_SHOWN])
    return first if len(names) <= _SHOWN else tr("{names} and {count} more", names=first, count=len(names) - _SHOWN)


def import_customers(
    edges: Edges,
    files: Sequence[Path],
    actor: str,
    *,
    fewer: bool = False,
    moved: bool = False,
    trial: bool = False,
) -> CustomerIntake:
    """Replace customers, contacts, contracts and servers by what the files together say; a kind of which no file is
    given stays. With `trial` all is looked at and nothing kept.

    Raises InventoryError, all staying as it was, where a file cannot be read, more than a fifth of one is refused, a
    contract that stays hangs on a customer that goes, a fifth of a table goes (`fewer` says that it is meant), or a
    fifth of the servers becomes another customer's (`moved` does).
    """
    parts = each(files, lambda file: read_customers(bytes_of(file), file.name))
    subject = shown([file.name for file in files])
    with edges.database.begin() as tx:
        lock(tx, "inventory")  # PostgreSQL: what another import brings meanwhile is to be seen, or it would go
        found = combine(parts, inventory.customers(tx), edges.brands)
        for name in dict.fromkeys(file.name for file in files):
            kept = sum(entry.line.file == name for entry in found.entries)
            check_refused(name, kept, [row for row in found.refused if row.file == name], found.refused)
        before = _in_force(tx)
        now = _afterwards(before, found)
        _check_owners(tx, found, now["customers"].keys(), subject)
        if not fewer:
            _check_fall(before, now, found.refused, subject)
        today = edges.clock().astimezone(JST).date()
        changed_hands = _moves(before, now, today)
        if not moved:
            _check_moves(changed_hands, len(before["servers"]), found.refused, subject)
        made = CustomerIntake(
            found,
            Removed(**{table: tuple(sorted(before[table].keys() - now[table].keys())) for table in before}),
            inventory.kept(tx, _come(before, now, today)),
            {table: tuple(sorted(now[table].keys() - before[table].keys())) for table in before},
            {table: tuple(sorted(_differing(before[table], now[table]))) for table in before},
            changed_hands,
            trial,
        )
        if not trial:
            _keep(edges, tx, found, now)
            account = _account(now, made, [*["--fewer"] * fewer, *["--moved"] * moved])
            audit.append(tx, actor, "import-customers", subject, account, edges.clock())
    return made


_Table = Mapping[str, tuple[object, ...]]
"""The rows of a table by id or name; a server with days has several."""


def _in_force(tx: Transaction) -> dict[str, _Table]:
    dated = assignments.calendar(tx)
    plain = {one.name: (one,) for one in inventory.servers(tx) if one.name not in dated}
    return {
        "customers": {one.id: (one,) for one in inventory.customers(tx)},
        "contracts": {one.id: (one,) for one in inventory.contracts(tx)},
        "servers": {**plain, **dated},
        "contacts": {_contact(one): (one,) for one in contacts.all_of_them(tx)},
    }


def _contact(one: Contact) -> str:
    return f"{one.customer} {one.email.casefold()}"


def _afterwards(before: Mapping[str, _Table], found: CustomerFile) -> dict[str, _Table]:
    """Return what will be in force: the tables that the files give, the others as they are. Whose customer goes, that
    contact goes too."""
    after = dict(before)
    if found.of_customers:
        after["customers"] = {one.id: (one,) for one in found.customers}
    if found.of_contracts:
        after["contracts"] = {one.id: (one,) for one in found.contracts}
        servers: dict[str, tuple[Server, ...]] = {}
        for server in found.servers:
            servers[server.name] = (*servers.get(server.name, ()), server)
        after["servers"] = {name: _by_day(rows) for name, rows in servers.items()}
    if found.of_contacts:
        after["contacts"] = {_contact(one): (one,) for one in found.contacts}
    kept = after["customers"].keys()
    after["contacts"] = {
        key: rows
        for key, rows in after["contacts"].items()
        if any(isinstance(one, Contact) and one.customer in kept for one in rows)
    }
    return after


def _by_day(rows: Iterable[Server]) -> tuple[Server, ...]:
    return tuple(sorted(rows, key=lambda one: one.since or date.min))


def _differing(before: _Table, now: _Table) -> Iterator[str]:
    return (key for key, rows in now.items() if key in before and before[key] != rows)


def _keep(edges: Edges, tx: Transaction, found: CustomerFile, now: Mapping[str, _Table]) -> None:
    moment = edges.clock()
    today = moment.astimezone(JST).date()
    inventory.replace_customers(
        tx,
        found.customers if found.of_customers else None,
        found.contracts if found.of_contracts else None,
        [one for one in found.servers if one.holds_on(today)] if found.of_contracts else None,
        moment,
    )
    if found.of_contracts:
        assignments.replace(tx, found.servers)
        assignments.date_back(tx, assignments.calendar(tx), moment)
    contacts.replace(tx, (one for rows in now["contacts"].values() for one in rows if isinstance(one, Contact)))


def _moves(before: Mapping[str, _Table], now: Mapping[str, _Table], today: date) -> dict[str, tuple[str, str]]:
    """Return the servers that become another customer's on no day that the files name: their owners, old and new."""
    old, new = _owners(before, today), _owners(now, today)
    return {
        name: (old[name][0], owner)
        for name, (owner, dated) in sorted(new.items())
        if name in old and old[name][0] != owner and not dated
    }


def _come(before: Mapping[str, _Table], now: Mapping[str, _Table], today: date) -> dict[str, str]:
    """Return the servers that were not there before → who has them today."""
    owners = _owners(now, today)
    return {name: owner for name, (owner, _) in owners.items() if name not in before["servers"]}


def _owners(tables: Mapping[str, _Table], today: date) -> dict[str, tuple[str, bool]]:
    """Return the customer who has each server today, and whether the files say since when."""
    customers = {id_: one.customer for id_, (one,) in tables["contracts"].items() if isinstance(one, Contract)}
    return {
        name: (customers[one.contract], one.since is not None)
        for name, rows in tables["servers"].items()
        for one in rows
        if isinstance(one, Server) and one.holds_on(today) and one.contract in customers
    }


def _check_moves(
    moves: Mapping[str, tuple[str, str]], servers: int, refused: Sequence[RefusedRow], subject: str
) -> None:
    """Columns that slipped by a row give every server to its neighbour: a fifth at once is held."""
    if has_fallen(servers, servers - len(moves)):
        raise RefusedRowsError(
            subject,
            "{count} of {servers} servers would become another customer's, so all stays as it was: {moves}",
            refused,
            hint="see whether the rows have slipped; if it is meant, import them again with --moved",
            count=len(moves),
            servers=servers,
            moves=shown([f"{name} ({old} → {new})" for name, (old, new) in moves.items()]),
        )


def _check_owners(tx: Transaction, found: CustomerFile, customers: Collection[str], subject: str) -> None:
    """Refuse to leave contracts without their customer."""
    if found.of_contracts:
        return
    orphans = [one for one in inventory.contracts(tx) if one.customer not in customers]
    if orphans:
        raise RefusedRowsError(
            subject,
            "customers would go who still have contracts: {customers} (contracts {contracts})",
            found.refused,
            hint="correct the rows that are listed; for customers who leave, give both files together"
            if found.refused
            else "give both files together: feedbot customers import CUSTOMERS.csv SERVERS.csv",
            customers=shown(sorted({one.customer for one in orphans})),
            contracts=shown([one.id for one in orphans]),
        )


def _check_fall(
    before: Mapping[str, _Table], now: Mapping[str, _Table], refused: Sequence[RefusedRow], subject: str
) -> None:
    falls = [table for table in before if has_fallen(len(before[table]), len(now[table]))]
    if falls:
        raise RefusedRowsError(
            subject,
            "too much would go, so all stays as it was:\n{falls}",
            refused,
            hint="see whether the files are whole; if it is meant, import them again with --fewer",
            falls="\n".join(
                tr(
                    "  {table}: {before} become {now}; gone: {names}",
                    table=tr(table),
                    before=len(before[table]),
                    now=len(now[table]),
                    names=shown(sorted(before[table].keys() - now[table].keys())),
                )
                for table in falls
            ),
        )


def _account(now: Mapping[str, _Table], made: CustomerIntake, said: Iterable[str]) -> str:
    """Return what the audit log keeps of an import: how many are there, every one that went or changed hands, and what
    was said to be meant."""
    words = [f"{table} {len(rows)}" for table, rows in now.items() if rows or table != "contacts"]
    for table in now:
        gone = getattr(made.removed, table)
        if gone:
            words.append(f"removed {table} {' '.join(gone)}")
    words += [f"moved {name} {old} {new}" for name, (old, new) in made.moved.items()]
    return ", ".join([*words, *said])


def each(files: Iterable[Given], read_one: Callable[[Given], Read]) -> list[Read]:
    """Read every file. Raises InventoryError naming all that cannot be read, not only the first."""
    made: list[Read] = []
    errors: list[InventoryError] = []
    for file in files:
        try:
            made.append(read_one(file))
        except InventoryError as error:
            errors.append(error)
    if len(errors) == 1:
        raise errors[0]
    if errors:
        raise InventoryError(
            "", "{count} files cannot be taken in:\n{errors}", count=len(errors), errors="\n".join(_told(errors))
        )
    return made


def _told(errors: Iterable[InventoryError]) -> Iterator[str]:
    for error in errors:
        yield f"  {error}"
        if error.hint():
            yield f"    → {error.hint()}"


def bytes_of(file: Path) -> bytes:
    """Return the content of a file. Raises InventoryError where it cannot be read."""
    try:
        return file.read_bytes()
    except OSError as error:
        raise InventoryError(file.name, "cannot be read: {why}", why=error.strerror or error) from error
