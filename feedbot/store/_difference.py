"""What a table lacks, holds otherwise and holds too much: only that is written."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import Column, Connection, Table, delete, select

from feedbot.store._sql import chunks, insert

Row = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Difference:
    """Rows by the table's primary key."""

    added: Mapping[str, Row]
    changed: Mapping[str, Row]
    removed: Collection[str]

    def seal(self) -> bytes:
        """Return a digest of the difference."""
        content = [
            sorted(self.removed),
            *(sorted((key, *row.items()) for key, row in part.items()) for part in (self.added, self.changed)),
        ]
        return sha256(repr(content).encode()).digest()


def compare(tx: Connection, table: Table, wanted: Mapping[str, Row], *, partly: bool = False) -> Difference:
    """Compare a table with the rows it should hold. With `partly`, rows not wanted are left alone."""
    held: dict[str, Row] = {}
    if partly:
        for part in chunks(wanted):
            held |= _rows(tx, table, part)
    else:
        held = _rows(tx, table, None)
    return Difference(
        added={key: row for key, row in wanted.items() if key not in held},
        changed={key: row for key, row in wanted.items() if key in held and held[key] != row},
        removed=[key for key in held if key not in wanted],
    )


def write(tx: Connection, table: Table, difference: Difference) -> None:
    """Add and change rows."""
    rows = [dict(row) for row in (*difference.added.values(), *difference.changed.values())]
    if rows:
        new = insert(tx, table)
        others = {column.name: new.excluded[column.name] for column in table.c if not column.primary_key}
        tx.execute(new.on_conflict_do_update(index_elements=[_key(table)], set_=others), rows)


def remove(tx: Connection, table: Table, keys: Collection[str]) -> None:
    """Delete rows by key."""
    for part in chunks(keys):
        tx.execute(delete(table).where(_key(table).in_(part)))


def _rows(tx: Connection, table: Table, keys: Collection[str] | None) -> dict[str, Row]:
    query = select(table) if keys is None else select(table).where(_key(table).in_(keys))
    return {row[_key(table).name]: dict(row) for row in tx.execute(query).mappings()}


def _key(table: Table) -> Column[str]:
    (key,) = table.primary_key.columns
    return key
