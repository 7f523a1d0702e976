"""Who decided what, over exactly which bytes. Pure: states, moves, digests, the audit chain."""

from feedbot.review._audit import link, verify
from feedbot.review._decide import approved, digests, envelope, required_approvals
from feedbot.review._desk import NEEDED, Desk, DeskRole, Policy, is_person
from feedbot.review._drift import Drift
from feedbot.review._model import AuditEntry, Decision, Digests, Draft, State
from feedbot.review._states import MOVES, move

__all__ = [
    "MOVES",
    "NEEDED",
    "AuditEntry",
    "Decision",
    "Desk",
    "DeskRole",
    "Digests",
    "Draft",
    "Drift",
    "Policy",
    "State",
    "approved",
    "digests",
    "envelope",
    "is_person",
    "link",
    "move",
    "required_approvals",
    "verify",
]
