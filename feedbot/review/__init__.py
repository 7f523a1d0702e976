"""Who decided what, over exactly which bytes. Pure: states, moves, digests, the audit chain."""

from feedbot.review._audit import link, verify
from feedbot.review._decide import approved, digests, envelope, required_approvals
from feedbot.review._drift import Drift
from feedbot.review._model import AuditEntry, Decision, Digests, Draft, State
from feedbot.review._states import MOVES, move

__all__ = [
    "MOVES",
    "AuditEntry",
    "Decision",
    "Digests",
    "Draft",
    "Drift",
    "State",
    "approved",
    "digests",
    "envelope",
    "link",
    "move",
    "required_approvals",
    "verify",
]
