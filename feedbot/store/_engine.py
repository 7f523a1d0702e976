"""Open the database so that what is committed stays.

SQLite: WAL, synchronous=FULL (a commit survives the power cut), foreign keys checked, 60 s of patience for another
writer. A transaction begins with BEGIN IMMEDIATE: one that reads first and writes later could otherwise fail at once
with SQLITE_BUSY, however long the patience.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import ConnectionPoolEntry

from feedbot.errors import StoreError
from feedbot.store._check import require_durable, require_not_newer, require_schema, schema_version
from feedbot.store._faults import as_store_error, translate
from feedbot.store._tables import SCHEMA

PATIENCE = 60_000
"""Milliseconds that a SQLite connection waits for another writer."""
_READING: Mapping[str, Mapping[str, Any]] = {
    "sqlite": {"feedbot_begin": "DEFERRED"},
    "postgresql": {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
}


def open(url: str, *, create: bool = False) -> Engine:  # noqa: A001 - read as store.open
    """Return the database at a SQLAlchemy address (`sqlite:///FILE`, `postgresql://USER@HOST/NAME`).

    With `create`, makes it where it is missing and brings its tables up to date. Raises StoreError where it is
    missing, damaged, not feedbot's, of another schema version, or set up so that a commit may be lost.
    """
    engine = _engine(url, create)
    with ExitStack() as undo:
        undo.callback(engine.dispose)
        if create:
            with engine.begin() as tx:
                require_durable(tx)
                _bring_up_to_date(tx)
        with reading(engine) as tx:  # a long import elsewhere must not keep a command from starting
            require_durable(tx)
            require_schema(tx)
        undo.pop_all()
    return engine


def upgrade(url: str) -> None:
    """Bring the database at `url` to this version's tables, making it where it is missing."""
    open(url, create=True).dispose()


@contextmanager
def reading(database: Engine) -> Iterator[Connection]:
    """Open a transaction that only reads: a steady picture of one moment, and no writer waits for it."""
    with database.connect() as connection:
        tx = connection.execution_options(**_READING[database.dialect.name])
        with tx.begin():
            yield tx


def _bring_up_to_date(tx: Connection) -> None:
    require_not_newer(tx)
    if schema_version(tx) != SCHEMA:
        from feedbot.store._migrate import apply  # noqa: PLC0415 - Alembic costs 0.3 s, and is needed once a version

        apply(tx)


def _engine(url: str, create: bool) -> Engine:
    address = _address(url)
    if address.get_backend_name() == "sqlite":
        _require_file(Path(address.database or ""), create)
        engine = create_engine(address)
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", _begin)
    else:
        # Without an encoding of our own a SQL_ASCII database answers in bytes, and the driver falls over them.
        engine = create_engine(address, pool_pre_ping=True, connect_args={"client_encoding": "utf8"})
    translate(engine)
    return engine


def _address(url: str) -> URL:
    try:
        address = make_url(url)
    except ArgumentError as error:
        raise StoreError(
            "store.url", "is not the address of a database", hint="for example sqlite:///feedbot.db"
        ) from error
    if address.get_backend_name() not in _READING:
        raise StoreError(address.get_backend_name(), "no such kind of database", hint="use sqlite or postgresql")
    if address.get_backend_name() == "sqlite" and address.database in (None, "", ":memory:"):
        raise StoreError("store.url", "a database in memory forgets", hint="for example sqlite:///feedbot.db")
    return address.set(drivername="postgresql+psycopg") if address.drivername == "postgresql" else address


def _require_file(path: Path, create: bool) -> None:
    """Make the file readable by its owner only (it holds customers and a secret); SQLite itself would make any file
    that is missing."""
    try:
        if create:
            path.touch(mode=0o600)
        elif not path.exists():
            raise StoreError(str(path), "there is no database", hint="`feedbot init` makes one")
    except OSError as error:
        raise StoreError(
            str(path),
            "cannot be opened",
            hint="check that the folder is there and who may write in it",
        ) from error


def _prepare(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # the driver begins no transaction of its own; _begin does
    try:
        connection.execute(f"PRAGMA busy_timeout={PATIENCE}")
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
    except sqlite3.Error as error:
        (_, _, path) = connection.execute("PRAGMA database_list").fetchone()
        raise as_store_error(str(path), error) from error


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(f"BEGIN {connection.get_execution_options().get('feedbot_begin', 'IMMEDIATE')}")
