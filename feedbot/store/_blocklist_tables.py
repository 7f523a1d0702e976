"""The tables of the watch over DNS block lists: a part of _tables.metadata, kept apart for its length.

A change here needs a script in migrations/, as there.
"""

from sqlalchemy import Column, Integer, String, Table, Text

from feedbot.store._tables import metadata
from feedbot.store._types import UtcTime

blocklists = Table(
    "blocklists",
    metadata,
    Column("zone", String, primary_key=True),
    Column("checked_at", UtcTime, nullable=False),
    Column("failure", Text, nullable=False),
    Column("since", UtcTime, nullable=False),
)
# An address stands here while its matter is open: from the first list that named it until none does. `draft` is the
# newest about it, `customer` whom it was for.
blocked = Table(
    "blocked",
    metadata,
    Column("address", String, primary_key=True),
    Column("server", String, nullable=False),
    Column("customer", String, nullable=False),
    Column("since", UtcTime, nullable=False),
    Column("lists", Text, nullable=False),
    Column("draft", Integer, nullable=False),
)
