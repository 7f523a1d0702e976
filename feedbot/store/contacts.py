"""The further addresses of customers, as the last import of them said."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import Connection, select

from feedbot.inventory import Contact
from feedbot.store._difference import compare, remove, write
from feedbot.store._inventory_tables import contacts
from feedbot.store._json import dump, load
from feedbot.store._sql import chunks, lock

_MANY = 5_000
"""So many customers are quicker found by reading all contacts than by asking for each."""


def replace(tx: Connection, wanted: Iterable[Contact]) -> None:
    """Make these the contacts."""
    lock(tx, "inventory")
    rows = {
        key: {"id": key, "customer": one.customer, "content": dump(one)}
        for one in wanted
        for key in [f"{one.customer} {one.email.casefold()}"]
    }
    difference = compare(tx, contacts, rows)
    write(tx, contacts, difference)
    remove(tx, contacts, difference.removed)


def all_of_them(tx: Connection) -> tuple[Contact, ...]:
    """Return every contact, by customer and address."""
    rows = tx.scalars(select(contacts.c.content).order_by(contacts.c.id))
    return tuple(load(Contact, one) for one in rows)


def of(tx: Connection, customers: Collection[str]) -> Mapping[str, tuple[Contact, ...]]:
    """Return the contacts of these customers, by customer; who has none is left out."""
    found: dict[str, list[Contact]] = defaultdict(list)
    query = select(contacts.c.customer, contacts.c.content).order_by(contacts.c.id)
    named = [query.where(contacts.c.customer.in_(part)) for part in chunks(customers)]
    parts = named if len(customers) <= _MANY else [query]
    for part in parts:
        for customer, content in tx.execute(part):
            if customer in customers:
                found[customer].append(load(Contact, content))
    return {customer: tuple(held) for customer, held in found.items()}
