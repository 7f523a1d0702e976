"""What a publisher says (Advisory), under which names, in which revision, and which of them speak of one matter."""

from feedbot.advisory._json import advisory_json
from feedbot.advisory.kind import AdvisoryKind
from feedbot.advisory.model import (
    Advisory,
    Affected,
    Fixed,
    HistoryEntry,
    Quarantined,
    Reference,
    Section,
    Severity,
    Signature,
    Status,
    Trust,
    UnreadRange,
    Verdict,
)

__all__ = [
    "Advisory",
    "AdvisoryKind",
    "Affected",
    "Fixed",
    "HistoryEntry",
    "Quarantined",
    "Reference",
    "Section",
    "Severity",
    "Signature",
    "Status",
    "Trust",
    "UnreadRange",
    "Verdict",
    "advisory_json",
]
