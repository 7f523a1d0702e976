"""What is known of a server beside its packages: the kernel that runs there, and how asking for its list went."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from feedbot.store._inventory_tables import OWN_LISTS, host_pulls, host_sets
from feedbot.store._sql import chunks, insert

_LONGEST = 1000
"""Characters that are kept of why a host failed: a part of them is the host's own."""


@dataclass(frozen=True, slots=True)
class Pull:
    """How asking went: `name` is a host, or a file of the folder; `failure` is empty where the last answer was taken
    in, else `failing_since` is when that began."""

    group: str
    name: str
    tried_at: datetime
    answered_at: datetime | None
    failure: str
    failing_since: datetime | None


def kernel(tx: Connection, server: str) -> str:
    """Return the kernel that runs on a customer's server, as `uname -r` prints it; empty where that is not known."""
    return tx.scalar(select(host_sets.c.kernel).select_from(OWN_LISTS).where(host_sets.c.server == server)) or ""


def systems(tx: Connection) -> dict[str, str]:
    """Return server → the release that its customer's package list shows (debian:12); those whose list shows none are
    left out."""
    query = select(host_sets.c.server, host_sets.c.distro).select_from(OWN_LISTS)
    rows = tx.execute(query.where(host_sets.c.distro != ""))
    return {row.server: row.distro for row in rows}


def record(tx: Connection, group: str, outcomes: Mapping[str, str], now: datetime) -> None:
    """Keep how asking went: name → why it failed, empty where it did not. A failure that lasts keeps its beginning."""
    before = {one.name: one for one in pulls(tx, group)}
    rows = []
    for name, why in outcomes.items():
        last = before.get(name)
        since = (last.failing_since if last and last.failure else now) if why else None
        answered = (last.answered_at if last else None) if why else now
        clean = why.replace("\0", "")[:_LONGEST].encode("utf-8", "backslashreplace").decode()
        rows.append(
            {
                "group": group,
                "name": name,
                "tried_at": now,
                "answered_at": answered,
                "failure": clean,
                "failing_since": since,
            }
        )
    for part in chunks(rows):
        new = insert(tx, host_pulls)
        taken = {one: new.excluded[one] for one in ("tried_at", "answered_at", "failure", "failing_since")}
        tx.execute(new.on_conflict_do_update(index_elements=[host_pulls.c.group, host_pulls.c.name], set_=taken), part)


def pulls(tx: Connection, group: str = "") -> tuple[Pull, ...]:
    """Return how asking went, by group and name; of one group where it is named."""
    query = select(host_pulls).order_by(host_pulls.c.group, host_pulls.c.name)
    rows = tx.execute(query.where(host_pulls.c.group == group) if group else query)
    return tuple(Pull(*row) for row in rows)
