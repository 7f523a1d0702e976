"""A copy that is whole or not there."""

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import Engine

from feedbot.errors import StoreError
from feedbot.store._faults import as_store_error, name_of


def backup(database: Engine, path: Path) -> None:
    """Copy a SQLite database, while it is in use, to `path`, which must not be there yet.

    The copy is checked and flushed before it gets its name. Raises StoreError: for PostgreSQL, for an existing file,
    for a disk that refuses.
    """
    if database.dialect.name != "sqlite":
        raise StoreError(name_of(database), "PostgreSQL makes its own backups", hint="pg_dump --format=custom")
    if path.exists():
        raise StoreError(str(path), "there is a file of this name already", hint="give another name")
    part = path.with_name(path.name + ".part")
    try:
        part.unlink(missing_ok=True)
        part.touch(mode=0o600)
        _copy(database, part)
        part.rename(path)
    except (OSError, sqlite3.Error) as error:
        part.unlink(missing_ok=True)
        raise as_store_error(str(path), error) from error


def _copy(database: Engine, part: Path) -> None:
    with closing(database.raw_connection()) as source, closing(sqlite3.connect(part)) as target:
        target.execute("PRAGMA synchronous=FULL")
        assert isinstance(source.driver_connection, sqlite3.Connection)
        source.driver_connection.backup(target)
        (verdict,) = target.execute("PRAGMA integrity_check").fetchone()
        if verdict != "ok":
            raise StoreError(str(part), "the copy is damaged: {why}", hint="`feedbot db check`", why=verdict)
