"""The tables of what distributors say of their packages: a part of _tables.metadata, kept apart for its length.

A change here needs a script in migrations/, as there.
"""

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from feedbot.store._tables import metadata
from feedbot.store._types import UtcTime

distro_files = Table(
    "distro_files",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("issuer", String, nullable=False),
    Column("source", String, nullable=False),
    Column("name", Text, nullable=False),
    Column("sha256", String, nullable=False),
    Column("as_of", UtcTime, nullable=False),
    Column("loaded_at", UtcTime, nullable=False),
    Column("statements", Integer, nullable=False),
    Column("silent", Integer, nullable=False),
    Column("quarantined", Integer, nullable=False),
    Column("state", String, nullable=False),
    Index(None, "issuer", "name"),
)
distro_places = Table(
    "distro_places",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("distro", String, nullable=False),
    Column("package", String, nullable=False),
    Column("stream", String, nullable=False),
    Column("suite", String, nullable=False),
    Index(None, "distro", "package"),
)
statements = Table(
    "statements",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("file", ForeignKey(distro_files.c.id), nullable=False, index=True),
    Column("place", ForeignKey(distro_places.c.id), nullable=False, index=True),
    Column("cve", String, nullable=False),
    Column("status", String, nullable=False),
    Column("fixed_version", String, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("issued", UtcTime),
    Index(None, "cve", "place"),
)
distro_quarantine = Table(
    "distro_quarantine",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("file", ForeignKey(distro_files.c.id), nullable=False, index=True),
    Column("place", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("raw", LargeBinary, nullable=False),
)
