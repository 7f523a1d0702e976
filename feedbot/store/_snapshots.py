"""One state of the inventory after another: what changed is sealed with the state before it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from hashlib import sha256

from sqlalchemy import Connection, func, select, update

from feedbot.store._difference import Difference
from feedbot.store._inventory_tables import OWN_LISTS, package_sets, snapshots
from feedbot.store._sql import insert


@dataclass(frozen=True, slots=True)
class Snapshot:
    """`at` is when packages were last taken in, also without a change; `made_at` when this state began. `servers` and
    `rows` count servers with a contract and packages, and their packages."""

    id: int
    digest: str
    made_at: datetime
    at: datetime
    servers: int
    rows: int


@dataclass(frozen=True, slots=True)
class SnapshotResult:
    """The snapshot in force afterwards, and how many records (customers, contracts, servers; or hosts) differ."""

    snapshot: Snapshot
    added: int
    changed: int
    removed: int


def snapshot(tx: Connection) -> Snapshot | None:
    """Return the snapshot in force; None before the first import."""
    row = tx.execute(select(snapshots).order_by(snapshots.c.id.desc()).limit(1)).one_or_none()
    return None if row is None else Snapshot(**row._mapping)


def result(
    tx: Connection, differences: Sequence[Difference], seal: bytes, now: datetime, *, packages: bool
) -> SnapshotResult:
    """Make a snapshot of it where something differs, else let the one in force count as taken now (`packages`)."""
    added, changed, removed = (
        sum(len(getattr(one, name)) for one in differences) for name in ("added", "changed", "removed")
    )
    last = snapshot(tx)
    if last is None or added or changed or removed:
        last = _make_snapshot(tx, last, seal, now, packages)
    elif packages:
        tx.execute(update(snapshots).where(snapshots.c.id == last.id).values(at=now))
        last = replace(last, at=now)
    return SnapshotResult(last, added, changed, removed)


def _make_snapshot(tx: Connection, last: Snapshot | None, seal: bytes, now: datetime, packages: bool) -> Snapshot:
    servers, rows = tx.execute(
        select(func.count(), func.coalesce(func.sum(package_sets.c.size), 0)).select_from(OWN_LISTS.join(package_sets))
    ).one()
    made = Snapshot(
        id=last.id + 1 if last else 1,
        digest=sha256((last.digest if last else "").encode() + seal).hexdigest(),
        made_at=now,
        at=now if packages or last is None else last.at,
        servers=servers,
        rows=rows,
    )
    tx.execute(insert(tx, snapshots).values(asdict(made)))
    return made
