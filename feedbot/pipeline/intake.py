"""Take in what runs where and whose it is. All or nothing: a file that is mostly broken leaves the old snapshot."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from feedbot.errors import InventoryError
from feedbot.inventory import CustomerFile, HostPackages, RefusedRow, check_guard, combine, read, read_customers
from feedbot.messages import tr
from feedbot.pipeline._edges import Edges
from feedbot.store import Transaction, audit, inventory
from feedbot.store.inventory import SnapshotResult


@dataclass(frozen=True, slots=True)
class Intake:
    """What was taken in, and the rows that were not."""

    result: SnapshotResult
    refused: tuple[RefusedRow, ...]


def import_customers(edges: Edges, files: Sequence[Path], actor: str) -> CustomerFile:
    """Replace customers, contracts and servers by what the files together say.

    Raises InventoryError, the old ones staying in force, where more than a fifth of the rows is refused or gone.
    """
    found = combine([read_customers(_bytes(file), file.name) for file in files])
    kept = len(found.customers) + len(found.servers)
    with edges.database.begin() as tx:
        before = inventory.counts(tx)
        check_guard(kept, len(found.refused), before.customers + before.servers or None, "customers")
        inventory.replace_customers(tx, found.customers, found.contracts, found.servers, edges.clock())
        audit.append(tx, actor, "import-customers", ", ".join(file.name for file in files), str(kept), edges.clock())
    return found


def import_packages(
    edges: Edges,
    files: Sequence[Path],
    actor: str,
    *,
    format: str = "",  # noqa: A002 (the flag's name)
    server: str = "",
    fewer: bool = False,
) -> Intake:
    """Take in inventory files. `server` names the host of a file that does not say it.

    What a file says of a server replaces what was known of it from the same package system; self-built software, for
    example, stays when the system's packages are imported anew. A server whose list falls by a fifth keeps its old one
    and is refused, unless `fewer` says that it is meant. Raises InventoryError, the last snapshot staying in force,
    where a file cannot be read or the guard says no.
    """
    hosts: dict[str, HostPackages] = {}
    refused: list[RefusedRow] = []
    for file in files:
        _gather(hosts, refused, file, read(_bytes(file), file.name, format), server)
    with edges.database.begin() as tx:
        known = {one.name: one.distro for one in inventory.servers(tx)}
        strangers = sorted(hosts.keys() - known.keys())
        refused += [RefusedRow(name, 0, name, tr("no contract names this server")) for name in strangers]
        hosts = {
            name: _beside_known(tx, packages.placed(name, known[name]))
            for name, packages in hosts.items()
            if name in known
        }
        before = 0 if fewer else inventory.rows_of(tx, hosts)
        if not fewer:
            hosts = _not_fallen(tx, hosts, refused)
        rows = sum(len(one.components) for one in hosts.values())
        check_guard(rows, len(refused), before or None)
        result = inventory.replace_packages(tx, hosts, edges.clock())
        audit.append(
            tx, actor, "import-packages", f"snapshot {result.snapshot.id}", f"{len(hosts)} hosts", edges.clock()
        )
    return Intake(result, tuple(refused))


def _gather(
    hosts: dict[str, HostPackages],
    refused: list[RefusedRow],
    file: Path,
    rows: Iterable[HostPackages | RefusedRow],
    server: str,
) -> None:
    """Put a file's hosts beside those of the files before it: a host's packages and its self-built software."""
    for row in rows:
        if isinstance(row, RefusedRow):
            refused.append(row)
            continue
        name = row.server or server.lower()
        if not name:
            raise InventoryError(
                file.name, "the file does not say which server it is of", hint="name it: --server HOST"
            )
        before = hosts.get(name, HostPackages(name, ()))
        components = tuple(dict.fromkeys((*before.components, *row.components)))
        hosts[name] = HostPackages(name, components, before.distro or row.distro)


def _not_fallen(tx: Transaction, hosts: dict[str, HostPackages], refused: list[RefusedRow]) -> dict[str, HostPackages]:
    """Return the hosts whose lists did not fall by a fifth; of the others the file was cut, more likely than not."""
    kept = {}
    for name, host in hosts.items():
        try:
            check_guard(len(host.components), 0, inventory.rows_of(tx, (name,)) or None, name)
        except InventoryError as error:
            refused.append(RefusedRow(name, 0, name, error.reason()))
        else:
            kept[name] = host
    return kept


def _beside_known(tx: Transaction, host: HostPackages) -> HostPackages:
    """Keep what is known of a host from other package systems than those of this import."""
    systems = {one.scheme for one in host.components}
    kept = tuple(one for one in inventory.packages(tx, host.server) if one.scheme not in systems)
    return replace(host, components=(*host.components, *kept))


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise InventoryError(str(file), "cannot be read: {why}", why=error.strerror or error) from error
