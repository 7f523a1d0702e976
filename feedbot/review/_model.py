"""The nouns of review."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from feedbot.notice import Notice


class State(StrEnum):
    """Where a draft stands; review/_states.py holds the table of allowed moves."""

    DRAFT = "draft"
    PROPOSED = "proposed"
    APPROVED = "approved"
    PUBLISHING = "publishing"
    PUBLISHED = "published"
    REJECTED = "rejected"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    VOID = "void"
    """Approved, but what it was approved over has changed since; it must be proposed again."""


@dataclass(frozen=True, slots=True)
class Digests:
    """SHA-256, hex, of what a decision is bound to: the rendered text of post and mails, the recipients, the
    inventory snapshot, the templates, and the advisories' meaning."""

    text: str
    recipients: str
    inventory: str
    template: str
    advisories: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A notice on its way. `digests` stand from the proposal on (the freeze)."""

    id: int
    notice: Notice
    state: State
    created_at: datetime
    created_by: str
    digests: Digests | None = None
    recipients: int = 0


@dataclass(frozen=True, slots=True)
class Decision:
    """Who said what over which digests, when. `verb` is propose, approve, reject, withdraw."""

    draft: int
    verb: str
    actor: str
    at: datetime
    digests: Digests
    reason: str = ""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One link of the audit chain: `hash` is SHA-256 over the canonical JSON of everything else, `previous` the hash
    before it."""

    sequence: int
    at: datetime
    actor: str
    verb: str
    subject: str
    detail: str
    previous: str
    hash: str
