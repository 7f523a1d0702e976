"""By which files the package lists of servers were given: the same bytes again change nothing and need not be read."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, delete, select, tuple_

from feedbot.store import inventory
from feedbot.store._inventory_tables import OWN_LISTS, host_files, host_sets
from feedbot.store._sql import chunks, insert


@dataclass(frozen=True, slots=True)
class HostFile:
    """Which file (by digest) gave a server's components of a scheme. `parts` are all that the file gave; `release`
    is what the server's contract said then."""

    server: str
    scheme: str
    digest: bytes
    parts: int
    release: str


def unchanged(tx: Connection, digests: Iterable[bytes]) -> dict[bytes, tuple[HostFile, ...]]:
    """Return those files of which all is in force that they gave, on the same releases, with what that is.

    A list that was taken in another customer's days is in force for nobody: the same bytes must be taken in anew.
    """
    given: dict[bytes, list[HostFile]] = defaultdict(list)
    for part in chunks(digests):
        for row in tx.execute(select(host_files).where(host_files.c.digest.in_(part))):
            given[row.digest].append(HostFile(**row._mapping))
    placed = inventory.releases(tx, _own(tx, {one.server for rows in given.values() for one in rows}))
    return {
        digest: tuple(rows)
        for digest, rows in given.items()
        if len(rows) == rows[0].parts and all(placed.get(one.server) == one.release for one in rows)
    }


def remember_files(tx: Connection, replaced: Iterable[tuple[str, str]], files: Iterable[HostFile]) -> None:
    """Forget by which files these (server, scheme) pairs were given, and keep by which they are now."""
    for part in chunks(replaced):
        tx.execute(delete(host_files).where(tuple_(host_files.c.server, host_files.c.scheme).in_(part)))
    for new in chunks(files):
        tx.execute(insert(tx, host_files), [asdict(one) for one in new])


def _own(tx: Connection, servers: Iterable[str]) -> set[str]:
    """Return those of the servers whose list is of their present customer's days."""
    query = select(host_sets.c.server).select_from(OWN_LISTS)
    return {name for part in chunks(servers) for name in tx.scalars(query.where(host_sets.c.server.in_(part)))}
