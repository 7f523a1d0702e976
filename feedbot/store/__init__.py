"""Tables, repositories by topic, migrations. The only home of SQL.

A repository is a module of plain functions whose first argument is a transaction that the caller opened:

    database = store.open("sqlite:///feedbot.db")
    with database.begin() as tx:                  one writer at a time on SQLite
        documents.save(tx, "jpcert", document)
    with store.reading(database) as tx:           a steady picture; never waits for a writer, never makes one wait
        cases.listing(tx)

Modules: documents, sources, backfills, advisories, cases, quarantine (what came in) · inventory (what runs where) ·
statements (what distributors say of it) · drafts, decisions, audit (what was decided) · outbox (what leaves) · meta
(which instance this is). A noun is kept as JSON beside the columns that queries need; a time is kept in UTC. SQLite and
PostgreSQL run the same statements.
"""

from sqlalchemy import Connection, Engine

from feedbot.store import _blocklist_tables as _blocklist_tables
from feedbot.store import _digest_tables as _digest_tables
from feedbot.store import _distro_tables as _distro_tables  # parts of the metadata, whoever asks for it
from feedbot.store import _inventory_tables as _inventory_tables
from feedbot.store import _sending_tables as _sending_tables
from feedbot.store._backup import backup
from feedbot.store._check import check
from feedbot.store._engine import open, reading, upgrade  # noqa: A004 - read as store.open
from feedbot.store._sql import lock

Database = Engine
Transaction = Connection
"""The names under which the rest of the house knows SQLAlchemy's two types."""

__all__ = ["Database", "Transaction", "backup", "check", "lock", "open", "reading", "upgrade"]
