"""The tables that hold mails back: a part of _tables.metadata, kept apart for its length.

A change here needs a script in migrations/, as there.
"""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text

from feedbot.store._tables import bodies, drafts, metadata, outbox
from feedbot.store._types import UtcTime

# How the mails of a draft leave; one without a row lets all of them go.
releases = Table(
    "releases",
    metadata,
    Column("draft", ForeignKey(drafts.c.id), primary_key=True),
    Column("not_before", UtcTime),
    Column("stage", Integer, nullable=False),
    Column("opened_at", UtcTime),
    Column("urgent", Boolean),
    Column("halted", Text, nullable=False),
    Column("fit_until", UtcTime),
    Column("snapshot", Integer, nullable=False),
    Column("channel", String, nullable=False),
)
# `address` is as `normal` in suppressed.py writes it.
suppressed_addresses = Table(
    "suppressed_addresses",
    metadata,
    Column("address", String, primary_key=True),
    Column("since", UtcTime, nullable=False),
    Column("actor", String, nullable=False),
    Column("reason", Text, nullable=False),
)
bounces = Table(
    "bounces",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("sha256", ForeignKey(bodies.c.sha256), nullable=False, unique=True),
    Column("at", UtcTime, nullable=False),
    Column("outgoing", ForeignKey(outbox.c.id), index=True),
    Column("address", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("status", String, nullable=False),
    Column("text", Text, nullable=False),
    Index(None, "address", "at"),
)
# What a person has to see to.
tasks = Table(
    "tasks",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("detail", Text, nullable=False),
    Column("opened_at", UtcTime, nullable=False),
    Column("opened_by", String, nullable=False),
    Column("closed_at", UtcTime),
    Column("closed_by", String, nullable=False),
    Index(None, "kind", "subject"),
)
# Relays that gave no session: how often in a row, and until when they are set aside.
relays = Table(
    "relays",
    metadata,
    Column("name", String, primary_key=True),
    Column("times", Integer, nullable=False),
    Column("since", UtcTime, nullable=False),
    Column("until", UtcTime, nullable=False),
    Column("code", Integer, nullable=False),
    Column("text", Text, nullable=False),
)
# When the next mail to a domain is due by its rate; the domain of all mails together is empty.
paces = Table(
    "paces",
    metadata,
    Column("domain", String, primary_key=True),
    Column("due", UtcTime, nullable=False),
)
