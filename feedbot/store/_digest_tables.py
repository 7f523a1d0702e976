"""The tables of digests (まとめ): a part of _tables.metadata, kept apart for its length.

A change here needs a script in migrations/, as there.
"""

from sqlalchemy import Column, ForeignKey, String, Table, Text

from feedbot.store._tables import drafts, metadata
from feedbot.store._types import UtcTime

# Notices whose mails wait for a digest: `digest` is the newest draft of one that they are in.
digest_items = Table(
    "digest_items",
    metadata,
    Column("draft", ForeignKey(drafts.c.id), primary_key=True),
    Column("since", UtcTime, nullable=False),
    Column("digest", ForeignKey(drafts.c.id), index=True),
    Column("why_left", String, nullable=False),
    Column("left_by", String, nullable=False),
    Column("left_at", UtcTime),
    Column("reason", Text, nullable=False),
)
# Which notices a digest's frozen mails tell of, by the mails' recipients.
digest_mails = Table(
    "digest_mails",
    metadata,
    Column("digest", ForeignKey(drafts.c.id), primary_key=True),
    Column("recipient", String, primary_key=True),
    Column("draft", ForeignKey(drafts.c.id), primary_key=True),
    Column("number", String, nullable=False, index=True),
)
