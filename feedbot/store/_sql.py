"""What SQLAlchemy leaves a little different between the two databases, and counters."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

from feedbot.store._tables import counters

Value = TypeVar("Value")
CHUNK = 1000
"""Values in one IN list: far under SQLite's 32,766 and PostgreSQL's 65,535 parameters of a statement."""


def insert(tx: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that knows ON CONFLICT; both databases write it alike, SQLAlchemy has a class for each."""
    return sqlite.insert(table) if tx.dialect.name == "sqlite" else postgresql.insert(table)


def chunks(values: Iterable[Value]) -> Iterator[list[Value]]:
    """Yield the values in lists that fit one statement."""
    rest = iter(values)
    while part := list(islice(rest, CHUNK)):
        yield part


def next_value(tx: Connection, name: str) -> int:
    """Return the next value of a counter, from 1. Another transaction that asks waits until this one ends."""
    return _touch(tx, name, step=1)


def lock(tx: Connection, name: str) -> None:
    """Let one transaction at a time pass, until it ends. (SQLite has one writer anyway.)"""
    _touch(tx, name, step=0)


def _touch(tx: Connection, name: str, step: int) -> int:
    new = insert(tx, counters).values(name=name, value=step)
    value = tx.scalar(
        new.on_conflict_do_update(index_elements=[counters.c.name], set_={"value": counters.c.value + step}).returning(
            counters.c.value
        )
    )
    assert isinstance(value, int)
    return value
