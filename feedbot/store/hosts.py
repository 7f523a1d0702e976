"""What is known of a server beside its packages: the kernel that runs there."""

from sqlalchemy import Connection, select

from feedbot.store._inventory_tables import host_sets


def kernel(tx: Connection, server: str) -> str:
    """Return the kernel that runs on a server, as `uname -r` prints it; empty where that is not known."""
    return tx.scalar(select(host_sets.c.kernel).where(host_sets.c.server == server)) or ""
