"""Take in whose the servers are. All or nothing: a file that is mostly broken leaves the old snapshot."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from feedbot.errors import InventoryError
from feedbot.inventory import (
    CustomerFile,
    RefusedRow,
    RefusedRowsError,
    check_refused,
    combine,
    has_fallen,
    read_customers,
)
from feedbot.messages import tr
from feedbot.pipeline._edges import Edges
from feedbot.store import Transaction, audit, inventory

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


@dataclass(frozen=True, slots=True)
class CustomerIntake:
    """What the files said and what went. `back` are servers whose kept package list is used again → when it was
    taken in."""

    found: CustomerFile
    removed: Removed
    back: Mapping[str, datetime]


def shown(names: Collection[str]) -> str:
    """Return the first of these names, and how many more there are."""
    first = ", ".join(list(names)[:_SHOWN])
    return first if len(names) <= _SHOWN else tr("{names} and {count} more", names=first, count=len(names) - _SHOWN)


def import_customers(edges: Edges, files: Sequence[Path], actor: str, *, fewer: bool = False) -> CustomerIntake:
    """Replace customers, contracts and servers by what the files together say; a kind of which no file is given stays.

    Raises InventoryError, all staying as it was, where a file cannot be read, more than a fifth of one is refused, a
    contract that stays hangs on a customer that goes, or a fifth of a table goes (`fewer` says that it is meant).
    """
    parts = each(files, lambda file: read_customers(bytes_of(file), file.name))
    subject = shown([file.name for file in files])
    with edges.database.begin() as tx:
        found = combine(parts, inventory.customers(tx))
        for name in dict.fromkeys(file.name for file in files):
            kept = sum(entry.line.file == name for entry in found.entries)
            check_refused(name, kept, [row for row in found.refused if row.file == name], found.refused)
        before = _in_force(tx)
        now = _afterwards(before, found)
        _check_owners(tx, found, now["customers"], subject)
        if not fewer:
            _check_fall(before, now, found.refused, subject)
        removed = Removed(*(tuple(sorted(before[table] - now[table])) for table in before))
        back = inventory.taken(tx, sorted(now["servers"] - before["servers"]))
        inventory.replace_customers(
            tx,
            found.customers if found.of_customers else None,
            found.contracts if found.of_contracts else None,
            found.servers if found.of_contracts else None,
            edges.clock(),
        )
        audit.append(tx, actor, "import-customers", subject, _account(now, removed, fewer), edges.clock())
    return CustomerIntake(found, removed, back)


def _in_force(tx: Transaction) -> dict[str, set[str]]:
    return {
        "customers": {one.id for one in inventory.customers(tx)},
        "contracts": {one.id for one in inventory.contracts(tx)},
        "servers": {one.name for one in inventory.servers(tx)},
    }


def _afterwards(before: Mapping[str, set[str]], found: CustomerFile) -> dict[str, set[str]]:
    """Return what will be in force: the tables that the files give, the others as they are."""
    after = dict(before)
    if found.of_customers:
        after["customers"] = {one.id for one in found.customers}
    if found.of_contracts:
        after["contracts"] = {one.id for one in found.contracts}
        after["servers"] = {one.name for one in found.servers}
    return after


def _check_owners(tx: Transaction, found: CustomerFile, customers: set[str], subject: str) -> None:
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
    before: Mapping[str, set[str]], now: Mapping[str, set[str]], refused: Sequence[RefusedRow], subject: str
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
                    names=shown(sorted(before[table] - now[table])),
                )
                for table in falls
            ),
        )


def _account(now: Mapping[str, set[str]], removed: Removed, fewer: bool) -> str:
    """Return what the audit log keeps of an import: how many are there, every one that went, and whether it was said
    to be meant."""
    words = [f"{table} {len(names)}" for table, names in now.items()]
    for table in now:
        gone = getattr(removed, table)
        if gone:
            words.append(f"removed {table} {' '.join(gone)}")
    return ", ".join([*words, "--fewer"] if fewer else words)


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
