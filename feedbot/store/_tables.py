"""Every table, in the order of the pipeline. A change here needs a script in migrations/ (a test compares the two)."""

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from feedbot.store._types import UtcTime

SCHEMA = "0002"
"""The newest script in migrations/. It must rise with each of them; a test holds the two together."""

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

instance = Table(
    "instance",
    metadata,
    Column("only", Integer, primary_key=True),
    Column("id", String, nullable=False),
    Column("secret", LargeBinary, nullable=False),
    Column("created_at", UtcTime, nullable=False),
)
counters = Table(
    "counters",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", Integer, nullable=False),
)

# What came in.
bodies = Table(
    "bodies",
    metadata,
    Column("sha256", String, primary_key=True),
    Column("content", LargeBinary, nullable=False),
)
fetches = Table(
    "fetches",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source", String, nullable=False),
    Column("url", Text, nullable=False),
    Column("sha256", ForeignKey(bodies.c.sha256), nullable=False, index=True),
    Column("fetched_at", UtcTime, nullable=False),
    Column("media_type", String, nullable=False),
    Column("charset", String, nullable=False),
    Column("etag", Text, nullable=False),
    Column("last_modified", Text, nullable=False),
    Column("read", Boolean, nullable=False),
    Index(None, "source", "url"),
)
arrivals = Table(
    "arrivals",
    metadata,
    Column("source", String, primary_key=True),
    Column("place", String, primary_key=True),
    Column("sha256", ForeignKey(bodies.c.sha256), nullable=False),
    Column("read", Boolean, nullable=False),
    Column("seen_at", UtcTime, nullable=False),
    Index(None, "source", "sha256"),
)
sources = Table(
    "sources",
    metadata,
    Column("name", String, primary_key=True),
    Column("etag", Text, nullable=False),
    Column("last_modified", Text, nullable=False),
    Column("listing_sha256", String, nullable=False),
    Column("items", Integer, nullable=False),
    Column("last_full", UtcTime),
    Column("last_success", UtcTime),
    Column("last_change", UtcTime),
    Column("last_error", Text, nullable=False),
    Column("last_error_at", UtcTime),
    Column("failures", Integer, nullable=False),
    Column("parsed_ok", Boolean, nullable=False),
    Column("trouble", String, nullable=False),
    Column("usual", Integer, nullable=False),
    Column("listed", Text, nullable=False),
    Column("steady", Integer, nullable=False),
    Column("missing", Text, nullable=False),
    Column("unlinked", UtcTime),
    Column("changes", Text, nullable=False),
    Column("excused", Text, nullable=False),
    Column("elsewhere", Text, nullable=False),
    Column("agreed", Text, nullable=False),
    Column("catch_ups", Integer, nullable=False),
    Column("caught_at", UtcTime),
)
health = Table(
    "health",
    metadata,
    Column("source", String, primary_key=True),
    Column("state", String, nullable=False),
    Column("since", UtcTime, nullable=False),
    Column("told_at", UtcTime, nullable=False),
)
alarms = Table(
    "alarms",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source", String, nullable=False),
    Column("channel", Text, nullable=False),
    Column("made_at", UtcTime, nullable=False),
    Column("key", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("tried_at", UtcTime),
    Column("sent_at", UtcTime, index=True),
    Column("error", Text, nullable=False),
)
calls = Table(
    "calls",
    metadata,
    Column("matter", String, primary_key=True),
    Column("urgent", Boolean, nullable=False),
    Column("words", Text, nullable=False),
    Column("opened_at", UtcTime, nullable=False),
    Column("told_at", UtcTime, nullable=False),
    Column("rung", Integer, nullable=False),
    Column("taken_by", String, nullable=False),
)
backfills = Table(
    "backfills",
    metadata,
    Column("source", String, primary_key=True),
    Column("since", UtcTime, primary_key=True),
    Column("url", Text, primary_key=True),
    Column("finished_at", UtcTime, nullable=False),
)
quarantine = Table(
    "quarantine",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source", String, nullable=False),
    Column("place", Text, nullable=False),
    Column("raw_sha256", String, nullable=False),
    Column("raw", LargeBinary, nullable=False),
    Column("document", ForeignKey(bodies.c.sha256), nullable=False),
    Column("reason", Text, nullable=False),
    Column("first_seen", UtcTime, nullable=False),
    Column("last_seen", UtcTime, nullable=False),
    Column("times", Integer, nullable=False),
    Column("listing", Boolean, nullable=False),
    Column("reader", String, nullable=False),
    Column("closed", String, nullable=False),
    UniqueConstraint("source", "place", "raw_sha256"),
)

# What it says.
advisories = Table(
    "advisories",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source", String, nullable=False),
    Column("number", String, nullable=False),
    Column("sequence", Integer, nullable=False),
    UniqueConstraint("source", "number"),
    Index(None, "source", "id"),
)
revisions = Table(
    "revisions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("advisory", ForeignKey(advisories.c.id), nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("digest", String, nullable=False),
    Column("document", ForeignKey(bodies.c.sha256), nullable=False),
    Column("seen_at", UtcTime, nullable=False, index=True),
    Column("content", Text, nullable=False),
    UniqueConstraint("advisory", "sequence"),
)
advisory_names = Table(
    "advisory_names",
    metadata,
    Column("name", String, primary_key=True),
    Column("advisory", ForeignKey(advisories.c.id), primary_key=True, index=True),
)
held = Table(
    "held",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source", String, nullable=False),
    Column("number", String, nullable=False),
    Column("digest", String, nullable=False),
    Column("document", ForeignKey(bodies.c.sha256), nullable=False),
    Column("reason", Text, nullable=False),
    Column("seen_at", UtcTime, nullable=False),
    Column("reader", String, nullable=False),
    Column("closed", String, nullable=False),
    Column("content", Text, nullable=False),
    UniqueConstraint("source", "number", "digest"),
)
flapping = Table(
    "flapping",
    metadata,
    Column("advisory", ForeignKey(advisories.c.id), primary_key=True),
    Column("since", UtcTime, nullable=False),
    Column("times", Integer, nullable=False),
    Column("digest", String, nullable=False),
    Column("document", ForeignKey(bodies.c.sha256), nullable=False),
    Column("seen_at", UtcTime, nullable=False, index=True),
    Column("content", Text, nullable=False),
)
cases = Table(
    "cases",
    metadata,
    Column("id", String, primary_key=True),
    Column("created_at", UtcTime, nullable=False),
    Column("considered_revision", Integer, nullable=False),
    Column("considered_snapshot", Integer, nullable=False),
    Column("merged_into", ForeignKey("cases.id")),
)
case_advisories = Table(
    "case_advisories",
    metadata,
    Column("advisory", ForeignKey(advisories.c.id), primary_key=True),
    Column("case", ForeignKey(cases.c.id), nullable=False, index=True),
    Column("because", Text, nullable=False),
    Column("joined_at", UtcTime, nullable=False),
    Column("decided_by", String, nullable=False),
)
case_apart = Table(
    "case_apart",
    metadata,
    Column("left", ForeignKey(advisories.c.id), primary_key=True),
    Column("right", ForeignKey(advisories.c.id), primary_key=True, index=True),
    Column("decided_by", String, nullable=False),
    Column("decided_at", UtcTime, nullable=False),
)

# What was decided.
drafts = Table(
    "drafts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("case", String, nullable=False, index=True),
    Column("state", String, nullable=False, index=True),
    Column("created_at", UtcTime, nullable=False),
    Column("created_by", String, nullable=False),
    Column("moved_at", UtcTime, nullable=False),
    Column("notice", Text, nullable=False),
    Column("digests", Text),
    Column("recipients", Integer, nullable=False),
    Column("post", Text),
    Column("signed_post", LargeBinary),
)
frozen_mails = Table(
    "frozen_mails",
    metadata,
    Column("draft", ForeignKey(drafts.c.id), primary_key=True),
    Column("customer", String, primary_key=True),
    Column("recipient", Text, nullable=False),
    Column("mail", Text, nullable=False),
    Column("withheld", String, nullable=False),
)
# The post of each brand that has pages of its own, where such a brand's customers read a notice; the provider's is
# there too, under an empty name, where its pages have the notice beside them.
frozen_pages = Table(
    "frozen_pages",
    metadata,
    Column("draft", ForeignKey(drafts.c.id), primary_key=True),
    Column("brand", String, primary_key=True),
    Column("post", Text, nullable=False),
)
decisions = Table(
    "decisions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("draft", ForeignKey(drafts.c.id), nullable=False, index=True),
    Column("content", Text, nullable=False),
)
audit = Table(
    "audit",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("at", UtcTime, nullable=False),
    Column("actor", String, nullable=False),
    Column("verb", String, nullable=False),
    Column("subject", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("previous", String, nullable=False),
    Column("hash", String, nullable=False),
)

# What leaves.
outbox = Table(
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", String, nullable=False, unique=True),
    Column("draft", ForeignKey(drafts.c.id), nullable=False, index=True),
    Column("channel", String, nullable=False),
    Column("customer", String, nullable=False, index=True),
    Column("recipient", Text, nullable=False),
    Column("domain", String, nullable=False),
    Column("message_id", Text, nullable=False),
    Column("stage", Integer, nullable=False),
    Column("state", String, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_try_at", UtcTime),
    Column("worker", String, nullable=False),
    Column("fence", Integer, nullable=False),
    Column("lease_until", UtcTime),
    Index(None, "state", "next_try_at"),
)
# Apart from its row, which is written anew at each step of a message: its bytes never are.
contents = Table(
    "contents",
    metadata,
    Column("outgoing", ForeignKey(outbox.c.id), primary_key=True),
    Column("content", LargeBinary, nullable=False),
)
receipts = Table(
    "receipts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("outgoing", ForeignKey(outbox.c.id), nullable=False, index=True),
    Column("at", UtcTime, nullable=False),
    Column("state", String, nullable=False),
    Column("code", Integer, nullable=False),
    Column("text", Text, nullable=False),
)
