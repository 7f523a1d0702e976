"""Who decided what, over exactly which bytes. Pure: states, moves, digests, the audit chain."""

from feedbot.review._audit import link, verify
from feedbot.review._decide import approved, digests, required_approvals, still_valid
from feedbot.review._model import AuditEntry, Decision, Digests, Draft, State
from feedbot.review._states import MOVES, move

__all__ = [
    "MOVES",
    "AuditEntry",
    "Decision",
    "Digests",
    "Draft",
    "State",
    "approved",
    "digests",
    "link",
    "move",
    "required_approvals",
    "still_valid",
    "verify",
]
