"""The tables of what runs where and whose it is: a part of _tables.metadata, kept apart for its length.

A change here needs a script in migrations/, as there.
"""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from feedbot.store._tables import metadata
from feedbot.store._types import UtcTime

customers = Table(
    "customers",
    metadata,
    Column("id", String, primary_key=True),
    Column("content", Text, nullable=False),
)
contracts = Table(
    "contracts",
    metadata,
    Column("id", String, primary_key=True),
    Column("customer", ForeignKey(customers.c.id), nullable=False, index=True),
    Column("content", Text, nullable=False),
)
servers = Table(
    "servers",
    metadata,
    Column("name", String, primary_key=True),
    Column("contract", ForeignKey(contracts.c.id), nullable=False, index=True),
    Column("content", Text, nullable=False),
)
# Further addresses of customers; `id` is "CUSTOMER address", the address folded.
contacts = Table(
    "contacts",
    metadata,
    Column("id", String, primary_key=True),
    Column("customer", String, nullable=False, index=True),
    Column("content", Text, nullable=False),
)
# Servers that are of a contract for some days only, past ones and those to come too; `id` is "SERVER first-day".
# `servers` holds which of them is in force (store/assignments.py).
assignments = Table(
    "assignments",
    metadata,
    Column("id", String, primary_key=True),
    Column("server", String, nullable=False, index=True),
    Column("content", Text, nullable=False),
)
components = Table(
    "components",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("scheme", String, nullable=False),
    Column("name", String, nullable=False),
    Column("version", String, nullable=False),
    Column("source", String, nullable=False),
    Column("source_version", String, nullable=False),
    Column("arch", String, nullable=False),
    Column("distro", String, nullable=False),
    Column("stream", String, nullable=False),
    Column("known_as", String, nullable=False),
    Column("key", LargeBinary),
    Index(None, "known_as", "scheme"),
    Index(None, "source", "scheme"),
)
# A fleet's servers are a few images that drifted apart: a set is kept as what it differs in from its base (`delta`,
# the symmetric difference; of a base the set itself). All blobs are Roaring bitmaps of row numbers. A component is in
# the sets of `holders` and, turned round, in those of each base in `bases` (`derived`): store/_packages.py.
package_sets = Table(
    "package_sets",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("size", Integer, nullable=False),
    Column("schemes", String, nullable=False),
    Column("base", Integer),
    Column("sketch", LargeBinary, index=True),
    Column("delta", LargeBinary, nullable=False),
    Column("derived", LargeBinary),
)
component_sets = Table(
    "component_sets",
    metadata,
    Column("component", ForeignKey(components.c.id), primary_key=True),
    Column("bases", LargeBinary, nullable=False),
    Column("holders", LargeBinary, nullable=False),
)
# `customer` is whose server it was when its list was taken: one that has changed hands since is not in OWN_LISTS until
# its new customer's first list. What was there in the days of another is nothing for him to read.
host_sets = Table(
    "host_sets",
    metadata,
    Column("server", String, primary_key=True),
    Column("customer", String, nullable=False),
    Column("set", ForeignKey(package_sets.c.id), nullable=False, index=True),
    Column("distro", String, nullable=False),
    Column("kernel", String, nullable=False),
    Column("taken_at", UtcTime, nullable=False, index=True),
)
OWN_LISTS = host_sets.join(servers, servers.c.name == host_sets.c.server).join(
    contracts, (contracts.c.id == servers.c.contract) & (contracts.c.customer == host_sets.c.customer)
)
# Whose the sets of a span are, as OWN_LISTS says it: store/_owners.py.
owners = Table(
    "owners",
    metadata,
    Column("span", Integer, primary_key=True, autoincrement=False),
    Column("content", Text, nullable=False),
)
# Which file gave a server's packages of a scheme: while all `parts` of a file are in force, the same bytes change
# nothing and need not be read. `release` is what the contract gave then.
host_files = Table(
    "host_files",
    metadata,
    Column("server", String, primary_key=True),
    Column("scheme", String, primary_key=True),
    Column("digest", LargeBinary, nullable=False, index=True),
    Column("parts", Integer, nullable=False),
    Column("release", String, nullable=False),
)
# What held from when to when, until further notice where `until` is empty: a host's package set and whose it was, a
# server's contract, a contract's customer. Who was exposed on a day in the past is read from this alone.
spans = Table(
    "spans",
    metadata,
    Column("kind", String, primary_key=True),
    Column("key", String, primary_key=True),
    Column("since", UtcTime, primary_key=True),
    Column("value", String, nullable=False),
    Column("until", UtcTime),
    Index(None, "kind", "value"),
)
# How asking a host for its list went, or taking in a file that was dropped (group `spool`).
host_pulls = Table(
    "host_pulls",
    metadata,
    Column("group", String, primary_key=True),
    Column("name", String, primary_key=True),
    Column("tried_at", UtcTime, nullable=False),
    Column("answered_at", UtcTime),
    Column("failure", Text, nullable=False),
    Column("failing_since", UtcTime),
)
snapshots = Table(
    "snapshots",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("digest", String, nullable=False),
    Column("made_at", UtcTime, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("servers", Integer, nullable=False),
    Column("rows", Integer, nullable=False),
)
# What a person has set aside. A row stays when it has ended; `ended` says that its cases were let be due again.
suppressions = Table(
    "suppressions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("scope", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("author", String, nullable=False),
    Column("made_at", UtcTime, nullable=False),
    Column("until", UtcTime, nullable=False),
    Column("ended", Boolean, nullable=False),
    Index(None, "ended", "until"),
)
