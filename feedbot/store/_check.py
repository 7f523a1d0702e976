"""What must hold before anything is written, and what can be wrong later."""

from collections.abc import Iterator

from sqlalchemy import Connection, Engine, inspect

from feedbot.errors import StoreError
from feedbot.messages import tr
from feedbot.store._faults import name_of
from feedbot.store._tables import SCHEMA, instance

FULL = 2
"""What `PRAGMA synchronous` answers for FULL; 3, EXTRA, is more."""


def schema_version(tx: Connection) -> str:
    """Return the tables' version, empty for an empty database. Raises StoreError where they are another program's."""
    tables = set(inspect(tx).get_table_names())
    if not tables:
        return ""
    if not {"alembic_version", instance.name} <= tables:
        raise StoreError(
            name_of(tx.engine),
            "is a database, but not feedbot's",
            hint="check the address under [store] in the configuration",
        )
    return str(tx.exec_driver_sql("SELECT version_num FROM alembic_version").scalar())


def require_not_newer(tx: Connection) -> None:
    """Raise StoreError where a newer feedbot made the tables."""
    version = schema_version(tx)
    if version > SCHEMA:
        raise StoreError(
            name_of(tx.engine),
            "a newer feedbot made this database (schema {found}; this one knows {known})",
            hint="run the newer feedbot, or restore the backup made before its `feedbot db upgrade`",
            found=version,
            known=SCHEMA,
        )


def require_schema(tx: Connection) -> None:
    """Raise StoreError where the tables are not this version's."""
    require_not_newer(tx)
    version = schema_version(tx)
    if version == "":
        raise StoreError(name_of(tx.engine), "the database is empty", hint="`feedbot init` makes the tables")
    if version != SCHEMA:
        raise StoreError(
            name_of(tx.engine),
            "the tables are older than this feedbot (schema {found}, needed {known})",
            hint="`feedbot db backup`, then `feedbot db upgrade`",
            found=version,
            known=SCHEMA,
        )


def require_durable(tx: Connection) -> None:
    """Raise StoreError where a commit could be lost, or Japanese mangled."""
    for problem in _settings(tx):
        raise StoreError(
            name_of(tx.engine), "{problem}", hint="`feedbot db check` lists all that is wrong", problem=problem
        )


def check(database: Engine) -> tuple[str, ...]:
    """Return what is wrong with the database, as sentences; empty when all is well. Reads the whole of it."""
    with database.connect() as tx:
        problems = _settings(tx)
        try:
            problems += _damage(tx)
            require_schema(tx)
        except StoreError as error:
            problems.append(error.reason())
    return tuple(problems)


def _settings(tx: Connection) -> list[str]:
    return list(_sqlite_settings(tx) if tx.dialect.name == "sqlite" else _postgresql_settings(tx))


def _sqlite_settings(tx: Connection) -> Iterator[str]:
    mode, synchronous = (tx.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous"))
    if mode != "wal":
        yield tr("journal_mode is {found}, not WAL", found=mode)
    if synchronous is None or synchronous < FULL:
        yield tr("synchronous is {found}, less than FULL (2)", found=synchronous)


def _postgresql_settings(tx: Connection) -> Iterator[str]:
    fsync, commit, encoding = (
        tx.exec_driver_sql(f"SHOW {name}").scalar() for name in ("fsync", "synchronous_commit", "server_encoding")
    )
    if "off" in (fsync, commit):
        yield tr("fsync or synchronous_commit is off: a commit may be lost")
    if encoding != "UTF8":
        yield tr("the encoding is {found}, not UTF8", found=encoding)


def _damage(tx: Connection) -> list[str]:
    """SQLite checks itself; PostgreSQL's own tools (pg_amcheck) do that there."""
    if tx.dialect.name != "sqlite":
        return []
    lines = [str(row[0]) for row in tx.exec_driver_sql("PRAGMA integrity_check")]
    orphans = tx.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    found = [tr("damage: {what}", what=line) for line in lines if line != "ok"]
    return found + [tr("damage: {what}", what=f"{row[0]} → {row[2]}") for row in orphans]
