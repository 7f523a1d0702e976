"""Take in what runs where and whose it is. All or nothing: a file that is mostly broken leaves the old snapshot."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from feedbot.errors import InventoryError
from feedbot.inventory import (
    CustomerFile,
    HostPackages,
    RefusedRow,
    RefusedRowsError,
    check_refused,
    combine,
    has_fallen,
    read,
    read_customers,
)
from feedbot.messages import tr
from feedbot.pipeline._edges import Edges
from feedbot.store import Transaction, audit, inventory
from feedbot.store.inventory import SnapshotResult

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


@dataclass(frozen=True, slots=True)
class Intake:
    """What was taken in, and the rows that were not. `guessed` are servers that only the name of their file names."""

    result: SnapshotResult
    refused: tuple[RefusedRow, ...]
    guessed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Host:
    """What the files say of one server, and the first of them."""

    packages: HostPackages
    file: str

    def refused(self, reason: str, hint: str = "") -> RefusedRow:
        """Return all of it as one row that is not taken in."""
        return RefusedRow(self.file, 0, self.packages.server, reason, hint)


def shown(names: Collection[str]) -> str:
    """Return the first of these names, and how many more there are."""
    first = ", ".join(list(names)[:_SHOWN])
    return first if len(names) <= _SHOWN else tr("{names} and {count} more", names=first, count=len(names) - _SHOWN)


def import_customers(edges: Edges, files: Sequence[Path], actor: str, *, fewer: bool = False) -> CustomerIntake:
    """Replace customers, contracts and servers by what the files together say; a kind of which no file is given stays.

    Raises InventoryError, all staying as it was, where a file cannot be read, more than a fifth of one is refused, a
    contract that stays hangs on a customer that goes, or a fifth of a table goes (`fewer` says that it is meant).
    """
    parts = _each(files, lambda file: read_customers(_bytes(file), file.name))
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


def import_packages(
    edges: Edges,
    files: Sequence[Path],
    actor: str,
    *,
    format: str = "",  # noqa: A002 (the flag's name)
    server: str = "",
    fewer: bool = False,
) -> Intake:
    """Take in inventory files. `server` names the host of a file that does not say it, or of which it is a guess.

    What a file says of a server replaces what was known of it from the same package system; self-built software, for
    example, stays when the system's packages are imported anew. A server whose list falls by a fifth keeps its old one
    and is refused, unless `fewer` says that it is meant; so is one that no contract names. Raises InventoryError, the
    last snapshot staying in force, where a file cannot be read, too many rows are refused or no server is left.
    """
    subject = shown([file.name for file in files])
    rows = [row for part in _each(files, lambda file: _rows(file, format, server)) for row in part]
    refused = [row for row in rows if isinstance(row, RefusedRow)]
    given = _gathered(row for row in rows if isinstance(row, _Host))
    check_refused(subject, sum(len(one.packages.components) for one in given.values()), refused)
    with edges.database.begin() as tx:
        hosts, aged = {}, []
        for name, packages in _owned(tx, given, refused).items():
            hosts[name], partly = _beside_known(tx, packages)
            if partly:
                aged.append(name)
        if not fewer:
            hosts = _not_fallen(tx, hosts, given, refused)
        if not hosts:
            raise RefusedRowsError(
                subject,
                "no server of these files can be taken in; the last snapshot stays in force",
                refused,
                hint=_NOT_WHOLE if given.keys() & {one.name for one in inventory.servers(tx)} else _NO_CONTRACT,
            )
        result = inventory.replace_packages(tx, hosts, edges.clock(), aged)
        account = f"{len(hosts)} hosts" + (", --fewer" if fewer else "")
        audit.append(tx, actor, "import-packages", f"snapshot {result.snapshot.id}", account, edges.clock())
    guessed = tuple(name for name in hosts if given[name].packages.guessed)
    return Intake(result, tuple(refused), guessed)


def _rows(file: Path, format: str, server: str) -> list[_Host | RefusedRow]:  # noqa: A002 (the flag's name)
    """Read a file, each of its hosts with a name. Raises InventoryError where nobody gives it one."""
    rows: list[_Host | RefusedRow] = []
    for row in read(_bytes(file), file.name, format):
        if isinstance(row, RefusedRow):
            rows.append(row)
            continue
        unsure = row.guessed or not row.server
        named = replace(row, server=server.lower(), guessed=False) if server and unsure else row
        if not named.server:
            raise InventoryError(
                file.name, "the file does not say which server it is of", hint="name it: --server HOST"
            )
        rows.append(_Host(named, file.name))
    return rows


def _gathered(hosts: Iterable[_Host]) -> dict[str, _Host]:
    """Put what several files say of a host together: its packages and its self-built software."""
    found: dict[str, _Host] = {}
    for host in hosts:
        name = host.packages.server
        if name not in found:
            found[name] = host
            continue
        first, other = found[name].packages, host.packages
        components = tuple(dict.fromkeys((*first.components, *other.components)))
        merged = HostPackages(name, components, first.distro or other.distro, first.guessed and other.guessed)
        found[name] = replace(found[name], packages=merged)
    return found


def _owned(tx: Transaction, given: Mapping[str, _Host], refused: list[RefusedRow]) -> dict[str, HostPackages]:
    """Return the hosts that a contract names, with the release that it gives; the others are refused."""
    known = {one.name: one.distro for one in inventory.servers(tx)}
    for name in sorted(given.keys() - known.keys()):
        host = given[name]
        if host.packages.guessed:
            reason = tr("the server {name} has no contract (the name is the file's; --server gives another)", name=name)
        else:
            reason = tr("the server {name} has no contract", name=name)
        refused.append(host.refused(reason, tr(_NO_CONTRACT)))
    return {name: host.packages.placed(name, known[name]) for name, host in given.items() if name in known}


def _not_fallen(
    tx: Transaction, hosts: Mapping[str, HostPackages], given: Mapping[str, _Host], refused: list[RefusedRow]
) -> dict[str, HostPackages]:
    """Return the hosts whose lists did not fall by a fifth; of the others the file was cut, more likely than not."""
    kept = {}
    for name, host in hosts.items():
        before, now = inventory.rows_of(tx, (name,)), len(host.components)
        if has_fallen(before, now):
            reason = tr(
                "the packages of {name} fall from {before} to {now}; its last list stays in force",
                name=name,
                before=before,
                now=now,
            )
            refused.append(given[name].refused(reason, tr(_NOT_WHOLE)))
        else:
            kept[name] = host
    return kept


def _beside_known(tx: Transaction, host: HostPackages) -> tuple[HostPackages, bool]:
    """Keep what is known of a host from other package systems than those of this import.

    Tell too whether its distribution's packages are among what is kept: those then make the age of the whole.
    """
    systems = {one.scheme for one in host.components}
    kept = tuple(one for one in inventory.packages(tx, host.server) if one.scheme not in systems)
    whole = replace(host, components=(*host.components, *kept))
    return whole, any(one.scheme in ("deb", "rpm") for one in kept)


def _each(files: Sequence[Path], read_one: Callable[[Path], Read]) -> list[Read]:
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


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise InventoryError(file.name, "cannot be read: {why}", why=error.strerror or error) from error


_NOT_WHOLE = "see whether the file is whole; if the packages were removed, import it again with --fewer"
_NO_CONTRACT = "enter the server in the CSV of contracts: feedbot customers import"
